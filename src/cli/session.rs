//! `session ID`: one session's timeline, or its state, at the end of the range or at a moment; or how its state differs
//! between two.
//!
//! In memory are this session's entries and, for the case that it is unknown, the names of others.

mod diff;
mod state;
mod timeline;

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::io::Write;

use hashbrown::HashSet;

use super::failure::{Failure, Status};
use super::format::{EventRow, ReportFormat};
use super::marks::Tracker;
use super::moment;
use super::pages::tell_notices;
use super::setup::Setup;
use crate::model::near::nearest;
use crate::model::{EntryId, Flags, Ms, SafeText};
use crate::project::Finding;
use crate::project::findings::{Seen, Silence, Watcher};
use crate::project::session_fields::Standing;
use crate::project::session_state::{SessionFold, SessionState, SessionStatus};
use crate::query::time::Moment;
use crate::source::{Direction, IdRange};
use crate::store::{Page, PageBuilder, Symbol};
use diff::Span;

/// Names of other sessions to remember.
const NAMES: usize = 100_000;

/// Arguments of `session`.
#[derive(clap::Args, Clone, Debug)]
pub struct SessionArgs {
    /// The session's id, whole
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    pub id: String,
    /// As it stood at this moment: -10m, 14:02:07 or an entry id
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// The reconstructed state instead of the timeline
    #[arg(long)]
    pub state: bool,
    /// What is different in the state between two moments, each a time or an entry id
    #[arg(long, value_name = "FROM..TO", allow_hyphen_values = true, conflicts_with_all = ["at", "state"])]
    pub diff: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// A session as it was read.
struct Session {
    id: String,
    /// Its entries, in order, repeated ones too.
    page: Page,
    state: SessionState,
    status: SessionStatus,
    /// Since when silence counts.
    now_ms: Ms,
    /// Whether the range shows starts of sessions at all.
    starts_known: bool,
    /// What is worth a look, oldest first.
    findings: Vec<Finding>,
}

impl Session {
    fn standing(&self) -> Standing<'_> {
        Standing {
            state: &self.state,
            status: Some(self.status),
        }
    }
}

/// Prints the session.
///
/// # Errors
/// An unknown session; a wrong time; a source that cannot be read.
pub async fn run(args: &SessionArgs, setup: &Setup) -> Result<Status, Failure> {
    let at = args
        .at
        .as_ref()
        .map(|text| moment::read("--at", text, setup.now))
        .transpose()?;
    let span = args.diff.as_ref().map(|text| Span::parse(text, setup));
    let span = span.transpose()?;
    let end = span.map_or(at, Span::end);
    let session = read(&args.id, end, setup).await?;
    let mut out = setup.out();
    let mut bytes = Vec::new();
    match (span, args.state, args.format) {
        (Some(span), _, ReportFormat::Text) => diff::text(&mut bytes, &session, span, setup),
        (Some(span), _, ReportFormat::Json) => diff::json(&mut bytes, &session, span, setup),
        (None, true, ReportFormat::Text) => state::text(&mut bytes, &session, setup.zone()),
        (None, true, ReportFormat::Json) => state::json(&mut bytes, &session),
        (None, false, ReportFormat::Text) => timeline::text(&mut bytes, &session, setup, out.color),
        (None, false, ReportFormat::Json) => timeline::json(&mut bytes, &session, setup),
    }
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(Status::Done)
}

async fn read(id: &str, at: Option<Moment>, setup: &Setup) -> Result<Session, Failure> {
    let border = setup.range();
    let range = IdRange {
        to: at.map_or(border.to, |moment| moment.last_id().min(border.to)),
        ..border
    };
    let mut gathering = Gathering::new(id, setup);
    let mut reader = setup
        .spec
        .read(range, Direction::Forward, setup.mapping())
        .await?;
    while let Some(page) = reader.next().await? {
        gathering.add(&page);
    }
    tell_notices(&reader);
    let reference = at.map(moment::ms);
    gathering.finish(setup, reference)
}

/// What is gathered while reading.
struct Gathering<'a> {
    id: &'a str,
    setup: &'a Setup,
    entries: PageBuilder,
    others: HashSet<Vec<u8>>,
    starts_known: bool,
    newest: EntryId,
    seen: Tracker,
    watcher: Watcher,
    findings: Vec<Finding>,
    silence: Silence,
}

impl<'a> Gathering<'a> {
    fn new(id: &'a str, setup: &'a Setup) -> Self {
        Self {
            id,
            setup,
            entries: PageBuilder::new(setup.mapping()),
            others: HashSet::new(),
            starts_known: false,
            newest: EntryId::MIN,
            seen: Tracker::default(),
            watcher: Watcher::default(),
            findings: Vec::new(),
            silence: Silence::default(),
        }
    }

    fn add(&mut self, page: &Page) {
        let columns = &page.columns;
        self.newest = columns.id.iter().fold(self.newest, EntryId::max);
        self.starts_known |= columns.flags.iter().any(|flags| flags.has(Flags::START));
        let mut last = Symbol::NONE;
        for (row, session) in columns.session.iter().enumerate() {
            let name = page.strings.get(session);
            self.watch(page, row, name);
            if session.is_some() && name == self.id.as_bytes() {
                let stream = columns.stream.get(row).unwrap_or_default();
                let id = columns.id.get(row).unwrap_or_default();
                let fields = page.payloads.named(row, &page.strings);
                self.entries.push(page.strings.get(stream), id, &fields);
            } else if session != last && self.entries.is_empty() && self.others.len() < NAMES {
                self.others.insert(name.to_vec());
            }
            last = session;
        }
    }

    /// All sessions are watched: what is much is told by the others.
    fn watch(&mut self, page: &Page, row: usize, name: &[u8]) {
        let event_id = page.columns.event_id.get(row).unwrap_or_default();
        let is_new = event_id == 0 || self.seen.is_new(event_id);
        if name.is_empty() || !is_new {
            return;
        }
        let is_this = name == self.id.as_bytes();
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let seen = Seen::of(&page.columns, row, &page.strings, None);
        self.watcher.see(hasher.hash_one(name), &seen, |finding| {
            if is_this {
                self.findings.push(finding);
            }
        });
        if is_this {
            self.silence.push(seen.at, seen.flags);
        }
    }

    fn finish(mut self, setup: &Setup, reference: Option<Ms>) -> Result<Session, Failure> {
        if self.entries.is_empty() {
            return Err(unknown(self.id, &self.others));
        }
        let page = self.entries.finish();
        let mut fold = SessionFold::default();
        for row in 0..page.len() {
            let row = EventRow::of(&page, row, &self.setup.config.mapping);
            fold.apply(&row.event, row.id);
        }
        let state = fold.state;
        let now_ms = reference.unwrap_or_else(|| setup.silence_reference(self.newest.ms));
        self.findings.extend(self.silence.at(0, now_ms));
        Ok(Session {
            findings: self.findings,
            id: self.id.to_owned(),
            status: state.status(now_ms, self.starts_known),
            now_ms,
            starts_known: self.starts_known,
            page,
            state,
        })
    }
}

fn unknown(id: &str, others: &HashSet<Vec<u8>>) -> Failure {
    let names: Vec<String> = nearest(id.as_bytes(), others.iter().map(Vec::as_slice))
        .into_iter()
        .map(|name| SafeText::line(name, 60).to_string())
        .collect();
    let hint = match (names.is_empty(), others.is_empty()) {
        (false, _) => format!("did you mean {}?", names.join(", ")),
        (true, true) => {
            "no entry of the range names a session; `lookback doctor` shows how entries are read"
                .to_owned()
        }
        (true, false) => "`lookback sessions` lists those of the range".to_owned(),
    };
    let shown = SafeText::line(id.as_bytes(), 120);
    Failure::new(
        Status::Failed,
        format!("no session `{shown}` in the range read"),
        hint,
    )
}
