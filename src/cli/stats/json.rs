//! The figures as JSON. The keys are documented in the README and stay.

use super::{Counted, StatsArgs};
use crate::cli::format::json::{Object, array, bytes, text};
use crate::model::Ms;
use crate::project::tally::compare::Difference;
use crate::project::tally::figures::Quantiles;
use crate::project::tally::{Figures, Gather, Tops, patterns};
use crate::store::{Strings, Symbol};

/// One object.
pub fn stats(out: &mut Vec<u8>, counted: &Counted, args: &StatsArgs) {
    let figures = counted.figures();
    let mut object = Object::open(out);
    write(&mut object, figures.as_ref(), counted, args);
    object.close();
}

fn write(object: &mut Object<'_>, told: Option<&Figures>, counted: &Counted, args: &StatsArgs) {
    let none = Figures::default();
    let figures = told.unwrap_or(&none);
    let tally = counted.gather.tally();
    let names = counted.gather.names();
    object
        .count("total_events", Some(figures.events))
        .number("events_per_second", figures.events_per_s)
        .number("average_latency_ms", figures.latency.mean)
        .count("errors", Some(figures.errors))
        .number("error_rate", figures.error_rate)
        .count("active_sessions", Some(figures.active));
    top(
        object.key(b"top_event_types"),
        &tally.kinds,
        names,
        args.top,
    );
    quantiles(object.key(b"latency_ms"), &figures.latency);
    quantiles(object.key(b"turn_latency_ms"), &figures.turns);
    quantiles(object.key(b"pipeline_latency_ms"), &figures.pipeline);
    object
        .count("tokens", figures.tokens)
        .number("tokens_per_minute", figures.tokens_per_min);
    let mut states = Object::open(object.key(b"sessions"));
    for (status, count) in figures.states.named() {
        states.count(status.word(), Some(count));
    }
    states.close();
    object
        .count("sessions_started", Some(figures.started))
        .count("sessions_ended", Some(figures.ended))
        .number("mean_session_events", figures.mean_events)
        .number("mean_session_duration_ms", figures.mean_duration_ms);
    top(object.key(b"top_users"), &tally.users, names, args.top);
    top(
        object.key(b"top_sessions"),
        &sessions(&counted.gather),
        names,
        args.top,
    );
    object
        .count("duplicates", Some(figures.duplicates))
        .count("faults", Some(figures.faults))
        .count("ahead", Some(figures.ahead))
        .count("untimed", Some(figures.untimed));
    text(object.key(b"axis"), counted.axis.word());
    window(object.key(b"window"), counted.window);
    cut(object.key(b"cut"), figures);
    if args.patterns {
        write_patterns(object, &counted.gather, args.top);
    }
}

/// Events per session, to choose the busiest.
pub fn sessions(gather: &Gather) -> Tops<Symbol> {
    let mut tops = Tops::default();
    for (symbol, session) in gather.tally().sessions.iter() {
        tops.put(symbol, session.events);
    }
    tops
}

/// The largest counts by name, largest first.
fn top(out: &mut Vec<u8>, tops: &Tops<Symbol>, names: &Strings, most: usize) {
    let mut object = Object::open(out);
    for (symbol, count, ()) in tops.largest(most, |symbol| names.get(symbol)) {
        let written = count.to_string();
        object
            .key(names.get(symbol))
            .extend_from_slice(written.as_bytes());
    }
    object.close();
}

fn quantiles(out: &mut Vec<u8>, q: &Quantiles) {
    Object::open(out)
        .number("p50", q.p50)
        .number("p90", q.p90)
        .number("p95", q.p95)
        .number("p99", q.p99)
        .number("max", q.max)
        .number("mean", q.mean)
        .count("count", Some(q.count))
        .boolean("exact", q.exact)
        .close();
}

fn window(out: &mut Vec<u8>, window: Option<(Ms, Ms)>) {
    let signed = |ms: Ms| i64::try_from(ms).ok();
    Object::open(out)
        .time("from", window.and_then(|w| signed(w.0)))
        .time("to", window.and_then(|w| signed(w.1)))
        .close();
}

fn cut(out: &mut Vec<u8>, figures: &Figures) {
    Object::open(out)
        .count("types", Some(figures.cut.types))
        .count("users", Some(figures.cut.users))
        .count("sessions", Some(figures.cut.sessions))
        .count("paths", Some(figures.cut.paths))
        .close();
}

fn write_patterns(object: &mut Object<'_>, gather: &Gather, most: usize) {
    let names = gather.names();
    let patterns = patterns(gather.tally(), names, most);
    array(object.key(b"follows"), &patterns.follows, |to, follow| {
        Object::open(to)
            .bytes("from", Some(names.get(follow.from)))
            .bytes("to", Some(names.get(follow.to)))
            .count("count", Some(follow.count))
            .number("share", Some(follow.share))
            .number("median_gap_ms", follow.median_gap_ms)
            .close();
    });
    array(object.key(b"rare_paths"), &patterns.rare, |to, rare| {
        let mut object = Object::open(to);
        array(object.key(b"path"), rare.path, |to, symbol| {
            bytes(to, names.get(symbol));
        });
        object
            .count("count", Some(rare.count))
            .number("share", Some(rare.share))
            .bytes("session", Some(names.get(rare.session)))
            .close();
    });
    let whole = |to: &mut Vec<u8>, n: &u64| to.extend_from_slice(n.to_string().as_bytes());
    array(object.key(b"by_hour"), &patterns.by_hour, whole);
    array(object.key(b"by_weekday"), &patterns.by_weekday, whole);
}

/// Two ranges and how they differ.
pub fn comparison(
    out: &mut Vec<u8>,
    sides: [&Counted; 2],
    differences: &[Difference],
    args: &StatsArgs,
) {
    let mut object = Object::open(out);
    let [before, now] = sides;
    stats(object.key(b"before"), before, args);
    stats(object.key(b"now"), now, args);
    array(object.key(b"differences"), differences, |to, difference| {
        let mut object = Object::open(to);
        text(object.key(b"metric"), difference.metric);
        object
            .number("before", difference.before)
            .number("now", difference.now)
            .number("ratio", difference.ratio())
            .number("chance", difference.chance);
        match difference.exceeds_chance() {
            Some(exceeds) => object.boolean("exceeds_chance", exceeds),
            None => object.number("exceeds_chance", None),
        };
        object.close();
    });
    object.close();
}
