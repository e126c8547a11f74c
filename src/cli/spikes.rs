//! `spikes [FILTER…]`: episodes of abnormal rate or latency, in the order in which they could be known.
//!
//! Invariant: in memory are counts of buckets, at most so many whatever the range; where those do not suffice, buckets get
//! longer, and that is said.

use std::io::Write;

use super::args::FilterWords;
use super::failure::{Failure, Status, complain};
use super::format::json;
use super::format::table::{self, Align};
use super::format::{Format, csv};
use super::out::Out;
use super::pages::Matches;
use super::setup::Setup;
use crate::model::{Ms, Zone, time};
use crate::project::spikes::{Series, Settings};
use crate::project::{Counts, Spike, spikes};
use crate::source::{Direction, Spec};

/// Arguments of `spikes`.
#[derive(clap::Args, Clone, Debug)]
pub struct SpikesArgs {
    /// Of which events.
    #[command(flatten)]
    pub filter: FilterWords,
    /// Length of a bucket [default: 10s, or spikes.bucket of the configuration]
    #[arg(long, value_name = "SPAN")]
    pub bucket: Option<Bucket>,
    /// Only these [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = series)]
    pub series: Vec<Series>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lengths of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Bucket {
    /// A second
    #[value(name = "1s")]
    Second,
    /// Ten seconds
    #[value(name = "10s")]
    TenSeconds,
    /// A minute
    #[value(name = "1m")]
    Minute,
    /// Five minutes
    #[value(name = "5m")]
    FiveMinutes,
}

impl Bucket {
    const fn ms(self) -> Ms {
        match self {
            Self::Second => 1_000,
            Self::TenSeconds => 10_000,
            Self::Minute => 60_000,
            Self::FiveMinutes => 300_000,
        }
    }
}

fn series(text: &str) -> Result<Series, String> {
    let known = Series::ALL.into_iter().find(|s| s.word() == text);
    known.ok_or_else(|| {
        format!(
            "the series are {}",
            Series::ALL.map(Series::word).join(", ")
        )
    })
}

/// Lists the spikes.
///
/// # Errors
/// A wrong filter; a source that cannot be read.
pub async fn run(args: &SpikesArgs, setup: &Setup) -> Result<Status, Failure> {
    let settings = Settings {
        bucket_ms: args
            .bucket
            .map_or(setup.config.spikes.bucket_ms, Bucket::ms),
        ..setup.config.spikes
    };
    let filter = setup.filter(&args.filter.text())?;
    let mut matches = Matches::open(setup, &filter, Direction::Forward).await?;
    let mut counts = Counts::new(settings);
    let mut newest_ms = 0;
    while let Some((page, rows)) = matches.next().await? {
        let last = page.id_range().map_or(0, |(_, last)| last.ms);
        newest_ms = newest_ms.max(last);
        for run in rows.chunk_by(|a, b| a + 1 == *b) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                counts.add(&page.columns, *first..last + 1);
            }
        }
    }
    if counts.bucket_ms() != settings.bucket_ms {
        let span = time::span(counts.bucket_ms());
        complain(&format!(
            "so long a range is counted in buckets of {span}\n"
        ));
    }
    let mut found = spikes(&counts, until_ms(setup, &counts, newest_ms));
    found.retain(|spike| args.series.is_empty() || args.series.contains(&spike.series));
    let mut out = setup.out();
    out.write_all(&written(&found, args.format, setup.zone(), &out))?;
    out.flush()?;
    Ok(Status::Done)
}

/// Up to when nothing more comes. The last bucket of a file is as full as it gets.
fn until_ms(setup: &Setup, counts: &Counts, newest_ms: Ms) -> Ms {
    let reference_ms = setup.silence_reference(newest_ms);
    if setup.until.is_none() && matches!(setup.spec, Spec::Files(_)) {
        (reference_ms / counts.bucket_ms() + 1).saturating_mul(counts.bucket_ms())
    } else {
        reference_ms
    }
}

fn written(spikes: &[Spike], format: Format, zone: Zone, out: &Out) -> Vec<u8> {
    let mut bytes = Vec::new();
    match format {
        Format::Text => write_table(&mut bytes, spikes, zone),
        Format::Json => {
            json::array(&mut bytes, spikes, |to, spike| {
                to.push(b'\n');
                write_json(to, spike);
            });
            bytes.push(b'\n');
        }
        Format::Jsonl => {
            for spike in spikes {
                write_json(&mut bytes, spike);
                bytes.push(b'\n');
            }
        }
        Format::Csv => write_csv(&mut bytes, spikes, out.terminal),
    }
    bytes
}

fn write_json(out: &mut Vec<u8>, spike: &Spike) {
    let written = serde_json::to_vec(&spike.written());
    out.extend_from_slice(&written.unwrap_or_default());
}

fn write_csv(out: &mut Vec<u8>, spikes: &[Spike], safe: bool) {
    out.extend_from_slice(b"series,start,end,peak_at,peak,expected,score,raised,open\r\n");
    for spike in spikes {
        let told = spike.written();
        let number = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
        let cells = [
            told.series.to_owned(),
            told.start.unwrap_or_default(),
            told.end.unwrap_or_default(),
            told.peak_at.unwrap_or_default(),
            number(told.peak),
            number(told.expected),
            number(told.score),
            told.raised.unwrap_or_default(),
            told.open.to_string(),
        ];
        csv::line(out, &cells.each_ref().map(String::as_bytes), safe);
    }
}

fn write_table(out: &mut Vec<u8>, spikes: &[Spike], zone: Zone) {
    if spikes.is_empty() {
        out.extend_from_slice(b"No spikes.\n");
        return;
    }
    let mut columns = [Align::Right; 8];
    columns[..2].fill(Align::Left);
    let head = [
        "START", "SERIES", "LASTED", "TIMES", "PEAK", "USUAL", "SCORE", "STATE",
    ];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    lines.extend(spikes.iter().map(|spike| row(spike, zone).to_vec()));
    for line in table::lines(&columns, &lines) {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}

fn row(spike: &Spike, zone: Zone) -> [String; 8] {
    let value = |n: f64| match spike.series {
        Series::Latency => format!("{n:.0} ms"),
        _ if n < 0.095 => format!("{n:.3}/s"),
        _ => format!("{n:.1}/s"),
    };
    let times = spike.times().filter(|_| spike.series != Series::Silence);
    [
        zone.format(spike.start_ms, "%Y-%m-%d %H:%M:%S"),
        spike.series.word().to_owned(),
        time::span(spike.length_ms()),
        times.map_or_else(|| "—".to_owned(), |times| format!("{times:.1}×")),
        value(spike.peak),
        value(spike.expected),
        format!("{:.1}", spike.score),
        if spike.open { "open" } else { "over" }.to_owned(),
    ]
}
