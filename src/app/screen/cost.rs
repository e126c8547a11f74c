//! The line that tells what drawing costs.

use super::number;
use crate::app::cost::Cost;
use crate::app::keymap::{Command, TABLE};
use crate::app::view::{Line, Piece, Tone};

/// Means over the time that was measured; dashes where nothing happened.
pub fn line(cost: &Cost) -> Line {
    let over_s = as_f64(cost.over_ms.max(1)) / 1_000.0;
    let figures = [
        ("frames/s", number::rate(as_f64(cost.frames) / over_s)),
        (
            "bytes a frame",
            mean(cost.bytes, cost.frames, |n| number::grouped(whole(n))),
        ),
        (
            "bytes/s",
            number::grouped(whole(as_f64(cost.bytes) / over_s)),
        ),
        ("skipped", number::grouped(cost.skipped)),
        ("update", mean(cost.update_us, cost.updates, in_ms)),
        ("draw", mean(cost.draw_us, cost.draws, in_ms)),
    ];
    let mut line = Line::new();
    for (name, value) in figures {
        line.push(Piece::own(name, Tone::Dim));
        line.push(Piece::own(&format!(" {value}   "), Tone::Plain));
    }
    line.push(Piece::own(&closing(), Tone::Faint));
    line
}

fn closing() -> String {
    let mut keys = TABLE.iter().flat_map(|binding| binding.keys);
    let key = keys.find(|(_, command)| *command == Command::Cost);
    key.map_or_else(String::new, |(key, _)| format!("{key} closes"))
}

fn mean(sum: u64, count: u64, text: impl Fn(f64) -> String) -> String {
    if count == 0 {
        return "—".to_owned();
    }
    text(as_f64(sum) / as_f64(count))
}

fn in_ms(us: f64) -> String {
    format!("{:.2} ms", us / 1_000.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of counts"
)]
fn whole(n: f64) -> u64 {
    n.round() as u64
}

#[expect(clippy::cast_precision_loss, reason = "shown with a few digits")]
fn as_f64(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cost: &Cost) -> String {
        line(cost).iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn means_are_over_the_time_and_over_what_was_counted() {
        let cost = Cost {
            over_ms: 2_000,
            frames: 40,
            bytes: 60_000,
            skipped: 3,
            updates: 200,
            update_us: 9_000,
            draws: 50,
            draw_us: 21_000,
        };
        assert_eq!(
            told(&cost),
            "frames/s 20.0   bytes a frame 1,500   bytes/s 30,000   skipped 3   update 0.04 ms   draw 0.42 ms   F12 closes"
        );
    }

    #[test]
    fn where_nothing_happened_nothing_is_claimed() {
        let told = told(&Cost::default());
        assert!(told.contains("bytes a frame —   bytes/s 0"), "{told}");
        assert!(told.contains("update —   draw —"), "{told}");
    }
}
