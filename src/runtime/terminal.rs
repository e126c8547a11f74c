//! The real terminal as a glass and as a stream of input, and handing it over to another program for a while.
//!
//! Invariant: while another program has the terminal nothing here reads its input or writes to it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream};
use futures_util::Stream;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::frames::Glass;
use crate::app::layout::Size;
use crate::term::{self, Outlet, Screen};

/// A frame that is on its way gets so long to leave.
const LAST_FRAME: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(5);

/// An interrupt that ended the other program may be told to this one so much later.
const AFTERWARDS: Duration = Duration::from_millis(500);

/// Whether another program has the terminal, and since when it has it no more.
static HANDED_OVER: Mutex<(bool, Option<Instant>)> = Mutex::new((false, None));

/// Whether another program has the terminal, or had it just now: what is typed there as an interrupt is meant for it. In raw
/// mode nothing that is typed is one.
pub fn is_handed_over() -> bool {
    let (now, ended) = *HANDED_OVER.lock().unwrap_or_else(PoisonError::into_inner);
    now || ended.is_some_and(|at| at.elapsed() < AFTERWARDS)
}

fn hand(over: bool) {
    let mut handed = HANDED_OVER.lock().unwrap_or_else(PoisonError::into_inner);
    *handed = (over, (!over).then(Instant::now));
}

type Shared = Arc<Mutex<Option<EventStream>>>;

/// What is typed. It is read from the first time it is asked for, until the terminal is handed over.
#[derive(Default)]
pub struct Typed(Shared);

impl Stream for Typed {
    type Item = io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut events = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(events.get_or_insert_with(EventStream::new)).poll_next(cx)
    }
}

/// The screen, which can be handed over together with the input.
pub struct Terminal {
    screen: Screen<Outlet>,
    typed: Shared,
    mouse: bool,
}

impl Terminal {
    /// Of this screen, with what is typed there.
    pub fn new(screen: Screen<Outlet>, mouse: bool) -> (Self, Typed) {
        let typed = Typed::default();
        let terminal = Self {
            screen,
            typed: Arc::clone(&typed.0),
            mouse,
        };
        (terminal, typed)
    }

    fn is_left_by_the_last_frame(&self) -> bool {
        let deadline = Instant::now() + LAST_FRAME;
        while !self.screen.out().is_idle() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(PAUSE);
        }
        true
    }
}

impl Glass for Terminal {
    fn frame(
        &mut self,
        render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        self.screen.frame(render)
    }

    fn resize(&mut self, size: Size) {
        Glass::resize(&mut self.screen, size);
    }

    fn is_idle(&self) -> bool {
        Glass::is_idle(&self.screen)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.screen.copy(text)
    }

    fn ring(&mut self) -> io::Result<()> {
        self.screen.ring()
    }

    fn hand_over(&mut self) -> io::Result<bool> {
        if !self.is_left_by_the_last_frame() {
            return Ok(false);
        }
        // Its reader would take what is typed for the other program.
        drop(
            self.typed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        hand(true);
        term::restore();
        Ok(true)
    }

    fn take_back(&mut self) -> io::Result<Option<Size>> {
        hand(false);
        term::take(term::Options { mouse: self.mouse })?;
        self.screen.invalidate();
        let (width, height) = crossterm::terminal::size()?;
        let size = Size { width, height };
        Glass::resize(&mut self.screen, size);
        Ok(Some(size))
    }
}
