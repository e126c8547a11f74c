//! `--since`, `--until` and `--at`: a text to a moment, a moment to the border of a range.
//!
//! [`parse`] is the one place to change when the filter language reads moments for everybody.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use super::failure::Failure;
use crate::model::{EntryId, Ms, Zone};
use crate::query::{FilterError, Now};

/// A point in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// By the clock, ms since the epoch.
    At(Ms),
    /// By entry id.
    Id(EntryId),
}

impl Moment {
    /// The first id at this moment.
    #[must_use]
    pub const fn first_id(self) -> EntryId {
        match self {
            Self::At(ms) => EntryId::new(ms, 0),
            Self::Id(id) => id,
        }
    }

    /// The last id at this moment.
    #[must_use]
    pub const fn last_id(self) -> EntryId {
        match self {
            Self::At(ms) => EntryId::new(ms, u64::MAX),
            Self::Id(id) => id,
        }
    }

    /// By the clock.
    #[must_use]
    pub const fn ms(self) -> Ms {
        match self {
            Self::At(ms) => ms,
            Self::Id(id) => id.ms,
        }
    }
}

/// Reads the value of the flag `flag`.
///
/// # Errors
/// Shows where the text is wrong (exit status 2).
pub fn read(flag: &str, text: &str, now: Now) -> Result<Moment, Failure> {
    parse(text, now).map_err(|mut error| {
        error.message = format!("{flag}: {}", error.message);
        Failure::in_text(text, &error)
    })
}

fn parse(text: &str, now: Now) -> Result<Moment, FilterError> {
    let error = || FilterError {
        span: 0..text.len(),
        message: "this is no time".to_owned(),
        hint: "times look like -10m, 14:02:07, 2026-11-23, 2026-11-23T14:02:07Z or 1700000000000-0"
            .to_owned(),
    };
    entry_id(text)
        .or_else(|| ago(text, now))
        .or_else(|| calendar(text, now))
        .ok_or_else(error)
}

fn entry_id(text: &str) -> Option<Moment> {
    let full = text.contains('-') || text.len() >= 12;
    EntryId::from_bytes(text.as_bytes())
        .filter(|_| full)
        .map(Moment::Id)
}

fn ago(text: &str, now: Now) -> Option<Moment> {
    let span = humantime::parse_duration(text.strip_prefix('-').unwrap_or(text)).ok()?;
    let ms = Ms::try_from(span.as_millis()).ok()?;
    Some(Moment::At(now.ms.saturating_sub(ms)))
}

fn calendar(text: &str, now: Now) -> Option<Moment> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return at(zoned.timestamp_millis());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let plain = day
        .map(|d| d.and_time(NaiveTime::MIN))
        .or_else(|| date_time(text))
        .or_else(|| Some(today(now)?.and_time(clock(text)?)))?;
    at(match now.zone {
        Zone::Utc => plain.and_utc().timestamp_millis(),
        Zone::Local => Local
            .from_local_datetime(&plain)
            .earliest()?
            .timestamp_millis(),
    })
}

fn date_time(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok())
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .into_iter()
        .find_map(|pattern| NaiveTime::parse_from_str(text, pattern).ok())
}

fn today(now: Now) -> Option<NaiveDate> {
    let utc = DateTime::<Utc>::from_timestamp_millis(i64::try_from(now.ms).ok()?)?;
    Some(match now.zone {
        Zone::Utc => utc.date_naive(),
        Zone::Local => utc.with_timezone(&Local).date_naive(),
    })
}

fn at(ms: i64) -> Option<Moment> {
    Ms::try_from(ms).ok().map(Moment::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        let now = Now {
            ms: 1_700_000_000_000,
            zone: Zone::Utc,
        };
        for (text, wanted) in [
            ("-10m", Moment::At(1_699_999_400_000)),
            ("10m", Moment::At(1_699_999_400_000)),
            (
                "1700000000000-3",
                Moment::Id(EntryId::new(1_700_000_000_000, 3)),
            ),
            (
                "1700000000000",
                Moment::Id(EntryId::new(1_700_000_000_000, 0)),
            ),
            ("2023-11-14", Moment::At(1_699_920_000_000)),
            ("2023-11-14T22:13:20Z", Moment::At(1_700_000_000_000)),
            ("22:13:20", Moment::At(1_700_000_000_000)),
        ] {
            assert_eq!(parse(text, now), Ok(wanted), "{text}");
        }
        for text in ["", "soon", "25:00", "-", "2023-13-01"] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }
}
