//! `replay --to STREAM`: copies of the events, appended to a stream, each when it is due.
//!
//! Invariant: it ends between two entries of different ids, so that `--since` with the id behind the last one goes on without
//! a gap and without a repetition.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::report::{Progress, Report, say_plan, say_where_to_go_on};
use super::schedule::Schedule;
use super::{ReplayArgs, drift::Drift, hint};
use crate::cli::failure::{Failure, Status, say};
use crate::cli::interrupt::Interrupt;
use crate::cli::pages::{Matches, asks_for_marks};
use crate::cli::setup::Setup;
use crate::model::{EntryId, FieldRef};
use crate::query::Filter;
use crate::query::time::Moment;
use crate::source::{Direction, RedisSpec};
use crate::store::Page;
use crate::stream::Copier;
use crate::stream::replay::is_read;

/// Copies the events, or says what would be copied.
pub async fn run(
    args: &ReplayArgs,
    to: &str,
    filter: &Filter,
    setup: &Setup,
) -> Result<Status, Failure> {
    let mut interrupt = Interrupt::or_terminate();
    let target = target(args, to, setup)?;
    let is_own = is_own(args, to, &target, setup).await?;
    let mut copier = Copier::open(&target, to.as_bytes(), args.max_len).await?;
    let mut setup = setup.clone();
    if is_own {
        // What is copied now does not belong to it, or it would never end.
        let newest = copier.newest().await?;
        setup.until = Some(Moment::Id(newest.min(setup.range().to)));
    }
    let matches = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        matches = Matches::open(&setup, filter, Direction::Forward) => matches?,
    };
    let schedule = Schedule::new(args.pace());
    if args.dry_run {
        return plan(matches, schedule, &mut interrupt).await;
    }
    let copying = Copying {
        copier,
        interrupt,
        schedule,
        drift: None,
        due: None,
        began: None,
        read: false,
        progress: Progress::new(),
    };
    let border = Border {
        since: setup.range().from,
        until: setup.until.map(Moment::last_id),
        marks: asks_for_marks(filter),
    };
    copying.run(matches, to, border).await
}

/// What was asked for, for the line that says where to go on.
struct Border {
    since: EntryId,
    until: Option<EntryId>,
    marks: bool,
}

/// Where to write to: the server that is read, unless another one is named.
fn target(args: &ReplayArgs, to: &str, setup: &Setup) -> Result<RedisSpec, Failure> {
    if to.is_empty() {
        return Err(Failure::usage(
            "--to names no stream",
            "name the stream that takes the copies: --to STREAM",
        ));
    }
    let mut target = setup.server()?;
    if let Some(url) = &args.to_redis {
        target.url.clone_from(url);
        let password = std::env::var("REDIS_TO_PASSWORD").ok();
        target.password = password.filter(|p| !p.is_empty());
    }
    target.streams = vec![to.to_owned()];
    Ok(target)
}

/// Whether it is copied into the stream that is read, which has to be forced.
async fn is_own(
    args: &ReplayArgs,
    to: &str,
    target: &RedisSpec,
    setup: &Setup,
) -> Result<bool, Failure> {
    let Some(source) = setup.spec.redis() else {
        return Ok(false);
    };
    if !is_read(source, target, to.as_bytes()).await? {
        return Ok(false);
    }
    if !args.force {
        return Err(Failure::usage(
            format!(
                "`{to}` is a stream that is read here: its copies would stand among the events"
            ),
            "name another stream with --to; or --force, which copies up to its newest entry now",
        ));
    }
    if source.streams != [to] {
        return Err(Failure::usage(
            format!("`{to}` is one of several streams that are read here"),
            format!("with --force read it alone: --stream {to}"),
        ));
    }
    Ok(true)
}

/// Reads the range and says what copying it would mean.
async fn plan(
    mut matches: Matches,
    mut schedule: Schedule,
    interrupt: &mut Interrupt,
) -> Result<Status, Failure> {
    let (mut entries, mut clock) = (0, Duration::ZERO);
    loop {
        let next = tokio::select! {
            () = interrupt.pressed() => return Ok(Status::Interrupted),
            next = matches.next() => next?,
        };
        let Some((page, rows)) = next else { break };
        for row in rows {
            let id = page.columns.id.get(row).unwrap_or_default();
            clock = clock.saturating_add(schedule.wait(id.ms, clock));
            entries += 1;
        }
    }
    say_plan(entries, schedule.last_due().map(|_| clock));
    Ok(Status::Done)
}

/// Why it ended.
enum End {
    /// Everything is copied.
    Done,
    /// Ctrl-C or SIGTERM.
    Asked,
    Failed(Failure),
}

struct Copying {
    copier: Copier,
    interrupt: Interrupt,
    schedule: Schedule,
    drift: Option<Drift>,
    /// When the first and the last entry that wait to be sent were due.
    due: Option<(Duration, Duration)>,
    /// When the first event was due.
    began: Option<Instant>,
    /// Whether anything was read.
    read: bool,
    progress: Progress,
}

impl Copying {
    async fn run(mut self, matches: Matches, to: &str, border: Border) -> Result<Status, Failure> {
        let end = match self.copy(matches).await {
            Ok(end) => end,
            Err(failure) => End::Failed(failure),
        };
        self.progress.clear();
        if self.began.is_none() && matches!(end, End::Done) {
            say("note", "nothing to replay: the range holds no such event");
            say("hint", hint(self.read));
            return Ok(Status::Done);
        }
        let report = Report {
            to,
            copied: self.copier.copied(),
            copies: self.copier.copies(),
            took: self.began.map_or(Duration::ZERO, |began| began.elapsed()),
            drift: self.drift,
        };
        report.say();
        let status = match end {
            End::Done => return Ok(Status::Done),
            End::Asked => Ok(Status::Interrupted),
            End::Failed(failure) => Err(failure),
        };
        say_where_to_go_on(self.copier.go_on(), border.since, border.until);
        if border.marks {
            say(
                "note",
                "is:duplicate and is:late look back only as far as --since: going on can find fewer of them",
            );
        }
        status
    }

    async fn copy(&mut self, mut matches: Matches) -> Result<End, Failure> {
        loop {
            let next = match matches.next().await {
                Ok(next) => next,
                Err(failure) => {
                    // What has come belongs to the copy, though the source broke.
                    self.send().await?;
                    return Err(failure);
                }
            };
            let Some((page, rows)) = next else { break };
            self.read = true;
            for row in rows {
                if !self.entry(&page, row).await? {
                    self.send().await?;
                    return Ok(End::Asked);
                }
            }
            let newest = page.id_range().map(|(_, last)| last);
            if self.interrupt.is_pressed() && newest > self.copier.newest_added() {
                self.send().await?;
                return Ok(End::Asked);
            }
        }
        self.send().await?;
        Ok(End::Done)
    }

    /// Adds an entry when it is due; `false` where it is asked to end before it.
    async fn entry(&mut self, page: &Page, row: usize) -> Result<bool, Failure> {
        let id = page.columns.id.get(row).unwrap_or_default();
        let is_tied = self.copier.newest_added() == Some(id);
        self.await_moment(id.ms).await?;
        if self.interrupt.is_pressed() && !is_tied {
            return Ok(false);
        }
        let stream = page.columns.stream.get(row).unwrap_or_default();
        let fields: Vec<FieldRef<'_>> = page.payloads.named(row, &page.strings);
        self.copier.add(page.strings.get(stream), id, &fields);
        if let Some(due) = self.schedule.last_due() {
            let first = self.due.map_or(due, |(first, _)| first);
            self.due = Some((first, due));
        }
        if self.copier.is_full() {
            self.send().await?;
        }
        Ok(true)
    }

    /// Waits until an event of that moment of the log is due, or it is asked to end. What is due goes out before.
    async fn await_moment(&mut self, at_ms: u64) -> Result<(), Failure> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let elapsed = began.elapsed();
        let wait = self.schedule.wait(at_ms, elapsed);
        if wait.is_zero() {
            return Ok(());
        }
        self.send().await?;
        let due = elapsed.checked_add(wait);
        let due = due.and_then(|due| began.checked_add(due));
        tokio::select! {
            () = self.interrupt.pressed() => {}
            () = until(due) => {}
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Failure> {
        self.copier.send().await?;
        if let (Some((first, last)), Some(began)) = (self.due.take(), self.began) {
            let drift = self.drift.get_or_insert_default();
            drift.note(first, last, began.elapsed());
        }
        self.progress.show(self.copier.copied());
        Ok(())
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
