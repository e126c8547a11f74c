//! When to draw: input at once, data at a bounded rate, nothing while the last frame is still on its way.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use crate::app::layout::Size;
use crate::app::{State, screen};
use crate::term::{Outlet, Screen};
use crate::ui::{self, theme::Theme};

/// A screen to draw on.
pub trait Glass {
    /// Draws a frame; the closure gives the cell of the cursor, if one is shown.
    ///
    /// # Errors
    /// When it cannot be written.
    fn frame(&mut self, render: &mut dyn FnMut(&mut Buffer) -> Option<Position>) -> io::Result<()>;

    /// The terminal has this size now.
    fn resize(&mut self, size: Size);

    /// Whether the last frame has left.
    fn is_idle(&self) -> bool;

    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When it cannot be written.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Rings the bell, if it has one.
    ///
    /// # Errors
    /// When it cannot be written.
    fn ring(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Gives the terminal, with its input, to another program; whether it could.
    ///
    /// # Errors
    /// When it cannot be written.
    fn hand_over(&mut self) -> io::Result<bool> {
        Ok(false)
    }

    /// Takes it back, to draw all of it anew; tells the size that it has now.
    ///
    /// # Errors
    /// When it cannot be taken.
    fn take_back(&mut self) -> io::Result<Option<Size>> {
        Ok(None)
    }
}

impl Glass for Screen<Outlet> {
    fn frame(&mut self, render: &mut dyn FnMut(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        draw_on(self, render)
    }

    fn resize(&mut self, size: Size) {
        Screen::resize(self, size.width, size.height);
    }

    fn is_idle(&self) -> bool {
        self.out().is_idle()
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        crate::term::osc52(text).map_or(Ok(()), |sequence| self.pass(&sequence))
    }

    fn ring(&mut self) -> io::Result<()> {
        self.pass(BELL)
    }
}

/// The control that rings a terminal's bell.
const BELL: &str = "\x07";

/// The cursor belongs to the frame, and is known only after rendering it.
fn draw_on<W: Write>(
    screen: &mut Screen<W>,
    render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
) -> io::Result<()> {
    let mut buffer = Buffer::empty(screen.area());
    let cursor = render(&mut buffer);
    screen.set_cursor(cursor);
    screen.draw(|glass| *glass = buffer).map(drop)
}

/// Decides when a frame is drawn, and draws it.
pub struct Frames<G> {
    glass: G,
    theme: Theme,
    gap: Duration,
    last: Option<Instant>,
    wanted: Wanted,
}

/// Why a frame is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    No,
    ByData,
    ByInput,
}

/// A frame that did not leave is looked at again after this.
const STUCK: Duration = Duration::from_millis(50);

impl<G: Glass> Frames<G> {
    /// Nothing is drawn yet; the first frame is due at once.
    pub fn new(glass: G, theme: Theme, gap: Duration) -> Self {
        Self {
            glass,
            theme,
            gap,
            last: None,
            wanted: Wanted::ByInput,
        }
    }

    /// Gives the screen back.
    pub fn into_glass(self) -> G {
        self.glass
    }

    /// The user did something.
    pub fn input(&mut self) {
        self.wanted = Wanted::ByInput;
    }

    /// Something changed by itself.
    pub fn data(&mut self) {
        self.wanted = self.wanted.max(Wanted::ByData);
    }

    /// The terminal has this size now.
    pub fn resize(&mut self, size: Size) {
        self.glass.resize(size);
    }

    /// Puts text on the clipboard.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        self.glass.copy(text)
    }

    /// Lets something else have the terminal for a while. Gives what came of it, and the terminal's size since; `None` where
    /// the terminal cannot be handed over.
    ///
    /// # Errors
    /// When it cannot be taken back.
    pub fn lend<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<Option<(T, Option<Size>)>> {
        if !self.glass.hand_over()? {
            return Ok(None);
        }
        let came = work();
        let size = self.glass.take_back()?;
        self.wanted = Wanted::ByInput;
        Ok(Some((came, size)))
    }

    /// Rings the bell.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn ring(&mut self) -> io::Result<()> {
        self.glass.ring()
    }

    /// Until the frame that is wanted may be drawn; `None` when none is wanted.
    pub fn wait(&self) -> Option<Duration> {
        match self.wanted {
            Wanted::No => None,
            _ if !self.glass.is_idle() => Some(STUCK),
            Wanted::ByInput => Some(Duration::ZERO),
            Wanted::ByData => Some(self.last.map_or(Duration::ZERO, |last| {
                self.gap.saturating_sub(last.elapsed())
            })),
        }
    }

    /// Draws the frame that is wanted, if its time has come.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn draw_if_due(&mut self, state: &State) -> io::Result<()> {
        if self.wait() != Some(Duration::ZERO) {
            return Ok(());
        }
        let view = screen(state);
        let theme = self.theme;
        self.glass
            .frame(&mut |buffer| ui::render(&view, &theme, buffer).map(Position::from))?;
        self.last = Some(Instant::now());
        self.wanted = Wanted::No;
        Ok(())
    }
}
