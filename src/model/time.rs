//! Moments and spans as a person reads them.

use chrono::{DateTime, Datelike, Local, SecondsFormat, Timelike, Utc};

/// Milliseconds since the Unix epoch, or a span of them.
pub type Ms = u64;

/// In which zone times are shown and read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The machine's own.
    #[default]
    Local,
    /// UTC (`--utc`).
    Utc,
}

impl Zone {
    /// `14:02:07.120`; `—` where the calendar cannot hold it.
    #[must_use]
    pub fn clock(self, ms: Ms) -> String {
        self.format(ms, "%H:%M:%S%.3f")
    }

    /// `14:02:07`.
    #[must_use]
    pub fn clock_seconds(self, ms: Ms) -> String {
        self.format(ms, "%H:%M:%S")
    }

    /// `2026-11-23 14:02:07.120 +01:00`.
    #[must_use]
    pub fn full(self, ms: Ms) -> String {
        self.format(ms, "%Y-%m-%d %H:%M:%S%.3f %:z")
    }

    /// The hour of the week, 0 to 167 from Monday's first; `None` where the calendar cannot hold the moment.
    #[must_use]
    pub fn hour_of_week(self, ms: Ms) -> Option<usize> {
        let utc = DateTime::<Utc>::from_timestamp_millis(i64::try_from(ms).ok()?)?;
        let (day, hour) = match self {
            Self::Utc => (utc.weekday(), utc.hour()),
            Self::Local => {
                let local = utc.with_timezone(&Local);
                (local.weekday(), local.hour())
            }
        };
        usize::try_from(day.num_days_from_monday() * 24 + hour).ok()
    }

    /// By a chrono pattern.
    #[must_use]
    pub fn format(self, ms: Ms, pattern: &str) -> String {
        let Some(utc) = i64::try_from(ms)
            .ok()
            .and_then(DateTime::<Utc>::from_timestamp_millis)
        else {
            return "—".to_owned();
        };
        match self {
            Self::Utc => utc.format(pattern).to_string(),
            Self::Local => utc.with_timezone(&Local).format(pattern).to_string(),
        }
    }
}

/// RFC 3339 in UTC with milliseconds, as all JSON output has it; `None` where the calendar cannot hold it.
#[must_use]
pub fn rfc3339(ms: i64) -> Option<String> {
    DateTime::<Utc>::from_timestamp_millis(ms)
        .map(|t| t.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A span in at most two units: `84 ms`, `2.1 s`, `3m 12s`, `2h 05m`, `4d 03h`.
#[must_use]
pub fn span(ms: Ms) -> String {
    let (s, m, h, d) = (ms / 1000, ms / 60_000, ms / 3_600_000, ms / 86_400_000);
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..59_950 => format!("{}.{} s", (ms + 50) / 1000, (ms + 50) % 1000 / 100),
        59_950..60_000 => "1m 00s".to_owned(),
        60_000..3_600_000 => format!("{m}m {:02}s", s % 60),
        3_600_000..86_400_000 => format!("{h}h {:02}m", m % 60),
        _ => format!("{d}d {:02}h", h % 24),
    }
}
