//! What a session's memory holds: a fold over its events.
//!
//! Invariant: folding the same events in the same order gives the same state, and an event id that was folded before
//! changes nothing. A new class of events is one more arm of `apply_class`; an unknown kind is counted.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use hashbrown::HashSet;

use super::activity::IDLE_MS;
use crate::model::{Class, EntryId, Event, Flags, Ms};
use crate::store::{Cursor, Log};

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SessionStatus {
    /// Going on.
    Open,
    /// Its end is in the log.
    Ended,
    /// Not ended, and silent for [`IDLE_MS`].
    Idle,
    /// Not ended, and its start is not in the log although other sessions' starts are.
    Truncated,
}

impl SessionStatus {
    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ended => "ended",
            Self::Idle => "idle",
            Self::Truncated => "truncated",
        }
    }

    /// Decides by what is known of a session. An end outweighs everything, a missing start outweighs silence.
    #[must_use]
    pub const fn of(ended: bool, start_missing: bool, silent_ms: Ms) -> Self {
        match (ended, start_missing, silent_ms > IDLE_MS) {
            (true, _, _) => Self::Ended,
            (false, true, _) => Self::Truncated,
            (false, false, true) => Self::Idle,
            (false, false, false) => Self::Open,
        }
    }
}

/// Messages that were condensed.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryMade {
    /// When, ms since the epoch.
    pub time_ms: i64,
    /// Messages before.
    pub original_messages: Option<u64>,
    /// Tokens after.
    pub summary_tokens: Option<u64>,
    /// As the producer gives it.
    pub compression_ratio: Option<f64>,
}

/// The failure that a session met last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// The event's type.
    pub kind: Vec<u8>,
    /// Its class or code, where one is given.
    pub code: Option<Vec<u8>>,
    /// What it says.
    pub message: Option<Vec<u8>>,
}

/// The state of one session after the events applied so far. Times are event time, or the entry id's where unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionState {
    /// The first user named.
    pub user: Option<Vec<u8>>,
    /// When it began; `None` where no start was seen.
    pub started_at: Option<i64>,
    /// When it ended; a later start opens it again.
    pub ended_at: Option<i64>,
    /// Messages by role; `(none)` where none was given.
    pub messages: BTreeMap<Vec<u8>, u64>,
    /// The sum over the events that name tokens; `None` until one does.
    pub tokens: Option<u64>,
    /// Searches and other tool calls.
    pub searches: u64,
    /// What was searched for last.
    pub last_query: Option<Vec<u8>>,
    /// In order.
    pub summaries: Vec<SummaryMade>,
    /// Failures.
    pub errors: u64,
    /// The newest of them.
    pub last_error: Option<LastError>,
    /// How often the memory was cleared.
    pub memory_cleared: u64,
    /// Time of the last event.
    pub last_activity: Option<i64>,
    /// By entry id, for telling silence: event time may be skewed.
    pub last_id: Option<EntryId>,
    /// Events by type.
    pub types: BTreeMap<Vec<u8>, u64>,
    /// Events by type, of the types that have no meaning of their own here.
    pub other_types: BTreeMap<Vec<u8>, u64>,
}

/// A state that takes each event once.
#[derive(Clone, Debug, Default)]
pub struct SessionFold {
    /// What the events so far add up to.
    pub state: SessionState,
    seen: HashSet<u64>,
}

impl SessionFold {
    /// Folds one event of this session in; whether it was new (a repeated event id is not, and changes nothing).
    pub fn apply(&mut self, event: &Event<'_>, id: EntryId) -> bool {
        if event.event_id.as_deref().is_some_and(|e| !self.is_new(e)) {
            return false;
        }
        self.state.apply(event, id);
        true
    }

    fn is_new(&mut self, event_id: &[u8]) -> bool {
        let hasher =
            std::hash::BuildHasherDefault::<std::collections::hash_map::DefaultHasher>::default();
        self.seen.insert(hasher.hash_one(event_id))
    }
}

impl SessionState {
    /// Folds in one event of this session that was not folded before.
    pub fn apply(&mut self, event: &Event<'_>, id: EntryId) {
        let time_ms = event_time(event, id);
        self.last_activity = Some(time_ms);
        self.last_id = Some(id);
        *self.types.entry(event.kind.to_vec()).or_default() += 1;
        if self.user.is_none() {
            self.user = event.user.as_deref().map(<[u8]>::to_vec);
        }
        if let Some(tokens) = event.tokens {
            self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens));
        }
        if event.flags.has(Flags::ERROR) {
            self.errors += 1;
            self.last_error = Some(last_error(event));
        }
        self.apply_edges(event, time_ms);
        self.apply_class(event, time_ms);
    }

    /// Where the session stands at `now_ms`; `starts_known` tells whether the log shows starts of sessions at all.
    #[must_use]
    pub fn status(&self, now_ms: Ms, starts_known: bool) -> SessionStatus {
        let silent_ms = self.last_id.map_or(0, |id| now_ms.saturating_sub(id.ms));
        let start_missing = starts_known && self.started_at.is_none();
        SessionStatus::of(self.ended_at.is_some(), start_missing, silent_ms)
    }

    fn apply_edges(&mut self, event: &Event<'_>, time_ms: i64) {
        if event.flags.has(Flags::START) {
            self.started_at.get_or_insert(time_ms);
            self.ended_at = None;
        }
        if event.flags.has(Flags::END) {
            self.ended_at = Some(time_ms);
        }
    }

    fn apply_class(&mut self, event: &Event<'_>, time_ms: i64) {
        match event.class {
            Class::Message => {
                let role = event.role.as_deref().unwrap_or(b"(none)");
                *self.messages.entry(role.to_vec()).or_default() += 1;
            }
            Class::Search => {
                self.searches += 1;
                if let Some(query) = event.attribute("query") {
                    self.last_query = Some(query.to_vec());
                }
            }
            Class::Summary => self.summaries.push(summary(event, time_ms)),
            Class::Cleared => self.memory_cleared += 1,
            Class::Other => *self.other_types.entry(event.kind.to_vec()).or_default() += 1,
            Class::Started | Class::Error | Class::Ended => {}
        }
    }
}

/// Whether the log up to here shows starts of sessions at all; where it does, a session without one is truncated. Of sealed
/// chunks only one with a start is read.
#[must_use]
pub fn starts_known(log: &Log, cursor: Cursor) -> bool {
    log.chunks(log.first()..cursor).any(|(_, chunk, rows)| {
        let may_start = chunk.summary.as_ref().is_none_or(|s| s.starts);
        let mut flags = chunk.columns.flags.range(rows);
        may_start && flags.any(|flags| flags.has(Flags::START))
    })
}

/// When the event happened: by its producer, else by the entry id.
#[must_use]
pub fn event_time(event: &Event<'_>, id: EntryId) -> i64 {
    event
        .time_ms
        .unwrap_or_else(|| i64::try_from(id.ms).unwrap_or(i64::MAX))
}

fn summary(event: &Event<'_>, time_ms: i64) -> SummaryMade {
    SummaryMade {
        time_ms,
        original_messages: number(event, "original_messages"),
        summary_tokens: number(event, "summary_tokens"),
        compression_ratio: number(event, "compression_ratio").filter(|r: &f64| r.is_finite()),
    }
}

fn last_error(event: &Event<'_>) -> LastError {
    let owned = |part: &Option<std::borrow::Cow<'_, [u8]>>| part.as_deref().map(<[u8]>::to_vec);
    LastError {
        kind: event.kind.to_vec(),
        code: owned(&event.error_code),
        message: owned(&event.error_message),
    }
}

fn number<T: std::str::FromStr>(event: &Event<'_>, name: &str) -> Option<T> {
    std::str::from_utf8(event.attribute(name)?)
        .ok()?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{FieldRef, Mapping, decode};
    use crate::store::{Chunk, PageBuilder};

    type Entry<'a> = (u64, &'a [(&'a str, &'a str)]);

    const CHAT: [Entry<'static>; 8] = [
        (
            1_000,
            &[
                ("id", "e1"),
                ("type", "session.started"),
                ("user_id", "ada"),
            ],
        ),
        (
            2_000,
            &[
                ("id", "e2"),
                ("type", "message.added"),
                ("role", "user"),
                ("tokens", "12"),
            ],
        ),
        (
            2_500,
            &[
                ("id", "e2"),
                ("type", "message.added"),
                ("role", "user"),
                ("tokens", "12"),
            ],
        ),
        (
            3_000,
            &[
                ("id", "e3"),
                ("type", "search.performed"),
                ("query", "weather"),
            ],
        ),
        (
            4_000,
            &[
                ("id", "e4"),
                ("type", "message.added"),
                ("role", "assistant"),
                ("tokens", "30"),
            ],
        ),
        (
            5_000,
            &[
                ("id", "e5"),
                ("type", "summary.created"),
                ("original_messages", "2"),
                ("compression_ratio", "0.25"),
            ],
        ),
        (
            6_000,
            &[("id", "e6"), ("type", "error.occurred"), ("error", "boom")],
        ),
        (7_000, &[("id", "e7"), ("type", "session.ended")]),
    ];

    fn fold(entries: &[Entry<'_>]) -> SessionState {
        let mut fold = SessionFold::default();
        for (ms, fields) in entries {
            let fields: Vec<(&[u8], &[u8])> = fields
                .iter()
                .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
                .collect();
            let id = EntryId::new(*ms, 0);
            fold.apply(&decode(b"s", id, &fields, &Mapping::default()), id);
        }
        fold.state
    }

    #[test]
    fn a_conversation_folds_to_what_was_said_in_it() {
        let state = fold(&CHAT);
        assert_eq!(state.user.as_deref(), Some(b"ada".as_slice()));
        assert_eq!(state.messages.get(b"user".as_slice()), Some(&1));
        assert_eq!(state.messages.get(b"assistant".as_slice()), Some(&1));
        assert_eq!(state.tokens, Some(42));
        assert_eq!((state.searches, state.errors), (1, 1));
        let last_error = state.last_error.as_ref().and_then(|e| e.message.clone());
        assert_eq!(last_error.as_deref(), Some(b"boom".as_slice()));
        assert_eq!(state.last_query.as_deref(), Some(b"weather".as_slice()));
        assert_eq!(
            (state.started_at, state.ended_at),
            (Some(1_000), Some(7_000))
        );
        let summary = state.summaries.first();
        assert_eq!(summary.and_then(|s| s.compression_ratio), Some(0.25));
        assert_eq!(summary.and_then(|s| s.summary_tokens), None);
        assert_eq!(state.types.values().sum::<u64>(), 7);
        assert_eq!(state.status(8_000, true), SessionStatus::Ended);
    }

    #[test]
    fn repeating_the_whole_session_changes_nothing() {
        let twice: Vec<Entry<'_>> = CHAT.iter().chain(&CHAT).copied().collect();
        assert_eq!(fold(&twice), fold(&CHAT));
    }

    #[test]
    fn a_kind_without_meaning_is_counted() {
        let state = fold(&[(1, &[("type", "cache.warmed")]), (2, CHAT[1].1)]);
        let counted: Vec<_> = state.other_types.into_iter().collect();
        assert_eq!(counted, [(b"cache.warmed".to_vec(), 1)]);
    }

    #[test]
    fn unknown_tokens_are_not_zero() {
        assert_eq!(fold(&[(1, &[("type", "message.added")])]).tokens, None);
    }

    #[test]
    fn a_session_opens_again_when_it_starts_again() {
        let state = fold(&[
            (1, &[("type", "session.started")]),
            (2, &[("type", "session.ended")]),
            (3, &[("type", "session.started")]),
        ]);
        assert_eq!((state.started_at, state.ended_at), (Some(1), None));
        assert_eq!(state.status(3, true), SessionStatus::Open);
        assert_eq!(state.status(4 + IDLE_MS, true), SessionStatus::Idle);
    }

    #[test]
    fn a_missing_start_counts_only_where_starts_are_logged() {
        let state = fold(&[(1, &[("type", "message.added")])]);
        assert_eq!(state.status(1, true), SessionStatus::Truncated);
        assert_eq!(state.status(1, false), SessionStatus::Open);
    }

    /// A log of sealed and open chunks in which sessions start at these places.
    fn log_with_starts(starts: &[usize]) -> Log {
        let mut log = Log::default();
        let entries = 2 * Chunk::FULL_LEN + 100;
        let mut page = PageBuilder::new(Arc::new(Mapping::default()));
        for n in 0..entries {
            let kind: &[u8] = if starts.contains(&n) {
                b"session.started"
            } else {
                b"message.added"
            };
            let fields: [FieldRef<'_>; 2] = [(b"type", kind), (b"session_id", b"s")];
            page.push(b"memory:events", EntryId::new(1_000 + n as u64, 0), &fields);
            if page.len() == 1_000 || n + 1 == entries {
                log.append(&page.take());
            }
        }
        log
    }

    #[test]
    fn starts_are_known_from_the_first_one_on_wherever_it_stands() {
        let all = 2 * Chunk::FULL_LEN + 100;
        for start in [0, 700, Chunk::FULL_LEN, 2 * Chunk::FULL_LEN + 5, all] {
            let log = log_with_starts(&[start, start + 20]);
            for count in [start, start + 1, all] {
                let known = start < count.min(all);
                let cursor = log.nth(count as u64);
                assert_eq!(starts_known(&log, cursor), known, "{start} {count}");
            }
        }
    }
}
