//! Sizes as people write them: `512MiB`, `2 GB`, `65536`.

use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size(pub usize);

/// A text that is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no size; sizes look like 512MiB or 2GB")]
pub struct SizeError(pub String);

const UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
];
const GB: (&str, u64) = ("gb", 1_000_000_000);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| SizeError(text.to_owned()))
    }
}

/// As it is read: `512MiB`; bytes where no unit fits.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        let fits = |(factor, _): &(usize, &str)| self.0 > 0 && self.0.is_multiple_of(*factor);
        match units.into_iter().find(fits) {
            Some((factor, unit)) => write!(f, "{}{unit}", self.0 / factor),
            None => write!(f, "{}", self.0),
        }
    }
}

fn parse(text: &str) -> Option<Size> {
    let text = text.trim();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let (_, factor) = UNITS.into_iter().chain([GB]).find(|(u, _)| *u == unit)?;
    let bytes = number.parse::<u64>().ok()?.checked_mul(factor)?;
    usize::try_from(bytes).ok().map(Size)
}

impl<'de> serde::Deserialize<'de> for Size {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Visitor)
    }
}

struct Visitor;

impl serde::de::Visitor<'_> for Visitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size like \"512MiB\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Size, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, bytes: i64) -> Result<Size, E> {
        usize::try_from(bytes)
            .map(Size)
            .map_err(|_| E::custom("a size is not negative"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds_of_units() {
        for (text, bytes) in [
            ("512MiB", 512 << 20),
            ("512m", 512 << 20),
            ("2 GB", 2_000_000_000),
            ("65536", 65536),
            ("1kb", 1000),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_again() {
        for (bytes, shown) in [
            (512 << 20, "512MiB"),
            (3 << 30, "3GiB"),
            (1000, "1000"),
            (0, "0"),
        ] {
            assert_eq!(Size(bytes).to_string(), shown);
            assert_eq!(shown.parse(), Ok(Size(bytes)));
        }
    }

    #[test]
    fn refuses_what_is_no_size() {
        for text in ["", "MiB", "-1", "1.5GB", "12 parsecs", "99999999999999GiB"] {
            assert!(text.parse::<Size>().is_err(), "{text:?}");
        }
    }
}
