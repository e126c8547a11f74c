//! What an event says in one line, for the feed, the timeline and the text formats.

use super::{Event, SafeText};

/// One line about an event, in parts that are styled apart. Every part is safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// The role of a message, the code of an error; empty where there is none.
    pub lead: SafeText,
    /// The main text: the message, the query in quotes, the failure, or the remaining fields as `name=value`.
    pub text: SafeText,
    /// Less important than the text (`3 results`); empty where there is none.
    pub aside: SafeText,
}

/// The line for an event; texts are cut (by grapheme, with `…`) to about `limit` columns, so that huge values stay cheap.
#[must_use]
pub fn gist(event: &Event<'_>, limit: usize) -> Gist {
    let safe = |bytes: Option<&[u8]>| SafeText::line(bytes.unwrap_or_default(), limit);
    Gist {
        lead: safe(event.role.as_deref().or(event.error_code.as_deref())),
        text: safe(
            event
                .error_message
                .as_deref()
                .or(event.attribute("content"))
                .or(event.attribute("query")),
        ),
        aside: SafeText::default(),
    }
}
