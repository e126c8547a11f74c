//! A session's events with their offsets from the first.
//!
//! Repeated events stand in the timeline, marked; only the state folds them once.

use hashbrown::HashSet;

use super::Session;
use crate::cli::format::event_text::{asides, trim_end, what_was_said};
use crate::cli::format::style::{Tone, glyph, paint, tone};
use crate::cli::format::table::{Align, pad};
use crate::cli::format::{EventRow, json};
use crate::cli::setup::Setup;
use crate::model::{Flags, Ms, SafeText, time};
use crate::project::timeline::SILENCE_MS;

/// Columns of kind and role.
const KIND_COLUMNS: usize = 28;

/// For people.
pub fn text(out: &mut Vec<u8>, session: &Session, setup: &Setup, color: bool) {
    head(out, session);
    let rows = rows(session, setup);
    let first_ms = rows.first().map_or(0, |row| row.id.ms);
    let mut previous_ms = first_ms;
    for row in &rows {
        let silent_ms = row.id.ms.saturating_sub(previous_ms);
        if silent_ms >= SILENCE_MS {
            let rule = if setup.ascii { "--" } else { "──" };
            let line = format!("          {rule} {} idle {rule}", time::span(silent_ms));
            paint(out, color, Tone::Dim, &line);
            out.push(b'\n');
        }
        previous_ms = row.id.ms.max(previous_ms);
        line(out, row, first_ms, setup, color);
    }
    findings(out, session, setup, color);
}

/// At the end, where there are any.
fn findings(out: &mut Vec<u8>, session: &Session, setup: &Setup, color: bool) {
    if session.findings.is_empty() {
        return;
    }
    out.extend_from_slice(b"\nFindings:\n");
    for finding in &session.findings {
        let at = setup.zone().clock_seconds(finding.at.id.ms);
        paint(out, color, Tone::Dim, &at);
        let mark = if setup.ascii { "!" } else { "▲" };
        let entries: Vec<String> = finding.rests_on.iter().map(|p| p.id.to_string()).collect();
        paint(
            out,
            color,
            Tone::Amber,
            &format!(" {mark} {}", finding.found.explanation()),
        );
        let entries = format!("  {}", entries.join(" "));
        paint(out, color, Tone::Dim, &entries);
        out.push(b'\n');
    }
}

fn head(out: &mut Vec<u8>, session: &Session) {
    let id = SafeText::line(session.id.as_bytes(), usize::MAX);
    let user = session
        .state
        .user
        .as_deref()
        .map(|u| SafeText::line(u, 120));
    let user = user.map_or_else(|| "—".to_owned(), |u| u.to_string());
    let line = format!(
        "Session: {id}\nUser: {user}  State: {}  Events: {}\n\n",
        session.status.word(),
        session.page.len()
    );
    out.extend_from_slice(line.as_bytes());
}

fn line(out: &mut Vec<u8>, row: &EventRow<'_>, first_ms: Ms, setup: &Setup, color: bool) {
    let event = &row.event;
    paint(
        out,
        color,
        Tone::Dim,
        &setup.zone().clock_seconds(row.id.ms),
    );
    out.push(b' ');
    let kind = SafeText::line(&event.kind, 60);
    let named = match event.role.as_deref() {
        Some(role) => format!("{kind} ({})", SafeText::line(role, 20)),
        None => kind.to_string(),
    };
    paint(
        out,
        color,
        tone(event),
        &pad(&named, Align::Left, KIND_COLUMNS),
    );
    let offset = format!("+{}", time::span(row.id.ms.saturating_sub(first_ms)));
    paint(out, color, Tone::Dim, &pad(&offset, Align::Right, 9));
    out.extend_from_slice(format!("  {} ", glyph(event, setup.ascii)).as_bytes());
    what_was_said(out, event, color);
    asides(out, row, setup.zone(), color);
    trim_end(out);
    out.push(b'\n');
}

/// For programs: the documented shape, each event with `offset_ms` and `duplicate`.
pub fn json(out: &mut Vec<u8>, session: &Session, setup: &Setup) {
    let rows = rows(session, setup);
    let first_ms = rows.first().map_or(0, |row| row.id.ms);
    let mut object = json::Object::open(out);
    object
        .bytes("session", Some(session.id.as_bytes()))
        .bytes("user", session.state.user.as_deref())
        .bytes("state", Some(session.status.word().as_bytes()));
    json::array(object.key(b"events"), rows, |to, row| {
        let offset = row.id.ms.saturating_sub(first_ms).to_string();
        let duplicate = row.event.flags.has(Flags::DUPLICATE).to_string();
        to.push(b'\n');
        json::event(
            to,
            &row,
            &[("offset_ms", &offset), ("duplicate", &duplicate)],
        );
    });
    object.findings(&session.findings).close();
    out.push(b'\n');
}

fn rows<'a>(session: &'a Session, setup: &Setup) -> Vec<EventRow<'a>> {
    let mut seen = HashSet::new();
    let mut rows = Vec::with_capacity(session.page.len());
    for n in 0..session.page.len() {
        let mut row = EventRow::of(&session.page, n, &setup.config.mapping);
        let event_id = session.page.columns.event_id.get(n).unwrap_or_default();
        if event_id != 0 && !seen.insert(event_id) {
            row.event.flags = row.event.flags.with(Flags::DUPLICATE);
        }
        rows.push(row);
    }
    rows
}
