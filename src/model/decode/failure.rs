//! Rule 5: whether an event tells of a failure, and of which.

use std::borrow::Cow;

use super::json;
use super::kind;
use super::layout::Layout;
use super::names::Slot;
use super::numbers::number;
use crate::model::{Part, Source};

/// A failure as far as the entry describes it.
#[derive(Debug, Default)]
pub(super) struct Failure<'a> {
    pub(super) code: Option<Cow<'a, [u8]>>,
    pub(super) message: Option<Cow<'a, [u8]>>,
    pub(super) source: Option<(Source, u32)>,
}

const ERROR: Slot = Slot::Part(Part::Error);
const STATUSES: [&[u8]; 4] = [b"error", b"failed", b"failure", b"timeout"];
const LEVELS: [&[u8]; 9] = [
    b"error",
    b"err",
    b"critical",
    b"crit",
    b"fatal",
    b"alert",
    b"emergency",
    b"emerg",
    b"panic",
];
/// Where levels are numbers (pino, bunyan, Python), 50 is an error in all of them.
const LEVEL_NUMBER: f64 = 50.0;
/// A longer text is a sentence, not a code.
const LONGEST_CODE: usize = 64;

/// `None` where nothing failed.
pub(super) fn find<'a>(layout: &Layout<'a, '_>, kind: &[u8]) -> Option<Failure<'a>> {
    let error = layout.get(ERROR).filter(|value| says_error(value));
    let failed = error.is_some()
        || kind::tells_of_failure(kind)
        || layout
            .get(Slot::Status)
            .is_some_and(|s| is_one_of(s, &STATUSES))
        || layout.get(Slot::Level).is_some_and(|l| is_failing_level(l));
    failed.then(|| describe(layout, error))
}

/// Flags and empty structures in an error field say that there is none.
fn says_error(value: &[u8]) -> bool {
    !is_one_of(value, &[b"false", b"0", b"{}", b"[]", b"none"])
}

fn is_failing_level(level: &[u8]) -> bool {
    is_one_of(level, &LEVELS) || number(level).is_some_and(|n| (LEVEL_NUMBER..100.0).contains(&n))
}

fn is_one_of(value: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(value))
}

fn describe<'a>(layout: &Layout<'a, '_>, error: Option<&Cow<'a, [u8]>>) -> Failure<'a> {
    let text = layout.get(Slot::Text);
    let mut code = layout.get(Slot::Code).cloned();
    let (message, slot) = match (error, text) {
        // `error` is often the failure's name, beside a text that explains it.
        (Some(name), Some(text)) if is_code(name) && name != text => {
            code = code.or_else(|| Some(name.clone()));
            (Some(text.clone()), Slot::Text)
        }
        (Some(error), _) if error.first() == Some(&b'{') => {
            code = code.or_else(|| inside(error, &["code", "type", "name"]));
            let message = inside(error, &["message", "msg", "error", "detail"]);
            (message.or_else(|| Some(error.clone())), ERROR)
        }
        (Some(flag), text) if is_one_of(flag, &[b"true", b"1"]) => (text.cloned(), Slot::Text),
        (Some(error), _) => (Some(error.clone()), ERROR),
        (None, text) => (text.cloned(), Slot::Text),
    };
    Failure {
        code: code.filter(|code| code.len() <= LONGEST_CODE),
        source: message.as_ref().and_then(|_| layout.source(slot)),
        message,
    }
}

fn is_code(value: &[u8]) -> bool {
    value.len() <= LONGEST_CODE
        && !value.iter().any(u8::is_ascii_whitespace)
        && !value.starts_with(b"{")
}

fn inside<'a>(value: &Cow<'a, [u8]>, names: &[&str]) -> Option<Cow<'a, [u8]>> {
    match value {
        Cow::Borrowed(text) => json::member(text, names),
        Cow::Owned(text) => json::member(text, names).map(|found| Cow::Owned(found.into_owned())),
    }
}

/// The id of a user who is written as an object.
pub(super) fn user_id<'a>(value: &Cow<'a, [u8]>) -> Option<Cow<'a, [u8]>> {
    if value.first() == Some(&b'{') {
        return inside(value, &["id", "user_id", "userId", "name"]);
    }
    Some(value.clone())
}
