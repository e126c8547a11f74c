//! Which type follows which in a session, which paths are rare, and when in the week things happen.
//!
//! Invariant: shares are of what is counted here; what was cut is in no share's numerator.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::figures::share;
use super::{Path, Tally};
use crate::store::{Strings, Symbol};

/// A path is called rare where at most this share of those that begin alike go on so.
pub const RARE: f64 = 0.02;
/// A path is compared with the others that begin alike where there are at least as many.
pub const RARE_AMONG: u64 = 50;

/// A type that came right after another in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Follow {
    /// The type before.
    pub from: Symbol,
    /// The type after.
    pub to: Symbol,
    /// How often.
    pub count: u64,
    /// Of all that came after `from`, 0–1.
    pub share: f64,
    /// Half of the times between are at most as long, ms; exact of few, else to 0.8 %.
    pub median_gap_ms: Option<f64>,
}

/// A path of three types that few take.
#[derive(Clone, Debug, PartialEq)]
pub struct Rare {
    /// The types.
    pub path: Path,
    /// How often.
    pub count: u64,
    /// Of all that began with the same two, 0–1.
    pub share: f64,
    /// A session that took it.
    pub session: Symbol,
}

/// The patterns of a tally.
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns {
    /// The most frequent first.
    pub follows: Vec<Follow>,
    /// The rarest first.
    pub rare: Vec<Rare>,
    /// Events per hour of the day.
    pub by_hour: [u64; 24],
    /// Events per day of the week, from Monday.
    pub by_weekday: [u64; 7],
}

/// At most `most` of each.
#[must_use]
pub fn patterns(tally: &Tally, names: &Strings, most: usize) -> Patterns {
    let mut by_hour = [0; 24];
    let mut by_weekday = [0; 7];
    for (hour, count) in tally.hours.0.iter().enumerate() {
        if let Some(sum) = by_hour.get_mut(hour % 24) {
            *sum += count;
        }
        if let Some(sum) = by_weekday.get_mut(hour / 24) {
            *sum += count;
        }
    }
    Patterns {
        follows: follows(tally, names, most),
        rare: rare(tally, names, most),
        by_hour,
        by_weekday,
    }
}

fn follows(tally: &Tally, names: &Strings, most: usize) -> Vec<Follow> {
    let mut after: HashMap<Symbol, u64> = HashMap::new();
    for ((from, _), count, _) in tally.pairs.iter() {
        *after.entry(from).or_default() += count;
    }
    let name = |(from, to): (Symbol, Symbol)| (names.get(from).to_vec(), names.get(to).to_vec());
    let largest = tally.pairs.largest(most, name);
    let told = largest.into_iter().map(|((from, to), count, gaps)| Follow {
        from,
        to,
        count,
        share: share(count, after.get(&from).copied().unwrap_or(0)).unwrap_or(0.0),
        median_gap_ms: gaps.quantile(0.5),
    });
    told.collect()
}

fn rare(tally: &Tally, names: &Strings, most: usize) -> Vec<Rare> {
    let mut alike: HashMap<[Symbol; 2], u64> = HashMap::new();
    for ([a, b, _], count, _) in tally.paths.iter() {
        *alike.entry([a, b]).or_default() += count;
    }
    let told = tally.paths.iter().filter_map(|(path, count, session)| {
        let [a, b, _] = path;
        let among = alike.get(&[a, b]).copied().filter(|n| *n >= RARE_AMONG)?;
        let share = share(count, among).filter(|share| *share <= RARE)?;
        Some(Rare {
            path,
            count,
            share,
            session: *session,
        })
    });
    let mut rare: Vec<Rare> = told.collect();
    let name = |rare: &Rare| rare.path.map(|symbol| names.get(symbol).to_vec());
    rare.sort_by(|a, b| {
        let share = a.share.partial_cmp(&b.share).unwrap_or(Ordering::Equal);
        share
            .then(a.count.cmp(&b.count))
            .then_with(|| name(a).cmp(&name(b)))
    });
    rare.truncate(most);
    rare
}
