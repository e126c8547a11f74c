//! `tail [FILTER…]`: follows the source as lines.
//!
//! A source that cannot be reached at the start ends it (exit status 3); a link that breaks later is told on stderr and
//! tried again. Ctrl-C ends it after the batch in hand (exit status 130).

mod opening;

use std::io::Write;

use super::args::FilterWords;
use super::failure::{Failure, Status, say, say_trouble};
use super::format::event_text::Stamp;
use super::format::{EventRow, EventWriter, Format};
use super::marks::Tracker;
use super::out::Out;
use super::pages::{asks_for_marks, ended_sessions, note_ended};
use super::setup::Setup;
use crate::query::{EndedSessions, Plan, scan_page};
use crate::source::Start;
use crate::store::{Arrival, Link, Page};
use opening::Opening;

/// Event ids remembered to find duplicates.
const REMEMBERED: usize = 1 << 20;

/// Arguments of `tail`.
#[derive(clap::Args, Clone, Debug)]
pub struct TailArgs {
    /// What to print.
    #[command(flatten)]
    pub filter: FilterWords,
    /// Begin with what the filter shows of the newest N entries
    #[arg(short = 'n', long, value_name = "N", default_value = "0")]
    pub lines: u64,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: LineFormat,
}

/// The forms that never end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LineFormat {
    /// Aligned lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

impl From<LineFormat> for Format {
    fn from(format: LineFormat) -> Self {
        match format {
            LineFormat::Text => Self::Text,
            LineFormat::Jsonl => Self::Jsonl,
            LineFormat::Csv => Self::Csv,
        }
    }
}

/// Follows until the source ends or Ctrl-C.
///
/// # Errors
/// A wrong filter; a source that cannot be reached at the start.
pub async fn run(args: &TailArgs, setup: &Setup) -> Result<Status, Failure> {
    setup.check_archive()?;
    let filter = setup.bounded_filter(&args.filter.text())?;
    let plan = filter.plan(setup.now);
    let ended = ended_sessions(setup, &plan).await?;
    let out = setup.out();
    let mut tail = Tail {
        setup,
        ended,
        plan,
        tracker: asks_for_marks(&filter).then(|| Tracker::bounded(REMEMBERED)),
        writer: EventWriter::new(args.format.into(), setup, &out, Stamp::Clock),
        out,
        opening: Opening::of(args.lines),
        trouble: None,
        was_live: false,
    };
    tail.follow(args.lines).await
}

struct Tail<'a> {
    setup: &'a Setup,
    plan: Plan,
    ended: EndedSessions,
    tracker: Option<Tracker>,
    writer: EventWriter,
    out: Out,
    opening: Opening,
    /// What was told of the link last, so that each trouble is told once.
    trouble: Option<String>,
    was_live: bool,
}

impl Tail<'_> {
    async fn follow(&mut self, lines: u64) -> Result<Status, Failure> {
        let start = match lines {
            0 => Start::Now,
            n => Start::History(n),
        };
        let mut feed = self.setup.spec.clone().follow(start, self.setup.mapping());
        self.writer.begin(&mut self.out)?;
        self.out.flush()?;
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        loop {
            let arrival = tokio::select! {
                _ = &mut interrupt => break self.finish(Status::Interrupted),
                arrival = feed.arrivals.recv() => arrival,
            };
            match arrival {
                None | Some(Arrival::Link(Link::Ended)) => break self.finish(Status::Done),
                Some(arrival) => self.take(arrival)?,
            }
        }
    }

    fn take(&mut self, arrival: Arrival) -> Result<(), Failure> {
        let pages = match arrival {
            Arrival::Newer { page, .. } => self.opening.newer(page),
            Arrival::Older { page } => self.opening.older(page),
            Arrival::History(history) => self.opening.history(history),
            // Nothing is asked for, and what is trimmed was printed.
            Arrival::Fetched { .. } | Arrival::Held(_) => Vec::new(),
            Arrival::Notice(trouble) => {
                say_trouble("note", &trouble);
                Vec::new()
            }
            Arrival::Link(link) => return self.link(&link),
        };
        for page in pages {
            self.print(&page)?;
        }
        Ok(())
    }

    fn finish(&mut self, status: Status) -> Result<Status, Failure> {
        for page in self.opening.release() {
            self.print(&page)?;
        }
        self.writer.end(&mut self.out)?;
        Ok(status)
    }

    fn print(&mut self, page: &Page) -> Result<(), Failure> {
        let marked = self.tracker.as_mut().map(|tracker| {
            let mut own = page.clone();
            tracker.mark(&mut own);
            own
        });
        let page = marked.as_ref().unwrap_or(page);
        if self.plan.needs_sessions() {
            note_ended(&mut self.ended, page);
        }
        let rows = scan_page(&self.plan, page, &self.ended);
        self.writer.fit(page, rows.iter());
        for row in rows {
            let row = EventRow::of(page, row, &self.setup.config.mapping);
            self.writer.event(&mut self.out, &row)?;
        }
        Ok(self.out.flush()?)
    }

    fn link(&mut self, link: &Link) -> Result<(), Failure> {
        match link {
            Link::Lost { trouble, .. } | Link::Refused(trouble) if !self.was_live => {
                let (what, hint) = (trouble.what.as_str(), trouble.hint.as_str());
                return Err(Failure::new(Status::NotConnected, what, hint));
            }
            Link::Lost { trouble, .. } | Link::Refused(trouble) | Link::Waiting(trouble) => {
                self.was_live = true;
                if self.trouble.as_ref() != Some(&trouble.what) {
                    say_trouble("note", trouble);
                    self.trouble = Some(trouble.what.clone());
                }
            }
            Link::Live => {
                self.was_live = true;
                if self.trouble.take().is_some() {
                    say("note", "following again");
                }
            }
            Link::Connecting | Link::Ended => {}
        }
        Ok(())
    }
}
