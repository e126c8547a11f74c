//! From options to a running interface: takes the terminal, starts the source, runs the loop, gives the terminal back.

use std::fs::File;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::playback::no_feed;
use super::recording::{Head, Recorder, Recording};
use super::terminal::{Terminal, is_handed_over};
use super::{Alarm, Allowed, BookmarkFile, Files, Opening, Session, now_ms, play, run};
use crate::app::layout::Size;
use crate::app::{Effect, State};
use crate::source::{self, Beat, Feed, FileSpec, Spec};
use crate::term::{self, Outlet, Screen, TerminalGuard};
use crate::ui::theme::Theme;

/// What the interface starts with.
#[derive(Debug)]
pub struct Launch {
    /// Where entries come from.
    pub entries: Entries,
    /// How the screen looks.
    pub theme: Theme,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// The least time between two frames that data alone asks for.
    pub frame_gap: Duration,
    /// Whether large frames are bracketed as synchronized output.
    pub synchronized: bool,
}

/// Where entries come from.
#[derive(Debug)]
pub enum Entries {
    /// From a source.
    Source {
        /// The source.
        spec: Box<Spec>,
        /// Newest entries loaded at the start.
        history: u64,
        /// What the interface begins with.
        opening: Box<Opening>,
        /// Where bookmarks are kept; `None` keeps them until the end.
        bookmarks: Option<BookmarkFile>,
        /// The new file into which everything that happens is written.
        record: Option<File>,
        /// What is done when a spike is raised.
        alarm: Alarm,
        /// What may be changed on the server.
        allowed: Box<Allowed>,
    },
    /// From a recording, with all that happened.
    Recording(Box<Recording>),
}

/// How the interface was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By its user.
    Asked,
    /// By this signal.
    Signal(u8),
}

/// A program that is told to leave and cannot (its terminal takes no bytes) is ended after this.
const GRACE: Duration = Duration::from_millis(700);
/// How long such a terminal gets for the few bytes that give it back.
const LAST_GRACE: Duration = Duration::from_millis(300);
/// What a shell adds to the number of a signal.
const SIGNALLED: u8 = 128;

impl Ending {
    /// The exit status, by the custom of shells.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Asked => 0,
            Self::Signal(number) => SIGNALLED.saturating_add(number),
        }
    }
}

/// The signal that ended it, if one did.
type Told = Arc<OnceLock<u8>>;

/// Runs the interface until it is left. The terminal is as it was before, whatever happens.
///
/// # Errors
/// When there is no terminal, or it cannot be used.
pub fn launch(launch: Launch) -> Result<Ending, term::TermError> {
    term::restore_on_panic();
    let guard = TerminalGuard::enter(term::Options {
        mouse: launch.mouse,
    })?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let told = Told::default();
    let ended = tokio.block_on(interface(launch, &told));
    // While signals are still answered: giving the terminal back may take forever.
    drop(guard);
    tokio.shutdown_background();
    match told.get() {
        Some(number) => Ok(Ending::Signal(*number)),
        None => ended.map(|()| Ending::Asked).map_err(term::TermError::from),
    }
}

async fn interface(launch: Launch, told: &Told) -> io::Result<()> {
    let (width, height) = crossterm::terminal::size()?;
    let frame_left = Arc::new(Notify::new());
    let leave = Arc::new(Notify::new());
    let left = Arc::clone(&frame_left);
    let outlet = Outlet::new(term::output()?, move || left.notify_one())?;
    let mut glass = Screen::new(outlet, width, height);
    glass.set_synchronized(launch.synchronized);
    let (glass, input) = Terminal::new(glass, launch.mouse);
    tokio::spawn(leave_on_signals(Arc::clone(&leave), Arc::clone(told)));
    let size = Size { width, height };
    let beat = Beat::every(launch.frame_gap);
    let Start {
        state,
        first,
        feed,
        spec,
        files,
        recording,
    } = start(launch.entries, size, &beat);
    let session = Session {
        state,
        feed,
        spec,
        glass,
        theme: launch.theme,
        beat,
        frame_left,
        leave,
        files,
    };
    match recording {
        Some(recording) => Box::pin(play(session, recording, size, input, first)).await,
        None => run(session, input, first).await,
    }
    .map(drop)
}

/// What the loop starts from.
struct Start {
    state: State,
    first: Vec<Effect>,
    feed: Feed,
    spec: Spec,
    files: Files,
    recording: Option<Recording>,
}

fn start(entries: Entries, size: Size, beat: &Beat) -> Start {
    match entries {
        Entries::Source {
            spec,
            history,
            opening,
            bookmarks,
            record,
            alarm,
            allowed,
        } => {
            let now_ms = now_ms();
            let head = Head::of(&opening, now_ms, size);
            let (state, first) = opening.begin(now_ms, size);
            let mapping = Arc::clone(&opening.options.mapping);
            Start {
                state,
                first,
                feed: (*spec).clone().follow_in_beats(
                    source::Start::History(history),
                    mapping,
                    beat,
                ),
                spec: *spec,
                files: Files {
                    bookmarks,
                    recorder: record.map(|file| Recorder::start(file, head)),
                    alarm,
                    allowed: *allowed,
                },
                recording: None,
            }
        }
        Entries::Recording(recording) => {
            let head = &recording.head;
            let (state, first) = recording.opening.begin(head.now_ms, head.size);
            Start {
                state,
                first,
                feed: no_feed(),
                spec: Spec::Files(FileSpec { paths: Vec::new() }),
                files: Files::default(),
                recording: Some(*recording),
            }
        }
    }
}

/// In a task of its own, since the reader of a vanished terminal may never return (crossterm#793).
async fn leave_on_signals(leave: Arc<Notify>, told: Told) {
    let kinds = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
    ];
    let waits = kinds.into_iter().filter_map(|kind| {
        let mut signals = signal(kind).ok()?;
        Some(Box::pin(async move {
            signals.recv().await;
            // An interrupt that is typed while another program has the terminal is meant for that.
            while kind == SignalKind::interrupt() && is_handed_over() {
                signals.recv().await;
            }
            kind
        }))
    });
    let (kind, ..) = futures_util::future::select_all(waits).await;
    let number = u8::try_from(kind.as_raw_value()).unwrap_or_default();
    let number = *told.get_or_init(|| number);
    leave.notify_one();
    std::thread::spawn(move || {
        std::thread::sleep(GRACE);
        term::restore_within(LAST_GRACE);
        std::process::exit(i32::from(Ending::Signal(number).code()));
    });
}
