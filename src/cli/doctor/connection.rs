//! What is known of the link to the source.

use crate::source::SourceError;

/// One thing that was tried.
pub struct Check {
    /// What.
    pub name: &'static str,
    /// Whether it worked.
    pub ok: bool,
    /// What was found; may be empty.
    pub detail: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// Whether reading worked; nothing else was tried.
pub fn connection_report(trouble: Option<&SourceError>) -> Vec<Check> {
    let (detail, hint) = match trouble {
        None => (String::new(), String::new()),
        Some(SourceError::NotConnected(t) | SourceError::Failed(t)) => {
            (t.what.clone(), t.hint.clone())
        }
    };
    vec![Check {
        name: "read entries",
        ok: trouble.is_none(),
        detail,
        hint,
    }]
}
