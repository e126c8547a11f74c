//! Spikes over generated logs: what is even stays quiet, what is abnormal is found soon, and what was alerted stays alerted.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small, and never negative"
)]

use std::sync::Arc;

use lookback::model::{EntryId, Flags, Mapping, Ms};
use lookback::project::spikes::Series;
use lookback::project::{Counts, Spike, spikes};
use lookback::source::{DemoSpec, Simulation};
use lookback::store::{Columns, Log, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;

const START: Ms = 1_700_000_000_000;
const MINUTE: Ms = 60_000;
const HOUR: Ms = 60 * MINUTE;
const DAY: Ms = 24 * HOUR;

/// Chance that a seed decides (splitmix64).
struct Chance(u64);

impl Chance {
    /// 0 (included) to 1 (excluded).
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Entries in order: when, and whether it is an error.
type Entries = Vec<(Ms, bool)>;

/// Independent entries; `weather` tells the rate a second and the share of errors at a moment after the start.
fn traffic(seed: u64, length: Ms, weather: impl Fn(Ms) -> (f64, f64)) -> Entries {
    let mut chance = Chance(seed);
    let mut entries = Vec::new();
    let mut at = 0.0;
    loop {
        let ms = at as Ms;
        if ms >= length {
            return entries;
        }
        let (rate, share) = weather(ms);
        if rate > 0.0 {
            entries.push((START + ms, chance.share() < share));
            at += -(1.0 - chance.share()).ln() / rate * 1_000.0;
        } else {
            at += 1_000.0;
        }
    }
}

fn counts(entries: &[(Ms, bool)]) -> Counts {
    let flag = |error: bool| {
        if error {
            Flags::ERROR
        } else {
            Flags::default()
        }
    };
    let columns = Columns {
        axis_ms: entries.iter().map(|e| e.0).collect(),
        flags: entries.iter().map(|e| flag(e.1)).collect(),
        ..Columns::default()
    };
    let mut counts = Counts::default();
    counts.add(&columns, 0..entries.len());
    counts
}

/// All that is known once the last bucket is over.
fn found(entries: &[(Ms, bool)]) -> Vec<Spike> {
    let counts = counts(entries);
    let end = entries.last().map_or(START, |e| e.0);
    spikes(&counts, end + counts.bucket_ms())
}

fn of(spikes: &[Spike], series: Series) -> Vec<Spike> {
    let mut spikes = spikes.to_vec();
    spikes.retain(|spike| spike.series == series);
    spikes
}

/// The only one, which must lie within this part of the log, give or take a bucket.
fn only(spikes: &[Spike], from: Ms, to: Ms) -> Spike {
    let [spike] = spikes else {
        panic!("not one: {spikes:#?}")
    };
    let near = 10_000;
    assert!(spike.start_ms + near >= START + from, "{spike:?}");
    assert!(spike.end_ms <= START + to + near, "{spike:?}");
    *spike
}

#[test]
fn even_traffic_raises_less_than_one_alarm_in_two_days() {
    for (rate, share) in [
        (0.02, 0.02),
        (0.1, 0.1),
        (0.5, 0.02),
        (2.0, 0.02),
        (2.0, 0.1),
    ] {
        let days = 18;
        let logs = (0..days / 3).map(|seed| traffic(seed, 3 * DAY, |_| (rate, share)));
        let alarms: usize = logs.map(|entries| found(&entries).len()).sum();
        assert!(
            alarms as f64 <= days as f64 / 2.0,
            "{alarms} in {days} days at {rate} a second, {share} of them errors"
        );
    }
}

#[test]
fn traffic_that_always_comes_in_bursts_is_usual() {
    let mut chance = Chance(7);
    let mut entries = Entries::new();
    for second in 0..3 * DAY / 1_000 {
        if chance.share() < 1.0 / 600.0 {
            let within = |share: f64| START + second * 1_000 + (share * 20_000.0) as Ms;
            entries.extend((0..30).map(|_| (within(chance.share()), false)));
        }
    }
    entries.sort_unstable();
    let alarms = found(&entries);
    assert!(alarms.len() <= 3, "{alarms:#?}");
}

#[test]
fn five_seconds_of_errors_are_told_within_two_buckets_even_at_the_start() {
    for at in [20_000, 10 * MINUTE] {
        for seed in 0..20 {
            let burst = at..at + 5_000;
            let weather = |ms| (20.0, if burst.contains(&ms) { 0.6 } else { 0.02 });
            let spikes = found(&traffic(seed, 20 * MINUTE, weather));
            let spike = only(&spikes, burst.start, burst.end);
            assert_eq!(spike.series, Series::Errors);
            assert!(spike.raised_ms <= START + burst.start + 20_000, "{spike:?}");
            assert!(
                spike.peak > 4.0 * spike.expected && !spike.open,
                "{spike:?}"
            );
        }
    }
}

#[test]
fn a_burst_of_events_is_one_episode() {
    let burst = 10 * MINUTE..11 * MINUTE;
    let weather = |ms| (if burst.contains(&ms) { 25.0 } else { 5.0 }, 0.02);
    let spike = only(
        &found(&traffic(1, 30 * MINUTE, weather)),
        burst.start,
        burst.end,
    );
    assert_eq!(spike.series, Series::Events);
    assert!((20.0..35.0).contains(&spike.peak), "{spike:?}");
    assert!((4.0..6.0).contains(&spike.expected), "{spike:?}");
}

#[test]
fn a_level_that_stays_becomes_usual() {
    let weather = |ms| (if ms < HOUR { 2.0 } else { 20.0 }, 0.02);
    let spikes = of(&found(&traffic(1, 4 * HOUR, weather)), Series::Events);
    only(&spikes, HOUR, HOUR + 15 * MINUTE);
}

#[test]
fn a_silence_is_known_before_it_ends_and_ends_with_the_next_entry() {
    let silent = 20 * MINUTE..40 * MINUTE;
    let entries = traffic(1, HOUR, |ms| {
        (if silent.contains(&ms) { 0.0 } else { 1.0 }, 0.0)
    });
    let counts = counts(&entries);
    let whole = only(&found(&entries), silent.start, silent.end);
    assert_eq!((whole.series, whole.open), (Series::Silence, false));
    assert!(
        whole.raised_ms < START + silent.start + 2 * MINUTE,
        "{whole:?}"
    );

    assert!(spikes(&counts, whole.raised_ms - 1).is_empty());
    let meanwhile = only(&spikes(&counts, whole.raised_ms), silent.start, silent.end);
    assert!(
        meanwhile.open && meanwhile.end_ms == whole.raised_ms,
        "{meanwhile:?}"
    );
    assert_eq!(meanwhile.start_ms, whole.start_ms);
}

#[test]
fn the_bursts_of_the_demo_are_found() {
    for seed in 1..=3 {
        let spec = DemoSpec {
            rate: 12.0,
            sessions: 40,
            seed,
        };
        let mut agents = Simulation::before(START, &spec);
        let bursts = agents.bursts();
        let is_error = |fields: &[(String, String)]| {
            fields
                .iter()
                .any(|(name, value)| name == "type" && value.starts_with("error"))
        };
        let entries: Entries = agents
            .by_ref()
            .take_while(|event| event.at_ms < START + 5 * MINUTE)
            .map(|event| (event.at_ms, is_error(&event.fields)))
            .collect();
        let found = found(&entries);
        for (from, to) in bursts {
            let hit = |s: &&Spike| s.start_ms < to && s.end_ms > from;
            let spike = found.iter().find(hit).expect("a burst was missed");
            assert_eq!(spike.series, Series::Errors);
            assert!(spike.raised_ms <= from + 20_000, "{spike:?}");
        }
        assert!(found.len() <= bursts.len() + 2, "{found:#?}");
    }
}

#[test]
fn nothing_is_known_of_an_empty_or_a_short_log() {
    assert!(spikes(&Counts::default(), START).is_empty());
    assert!(found(&[(START, true)]).is_empty());
    let together: Entries = (0..5).map(|_| (START, true)).collect();
    assert!(found(&together).is_empty());
}

#[test]
fn a_part_of_the_log_knows_what_the_whole_knew_at_its_end() {
    let silent = 30 * MINUTE..50 * MINUTE;
    let burst = 15 * MINUTE..16 * MINUTE;
    let weather = |ms| match ms {
        ms if silent.contains(&ms) => (0.0, 0.0),
        ms => (1.0, if burst.contains(&ms) { 0.5 } else { 0.02 }),
    };
    let entries = traffic(3, HOUR, weather);
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, (ms, error)) in entries.iter().enumerate() {
        let kind: &[u8] = if *error {
            b"error.occurred"
        } else {
            b"message.added"
        };
        page.push(b"e", EntryId::new(*ms, n as u64), &[(b"type", kind)]);
    }
    let mut log = Log::default();
    log.append(&page.finish());
    let whole = Counts::of(&log, log.first()..log.end());
    assert_eq!(whole, counts(&entries));
    assert!(spikes(&whole, START + HOUR).len() >= 2);
    for count in (1..=entries.len()).step_by(97) {
        let cursor = Seq::ORIGIN.plus(count as u64).before();
        let part = Counts::of(&log, log.first()..cursor);
        let at_ms = entries[count - 1].0;
        assert_eq!(spikes(&part, at_ms), spikes(&whole, at_ms), "first {count}");
    }
}

/// A run of buckets alike: how many, and of each the entries and the errors among them.
fn runs() -> impl Strategy<Value = Vec<(usize, u32, u32)>> {
    let few = (1_usize..40, 0_u32..6, 0_u32..3);
    let many = (1_usize..5, 20_u32..60, 0_u32..40);
    let none = (1_usize..60, Just(0), Just(0));
    vec(prop_oneof![few, many, none], 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_alerted_stays_alerted(runs in runs(), earlier in 0_u64..1_000, later in 0_u64..1_000) {
        let mut entries = Entries::new();
        let mut at = START;
        for (buckets, events, errors) in runs {
            for _ in 0..buckets {
                let times = (0..events).map(|n| (at + Ms::from(n) * 100, n < errors));
                entries.extend(times);
                at += 10_000;
            }
        }
        let counts = counts(&entries);
        let moment = |part: u64| START + (at - START) * part / 1_000;
        let (earlier, later) = (moment(earlier.min(later)), moment(earlier.max(later)));
        let (before, after) = (spikes(&counts, earlier), spikes(&counts, later));
        prop_assert!(before.iter().all(|s| s.raised_ms <= earlier));
        prop_assert_eq!(before.len(), after.iter().filter(|s| s.raised_ms <= earlier).count());
        for (before, after) in before.iter().zip(&after) {
            if before.open {
                prop_assert_eq!(before.series, after.series);
                prop_assert_eq!(before.start_ms, after.start_ms);
                prop_assert_eq!(before.raised_ms, after.raised_ms);
                prop_assert!(after.end_ms >= before.end_ms && after.score >= before.score);
            } else {
                prop_assert_eq!(before, after);
            }
        }
    }
}

/// The goal of `cargo bench --bench spikes`, on fewer buckets.
#[test]
fn quiet_poisson_traffic_raises_at_most_one_false_alarm_in_10_000_buckets_of_each_series() {
    for (per_bucket, buckets) in [
        (0.01, 30_000),
        (0.1, 30_000),
        (1.0, 30_000),
        (10.0, 20_000),
        (100.0, 10_000),
    ] {
        let length = buckets * 10_000;
        let entries = traffic(11, length, |_| (per_bucket / 10.0, 0.05));
        let found = found(&entries);
        for series in Series::ALL {
            let alarms = of(&found, series).len() as u64;
            assert!(
                alarms * 10_000 <= buckets,
                "{series:?}: {alarms} in {buckets} buckets of {per_bucket}"
            );
        }
    }
}

/// Buckets of 30 latencies around `weather`'s median, which stray by half as a logarithm.
fn latencies(seed: u64, buckets: u64, median_ms: impl Fn(u64) -> f64) -> Counts {
    let mut chance = Chance(seed);
    let mut columns = Columns::default();
    for bucket in 0..buckets {
        for _ in 0..30 {
            // Near enough to a normal one (Irwin–Hall).
            let normal = (0..12).map(|_| chance.share()).sum::<f64>() - 6.0;
            columns.axis_ms.push(START + bucket * 10_000);
            columns.flags.push(Flags::default());
            let latency_ms = median_ms(bucket) * (0.5 * normal).exp();
            columns.latency_ms.push(latency_ms as f32);
        }
    }
    let mut counts = Counts::default();
    counts.add(&columns, 0..columns.axis_ms.len());
    counts
}

#[test]
fn a_slow_minute_is_one_episode_in_ms_and_calm_latencies_are_none() {
    let at = |seed, times: f64| {
        let slow = 200..206;
        let median_ms = |bucket| {
            if slow.contains(&bucket) {
                200.0 * times
            } else {
                200.0
            }
        };
        spikes(&latencies(seed, 400, median_ms), START + 400 * 10_000)
    };
    for seed in 0..20 {
        assert_eq!(at(seed, 1.0), []);
        let [slow] = at(seed, 10.0)[..] else {
            panic!("{:?}", at(seed, 10.0))
        };
        assert_eq!(slow.series, Series::Latency);
        assert_eq!(slow.start_ms, START + 2_000_000);
        assert_eq!(slow.raised_ms, START + 2_010_000);
        assert!((2_000.0..10_000.0).contains(&slow.peak), "{slow:?}");
        assert!((300.0..700.0).contains(&slow.expected), "{slow:?}");
    }
}

#[test]
fn fast_latencies_that_double_and_few_latencies_are_no_spike() {
    let fast = |bucket| if bucket == 200 { 30.0 } else { 1.0 };
    assert_eq!(spikes(&latencies(1, 400, fast), START + 4_000_000), []);
    let mut columns = Columns::default();
    for bucket in 0..400_u64 {
        columns.axis_ms.push(START + bucket * 10_000);
        columns.flags.push(Flags::default());
        columns
            .latency_ms
            .push(if bucket == 200 { 90_000.0 } else { 100.0 });
    }
    let mut counts = Counts::default();
    counts.add(&columns, 0..400);
    assert_eq!(spikes(&counts, START + 4_000_000), []);
}
