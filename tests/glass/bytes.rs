//! How many bytes a frame takes at 200×50, counted without a clock. The goals stand in the table of budgets.

use lookback::app::Action;
use lookback::app::input::Key;
use lookback::app::layout::Size;
use lookback::term::Screen;

use crate::scene::Scene;

const SIZE: Size = Size {
    width: 200,
    height: 50,
};
/// Frames a second that data asks for on this machine.
const FRAMES_PER_S: u64 = 15;
/// So long it is followed.
const SECONDS: u64 = 10;

/// A terminal that has shown the scene once.
struct Seat {
    scene: Scene,
    screen: Screen<Vec<u8>>,
}

impl Seat {
    fn at(scene: Scene) -> Self {
        let screen = Screen::new(Vec::new(), SIZE.width, SIZE.height);
        let mut seat = Self { scene, screen };
        seat.bytes();
        seat
    }

    /// Of the next frame.
    fn bytes(&mut self) -> usize {
        let scene = &self.scene;
        let drawn = self.screen.draw_with_cursor(|buffer| scene.draw(buffer));
        drawn.unwrap().bytes
    }

    fn press(&mut self, key: char) -> usize {
        self.scene.take(Action::Key(Key::char(key)));
        self.bytes()
    }
}

#[test]
fn a_full_paint_is_at_most_16_kb() {
    let mut seat = Seat::at(Scene::new(SIZE, 100, 3_000));
    seat.screen.invalidate();
    let bytes = seat.bytes();
    assert!(bytes <= 16_000, "{bytes}");
}

#[test]
fn a_frame_in_which_nothing_changed_is_no_byte() {
    let mut seat = Seat::at(Scene::new(SIZE, 100, 3_000));
    assert_eq!(seat.bytes(), 0);
}

#[test]
fn a_stream_that_fell_silent_costs_no_byte() {
    let mut seat = Seat::at(Scene::new(SIZE, 100, 3_000));
    seat.scene.pass(150_000);
    seat.bytes();
    for _ in 0..20 {
        seat.scene.pass(1_000);
        assert_eq!(seat.bytes(), 0);
    }
}

#[test]
fn one_row_down_and_up_in_a_session_is_at_most_500_bytes() {
    let mut seat = Seat::at(Scene::new(SIZE, 100, 3_000));
    seat.press(' ');
    seat.press('o');
    for _ in 0..6 {
        seat.press('k');
    }
    for key in "jjjkkkjk".chars() {
        let bytes = seat.press(key);
        assert!(bytes <= 500, "{key}: {bytes}");
    }
}

#[test]
fn one_new_row_is_at_most_600_bytes() {
    let mut seat = Seat::at(Scene::new(SIZE, 100, 3_000));
    let mut rows: Vec<usize> = (0..101)
        .map(|_| {
            seat.scene.events(1);
            seat.bytes()
        })
        .collect();
    rows.sort_unstable();
    let median = rows[rows.len() / 2];
    assert!(
        median <= 600,
        "half of them are more than {median}: {rows:?}"
    );
}

/// In the mean of some seconds.
fn bytes_per_s(events_per_s: u64) -> u64 {
    let mut seat = Seat::at(Scene::new(SIZE, events_per_s, 3_000));
    let frames = FRAMES_PER_S * SECONDS;
    let bytes: usize = (0..frames)
        .map(|frame| {
            let come = |frame| frame * events_per_s / FRAMES_PER_S;
            seat.scene.events(come(frame + 1) - come(frame));
            seat.bytes()
        })
        .sum();
    bytes as u64 / SECONDS
}

#[test]
fn following_100_events_a_second_is_at_most_30_kib_a_second() {
    let bytes = bytes_per_s(100);
    assert!(bytes <= 30 * 1024, "{bytes}");
}

#[test]
fn following_10_000_events_a_second_is_at_most_130_kb_a_second() {
    let bytes = bytes_per_s(10_000);
    assert!(bytes <= 130_000, "{bytes}");
}
