//! Rules 2 and 6: what sort of event a kind's name tells of.

use crate::model::Class;

/// A kind's name in lower case, its words parted by dots, so that `SessionEnded`, `session-ended` and
/// `session.ended` are one. What does not fit is left out: names are short, values that pose as names are not.
pub(super) struct Words {
    text: [u8; Self::CAPACITY],
    len: usize,
}

const END: [&str; 10] = [
    "ended",
    "end",
    "complete",
    "completed",
    "done",
    "cancelled",
    "canceled",
    "closed",
    "finished",
    "terminated",
];
const START: [&str; 8] = [
    "started",
    "start",
    "created",
    "create",
    "began",
    "begin",
    "opened",
    "initialized",
];
/// What a session can be called; others only where the session id itself was found under that name.
const SESSION: [&str; 5] = ["session", "conversation", "thread", "run", "workflow"];
const CLEARED: [&str; 5] = ["cleared", "clear", "purged", "forgotten", "wiped"];
const SUMMARY: [&str; 7] = [
    "summary",
    "summarized",
    "summarize",
    "summarization",
    "compaction",
    "compacted",
    "condensed",
];
const SEARCH: [&str; 11] = [
    "search",
    "searched",
    "tool",
    "tools",
    "function",
    "retrieval",
    "retrieve",
    "retrieved",
    "retriever",
    "query",
    "lookup",
];
const MESSAGE: [&str; 10] = [
    "message",
    "messages",
    "msg",
    "chat",
    "prompt",
    "reply",
    "response",
    "completion",
    "utterance",
    "llm",
];
const FAILED: [&str; 5] = ["error", "fail", "exception", "timeout", "stalled"];

impl Words {
    const CAPACITY: usize = 64;

    pub(super) fn of(kind: &[u8]) -> Self {
        let mut words = Self {
            text: [0; Self::CAPACITY],
            len: 0,
        };
        let mut after_lower = false;
        for byte in kind {
            let new_word = byte.is_ascii_uppercase() && after_lower;
            if new_word || !byte.is_ascii_alphanumeric() {
                words.part();
            }
            if byte.is_ascii_alphanumeric() {
                words.push(byte.to_ascii_lowercase());
            }
            after_lower = byte.is_ascii_lowercase();
        }
        words
    }

    fn part(&mut self) {
        if self.bytes().last().is_some_and(|last| *last != b'.') {
            self.push(b'.');
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.text.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes().split(|b| *b == b'.').filter(|w| !w.is_empty())
    }

    fn any(&self, list: &[&str]) -> bool {
        self.iter().any(|word| is_in(word, list))
    }

    /// Whether it says that the session, called `noun` by its producer, did one of those.
    fn session_did(&self, what: &[&str], noun: &[u8]) -> bool {
        let mut subject: &[u8] = b"";
        let mut verb: &[u8] = b"";
        for word in self.iter() {
            (subject, verb) = (verb, word);
        }
        let is_session = is_in(subject, &SESSION) || (!subject.is_empty() && subject == noun);
        is_session && is_in(verb, what)
    }

    fn is_one_of(&self, list: &[&str]) -> bool {
        is_in(self.bytes(), list)
    }
}

fn is_in(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes() == word)
}

/// Rule 5 as far as the kind goes: it has a word of failure, however inflected.
pub(super) fn tells_of_failure(kind: &[u8]) -> bool {
    if reference_class(kind).is_some() {
        return false;
    }
    kind.iter().enumerate().any(|(at, first)| {
        // Every word in the list begins with one of these: most bytes need no closer look.
        matches!(first | 0x20, b'e' | b'f' | b't' | b's')
            && begins_with_failure(kind.get(at..).unwrap_or_default())
    })
}

fn begins_with_failure(text: &[u8]) -> bool {
    FAILED.iter().any(|word| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// The class, where nothing but the kind is known. `session_field` is the name under which the session id was found:
/// with `task_id`, `task.completed` ends the session.
pub(super) fn class(kind: &[u8], session_field: &str) -> Class {
    reference_class(kind).unwrap_or_else(|| by_words(&Words::of(kind), noun(session_field)))
}

/// The reference producer's kinds that are no failures, which need no look at their words.
fn reference_class(kind: &[u8]) -> Option<Class> {
    match kind {
        b"message.added" => Some(Class::Message),
        b"search.performed" => Some(Class::Search),
        b"session.started" => Some(Class::Started),
        b"session.ended" => Some(Class::Ended),
        b"summary.created" => Some(Class::Summary),
        b"memory.cleared" => Some(Class::Cleared),
        _ => None,
    }
}

fn by_words(words: &Words, noun: &[u8]) -> Class {
    const BARE_END: [&str; 5] = ["complete", "completed", "done", "cancelled", "canceled"];
    if words.is_one_of(&BARE_END) || words.session_did(&END, noun) {
        Class::Ended
    } else if words.session_did(&START, noun) {
        Class::Started
    } else if words.any(&CLEARED) {
        Class::Cleared
    } else if words.any(&SUMMARY) {
        Class::Summary
    } else if words.any(&SEARCH) {
        Class::Search
    } else if words.any(&MESSAGE) {
        Class::Message
    } else {
        Class::Other
    }
}

/// `task` of `task_id` and `taskId`.
fn noun(field: &str) -> &[u8] {
    let field = field.as_bytes();
    [&b"_id"[..], b"Id", b".id"]
        .iter()
        .find_map(|suffix| field.strip_suffix(*suffix))
        .unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_class_a_reader_expects() {
        for (kind, want) in [
            ("session.started", Class::Started),
            ("conversation_created", Class::Started),
            ("RunStarted", Class::Started),
            ("langgraph.run.start", Class::Started),
            ("session.ended", Class::Ended),
            ("SESSION-ENDED", Class::Ended),
            ("workflow/cancelled", Class::Ended),
            ("completed", Class::Ended),
            ("Done", Class::Ended),
            ("tool.completed", Class::Search),
            ("task.completed", Class::Other),
            ("message.added", Class::Message),
            ("llm.message", Class::Message),
            ("chatCompletion", Class::Message),
            ("message.completed", Class::Message),
            ("tool.called", Class::Search),
            ("on_tool_start", Class::Search),
            ("vector_search", Class::Search),
            ("research.note", Class::Other),
            ("context.compacted", Class::Summary),
            ("memory.cleared", Class::Cleared),
            ("(untyped)", Class::Other),
            ("", Class::Other),
            ("....", Class::Other),
        ] {
            assert_eq!(class(kind.as_bytes(), "session_id"), want, "{kind}");
        }
        assert_eq!(class(b"task.completed", "task_id"), Class::Ended);
        assert_eq!(class(b"job-created", "jobId"), Class::Started);
    }

    #[test]
    fn failure_is_heard_in_any_inflection() {
        for kind in [
            "error.occurred",
            "tool_failed",
            "TaskFailure",
            "UnhandledException",
            "stalled",
        ] {
            assert!(tells_of_failure(kind.as_bytes()), "{kind}");
        }
        assert!(tells_of_failure(b"read.TIMEOUT"));
        assert!(!tells_of_failure(b"message.added"));
    }
}
