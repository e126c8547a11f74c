//! When to draw: input at once, data at a bounded rate, nothing while the last frame is still on its way.

use std::io;
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::meter::Meter;
use crate::app::layout::Size;
use crate::app::playhead::Playhead;
use crate::app::{State, screen};
use crate::source::Beat;
use crate::term::{Outlet, Screen};
use crate::ui::{self, theme::Theme};

/// A screen to draw on.
pub trait Glass {
    /// Draws a frame; the closure gives the cell of the cursor, if one is shown. Tells how many bytes that took.
    ///
    /// # Errors
    /// When it cannot be written.
    fn frame(
        &mut self,
        render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize>;

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
    fn frame(
        &mut self,
        render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        self.draw_with_cursor(render).map(|drawn| drawn.bytes)
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

/// Decides when a frame is drawn, and draws it.
pub struct Frames<G> {
    glass: G,
    theme: Theme,
    beat: Beat,
    last: Option<Instant>,
    wanted: Wanted,
    /// Since when a frame is due that cannot leave.
    stuck: Option<Instant>,
}

/// Why a frame is wanted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    No,
    /// Only what drawing costs is to be told.
    ByFigures,
    /// New entries came.
    ByNews,
    ByData,
    ByInput,
}

/// A frame that did not leave is looked at again after this.
const STUCK: Duration = Duration::from_millis(50);
/// In the past new entries change a few numbers alone, which are not read faster than this.
const NEWS_GAP: Duration = Duration::from_millis(250);

impl<G: Glass> Frames<G> {
    /// Nothing is drawn yet; the first frame is due at once.
    pub fn new(glass: G, theme: Theme, beat: Beat) -> Self {
        Self {
            glass,
            theme,
            beat,
            last: None,
            wanted: Wanted::ByInput,
            stuck: None,
        }
    }

    /// The least time between two frames that data alone asks for.
    pub fn gap(&self) -> Duration {
        self.beat.gap()
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

    /// The source told something: new entries alone, or more.
    pub fn arrived(&mut self, only_news: bool) {
        let why = if only_news {
            Wanted::ByNews
        } else {
            Wanted::ByData
        };
        self.wanted = self.wanted.max(why);
    }

    /// What drawing costs is to be told.
    pub fn figures(&mut self) {
        self.wanted = self.wanted.max(Wanted::ByFigures);
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
    pub fn wait(&self, state: &State) -> Option<Duration> {
        if self.wanted == Wanted::No {
            return None;
        }
        let left = self.left(state);
        Some(if left.is_zero() && !self.glass.is_idle() {
            STUCK
        } else {
            left
        })
    }

    /// Whether a frame is wanted whose time has come.
    pub fn is_due(&self, state: &State) -> bool {
        self.wait(state) == Some(Duration::ZERO)
    }

    fn left(&self, state: &State) -> Duration {
        let gap = match self.wanted {
            Wanted::No | Wanted::ByInput => return Duration::ZERO,
            Wanted::ByNews if matches!(state.playhead, Playhead::Paused(_)) => {
                self.beat.gap().max(NEWS_GAP)
            }
            Wanted::ByFigures | Wanted::ByNews | Wanted::ByData => self.beat.gap(),
        };
        self.last
            .map_or(Duration::ZERO, |last| gap.saturating_sub(last.elapsed()))
    }

    /// Draws the frame that is wanted, if its time has come and the last one has left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn draw_if_due(&mut self, state: &State, meter: &mut Meter) -> io::Result<()> {
        if self.wanted == Wanted::No || !self.left(state).is_zero() {
            return Ok(());
        }
        if !self.glass.is_idle() {
            self.stuck.get_or_insert_with(Instant::now);
            return Ok(());
        }
        if let Some(since) = self.stuck.take() {
            let gap_ms = self.beat.gap().as_millis().max(1);
            let missed = since.elapsed().as_millis() / gap_ms;
            meter.skipped(u64::try_from(missed).unwrap_or(u64::MAX));
        }
        let began = Instant::now();
        let view = screen(state);
        let theme = self.theme;
        let bytes = self
            .glass
            .frame(&mut |buffer| ui::render(&view, &theme, buffer).map(Position::from))?;
        // The line itself is no part of what it tells.
        if self.wanted != Wanted::ByFigures {
            meter.drew(began.elapsed(), bytes);
        }
        self.last = Some(began);
        self.beat.looked(began);
        self.wanted = Wanted::No;
        Ok(())
    }
}
