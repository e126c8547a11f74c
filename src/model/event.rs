//! The decoded event: what an entry says, in the words that every layer above uses.

use std::borrow::Cow;

use super::Part;

/// A field after unwrapping: name and value, borrowed from the entry where they can be.
pub type Attribute<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// What sort of thing happened. Decides glyph, color and how state folds; the kind's own text is kept beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// A session began.
    Started,
    /// A message was added to the conversation.
    Message,
    /// A search or other tool call was made.
    Search,
    /// Messages were condensed.
    Summary,
    /// The memory was cleared.
    Cleared,
    /// Something failed.
    Error,
    /// A session ended.
    Ended,
    /// Any kind that has no meaning of its own here.
    #[default]
    Other,
}

/// From here on a latency is marked as slow, ms.
pub const SLOW_MS: f64 = 3_000.0;

impl Class {
    /// Its shape, one column wide: colors are not always there, or seen.
    #[must_use]
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Started => "▸",
            Self::Message => "›",
            Self::Search => "⌕",
            Self::Summary => "≡",
            Self::Cleared => "○",
            Self::Error => "✗",
            Self::Ended => "▪",
            Self::Other => "·",
        }
    }
}

/// Marks on an event, a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u16);

impl Flags {
    /// Something failed (DESIGN §3 rule 5).
    pub const ERROR: Self = Self(1);
    /// The session ends here (rule 6).
    pub const END: Self = Self(1 << 1);
    /// The session begins here.
    pub const START: Self = Self(1 << 2);
    /// An entry with this event id stands earlier in the log. Set by the log, not by decoding.
    pub const DUPLICATE: Self = Self(1 << 3);
    /// Arrived after an entry with a higher id. Set by the log, not by decoding.
    pub const LATE: Self = Self(1 << 4);
    /// Entry id and event time differ by more than 5 s.
    pub const SKEWED: Self = Self(1 << 5);
    /// A part could not be read (a number that is none, broken JSON, invalid UTF-8, an unknown schema version).
    pub const FAULTY: Self = Self(1 << 6);

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// An entry, decoded. Borrows from the entry where it can.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// The event type as written; `(untyped)` where the entry names none.
    pub kind: Cow<'a, [u8]>,
    /// What sort of thing happened.
    pub class: Class,
    /// Session id; from the stream key where the entry has none and the key names one.
    pub session: Option<Cow<'a, [u8]>>,
    /// User id; empty text counts as none.
    pub user: Option<Cow<'a, [u8]>>,
    /// The producer's own event id (`evt-…`), for finding duplicates.
    pub event_id: Option<Cow<'a, [u8]>>,
    /// `user`, `assistant`, `tool`, …
    pub role: Option<Cow<'a, [u8]>>,
    /// When it happened by the producer's clock: ms since the epoch. A display axis only.
    pub time_ms: Option<i64>,
    /// How long it took, ms.
    pub latency_ms: Option<f64>,
    /// Tokens, in whole.
    pub tokens: Option<u64>,
    /// The failure's class or code (`tool_error`), where one is given.
    pub error_code: Option<Cow<'a, [u8]>>,
    /// The failure's message.
    pub error_message: Option<Cow<'a, [u8]>>,
    /// Marks found by decoding.
    pub flags: Flags,
    /// What was wrong with the entry, in words, for the detail and `doctor`.
    pub faults: Vec<Fault>,
    /// The fields after unwrapping (rule 1), outer ones first; JSON values that are no strings as their JSON text.
    pub attributes: Vec<Attribute<'a>>,
    /// Where each part came from.
    pub sources: Sources,
}

/// Where a part of an event was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In a field of this built-in name.
    Field(&'static str),
    /// In a field that the user named for the part; the index into the mapping's list.
    Override(u16),
    /// The name of the entry's only field.
    OnlyField,
    /// The key of the stream.
    StreamKey,
    /// The entry id, for want of an event time.
    EntryId,
}

/// The source of each part that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    found: [Option<Source>; Part::ALL.len()],
    attributes: [Option<u32>; Part::ALL.len()],
}

impl Sources {
    /// Where the part came from; `None` where the event has none.
    #[must_use]
    pub const fn of(&self, part: Part) -> Option<Source> {
        self.found[part as usize]
    }

    /// Which of [`Event::attributes`] plays the part.
    #[must_use]
    pub fn attribute(&self, part: Part) -> Option<usize> {
        self.attributes[part as usize].and_then(|index| usize::try_from(index).ok())
    }

    pub(super) fn set(&mut self, part: Part, source: Source, attribute: Option<u32>) {
        self.found[part as usize] = Some(source);
        self.attributes[part as usize] = attribute;
    }
}

/// Something about an entry that could not be read as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field at fault, as written.
    pub field: Vec<u8>,
    /// What is wrong, without the value (values are untrusted and may be huge).
    pub problem: &'static str,
}

impl Event<'_> {
    /// The first attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&[u8]> {
        self.attributes
            .iter()
            .find(|(n, _)| n.as_ref() == name.as_bytes())
            .map(|(_, v)| v.as_ref())
    }
}
