//! Rule 7: numbers come as strings; what is no number is a fault and not 0.

use super::json;
use super::layout::Layout;
use super::names::Slot;

use crate::model::{Part, Source, digits};

/// Three years: whatever takes longer is not a latency but a mistake.
const MAX_LATENCY_MS: f64 = 1e11;
/// No event has a trillion tokens.
const MAX_TOKENS: f64 = 1e12;

/// Field names of which the number is in seconds.
const IN_SECONDS: [&[u8]; 5] = [
    b"duration",
    b"working_time",
    b"execution_time",
    b"workingTime",
    b"executionTime",
];

/// The latency in ms.
pub(super) fn latency(layout: &mut Layout<'_, '_>) -> Option<f64> {
    let (name, value) = layout.field(Slot::Part(Part::Latency))?;
    let got = latency_ms(name, value);
    let name = name.clone();
    settle(layout, &name, got)
}

fn latency_ms(name: &[u8], value: &[u8]) -> Result<f64, &'static str> {
    let ms = match number(value) {
        Some(number) => number * unit_ms(name),
        None => with_unit(value).ok_or("not a number")?,
    };
    match ms {
        ms if !ms.is_finite() => Err("not a finite number"),
        ms if ms < 0.0 => Err("negative"),
        ms if ms > MAX_LATENCY_MS => Err("too large to be a latency"),
        ms => Ok(ms),
    }
}

fn unit_ms(name: &[u8]) -> f64 {
    if IN_SECONDS.contains(&name) || name.ends_with(b"_s") || name.ends_with(b"_seconds") {
        1000.0
    } else if name.ends_with(b"_us") {
        1e-3
    } else if name.ends_with(b"_ns") {
        1e-6
    } else {
        1.0
    }
}

/// `12ms`, `1.5 s`: the unit is written out.
fn with_unit(value: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let at = text.find(|c: char| c.is_alphabetic() || c == 'µ')?;
    let (digits, unit) = text.split_at(at);
    let factor = match unit {
        "ns" => 1e-6,
        "us" | "µs" | "μs" => 1e-3,
        "ms" => 1.0,
        "s" | "sec" => 1000.0,
        _ => return None,
    };
    Some(number(digits.trim_end().as_bytes())? * factor)
}

/// The tokens and the source that gave them.
pub(super) fn tokens(layout: &mut Layout<'_, '_>) -> Option<(u64, Source, u32)> {
    const TOTAL: Slot = Slot::Part(Part::Tokens);
    if layout.get(TOTAL).is_some() {
        return whole(layout, TOTAL);
    }
    if layout.get(Slot::Usage).is_some() {
        return usage(layout);
    }
    let (prompt, completion) = (whole(layout, Slot::Prompt), whole(layout, Slot::Completion));
    match (prompt, completion) {
        (Some((a, source, at)), Some((b, ..))) => Some((a + b, source, at)),
        (one, other) => one.or(other).or_else(|| whole(layout, Slot::SummaryTokens)),
    }
}

fn whole(layout: &mut Layout<'_, '_>, slot: Slot) -> Option<(u64, Source, u32)> {
    let (source, at) = layout.source(slot)?;
    let (name, value) = layout.field(slot)?;
    let got = count(value);
    let name = name.clone();
    Some((settle(layout, &name, got)?, source, at))
}

fn usage(layout: &mut Layout<'_, '_>) -> Option<(u64, Source, u32)> {
    let (source, at) = layout.source(Slot::Usage)?;
    let (name, value) = layout.field(Slot::Usage)?;
    let got = usage_tokens(value);
    let name = name.clone();
    Some((settle(layout, &name, got)?, source, at))
}

fn usage_tokens(value: &[u8]) -> Result<u64, &'static str> {
    let members = json::object(value).map(|members| members.list);
    let members = members.unwrap_or_default();
    let read = |names: &[&str]| json::named(&members, names).map(|text| count(text));
    if let Some(total) = read(&["total_tokens", "totalTokens", "total"]) {
        return total;
    }
    let prompt = read(&[
        "prompt_tokens",
        "input_tokens",
        "promptTokens",
        "inputTokens",
    ]);
    let completion = read(&[
        "completion_tokens",
        "output_tokens",
        "completionTokens",
        "outputTokens",
    ]);
    match (prompt, completion) {
        (None, None) => count(value),
        (one, other) => Ok(one.unwrap_or(Ok(0))? + other.unwrap_or(Ok(0))?),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before"
)]
fn count(value: &[u8]) -> Result<u64, &'static str> {
    match number(value).ok_or("not a number")? {
        n if !n.is_finite() => Err("not a finite number"),
        n if n < 0.0 => Err("negative"),
        n if n > MAX_TOKENS => Err("too large to be a token count"),
        n => Ok(n.round() as u64),
    }
}

pub(super) fn number(value: &[u8]) -> Option<f64> {
    if value.len() > 64 {
        return None;
    }
    // What most numbers are; no closer look gives another value.
    if let Some(small) = digits::whole(value).and_then(|whole| u32::try_from(whole).ok()) {
        return Some(f64::from(small));
    }
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

fn settle<T>(layout: &mut Layout<'_, '_>, name: &[u8], got: Result<T, &'static str>) -> Option<T> {
    match got {
        Ok(value) => Some(value),
        Err(problem) => {
            layout.fault(name, problem);
            None
        }
    }
}
