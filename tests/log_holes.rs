//! A log with a window of history before a hole, against a plain list, however it grows on both sides and shrinks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use std::sync::Arc;

use lookback::model::{EntryId, Flags, Mapping};
use lookback::store::{Cursor, Log, Page, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Append(u64),
    Front(u64),
    Place(u64),
    GrowOn(u64),
    GrowBack(u64),
    Drop,
    Close,
    Evict,
    EvictAfter,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1_u64..9).prop_map(Step::Append),
        2 => (1_u64..9).prop_map(Step::Front),
        3 => (1_u64..9).prop_map(Step::Place),
        3 => (1_u64..9).prop_map(Step::GrowOn),
        3 => (1_u64..9).prop_map(Step::GrowBack),
        1 => Just(Step::Drop),
        1 => Just(Step::Close),
        1 => Just(Step::Evict),
        1 => Just(Step::EvictAfter),
    ]
}

/// Ids by number; a window begins a million before what is here.
const FAR: u64 = 1_000_000;

fn page(ids: Range<u64>) -> Page {
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for ms in ids {
        let kind: &[u8] = if ms % 3 == 0 { b"error.occurred" } else { b"a" };
        page.push(b"s", EntryId::new(ms, 0), &[(b"type", kind)]);
    }
    page.finish()
}

/// What is here, in order; and where in it the newest open hole is.
#[derive(Default)]
struct Naive {
    rows: Vec<(Seq, u64)>,
    hole: Option<usize>,
}

impl Naive {
    fn apply(&mut self, step: &Step, log: &mut Log) {
        let first = self.rows.first().map_or(1 << 40, |row| row.1);
        let last = self.rows.last().map_or((1 << 40) - 1, |row| row.1);
        match (step, log.hole()) {
            (Step::Append(n), _) => {
                let ids = last + 1..last + 1 + n;
                let at = self.rows.len();
                self.insert(at, ids.clone(), log.append(&page(ids)));
            }
            (Step::Front(n), _) if !self.rows.is_empty() => {
                let ids = first - n..first;
                self.insert(0, ids.clone(), log.prepend(&page(ids)));
                self.hole = self.hole.map(|at| at + usize::try_from(*n).unwrap());
            }
            (Step::Place(n), None) if !self.rows.is_empty() => {
                let ids = first - FAR..first - FAR + n;
                self.insert(0, ids.clone(), log.place(&page(ids)));
                self.hole = Some(usize::try_from(*n).unwrap());
            }
            (Step::GrowOn(n), Some(hole)) => {
                let at = self.hole.unwrap();
                let ids = self.rows[at - 1].1 + 1..self.rows[at - 1].1 + 1 + n;
                self.insert(at, ids.clone(), log.grow_on(hole.from, &page(ids)));
                self.hole = Some(at + usize::try_from(*n).unwrap());
            }
            (Step::GrowBack(n), Some(hole)) => {
                let at = self.hole.unwrap();
                let ids = self.rows[at].1 - n..self.rows[at].1;
                self.insert(at, ids.clone(), log.grow_back(hole.to, &page(ids)));
            }
            (Step::Drop, Some(hole)) => {
                log.drop_before(hole);
                self.rows.drain(..self.hole.take().unwrap());
            }
            (Step::Close, Some(hole)) => {
                log.close(hole.from);
                self.hole = None;
            }
            (Step::Evict, _) => {
                let gone = log.evict(0);
                self.rows.retain(|row| !gone.end.includes(row.0));
                self.hole = None;
            }
            (Step::EvictAfter, Some(hole)) => {
                let gone = log.evict_after(hole, 0);
                let went = |seq: Seq| gone.end.includes(seq) && !gone.start.includes(seq);
                self.rows.retain(|row| !went(row.0));
            }
            _ => {}
        }
    }

    fn insert(&mut self, at: usize, ids: Range<u64>, places: Range<Seq>) {
        let places = (places.start.0..places.end.0).map(Seq);
        self.rows.splice(at..at, places.zip(ids));
    }

    /// The boundary after the first `n` entries.
    fn cursor(&self, log: &Log, n: usize) -> Cursor {
        match n.checked_sub(1) {
            Some(last) => self.rows[last].0.after(),
            None => log.first(),
        }
    }
}

fn assert_same(log: &Log, naive: &Naive) {
    let seqs: Vec<Seq> = log.seqs(log.first()..log.end()).collect();
    let want: Vec<Seq> = naive.rows.iter().map(|row| row.0).collect();
    assert_eq!(seqs, want);
    assert_eq!(log.len(), want.len() as u64);
    for (seq, ms) in &naive.rows {
        let entry = log.get(*seq).unwrap();
        assert_eq!((entry.id().ms, entry.axis_ms()), (*ms, *ms));
        assert!(!entry.flags().has(Flags::LATE));
        assert_eq!(log.find(EntryId::new(*ms, 0)), Some(*seq));
    }
    match (log.hole(), naive.hole) {
        (Some(hole), Some(at)) => {
            assert_eq!(hole.from, naive.rows[at - 1].0.after());
            assert_eq!(hole.to, naive.rows[at].0.before());
            assert!(log.get(hole.from.next()).is_none());
            assert!(log.get(hole.to.last()).is_none());
        }
        (ours, theirs) => assert_eq!(ours.is_some(), theirs.is_some()),
    }
}

fn assert_steps(log: &Log, naive: &Naive) {
    let total = naive.rows.len();
    for from in 0..=total {
        let at = naive.cursor(log, from);
        assert_eq!(log.count(log.first()..at), from as u64);
        assert_eq!(log.nth(from as u64), at);
        assert_eq!(
            log.last_before(at).map(|e| e.seq),
            from.checked_sub(1).map(|i| naive.rows[i].0)
        );
        assert_eq!(
            log.first_after(at).map(|e| e.seq),
            naive.rows.get(from).map(|r| r.0)
        );
        for to in 0..=total {
            let by = i64::try_from(to).unwrap() - i64::try_from(from).unwrap();
            assert_eq!(log.step(at, by), naive.cursor(log, to), "{from} -> {to}");
        }
    }
    if let Some(hole) = log.hole() {
        assert_eq!(log.beside(hole.to), hole.from);
        assert_eq!(log.count(hole.from..hole.to), 0);
        let ms = log.get(hole.to.next()).unwrap().axis_ms() - 1;
        assert_eq!(log.cursor_at(ms), hole.from);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_log_with_a_hole_is_the_list_of_what_is_here(steps in vec(step(), 1..16)) {
        let (mut log, mut naive) = (Log::default(), Naive::default());
        for step in &steps {
            naive.apply(step, &mut log);
            assert_same(&log, &naive);
        }
        assert_steps(&log, &naive);
    }
}
