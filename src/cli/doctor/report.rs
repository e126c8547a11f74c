//! The report of `doctor`, for people and for programs.

use std::collections::BTreeMap;

use super::Findings;
use super::connection::Check;
use crate::cli::format::json::{self, Object};
use crate::config::mask;
use crate::model::{Evidence, Part, SafeText};

/// For people.
pub fn text(out: &mut Vec<u8>, findings: &Findings) {
    let mut lines = Vec::new();
    let (place, streams) = &findings.source;
    let source = format!("{place} {streams}");
    if !source.trim().is_empty() {
        lines.push(format!("Source: {}", source.trim()));
    }
    lines.extend(findings.checks.iter().map(check));
    lines.extend(findings.streams.iter().map(|seen| {
        let name = SafeText::line(&seen.stream, 80);
        let (n, oldest, newest) = (seen.entries, seen.oldest, seen.newest);
        format!("Stream: {name}, {n} of the newest entries, {oldest} to {newest}")
    }));
    lines.extend(mapping(&findings.evidence));
    let looked_at = findings.evidence.entries;
    lines.extend(findings.evidence.faults().iter().map(|fault| {
        let field = SafeText::line(&fault.field, 40);
        let (problem, n) = (fault.problem, fault.entries);
        format!("Fault: {field}: {problem}, {n} of {looked_at} entries")
    }));
    for problem in &findings.problems {
        lines.push(format!("Will not work: {}", problem.what));
        lines.push(format!("  hint: {}", problem.hint));
    }
    for line in lines {
        let safe = SafeText::line(mask(&line).as_bytes(), usize::MAX);
        out.extend_from_slice(safe.as_str().as_bytes());
        out.push(b'\n');
    }
}

fn check(check: &Check) -> String {
    let result = if check.ok { "ok" } else { "failed" };
    let detail = match check.detail.as_str() {
        "" => String::new(),
        detail => format!(" ({detail})"),
    };
    format!("Check: {}: {result}{detail}", check.name)
}

fn mapping(evidence: &Evidence) -> Vec<String> {
    sources(evidence)
        .into_iter()
        .map(|(part, sources)| {
            let told: Vec<String> = sources
                .iter()
                .map(|(source, n)| {
                    let quote = if source.starts_with('(') { "" } else { "`" };
                    format!(
                        "{quote}{source}{quote}, {n} of {} entries",
                        evidence.entries
                    )
                })
                .collect();
            format!("Mapping: {} from {}", word(part), told.join("; "))
        })
        .collect()
}

/// Sources by part, the most frequent first.
fn sources(evidence: &Evidence) -> BTreeMap<Part, Vec<(&str, u64)>> {
    let mut parts: BTreeMap<Part, Vec<(&str, u64)>> = BTreeMap::new();
    for (part, source, n) in evidence.sources() {
        parts.entry(part).or_default().push((source, n));
    }
    parts
}

const fn word(part: Part) -> &'static str {
    match part {
        Part::Kind => "kind",
        Part::Session => "session",
        Part::User => "user",
        Part::Time => "time",
        Part::Latency => "latency",
        Part::Tokens => "tokens",
        Part::Error => "error",
        Part::EventId => "event_id",
        Part::Role => "role",
    }
}

/// For programs: `{"source","target","checks","entries","streams","mapping","faults","problems"}`.
pub fn json(out: &mut Vec<u8>, findings: &Findings) {
    let (place, target) = &findings.source;
    let mut object = Object::open(out);
    json::text(object.key(b"source"), &mask(place));
    json::text(object.key(b"target"), &mask(target));
    json::array(object.key(b"checks"), &findings.checks, |to, check| {
        let mut object = Object::open(to);
        json::text(object.key(b"name"), check.name);
        object.boolean("ok", check.ok);
        json::text(object.key(b"detail"), &mask(&check.detail));
        json::text(object.key(b"hint"), &mask(&check.hint));
        object.close();
    });
    object.count("entries", Some(findings.evidence.entries));
    json::array(object.key(b"streams"), &findings.streams, |to, seen| {
        let (oldest, newest) = (seen.oldest.to_string(), seen.newest.to_string());
        Object::open(to)
            .bytes("stream", Some(&seen.stream))
            .count("entries", Some(seen.entries))
            .bytes("oldest", Some(oldest.as_bytes()))
            .bytes("newest", Some(newest.as_bytes()))
            .close();
    });
    mapping_json(object.key(b"mapping"), &findings.evidence);
    let faults = findings.evidence.faults();
    json::array(object.key(b"faults"), faults, |to, fault| {
        Object::open(to)
            .bytes("field", Some(&fault.field))
            .bytes("problem", Some(fault.problem.as_bytes()))
            .count("entries", Some(fault.entries))
            .close();
    });
    json::array(
        object.key(b"problems"),
        &findings.problems,
        |to, problem| {
            Object::open(to)
                .bytes("problem", Some(problem.what.as_bytes()))
                .bytes("hint", Some(problem.hint.as_bytes()))
                .close();
        },
    );
    object.close();
    out.push(b'\n');
}

fn mapping_json(out: &mut Vec<u8>, evidence: &Evidence) {
    let mut object = Object::open(out);
    for (part, sources) in sources(evidence) {
        json::array(
            object.key(word(part).as_bytes()),
            sources,
            |to, (source, n)| {
                Object::open(to)
                    .bytes("source", Some(source.as_bytes()))
                    .count("entries", Some(n))
                    .close();
            },
        );
    }
    object.close();
}
