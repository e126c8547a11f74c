//! How often the detectors of spikes cry without cause, and how soon they do with one: over simulated Poisson traffic with fixed
//! seeds, beside the rule "mean and three spreads of the trailing buckets" (the peer).
//!
//! The goal: at most one false alarm in 10,000 quiet buckets, whatever the rate.

#[path = "spikes/peer.rs"]
mod peer;
#[path = "spikes/traffic.rs"]
mod traffic;

use lookback::model::Ms;
use lookback::project::spikes::Series;
use lookback::project::{Spike, spikes};

use traffic::{BUCKET_MS, START, Weather, buckets};

/// Buckets of a run: fewer than counts hold before they widen.
const RUN: u64 = 25_000;
const RUNS: u64 = 6;
/// Expected events a bucket.
const RATES: [f64; 9] = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];
/// Quiet buckets before a rise, and buckets in which it must be told.
const BEFORE: u64 = 400;
const RISEN: u64 = 60;
const RISES: u64 = 200;

/// A series, and the traffic that it is watched in.
struct Case {
    name: &'static str,
    series: Series,
    share: f64,
    sigma: f64,
}

const CASES: [Case; 7] = [
    case("events", Series::Events, 0.02, 0.5),
    case("errors 1 %", Series::Errors, 0.01, 0.5),
    case("errors 10 %", Series::Errors, 0.1, 0.5),
    case("errors 50 %", Series::Errors, 0.5, 0.5),
    case("latency, sigma 0.5", Series::Latency, 0.02, 0.5),
    case("latency, sigma 1", Series::Latency, 0.02, 1.0),
    case("silence", Series::Silence, 0.02, 0.5),
];

const fn case(name: &'static str, series: Series, share: f64, sigma: f64) -> Case {
    Case {
        name,
        series,
        share,
        sigma,
    }
}

impl Case {
    fn calm(&self, rate: f64) -> Weather {
        Weather {
            rate,
            share: self.share,
            latency_ms: 300.0,
            sigma: self.sigma,
        }
    }

    /// What this series watches, so many times as much; of silence none.
    fn risen(&self, rate: f64, times: f64) -> Option<Weather> {
        let calm = self.calm(rate);
        match self.series {
            Series::Events => Some(Weather {
                rate: rate * times,
                ..calm
            }),
            Series::Errors => Some(Weather {
                share: calm.share * times,
                ..calm
            })
            .filter(|w| w.share <= 1.0),
            Series::Latency => Some(Weather {
                latency_ms: calm.latency_ms * times,
                ..calm
            }),
            Series::Silence => Some(Weather { rate: 0.0, ..calm }),
        }
    }
}

fn of(series: Series, all: Vec<Spike>) -> impl Iterator<Item = Spike> {
    all.into_iter().filter(move |spike| spike.series == series)
}

/// False alarms in 10,000 quiet buckets: ours, and the peer's.
fn false_alarms(case: &Case, rate: f64) -> (f64, f64) {
    let (mut ours, mut peers) = (0, 0);
    for seed in 0..RUNS {
        let weather = case.calm(rate);
        let (counts, figures) = buckets(seed, RUN, |_| weather);
        let until = START + RUN * BUCKET_MS;
        ours += of(case.series, spikes(&counts, until)).count();
        peers += peer::alarms(case.series, &figures).len();
    }
    let per = 10_000.0 / traffic::float(RUN * RUNS);
    (
        traffic::float(ours as u64) * per,
        traffic::float(peers as u64) * per,
    )
}

/// Delays until a rise is told, in buckets, ascending: those of ours, and of the peer.
fn delays(case: &Case, rate: f64, times: f64) -> Option<[Vec<u64>; 2]> {
    let (calm, risen) = (case.calm(rate), case.risen(rate, times)?);
    let rise_ms: Ms = START + BEFORE * BUCKET_MS;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for seed in 0..RISES {
        let weather = |bucket| if bucket < BEFORE { calm } else { risen };
        let (counts, figures) = buckets(1_000 + seed, BEFORE + RISEN, weather);
        let until = rise_ms + RISEN * BUCKET_MS;
        let mut found = of(case.series, spikes(&counts, until));
        let first = found.find(|spike| spike.raised_ms > rise_ms);
        ours.extend(first.map(|spike| (spike.raised_ms - rise_ms) / BUCKET_MS));
        let found = peer::alarms(case.series, &figures);
        let first = found.into_iter().find(|at| *at >= BEFORE);
        peers.extend(first.map(|at| at + 1 - BEFORE));
    }
    ours.sort_unstable();
    peers.sort_unstable();
    Some([ours, peers])
}

/// `2/3`: the median and the 90th percentile of all rises; `-` where so many were not told within the time.
fn told(delays: &[u64]) -> String {
    let at = |percent: u64| {
        let rank = usize::try_from(RISES * percent / 100).unwrap_or(0);
        let delay = delays.get(rank.saturating_sub(1));
        delay.map_or_else(|| "-".to_owned(), u64::to_string)
    };
    format!("{}/{}", at(50), at(90))
}

fn main() {
    println!(
        "False alarms in 10,000 quiet buckets ({} buckets a row), goal <= 1;",
        RUN * RUNS
    );
    println!(
        "delay to tell a rise to 3 and 10 times as much, in buckets: median/90th percentile of {RISES} rises,"
    );
    println!(
        "- where that many were not told within {RISEN} buckets. Silence: until a stream that stops is told."
    );
    println!("The peer alarms over mean + 3 spreads of the 120 buckets before.\n");
    println!(
        "{:20} {:>6} {:>8} {:>8}   {:>7} {:>8}   {:>7} {:>8}",
        "series", "rate", "false", "peer", "3x", "peer", "10x", "peer"
    );
    let mut worst: f64 = 0.0;
    for case in &CASES {
        for rate in RATES {
            let needs = if case.series == Series::Latency {
                20.0
            } else {
                0.0
            };
            if rate < needs {
                continue;
            }
            let (ours, peers) = false_alarms(case, rate);
            worst = worst.max(ours);
            let cells = [3.0, 10.0].map(|times| match delays(case, rate, times) {
                Some([ours, peers]) => (told(&ours), told(&peers)),
                None => (String::new(), String::new()),
            });
            println!(
                "{:20} {rate:>6} {ours:>8.2} {peers:>8.2}   {:>7} {:>8}   {:>7} {:>8}",
                case.name, cells[0].0, cells[0].1, cells[1].0, cells[1].1
            );
        }
    }
    println!("\nworst: {worst:.2}, goal <= 1");
}
