//! Figures, charts and lists, as plain data.

use super::{Line, Pane, Tone};
use crate::app::layout::Area;
use crate::model::SafeText;

/// The metrics screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Title and figures.
    pub figures: Pane,
    /// The charts, as many as have room.
    pub charts: Vec<Chart>,
    /// What stands below, side by side, with the place of each.
    pub lists: Vec<(Area, Pane)>,
}

/// A chart over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What it is, and its value.
    pub title: Line,
    /// What is drawn.
    pub plot: Plot,
    /// Labels of the scale, from the lowest: height 0.0–1.0 and text.
    pub scale: Vec<(f32, SafeText)>,
    /// Labels of time: under which bucket, and text.
    pub times: Vec<(u16, SafeText)>,
    /// Buckets with a spike.
    pub spikes: Vec<u16>,
}

/// What is drawn, one item a bucket, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub enum Plot {
    /// Bars, 0.0–1.0 of the height; `None` where unknown.
    Bars(Vec<Option<f32>>, Tone),
    /// The heights of p50, p95 and p99; `None` where nothing was measured.
    Points(Vec<[Option<f32>; 3]>),
    /// How many at each height, from the lowest.
    Heat(Vec<Vec<u32>>),
}

impl Default for Plot {
    fn default() -> Self {
        Self::Bars(Vec::new(), Tone::Plain)
    }
}

impl Plot {
    /// Buckets.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bars(values, _) => values.len(),
            Self::Points(values) => values.len(),
            Self::Heat(columns) => columns.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
