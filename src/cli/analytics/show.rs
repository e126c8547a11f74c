//! The read model, printed.

use std::io::Write;

use crate::cli::failure::{Failure, Status};
use crate::cli::format::ReportFormat;
use crate::cli::format::json::{self, Object};
use crate::cli::setup::Setup;
use crate::model::{SafeText, Zone};
use crate::source::{Access, RedisSpec};
use crate::stream::ReadModel;

/// Columns of the names of figures, and of the figures.
const NAMES: usize = 18;
const FIGURES: usize = 12;
/// Columns that a kind takes at most.
const KIND: usize = 36;
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// Prints it. Nothing is written to the server.
///
/// # Errors
/// No connection; no model yet.
pub async fn run(format: ReportFormat, setup: &Setup) -> Result<Status, Failure> {
    let (spec, stream) = setup.writer_of_one()?;
    let spec = RedisSpec {
        access: Access::ReadOnly,
        ..spec
    };
    let Some(model) = ReadModel::read(&spec, stream.as_bytes()).await? else {
        let shown = SafeText::line(stream.as_bytes(), 80);
        return Err(Failure::new(
            Status::Failed,
            format!("nothing was counted yet for `{shown}`"),
            "`lookback analytics` counts; it needs no range and goes on until it is ended",
        ));
    };
    let mut text = Vec::new();
    match format {
        ReportFormat::Text => lines(&mut text, &stream, &model, setup.zone()),
        ReportFormat::Json => object(&mut text, &stream, &model),
    }
    let mut out = setup.out();
    out.write_all(&text)?;
    out.flush()?;
    Ok(Status::Done)
}

fn object(out: &mut Vec<u8>, stream: &str, model: &ReadModel) {
    let mut all = Object::open(out);
    all.bytes("stream", Some(stream.as_bytes()))
        .count("total_events", Some(model.total_events))
        .count("errors", Some(model.errors))
        .number("error_rate", model.error_rate())
        .number("average_latency_ms", model.average_latency_ms())
        .count("latency_count", Some(model.latency_count));
    let mut latency = Object::open(all.key(b"latency_ms"));
    for (name, q) in QUANTILES {
        // An estimate; more digits would only look exact.
        let tenths = |ms: f64| (ms * 10.0).round() / 10.0;
        latency.number(name, model.latency_quantile_ms(q).map(tenths));
    }
    latency.close();
    all.count("tokens", Some(model.tokens))
        .count("sessions", model.sessions)
        .count("sessions_started", Some(model.sessions_started))
        .count("sessions_ended", Some(model.sessions_ended));
    json::counts(all.key(b"types"), &model.types);
    all.time("first_event", model.first_event_ms)
        .time("last_event", model.last_event_ms);
    let through = model.through.map(|id| id.to_string());
    all.bytes("through", through.as_deref().map(str::as_bytes))
        .time("updated_at", model.updated_at_ms)
        .close();
    out.push(b'\n');
}

fn lines(out: &mut Vec<u8>, stream: &str, model: &ReadModel, zone: Zone) {
    let stream = SafeText::line(stream.as_bytes(), 80);
    let mut line = |name: &str, figure: String| {
        out.extend_from_slice(format!("{name:NAMES$}{figure:>FIGURES$}\n").as_bytes());
    };
    line("events", model.total_events.to_string());
    line("errors", model.errors.to_string());
    line(
        "error rate",
        or_dash(model.error_rate(), |rate| format!("{:.2} %", rate * 100.0)),
    );
    line(
        "average latency",
        or_dash(model.average_latency_ms(), milliseconds),
    );
    for (name, q) in QUANTILES {
        let about = |ms| format!("~{}", milliseconds(ms));
        line(
            &format!("latency {name}"),
            or_dash(model.latency_quantile_ms(q), about),
        );
    }
    line("tokens", model.tokens.to_string());
    line("sessions", or_dash(model.sessions, |n| format!("~{n}")));
    line("sessions started", model.sessions_started.to_string());
    line("sessions ended", model.sessions_ended.to_string());
    out.push(b'\n');
    types(out, model);
    let moment =
        |ms: Option<i64>| or_dash(ms.and_then(|ms| u64::try_from(ms).ok()), |ms| zone.full(ms));
    let through = or_dash(model.through, |id| id.to_string());
    let (first, last) = (moment(model.first_event_ms), moment(model.last_event_ms));
    let updated = moment(model.updated_at_ms);
    let about = format!(
        "{stream} through {through}\nevents from {first} to {last}\ncounted last {updated}\n"
    );
    out.extend_from_slice(about.as_bytes());
}

/// The kinds, the most frequent first.
fn types(out: &mut Vec<u8>, model: &ReadModel) {
    let mut types: Vec<(&Vec<u8>, &u64)> = model.types.iter().collect();
    types.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), *kind));
    for (kind, count) in &types {
        let kind = SafeText::line(kind, KIND);
        let line = format!("{count:>width$}  {kind}\n", width = NAMES + FIGURES);
        out.extend_from_slice(line.as_bytes());
    }
    if !types.is_empty() {
        out.push(b'\n');
    }
}

fn milliseconds(ms: f64) -> String {
    format!("{ms:.1} ms")
}

fn or_dash<T>(value: Option<T>, shown: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "—".to_owned(), shown)
}
