//! The sessions of a run, gathered page by page from the columns.

use hashbrown::HashMap;

use crate::cli::marks::Tracker;
use crate::model::{Class, Flags, Ms};
use crate::project::session_state::SessionStatus;
use crate::store::{Page, Symbol};

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
        let class = columns.class.get(row).copied().unwrap_or_default();
        self.messages += u64::from(class == Class::Message);
        self.errors += u64::from(columns.has(row, Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens));
        }
        let user = columns.user.get(row).copied().unwrap_or_default();
        if self.user.is_none() && user.is_some() {
            self.user = Some(page.strings.get(user).to_vec());
        }
        if columns.has(row, Flags::START) {
            (self.started, self.ended) = (true, false);
        }
        self.ended |= columns.has(row, Flags::END);
    }
}

/// All sessions so far.
#[derive(Debug, Default)]
pub struct SessionList {
    sessions: HashMap<Vec<u8>, SessionRow>,
    seen: Tracker,
    newest_ms: Ms,
}

impl SessionList {
    /// Adds a page; `chosen` are the rows that the filter lets through, ascending.
    pub fn add(&mut self, page: &Page, chosen: &[usize]) {
        let mut chosen = chosen.iter().copied().peekable();
        for (row, session) in page.columns.session.iter().enumerate() {
            let matches = chosen.next_if_eq(&row).is_some();
            self.newest_ms = self
                .newest_ms
                .max(page.columns.id.get(row).map_or(0, |id| id.ms));
            let event_id = page.columns.event_id.get(row).copied().unwrap_or_default();
            let new = event_id == 0 || self.seen.is_new(event_id);
            if session.is_some() {
                let entry = self.of(page, *session);
                entry.chosen |= matches;
                if new {
                    entry.add(page, row);
                }
            }
        }
    }

    fn of(&mut self, page: &Page, session: Symbol) -> &mut SessionRow {
        let id = page.strings.get(session);
        self.sessions.entry_ref(id).or_insert_with(|| SessionRow {
            session: id.to_vec(),
            ..SessionRow::default()
        })
    }

    /// The time of the newest entry, of a session or not.
    pub fn newest_ms(&self) -> Ms {
        self.newest_ms
    }

    /// Whether any session's start was seen.
    pub fn starts_known(&self) -> bool {
        self.sessions.values().any(|session| session.started)
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
