//! Untrusted bytes as pieces that are shown or cut as a whole: a grapheme, or the mark of what cannot be shown.

use std::ops::ControlFlow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::marks;

/// Marks that one character may carry; more are left out, since they would be drawn over the lines around.
const MAX_COMBINING: usize = 8;
/// What an orphaned combining character is put on, so that it does not change what stands before it.
const CARRIER: char = '◌';

/// Hands each piece and its width in columns to `take`, until it has had enough. Reads no further than that.
pub(super) fn each_piece(
    bytes: &[u8],
    mut take: impl FnMut(&str, usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut scratch = String::new();
    for chunk in bytes.utf8_chunks() {
        for grapheme in chunk.valid().graphemes(true) {
            if is_plain(grapheme) {
                take(grapheme, 1)?;
            } else {
                grapheme_pieces(grapheme, &mut scratch, &mut take)?;
            }
        }
        for byte in chunk.invalid() {
            scratch.clear();
            marks::push_byte(&mut scratch, *byte);
            take(&scratch, scratch.len())?;
        }
    }
    ControlFlow::Continue(())
}

fn is_plain(grapheme: &str) -> bool {
    matches!(grapheme.as_bytes(), [b' '..=b'~'])
}

/// A grapheme with hidden characters in it falls apart into its visible part and their marks.
fn grapheme_pieces(
    grapheme: &str,
    scratch: &mut String,
    take: &mut impl FnMut(&str, usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut chars = grapheme.chars().peekable();
    let mut previous = None;
    let mut combining = 0;
    scratch.clear();
    while let Some(c) = chars.next() {
        let joiner = c == '\u{200d}'
            && matches!((previous, chars.peek()), (Some(p), Some(n)) if marks::joins(p, *n));
        let mut mark = String::new();
        if !joiner && marks::push_mark(&mut mark, c) {
            flush(scratch, take)?;
            take(&mark, mark.width())?;
            previous = None;
            continue;
        }
        if c.width() == Some(0) {
            combining += usize::from(!joiner);
            if combining > MAX_COMBINING {
                continue;
            }
            if previous.is_none() {
                scratch.push(CARRIER);
            }
        }
        scratch.push(c);
        previous = Some(c);
    }
    flush(scratch, take)
}

fn flush(
    scratch: &mut String,
    take: &mut impl FnMut(&str, usize) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if scratch.is_empty() {
        return ControlFlow::Continue(());
    }
    let flow = take(scratch, scratch.width());
    scratch.clear();
    flow
}
