//! `--watch`: what the range holds, then what comes, told again every two seconds in which something came.
//!
//! Invariant: nothing is counted twice and nothing is left out: the source is followed before the range is read, and of what it
//! then brings, entries up to those that were read are passed over.

use std::io::Write;
use std::time::Duration;

use hashbrown::HashMap;

use super::{Counted, Seen, StatsArgs, how, written};
use crate::cli::failure::{Failure, Status};
use crate::cli::marks::Tracker;
use crate::cli::out::Out;
use crate::cli::pages::{Matches, REMEMBERED, ended_sessions, note_ended};
use crate::cli::setup::Setup;
use crate::model::EntryId;
use crate::project::tally::Gather;
use crate::query::{EndedSessions, Filter, Plan, scan_page};
use crate::source::{Feed, Start};
use crate::store::{Arrival, Link, Page};

/// Between two reports.
const EVERY: Duration = Duration::from_secs(2);

/// Reports until the source ends or Ctrl-C.
///
/// # Errors
/// A source that cannot be read, or not twice.
pub async fn run(args: &StatsArgs, filter: &Filter, setup: &Setup) -> Result<Status, Failure> {
    if setup.reads_stdin() {
        return Err(Failure::usage(
            "--watch reads what is there and then follows, and standard input can be read once",
            "save the input to a file and name it with --file",
        ));
    }
    let feed = setup.spec.clone().follow(Start::Now, setup.mapping());
    let plan = filter.plan(setup.now);
    let ended = ended_sessions(setup, &plan).await?;
    let mut watch = Watch {
        args,
        setup,
        plan,
        ended,
        gather: Gather::new(how(args, setup)),
        seen: Seen::default(),
        read: HashMap::new(),
        tracker: Tracker::bounded(REMEMBERED),
        out: setup.out(),
        changed: true,
    };
    watch.read_range(filter).await?;
    watch.follow(feed).await
}

struct Watch<'a> {
    args: &'a StatsArgs,
    setup: &'a Setup,
    plan: Plan,
    ended: EndedSessions,
    gather: Gather,
    seen: Seen,
    /// The last entry read of each stream.
    read: HashMap<Vec<u8>, EntryId>,
    tracker: Tracker,
    out: Out,
    changed: bool,
}

impl Watch<'_> {
    async fn read_range(&mut self, filter: &Filter) -> Result<(), Failure> {
        let mut matches = Matches::marked(self.setup, self.setup.range(), filter).await?;
        while let Some((page, rows)) = matches.next().await? {
            for (stream, id) in page.columns.stream.iter().zip(page.columns.id.iter()) {
                let name = page.strings.get(stream);
                let last = self.read.entry_ref(name).or_insert(id);
                *last = id.max(*last);
            }
            for hash in page.columns.event_id.iter().filter(|hash| *hash != 0) {
                self.tracker.is_new(hash);
            }
            self.seen.note(&page);
            self.gather.add(&page, &rows);
        }
        Ok(())
    }

    async fn follow(&mut self, mut feed: Feed) -> Result<Status, Failure> {
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        let mut clock = tokio::time::interval(EVERY);
        loop {
            let arrival = tokio::select! {
                _ = &mut interrupt => break self.report().map(|()| Status::Interrupted),
                _ = clock.tick() => {
                    self.report()?;
                    continue;
                }
                arrival = feed.arrivals.recv() => arrival,
            };
            match arrival {
                None | Some(Arrival::Link(Link::Ended)) => {
                    break self.report().map(|()| Status::Done);
                }
                Some(Arrival::Newer { page, .. }) => self.take(&page),
                Some(_) => {}
            }
        }
    }

    fn take(&mut self, page: &Page) {
        let mut page = page.clone();
        let is_new = |row: &usize| {
            let id = page.columns.id.get(*row).unwrap_or_default();
            let stream = page.columns.stream.get(*row).unwrap_or_default();
            self.read
                .get(page.strings.get(stream))
                .is_none_or(|read| id > *read)
        };
        let news: Vec<usize> = (0..page.len()).filter(is_new).collect();
        if news.len() < page.len() {
            let mut fresh = crate::store::PageBuilder::new(self.setup.mapping());
            for row in news {
                fresh.copy(&page, row);
            }
            page = fresh.finish();
        }
        self.tracker.mark(&mut page);
        note_ended(&mut self.ended, &page);
        let rows = scan_page(&self.plan, &page, &self.ended);
        self.seen.note(&page);
        self.changed |= !rows.is_empty();
        self.gather.add(&page, &rows);
    }

    /// Tells the figures as they stand, where they changed; on a terminal in the place of those before.
    fn report(&mut self) -> Result<(), Failure> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        let mut setup = self.setup.clone();
        setup.now.ms = super::super::setup::wall_clock_ms();
        let counted = Counted {
            window: self.seen.window(self.args, setup.range(), &setup),
            gather: std::mem::take(&mut self.gather),
            axis: self.args.axis.into(),
        };
        let bytes = written(&counted, self.args, &setup);
        self.gather = counted.gather;
        if self.out.terminal {
            self.out.write_all(b"\x1b[H\x1b[2J")?;
        }
        self.out.write_all(&bytes)?;
        Ok(self.out.flush()?)
    }
}
