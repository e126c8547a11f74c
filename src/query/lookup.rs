//! Finds the values of any field in an entry: the field as it came, then inside JSON, then as decoding unwraps it.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::Value;

use super::eval::Verdicts;
use super::matcher::Matcher;
use super::plan::Path;
use crate::model::{self, EntryId, FieldRef, Mapping};
use crate::store::{Rows, Symbol};

/// One entry of a run, with its fields in hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// The run.
    pub rows: Rows<'a>,
    /// Where in it.
    pub row: usize,
    /// Names as symbols.
    pub fields: &'a [(Symbol, &'a [u8])],
}

/// Whether a value of the field matches. The field as it came decides where there is one.
pub(super) fn matches(
    entry: Entry<'_>,
    path: &Path,
    names: &mut Verdicts,
    mapping: &Mapping,
    matcher: &Matcher,
) -> bool {
    raw(entry, path, names, matcher)
        .or_else(|| inside_raw(entry, path, matcher))
        .or_else(|| decoded(entry, path, mapping, matcher))
        .unwrap_or(false)
}

/// `None` where the entry has no field of that name; with several of them one match is enough.
fn raw(entry: Entry<'_>, path: &Path, names: &mut Verdicts, matcher: &Matcher) -> Option<bool> {
    let mut verdict = None;
    for (name, value) in entry.fields.iter().copied() {
        if names.of(name, || {
            entry.rows.strings.get(name) == path.name.as_bytes()
        }) {
            verdict = Some(verdict.unwrap_or(false) || matcher.matches(value));
        }
    }
    verdict
}

/// `data.tool.name` in the JSON text of the field `data`.
fn inside_raw(entry: Entry<'_>, path: &Path, matcher: &Matcher) -> Option<bool> {
    path.splits.iter().find_map(|(field, steps)| {
        let mut fields = entry.fields.iter().copied();
        fields.find_map(|(name, value)| {
            let here = entry.rows.strings.get(name) == field.as_bytes();
            here.then(|| inside(value, steps))?
                .map(|v| matcher.matches(&v))
        })
    })
}

/// As decoding names it, after unwrapping.
fn decoded(entry: Entry<'_>, path: &Path, mapping: &Mapping, matcher: &Matcher) -> Option<bool> {
    let mut values = entry.fields.iter().map(|(_, value)| *value);
    if !values.any(may_unwrap) {
        return None;
    }
    let Rows {
        columns, strings, ..
    } = entry.rows;
    let stream = columns.stream.get(entry.row).unwrap_or_default();
    let id = columns.id.get(entry.row).unwrap_or(EntryId::MIN);
    let fields = entry.fields.iter();
    let fields: Vec<FieldRef<'_>> = fields
        .map(|(name, value)| (strings.get(*name), *value))
        .collect();
    let event = model::decode(strings.get(stream), id, &fields, mapping);
    if let Some(value) = event.attribute(&path.name) {
        return Some(matcher.matches(value));
    }
    path.splits.iter().find_map(|(field, steps)| {
        let value = inside(event.attribute(field)?, steps)?;
        Some(matcher.matches(&value))
    })
}

/// Whether decoding may find fields inside this value: JSON, SSE text, or base64 of JSON (which begins with `e`).
fn may_unwrap(value: &[u8]) -> bool {
    match value.trim_ascii_start() {
        [b'{' | b'[' | b':' | b'"', ..] | [b'e', b'y' | b'w', ..] => true,
        text => ["data:", "event:", "id:", "retry:"]
            .iter()
            .any(|begin| text.starts_with(begin.as_bytes())),
    }
}

/// The value at a path in JSON text: strings as they are, others as their JSON text; null is absent.
fn inside(text: &[u8], steps: &[String]) -> Option<Vec<u8>> {
    if !worth_parsing(text, steps) {
        return None;
    }
    let mut value: Cow<'_, Value> = Cow::Owned(serde_json::from_slice(text).ok()?);
    for step in steps {
        value = Cow::Owned(child(&value, step)?.clone());
    }
    match value.as_ref() {
        Value::Null => None,
        Value::String(text) => Some(text.clone().into_bytes()),
        other => Some(other.to_string().into_bytes()),
    }
}

/// A key stands in the text as it is, unless it is written with escapes.
fn worth_parsing(text: &[u8], steps: &[String]) -> bool {
    let open = matches!(text.trim_ascii_start(), [b'{' | b'[', ..]);
    let last = steps.last().map(String::as_bytes).unwrap_or_default();
    let is_index = last.iter().all(u8::is_ascii_digit);
    open && (is_index || memmem::find(text, last).is_some() || text.contains(&b'\\'))
}

fn child<'v>(value: &'v Value, step: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}
