//! What is told of a bucket, and what it is made of.

use std::ops::Range;

use super::quantile;
use crate::store::{Cursor, Log};

/// What a bucket holds besides its count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    pub errors: u32,
    pub p95_ms: Option<f64>,
}

impl Bucket {
    pub fn of(log: &Log, range: Range<Cursor>) -> Self {
        Tally::of(log, range).bucket()
    }
}

/// Errors, and the known latencies, as the log holds them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    pub errors: u32,
    pub latencies_ms: Vec<f32>,
}

impl Tally {
    pub fn of(log: &Log, range: Range<Cursor>) -> Self {
        let mut tally = Self::default();
        tally.add(log, range);
        tally
    }

    pub fn add(&mut self, log: &Log, range: Range<Cursor>) {
        for (_, chunk, rows) in log.chunks(range) {
            let errors = chunk.errors_within(rows.clone()).count();
            self.errors += u32::try_from(errors).unwrap_or(u32::MAX);
            chunk
                .columns
                .latencies(rows)
                .for_each(|latency| self.latencies_ms.push(latency));
        }
    }

    pub fn join(&mut self, other: &Self) {
        self.errors += other.errors;
        self.latencies_ms.extend(&other.latencies_ms);
    }

    /// Leaves the latencies in another order.
    pub fn bucket(&mut self) -> Bucket {
        Bucket {
            errors: self.errors,
            p95_ms: quantile(&mut self.latencies_ms, 0.95),
        }
    }
}
