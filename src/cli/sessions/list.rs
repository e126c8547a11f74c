//! The sessions of a run, gathered page by page from the columns.

use hashbrown::HashMap;

use crate::cli::marks::Tracker;
use crate::model::{Class, Flags, Ms};
use crate::project::Finding;
use crate::project::findings::{Place, Seen, Silence, Watcher};
use crate::project::session_state::SessionStatus;
use crate::store::{Page, Symbol};

/// Sessions that are kept at most; of those that ended the least recently active go first.
const SESSIONS: usize = 1_000_000;
/// Findings that are kept of one session: its first.
const FINDINGS: usize = 100;

/// What is told of one session. Times are those of the entry ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionRow {
    /// Its id.
    pub session: Vec<u8>,
    /// The first user named.
    pub user: Option<Vec<u8>>,
    /// Of its first event.
    pub first_ms: Ms,
    /// Of its last event.
    pub last_ms: Ms,
    /// Events.
    pub events: u64,
    /// Messages among them.
    pub messages: u64,
    /// Failures among them.
    pub errors: u64,
    /// Sum over the events that name tokens.
    pub tokens: Option<u64>,
    /// What is worth a look in it; what is silent is asked for.
    pub findings: Vec<Finding>,
    silence: Silence,
    number: u64,
    started: bool,
    ended: bool,
    chosen: bool,
}

impl SessionRow {
    /// Where it stands; silence is measured up to `reference_ms`.
    pub fn status(&self, reference_ms: Ms, starts_known: bool) -> SessionStatus {
        let silent_ms = reference_ms.saturating_sub(self.last_ms);
        SessionStatus::of(self.ended, starts_known && !self.started, silent_ms)
    }

    /// Says what is found in its silence up to `reference_ms` too.
    pub fn note_silence(&mut self, reference_ms: Ms) {
        self.findings
            .extend(self.silence.at(self.number, reference_ms));
    }

    fn add(&mut self, page: &Page, row: usize) {
        let columns = &page.columns;
        let ms = columns.id.get(row).map_or(0, |id| id.ms);
        self.first_ms = if self.events == 0 {
            ms
        } else {
            self.first_ms.min(ms)
        };
        self.last_ms = self.last_ms.max(ms);
        self.events += 1;
        let class = columns.class.get(row).unwrap_or_default();
        self.messages += u64::from(class == Class::Message);
        self.errors += u64::from(columns.has(row, Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens));
        }
        let user = columns.user.get(row).unwrap_or_default();
        if self.user.is_none() && user.is_some() {
            self.user = Some(page.strings.get(user).to_vec());
        }
        if columns.has(row, Flags::START) {
            (self.started, self.ended) = (true, false);
        }
        self.ended |= columns.has(row, Flags::END);
        let place = Place {
            id: columns.id.get(row).unwrap_or_default(),
            seq: None,
        };
        self.silence
            .push(place, columns.flags.get(row).unwrap_or_default());
    }

    fn watch(&mut self, watcher: &mut Watcher, page: &Page, row: usize) {
        let seen = Seen::of(&page.columns, row, &page.strings, None);
        watcher.see(self.number, &seen, |finding| {
            if self.findings.len() < FINDINGS {
                self.findings.push(finding);
            }
        });
    }
}

/// All sessions so far.
#[derive(Debug)]
pub struct SessionList {
    sessions: HashMap<Vec<u8>, SessionRow>,
    seen: Tracker,
    watcher: Watcher,
    numbered: u64,
    newest_ms: Ms,
    bound: usize,
    starts_known: bool,
    cut: u64,
}

impl Default for SessionList {
    fn default() -> Self {
        Self::bounded(SESSIONS)
    }
}

impl SessionList {
    /// One that keeps at most so many sessions.
    pub fn bounded(bound: usize) -> Self {
        Self {
            sessions: HashMap::new(),
            seen: Tracker::default(),
            watcher: Watcher::default(),
            numbered: 0,
            newest_ms: 0,
            bound: bound.max(4),
            starts_known: false,
            cut: 0,
        }
    }

    /// Sessions that were dropped to keep the bound.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Sessions of which the detectors had to forget what they did.
    pub fn unwatched(&self) -> u64 {
        self.watcher.dropped()
    }

    /// Adds a page; `chosen` are the rows that the filter lets through, ascending.
    pub fn add(&mut self, page: &Page, chosen: &[usize]) {
        let mut chosen = chosen.iter().copied().peekable();
        for (row, session) in page.columns.session.iter().enumerate() {
            let matches = chosen.next_if_eq(&row).is_some();
            self.newest_ms = self
                .newest_ms
                .max(page.columns.id.get(row).map_or(0, |id| id.ms));
            let event_id = page.columns.event_id.get(row).unwrap_or_default();
            let new = event_id == 0 || self.seen.is_new(event_id);
            if session.is_some() {
                self.starts_known |= new && page.columns.has(row, Flags::START);
                self.add_row(page, row, session, (matches, new));
            }
        }
    }

    fn add_row(&mut self, page: &Page, row: usize, session: Symbol, told: (bool, bool)) {
        let id = page.strings.get(session);
        if self.sessions.len() >= self.bound && !self.sessions.contains_key(id) {
            self.make_room();
        }
        let (matches, new) = told;
        let numbered = &mut self.numbered;
        let entry = self.sessions.entry_ref(id).or_insert_with(|| {
            *numbered += 1;
            SessionRow {
                session: id.to_vec(),
                number: *numbered,
                ..SessionRow::default()
            }
        });
        entry.chosen |= matches;
        if new {
            entry.add(page, row);
            entry.watch(&mut self.watcher, page, row);
        }
    }

    /// Drops a quarter of the sessions, so that this is seldom needed.
    fn make_room(&mut self) {
        let age = |row: &SessionRow| (!row.ended, row.last_ms, row.number);
        let mut ages: Vec<_> = self.sessions.values().map(age).collect();
        let quarter = (self.bound / 4).max(1).min(ages.len());
        let (_, border, _) = ages.select_nth_unstable(quarter - 1);
        let border = *border;
        let before = self.sessions.len();
        self.sessions.retain(|_, row| age(row) > border);
        self.cut += (before - self.sessions.len()) as u64;
    }

    /// The time of the newest entry, of a session or not.
    pub fn newest_ms(&self) -> Ms {
        self.newest_ms
    }

    /// Whether any session's start was seen.
    pub fn starts_known(&self) -> bool {
        self.starts_known
    }

    /// The chosen sessions, last active first, then by id.
    pub fn newest_first(self) -> Vec<SessionRow> {
        let chosen = self
            .sessions
            .into_values()
            .filter(|s| s.chosen && s.events > 0);
        let mut rows: Vec<SessionRow> = chosen.collect();
        rows.sort_by(|a, b| {
            b.last_ms
                .cmp(&a.last_ms)
                .then_with(|| a.session.cmp(&b.session))
        });
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::EntryId;
    use crate::store::PageBuilder;

    fn page(entries: &[(u64, &str, &str, &str)]) -> Page {
        let mut builder = PageBuilder::new(Arc::default());
        for (ms, id, kind, session) in entries {
            let fields: [(&[u8], &[u8]); 3] = [
                (b"id", id.as_bytes()),
                (b"type", kind.as_bytes()),
                (b"session_id", session.as_bytes()),
            ];
            builder.push(b"s", EntryId::new(*ms, 0), &fields);
        }
        builder.finish()
    }

    #[test]
    fn counts_each_event_once_and_sorts_by_last_activity() {
        let mut list = SessionList::default();
        list.add(
            &page(&[
                (1, "a", "session.started", "x"),
                (2, "b", "message.added", "x"),
                (3, "c", "message.added", "y"),
                (4, "b", "message.added", "x"),
            ]),
            &[0, 1, 2, 3],
        );
        list.add(&page(&[(5, "d", "session.ended", "x")]), &[0]);
        assert!(list.starts_known());
        let rows = list.newest_first();
        let told: Vec<_> = rows
            .iter()
            .map(|r| (r.session.as_slice(), r.events, r.last_ms))
            .collect();
        assert_eq!(told, [(b"x".as_slice(), 3, 5), (b"y".as_slice(), 1, 3)]);
        let states: Vec<_> = rows.iter().map(|r| r.status(5, true)).collect();
        assert_eq!(states, [SessionStatus::Ended, SessionStatus::Truncated]);
    }

    #[test]
    fn of_too_many_sessions_those_that_ended_long_ago_are_cut_and_counted() {
        let mut list = SessionList::bounded(8);
        for n in 0..20 {
            let (session, kind) = (format!("s{n}"), ["session.started", "session.ended"]);
            let [start, end] = [0, 1].map(|e| (n * 2 + e, format!("e{n}-{e}")));
            list.add(
                &page(&[
                    (start.0, &start.1, kind[0], &session),
                    (end.0, &end.1, kind[usize::from(n % 5 != 0)], &session),
                ]),
                &[0],
            );
        }
        let (cut, rows) = (list.cut(), list.newest_first());
        assert!(rows.len() <= 8);
        assert_eq!(cut + rows.len() as u64, 20);
        let open = ["s0", "s5", "s10", "s15"];
        for id in open {
            assert!(rows.iter().any(|r| r.session == id.as_bytes()), "{id}");
        }
    }

    #[test]
    fn a_filter_chooses_sessions_but_not_what_is_told_of_them() {
        let mut list = SessionList::default();
        let entries = [
            (1, "a", "message.added", "x"),
            (2, "b", "error.occurred", "x"),
            (3, "c", "message.added", "y"),
        ];
        list.add(&page(&entries), &[1]);
        let rows = list.newest_first();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows.first().map(|r| (r.events, r.errors)), Some((2, 1)));
    }
}
