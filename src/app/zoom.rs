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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn extent() -> impl Strategy<Value = Extent> {
        let start = 1_700_000_000_000_u64;
        let part = (0_u64..400_000_000, 10_000_u64..400_000_000, any::<bool>());
        part.prop_map(move |(older, length, all)| {
            let loaded = Span::new(start, start + length);
            let whole = Span::new(start - if all { 0 } else { older }, loaded.end_ms);
            Extent { loaded, whole }
        })
    }

    fn at(span: Span, share: f64) -> Ms {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a span"
        )]
        let into = (span.length_ms() as f64 * share) as Ms;
        span.start_ms + into
    }

    fn turns() -> impl Strategy<Value = Vec<(f64, Turn)>> {
        let turn = prop::sample::select(vec![Turn::In, Turn::In, Turn::Out]);
        prop::collection::vec((0.0..1.0, turn), 0..20)
    }

    fn turned(extent: Extent, turns: &[(f64, Turn)]) -> Zoom {
        turns.iter().fold(Zoom::Loaded, |zoom, (share, turn)| {
            zoom.turn(extent, at(zoom.span(extent), *share), *turn)
        })
    }

    proptest! {
        #[test]
        fn it_never_leaves_what_the_source_holds(extent in extent(), turns in turns(), playhead in 0.0..1.0) {
            let zoom = turned(extent, &turns);
            let moved = zoom.moved_to(extent, at(extent.whole, playhead));
            for span in [zoom.span(extent), moved.span(extent)] {
                prop_assert!(extent.whole.start_ms <= span.start_ms && span.start_ms < span.end_ms);
                prop_assert!(span.end_ms <= extent.whole.end_ms);
            }
        }

        #[test]
        fn in_and_out_again_gives_back_what_was(extent in extent(), turns in turns(), share in 0.0..1.0) {
            let zoom = turned(extent, &turns);
            let was = zoom.span(extent);
            let around_ms = at(was, share);
            let nearer = zoom.turn(extent, around_ms, Turn::In);
            if nearer != zoom {
                let again = nearer.turn(extent, around_ms, Turn::Out).span(extent);
                // Rounded once on the way, and once where a name was found for it.
                let off_ms = |a: Ms, b: Ms| a.abs_diff(b) > 2 * ROUNDING_MS;
                let is_off = off_ms(again.start_ms, was.start_ms) || off_ms(again.end_ms, was.end_ms);
                prop_assert!(!is_off, "{was:?} {again:?}");
            }
        }

        #[test]
        fn the_moment_under_the_mouse_stays_there(extent in extent(), share in 0.0..1.0) {
            let was = Zoom::Loaded.span(extent);
            let around_ms = at(was, share);
            let span = Zoom::Loaded.turn(extent, around_ms, Turn::In).span(extent);
            prop_assert!((around_ms - was.start_ms).abs_diff(2 * (around_ms - span.start_ms)) <= 2);
        }

        #[test]
        fn a_playhead_that_left_is_in_view_again(extent in extent(), turns in turns(), share in 0.0..1.0) {
            let playhead_ms = at(extent.whole, share);
            let moved = turned(extent, &turns).moved_to(extent, playhead_ms);
            prop_assert!(moved.shows(extent, playhead_ms) || moved == Zoom::Loaded);
        }
    }

    #[test]
    fn out_of_what_is_loaded_lies_the_whole_stream() {
        let extent = Extent {
            loaded: Span::new(900_000, 1_000_000),
            whole: Span::new(0, 1_000_000),
        };
        let out = |zoom: Zoom| zoom.turn(extent, 1_000_000, Turn::Out);
        let part = out(Zoom::Loaded);
        assert_eq!(part, Zoom::Part(Span::new(800_000, 1_000_000)));
        assert_eq!(out(out(out(part))), Zoom::Whole);
        assert_eq!(out(Zoom::Whole), Zoom::Whole);
        let all = Extent {
            whole: extent.loaded,
            ..extent
        };
        assert_eq!(Zoom::Loaded.turn(all, 950_000, Turn::Out), Zoom::Loaded);
    }
}
