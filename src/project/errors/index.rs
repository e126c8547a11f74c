//! Every error of the log by its group, in order: what the error screen asks at any cursor, without looking at the log again.
//!
//! Invariant: it holds the errors of one unbroken part of the log that a filter lets through; an answer at a cursor depends on
//! those before it alone. Going back or far costs no more than a step: each answer is a binary search a group.

use std::ops::Range;

use super::grouping::{Added, Distinct, Grouping, Name, Totals, Whose, sort};
use crate::model::Flags;
use crate::store::{Column, Cursor, Log, Seq, Symbol};

/// One error of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place.
    pub seq: Seq,
    /// Its session, or none.
    pub session: Symbol,
    /// Its user, or none.
    pub user: Symbol,
}

/// The errors of a part of the log by group.
#[derive(Clone, Debug, Default)]
pub struct ErrorIndex {
    grouping: Grouping,
    groups: Vec<Group>,
    /// Errors of groups that are not kept.
    others: Vec<Seq>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    fingerprint: Symbol,
    faults: Vec<Fault>,
    sessions: Firsts,
    users: Firsts,
}

/// Where names came first.
#[derive(Clone, Debug, Default)]
struct Firsts {
    seqs: Vec<Seq>,
    unknown: Option<Seq>,
}

impl ErrorIndex {
    /// Takes in those errors of a part of the log that are let through; it follows what was taken in so far. Each is asked for
    /// once, in the log's order.
    pub fn extend(
        &mut self,
        log: &Log,
        range: Range<Cursor>,
        mut is_among: impl FnMut(Seq) -> bool,
    ) {
        for (base, chunk, rows) in log.chunks(range) {
            let columns = &chunk.columns;
            for row in chunk.errors_within(rows) {
                let seq = base.plus(row as u64);
                if !is_among(seq) || columns.has(row, Flags::DUPLICATE) {
                    continue;
                }
                let symbol = |column: &Column<Symbol>| column.get(row).unwrap_or_default();
                let fault = Fault {
                    seq,
                    session: symbol(&columns.session),
                    user: symbol(&columns.user),
                };
                self.add(symbol(&columns.fingerprint), fault);
            }
        }
    }

    fn add(&mut self, fingerprint: Symbol, fault: Fault) {
        let whose = Whose {
            fingerprint,
            session: fault.session,
            user: fault.user,
        };
        let Some(added) = self.grouping.add(whose) else {
            self.others.push(fault.seq);
            return;
        };
        if added.group == self.groups.len() {
            self.groups.push(Group {
                fingerprint,
                ..Group::default()
            });
        }
        if let Some(group) = self.groups.get_mut(added.group) {
            group.add(fault, added);
        }
    }

    /// The groups of the errors before a boundary, the largest first.
    #[must_use]
    pub fn groups(&self, cursor: Cursor) -> Vec<Totals<Seq>> {
        let mut groups: Vec<_> = self
            .groups
            .iter()
            .filter_map(|group| group.totals(cursor))
            .collect();
        sort(&mut groups);
        groups
    }

    /// Errors before a boundary of groups that are not kept.
    #[must_use]
    pub fn others(&self, cursor: Cursor) -> u64 {
        self.others.partition_point(|seq| cursor.includes(*seq)) as u64
    }

    /// The errors of a group before a boundary, ascending; none where it is no group.
    #[must_use]
    pub fn faults(&self, fingerprint: Symbol, cursor: Cursor) -> &[Fault] {
        let at = self.grouping.find(fingerprint);
        at.and_then(|at| self.groups.get(at))
            .map_or(&[], |group| group.before(cursor))
    }

    /// Whether it is a group, whenever its errors happen.
    #[must_use]
    pub fn has(&self, fingerprint: Symbol) -> bool {
        self.grouping.find(fingerprint).is_some()
    }
}

impl Group {
    fn add(&mut self, fault: Fault, added: Added) {
        self.faults.push(fault);
        self.sessions.add(fault.seq, added.session);
        self.users.add(fault.seq, added.user);
    }

    fn before(&self, cursor: Cursor) -> &[Fault] {
        let count = self.faults.partition_point(|f| cursor.includes(f.seq));
        self.faults.get(..count).unwrap_or_default()
    }

    fn totals(&self, cursor: Cursor) -> Option<Totals<Seq>> {
        let happened = self.before(cursor);
        Some(Totals {
            fingerprint: self.fingerprint,
            count: happened.len() as u64,
            sessions: self.sessions.before(cursor),
            users: self.users.before(cursor),
            first: happened.first()?.seq,
            last: happened.last()?.seq,
        })
    }
}

impl Firsts {
    fn add(&mut self, seq: Seq, name: Name) {
        match name {
            Name::Old => {}
            Name::New => self.seqs.push(seq),
            Name::Unknown => {
                self.unknown.get_or_insert(seq);
            }
        }
    }

    fn before(&self, cursor: Cursor) -> Distinct {
        Distinct {
            count: self.seqs.partition_point(|seq| cursor.includes(*seq)) as u64,
            at_least: self.unknown.is_some_and(|seq| cursor.includes(seq)),
        }
    }
}
