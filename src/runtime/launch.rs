//! From options to a running interface: takes the terminal, starts the source, runs the loop, gives the terminal back.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossterm::event::EventStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::{Session, now_ms, run};
use crate::app::layout::Size;
use crate::app::state::Options;
use crate::app::{Effect, State, update};
use crate::query::{Filter, Moment};
use crate::source::{Spec, Start};
use crate::term::{self, Outlet, Screen, TerminalGuard};
use crate::ui::theme::Theme;

/// What the interface starts with.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Where entries come from.
    pub spec: Spec,
    /// Newest entries loaded at the start.
    pub history: u64,
    /// How entries are decoded and times shown, and what the log may take.
    pub options: Options,
    /// What the feed shows at first.
    pub filter: Filter,
    /// Where the playhead stands at first; `None` follows.
    pub at: Option<Moment>,
    /// How the screen looks.
    pub theme: Theme,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// The least time between two frames that data alone asks for.
    pub frame_gap: Duration,
    /// Whether large frames are bracketed as synchronized output.
    pub synchronized: bool,
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
    let mut state = State::new(launch.options.clone(), now_ms(), Size { width, height });
    let first = begin(&mut state, &launch);
    let frame_left = Arc::new(Notify::new());
    let leave = Arc::new(Notify::new());
    let left = Arc::clone(&frame_left);
    let outlet = Outlet::new(term::output()?, move || left.notify_one())?;
    let mut glass = Screen::new(outlet, width, height);
    glass.set_synchronized(launch.synchronized);
    tokio::spawn(leave_on_signals(Arc::clone(&leave), Arc::clone(told)));
    let feed = launch.spec.clone().follow(
        Start::History(launch.history),
        Arc::clone(&launch.options.mapping),
    );
    let (theme, frame_gap) = (launch.theme, launch.frame_gap);
    let session = Session {
        state,
        feed,
        spec: launch.spec,
        glass,
        theme,
        frame_gap,
        frame_left,
        leave,
    };
    run(session, EventStream::new(), first).await.map(drop)
}

fn begin(state: &mut State, launch: &Launch) -> Vec<Effect> {
    state.opens_at = launch.at;
    update::narrow(state, launch.filter.clone())
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
