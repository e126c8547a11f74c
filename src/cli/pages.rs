//! Pages of a range with the rows that a filter lets through; one page in memory at a time.

use super::failure::{Failure, say_trouble};
use super::marks::{Known, Tracker};
use super::setup::Setup;
use crate::model::{EntryId, Flags};
use crate::query::{EndedSessions, Filter, Plan, scan_page};
use crate::source::{Direction, IdRange, Reader};
use crate::store::Page;

/// Event ids that are remembered at least, and at most twice as many: a repetition further back counts as new.
pub const REMEMBERED: usize = 4_000_000;

/// How marks come onto the pages.
enum Marks {
    /// The filter does not ask for them.
    Unasked,
    /// Set as the pages pass, oldest first.
    Passing(Tracker),
    /// Found in a pass before.
    Known(Known),
}

/// The matches of a filter in a range.
pub struct Matches {
    reader: Reader,
    plan: Plan,
    ended: EndedSessions,
    marks: Marks,
}

impl Matches {
    /// Opens the range. Filters about the fate of sessions, and about marks when read backwards, read the source twice.
    ///
    /// # Errors
    /// When the source cannot be read, or cannot be read twice.
    pub async fn open(
        setup: &Setup,
        filter: &Filter,
        direction: Direction,
    ) -> Result<Self, Failure> {
        let marks = match (asks_for_marks(filter), direction) {
            (false, _) => Marks::Unasked,
            (true, Direction::Forward) => Marks::Passing(Tracker::default()),
            (true, Direction::Reverse) => Marks::Known(known_marks(setup).await?),
        };
        Self::over(setup, setup.range(), filter, direction, marks).await
    }

    /// Opens a range oldest first, with the marks that depend on earlier entries set on every page.
    ///
    /// # Errors
    /// When the source cannot be read, or cannot be read twice.
    pub async fn marked(setup: &Setup, range: IdRange, filter: &Filter) -> Result<Self, Failure> {
        let marks = Marks::Passing(Tracker::bounded(REMEMBERED));
        Self::over(setup, range, filter, Direction::Forward, marks).await
    }

    /// Opens a part of the range, oldest first. Filters that ask for marks find the earlier entries that these depend on in that part
    /// only.
    ///
    /// # Errors
    /// When the source cannot be read, or cannot be read twice.
    pub async fn within(setup: &Setup, range: IdRange, filter: &Filter) -> Result<Self, Failure> {
        let marks = if asks_for_marks(filter) {
            Marks::Passing(Tracker::default())
        } else {
            Marks::Unasked
        };
        Self::over(setup, range, filter, Direction::Forward, marks).await
    }

    async fn over(
        setup: &Setup,
        range: IdRange,
        filter: &Filter,
        direction: Direction,
        marks: Marks,
    ) -> Result<Self, Failure> {
        let plan = filter.plan(setup.now);
        let ended = ended_sessions(setup, &plan).await?;
        let reader = setup.spec.read(range, direction, setup.mapping()).await?;
        Ok(Self {
            reader,
            plan,
            ended,
            marks,
        })
    }

    /// The next page and its matching rows, ascending; `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read (any more).
    pub async fn next(&mut self) -> Result<Option<(Page, Vec<usize>)>, Failure> {
        let Some(mut page) = self.reader.next().await? else {
            tell_notices(&self.reader);
            return Ok(None);
        };
        match &mut self.marks {
            Marks::Unasked => {}
            Marks::Passing(tracker) => tracker.mark(&mut page),
            Marks::Known(known) => known.mark(&mut page),
        }
        let rows = scan_page(&self.plan, &page, &self.ended);
        Ok(Some((page, rows)))
    }
}

/// What was noticed while reading, to stderr.
pub fn tell_notices(reader: &Reader) {
    for trouble in reader.notices() {
        say_trouble("note", &trouble);
    }
}

/// Whether a filter looks at marks that depend on earlier entries. Asking too often only costs time.
#[must_use]
pub fn asks_for_marks(filter: &Filter) -> bool {
    let text = filter.to_string();
    text.contains("duplicate") || text.contains("late")
}

/// The sessions that have ended by now, where the plan asks; read from the range's start to the log's end.
///
/// # Errors
/// When the source cannot be read, or cannot be read twice.
pub async fn ended_sessions(setup: &Setup, plan: &Plan) -> Result<EndedSessions, Failure> {
    let mut ended = EndedSessions::default();
    if plan.needs_sessions() {
        let range = IdRange {
            to: EntryId::MAX,
            ..setup.range()
        };
        let mut reader = first_pass(setup, range).await?;
        while let Some(page) = reader.next().await? {
            note_ended(&mut ended, &page);
        }
    }
    Ok(ended)
}

/// Adds the sessions that end on this page.
pub fn note_ended(ended: &mut EndedSessions, page: &Page) {
    for (row, session) in page.columns.session.iter().enumerate() {
        if session.is_some() && page.columns.has(row, Flags::END) {
            ended.0.insert(page.strings.get(session).to_vec());
        }
    }
}

async fn known_marks(setup: &Setup) -> Result<Known, Failure> {
    let mut known = Known::default();
    let mut tracker = Tracker::default();
    let mut reader = first_pass(setup, setup.range()).await?;
    while let Some(mut page) = reader.next().await? {
        tracker.mark(&mut page);
        known.note(&page);
    }
    Ok(known)
}

async fn first_pass(setup: &Setup, range: IdRange) -> Result<Reader, Failure> {
    if setup.reads_stdin() {
        return Err(Failure::usage(
            "this filter has to read the input twice, and standard input can be read once",
            "save the input to a file and name it with --file",
        ));
    }
    let direction = Direction::Forward;
    Ok(setup.spec.read(range, direction, setup.mapping()).await?)
}
