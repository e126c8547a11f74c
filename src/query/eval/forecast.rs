//! What a chunk's summary tells of a part of a plan before a row is read: whether it is decided, what it costs, and how many
//! rows it leaves.

use super::Run;
use crate::model::{EntryId, Flags};
use crate::query::plan::{Check, Node, SymbolColumn};
use crate::store::{Summary, Symbol};

/// Whether a part of a plan holds of the rows of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// Of none.
    Never,
    /// Of all.
    Always,
    /// Only the rows tell.
    Perhaps,
}

/// What is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forecast {
    pub certainty: Certainty,
    /// What a row costs, see [`Node::cost`].
    pub cost: u32,
    /// How many rows hold, in thousandths; a guess where the summary does not tell.
    pub share: u32,
}

/// Thousandths of the rows.
const ALL: u32 = 1_000;
/// Where nothing is known.
const HALF: u32 = ALL / 2;

impl Forecast {
    const NEVER: Self = Self {
        certainty: Certainty::Never,
        cost: 0,
        share: 0,
    };
    const ALWAYS: Self = Self {
        certainty: Certainty::Always,
        cost: 0,
        share: ALL,
    };

    const fn perhaps(cost: u32, share: u32) -> Self {
        Self {
            certainty: Certainty::Perhaps,
            cost,
            share,
        }
    }

    /// The order in which all of several must hold: what is cheap first, of equals what leaves less.
    pub(super) fn narrows(&self) -> (u32, u32) {
        (self.cost, self.share)
    }

    /// The order in which one of several must hold: what is cheap first, of equals what leaves less to the others.
    pub(super) fn widens(&self) -> (u32, u32) {
        (self.cost, ALL - self.share)
    }

    fn not(self) -> Self {
        let certainty = match self.certainty {
            Certainty::Never => Certainty::Always,
            Certainty::Always => Certainty::Never,
            Certainty::Perhaps => Certainty::Perhaps,
        };
        Self {
            certainty,
            share: ALL - self.share,
            ..self
        }
    }

    /// One of two decides for both where it says this.
    fn with(self, other: Self, decides: Certainty, share: u32) -> Self {
        if self.certainty == decides
            || other.certainty != Certainty::Perhaps && other.certainty != decides
        {
            return self;
        }
        if other.certainty == decides || self.certainty != Certainty::Perhaps {
            return other;
        }
        Self::perhaps(self.cost.max(other.cost), share)
    }
}

impl<'a> Run<'a> {
    pub(super) fn forecast(&mut self, node: &'a Node, summary: Option<&Summary>) -> Forecast {
        match node {
            Node::All(parts) => parts.iter().fold(Forecast::ALWAYS, |all, part| {
                let part = self.forecast(part, summary);
                all.with(part, Certainty::Never, all.share * part.share / ALL)
            }),
            Node::Any(parts) => parts.iter().fold(Forecast::NEVER, |any, part| {
                let part = self.forecast(part, summary);
                any.with(part, Certainty::Always, ALL.min(any.share + part.share))
            }),
            Node::Not(inner) => self.forecast(inner, summary).not(),
            Node::Check(Check::Never) => Forecast::NEVER,
            Node::Check(check) => {
                let unknown = Forecast::perhaps(check.cost(), HALF);
                summary.map_or(unknown, |summary| self.told(check, summary))
            }
        }
    }

    fn told(&mut self, check: &Check, summary: &Summary) -> Forecast {
        let cost = check.cost();
        let rows = summary.kinds.iter().map(|(_, count)| *count).sum();
        match check {
            Check::Flags(Flags::ERROR) => counted(cost, summary.errors.len(), rows),
            Check::Symbols(SymbolColumn::Fingerprint, ..) if summary.errors.is_empty() => {
                Forecast::NEVER
            }
            Check::Ids(from, to) => within(cost, summary.ids, *from, *to),
            Check::Symbols(SymbolColumn::Kind, ..) => {
                let kinds = summary.kinds.iter();
                let holding = kinds.filter(|(symbol, _)| self.symbol(check, *symbol));
                let count: u32 = holding.map(|(_, count)| *count).sum();
                counted(cost, count as usize, rows)
            }
            Check::Symbols(SymbolColumn::Session, ..) | Check::Session { .. } => {
                self.listed(check, &summary.sessions)
            }
            Check::Symbols(SymbolColumn::User, ..) => self.listed(check, &summary.users),
            _ => Forecast::perhaps(cost, HALF),
        }
    }

    /// As if each of the names stood in as many rows.
    fn listed(&mut self, check: &Check, names: &[Symbol]) -> Forecast {
        let names_holding = names.iter().filter(|name| self.symbol(check, **name));
        let count = names_holding.count();
        counted(
            check.cost(),
            count,
            u32::try_from(names.len()).unwrap_or(u32::MAX),
        )
    }
}

/// So many of all.
fn counted(cost: u32, count: usize, all: u32) -> Forecast {
    match count {
        0 => Forecast::NEVER,
        n if n == all as usize => Forecast::ALWAYS,
        n => {
            let share = n * ALL as usize / (all as usize).max(1);
            Forecast::perhaps(cost, u32::try_from(share).unwrap_or(ALL).min(ALL))
        }
    }
}

fn within(cost: u32, (first, last): (EntryId, EntryId), from: EntryId, to: EntryId) -> Forecast {
    if last < from || to < first {
        Forecast::NEVER
    } else if from <= first && last <= to {
        Forecast::ALWAYS
    } else {
        Forecast::perhaps(cost, HALF)
    }
}
