//! The way into the interface: from what the command line says to what the interface starts with.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::groups::act::whoever;
use super::link::TerminalLink;
use super::setup::Setup;
use crate::app::bookmarks::Keeping;
use crate::app::consumer_groups::Reach;
use crate::app::layout::ScreenId;
use crate::app::metrics::{Choice, Length};
use crate::app::playhead::Speed;
use crate::app::reopen::Reopen;
use crate::app::state::Options;
use crate::config::{self, ColorChoice, Drawing};
use crate::model::{Mapping, Zone};
use crate::project::spikes::Settings;
use crate::query::{Filter, Moment};
use crate::runtime::recording::Recording;
use crate::runtime::{Alarm, Allowed, BookmarkFile, Ending, Entries, Launch, Opening, launch};
use crate::source::{Access, Spec};
use crate::term::TermError;
use crate::ui::theme::Theme;

/// What the interface starts with.
#[derive(Clone, Debug)]
pub struct InterfaceOptions {
    /// Where entries come from.
    pub spec: Spec,
    /// Newest entries to load at the start.
    pub history: u64,
    /// Memory for the log.
    pub memory_bytes: usize,
    /// What to show.
    pub filter: Filter,
    /// Field names by part.
    pub mapping: Arc<Mapping>,
    /// The zone of times.
    pub zone: Zone,
    /// When to write colors.
    pub color: ColorChoice,
    /// Whether to listen to the mouse.
    pub mouse: bool,
    /// How much may be written to the terminal, and how.
    pub drawing: Drawing,
    /// Plain symbols only.
    pub ascii: bool,
    /// Where the playhead stands at first; following where there is none.
    pub at: Option<Moment>,
    /// Which screen is open at first.
    pub screen: ScreenId,
    /// How long the window of the metrics is at first.
    pub window: Length,
    /// How fast it plays.
    pub speed: Speed,
    /// How this is opened again.
    pub reopen: Reopen,
    /// The new file into which everything that happens is written.
    pub record: Option<PathBuf>,
    /// What counts as a spike.
    pub spikes: Settings,
    /// What is done when a spike is raised.
    pub alarm: Alarm,
    /// What may be done on the server besides reading.
    pub access: Access,
}

/// Entries asked for at once when the playhead comes to the oldest one here.
const OLDER_COUNT: u64 = 100_000;

/// Runs the interface until it is quit; what happens is written into the file, if there is one.
///
/// # Errors
/// When there is no terminal, or it cannot be used.
pub fn run_interface(options: InterfaceOptions, record: Option<File>) -> Result<Ending, TermError> {
    let (place, streams) = options.spec.label();
    let bookmarks = options
        .spec
        .identity()
        .zip(config::bookmark_folder())
        .map(|(identity, folder)| BookmarkFile::of(&folder, &identity, &place, &streams));
    let opening = Opening {
        options: Options {
            place,
            streams,
            mapping: options.mapping,
            zone: options.zone,
            memory_bytes: options.memory_bytes,
            older_count: OLDER_COUNT,
        },
        filter: options.filter,
        at: options.at,
        screen: options.screen,
        metrics: Choice {
            length: options.window,
            ..Choice::default()
        },
        speed: options.speed,
        reopen: options.reopen,
        keeping: match bookmarks {
            Some(_) => Keeping::Stored,
            None => Keeping::UntilTheEnd,
        },
        spikes: options.spikes,
        groups: reach(&options.spec, options.access),
    };
    let allowed = Allowed {
        access: options.access,
        journal: config::journal_path(),
        editor: editor(),
        by: whoever(),
    };
    let entries = Entries::Source {
        spec: Box::new(options.spec),
        history: options.history,
        opening: Box::new(opening),
        bookmarks,
        record,
        alarm: options.alarm,
        allowed: Box::new(allowed),
    };
    let link = TerminalLink::of(options.drawing, options.color, environment);
    open(entries, link, options.ascii, options.mouse)
}

/// Only a server has consumer groups.
fn reach(spec: &Spec, access: Access) -> Reach {
    match (spec.redis(), access) {
        (Some(_), Access::ReadOnly) => Reach::Looks,
        (Some(_), Access::ReadWrite) => Reach::Changes,
        (None, _) => Reach::None,
    }
}

/// Plays a recording into the interface, which then stays open until it is quit.
///
/// # Errors
/// When there is no terminal, or it cannot be used.
pub fn run_recording(recording: Recording, setup: &Setup) -> Result<Ending, TermError> {
    let config = &setup.config;
    let entries = Entries::Recording(Box::new(recording));
    let link = TerminalLink::of(config.drawing, config.color, environment);
    open(entries, link, setup.ascii, config.mouse)
}

fn open(
    entries: Entries,
    link: TerminalLink,
    ascii: bool,
    mouse: bool,
) -> Result<Ending, TermError> {
    launch(Launch {
        entries,
        theme: Theme {
            depth: link.depth,
            ascii,
        },
        mouse,
        frame_gap: link.frame_gap,
        synchronized: link.synchronized,
    })
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// By the custom of Unix: VISUAL, else EDITOR, else vi.
fn editor() -> String {
    let set = ["VISUAL", "EDITOR"].into_iter().find(|name| is_set(name));
    let named = set.and_then(|name| std::env::var(name).ok());
    named.unwrap_or_else(|| "vi".to_owned())
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}
