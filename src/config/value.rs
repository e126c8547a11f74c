//! The kinds of values that the configuration has, each read with its own bounds and shown as it is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use super::{ColorChoice, Secret, Size, Span, SyncChoice};
use crate::model::Ms;

/// A value of the configuration as it is shown: without secrets.
pub(super) trait Shown {
    /// Plain JSON.
    fn shown(&self) -> Value;
}

/// One name or several, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(pub Vec<String>);
/// A name that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub String);
/// A file; relative ones begin at the folder of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(pub PathBuf);
/// A number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count<T>(pub T);
/// A number more than 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(pub f64);
/// A span of at least a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting(pub Ms);
/// A span that a bucket may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket(pub Ms);
/// Frames a second, 1 to 120.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRate(u32);
/// Buckets of a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub u32);

const BUCKETS_MS: std::ops::RangeInclusive<Ms> = 1_000..=3_600_000;
const FRAME_RATES: std::ops::RangeInclusive<u32> = 1..=120;
const WINDOWS: std::ops::RangeInclusive<u32> = 20..=10_000;

fn only_if<T, E: Error>(holds: bool, value: T, wanted: &str) -> Result<T, E> {
    holds.then_some(value).ok_or_else(|| E::custom(wanted))
}

impl<'de, T: Deserialize<'de> + PartialOrd + From<u8>> Deserialize<'de> for Count<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let n = T::deserialize(from)?;
        only_if(n >= T::from(1), Self(n), "at least 1 is wanted")
    }
}

impl FrameRate {
    /// So many frames a second, brought within bounds.
    #[must_use]
    pub const fn new(per_s: u32) -> Self {
        if per_s < *FRAME_RATES.start() {
            Self(*FRAME_RATES.start())
        } else if per_s > *FRAME_RATES.end() {
            Self(*FRAME_RATES.end())
        } else {
            Self(per_s)
        }
    }

    /// The time from one frame to the next, whole ms.
    #[must_use]
    pub fn gap(self) -> Duration {
        Duration::from_millis(1_000 / u64::from(self.0))
    }

    fn checked(per_s: u32) -> Option<Self> {
        FRAME_RATES.contains(&per_s).then_some(Self(per_s))
    }
}

impl FromStr for FrameRate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rate = text.parse().ok().and_then(Self::checked);
        rate.ok_or(WANTED_FRAME_RATE)
    }
}

const WANTED_FRAME_RATE: &str = "1 to 120 frames a second are wanted";

impl<'de> Deserialize<'de> for FrameRate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let rate = u32::deserialize(from)?;
        Self::checked(rate).ok_or_else(|| D::Error::custom(WANTED_FRAME_RATE))
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let n = u32::deserialize(from)?;
        only_if(
            WINDOWS.contains(&n),
            Self(n),
            "a window is 20 to 10000 buckets",
        )
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Span(ms) = Span::deserialize(from)?;
        only_if(ms > 0, Self(ms), "a span of more than 0 is wanted")
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Span(ms) = Span::deserialize(from)?;
        only_if(
            BUCKETS_MS.contains(&ms),
            Self(ms),
            "a bucket is 1s to 1h long",
        )
    }
}

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let n = f64::deserialize(from).unwrap_or_default();
        only_if(
            n > 0.0 && n.is_finite(),
            Self(n),
            "a number more than 0 is wanted",
        )
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        only_if(!name.is_empty(), Self(name), "a name is wanted, not \"\"")
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let path = String::deserialize(from)?;
        only_if(
            !path.is_empty(),
            Self(PathBuf::from(path)),
            "the name of a file is wanted, not \"\"",
        )
    }
}

/// Says what is wanted and nothing of what is there.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from);
        text.map(Self::new)
            .map_err(|_| D::Error::custom("a text in quotes is wanted"))
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> serde::de::Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a list of names")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Names, E> {
        only_if(
            !name.is_empty(),
            Names(vec![name.to_owned()]),
            "a name is wanted, not \"\"",
        )
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some(Name(name)) = list.next_element()? {
            names.push(name);
        }
        only_if(
            !names.is_empty(),
            Names(names),
            "the list of names is empty",
        )
    }
}

impl Shown for bool {
    fn shown(&self) -> Value {
        (*self).into()
    }
}

impl Shown for u64 {
    fn shown(&self) -> Value {
        (*self).into()
    }
}

impl Shown for String {
    fn shown(&self) -> Value {
        super::mask(self).into()
    }
}

impl<T: Copy + Into<u64>> Shown for Count<T> {
    fn shown(&self) -> Value {
        Value::from(self.0.into())
    }
}

impl Shown for Window {
    fn shown(&self) -> Value {
        self.0.into()
    }
}

impl Shown for Positive {
    fn shown(&self) -> Value {
        self.0.into()
    }
}

impl Shown for Span {
    fn shown(&self) -> Value {
        self.to_string().into()
    }
}

impl Shown for Lasting {
    fn shown(&self) -> Value {
        Span(self.0).shown()
    }
}

impl Shown for Bucket {
    fn shown(&self) -> Value {
        Span(self.0).shown()
    }
}

impl Shown for Size {
    fn shown(&self) -> Value {
        self.to_string().into()
    }
}

impl Shown for ColorChoice {
    fn shown(&self) -> Value {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
        .into()
    }
}

impl Shown for SyncChoice {
    fn shown(&self) -> Value {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
        .into()
    }
}

impl Shown for FrameRate {
    fn shown(&self) -> Value {
        self.0.into()
    }
}

impl Shown for Name {
    fn shown(&self) -> Value {
        self.0.clone().into()
    }
}

impl Shown for Names {
    fn shown(&self) -> Value {
        match self.0.as_slice() {
            [name] => name.clone().into(),
            names => names.to_vec().into(),
        }
    }
}

impl Shown for FilePath {
    fn shown(&self) -> Value {
        self.0.display().to_string().into()
    }
}

/// A server's address, its password masked.
impl Shown for Secret {
    fn shown(&self) -> Value {
        super::secret::masked_address(self.expose()).into()
    }
}
