//! `replay [FILTER…]`: the events of a range, written in their own rhythm; with `--to` copied to a stream (`replay/copy.rs`).
//!
//! A line is whole or not there: each is flushed by itself, and Ctrl-C ends between two (exit status 130). A reader that does
//! not read holds everything up, and nothing is lost.

mod copy;
mod drift;
pub mod pace;
mod report;
mod schedule;

use std::io::Write;

use tokio::time::{Instant, sleep};

use super::args::FilterWords;
use super::failure::{Failure, Status, say};
use super::format::event_text::Stamp;
use super::format::{EventRow, EventWriter};
use super::interrupt::Interrupt;
use super::out::Out;
use super::pages::Matches;
use super::setup::Setup;
use super::tail::LineFormat;
use crate::config::span;
use crate::model::Ms;
use crate::source::Direction;
use pace::{Pace, Speed};
use schedule::Schedule;

/// Arguments of `replay`.
#[derive(clap::Args, Clone, Debug)]
pub struct ReplayArgs {
    /// What to write.
    #[command(flatten)]
    pub filter: FilterWords,
    /// How fast, by the times of the entry ids: 2x, 0.5x, 10, or max for no wait at all
    #[arg(
        long,
        value_name = "SPEED",
        default_value = "1x",
        allow_hyphen_values = true
    )]
    pub speed: Speed,
    /// So many events a second instead, evenly
    #[arg(long, value_name = "N", value_parser = pace::rate, allow_hyphen_values = true, conflicts_with_all = ["speed", "idle"])]
    pub rate: Option<f64>,
    /// Gaps longer than this count as this: 2s, 500ms
    #[arg(long, value_name = "SPAN", value_parser = span::ms, allow_hyphen_values = true)]
    pub idle: Option<Ms>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t, conflicts_with = "to")]
    pub format: LineFormat,
    /// Append copies to this stream instead, each with a field `replayed_from`
    #[arg(long, value_name = "STREAM")]
    pub to: Option<String>,
    /// The server of that stream, where it is another one [password: `REDIS_TO_PASSWORD`]
    #[arg(long, value_name = "URL", requires = "to")]
    pub to_redis: Option<String>,
    /// Keep that stream at about so many entries
    #[arg(long, value_name = "N", requires = "to")]
    pub max_len: Option<u64>,
    /// Copy into the stream that is read, up to its newest entry now
    #[arg(long, requires = "to")]
    pub force: bool,
    /// Only say how many entries would be copied and how long that takes
    #[arg(long, requires = "to")]
    pub dry_run: bool,
}

impl ReplayArgs {
    fn pace(&self) -> Pace {
        self.rate.map_or(
            Pace::Rhythm {
                speed: self.speed,
                idle_ms: self.idle,
            },
            Pace::Rate,
        )
    }
}

/// Writes the events, each when it is due.
///
/// # Errors
/// A wrong filter; a source that cannot be read.
pub async fn run(args: &ReplayArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    if let Some(to) = &args.to {
        return copy::run(args, to, &filter, setup).await;
    }
    let mut interrupt = Interrupt::listen();
    let matches = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        matches = Matches::open(setup, &filter, Direction::Forward) => matches?,
    };
    let out = setup.out();
    let replay = Replay {
        setup,
        writer: EventWriter::new(args.format.into(), setup, &out, Stamp::Date),
        out,
        interrupt,
        schedule: Schedule::new(args.pace()),
        began: None,
    };
    replay.play(matches).await
}

struct Replay<'a> {
    setup: &'a Setup,
    writer: EventWriter,
    out: Out,
    interrupt: Interrupt,
    schedule: Schedule,
    /// When the first event was due.
    began: Option<Instant>,
}

impl Replay<'_> {
    async fn play(mut self, mut matches: Matches) -> Result<Status, Failure> {
        self.writer.begin(&mut self.out)?;
        self.out.flush()?;
        let mut read = false;
        loop {
            let next = tokio::select! {
                () = self.interrupt.pressed() => return Ok(Status::Interrupted),
                next = matches.next() => next?,
            };
            let Some((page, rows)) = next else { break };
            read = true;
            self.writer.fit(&page, rows.iter());
            for row in rows {
                let row = EventRow::of(&page, row, &self.setup.config.mapping);
                self.await_moment(row.id.ms).await;
                if self.interrupt.is_pressed() {
                    return Ok(Status::Interrupted);
                }
                self.writer.event(&mut self.out, &row)?;
                self.out.flush()?;
            }
        }
        if self.began.is_none() {
            say("note", "nothing to replay: the range holds no such event");
            say("hint", hint(read));
        }
        self.writer.end(&mut self.out)?;
        Ok(Status::Done)
    }

    /// Waits until an event of that moment of the log is due, or Ctrl-C is pressed.
    async fn await_moment(&mut self, at_ms: Ms) {
        let began = *self.began.get_or_insert_with(Instant::now);
        let wait = self.schedule.wait(at_ms, began.elapsed());
        if !wait.is_zero() {
            tokio::select! {
                () = self.interrupt.pressed() => {}
                () = sleep(wait) => {}
            }
        }
    }
}

const fn hint(read: bool) -> &'static str {
    if read {
        "entries were read and none matches the filter"
    } else {
        "no entry was read: check --since and --until"
    }
}
