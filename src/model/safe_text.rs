//! Text that a terminal can be trusted with: no byte of an event reaches it as control.
//!
//! Invariant: a [`SafeText`] holds no control, bidirectional or invisible character, and cutting one costs what is kept,
//! not what is cut away.

mod marks;
mod pieces;
#[cfg(test)]
mod tests;

use std::borrow::Borrow;
use std::fmt;
use std::ops::ControlFlow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use self::pieces::each_piece;

/// Text without control: made from untrusted bytes only here, so that a type tells what is safe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafeText(String);

/// Bytes looked at per column: no honest grapheme is longer, and a dishonest one shall cost no more.
const BYTES_PER_COLUMN: usize = 32;
const ELLIPSIS: char = '…';

impl SafeText {
    /// One line, at most `limit` columns wide (an ellipsis in the last where it was cut). What a terminal would obey or
    /// not show becomes a visible mark: `␛`, `↵`, `‹U+202E›`, `\xff`.
    #[must_use]
    pub fn line(bytes: &[u8], limit: usize) -> Self {
        if let Some(text) = plain_line(bytes, limit) {
            return text;
        }
        let (window, cut) = window(bytes, limit.saturating_mul(BYTES_PER_COLUMN));
        let mut line = Line::new(limit);
        let flow = each_piece(window, |piece, width| line.push(piece, width));
        line.finish(cut || flow.is_break())
    }

    /// All of it, for outputs that are not cut; else like [`SafeText::line`].
    #[must_use]
    pub fn escaped(bytes: &[u8]) -> Self {
        Self::line(bytes, usize::MAX)
    }

    /// Lines of at most `width` columns: newlines end a line, longer lines are wrapped between graphemes. Where there
    /// are more than `max_lines`, the last ends in an ellipsis.
    #[must_use]
    pub fn lines(bytes: &[u8], width: usize, max_lines: usize) -> Vec<Self> {
        if width == 0 || max_lines == 0 {
            return Vec::new();
        }
        let mut lines = Vec::new();
        let mut rest = Some(bytes);
        while let Some(text) = rest {
            let end = memchr::memchr(b'\n', text);
            let (line, after) = match end {
                Some(end) => (text.get(..end), text.get(end + 1..)),
                None => (Some(text), None),
            };
            let line = line.unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let room = max_lines - lines.len();
            let more = wrap(line, width, room, &mut lines);
            rest = after.filter(|after| !after.is_empty());
            if more || (lines.len() >= max_lines && rest.is_some()) {
                end_with_ellipsis(&mut lines, width);
                return lines;
            }
        }
        lines
    }

    /// The same text in at most `width` columns.
    #[must_use]
    pub fn fit(&self, width: usize) -> Self {
        if self.0.len() <= width || self.width() <= width {
            return self.clone();
        }
        let mut line = Line::new(width);
        for grapheme in self.0.graphemes(true) {
            if line.push(grapheme, grapheme.width()).is_break() {
                break;
            }
        }
        line.finish(true)
    }

    /// The program's own words, which need no cleaning.
    #[must_use]
    pub fn own(text: &str) -> Self {
        Self::escaped(text.as_bytes())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Columns it takes in a terminal, grapheme by grapheme, which is how a screen is drawn.
    #[must_use]
    pub fn width(&self) -> usize {
        if self.0.is_ascii() {
            return self.0.len();
        }
        self.0.graphemes(true).map(UnicodeWidthStr::width).sum()
    }

    /// Whether it has no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The common case: all that is looked at is printable ASCII.
fn plain_line(bytes: &[u8], limit: usize) -> Option<SafeText> {
    // One more than fits, so that what was cut off cannot combine with what stays.
    let start = bytes.get(..=limit).unwrap_or(bytes);
    if limit == 0 || !start.iter().all(|b| matches!(b, b' '..=b'~')) {
        return None;
    }
    if bytes.len() <= limit {
        return std::str::from_utf8(bytes)
            .ok()
            .map(|text| SafeText(text.to_owned()));
    }
    let mut text = String::with_capacity(limit + 2);
    text.push_str(std::str::from_utf8(start.get(..limit - 1)?).ok()?);
    text.push(ELLIPSIS);
    Some(SafeText(text))
}

/// The first bytes, ending with a whole character, and whether there are more.
fn window(bytes: &[u8], len: usize) -> (&[u8], bool) {
    let Some(start) = bytes.get(..len).filter(|start| start.len() < bytes.len()) else {
        return (bytes, false);
    };
    let tail = start.iter().rev().take(3).position(|b| *b >= 0xc0);
    let keep = tail.map_or(len, |tail| len - tail - 1);
    (start.get(..keep).unwrap_or(start), true)
}

/// A line as it fills, remembering where an ellipsis would fit.
struct Line {
    text: String,
    used: usize,
    limit: usize,
    /// Bytes of the text that leave a column for the ellipsis.
    keep: usize,
}

impl Line {
    fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            used: 0,
            limit,
            keep: 0,
        }
    }

    /// Breaks where the piece does not fit, and then takes nothing of it.
    fn push(&mut self, piece: &str, width: usize) -> ControlFlow<()> {
        if width > self.limit.saturating_sub(self.used) {
            return ControlFlow::Break(());
        }
        self.text.push_str(piece);
        self.used += width;
        if self.used < self.limit {
            self.keep = self.text.len();
        }
        ControlFlow::Continue(())
    }

    fn finish(mut self, cut: bool) -> SafeText {
        if cut {
            self.text.truncate(self.keep);
            if self.limit > 0 {
                self.text.push(ELLIPSIS);
            }
        }
        SafeText(self.text)
    }

    fn take(&mut self) -> SafeText {
        let full = std::mem::replace(self, Self::new(self.limit));
        full.finish(false)
    }
}

/// Appends at most `room` lines; `true` where the text would take more.
fn wrap(text: &[u8], width: usize, room: usize, lines: &mut Vec<SafeText>) -> bool {
    let bytes = width.saturating_mul(room).saturating_mul(BYTES_PER_COLUMN);
    let (window, cut) = window(text, bytes);
    let (mut line, mut full) = (Line::new(width), 0);
    let flow = each_piece(window, |piece, columns| {
        if line.push(piece, columns).is_continue() {
            return ControlFlow::Continue(());
        }
        if full + 1 >= room {
            return ControlFlow::Break(());
        }
        if !line.text.is_empty() {
            full += 1;
            lines.push(line.take());
        }
        // A piece wider than a whole line cannot be shown at all.
        if line.push(piece, columns).is_break() {
            return line.push(&ELLIPSIS.to_string(), 1);
        }
        ControlFlow::Continue(())
    });
    lines.push(line.take());
    cut || flow.is_break()
}

fn end_with_ellipsis(lines: &mut [SafeText], width: usize) {
    if let Some(last) = lines.last_mut() {
        let mut line = Line::new(width);
        for grapheme in last.0.graphemes(true) {
            let _ = line.push(grapheme, grapheme.width());
        }
        *last = line.finish(true);
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for SafeText {
    fn borrow(&self) -> &str {
        &self.0
    }
}
