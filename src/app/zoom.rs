//! Which part of time the scrubber shows.
//!
//! Invariant: it is never more than the source holds, and holds the moment that was under the mouse where it was.

use crate::model::Ms;

/// A notch makes it this many times shorter or longer.
const STEP: Ms = 2;
/// The shortest.
const LEAST_MS: Ms = 1_000;
/// Halves do not always make a whole.
const ROUNDING_MS: Ms = 2;
/// The playhead may run this share of the range ahead of it, so that a range that follows does not move with every frame.
const AHEAD: Ms = 128;

/// A stretch of time that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub start_ms: Ms,
    /// The first moment after it.
    pub end_ms: Ms,
}

/// What the scrubber can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// From the oldest entry here to the present.
    pub loaded: Span,
    /// From the oldest entry of the source.
    pub whole: Span,
}

/// What it shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zoom {
    /// What is loaded.
    #[default]
    Loaded,
    /// All that the source holds.
    Whole,
    /// A part of it.
    Part(Span),
}

/// Which way the wheel is turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// To a shorter time.
    In,
    /// To a longer time.
    Out,
}

impl Span {
    /// At least a millisecond.
    #[must_use]
    pub fn new(start_ms: Ms, end_ms: Ms) -> Self {
        Self {
            start_ms,
            end_ms: end_ms.max(start_ms.saturating_add(1)),
        }
    }

    /// How long it is.
    #[must_use]
    pub fn length_ms(self) -> Ms {
        self.end_ms.saturating_sub(self.start_ms)
    }

    /// Whether it holds a moment.
    #[must_use]
    pub fn has(self, ms: Ms) -> bool {
        (self.start_ms..self.end_ms).contains(&ms)
    }

    /// Moved, and cut where it is longer, so that it lies within another.
    fn within(self, other: Self) -> Self {
        let length_ms = self.length_ms().min(other.length_ms());
        let last_start = other.end_ms - length_ms;
        let start_ms = self.start_ms.clamp(other.start_ms, last_start);
        Self {
            start_ms,
            end_ms: start_ms + length_ms,
        }
    }

    fn is_about(self, other: Self) -> bool {
        self.start_ms.abs_diff(other.start_ms) <= ROUNDING_MS
            && self.end_ms.abs_diff(other.end_ms) <= ROUNDING_MS
    }
}

impl Zoom {
    /// The time that is shown.
    #[must_use]
    pub fn span(self, extent: Extent) -> Span {
        match self {
            Self::Loaded => extent.loaded,
            Self::Whole => extent.whole,
            Self::Part(span) => span.within(extent.whole),
        }
    }

    /// One notch in or out around a moment, which keeps its place where there is room.
    #[must_use]
    pub fn turn(self, extent: Extent, around_ms: Ms, turn: Turn) -> Self {
        let span = self.span(extent);
        let around_ms = around_ms.clamp(span.start_ms, span.end_ms);
        let into_ms = around_ms - span.start_ms;
        let (before_ms, length_ms) = match turn {
            Turn::In if span.length_ms() / STEP < LEAST_MS => return self,
            Turn::In => (into_ms / STEP, span.length_ms() / STEP),
            Turn::Out => (
                into_ms.saturating_mul(STEP),
                span.length_ms().saturating_mul(STEP),
            ),
        };
        let start_ms = around_ms.saturating_sub(before_ms);
        let turned = Span::new(start_ms, start_ms.saturating_add(length_ms));
        Self::named(turned.within(extent.whole), extent)
    }

    fn named(span: Span, extent: Extent) -> Self {
        if span.is_about(extent.loaded) {
            Self::Loaded
        } else if span.is_about(extent.whole) {
            Self::Whole
        } else {
            Self::Part(span)
        }
    }

    /// Whether the playhead is in view, or just ahead of it.
    #[must_use]
    pub fn shows(self, extent: Extent, playhead_ms: Ms) -> bool {
        let span = self.span(extent);
        let ahead_ms = span.length_ms() / AHEAD;
        Span::new(span.start_ms, span.end_ms.saturating_add(ahead_ms)).has(playhead_ms)
    }

    /// The same length around the playhead.
    #[must_use]
    pub fn moved_to(self, extent: Extent, playhead_ms: Ms) -> Self {
        match self {
            Self::Loaded | Self::Whole => self,
            Self::Part(span) => {
                let start_ms = playhead_ms.saturating_sub(span.length_ms() / 2);
                let around = Span::new(start_ms, start_ms.saturating_add(span.length_ms()));
                Self::Part(around.within(extent.whole))
            }
        }
    }
}
