//! Events as output: text, JSON, JSON lines, CSV.
//!
//! JSON keeps the bytes: fields stand in their order, repeated names repeated; a value that is not UTF-8 is
//! `{"base64":"…"}`, in `fields` and in `stream`, `type`, `session` and `user` alike. A field *name* that is not
//! UTF-8 is `base64:` and its bytes in that code, as in the file format.
//! CSV (RFC 4180, so lines end in CRLF) keeps the bytes too when it goes to a file or a pipe; on a terminal it is made safe.
//!
//! Invariant: no control character of an event reaches a terminal.

pub mod csv;
pub mod event_text;
pub mod json;
pub mod style;
pub mod table;

use std::io::{self, Write};

use super::out::Out;
use super::setup::Setup;
use crate::model::{self, EntryId, Event, FieldRef, Mapping, Zone};
use crate::store::Page;
use event_text::{EventText, Stamp};

/// The forms of data output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Aligned lines for people.
    #[default]
    Text,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// An entry on its way out.
#[derive(Clone, Debug)]
pub struct EventRow<'a> {
    /// The entry's id.
    pub id: EntryId,
    /// Its stream.
    pub stream: &'a [u8],
    /// What it says, with the page's marks.
    pub event: Event<'a>,
    /// Its fields as they came.
    pub fields: Vec<FieldRef<'a>>,
}

impl<'a> EventRow<'a> {
    /// Decodes one row of a page.
    #[must_use]
    pub fn of(page: &'a Page, row: usize, mapping: &Mapping) -> Self {
        let columns = &page.columns;
        let id = columns.id.get(row).unwrap_or_default();
        let stream = columns.stream.get(row).unwrap_or_default();
        let stream = page.strings.get(stream);
        let fields = page.payloads.named(row, &page.strings);
        let mut event = model::decode(stream, id, &fields, mapping);
        if let Some(marks) = columns.flags.get(row) {
            event.flags = event.flags.with(marks);
        }
        Self {
            id,
            stream,
            event,
            fields,
        }
    }
}

/// Writes events one after another in one form.
#[derive(Debug)]
pub struct EventWriter {
    format: Format,
    text: EventText,
    terminal: bool,
    written: u64,
    line: Vec<u8>,
}

impl EventWriter {
    /// For standard output as it is.
    #[must_use]
    pub fn new(format: Format, setup: &Setup, out: &Out, stamp: Stamp) -> Self {
        let zone: Zone = setup.zone();
        Self {
            format,
            text: EventText::new(zone, stamp, out.color, setup.ascii),
            terminal: out.terminal,
            written: 0,
            line: Vec::new(),
        }
    }

    /// What stands before the first event.
    ///
    /// # Errors
    /// When output cannot be written.
    pub fn begin(&mut self, out: &mut Out) -> io::Result<()> {
        match self.format {
            Format::Json => out.write_all(b"["),
            Format::Csv => out.write_all(csv::EVENT_HEADER),
            Format::Text | Format::Jsonl => Ok(()),
        }
    }

    /// Tells of the events that come next, so that text columns are wide enough for all of them.
    pub fn fit<'a>(&mut self, page: &'a Page, rows: impl Iterator<Item = &'a usize>) {
        if self.format == Format::Text {
            self.text.fit(page, rows);
        }
    }

    /// One event.
    ///
    /// # Errors
    /// When output cannot be written.
    pub fn event(&mut self, out: &mut Out, row: &EventRow<'_>) -> io::Result<()> {
        self.line.clear();
        match self.format {
            Format::Text => self.text.line(&mut self.line, row),
            Format::Json => {
                let before: &[u8] = if self.written == 0 { b"\n" } else { b",\n" };
                self.line.extend_from_slice(before);
                json::event(&mut self.line, row, &[]);
            }
            Format::Jsonl => {
                json::event(&mut self.line, row, &[]);
                self.line.push(b'\n');
            }
            Format::Csv => csv::event(&mut self.line, row, self.terminal),
        }
        self.written += 1;
        out.write_all(&self.line)
    }

    /// What stands behind the last event.
    ///
    /// # Errors
    /// When output cannot be written.
    pub fn end(&mut self, out: &mut Out) -> io::Result<()> {
        if self.format == Format::Json {
            out.write_all(if self.written == 0 { b"]\n" } else { b"\n]\n" })?;
        }
        out.flush()
    }
}
