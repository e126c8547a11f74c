//! The figures for people.

use super::{Counted, StatsArgs, json};
use crate::cli::format::table::{self, Align};
use crate::model::{Ms, SafeText, Zone, time};
use crate::project::tally::compare::Difference;
use crate::project::tally::figures::Quantiles;
use crate::project::tally::{Figures, Gather, Tops, patterns};
use crate::store::{Strings, Symbol};

/// Columns that a name takes at most.
const NAME_COLUMNS: usize = 40;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// Columns of the longest bar.
const BAR_COLUMNS: u64 = 40;

/// The report.
pub fn stats(out: &mut Vec<u8>, counted: &Counted, args: &StatsArgs, zone: Zone) {
    let Some(figures) = counted.figures() else {
        out.extend_from_slice(b"No events.\n");
        return;
    };
    let moment = |ms| zone.format(ms, "%Y-%m-%d %H:%M:%S");
    let (from, to) = figures.window;
    let span = time::span(to.saturating_sub(from));
    let axis = counted.axis.word();
    line(
        out,
        &format!("{} to {}, {span} ({axis} time)", moment(from), moment(to)),
    );
    line(out, "");
    print(
        out,
        &rows(&figures),
        &[Align::Left, Align::Right, Align::Left],
    );
    line(out, "");
    print(
        out,
        &latencies(&figures),
        &[
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
        ],
    );
    let tally = counted.gather.tally();
    let names = counted.gather.names();
    list(out, "TYPES", &tally.kinds, names, args.top);
    list(out, "USERS", &tally.users, names, args.top);
    list(
        out,
        "SESSIONS",
        &json::sessions(&counted.gather),
        names,
        args.top,
    );
    if args.patterns {
        write_patterns(out, &counted.gather, args.top);
    }
    tell_cut(out, &figures);
}

fn rows(f: &Figures) -> Vec<Vec<String>> {
    let row = |name: &str, value: String, more: String| vec![name.to_owned(), value, more];
    let [open, ended, idle, truncated] = f.states.named().map(|(_, count)| count);
    let mut rows = vec![
        row(
            "events",
            f.events.to_string(),
            per(f.events_per_s, "a second"),
        ),
        row("errors", f.errors.to_string(), percent(f.error_rate)),
        row(
            "tokens",
            or_dash(f.tokens.map(|n| n.to_string())),
            per(f.tokens_per_min, "a minute"),
        ),
        row(
            "sessions",
            f.sessions.to_string(),
            format!("{open} open, {ended} ended, {idle} idle, {truncated} truncated"),
        ),
        row(
            "active",
            f.active.to_string(),
            format!("{} started, {} ended", f.started, f.ended),
        ),
        row(
            "a session",
            or_dash(f.mean_events.map(|n| format!("{n:.1}"))),
            or_dash(
                f.mean_duration_ms
                    .map(|ms| format!("events in {}", span(ms))),
            ),
        ),
    ];
    let odd = [
        (
            "duplicates",
            f.duplicates,
            "entries that repeat an event id, not counted",
        ),
        (
            "faults",
            f.faults,
            "events of which a part could not be read",
        ),
        (
            "ahead",
            f.ahead,
            "events whose time is after their entry id",
        ),
        ("untimed", f.untimed, "events without a time on this axis"),
    ];
    let odd = odd.into_iter().filter(|(_, count, _)| *count > 0);
    rows.extend(odd.map(|(name, count, what)| row(name, count.to_string(), what.to_owned())));
    rows
}

fn latencies(f: &Figures) -> Vec<Vec<String>> {
    let head = [
        "LATENCY ms",
        "P50",
        "P90",
        "P95",
        "P99",
        "MAX",
        "MEAN",
        "COUNT",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (name, q) in [
        ("event", &f.latency),
        ("turn", &f.turns),
        ("pipeline", &f.pipeline),
    ] {
        rows.push(latency(name, q));
    }
    rows
}

fn latency(name: &str, q: &Quantiles) -> Vec<String> {
    let values = [q.p50, q.p90, q.p95, q.p99, q.max, q.mean];
    let mut row = vec![name.to_owned()];
    row.extend(values.map(|v| or_dash(v.map(number))));
    row.push(q.count.to_string());
    row
}

fn list(out: &mut Vec<u8>, title: &str, tops: &Tops<Symbol>, names: &Strings, most: usize) {
    if tops.is_empty() || most == 0 {
        return;
    }
    let largest = tops.largest(most, |symbol| names.get(symbol));
    let top = largest.first().map_or(1, |t| t.1);
    let mut rows = vec![vec![title.to_owned(), "EVENTS".to_owned(), String::new()]];
    rows.extend(largest.iter().map(|(symbol, count, ())| {
        let name = SafeText::line(names.get(*symbol), NAME_COLUMNS).to_string();
        vec![name, count.to_string(), bar(*count, top)]
    }));
    line(out, "");
    print(out, &rows, &[Align::Left, Align::Right, Align::Left]);
}

fn write_patterns(out: &mut Vec<u8>, gather: &Gather, most: usize) {
    let names = gather.names();
    let name = |symbol: Symbol| SafeText::line(names.get(symbol), NAME_COLUMNS).to_string();
    let patterns = patterns(gather.tally(), names, most);
    let mut rows = vec![
        ["AFTER", "COMES", "COUNT", "SHARE", "MEDIAN GAP"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(patterns.follows.iter().map(|f| {
        let gap = or_dash(f.median_gap_ms.map(span));
        vec![
            name(f.from),
            name(f.to),
            f.count.to_string(),
            percent(Some(f.share)),
            gap,
        ]
    }));
    let columns = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
    ];
    line(out, "");
    print(out, &rows, &columns);
    if !patterns.rare.is_empty() {
        let mut rows = vec![
            ["RARE PATH", "COUNT", "SHARE", "A SESSION"]
                .map(str::to_owned)
                .to_vec(),
        ];
        rows.extend(patterns.rare.iter().map(|rare| {
            let path = rare.path.map(name).join(" → ");
            vec![
                path,
                rare.count.to_string(),
                percent(Some(rare.share)),
                name(rare.session),
            ]
        }));
        line(out, "");
        print(
            out,
            &rows,
            &[Align::Left, Align::Right, Align::Right, Align::Left],
        );
    }
    let hours: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let hours: Vec<&str> = hours.iter().map(String::as_str).collect();
    times(out, "HOUR", &hours, &patterns.by_hour);
    times(out, "DAY", &DAYS, &patterns.by_weekday);
}

fn times(out: &mut Vec<u8>, title: &str, names: &[&str], counts: &[u64]) {
    let top = counts.iter().copied().max().unwrap_or(1);
    let mut rows = vec![vec![title.to_owned(), "EVENTS".to_owned(), String::new()]];
    rows.extend(
        names
            .iter()
            .zip(counts)
            .map(|(name, count)| vec![(*name).to_owned(), count.to_string(), bar(*count, top)]),
    );
    line(out, "");
    print(out, &rows, &[Align::Left, Align::Right, Align::Left]);
}

/// Two ranges and how they differ.
pub fn comparison(out: &mut Vec<u8>, sides: [&Counted; 2], told: &[Difference], zone: Zone) {
    let moment = |ms: Ms| zone.format(ms, "%Y-%m-%d %H:%M:%S");
    for (name, counted) in ["before", "now"].iter().zip(sides) {
        let (from, to) = counted.window.unwrap_or_default();
        line(
            out,
            &format!("{name:<6}  {} to {}", moment(from), moment(to)),
        );
    }
    line(out, "");
    let head = ["", "BEFORE", "NOW", "CHANGE", "MORE THAN CHANCE"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(told.iter().map(|d| {
        let verdict = match d.exceeds_chance() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "too little to tell",
        };
        vec![
            d.metric.to_owned(),
            or_dash(d.before.map(number)),
            or_dash(d.now.map(number)),
            or_dash(
                d.ratio()
                    .map(|ratio| format!("{:+.0} %", (ratio - 1.0) * 100.0)),
            ),
            verdict.to_owned(),
        ]
    }));
    print(
        out,
        &rows,
        &[
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ],
    );
}

fn tell_cut(out: &mut Vec<u8>, figures: &Figures) {
    let cut = figures.cut;
    let parts = [
        (cut.types, "types"),
        (cut.users, "users"),
        (cut.sessions, "sessions"),
        (cut.paths, "paths"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !parts.is_empty() {
        line(out, "");
        line(
            out,
            &format!("Left out of the lists, in the sums: {}.", parts.join(", ")),
        );
    }
}

fn print(out: &mut Vec<u8>, rows: &[Vec<String>], columns: &[Align]) {
    for text in table::lines(columns, rows) {
        line(out, &text);
    }
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "—".to_owned())
}

fn per(rate: Option<f64>, unit: &str) -> String {
    or_dash(rate.map(|rate| format!("{} {unit}", number(rate))))
}

fn percent(share: Option<f64>) -> String {
    or_dash(share.map(|share| format!("{:.1} %", share * 100.0)))
}

/// As many digits as say something.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v.fract() == 0.0 => 0,
        v if v >= 1.0 => 1,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "spans are not negative"
)]
fn span(ms: f64) -> String {
    time::span(ms.round() as Ms)
}

fn bar(count: u64, top: u64) -> String {
    let columns = (count * BAR_COLUMNS).div_ceil(top.max(1));
    "▇".repeat(usize::try_from(columns).unwrap_or(0))
}
