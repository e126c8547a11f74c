//! Puts errors into groups one after another: the one place that says what a group counts, for the screen and for the command.
//!
//! Invariant: the same errors in the same order give the same groups, whoever asks. It is bounded: at most [`GROUPS`] groups,
//! of which the first to come are kept, and [`NAMES`] pairs of a group with a session or a user.

use hashbrown::{HashMap, HashSet};

use crate::store::Symbol;

/// Groups that are told apart; errors of others are counted together.
pub const GROUPS: usize = 10_000;
/// Pairs of a group with a session that are remembered, and as many of a group with a user. Once they are used up, sessions and
/// users are at least so many.
pub const NAMES: usize = 1 << 20;

/// Distinct things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distinct {
    /// How many.
    pub count: u64,
    /// There may be more: the bound on what is remembered was reached.
    pub at_least: bool,
}

/// What is told of a group; `P` is a place in the log, or an entry id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals<P> {
    /// `kind \x1f code \x1f masked message`.
    pub fingerprint: Symbol,
    /// Errors in the group, repeated events once.
    pub count: u64,
    /// Sessions in which they happened.
    pub sessions: Distinct,
    /// Users to whom they happened.
    pub users: Distinct,
    /// The first in the log's order.
    pub first: P,
    /// The last, which is the example.
    pub last: P,
}

/// The largest first; of equally large groups the one that failed last.
pub fn sort<P: Ord + Copy>(groups: &mut [Totals<P>]) {
    groups.sort_by_key(|group| std::cmp::Reverse((group.count, group.last)));
}

/// Whose an error is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// Its fingerprint.
    pub fingerprint: Symbol,
    /// Its session, or none.
    pub session: Symbol,
    /// Its user, or none.
    pub user: Symbol,
}

/// What an error adds to its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Added {
    /// Which group, by the order in which groups came.
    pub group: usize,
    /// Its session is the first of that name.
    pub session: Name,
    /// Its user is.
    pub user: Name,
}

/// What is known of a name in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// There is none, or it came before.
    Old,
    /// It comes for the first time.
    New,
    /// It is not known, for no more is remembered.
    Unknown,
}

/// Tells errors' groups, and which names are new in them.
#[derive(Clone, Debug)]
pub struct Grouping {
    groups: HashMap<Symbol, usize>,
    sessions: Names,
    users: Names,
    most: usize,
}

impl Default for Grouping {
    fn default() -> Self {
        Self::bounded(GROUPS, NAMES)
    }
}

impl Grouping {
    /// With other bounds than the usual.
    #[must_use]
    pub fn bounded(groups: usize, names: usize) -> Self {
        Self {
            groups: HashMap::new(),
            sessions: Names::bounded(names),
            users: Names::bounded(names),
            most: groups,
        }
    }

    /// Where an error belongs; `None` where it is of a group that is not kept.
    pub fn add(&mut self, whose: Whose) -> Option<Added> {
        let next = self.groups.len();
        let group = if next < self.most {
            *self.groups.entry(whose.fingerprint).or_insert(next)
        } else {
            *self.groups.get(&whose.fingerprint)?
        };
        Some(Added {
            group,
            session: self.sessions.look_at(group, whose.session),
            user: self.users.look_at(group, whose.user),
        })
    }

    /// Where a group stands, if it is one.
    #[must_use]
    pub fn find(&self, fingerprint: Symbol) -> Option<usize> {
        self.groups.get(&fingerprint).copied()
    }
}

impl Distinct {
    /// Counts one more where it is one.
    pub fn add(&mut self, name: Name) {
        self.count += u64::from(name == Name::New);
        self.at_least |= name == Name::Unknown;
    }
}

/// The names seen in each group.
#[derive(Clone, Debug)]
struct Names {
    seen: HashSet<(usize, Symbol)>,
    most: usize,
}

impl Names {
    fn bounded(most: usize) -> Self {
        Self {
            seen: HashSet::new(),
            most,
        }
    }

    fn look_at(&mut self, group: usize, name: Symbol) -> Name {
        if !name.is_some() || self.seen.contains(&(group, name)) {
            Name::Old
        } else if self.seen.len() < self.most {
            self.seen.insert((group, name));
            Name::New
        } else {
            Name::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(fingerprint: u32, session: u32) -> Whose {
        Whose {
            fingerprint: Symbol(fingerprint),
            session: Symbol(session),
            user: Symbol::NONE,
        }
    }

    #[test]
    fn what_is_over_a_bound_is_told_and_not_guessed_at() {
        let mut grouping = Grouping::bounded(2, 3);
        let mut add = |fingerprint, session| {
            let added = grouping.add(whose(fingerprint, session));
            added.map(|a| (a.group, a.session))
        };
        assert_eq!(add(7, 1), Some((0, Name::New)));
        assert_eq!(add(8, 1), Some((1, Name::New)));
        assert_eq!(add(9, 1), None);
        assert_eq!(add(7, 0), Some((0, Name::Old)));
        assert_eq!(add(7, 2), Some((0, Name::New)));
        assert_eq!(add(7, 3), Some((0, Name::Unknown)));
        assert_eq!(add(7, 2), Some((0, Name::Old)));
        let mut sessions = Distinct::default();
        for name in [Name::New, Name::Old, Name::New] {
            sessions.add(name);
        }
        assert!(!sessions.at_least);
        sessions.add(Name::Unknown);
        assert_eq!((sessions.count, sessions.at_least), (2, true));
    }
}
