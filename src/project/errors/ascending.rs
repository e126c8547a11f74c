//! Whether entries are among others, both ascending.
//!
//! Invariant: each question is for a later entry than the one before.

use crate::store::Seq;

/// Ascending entries, asked whether one is among them; each question is for a later one.
pub(super) struct Ascending<I> {
    pub(super) next: Option<Seq>,
    rest: I,
}

impl<I: Iterator<Item = Seq> + Clone> Ascending<I> {
    pub(super) fn new(mut seqs: I) -> Self {
        Self {
            next: seqs.next(),
            rest: seqs,
        }
    }

    pub(super) fn has(&mut self, seq: Seq) -> bool {
        while self.next.is_some_and(|next| next < seq) {
            self.skip_before(seq);
            self.next = self.rest.next();
        }
        self.next == Some(seq)
    }

    /// Skips ever more entries at once, as long as they stand before `seq`.
    fn skip_before(&mut self, seq: Seq) {
        let mut step = 1;
        let mut ahead = self.rest.clone();
        while ahead.nth(step).is_some_and(|seen| seen < seq) {
            self.rest.clone_from(&ahead);
            step *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipping_ahead_finds_what_looking_at_each_would() {
        for stride in [1, 2, 7, 100] {
            let held: Vec<u64> = (0..1_000).map(|n| n * n * stride / 10).collect();
            for asked in [1, 3, 50, 5_000] {
                let mut among = Ascending::new(held.iter().copied().map(Seq));
                for seq in (0..100_000).step_by(asked) {
                    let has = held.binary_search(&seq).is_ok();
                    assert_eq!(among.has(Seq(seq)), has, "{seq} of {stride}, each {asked}");
                }
            }
        }
        assert!(!Ascending::new(std::iter::empty()).has(Seq(1)));
    }
}
