//! JSON objects, one level deep: members keep their text, so nothing nested is built and nothing can overflow.
//!
//! `RawValue` skips nested values without recursion, so depth costs no stack.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::Attribute;

/// Members beyond these are left in the raw entry, so that a wide object cannot cost many times its size.
pub(super) const MAX_MEMBERS: usize = 4096;

/// The members of an object in their order; strings as their text, all else as its JSON.
pub(super) struct Members<'j> {
    pub(super) list: Vec<Attribute<'j>>,
    /// There were more than [`MAX_MEMBERS`].
    pub(super) cut: bool,
}

/// `None` for what is no JSON object and nothing but one.
pub(super) fn object(text: &[u8]) -> Option<Members<'_>> {
    serde_json::from_slice(text).ok()
}

/// The text of a JSON string.
pub(super) fn string(text: &[u8]) -> Option<String> {
    serde_json::from_slice(text).ok()
}

/// The first of these members that says something.
pub(super) fn member<'j>(text: &'j [u8], names: &[&str]) -> Option<Cow<'j, [u8]>> {
    named(&object(text)?.list, names).cloned()
}

/// The same among members that were read before.
pub(super) fn named<'m, 'j>(
    members: &'m [Attribute<'j>],
    names: &[&str],
) -> Option<&'m Cow<'j, [u8]>> {
    names.iter().find_map(|wanted| {
        let of_name = members
            .iter()
            .find(|(name, value)| **name == *wanted.as_bytes() && !super::is_none(value));
        of_name.map(|(_, value)| value)
    })
}

#[derive(Deserialize)]
struct Key<'j>(#[serde(borrow)] Cow<'j, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while list.len() < MAX_MEMBERS {
            let Some((Key(name), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? else {
                return Ok(Members { list, cut: false });
            };
            list.push((bytes(name), plain(value.get())));
        }
        let mut cut = false;
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            cut = true;
        }
        Ok(Members { list, cut })
    }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// A string without its quotes and escapes; a string that cannot be unescaped, and all else, as it stands.
fn plain(raw: &str) -> Cow<'_, [u8]> {
    let Some(inner) = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"')) else {
        return Cow::Borrowed(raw.as_bytes());
    };
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner.as_bytes());
    }
    string(raw.as_bytes()).map_or(Cow::Borrowed(raw.as_bytes()), |text| {
        Cow::Owned(text.into_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_order_text_and_duplicates() {
        let text = br#"{"a":"x","b":1.50,"c":[1, 2],"d":null,"a":"\u00e9\n","e":true}"#;
        let got = object(text).map(|m| m.list).unwrap_or_default();
        let got: Vec<_> = got
            .iter()
            .map(|(n, v)| (String::from_utf8_lossy(n), String::from_utf8_lossy(v)))
            .collect();
        let want = [
            ("a", "x"),
            ("b", "1.50"),
            ("c", "[1, 2]"),
            ("d", "null"),
            ("a", "é\n"),
            ("e", "true"),
        ];
        assert_eq!(got.len(), want.len());
        for ((name, value), (n, v)) in got.iter().zip(want) {
            assert_eq!((&**name, &**value), (n, v));
        }
    }

    #[test]
    fn what_is_no_object_is_none() {
        for bad in [
            "",
            "{",
            "[]",
            "1",
            "{\"a\":}",
            "{\"a\":1} x",
            "{'a':1}",
            "{\"a\":\"\u{1}\"}",
        ] {
            assert!(object(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
    }

    #[test]
    fn depth_and_breadth_are_harmless() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        let _ = object(deep.as_bytes());
        let wide = format!("{{{}\"z\":1}}", "\"a\":1,".repeat(MAX_MEMBERS * 2));
        let wide = object(wide.as_bytes());
        assert!(wide.is_some_and(|m| m.cut && m.list.len() == MAX_MEMBERS));
    }
}
