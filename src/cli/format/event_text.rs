//! An event as one line for people: time, sign, kind, session, user, gist, latency, tokens.

use super::EventRow;
use super::style::{Tone, glyph, paint, tone};
use super::table::{Align, pad};
use crate::model::event::SLOW_MS;
use crate::model::{EntryId, Event, Flags, Gist, SafeText, Zone, gist, time};
use crate::store::{Column, Page, Symbol};

/// Columns that a gist takes at most.
pub const GIST_COLUMNS: usize = 120;
/// Columns that a name takes at most; an id of 36 characters fits.
const NAME_COLUMNS: usize = 36;

/// How much of the time a line shows. It is the entry id's, to which all lines keep the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// `14:02:07.120`.
    Clock,
    /// `2026-11-23 14:02:07.120`.
    Date,
}

/// Writes lines whose columns grow with what they have to hold, and never shrink.
#[derive(Debug)]
pub struct EventText {
    zone: Zone,
    stamp: Stamp,
    color: bool,
    ascii: bool,
    kind: usize,
    session: usize,
    user: usize,
}

impl EventText {
    /// With columns for the names of the reference producer.
    #[must_use]
    pub fn new(zone: Zone, stamp: Stamp, color: bool, ascii: bool) -> Self {
        Self {
            zone,
            stamp,
            color,
            ascii,
            kind: "session.started".len(),
            session: 8,
            user: 6,
        }
    }

    /// Widens the columns for rows to come.
    pub fn fit<'a>(&mut self, page: &'a Page, rows: impl Iterator<Item = &'a usize>) {
        let width = |column: &Column<Symbol>, row: usize| {
            let symbol = column.get(row).unwrap_or_default();
            name(Some(page.strings.get(symbol))).width()
        };
        for row in rows {
            self.kind = self.kind.max(width(&page.columns.kind, *row));
            self.session = self.session.max(width(&page.columns.session, *row));
            self.user = self.user.max(width(&page.columns.user, *row));
        }
    }

    /// One line, with its end.
    pub fn line(&self, out: &mut Vec<u8>, row: &EventRow<'_>) {
        let event = &row.event;
        let mut cell = |tone, text: &SafeText, width| {
            let padded = pad(text.as_str(), Align::Left, width);
            paint(out, self.color, tone, &padded);
            out.extend_from_slice(b"  ");
        };
        let stamp = SafeText::own(&self.stamp(row.id));
        cell(Tone::Dim, &stamp, 0);
        let sign = format!("{} {}", glyph(event, self.ascii), name(Some(&event.kind)));
        cell(tone(event), &SafeText::own(&sign), self.kind + 2);
        cell(Tone::Cyan, &name(event.session.as_deref()), self.session);
        cell(Tone::Cyan, &name(event.user.as_deref()), self.user);
        what(out, event, self.color);
        asides(out, row, self.zone, self.color);
        trim_end(out);
        out.push(b'\n');
    }

    fn stamp(&self, id: EntryId) -> String {
        match self.stamp {
            Stamp::Clock => self.zone.clock(id.ms),
            Stamp::Date => self.zone.format(id.ms, "%Y-%m-%d %H:%M:%S%.3f"),
        }
    }
}

/// A name of an event, cut to its column.
fn name(bytes: Option<&[u8]>) -> SafeText {
    SafeText::line(bytes.unwrap_or_default(), NAME_COLUMNS)
}

/// An event's gist.
pub fn what(out: &mut Vec<u8>, event: &Event<'_>, color: bool) {
    write_gist(out, event, &gist(event, GIST_COLUMNS), color);
}

/// An event's gist where its role has been told before.
pub fn what_was_said(out: &mut Vec<u8>, event: &Event<'_>, color: bool) {
    let mut gist = gist(event, GIST_COLUMNS);
    if event.role.is_some() {
        gist.lead = SafeText::default();
    }
    write_gist(out, event, &gist, color);
}

fn write_gist(out: &mut Vec<u8>, event: &Event<'_>, gist: &Gist, color: bool) {
    let Gist { lead, text, aside } = gist;
    let text_tone = match tone(event) {
        Tone::Red => Tone::Red,
        _ => Tone::Plain,
    };
    let parts = [(Tone::Dim, lead), (text_tone, text), (Tone::Dim, aside)];
    for (tone, part) in parts {
        if !part.is_empty() {
            paint(out, color, tone, part.as_str());
            out.push(b' ');
        }
    }
}

/// Latency, tokens and marks, where there are any.
pub fn asides(out: &mut Vec<u8>, row: &EventRow<'_>, zone: Zone, color: bool) {
    let event = &row.event;
    let mut aside = |tone, text: &str| {
        out.push(b' ');
        paint(out, color, tone, text);
        out.push(b' ');
    };
    if let Some(latency) = event.latency_ms.filter(|l| l.is_finite() && *l >= 0.0) {
        let tone = if latency >= SLOW_MS {
            Tone::Amber
        } else {
            Tone::Dim
        };
        aside(tone, &milliseconds(latency));
    }
    if let Some(tokens) = event.tokens {
        aside(Tone::Dim, &format!("{tokens} tok"));
    }
    if let Some(told) = event.time_ms.filter(|_| event.flags.has(Flags::SKEWED)) {
        let told = u64::try_from(told).map_or_else(|_| "—".to_owned(), |ms| zone.full(ms));
        aside(Tone::Amber, &format!("(event time {told})"));
    }
    for (flag, word) in [(Flags::DUPLICATE, "(duplicate)"), (Flags::LATE, "(late)")] {
        if event.flags.has(flag) {
            aside(Tone::Amber, word);
        }
    }
}

fn milliseconds(latency: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and the caller keeps negative numbers away"
    )]
    let whole = latency.round() as u64;
    time::span(whole)
}

/// Takes blanks off the end, also those before a reset of color.
pub fn trim_end(out: &mut Vec<u8>) {
    while out.last() == Some(&b' ') {
        out.pop();
    }
}
