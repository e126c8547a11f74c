//! Turns that take far more tokens than turns do.
//!
//! Invariant: a turn is told once, against the turns of all sessions that were complete before that.

use super::Place;

/// So many times the mean.
const TIMES: u64 = 3;
/// Turns before which the mean says nothing.
const TURNS: u64 = 20;

/// All complete turns that name tokens, of every session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fleet {
    turns: u64,
    tokens: u64,
}

impl Fleet {
    fn mean(self) -> Option<u64> {
        (self.turns >= TURNS).then(|| self.tokens / self.turns)
    }

    /// Exact: the mean is no whole number.
    fn is_expensive(self, tokens: u64) -> bool {
        let (tokens, all) = (u128::from(tokens), u128::from(self.tokens));
        self.turns >= TURNS && tokens * u128::from(self.turns) > all * u128::from(TIMES)
    }
}

/// The turn of a session that goes on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn {
    ask: Option<Place>,
    tokens: Option<u64>,
    is_told: bool,
}

impl Turn {
    /// A user's message: the turn before is complete and another begins.
    pub fn begin(&mut self, at: Place, fleet: &mut Fleet) {
        self.end(fleet);
        self.ask = Some(at);
    }

    /// The turn is complete, without another.
    pub fn end(&mut self, fleet: &mut Fleet) {
        if let Some(tokens) = self.tokens {
            fleet.turns += 1;
            fleet.tokens = fleet.tokens.saturating_add(tokens);
        }
        *self = Self::default();
    }

    /// Takes in an event of the turn; tokens, mean and the turn's first entry, where this makes it expensive.
    pub fn push(&mut self, tokens: Option<u64>, fleet: Fleet) -> Option<(u64, u64, Place)> {
        let (ask, more) = (self.ask?, tokens?);
        let tokens = self.tokens.unwrap_or(0).saturating_add(more);
        self.tokens = Some(tokens);
        if self.is_told || !fleet.is_expensive(tokens) {
            return None;
        }
        self.is_told = true;
        Some((tokens, fleet.mean()?, ask))
    }
}
