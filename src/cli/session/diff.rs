//! What is different in a session's state between two moments.

use super::Session;
use super::state::{json_value, title, words};
use crate::cli::failure::Failure;
use crate::cli::format::EventRow;
use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::cli::moment;
use crate::cli::setup::Setup;
use crate::model::{EntryId, SafeText, Zone};
use crate::project::session_fields::{Change, Standing, diff};
use crate::project::session_state::{SessionFold, SessionState, SessionStatus};
use crate::query::time::Moment;

/// Two moments; `None` is the end of the range read on that side.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    from: Option<Moment>,
    to: Option<Moment>,
}

impl Span {
    /// Reads `FROM..TO`.
    ///
    /// # Errors
    /// Text without the two dots; a wrong time.
    pub fn parse(text: &str, setup: &Setup) -> Result<Self, Failure> {
        let (from, to) = moment::read_two("--diff", text, setup.now)?;
        Ok(Self { from, to })
    }

    /// The later of the two, up to which there is something to read; it may be the first, which tells what is gone.
    #[must_use]
    pub fn end(self) -> Option<Moment> {
        let from = self
            .from
            .filter(|from| Some(from.last_id()) > self.to.map(Moment::last_id));
        from.filter(|_| self.to.is_some()).or(self.to)
    }
}

/// The session at one of the two moments.
struct Side {
    at: Option<Moment>,
    events: usize,
    state: SessionState,
    status: Option<SessionStatus>,
}

impl Side {
    fn of(session: &Session, at: Option<Moment>, until: EntryId, setup: &Setup) -> Self {
        let mut fold = SessionFold::default();
        let mut events = 0;
        for row in 0..session.page.len() {
            let row = EventRow::of(&session.page, row, &setup.config.mapping);
            if row.id <= until {
                fold.apply(&row.event, row.id);
                events += 1;
            }
        }
        let state = fold.state;
        let now_ms = at.map_or(session.now_ms, moment::ms);
        let status = (events > 0).then(|| state.status(now_ms, session.starts_known));
        Self {
            at,
            events,
            state,
            status,
        }
    }

    fn standing(&self) -> Standing<'_> {
        Standing {
            state: &self.state,
            status: self.status,
        }
    }
}

fn sides(session: &Session, span: Span, setup: &Setup) -> [Side; 2] {
    let from = span.from.map_or(EntryId::MIN, Moment::last_id);
    let to = span.to.map_or(EntryId::MAX, Moment::last_id);
    [(span.from, from), (span.to, to)].map(|(at, until)| Side::of(session, at, until, setup))
}

/// For people.
pub fn text(out: &mut Vec<u8>, session: &Session, span: Span, setup: &Setup) {
    let sides = sides(session, span, setup);
    let [before, after] = &sides;
    let changes = diff(before.standing(), after.standing());
    let id = SafeText::line(session.id.as_bytes(), 120);
    let mut lines = vec![
        format!("Session: {id}"),
        format!("From:    {}", place(before, "the beginning", setup.zone())),
        format!("To:      {}", place(after, "the end", setup.zone())),
        String::new(),
    ];
    if changes.is_empty() {
        lines.push("Nothing is different.".to_owned());
    } else {
        lines.extend(table(&changes, setup.zone()));
    }
    out.extend_from_slice((lines.join("\n") + "\n").as_bytes());
}

/// `2026-11-23 14:02:07.120 +01:00, after event 4`.
fn place(side: &Side, open: &str, zone: Zone) -> String {
    let time = side
        .at
        .map_or_else(|| open.to_owned(), |at| zone.full(moment::ms(at)));
    match side.events {
        0 => format!("{time}, before its first event"),
        n => format!("{time}, after event {n}"),
    }
}

fn table(changes: &[Change<'_>], zone: Zone) -> Vec<String> {
    let head = ["Field", "", "Before", "After"].map(str::to_owned);
    let rows = changes.iter().map(|change| {
        let [before, after] = [change.before, change.after].map(|value| words(value, zone));
        let kind = change.kind().word().to_owned();
        vec![title(change.field.label), kind, before, after]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head.into()).chain(rows).collect();
    table::lines(&[Align::Left; 4], &rows)
}

/// For programs: the documented shape.
pub fn json(out: &mut Vec<u8>, session: &Session, span: Span, setup: &Setup) {
    let sides = sides(session, span, setup);
    let [before, after] = &sides;
    let mut object = Object::open(out);
    object.bytes("session", Some(session.id.as_bytes()));
    for (key, side) in [("from", before), ("to", after)] {
        let at = side.at.map(moment::ms);
        Object::open(object.key(key.as_bytes()))
            .time("time", at.and_then(|ms| i64::try_from(ms).ok()))
            .count("events", Some(side.events as u64))
            .close();
    }
    let changes = diff(before.standing(), after.standing());
    json::array(object.key(b"changes"), changes, |out, change| {
        let mut object = Object::open(out);
        object
            .bytes("field", Some(change.field.key.as_bytes()))
            .bytes("change", Some(change.kind().word().as_bytes()));
        json_value(&mut object, "before", change.before);
        json_value(&mut object, "after", change.after);
        object.close();
    });
    object.close();
    out.push(b'\n');
}
