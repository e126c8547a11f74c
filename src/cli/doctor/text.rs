//! The report for people: a word at the left, what was found beside it.

use super::shape::{Permission, Report, Server, Stream};
use crate::cli::format::table::{self, Align};
use crate::config::mask;
use crate::model::{EntryId, SafeText, Zone};

const UNKNOWN: &str = "unknown";
/// Columns of the word at the left.
const LABEL_COLUMNS: usize = 13;
/// Columns of a name.
const NAME_COLUMNS: usize = 60;
/// Streams that are shown one by one.
const STREAMS: usize = 20;

/// Writes it. Every line is safe for a terminal and shows no password.
pub fn write(out: &mut Vec<u8>, report: &Report, zone: Zone) {
    let mut sections: Vec<(&str, Vec<String>)> = vec![("Source", vec![source(report)])];
    sections.extend(
        report
            .connected
            .map(|_| ("Connection", vec![connection(report)])),
    );
    sections.push(("Commands", commands(&report.permissions)));
    sections.push(("Files", files(report)));
    for stream in report.streams.iter().take(STREAMS) {
        sections.push(("Stream", about(stream, report, zone)));
    }
    let more = report.streams.len().saturating_sub(STREAMS);
    if more > 0 {
        sections.push(("", vec![format!("and {more} more streams")]));
    }
    sections.push(("Mapping", mapping(report)));
    sections.push(("Faults", faults(report)));
    sections.push(("Will not work", problems(report)));
    for (label, lines) in sections {
        section(out, label, &lines);
    }
}

fn section(out: &mut Vec<u8>, label: &str, lines: &[String]) {
    for (n, line) in lines.iter().enumerate() {
        let label = if n == 0 { label } else { "" };
        let label = table::pad(label, Align::Left, LABEL_COLUMNS);
        let safe = SafeText::escaped(mask(line).as_bytes());
        out.extend_from_slice(format!("{label}  {safe}").trim_end().as_bytes());
        out.push(b'\n');
    }
}

fn source(report: &Report) -> String {
    let parts = [report.source.as_str(), report.target.as_str()];
    let told = parts.into_iter().filter(|part| !part.is_empty());
    told.collect::<Vec<_>>().join("  ")
}

fn connection(report: &Report) -> String {
    let Some(server) = &report.server else {
        return "not connected".to_owned();
    };
    let Server {
        version,
        mode,
        ping_us,
    } = server;
    let version = version.as_deref().unwrap_or(UNKNOWN);
    let mode = mode.as_deref().unwrap_or(UNKNOWN);
    let trip = ping_us.map_or_else(
        || UNKNOWN.to_owned(),
        |us| format!("{}.{:02} ms", us / 1_000, us % 1_000 / 10),
    );
    format!("connected  version {version}  mode {mode}  round trip {trip}")
}

fn commands(permissions: &[Permission]) -> Vec<String> {
    let names: Vec<&str> = permissions.iter().map(|p| p.command).collect();
    if permissions.iter().all(|p| p.allowed == Some(true)) {
        let all = (!names.is_empty()).then(|| format!("all allowed: {}", names.join(" ")));
        return all.into_iter().collect();
    }
    let rows: Vec<Vec<String>> = permissions
        .iter()
        .map(|p| {
            let (word, without) = match p.allowed {
                Some(true) => ("allowed", ""),
                Some(false) => ("not allowed", p.without),
                None => (UNKNOWN, p.problem.as_deref().unwrap_or_default()),
            };
            [p.command, word, without].map(str::to_owned).to_vec()
        })
        .collect();
    table::lines(&[Align::Left; 3], &rows)
}

fn files(report: &Report) -> Vec<String> {
    let rows: Vec<Vec<String>> = report
        .files
        .iter()
        .map(|file| {
            if file.path == "-" {
                return vec!["standard input".to_owned()];
            }
            vec![
                file.path.clone(),
                format!("{} lines", count(file.lines)),
                format!("{} bytes", count(file.bytes)),
                file.problem.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let columns = [Align::Left, Align::Right, Align::Right, Align::Left];
    table::lines(&columns, &rows)
}

fn about(stream: &Stream, report: &Report, zone: Zone) -> Vec<String> {
    let name = SafeText::line(&stream.key.0, NAME_COLUMNS).to_string();
    if stream.exists == Some(false) {
        return vec![name, "there is no such key".to_owned()];
    }
    let kind = stream.kind.as_deref();
    let mut rows = Vec::new();
    if report.server.is_some() {
        rows.push(("type", kind.unwrap_or(UNKNOWN).to_owned()));
    }
    if kind.is_none_or(|kind| kind == "stream") {
        let looked_at = format!("{} of the {} looked at", stream.looked_at, report.entries);
        rows.push(("entries", format!("{}, {looked_at}", count(stream.length))));
        rows.extend(history(stream, zone));
    }
    let problem = stream
        .problem
        .clone()
        .filter(|_| kind.is_none_or(|kind| kind == "stream"));
    rows.extend(problem.map(|problem| ("problem", problem)));
    named(name, rows)
}

fn history(stream: &Stream, zone: Zone) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if stream.length.is_some() {
        let (added, deleted) = (count(stream.added), count(stream.deleted));
        let added = format!("{added}, {deleted} trimmed or deleted");
        rows.push(("ever added", added));
        let first = moment(stream.first.as_deref(), stream.length, zone);
        rows.push(("first", first));
    }
    if stream.last.is_some() {
        rows.push(("last", moment(stream.last.as_deref(), None, zone)));
    }
    rows.extend(stream.groups.map(|groups| ("groups", groups.to_string())));
    rows
}

fn named(name: String, rows: Vec<(&str, String)>) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(word, value)| vec![word.to_owned(), value])
        .collect();
    let lines = table::lines(&[Align::Left; 2], &rows);
    std::iter::once(name).chain(lines).collect()
}

fn moment(id: Option<&str>, length: Option<u64>, zone: Zone) -> String {
    let parsed = id.and_then(|text| EntryId::from_bytes(text.as_bytes()));
    match (id, parsed) {
        (Some(text), Some(id)) => format!("{text}  {}", zone.full(id.ms)),
        _ if length == Some(0) => "none".to_owned(),
        _ => UNKNOWN.to_owned(),
    }
}

fn count(n: Option<u64>) -> String {
    n.map_or_else(|| UNKNOWN.to_owned(), |n| n.to_string())
}

fn mapping(report: &Report) -> Vec<String> {
    let lines = report.mapping.iter().map(|(part, sources)| {
        let told: Vec<String> = sources
            .iter()
            .map(|played| {
                let name = SafeText::line(played.source.as_bytes(), NAME_COLUMNS);
                let quote = if name.as_str().starts_with('(') {
                    ""
                } else {
                    "`"
                };
                let (n, all) = (played.entries, report.entries);
                format!("{quote}{name}{quote}, {n} of {all} entries")
            })
            .collect();
        format!("{part} from {}", told.join("; "))
    });
    or_none(lines.collect(), report.entries)
}

fn faults(report: &Report) -> Vec<String> {
    let lines = report.faults.iter().map(|fault| {
        let field = match fault.field.0.as_slice() {
            b"" => "other fields".to_owned(),
            field => format!("`{}`", SafeText::line(field, NAME_COLUMNS)),
        };
        let (problem, n, all) = (fault.problem, fault.entries, report.entries);
        format!("{field}: {problem}, {n} of {all} entries")
    });
    or_none(lines.collect(), report.entries)
}

fn or_none(lines: Vec<String>, entries: u64) -> Vec<String> {
    match (lines.is_empty(), entries) {
        (false, _) => lines,
        (true, 0) => vec![UNKNOWN.to_owned()],
        (true, _) => vec!["none".to_owned()],
    }
}

fn problems(report: &Report) -> Vec<String> {
    if report.problems.is_empty() {
        return vec!["nothing known".to_owned()];
    }
    let mut lines = Vec::new();
    for problem in &report.problems {
        let why = match problem.why.as_str() {
            "" => String::new(),
            why => format!(": {why}"),
        };
        lines.push(format!("{}{why}", problem.what));
        if !problem.hint.is_empty() {
            lines.push(format!("  hint: {}", problem.hint));
        }
    }
    lines
}
