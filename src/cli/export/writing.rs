//! Writing the entries of a range.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use super::super::failure::{Failure, Status, say};
use super::super::import::entries;
use super::super::interrupt::Interrupt;
use super::super::pages::{Matches, asks_for_marks};
use super::super::progress::Progress;
use super::super::setup::Setup;
use super::{ExportArgs, figures};
use crate::model::{EntryId, FieldRef};
use crate::query::Filter;
use crate::source::{Direction, IdRange, Spec};
use crate::store::Page;
use crate::stream::log_file::{LogFile, LogLines, streams_at};

/// Writes to standard output. What is told goes to standard error.
pub async fn to_stdout(args: &ExportArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    let mut interrupt = Interrupt::or_terminate();
    let mut matches = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        matches = Matches::open(setup, &filter, Direction::Forward) => matches?,
    };
    let (mut out, mut lines, mut text) = (setup.out(), LogLines::default(), Vec::new());
    loop {
        let next = tokio::select! {
            biased;
            () = interrupt.pressed() => return Ok(Status::Interrupted),
            next = matches.next() => next?,
        };
        let Some((page, rows)) = next else { break };
        for row in rows {
            text.clear();
            let (id, stream, fields) = entry(&page, row);
            lines.entry(&mut text, id, stream, &fields);
            out.write_all(&text)?;
        }
        out.flush()?;
    }
    text.clear();
    let totals = lines.end(&mut text, &filter.to_string());
    out.write_all(&text)?;
    out.flush()?;
    say("done", &figures::line("written", &totals));
    Ok(Status::Done)
}

/// Writes a new file, or goes on with one.
pub async fn to_file(path: &Path, args: &ExportArgs, setup: &Setup) -> Result<Status, Failure> {
    refuse_source(path, setup)?;
    let filter = setup.filter(&args.filter.text())?;
    let mut interrupt = Interrupt::or_terminate();
    let resumed = args.resume && path.exists();
    // The source first: a server that is not there leaves no empty file behind.
    let (file, matches, after) = if resumed {
        let (file, after) = reopen(path)?;
        let range = range_after(setup, &filter, &after);
        let matches = Matches::within(setup, range, &filter).await?;
        (file, matches, after)
    } else {
        refuse_existing(path, args)?;
        let matches = tokio::select! {
            () = interrupt.pressed() => return Ok(Status::Interrupted),
            matches = Matches::open(setup, &filter, Direction::Forward) => matches?,
        };
        if args.force {
            remove(path)?;
        }
        (LogFile::create(path)?, matches, After::default())
    };
    let mut writing = Writing {
        file,
        after,
        progress: Progress::new("exported"),
        written: 0,
    };
    let ended = writing.all(matches, &mut interrupt).await;
    writing.end(ended, &filter, setup)
}

/// A file that is read is not written.
fn refuse_source(path: &Path, setup: &Setup) -> Result<(), Failure> {
    let Spec::Files(files) = &setup.spec else {
        return Ok(());
    };
    let whole = |path: &Path| path.canonicalize().ok();
    let out = whole(path);
    if out.is_some() && files.paths.iter().any(|read| whole(read) == out) {
        return Err(Failure::usage(
            format!(
                "{} is the file to read and the file to write",
                path.display()
            ),
            "name another file with --out",
        ));
    }
    Ok(())
}

fn refuse_existing(path: &Path, args: &ExportArgs) -> Result<(), Failure> {
    if args.force || !path.exists() {
        return Ok(());
    }
    Err(Failure::new(
        Status::Failed,
        format!("{} exists already", path.display()),
        "--resume goes on with it, --force writes over it; or name another file",
    ))
}

fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_file() || there.is_symlink() => Ok(std::fs::remove_file(path)?),
        Ok(_) => Err(Failure::new(
            Status::Failed,
            format!("{} is no regular file", path.display()),
            "name a file",
        )),
        Err(_) => Ok(()),
    }
}

/// Where a file ends: its last id, and the streams whose entry of that id it holds.
#[derive(Default)]
struct After {
    last: EntryId,
    streams: HashSet<Vec<u8>>,
}

impl After {
    /// Whether the file holds this entry, which is not before those at its end.
    fn holds(&self, id: EntryId, stream: &[u8]) -> bool {
        id < self.last || id == self.last && self.streams.contains(stream)
    }
}

fn reopen(path: &Path) -> Result<(LogFile, After), Failure> {
    let (file, survey) = LogFile::append(path)?;
    if survey.torn_bytes > 0 {
        let torn = survey.torn_bytes;
        say(
            "note",
            &format!("cut off {torn} bytes of an entry or a part that was not written to its end"),
        );
    }
    say(
        "note",
        &format!("{} has {}", path.display(), entries(survey.entries)),
    );
    let Some(last) = survey.last else {
        return Ok((file, After::default()));
    };
    let streams = streams_at(path, last)?.into_iter().collect();
    Ok((file, After { last, streams }))
}

/// From the file's last id on, which another stream may have too; from the beginning where marks depend on what was before.
fn range_after(setup: &Setup, filter: &Filter, after: &After) -> IdRange {
    let range = setup.range();
    if asks_for_marks(filter) {
        return range;
    }
    IdRange {
        from: range.from.max(after.last),
        ..range
    }
}

fn entry(page: &Page, row: usize) -> (EntryId, &[u8], Vec<FieldRef<'_>>) {
    let id = page.columns.id.get(row).unwrap_or_default();
    let stream = page.columns.stream.get(row).unwrap_or_default();
    let fields = page.payloads.named(row, &page.strings);
    (id, page.strings.get(stream), fields)
}

/// How writing ended.
enum Ended {
    AtTheEnd,
    Interrupted,
}

struct Writing {
    file: LogFile,
    after: After,
    progress: Progress,
    written: u64,
}

impl Writing {
    async fn all(
        &mut self,
        mut matches: Matches,
        interrupt: &mut Interrupt,
    ) -> Result<Ended, Failure> {
        loop {
            let next = tokio::select! {
                biased;
                () = interrupt.pressed() => return Ok(Ended::Interrupted),
                next = matches.next() => next?,
            };
            let Some((page, rows)) = next else {
                return Ok(Ended::AtTheEnd);
            };
            for row in rows {
                let (id, stream, fields) = entry(&page, row);
                if !self.after.holds(id, stream) {
                    self.file.write(id, stream, &fields)?;
                    self.written += 1;
                }
            }
            self.progress.show(self.written);
        }
    }

    fn end(
        mut self,
        ended: Result<Ended, Failure>,
        filter: &Filter,
        setup: &Setup,
    ) -> Result<Status, Failure> {
        self.progress.clear();
        let path = self.file.path().display().to_string();
        match ended {
            Ok(Ended::AtTheEnd) => {
                let totals = self.file.finish_with(&filter.to_string())?;
                say(
                    "done",
                    &format!("exported {} to {path}", entries(self.written)),
                );
                figures::print(setup, &figures::line("written", &totals))?;
                Ok(Status::Done)
            }
            Ok(Ended::Interrupted) => {
                self.file.pause()?;
                say(
                    "note",
                    &format!(
                        "{path} has {} more; go on with --resume and the same filter",
                        entries(self.written)
                    ),
                );
                Ok(Status::Interrupted)
            }
            Err(failure) => {
                // Of two troubles the first is told.
                let kept = self.file.pause().is_ok();
                let hint = if kept {
                    format!(
                        "{}; then go on with --resume and the same filter",
                        failure.hint
                    )
                } else {
                    failure.hint
                };
                Err(Failure {
                    message: format!(
                        "{}; {} written to {path}",
                        failure.message,
                        entries(self.written)
                    ),
                    hint,
                    ..failure
                })
            }
        }
    }
}
