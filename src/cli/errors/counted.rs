//! The error groups of a run, gathered page by page from the columns.
//!
//! Invariant: what a group counts is said by [`Grouping`], as on the screen. In memory are the groups and their names, never
//! the errors.

use crate::model::{EntryId, Flags};
use crate::project::errors::Distinct;
use crate::project::errors::grouping::{Grouping, Totals, Whose, sort};
use crate::store::{Column, Interner, Page, Strings, Symbol};

/// An entry by the order of reading, so that of two the later is the greater.
pub type Place = (u64, EntryId);

/// All groups so far.
#[derive(Debug, Default)]
pub struct Counted {
    strings: Interner,
    grouping: Grouping,
    groups: Vec<Totals<Place>>,
    /// Errors of groups that are not kept.
    pub others: u64,
    read: u64,
}

impl Counted {
    /// Adds the errors among these rows of a page that repeat no event.
    pub fn add(&mut self, page: &Page, rows: &[usize]) {
        for row in rows {
            self.read += 1;
            let columns = &page.columns;
            if columns.has(*row, Flags::ERROR) && !columns.has(*row, Flags::DUPLICATE) {
                self.add_error(page, *row);
            }
        }
    }

    fn add_error(&mut self, page: &Page, row: usize) {
        let columns = &page.columns;
        let mut symbol = |column: &Column<Symbol>| match column.get(row) {
            Some(symbol) if symbol.is_some() => self.strings.intern(page.strings.get(symbol)),
            _ => Symbol::NONE,
        };
        let whose = Whose {
            fingerprint: symbol(&columns.fingerprint),
            session: symbol(&columns.session),
            user: symbol(&columns.user),
        };
        let Some(added) = self.grouping.add(whose) else {
            self.others += 1;
            return;
        };
        let id = columns.id.get(row).unwrap_or_default();
        let place = (self.read, id);
        if added.group == self.groups.len() {
            self.groups.push(Totals {
                fingerprint: whose.fingerprint,
                count: 0,
                sessions: Distinct::default(),
                users: Distinct::default(),
                first: place,
                last: place,
            });
        }
        if let Some(group) = self.groups.get_mut(added.group) {
            group.count += 1;
            group.sessions.add(added.session);
            group.users.add(added.user);
            group.last = place;
        }
    }

    /// Errors in all.
    pub fn errors(&self) -> u64 {
        self.groups.iter().map(|group| group.count).sum::<u64>() + self.others
    }

    /// The groups, the largest first, and the strings behind their symbols.
    pub fn largest_first(mut self) -> (Vec<Totals<Place>>, Strings) {
        sort(&mut self.groups);
        (self.groups, self.strings.strings().clone())
    }
}
