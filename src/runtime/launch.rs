//! From options to a running interface: takes the terminal, starts the source, runs the loop, gives the terminal back.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::EventStream;
use tokio::signal::unix::{Signal, SignalKind, signal};
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

/// A program that is told to leave and cannot (its terminal takes no bytes) is ended after this.
const GRACE: Duration = Duration::from_millis(700);

/// Runs the interface until it is left. The terminal is as it was before, whatever happens.
///
/// # Errors
/// When there is no terminal, or it cannot be used.
pub fn launch(launch: Launch) -> Result<(), term::TermError> {
    term::restore_on_panic();
    let guard = TerminalGuard::enter(term::Options {
        mouse: launch.mouse,
    })?;
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = tokio.block_on(interface(launch));
    tokio.shutdown_background();
    drop(guard);
    ended.map_err(term::TermError::from)
}

async fn interface(launch: Launch) -> io::Result<()> {
    let (width, height) = crossterm::terminal::size()?;
    let mut state = State::new(launch.options.clone(), now_ms(), Size { width, height });
    let first = begin(&mut state, &launch);
    let frame_left = Arc::new(Notify::new());
    let leave = Arc::new(Notify::new());
    let told = Arc::clone(&frame_left);
    let outlet = Outlet::new(term::output()?, move || told.notify_one())?;
    let mut glass = Screen::new(outlet, width, height);
    glass.set_synchronized(launch.synchronized);
    tokio::spawn(leave_on_signals(Arc::clone(&leave)));
    let feed = launch.spec.follow(
        Start::History(launch.history),
        Arc::clone(&launch.options.mapping),
    );
    let (theme, frame_gap) = (launch.theme, launch.frame_gap);
    let session = Session {
        state,
        feed,
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
async fn leave_on_signals(leave: Arc<Notify>) {
    let kinds = [
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::interrupt(),
    ];
    let signals: Vec<Signal> = kinds
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    let waits = signals
        .into_iter()
        .map(|mut signal| Box::pin(async move { signal.recv().await }));
    futures_util::future::select_all(waits).await;
    leave.notify_one();
    std::thread::spawn(|| {
        std::thread::sleep(GRACE);
        term::restore();
        std::process::exit(1);
    });
}
