//! Whatever was scrolled, a terminal shows what a full repaint shows.

use std::io::{self, Write};
use std::num::NonZeroU16;

use lookback::app::Action;
use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::term::Screen;
use proptest::prelude::*;

use crate::scene::Scene;

/// A terminal.
struct Glass(vt100::Parser);

impl Glass {
    fn new(size: Size) -> Self {
        Self(vt100::Parser::new(side(size.height), side(size.width), 0))
    }

    /// What can be seen, cell by cell: on a blank only what is behind it.
    fn seen(&self, size: Size) -> Vec<String> {
        let shown = self.0.screen();
        let cell = |y, x| {
            let cell = shown.cell(y, x).unwrap();
            let behind = (cell.bgcolor(), cell.inverse(), cell.underline());
            let ink = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
            match cell.contents() {
                _ if cell.is_wide_continuation() => "wide".to_owned(),
                "" | " " => format!("blank {behind:?}"),
                text => format!("{text} {behind:?} {ink:?}"),
            }
        };
        let rows = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (y, x)));
        rows.map(|(y, x)| format!("{y},{x}: {}", cell(y, x)))
            .collect()
    }
}

impl Write for Glass {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn side(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// What can happen between two frames.
#[derive(Clone, Debug)]
enum Step {
    Events(u64),
    Time(u64),
    Key(Key),
}

fn step() -> impl Strategy<Value = Step> {
    let keys: Vec<Key> = " jkgGfeo12345z?{}[]"
        .chars()
        .map(Key::char)
        .chain(
            [
                Code::PageUp,
                Code::PageDown,
                Code::Left,
                Code::Tab,
                Code::Enter,
                Code::Esc,
            ]
            .map(Key::plain),
        )
        .collect();
    prop_oneof![
        4 => (1..60_u64).prop_map(Step::Events),
        1 => (1..3_000_u64).prop_map(Step::Time),
        4 => prop::sample::select(keys).prop_map(Step::Key),
    ]
}

fn full_repaint(scene: &Scene, size: Size) -> Glass {
    let mut screen = Screen::new(Vec::new(), size.width, size.height);
    screen
        .draw_with_cursor(|buffer| scene.draw(buffer))
        .unwrap();
    let mut glass = Glass::new(size);
    glass.0.process(screen.out());
    glass
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_terminal_shows_after_any_steps_what_a_full_repaint_shows(
        (width, height) in (20..160_u16, 6..50_u16),
        before in 0..200_u64,
        per_s in prop::sample::select(vec![1_u64, 20, 500]),
        steps in prop::collection::vec(step(), 1..12),
    ) {
        let size = Size { width, height };
        let mut scene = Scene::new(size, per_s, before);
        let mut screen = Screen::new(Glass::new(size), width, height);
        for step in steps {
            match step {
                Step::Events(count) => scene.events(count),
                Step::Time(ms) => scene.pass(ms),
                Step::Key(key) => scene.take(Action::Key(key)),
            }
            screen.draw_with_cursor(|buffer| scene.draw(buffer)).unwrap();
            let wanted = full_repaint(&scene, size).seen(size);
            let shown = screen.out().seen(size);
            let wrong: Vec<_> = shown.iter().zip(&wanted).filter(|(a, b)| a != b).collect();
            prop_assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
}
