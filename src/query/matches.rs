//! The entries of the log that match, kept as bits, a run at a time: that nearly all match costs no more than that few do.
//!
//! Invariant: parts ascend, do not overlap, and none is without a match.

use std::collections::VecDeque;
use std::ops::Range;

use super::RowSet;
use crate::store::{Chunk, Cursor, Seq};

/// Matches in ascending order. Counting and finding the nth look at one part only.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    parts: VecDeque<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    start: Cursor,
    rows: RowSet,
    /// Matches before this part, counted from a zero that moves with no part.
    before: i64,
}

impl Part {
    fn end(&self) -> Cursor {
        self.start.next().plus(self.rows.len() as u64).before()
    }

    fn after(&self) -> i64 {
        self.before + signed(self.rows.count())
    }

    fn row(&self, cursor: Cursor) -> usize {
        let row = cursor.since(self.start);
        usize::try_from(row)
            .unwrap_or(usize::MAX)
            .min(self.rows.len())
    }

    fn seqs(&self, from: usize, to: usize) -> impl DoubleEndedIterator<Item = Seq> + Clone + use<> {
        let start = self.start.next();
        let rows = self.rows.between(from, to);
        rows.map(move |row| start.plus(row as u64))
    }
}

impl PartialEq for Matches {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Matches {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.nth_of(self.parts.back().map_or(0, Part::after))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    fn zero(&self) -> i64 {
        self.parts.front().map_or(0, |part| part.before)
    }

    fn nth_of(&self, before: i64) -> u64 {
        u64::try_from(before - self.zero()).unwrap_or(0)
    }

    /// Whether an entry is among them. Made for many questions one after another in the log's order: it remembers where the
    /// last one led.
    pub fn membership(&self) -> impl FnMut(Seq) -> bool {
        let (mut span, mut rows) = (Cursor::START..Cursor::START, None);
        move |seq| {
            if seq.before() < span.start || seq.after() > span.end {
                (span, rows) = self.around(seq);
            }
            let row = usize::try_from(seq.before().since(span.start)).unwrap_or(usize::MAX);
            rows.is_some_and(|rows: &RowSet| rows.has(row))
        }
    }

    /// The part that an entry lies in, or else what lies between the parts around it.
    fn around(&self, seq: Seq) -> (Range<Cursor>, Option<&RowSet>) {
        let at = self.parts.partition_point(|part| part.end() < seq.after());
        let Some(part) = self.parts.get(at) else {
            return (
                self.parts.back().map_or(Cursor::START, Part::end)..Seq(u64::MAX).before(),
                None,
            );
        };
        if part.start <= seq.before() {
            return (part.start..part.end(), Some(&part.rows));
        }
        let last = at.checked_sub(1).and_then(|last| self.parts.get(last));
        (last.map_or(Cursor::START, Part::end)..part.start, None)
    }

    /// How many stand before a boundary.
    #[must_use]
    pub fn count_before(&self, cursor: Cursor) -> u64 {
        let at = self.parts.partition_point(|part| part.start < cursor);
        let Some(part) = at.checked_sub(1).and_then(|at| self.parts.get(at)) else {
            return 0;
        };
        self.nth_of(part.before + signed(part.rows.rank(part.row(cursor))))
    }

    /// How many stand between two boundaries.
    #[must_use]
    pub fn count_within(&self, range: &Range<Cursor>) -> u64 {
        let before_end = self.count_before(range.end);
        before_end.saturating_sub(self.count_before(range.start))
    }

    /// The nth, counted from 0.
    #[must_use]
    pub fn get(&self, n: u64) -> Option<Seq> {
        let (part, at) = self.part_of(n)?;
        let row = self.parts.get(part)?.rows.select(at)?;
        Some(self.parts.get(part)?.start.next().plus(row as u64))
    }

    /// The part that holds the nth, and which it is there.
    fn part_of(&self, n: u64) -> Option<(usize, usize)> {
        let wanted = self.zero().checked_add(i64::try_from(n).ok()?)?;
        let at = self.parts.partition_point(|part| part.after() <= wanted);
        let within = wanted - self.parts.get(at)?.before;
        Some((at, usize::try_from(within).ok()?))
    }

    /// All, ascending.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Seq> + Clone {
        self.parts
            .iter()
            .flat_map(|part| part.seqs(0, part.rows.count()))
    }

    /// From the nth to before the mth, ascending.
    #[must_use]
    pub fn between(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = Seq> + Clone {
        let to = to.min(self.len());
        let from = from.min(to);
        let (first, last) = (
            self.part_of(from),
            to.checked_sub(1).and_then(|n| self.part_of(n)),
        );
        let parts = match (first, last) {
            (Some(first), Some(last)) if from < to => first.0..last.0 + 1,
            _ => 0..0,
        };
        self.parts.range(parts).flat_map(move |part| {
            let before = self.nth_of(part.before);
            let within = |n: u64| usize::try_from(n.saturating_sub(before)).unwrap_or(usize::MAX);
            part.seqs(within(from), within(to))
        })
    }

    /// Those between two boundaries, ascending.
    #[must_use]
    pub fn within(&self, range: Range<Cursor>) -> impl DoubleEndedIterator<Item = Seq> {
        let (from, to) = (self.count_before(range.start), self.count_before(range.end));
        self.between(from, to)
    }

    /// Those among rows of a chunk, ascending; `base` is the place of its row 0.
    #[must_use]
    pub fn rows_of(
        &self,
        base: Seq,
        rows: &Range<usize>,
    ) -> impl DoubleEndedIterator<Item = usize> {
        let edge = |row: usize| base.plus(row as u64).before();
        self.within(edge(rows.start)..edge(rows.end))
            .filter_map(move |seq| usize::try_from(seq.since(base)).ok())
    }

    /// Puts the matches of a run, which begins at `start`, in the place of those known there.
    pub fn put(&mut self, start: Cursor, rows: &RowSet) {
        let end = start.next().plus(rows.len() as u64).before();
        self.cut(&(start..end));
        if rows.is_empty() {
            return;
        }
        let at = self.parts.partition_point(|part| part.start < start);
        let is_last = at == self.parts.len();
        if is_last && self.follow(start, rows) {
            return;
        }
        let before = match (self.parts.get(at), at.checked_sub(1)) {
            (Some(next), None) => next.before - signed(rows.count()),
            (_, Some(last)) => self.parts.get(last).map_or(0, Part::after),
            (None, None) => 0,
        };
        let part = Part {
            start,
            rows: rows.clone(),
            before,
        };
        self.parts.insert(at, part);
        if at > 0 && !is_last {
            self.count_from(at);
        }
    }

    /// Makes a run longer that it follows, as pages do at the live end.
    fn follow(&mut self, start: Cursor, rows: &RowSet) -> bool {
        let Some(last) = self.parts.back_mut() else {
            return false;
        };
        let fits = last.end() == start && last.rows.len() + rows.len() <= Chunk::FULL_LEN;
        if fits {
            last.rows = last.rows.followed_by(rows);
        }
        fits
    }

    /// Forgets those between two boundaries.
    pub fn cut(&mut self, range: &Range<Cursor>) {
        let low = self.parts.partition_point(|part| part.end() <= range.start);
        let high = self.parts.partition_point(|part| part.start < range.end);
        if low >= high {
            return;
        }
        let left: Vec<Part> = self
            .parts
            .range(low..high)
            .flat_map(|part| {
                let (from, to) = (part.row(range.start), part.row(range.end));
                let head = (part.start, part.rows.part(0..from));
                let tail = (
                    part.start.next().plus(to as u64).before(),
                    part.rows.part(to..part.rows.len()),
                );
                [head, tail]
            })
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(start, rows)| Part {
                start,
                rows,
                before: 0,
            })
            .collect();
        // From the front the rest is not counted anew: what is left of a part ends where it ended.
        let end = self.parts.get(high - 1).map_or(0, Part::after);
        let later = self.parts.split_off(high);
        self.parts.truncate(low);
        self.parts.extend(left);
        let counted = self.parts.len();
        self.parts.extend(later);
        if low > 0 {
            self.count_from(low);
        } else {
            self.count_back(counted, end);
        }
    }

    /// Counts anew from a part on that has one before it.
    fn count_from(&mut self, at: usize) {
        let mut before = at
            .checked_sub(1)
            .and_then(|last| self.parts.get(last))
            .map_or(0, Part::after);
        for part in self.parts.iter_mut().skip(at) {
            part.before = before;
            before = part.after();
        }
    }

    /// Counts the first `count` parts anew, from the last of them, which ends with so many.
    fn count_back(&mut self, count: usize, end: i64) {
        let mut after = end;
        for part in self.parts.iter_mut().take(count).rev() {
            part.before = after - signed(part.rows.count());
            after = part.before;
        }
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let parts = self.parts.iter();
        parts
            .map(|part| part.rows.memory_bytes() + size_of::<Part>())
            .sum()
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const ROOM: u64 = 400;

    fn cursor(n: u64) -> Cursor {
        Seq(n).before()
    }

    fn place(n: u64) -> usize {
        usize::try_from(n).unwrap_or(usize::MAX)
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(u64, Vec<bool>),
        Cut(u64, u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let bits = prop_oneof![
            vec(any::<bool>(), 1..150),
            (any::<bool>(), 1..150_usize).prop_map(|(bit, len)| vec![bit; len]),
        ];
        prop_oneof![
            4 => (0..ROOM, bits).prop_map(|(at, bits)| Step::Put(at, bits)),
            1 => (0..ROOM, 0..ROOM).prop_map(|(a, b)| Step::Cut(a.min(b), a.max(b))),
        ]
    }

    proptest! {
        #[test]
        fn they_are_the_set_that_was_put_and_cut(
            steps in vec(step(), 1..12), from in 0..ROOM, to in 0..ROOM, n in 0..ROOM,
        ) {
            let (mut matches, mut set) = (Matches::default(), BTreeSet::new());
            for step in steps {
                match step {
                    Step::Put(at, bits) => {
                        let rows = (0..bits.len()).filter(|row| bits[*row]);
                        matches.put(cursor(at), &RowSet::of(bits.len(), rows.clone()));
                        set.retain(|seq| !(at..at + bits.len() as u64).contains(seq));
                        set.extend(rows.map(|row| at + row as u64));
                    }
                    Step::Cut(a, b) => {
                        matches.cut(&(cursor(a)..cursor(b)));
                        set.retain(|seq| !(a..b).contains(seq));
                    }
                }
                let all: Vec<u64> = matches.iter().map(|seq| seq.0).collect();
                prop_assert_eq!(&all, &set.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(matches.len(), set.len() as u64);
            }
            let all: Vec<u64> = set.iter().copied().collect();
            let mut has = matches.membership();
            for seq in (0..ROOM + 200).chain([n, from, to]) {
                prop_assert_eq!(has(Seq(seq)), set.contains(&seq), "{}", seq);
            }
            prop_assert_eq!(matches.count_before(cursor(from)), set.range(..from).count() as u64);
            prop_assert_eq!(matches.get(n).map(|seq| seq.0), all.get(place(n)).copied());
            let (from, to) = (from.min(to), from.max(to));
            let within = matches.within(cursor(from)..cursor(to)).map(|seq| seq.0);
            prop_assert_eq!(within.collect::<Vec<_>>(), set.range(from..to).copied().collect::<Vec<_>>());
            let back = matches.between(from, to).rev().map(|seq| seq.0);
            let wanted = all.iter().take(place(to)).skip(place(from)).rev();
            prop_assert_eq!(back.collect::<Vec<_>>(), wanted.copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn pages_at_the_live_end_make_no_part_each() {
        let mut matches = Matches::default();
        for page in 0..1_000_u64 {
            matches.put(cursor(page * 100), &RowSet::of(100, (0..100).step_by(3)));
        }
        assert_eq!(matches.len(), 34_000);
        assert!(matches.parts.len() < 10 && matches.memory_bytes() < 20_000);
    }
}
