//! Sessions whose turns take far more tokens than turns do.
//!
//! Invariant: a session is told once, against the turns of all sessions that were complete before that. One dear turn is no
//! finding: a third of all sessions has one where turns differ as they do.

use super::Place;

/// So many times the mean of the fleet.
const TIMES: u128 = 3;
/// Turns of the fleet before which the mean says nothing.
const TURNS: u64 = 20;
/// Turns of the session, the one that goes on too.
const OWN_TURNS: usize = 3;

/// All complete turns that name tokens, of every session.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fleet {
    turns: u64,
    tokens: u64,
}

/// The turns of a session.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    /// Where those that name tokens began, the newest at most.
    asks: Vec<Place>,
    /// Complete ones that name tokens, and their tokens.
    complete: u64,
    spent: u64,
    ask: Option<Place>,
    tokens: Option<u64>,
    is_told: bool,
}

/// A session's turns against the fleet's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dear {
    /// Tokens a turn of the session, in whole.
    pub own: u64,
    /// Tokens a turn of the fleet, in whole.
    pub fleet: u64,
    /// Where the session's last turns began.
    pub asks: Vec<Place>,
}

impl Turns {
    /// A user's message: the turn before is complete and another begins.
    pub fn begin(&mut self, at: Place, fleet: &mut Fleet) {
        self.end(fleet);
        self.ask = Some(at);
    }

    /// The turn is complete, without another.
    pub fn end(&mut self, fleet: &mut Fleet) {
        if let Some(tokens) = self.tokens.take() {
            fleet.turns += 1;
            fleet.tokens = fleet.tokens.saturating_add(tokens);
            self.complete += 1;
            self.spent = self.spent.saturating_add(tokens);
        }
        self.ask = None;
    }

    /// Takes in an event of the turn; what is found, where this makes the session dear.
    pub fn push(&mut self, tokens: Option<u64>, fleet: Fleet) -> Option<Dear> {
        let (ask, more) = (self.ask?, tokens?);
        if self.tokens.is_none() {
            self.asks.push(ask);
            self.asks.drain(..self.asks.len().saturating_sub(OWN_TURNS));
        }
        let tokens = self.tokens.unwrap_or(0).saturating_add(more);
        self.tokens = Some(tokens);
        let (turns, spent) = (self.complete + 1, self.spent.saturating_add(tokens));
        // Exact: means are no whole numbers.
        let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
        let is_dear = wide(spent, fleet.turns) > TIMES * wide(fleet.tokens, turns);
        if self.is_told || fleet.turns < TURNS || turns < OWN_TURNS as u64 || !is_dear {
            return None;
        }
        self.is_told = true;
        Some(Dear {
            own: spent / turns,
            fleet: fleet.tokens / fleet.turns,
            asks: self.asks.clone(),
        })
    }
}
