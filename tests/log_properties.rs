//! The log against a plain list of entries, under any order of growth at both ends and eviction.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use std::sync::Arc;

use lookback::model::{EntryId, Flags, Mapping};
use lookback::store::{Chunk, Cursor, Log, Page, PageBuilder, Seq, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Entry {
    stream: u8,
    id: EntryId,
    kind: &'static str,
    event_id: Option<u8>,
    text: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<Entry>),
    Prepend(Vec<Entry>),
    Evict(usize),
}

fn entry() -> impl Strategy<Value = Entry> {
    let kind = prop_oneof![Just("a"), Just("b"), Just("error.occurred")];
    let id = (0_u64..4000, 0_u64..3).prop_map(|(ms, seq)| EntryId::new(ms, seq));
    let event_id = proptest::option::of(0_u8..12);
    (0_u8..3, id, kind, event_id, vec(any::<u8>(), 0..8)).prop_map(
        |(stream, id, kind, event_id, text)| Entry {
            stream,
            id,
            kind,
            event_id,
            text,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(entry(), 0..12).prop_map(Step::Append),
        4 => vec(entry(), 0..12).prop_map(Step::Prepend),
        1 => (0_usize..20_000).prop_map(Step::Evict),
    ]
}

fn fields(entry: &Entry) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields = vec![(b"type".to_vec(), entry.kind.as_bytes().to_vec())];
    if let Some(id) = entry.event_id {
        fields.push((b"id".to_vec(), format!("evt-{id}").into_bytes()));
    }
    fields.push((b"content".to_vec(), entry.text.clone()));
    fields
}

fn borrowed(fields: &[(Vec<u8>, Vec<u8>)]) -> Vec<(&[u8], &[u8])> {
    fields
        .iter()
        .map(|(n, v)| (n.as_slice(), v.as_slice()))
        .collect()
}

fn page(entries: &[Entry]) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for entry in entries {
        let stream = format!("s{}", entry.stream);
        builder.push(stream.as_bytes(), entry.id, &borrowed(&fields(entry)));
    }
    builder.finish()
}

/// A list with places; marks stay once set.
#[derive(Default)]
struct Naive {
    rows: Vec<(u64, Entry, Flags)>,
    evicted: bool,
}

impl Naive {
    fn apply(&mut self, step: &Step, log: &mut Log) {
        match step {
            Step::Append(entries) => {
                log.append(&page(entries));
                let end = self.rows.last().map_or(Seq::ORIGIN.0, |row| row.0 + 1);
                self.rows.extend(placed(end, entries));
            }
            Step::Prepend(entries) => {
                log.prepend(&page(entries));
                let first = self.rows.first().map_or(Seq::ORIGIN.0, |row| row.0);
                let start = first - entries.len() as u64;
                self.rows.splice(0..0, placed(start, entries));
            }
            Step::Evict(budget) => {
                let gone = log.evict(*budget);
                let dropped = usize::try_from(gone.end.since(gone.start)).unwrap();
                self.evicted |= dropped > 0;
                self.rows.drain(..dropped);
            }
        }
        self.mark();
    }

    fn mark(&mut self) {
        for at in 0..self.rows.len() {
            let (before, rest) = self.rows.split_at_mut(at);
            let (_, entry, flags) = &mut rest[0];
            if entry.event_id.is_some() && before.iter().any(|b| b.1.event_id == entry.event_id) {
                *flags = flags.with(Flags::DUPLICATE);
            }
            if before.iter().any(|b| overtakes(&b.1, entry)) {
                *flags = flags.with(Flags::LATE);
            }
        }
    }
}

fn placed(start: u64, entries: &[Entry]) -> Vec<(u64, Entry, Flags)> {
    let entries = entries.iter().cloned();
    (start..)
        .zip(entries)
        .map(|(seq, entry)| (seq, entry, Flags::default()))
        .collect()
}

fn overtakes(before: &Entry, entry: &Entry) -> bool {
    before.stream == entry.stream && before.id > entry.id || before.id.ms > entry.id.ms + 1000
}

/// What was evicted is still known to have come, so that after an eviction more may be late than the list knows.
fn assert_same(log: &Log, naive: &Naive) {
    assert_eq!(log.len(), naive.rows.len() as u64);
    for (seq, entry, flags) in &naive.rows {
        let found = log.get(Seq(*seq)).unwrap();
        assert_eq!(found.fields(), borrowed(&fields(entry)));
        assert_eq!(found.id(), entry.id);
        let has = |flag| (found.flags().has(flag), flags.has(flag));
        let (ours, theirs) = has(Flags::DUPLICATE);
        assert_eq!(ours, theirs, "duplicate mark of {entry:?}");
        let (ours, theirs) = has(Flags::LATE);
        let agree = ours == theirs || naive.evicted && ours;
        assert!(agree, "late mark of {entry:?}");
        assert_eq!(log.get(log.find(entry.id).unwrap()).unwrap().id(), entry.id);
    }
}

/// Every chunk once, without a hole, and the axis never falls.
fn assert_covers(log: &Log, range: &Range<Cursor>) {
    let (mut at, mut axis) = (range.start, 0);
    for (base, chunk, rows) in log.chunks(range.clone()) {
        assert_eq!(base.plus(rows.start as u64).before(), at);
        at = base.plus(rows.end as u64).before();
        for ms in chunk.columns.axis_ms.range(rows) {
            assert!(ms >= axis);
            axis = ms;
        }
    }
    assert_eq!(at, range.end);
}

fn assert_cursors(log: &Log) {
    let places = log.first().next().0..log.end().next().0;
    let axis: Vec<_> = places
        .map(|seq| log.get(Seq(seq)).unwrap().axis_ms())
        .collect();
    for ms in (0..4200).step_by(97) {
        let want = axis.iter().filter(|at| **at <= ms).count() as u64;
        assert_eq!(log.cursor_at(ms).since(log.first()), want);
    }
}

/// The first `history` entries prepended and the rest appended, in pages of these sizes.
fn in_pieces(entries: &[Entry], history: usize, sizes: &[usize]) -> Log {
    let mut log = Log::default();
    let mut sizes = sizes.iter().cycle();
    let (mut history, mut live) = entries.split_at(history.min(entries.len()));
    while !live.is_empty() {
        let (now, later) = live.split_at((*sizes.next().unwrap()).min(live.len()));
        log.append(&page(now));
        live = later;
    }
    while !history.is_empty() {
        let at = history.len().saturating_sub(*sizes.next().unwrap());
        let (older, now) = history.split_at(at);
        log.prepend(&page(now));
        history = older;
    }
    log
}

fn marks(log: &Log) -> Vec<Flags> {
    let places = log.first().next().0..log.end().next().0;
    places
        .map(|seq| log.get(Seq(seq)).unwrap().flags())
        .collect()
}

fn copy(snapshot: &Snapshot) -> Vec<(Seq, Chunk)> {
    let chunks = snapshot.chunks(snapshot.range());
    chunks
        .map(|(base, chunk, _)| (base, Chunk::clone(chunk)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_log_is_the_list_whatever_happens_to_it(
        steps in vec(step(), 1..14), cut in 0_i64..40, length in 0_i64..40,
    ) {
        let (mut log, mut naive) = (Log::default(), Naive::default());
        for step in &steps {
            naive.apply(step, &mut log);
            assert_same(&log, &naive);
        }
        let start = log.first().step(cut, log.first(), log.end());
        assert_covers(&log, &(log.first()..log.end()));
        assert_covers(&log, &(start..start.step(length, start, log.end())));
        assert_cursors(&log);
    }

    #[test]
    fn borders_and_order_of_pages_do_not_matter(
        entries in vec(entry(), 1..60), sizes in vec(1_usize..9, 1..40), history in 0_usize..60,
    ) {
        let whole = in_pieces(&entries, 0, &[entries.len()]);
        let pieces = in_pieces(&entries, history, &sizes);
        prop_assert_eq!(marks(&whole), marks(&pieces));
    }

    #[test]
    fn a_snapshot_does_not_move(before in vec(step(), 1..6), after in vec(step(), 1..6)) {
        let (mut log, mut naive) = (Log::default(), Naive::default());
        for step in &before {
            naive.apply(step, &mut log);
        }
        let snapshot = log.snapshot();
        let then = copy(&snapshot);
        for step in &after {
            naive.apply(step, &mut log);
        }
        prop_assert_eq!(copy(&snapshot), then);
    }
}

fn many(count: u64) -> Vec<Entry> {
    let kind = |n: u64| {
        if n.is_multiple_of(7) {
            "error.occurred"
        } else {
            "a"
        }
    };
    (0..count)
        .map(|n| Entry {
            stream: 0,
            id: EntryId::new(n, 0),
            kind: kind(n),
            event_id: None,
            text: Vec::new(),
        })
        .collect()
}

#[test]
fn sealed_chunks_sum_up_to_the_linear_count() {
    let entries = many(60_000);
    let log = in_pieces(&entries, 30_000, &[1000, 700]);
    let (mut sealed, mut errors, mut counted) = (0, 0, 0);
    for (_, chunk, _) in log.chunks(log.first()..log.end()) {
        errors += chunk.errors().count();
        let Some(summary) = &chunk.summary else {
            counted += chunk.len();
            continue;
        };
        sealed += 1;
        counted += summary
            .kinds
            .iter()
            .map(|(_, n)| *n as usize)
            .sum::<usize>();
        assert_eq!((summary.ids.0.ms, summary.ids.1.ms), summary.axis_ms);
        let in_groups: u32 = summary.fingerprints.iter().map(|group| group.1).sum();
        assert_eq!(in_groups as usize, summary.errors.len());
    }
    assert!(sealed >= 2, "{sealed} chunks were sealed");
    assert_eq!(counted, entries.len());
    assert_eq!(errors, entries.iter().filter(|e| e.kind != "a").count());
}

#[test]
fn an_entry_at_the_epoch_is_found() {
    let mut entries = many(3);
    entries[0].id = EntryId::new(0, 1);
    let log = in_pieces(&entries, 0, &[3]);
    assert_eq!(log.find(EntryId::new(0, 1)), Some(Seq::ORIGIN));
    assert_eq!(log.find(EntryId::new(9, 9)), None);
}

#[test]
fn a_third_copy_is_a_duplicate_though_the_first_was_evicted() {
    let mut same = many(1);
    same[0].event_id = Some(1);
    let mut log = in_pieces(&[same.clone(), same.clone()].concat(), 1, &[1]);
    let gone = log.evict(0);
    assert_eq!(gone.end.since(gone.start), 1);
    let third = log.append(&page(&same)).start;
    assert!(log.get(third).unwrap().flags().has(Flags::DUPLICATE));
}
