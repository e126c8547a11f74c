//! `sessions [FILTER…]`: one line a session, the last active first.
//!
//! A filter chooses sessions (those with an event that matches); what is told of a session is told of all its events in
//! the range. A repeated event id counts once. In memory are the sessions and a hash of every event id.

mod list;

use std::io::Write;

use super::args::FilterWords;
use super::failure::{Failure, Status, say};
use super::format::json::{self, Object};
use super::format::table::{self, Align};
use super::format::{Format, csv};
use super::out::Out;
use super::pages::Matches;
use super::setup::Setup;
use crate::model::{Ms, SafeText, Zone, time};
use crate::project::findings;
use crate::project::session_state::SessionStatus;
use crate::source::Direction;
use list::{SessionList, SessionRow};

/// Columns that an id takes at most in a table.
const ID_COLUMNS: usize = 40;

/// Arguments of `sessions`.
#[derive(clap::Args, Clone, Debug)]
pub struct SessionsArgs {
    /// Which sessions: those with an event that matches.
    #[command(flatten)]
    pub filter: FilterWords,
    /// At most so many sessions
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lists the sessions.
///
/// # Errors
/// A wrong filter; a source that cannot be read.
pub async fn run(args: &SessionsArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    let mut matches = Matches::open(setup, &filter, Direction::Forward).await?;
    let mut list = SessionList::default();
    while let Some((page, rows)) = matches.next().await? {
        list.add(&page, &rows);
    }
    let reference = setup.silence_reference(list.newest_ms());
    let starts_known = list.starts_known();
    tell_cut(list.cut(), list.unwatched());
    let mut rows = list.newest_first();
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let rows: Vec<(SessionStatus, SessionRow)> = rows
        .into_iter()
        .map(|mut row| {
            row.note_silence(reference);
            (row.status(reference, starts_known), row)
        })
        .collect();
    let mut out = setup.out();
    out.write_all(&written(&rows, args.format, setup.zone(), &out))?;
    out.flush()?;
    Ok(Status::Done)
}

/// What the bounds of memory cost, where they did.
fn tell_cut(cut: u64, unwatched: u64) {
    if cut > 0 {
        let what = format!("{cut} sessions that were least recently active are not listed");
        say("cut", &what);
        say("hint", "--since and --until bound the range");
    }
    if unwatched > 0 {
        let what = format!(
            "findings of {unwatched} sessions that were least recently active may be missing"
        );
        say("cut", &what);
    }
}

fn written(rows: &[(SessionStatus, SessionRow)], format: Format, zone: Zone, out: &Out) -> Vec<u8> {
    let mut bytes = Vec::new();
    match format {
        Format::Text => write_table(&mut bytes, rows, zone),
        Format::Json => {
            json::array(&mut bytes, rows, |to, (status, row)| {
                to.push(b'\n');
                write_json(to, *status, row);
            });
            bytes.push(b'\n');
        }
        Format::Jsonl => {
            for (status, row) in rows {
                write_json(&mut bytes, *status, row);
                bytes.push(b'\n');
            }
        }
        Format::Csv => write_csv(&mut bytes, rows, out.terminal),
    }
    bytes
}

fn write_json(out: &mut Vec<u8>, status: SessionStatus, row: &SessionRow) {
    Object::open(out)
        .bytes("session", Some(&row.session))
        .bytes("user", row.user.as_deref())
        .bytes("state", Some(status.word().as_bytes()))
        .time("first", signed(row.first_ms))
        .time("last", signed(row.last_ms))
        .count("events", Some(row.events))
        .count("messages", Some(row.messages))
        .count("errors", Some(row.errors))
        .count("tokens", row.tokens)
        .findings(&row.findings)
        .close();
}

fn signed(ms: Ms) -> Option<i64> {
    i64::try_from(ms).ok()
}

fn write_csv(out: &mut Vec<u8>, rows: &[(SessionStatus, SessionRow)], safe: bool) {
    out.extend_from_slice(
        b"session,user,state,first,last,events,messages,errors,tokens,findings\r\n",
    );
    let moment = |ms| signed(ms).and_then(time::rfc3339).unwrap_or_default();
    for (status, row) in rows {
        let tokens = row.tokens.map(|t| t.to_string()).unwrap_or_default();
        let counts = [row.events, row.messages, row.errors].map(|n| n.to_string());
        let [events, messages, errors] = &counts;
        let found = findings::words(&row.findings).join(";");
        let cells: [&[u8]; 10] = [
            &row.session,
            row.user.as_deref().unwrap_or_default(),
            status.word().as_bytes(),
            &moment(row.first_ms).into_bytes(),
            &moment(row.last_ms).into_bytes(),
            events.as_bytes(),
            messages.as_bytes(),
            errors.as_bytes(),
            tokens.as_bytes(),
            found.as_bytes(),
        ];
        csv::line(out, &cells, safe);
    }
}

fn write_table(out: &mut Vec<u8>, rows: &[(SessionStatus, SessionRow)], zone: Zone) {
    if rows.is_empty() {
        out.extend_from_slice(b"No sessions.\n");
        return;
    }
    let mut columns = [Align::Right; 10];
    columns[..5].fill(Align::Left);
    columns[9] = Align::Left;
    let head = [
        "SESSION", "USER", "STATE", "FIRST", "LAST", "EVENTS", "MESSAGES", "ERRORS", "TOKENS",
        "FINDINGS",
    ];
    let id = |bytes: &[u8]| SafeText::line(bytes, ID_COLUMNS).to_string();
    let moment = |ms| zone.format(ms, "%Y-%m-%d %H:%M:%S");
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(|(status, row)| {
        vec![
            id(&row.session),
            row.user.as_deref().map_or_else(|| "—".to_owned(), id),
            status.word().to_owned(),
            moment(row.first_ms),
            moment(row.last_ms),
            row.events.to_string(),
            row.messages.to_string(),
            row.errors.to_string(),
            row.tokens.map_or_else(|| "—".to_owned(), |t| t.to_string()),
            findings::words(&row.findings).join(", "),
        ]
    }));
    for line in table::lines(&columns, &lines) {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}
