//! A column in as few bytes a row as one code of 0, 1, 2, 4 or 8 bytes allows: either the distance from the lowest value in
//! steps that all distances share, or the place in a table of the values there are.
//!
//! Any row is read alone: no code depends on another.

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use super::Word;

/// Values as codes.
#[derive(Debug)]
pub(super) struct Packed {
    meaning: Meaning,
    codes: Codes,
}

/// What a code stands for.
#[derive(Debug)]
enum Meaning {
    /// `base + code * step`, which does not overflow.
    Steps { base: u64, step: u64 },
    /// As steps, counted from 1; 0 stands for the value that means "unknown".
    StepsOr { unknown: u64, base: u64, step: u64 },
    /// The value at that place.
    Table(Box<[u64]>),
}

/// One code a row.
#[derive(Debug)]
pub(super) enum Codes {
    /// All are 0.
    Zero(usize),
    One(Box<[u8]>),
    Two(Box<[u16]>),
    Four(Box<[u32]>),
    Eight(Box<[u64]>),
}

/// Distances of values from the lowest.
#[derive(Clone, Copy, Debug)]
struct Spread {
    low: u64,
    high: u64,
    /// Divides every distance.
    step: u64,
    unknown: Option<u64>,
}

impl Packed {
    pub(super) fn of<T: Word>(values: &[T]) -> Self {
        let spread = Spread::of(values);
        let bytes = width(spread.codes()) * values.len();
        match table(values, bytes) {
            Some((table, places)) => Self {
                codes: codes(table.len() as u64 - 1, values, |value| {
                    places.get(&value).copied().unwrap_or(0)
                }),
                meaning: Meaning::Table(table.into()),
            },
            None => Self {
                codes: codes(spread.codes(), values, |value| spread.code(value)),
                meaning: spread.meaning(),
            },
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.codes {
            Codes::Zero(rows) => *rows,
            Codes::One(codes) => codes.len(),
            Codes::Two(codes) => codes.len(),
            Codes::Four(codes) => codes.len(),
            Codes::Eight(codes) => codes.len(),
        }
    }

    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<u64> {
        let code = match &self.codes {
            Codes::Zero(rows) => (row < *rows).then_some(0)?,
            Codes::One(codes) => u64::from(*codes.get(row)?),
            Codes::Two(codes) => u64::from(*codes.get(row)?),
            Codes::Four(codes) => u64::from(*codes.get(row)?),
            Codes::Eight(codes) => *codes.get(row)?,
        };
        Some(self.value(code))
    }

    pub(super) fn codes(&self) -> &Codes {
        &self.codes
    }

    /// What a code stands for.
    #[inline]
    pub(super) fn value(&self, code: u64) -> u64 {
        match &self.meaning {
            Meaning::Steps { base, step } => base + code * step,
            Meaning::StepsOr { unknown, .. } if code == 0 => *unknown,
            Meaning::StepsOr { base, step, .. } => base + (code - 1) * step,
            Meaning::Table(table) => usize::try_from(code)
                .ok()
                .and_then(|at| table.get(at).copied())
                .unwrap_or_default(),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let codes = match &self.codes {
            Codes::Zero(_) => 0,
            Codes::One(codes) => codes.len(),
            Codes::Two(codes) => codes.len() * 2,
            Codes::Four(codes) => codes.len() * 4,
            Codes::Eight(codes) => codes.len() * 8,
        };
        let table = match &self.meaning {
            Meaning::Table(table) => table.len() * 8,
            Meaning::Steps { .. } | Meaning::StepsOr { .. } => 0,
        };
        codes + table
    }
}

impl Spread {
    fn of<T: Word>(values: &[T]) -> Self {
        let mut spread = Self {
            low: u64::MAX,
            high: 0,
            step: 0,
            unknown: None,
        };
        let mut first = None;
        for value in values {
            let word = value.to_word();
            if T::UNKNOWN == Some(word) {
                spread.unknown = T::UNKNOWN;
                continue;
            }
            spread.low = spread.low.min(word);
            spread.high = spread.high.max(word);
            spread.step = shared_step(spread.step, word.abs_diff(*first.get_or_insert(word)));
        }
        spread.low = spread.low.min(spread.high);
        spread.step = spread.step.max(1);
        if spread.codes() == u64::MAX {
            // No room for a code of its own beside all others.
            spread = Self {
                low: 0,
                high: u64::MAX,
                step: 1,
                unknown: None,
            };
        }
        spread
    }

    /// The highest code.
    fn codes(&self) -> u64 {
        let steps = (self.high - self.low) / self.step;
        steps.saturating_add(u64::from(self.unknown.is_some()))
    }

    fn code(&self, word: u64) -> u64 {
        match self.unknown {
            Some(unknown) if word == unknown => 0,
            Some(_) => (word - self.low) / self.step + 1,
            None => (word - self.low) / self.step,
        }
    }

    fn meaning(self) -> Meaning {
        let Self { low, step, .. } = self;
        match self.unknown {
            Some(unknown) => Meaning::StepsOr {
                unknown,
                base: low,
                step,
            },
            None => Meaning::Steps { base: low, step },
        }
    }
}

/// The greatest number that divides both; 0 divides nothing and says nothing. Stops at 1, which most columns reach at once.
fn shared_step(step: u64, distance: u64) -> u64 {
    if step == 1 {
        return 1;
    }
    let (mut a, mut b) = (step, distance);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Bytes of a code, with this one the highest.
fn width(highest: u64) -> usize {
    match highest {
        0 => 0,
        1..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    }
}

/// The distinct values, and where each stands, if a table of them takes fewer than so many bytes.
fn table<T: Word>(values: &[T], bytes: usize) -> Option<(Vec<u64>, HashMap<u64, u64>)> {
    let mut table = Vec::new();
    let mut places = HashMap::new();
    for value in values {
        let word = value.to_word();
        if let Entry::Vacant(place) = places.entry(word) {
            place.insert(table.len() as u64);
            table.push(word);
            let highest = table.len() as u64 - 1;
            if width(highest) * values.len() + table.len() * 8 >= bytes {
                return None;
            }
        }
    }
    (!table.is_empty()).then_some((table, places))
}

#[expect(clippy::cast_possible_truncation, reason = "the highest code fits")]
fn codes<T: Word>(highest: u64, values: &[T], code: impl Fn(u64) -> u64) -> Codes {
    let codes = values.iter().map(|value| code(value.to_word()));
    match width(highest) {
        0 => Codes::Zero(values.len()),
        1 => Codes::One(codes.map(|code| code as u8).collect()),
        2 => Codes::Two(codes.map(|code| code as u16).collect()),
        4 => Codes::Four(codes.map(|code| code as u32).collect()),
        _ => Codes::Eight(codes.collect()),
    }
}
