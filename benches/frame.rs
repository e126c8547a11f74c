//! The CPU of a frame at 200×50 while following, in its parts, beside ratatui's own diff of the same pictures; and of taking
//! entries in.
//!
//! Ratios count; times are only this machine's. Goals: DESIGN, section 9.

#[path = "support/budget.rs"]
mod budget;
#[path = "frame/scene.rs"]
mod scene;

use std::hint::black_box;
use std::time::{Duration, Instant};

use budget::{Line, Table};
use lookback::app::layout::Size;
use lookback::term::Screen;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use scene::Scene;

const SIZE: Size = Size {
    width: 200,
    height: 50,
};
const GOAL: Duration = Duration::from_millis(1);
/// Frames a second that data asks for on this machine.
const FRAMES_PER_S: u64 = 15;

/// What each frame took, by part.
#[derive(Default)]
struct Times {
    update: Vec<Duration>,
    view: Vec<Duration>,
    frame: Vec<Duration>,
    plain: Vec<Duration>,
}

fn main() {
    let mut table = Table::begin("frame");
    let frames = if table.quick { 100 } else { 600 };
    for (rate, before) in [(100, 20_000_u64), (10_000, 200_000)] {
        let times = measure(rate, before, frames);
        let [update, view, frame, plain] =
            [times.update, times.view, times.frame, times.plain].map(median);
        eprintln!("  {rate}/s: view {view:.1?}");
        table.line(Line {
            what: format!("a frame at 200×50, following {rate}/s"),
            goal: "≤ 1 ms".into(),
            limit: format!("ratatui's diff, same pictures {plain:.1?}"),
            peer: String::new(),
            ours: format!("{frame:.1?}"),
            met: Some(frame <= GOAL),
        });
        table.line(Line {
            what: format!(
                "taking in {} events, {before} before",
                (rate / FRAMES_PER_S).max(1)
            ),
            goal: String::new(),
            limit: String::new(),
            peer: String::new(),
            ours: format!("{update:.1?}"),
            met: None,
        });
    }
    table.finish();
}

/// The two writers take turns, so that both see the same weather.
fn measure(rate: u64, before: u64, frames: u64) -> Times {
    let mut scene = Scene::new(SIZE, rate, before);
    let mut screen = Screen::new(Vec::new(), SIZE.width, SIZE.height);
    let area = Rect::new(0, 0, SIZE.width, SIZE.height);
    let mut terminal = Terminal::with_options(
        CrosstermBackend::new(Vec::new()),
        ratatui::TerminalOptions {
            viewport: ratatui::Viewport::Fixed(area),
        },
    )
    .expect("a terminal in memory");
    let mut times = Times::default();
    for _ in 0..frames {
        let began = Instant::now();
        scene.events((rate / FRAMES_PER_S).max(1));
        times.update.push(began.elapsed());
        let began = Instant::now();
        black_box(lookback::app::screen(&scene.state));
        times.view.push(began.elapsed());
        let began = Instant::now();
        let drawn = screen.draw_with_cursor(|buffer| scene.draw(buffer));
        times.frame.push(began.elapsed());
        black_box(drawn.expect("written into memory"));
        let mut picture = Buffer::empty(area);
        let began = Instant::now();
        scene.draw(&mut picture);
        terminal
            .draw(|frame| *frame.buffer_mut() = picture)
            .expect("written into memory");
        times.plain.push(began.elapsed());
    }
    times
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
