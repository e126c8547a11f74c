//! Moments as they are written: `-10m`, `14:02`, `yesterday 9:00`, a date, an entry id.
//!
//! Reading a text ([`When::parse`]) is apart from what it means ([`When::resolve`]), so that a filter can be checked without a clock.

use chrono::{
    DateTime, Days, FixedOffset, Local, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime,
    Offset, TimeDelta, TimeZone, Utc,
};

use super::number::span_ms;
use super::{FilterError, Now};
use crate::model::{EntryId, Ms, Zone};

pub(super) const HINT: &str = "write -10m, 14:02, 14:02:07, 2026-11-23, 2026-11-23T14:02:07Z, \"yesterday 9:00\" or an entry id";

/// A moment: on the time axis, or an entry's place in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Ms since the epoch.
    At(Ms),
    /// This entry.
    Id(EntryId),
}

/// A moment as written, which may refer to the present.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    text: String,
    meaning: Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Ago(Ms),
    Clock(Day, NaiveTime),
    Local(NaiveDateTime),
    Exact(Ms),
    Id(EntryId),
}

/// The day of a clock time.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Day {
    /// Today, or yesterday where that would be in the future.
    Last,
    Today,
    Yesterday,
}

/// Reads a moment and resolves it: `-10m`, `10m`, `1h30m`, `14:02[:07]`, `today 14:00`, `yesterday [9:00]`, `now`,
/// `2026-11-23[T14:02[:07][Z|+01:00]]`, seconds or ms since the epoch, an entry id.
///
/// # Errors
/// Where the text is none of these.
pub fn parse_moment(text: &str, now: Now) -> Result<Moment, FilterError> {
    Ok(When::parse(text)?.resolve(now))
}

impl When {
    /// Reads a moment, as [`parse_moment`].
    ///
    /// # Errors
    /// Where the text is no moment.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let trimmed = text.trim();
        let meaning = Meaning::parse(trimmed).ok_or_else(|| {
            FilterError::new(0..text.len(), format!("{trimmed} is no time"), HINT)
        })?;
        Ok(Self {
            text: trimmed.to_owned(),
            meaning,
        })
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The moment it means at this present.
    #[must_use]
    pub fn resolve(&self, now: Now) -> Moment {
        match self.meaning {
            Meaning::Ago(ms) => Moment::At(now.ms.saturating_sub(ms)),
            Meaning::Exact(ms) => Moment::At(ms),
            Meaning::Id(id) => Moment::Id(id),
            Meaning::Local(time) => Moment::At(instant(now.zone, time)),
            Meaning::Clock(day, time) => Moment::At(clock(day, time, now)),
        }
    }
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
}

impl Meaning {
    fn parse(text: &str) -> Option<Self> {
        relative(text)
            .or_else(|| clock_time(text).map(|time| Self::Clock(Day::Last, time)))
            .or_else(|| named_day(text))
            .or_else(|| date(text))
            .or_else(|| zoned(text).map(|time| Self::Exact(epoch_ms(time.timestamp_millis()))))
            .or_else(|| date_and_time(text).map(Self::Local))
            .or_else(|| number_of_epoch(text))
    }
}

fn relative(text: &str) -> Option<Meaning> {
    if text == "now" {
        return Some(Meaning::Ago(0));
    }
    let span = text.strip_prefix('-').unwrap_or(text);
    span_ms(span.as_bytes()).map(Meaning::Ago)
}

fn clock_time(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S%.f"]
        .iter()
        .find_map(|pattern| NaiveTime::parse_from_str(text, pattern).ok())
}

fn named_day(text: &str) -> Option<Meaning> {
    let (word, rest) = text
        .split_once(char::is_whitespace)
        .unwrap_or((text, "0:00"));
    let day = match word {
        "today" => Day::Today,
        "yesterday" => Day::Yesterday,
        _ => return None,
    };
    Some(Meaning::Clock(day, clock_time(rest.trim())?))
}

fn date(text: &str) -> Option<Meaning> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(Meaning::Local(day.and_time(NaiveTime::MIN)))
}

fn date_and_time(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once(['T', 't', ' '])?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    Some(day.and_time(clock_time(time)?))
}

fn zoned(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return Some(date_and_time(utc)?.and_utc().fixed_offset());
    }
    let sign = text.get(11..)?.find(['+', '-'])? + 11;
    let offset: FixedOffset = text.get(sign..)?.parse().ok()?;
    let local = date_and_time(text.get(..sign)?)?;
    offset.from_local_datetime(&local).single()
}

/// `1700000000000-0` is an entry; digits alone are ms or, under 1e11, seconds since the epoch; few digits are a mistake.
fn number_of_epoch(text: &str) -> Option<Meaning> {
    let id = EntryId::from_bytes(text.as_bytes())?;
    if text.contains('-') {
        return Some(Meaning::Id(id));
    }
    match id.ms {
        0..100_000_000 => None,
        100_000_000..100_000_000_000 => Some(Meaning::Exact(id.ms * 1000)),
        ms => Some(Meaning::Exact(ms)),
    }
}

fn clock(day: Day, time: NaiveTime, now: Now) -> Ms {
    let today = local(now).date();
    let on = |date: NaiveDate| instant(now.zone, date.and_time(time));
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    match day {
        Day::Yesterday => on(yesterday),
        Day::Last if on(today) > now.ms => on(yesterday),
        Day::Today | Day::Last => on(today),
    }
}

/// The present as a clock on the wall shows it.
fn local(now: Now) -> NaiveDateTime {
    let utc = i64::try_from(now.ms)
        .ok()
        .and_then(DateTime::<Utc>::from_timestamp_millis)
        .unwrap_or_default();
    match now.zone {
        Zone::Utc => utc.naive_utc(),
        Zone::Local => utc.with_timezone(&Local).naive_local(),
    }
}

fn instant(zone: Zone, time: NaiveDateTime) -> Ms {
    match zone {
        Zone::Utc => epoch_ms(time.and_utc().timestamp_millis()),
        Zone::Local => epoch_ms(in_zone(&Local, time)),
    }
}

/// The earlier instant where the clock shows this time twice. A time that the clock skips is read by the zone's rule
/// after the jump, which is again the earlier of the two readings.
fn in_zone<Z: TimeZone>(zone: &Z, time: NaiveDateTime) -> i64 {
    match zone.from_local_datetime(&time) {
        MappedLocalTime::Single(t) => t.timestamp_millis(),
        // chrono gives them in the wrong order for years beyond the zone's table.
        MappedLocalTime::Ambiguous(a, b) => a.timestamp_millis().min(b.timestamp_millis()),
        MappedLocalTime::None => {
            let later = zone.offset_from_utc_datetime(
                &(time.checked_add_signed(TimeDelta::days(1)).unwrap_or(time)),
            );
            let shift = i64::from(later.fix().local_minus_utc()) * 1000;
            time.and_utc().timestamp_millis() - shift
        }
    }
}

/// What lies before the epoch is at the epoch.
fn epoch_ms(ms: i64) -> Ms {
    Ms::try_from(ms).unwrap_or(0)
}
