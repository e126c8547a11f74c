//! `import FILE…`: appends the entries of files to streams, under new ids or, with `--keep-ids`, under their own.
//!
//! Invariant: a file that does not hold (a broken line, ids that cannot be kept, a note that says something else) is refused before
//! anything is written. Standard input can be read once, so there it is told where it is met.

mod checked;
mod early;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::Global;
use super::export::figures;
use super::failure::{Failure, Status, say};
use super::interrupt::Interrupt;
use super::lines::{self, Batch, name};
use super::progress::{Progress, grouped};
use super::setup::Setup;
use crate::source::RedisSpec;
use crate::stream::import::{Check, Closing};
use crate::stream::{Entry, ImportOptions, Importer, Retry, StreamError};

/// Arguments of `import`.
#[derive(clap::Args, Clone, Debug)]
pub struct ImportArgs {
    /// Files as export writes them (plain, .gz, .lz4; - is standard input)
    #[arg(value_name = "FILE")]
    pub inputs: Vec<PathBuf>,
    /// Keep the ids of the entries, and their order
    #[arg(long)]
    pub keep_ids: bool,
    /// Go on behind what the stream holds last, if that is an entry of the file
    #[arg(long, requires = "keep_ids")]
    pub resume: bool,
    /// Leave out the first N entries
    #[arg(
        long,
        value_name = "N",
        default_value = "0",
        conflicts_with = "keep_ids"
    )]
    pub skip: u64,
}

/// Imports.
///
/// # Errors
/// Wrong flags; a file that does not hold; a server that cannot be reached or does not take the entries.
pub async fn run(args: &ImportArgs, global: &Global, setup: &Setup) -> Result<Status, Failure> {
    let files: Vec<PathBuf> = args.inputs.iter().chain(&global.files).cloned().collect();
    if files.is_empty() {
        return Err(Failure::usage(
            "there is nothing to import",
            "name files as export writes them; - is standard input",
        ));
    }
    let (spec, stream) = target(global, setup)?;
    let options = ImportOptions {
        stream: stream.clone().map(String::into_bytes),
        keep_ids: args.keep_ids,
        resume: args.resume,
    };
    let mut interrupt = Interrupt::or_terminate();
    if checked::files(&files, &options, &mut interrupt)
        .await?
        .is_break()
    {
        return Ok(Status::Interrupted);
    }
    let importer = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        importer = Importer::open(&spec, options.clone()) => importer?,
    };
    let importing = Importing {
        setup,
        args,
        importer,
        check: Arc::new(Mutex::new(Check::new(&options))),
        files,
        stream,
        interrupt,
        progress: Progress::new("imported"),
        imported: 0,
        held: 0,
        passed: 0,
    };
    importing.run().await
}

/// The server, and the stream where one is named.
fn target(global: &Global, setup: &Setup) -> Result<(RedisSpec, Option<String>), Failure> {
    if !global.streams.is_empty() {
        let (spec, stream) = setup.writer_of_one()?;
        return Ok((spec, Some(stream)));
    }
    Ok((setup.server()?, None))
}

/// What was made of a line; `None` for a note that holds.
type Made = Result<Option<Entry>, StreamError>;

struct Importing<'a> {
    setup: &'a Setup,
    args: &'a ImportArgs,
    importer: Importer,
    check: Arc<Mutex<Check>>,
    files: Vec<PathBuf>,
    stream: Option<String>,
    interrupt: Interrupt,
    progress: Progress,
    imported: u64,
    /// Entries that the stream held already.
    held: u64,
    /// Entries that were left out.
    passed: u64,
}

impl Importing<'_> {
    async fn run(mut self) -> Result<Status, Failure> {
        for path in self.files.clone() {
            if self.file(path).await? == Status::Interrupted {
                self.progress.clear();
                say("note", &early::how_to_go_on(&self.standing()));
                return Ok(Status::Interrupted);
            }
        }
        self.progress.clear();
        self.importer.finish()?;
        self.end()?;
        Ok(Status::Done)
    }

    async fn file(&mut self, path: PathBuf) -> Result<Status, Failure> {
        let check = Arc::clone(&self.check);
        let mut lines = lines::read(vec![path.clone()], move |line| {
            let mut check = check.lock().unwrap_or_else(PoisonError::into_inner);
            Some(check.line(line))
        });
        loop {
            let next = tokio::select! {
                biased;
                () = self.interrupt.pressed() => return Ok(Status::Interrupted),
                next = lines.recv() => next,
            };
            let Some(batch) = next else { break };
            let batch = batch.map_err(|failure| early::behind(failure, &self.standing()))?;
            self.batch(batch, &name(&path)).await?;
        }
        let mut check = self.check.lock().unwrap_or_else(PoisonError::into_inner);
        let closing = check.end_of_file();
        drop(check);
        let closing = closing.map_err(|e| early::broken(&name(&path), &e, &self.standing()))?;
        self.progress.clear();
        match closing {
            Closing::Noted => say(
                "note",
                &format!("{}: count and checksum are those of its note", name(&path)),
            ),
            Closing::Open => say(
                "note",
                &format!(
                    "{} has no note of count and checksum: whether it is whole is not known",
                    name(&path)
                ),
            ),
        }
        Ok(Status::Done)
    }

    async fn batch(&mut self, batch: Batch<Made>, file: &str) -> Result<(), Failure> {
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        let mut broken = None;
        for (place, made) in batch {
            match made {
                Ok(Some(_)) if self.passed < self.args.skip => self.passed += 1,
                Ok(Some(entry)) => {
                    entries.push(entry);
                    places.push(place);
                }
                Ok(None) => {}
                Err(error) => {
                    broken = Some((place, error));
                    break;
                }
            }
        }
        let progress = &mut self.progress;
        let tell = |retry: &Retry| {
            progress.clear();
            super::publish::say_retry(retry);
        };
        match self.importer.write_telling(&entries, tell).await {
            Ok(receipts) => {
                let held = receipts.iter().filter(|r| r.duplicate).count() as u64;
                self.held += held;
                self.imported += receipts.len() as u64 - held;
                self.progress.show(self.imported + self.held);
            }
            Err(unfinished) => {
                let held = unfinished.written().filter(|r| r.duplicate).count() as u64;
                self.held += held;
                self.imported += unfinished.written().count() as u64 - held;
                self.progress.clear();
                return Err(early::unfinished(
                    &unfinished,
                    &places,
                    file,
                    &self.standing(),
                ));
            }
        }
        match broken {
            None => Ok(()),
            Some((place, error)) => {
                self.progress.clear();
                let place = format!("line {} of {file}", place.line);
                Err(early::broken(&place, &error, &self.standing()))
            }
        }
    }

    fn standing(&self) -> early::Standing {
        early::Standing {
            imported: self.imported,
            done: self.passed + self.imported + self.held,
            keep_ids: self.args.keep_ids,
        }
    }

    fn end(&self) -> io::Result<()> {
        let into = match &self.stream {
            Some(stream) => format!(" into {stream}"),
            None => String::new(),
        };
        let mut told = vec![format!("imported {}{into}", entries(self.imported))];
        if self.held > 0 {
            told.push(format!("{} there before", were(self.held)));
        }
        if self.passed > 0 {
            told.push(format!("{} left out", were(self.passed)));
        }
        say("done", &told.join("; "));
        let check = self.check.lock().unwrap_or_else(PoisonError::into_inner);
        let line = figures::line("read", &check.totals());
        figures::print(self.setup, &line)
    }
}

/// `1 entry`, `98,331 entries`.
#[must_use]
pub fn entries(n: u64) -> String {
    match n {
        1 => "1 entry".to_owned(),
        n => format!("{} entries", grouped(n)),
    }
}

fn were(n: u64) -> String {
    match n {
        1 => "1 was".to_owned(),
        n => format!("{} were", grouped(n)),
    }
}
