//! The lag, against a naive recount of everything that ever happened.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const GROUPS: [&str; 3] = ["a", "b", "c"];

/// What a test does with a stream. Numbers are taken modulo what is there.
#[derive(Clone, Debug)]
enum Step {
    Add(u64),
    Create(usize, Place),
    SetId(usize, Place),
    Read(usize, usize),
    Trim(u64),
    Delete(usize),
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    New,
    Middle(u64),
}

/// Everything that ever happened, by milliseconds of ids.
#[derive(Default)]
struct Recount {
    added: u64,
    present: BTreeSet<u64>,
    groups: BTreeMap<&'static str, Known>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// Where it was put last.
    from: u64,
    last: u64,
    delivered: BTreeSet<u64>,
}

impl Recount {
    fn deliverable(&self, group: &Known) -> u64 {
        self.present.range(group.last + 1..).count() as u64
    }

    fn gone_after(&self, id: u64, except: &BTreeSet<u64>) -> u64 {
        let gone = |id: &u64| !self.present.contains(id) && !except.contains(id);
        (id + 1..=self.added).filter(gone).count() as u64
    }

    fn place(&self, place: Place) -> (String, u64) {
        let id = match place {
            Place::Start => 0,
            Place::New => self.added,
            Place::Middle(id) => id % (self.added + 1),
        };
        match place {
            Place::New => ("$".to_owned(), id),
            _ => (format!("{id}-0"), id),
        }
    }

    fn take(&mut self, server: &RedisServer, key: &str, step: &Step) {
        match step {
            Step::Add(n) => {
                add(server, key, self.added + 1, self.added + n);
                self.present.extend(self.added + 1..=self.added + n);
                self.added += n;
            }
            Step::Create(name, at) | Step::SetId(name, at) => {
                let name = GROUPS[name % GROUPS.len()];
                let (id, from) = self.place(*at);
                let is_new = !self.groups.contains_key(name);
                let verb = if is_new { "CREATE" } else { "SETID" };
                server.run::<redis::Value>(&format!("XGROUP {verb} {key} {name} {id}"));
                let known = self.groups.entry(name).or_default();
                (known.from, known.last) = (from, from);
                known.delivered.clear();
            }
            Step::Read(name, count) => {
                let name = GROUPS[name % GROUPS.len()];
                let Some(known) = self.groups.get_mut(name) else {
                    return;
                };
                read(server, key, name, "consumer", *count);
                let next: Vec<u64> = self
                    .present
                    .range(known.last + 1..)
                    .take(*count)
                    .copied()
                    .collect();
                known.last = next.last().copied().unwrap_or(known.last);
                known.delivered.extend(next);
            }
            Step::Trim(length) => {
                server.run::<u64>(&format!("XTRIM {key} MAXLEN = {length}"));
                while self.present.len() as u64 > *length {
                    self.present.pop_first();
                }
            }
            Step::Delete(at) => {
                let at = at % self.present.len().max(1);
                if let Some(id) = self.present.iter().nth(at).copied() {
                    server.run::<u64>(&format!("XDEL {key} {id}-0"));
                    self.present.remove(&id);
                }
            }
        }
    }

    /// Compares what is told with the recount; how many figures were told.
    fn compare(&self, snapshot: &GroupsSnapshot, key: &str) -> Result<usize, TestCaseError> {
        let mut told = 0;
        for (name, known) in &self.groups {
            let status = group(snapshot, key, name.as_bytes());
            if let Some(deliverable) = status.lag.deliverable {
                prop_assert_eq!(
                    deliverable,
                    self.deliverable(known),
                    "deliverable of {:?} {:?}",
                    status,
                    known
                );
                told += 1;
            }
            if let Some(lost) = status.lag.lost {
                // The server goes on counting what reading has passed over, or does not: both ends are right.
                let ahead = self.gone_after(known.last, &BTreeSet::new());
                let ever = self.gone_after(known.from, &known.delivered);
                prop_assert!(
                    (ahead..=ever).contains(&lost),
                    "lost {}..={} of {:?} {:?}",
                    ahead,
                    ever,
                    status,
                    known
                );
                told += 1;
            }
            let parts = status.lag.deliverable.zip(status.lag.lost);
            if let (Some(total), Some((deliverable, lost)), Some(_)) =
                (status.lag.total, parts, status.entries_read)
            {
                prop_assert_eq!(total, deliverable + lost, "the parts of {:?}", status);
            }
        }
        Ok(told)
    }
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::Start),
        Just(Place::New),
        any::<u64>().prop_map(Place::Middle)
    ]
}

fn step(entries: u64) -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..=entries).prop_map(Step::Add),
        2 => (any::<usize>(), place()).prop_map(|(group, at)| Step::Create(group, at)),
        1 => (any::<usize>(), place()).prop_map(|(group, at)| Step::SetId(group, at)),
        4 => (any::<usize>(), 1..=entries).prop_map(|(group, n)| Step::Read(group, usize::try_from(n).unwrap())),
        2 => (0..=entries).prop_map(Step::Trim),
        1 => any::<usize>().prop_map(Step::Delete),
    ]
}

/// Runs the steps on a new stream each time, and compares after every one, with an inspector that has never looked before and
/// with one that looks all the time.
fn recounted(entries: u64, steps: usize, cases: u32) -> usize {
    let server = RedisServer::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (number, told) = (Cell::new(0), Cell::new(0));
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let strategy = prop::collection::vec(step(entries), 1..steps);
    let result = TestRunner::new(config).run(&strategy, |steps| {
        number.set(number.get() + 1);
        let key = format!("stream:{}", number.get());
        runtime.block_on(async {
            let mut recount = Recount::default();
            recount.take(&server, &key, &Step::Add(1));
            recount.take(&server, &key, &Step::Create(0, Place::Start));
            let mut keeps = inspector(&server, &[&key]).await;
            for step in &steps {
                recount.take(&server, &key, step);
                let mut inspector = inspector(&server, &[&key]).await;
                let mut first = inspector.look().await.unwrap();
                told.set(told.get() + recount.compare(&first, &key)?);
                inspector.recount(&mut first).await.unwrap();
                recount.compare(&first, &key)?;
                let groups = &stream(&first, &key).groups;
                prop_assert!(groups.iter().all(|one| one.lag.deliverable.is_some()));
                let kept = keeps.look().await.unwrap();
                told.set(told.get() + recount.compare(&kept, &key)?);
            }
            Ok(())
        })
    });
    result.unwrap();
    told.get()
}

#[test]
fn whatever_is_told_of_the_lag_is_what_a_recount_finds() {
    assert!(recounted(9, 14, 40) > 500);
}

#[test]
fn the_same_holds_where_the_stream_is_too_long_to_be_counted() {
    assert!(recounted(4_000, 8, 8) > 40);
}

#[tokio::test]
async fn what_was_trimmed_before_it_was_delivered_is_lost_and_not_deliverable() {
    let server = RedisServer::new();
    add(&server, "s", 1, 5);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 2);
    server.run::<u64>("XTRIM s MAXLEN = 1");
    let snapshot = inspector(&server, &["s"]).await.look().await.unwrap();
    let lag = group(&snapshot, "s", b"g").lag;
    assert_eq!(
        (lag.total, lag.deliverable, lag.lost),
        (Some(3), Some(1), Some(2))
    );
    assert_eq!(stream(&snapshot, "s").trimmed, Some(4));
}

#[tokio::test]
async fn a_lag_that_the_server_does_not_know_is_counted() {
    let server = RedisServer::new();
    add(&server, "s", 1, 9);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 3);
    server.run::<u64>("XDEL s 6-0");
    let snapshot = inspector(&server, &["s"]).await.look().await.unwrap();
    let lag = group(&snapshot, "s", b"g").lag;
    assert_eq!(
        (lag.total, lag.deliverable, lag.lost),
        (None, Some(5), Some(1))
    );
}

#[tokio::test]
async fn a_long_lag_in_a_trimmed_stream_is_told_once_it_was_compared() {
    let server = RedisServer::new();
    add(&server, "s", 1, 6_000);
    server.run::<u64>("XTRIM s MAXLEN = 5500");
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 100);
    let mut inspector = inspector(&server, &["s"]).await;
    let lag = |snapshot: &GroupsSnapshot| group(snapshot, "s", b"g").lag;
    // 100 of what is there are read: listing the oldest finds the place.
    assert_eq!(
        lag(&inspector.look().await.unwrap()).deliverable,
        Some(5_400)
    );
    read(&server, "s", "g", "c", 2_900);
    assert_eq!(
        lag(&inspector.look().await.unwrap()).deliverable,
        Some(2_500)
    );
    let mut another = super::inspector(&server, &["s"]).await;
    let mut never_looked = another.look().await.unwrap();
    assert_eq!(
        (lag(&never_looked).total, lag(&never_looked).deliverable),
        (Some(2_500), None)
    );
    another.recount(&mut never_looked).await.unwrap();
    assert_eq!(
        (lag(&never_looked).deliverable, lag(&never_looked).lost),
        (Some(2_500), Some(0))
    );
}

#[tokio::test]
async fn a_counter_that_fell_behind_where_reading_passed_over_trimmed_entries_is_not_believed() {
    let server = RedisServer::new();
    add(&server, "s", 1, 5_000);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 10);
    let mut keeps = inspector(&server, &["s"]).await;
    let deliverable = |snapshot: &GroupsSnapshot| group(snapshot, "s", b"g").lag.deliverable;
    assert_eq!(deliverable(&keeps.look().await.unwrap()), Some(4_990));
    server.run::<u64>("XTRIM s MAXLEN = 4000");
    read(&server, "s", "g", "c", 1_500);
    for inspector in [&mut keeps, &mut inspector(&server, &["s"]).await] {
        assert_eq!(deliverable(&inspector.look().await.unwrap()), None);
    }
    read(&server, "s", "g", "c", 1_800);
    let mut keeps = inspector(&server, &["s"]).await;
    let lag = group(&keeps.look().await.unwrap(), "s", b"g").lag;
    assert_eq!(lag.deliverable, Some(700));
    // Redis 7.0 counts 990 that are gone for ever; later ones forget them.
    assert!([Some(0), Some(990)].contains(&lag.lost), "{lag:?}");
}
