//! `publish`: appends events to a stream, one from flags or many from JSON lines, and prints the ids of their entries.
//!
//! Invariant: what ends it early says how many events are written, which line is the first that is not, and of which lines it is not
//! known.

mod early;
mod printed;

use std::path::PathBuf;
use std::time::Duration;

use super::failure::{Failure, Status, say};
use super::interrupt::Interrupt;
use super::lines::{self, Batch, Lines, Place};
use super::progress::{Progress, counted, grouped};
use super::setup::Setup;
use crate::config::span;
use crate::model::line::is_note;
use crate::stream::{Draft, PublishOptions, Publisher, Receipt, Retry, StreamError};
use printed::Printed;

/// Broken lines that are told one by one.
const TOLD: u64 = 10;
/// Events in one call.
const CALL: usize = 4_096;

/// Arguments of `publish`.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(clap::Args, Clone, Debug)]
pub struct PublishArgs {
    /// Type of the event, such as message.added
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// Its session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Its user
    #[arg(long, value_name = "ID")]
    pub user: Option<String>,
    /// Its own id [default: evt-<ns since 1970>]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Its further fields, as a JSON object
    #[arg(long, value_name = "JSON")]
    pub data: Option<String>,
    /// Do not append an event again whose id was published before
    #[arg(long)]
    pub once: bool,
    /// How long ids are kept for --once [default: 7d]
    #[arg(long, value_name = "SPAN", value_parser = span, requires = "once")]
    pub once_for: Option<Duration>,
    /// Let the stream's oldest entries go beyond about so many [default: `max_length` of the configuration]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_len: Option<u64>,
    /// Beyond exactly so many
    #[arg(long, requires = "max_len")]
    pub exact: bool,
    /// Pass over lines that are no event, and count them
    #[arg(long)]
    pub skip_invalid: bool,
    /// Print no ids
    #[arg(short, long)]
    pub quiet: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: IdFormat,
}

/// The forms in which ids are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum IdFormat {
    /// The ids of the entries, one a line.
    #[default]
    Text,
    /// One JSON object a line.
    Jsonl,
}

/// How long ids are kept where nothing else is said.
const ONCE_FOR: Duration = Duration::from_secs(7 * 86_400);

fn span(text: &str) -> Result<Duration, String> {
    span::ms(text).map(Duration::from_millis)
}

impl PublishArgs {
    fn options(&self, setup: &Setup) -> PublishOptions {
        PublishOptions {
            max_len: setup.max_len(self.max_len, self.exact),
            once_for: self.once.then(|| self.once_for.unwrap_or(ONCE_FOR)),
        }
    }

    /// The event that the flags describe, if they do.
    fn event(&self) -> Result<Option<Draft>, Failure> {
        let flags = [&self.kind, &self.session, &self.user, &self.id, &self.data];
        if flags.iter().all(|flag| flag.is_none()) {
            return Ok(None);
        }
        let mut draft = Draft::default();
        if let Some(kind) = &self.kind {
            draft = draft.kind(kind);
        }
        if let Some(session) = &self.session {
            draft = draft.session(session);
        }
        if let Some(user) = &self.user {
            draft = draft.user(user);
        }
        if let Some(id) = &self.id {
            draft = draft.id(id);
        }
        if let Some(json) = self.data.as_deref().filter(|json| json.trim() != "{}") {
            draft = draft.data(json).map_err(|error| {
                let said = error.trouble().what.trim_start_matches("it ").to_owned();
                Failure::usage(
                    format!("--data {said}"),
                    "write it as one JSON object: --data '{\"role\":\"user\"}'",
                )
            })?;
        }
        if !draft.has_kind() {
            return Err(Failure::usage(
                "the event has no type",
                "name it with --type, such as --type message.added",
            ));
        }
        Ok(Some(draft))
    }
}

/// Publishes.
///
/// # Errors
/// Wrong flags; a broken line; a server that cannot be reached or does not take the events.
pub async fn run(args: &PublishArgs, files: &[PathBuf], setup: &Setup) -> Result<Status, Failure> {
    let (spec, stream) = setup.writer_of_one()?;
    let event = args.event()?;
    let inputs = inputs(event.is_some(), files)?;
    let mut interrupt = Interrupt::or_terminate();
    let publisher = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        publisher = Publisher::open(&spec, stream.as_bytes(), args.options(setup)) => publisher?,
    };
    let publishing = Publishing {
        args,
        publisher,
        printed: Printed::new(args, setup, &stream),
        stream,
        inputs,
        progress: Progress::new("published"),
        published: 0,
        duplicates: 0,
        skipped: 0,
        last: None,
    };
    publishing.run(event, interrupt).await
}

/// Where the lines come from; none where the flags are the event.
fn inputs(is_in_flags: bool, files: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    match (is_in_flags, files) {
        (true, []) => Ok(Vec::new()),
        (true, _) => Err(Failure::usage(
            "the flags describe one event, and -f names lines of events: take one",
            "write type, session, user and id into the lines",
        )),
        (false, []) if std::io::IsTerminal::is_terminal(&std::io::stdin()) => Err(Failure::usage(
            "there is nothing to publish",
            "describe an event (--type T --data JSON), pipe JSON lines in, or name a file with -f; -f - reads what you type",
        )),
        (false, []) => Ok(vec![PathBuf::from("-")]),
        (false, files) => Ok(files.to_vec()),
    }
}

/// What was made of a line.
type Made = Result<Draft, StreamError>;

struct Publishing<'a> {
    args: &'a PublishArgs,
    publisher: Publisher,
    stream: String,
    inputs: Vec<PathBuf>,
    printed: Printed,
    progress: Progress,
    published: u64,
    duplicates: u64,
    skipped: u64,
    /// The last line that was looked at.
    last: Option<Place>,
}

impl Publishing<'_> {
    async fn run(
        mut self,
        event: Option<Draft>,
        mut interrupt: Interrupt,
    ) -> Result<Status, Failure> {
        if let Some(event) = event {
            let receipts = self.send(&[event]).await;
            self.take(&receipts.map_err(|unfinished| early::of_one(&unfinished))?)?;
            return Ok(self.end(Status::Done));
        }
        let mut lines = lines::read(self.inputs.clone(), reading(self.args.once));
        loop {
            let next = tokio::select! {
                biased;
                () = interrupt.pressed() => return Ok(self.end(Status::Interrupted)),
                next = lines.recv() => next,
            };
            let Some(batch) = next else { break };
            let (batch, ended) = gather(batch, &mut lines);
            self.publish(batch).await?;
            if let Some(failure) = ended {
                return Err(early::behind(failure, self.published));
            }
        }
        Ok(self.end(Status::Done))
    }

    /// Publishes what is sound of a batch, up to the first line that is not.
    async fn publish(&mut self, batch: Batch<Made>) -> Result<(), Failure> {
        let (mut places, mut drafts) = (Vec::new(), Vec::new());
        let mut broken = None;
        self.last = batch.last().map_or(self.last, |(place, _)| Some(*place));
        for (place, made) in batch {
            match made {
                Ok(draft) => {
                    places.push(place);
                    drafts.push(draft);
                }
                Err(error) if self.args.skip_invalid => self.skip(place, &error),
                Err(error) => {
                    broken = Some((place, error));
                    break;
                }
            }
        }
        if !drafts.is_empty() {
            match self.send(&drafts).await {
                Ok(receipts) => self.take(&receipts)?,
                Err(unfinished) => {
                    let written: Vec<Receipt> = unfinished.written().cloned().collect();
                    self.take(&written)?;
                    self.progress.clear();
                    let shown = |place: &Place| self.shown(*place);
                    return Err(early::of_lines(
                        &unfinished,
                        &places,
                        self.published,
                        &shown,
                        self.args.once,
                    ));
                }
            }
        }
        match broken {
            None => Ok(()),
            Some((place, error)) => {
                self.progress.clear();
                Err(early::broken(&self.shown(place), &error, self.published))
            }
        }
    }

    async fn send(&mut self, drafts: &[Draft]) -> Result<Vec<Receipt>, crate::stream::Unfinished> {
        let progress = &mut self.progress;
        let tell = |retry: &Retry| {
            progress.clear();
            say_retry(retry);
        };
        self.publisher.publish_telling(drafts, tell).await
    }

    fn take(&mut self, receipts: &[Receipt]) -> Result<(), Failure> {
        for receipt in receipts {
            self.published += u64::from(!receipt.duplicate);
            self.duplicates += u64::from(receipt.duplicate);
        }
        self.printed.receipts(receipts)?;
        self.progress.show(self.published + self.duplicates);
        Ok(())
    }

    fn skip(&mut self, place: Place, error: &StreamError) {
        self.skipped += 1;
        if self.skipped <= TOLD {
            self.progress.clear();
            let what = &error.trouble().what;
            say(
                "note",
                &format!("{} passed over: {what}", self.shown(place)),
            );
        }
    }

    /// `line 7`, or `line 7 of events.jsonl` where there are several inputs.
    fn shown(&self, place: Place) -> String {
        let path = self.inputs.get(place.input).map(PathBuf::as_path);
        match path.filter(|_| self.inputs.len() > 1) {
            Some(path) => format!("line {} of {}", place.line, lines::name(path)),
            None => format!("line {}", place.line),
        }
    }

    fn end(mut self, status: Status) -> Status {
        self.progress.clear();
        let published = counted(self.published, "event");
        let mut told = vec![format!("published {published} to {}", self.stream)];
        match self.duplicates {
            0 => {}
            1 => told.push("1 was there before".to_owned()),
            n => told.push(format!("{} were there before", grouped(n))),
        }
        if self.skipped > 0 {
            let lines = counted(self.skipped, "broken line");
            told.push(format!("{lines} passed over"));
        }
        if status == Status::Interrupted {
            told.push(match self.last {
                Some(place) => format!("interrupted behind {}", self.shown(place)),
                None => "interrupted".to_owned(),
            });
        }
        say("done", &told.join("; "));
        status
    }
}

/// Tells that a batch is sent again.
pub fn say_retry(retry: &Retry) {
    let (what, wait_ms) = (&retry.trouble.what, retry.wait.as_millis());
    let attempt = retry.attempt;
    say(
        "note",
        &format!("{what}; sending the batch again in {wait_ms} ms (try {attempt})"),
    );
}

/// Reads lines of input; a note about a file is none.
fn reading(once: bool) -> impl FnMut(&[u8]) -> Option<Made> {
    move |line| {
        let line = line.trim_ascii();
        let draft = || {
            let draft = Draft::from_line(line)?;
            if once {
                draft.check_once()?;
            }
            Ok(draft)
        };
        (!is_note(line)).then(draft)
    }
}

/// What came at once and what is ready besides, up to one call, and why nothing follows.
fn gather(
    first: Result<Batch<Made>, Failure>,
    lines: &mut Lines<Made>,
) -> (Batch<Made>, Option<Failure>) {
    let mut batch = match first {
        Ok(batch) => batch,
        Err(failure) => return (Vec::new(), Some(failure)),
    };
    while batch.len() < CALL {
        match lines.try_recv() {
            Ok(Ok(more)) => batch.extend(more),
            Ok(Err(failure)) => return (batch, Some(failure)),
            Err(_) => break,
        }
    }
    (batch, None)
}
