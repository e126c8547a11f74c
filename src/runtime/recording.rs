//! A recording: everything that was handed to update, one JSON line each, behind a first line that says how it began.
//!
//! Whoever has the recording sees what the user saw, without the source: it holds the entries and the keys.

mod reader;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Opening;
use crate::app::bookmarks::Keeping;
use crate::app::consumer_groups::Reach;
use crate::app::layout::ScreenId;
use crate::app::layout::Size;
use crate::app::metrics::{Choice, Length};
use crate::app::playhead::Speed;
use crate::app::reopen::Reopen;
use crate::app::state::Options;
use crate::model::{EntryId, Mapping, Ms, Part, Zone};
use crate::project::spikes::Settings;
use crate::query::{Filter, Moment};

pub use reader::{ReadError, Recording, read};
pub use writer::{Recorder, create};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Tells what this is, and the version of the format.
    pub lookback_recording: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The terminal at the beginning.
    pub size: Size,
    /// The moment of the beginning, by the clock of the machine.
    pub now_ms: Ms,
    place: String,
    streams: String,
    utc: bool,
    mapping: BTreeMap<String, Vec<String>>,
    memory_bytes: usize,
    older_count: u64,
    filter: String,
    at: Option<At>,
    screen: u8,
    #[serde(default)]
    window: Option<String>,
    speed: String,
    reopen: Reopen,
    bookmarks: Keeping,
    #[serde(default)]
    spikes: Settings,
    #[serde(default)]
    groups: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    Ms(Ms),
    Id(EntryId),
}

impl Head {
    /// Of an interface that begins so.
    #[must_use]
    pub fn of(opening: &Opening, now_ms: Ms, size: Size) -> Self {
        let options = &opening.options;
        let overrides = options.mapping.overrides.iter();
        Self {
            lookback_recording: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            size,
            now_ms,
            place: options.place.clone(),
            streams: options.streams.clone(),
            utc: options.zone == Zone::Utc,
            mapping: overrides
                .map(|(part, names)| (part.name().to_owned(), names.clone()))
                .collect(),
            memory_bytes: options.memory_bytes,
            older_count: options.older_count,
            filter: opening.filter.to_string(),
            at: opening.at.map(|at| match at {
                Moment::At(ms) => At::Ms(ms),
                Moment::Id(id) => At::Id(id),
            }),
            screen: opening.screen.number(),
            window: Some(opening.metrics.length.word().to_owned()),
            speed: opening.speed.word().to_owned(),
            reopen: opening.reopen.clone(),
            bookmarks: opening.keeping,
            spikes: opening.spikes,
            groups: opening.groups,
        }
    }

    /// How it began.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn opening(&self) -> Result<Opening, String> {
        let filter = Filter::parse(&self.filter).map_err(|e| format!("filter: {}", e.message))?;
        let screen =
            ScreenId::of_number(self.screen).ok_or_else(|| format!("screen: {}", self.screen))?;
        let speed = Speed::of_word(&self.speed).ok_or_else(|| format!("speed: {}", self.speed))?;
        Ok(Opening {
            options: Options {
                place: self.place.clone(),
                streams: self.streams.clone(),
                mapping: Arc::new(self.mapping()?),
                zone: if self.utc { Zone::Utc } else { Zone::Local },
                memory_bytes: self.memory_bytes,
                older_count: self.older_count,
            },
            filter,
            at: self.at.map(|at| match at {
                At::Ms(ms) => Moment::At(ms),
                At::Id(id) => Moment::Id(id),
            }),
            screen,
            metrics: self.metrics()?,
            speed,
            reopen: self.reopen.clone(),
            keeping: self.bookmarks,
            spikes: self.spikes,
            groups: self.groups,
        })
    }

    fn metrics(&self) -> Result<Choice, String> {
        let length = match &self.window {
            Some(word) => Length::of_word(word).ok_or_else(|| format!("window: {word}"))?,
            None => Length::default(),
        };
        Ok(Choice {
            length,
            ..Choice::default()
        })
    }

    fn mapping(&self) -> Result<Mapping, String> {
        let part = |name: &str| Part::ALL.into_iter().find(|part| part.name() == name);
        let overrides = self.mapping.iter().map(|(name, names)| {
            let part = part(name).ok_or_else(|| format!("mapping: {name}"))?;
            Ok((part, names.clone()))
        });
        Ok(Mapping {
            overrides: overrides.collect::<Result<_, String>>()?,
        })
    }
}
