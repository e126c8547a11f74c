//! The figures of each size, and their table.

use std::time::Duration;

use crate::inside::Inside;
use crate::program::Program;

/// Of one size.
pub struct Figures {
    pub entries: u64,
    pub program: Program,
    /// Bytes of the server in memory, with these entries in it.
    pub redis: u64,
    /// Bytes of the program in memory with an empty stream.
    pub empty: u64,
    pub inside: Inside,
}

impl Figures {
    /// Resident, with everything that the program needs besides.
    pub fn bytes_per_event(&self) -> u64 {
        self.program.resident / self.entries
    }
}

/// One column a size.
pub fn table(figures: &[Figures]) -> String {
    let row = |name: &str, cell: &dyn Fn(&Figures) -> String| {
        let cells: Vec<String> = figures.iter().map(|f| format!("{:>12}", cell(f))).collect();
        format!("{name:44}{}\n", cells.concat())
    };
    let in_ms = |time: Duration| format!("{:.2} ms", ms(time));
    [
        row("events", &|f| short(f.entries)),
        row("newest rows on the glass", &|f| in_ms(f.program.first_rows)),
        row("all loaded, from the start of the program", &|f| {
            format!("{:.2} s", f.program.loaded.as_secs_f64())
        }),
        row("resident memory", &|f| {
            format!("{} MB", f.program.resident / 1_000_000)
        }),
        row("  of it an event", &|f| {
            format!("{} B", f.bytes_per_event())
        }),
        row("  over the empty program, an event", &|f| {
            format!(
                "{} B",
                f.program.resident.saturating_sub(f.empty) / f.entries
            )
        }),
        row("Redis, an event", &|f| format!("{} B", f.redis / f.entries)),
        row("seek, from the key to the glass, p99", &|f| {
            in_ms(f.program.seeks[1])
        }),
        row("seek, p99", &|f| in_ms(f.inside.seek_p99)),
        row("filter by columns, complete", &|f| in_ms(f.inside.columns)),
        row("filter by a substring, complete", &|f| {
            in_ms(f.inside.substring)
        }),
        row("filter by a regex, complete", &|f| in_ms(f.inside.regex)),
        row("frame, p99", &|f| in_ms(f.inside.frame_p99)),
    ]
    .concat()
}

/// `10 k`, `1 M`.
pub fn short(entries: u64) -> String {
    if entries >= 1_000_000 {
        format!("{} M", entries / 1_000_000)
    } else {
        format!("{} k", entries / 1_000)
    }
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The time that so many percent do not exceed.
pub fn share(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}
