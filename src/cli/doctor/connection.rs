//! What is known of the link to the source, and of what is kept there.

use super::shape::{Bytes, File, Permission, Problem, Report, Server, Stream};
use crate::config::mask;
use crate::model::EntryId;
use crate::source::{self, FileProbe, FileSpec, Probe, RedisSpec, Spec, StreamProbe};

/// What fails without a command.
const WITHOUT: [(&str, &str); 8] = [
    ("PING", "the time of a round trip stays unknown"),
    (
        "XINFO",
        "lengths stay unknown, and streams trimmed or made anew are not noticed",
    ),
    ("XRANGE", "query, sessions and session cannot read"),
    (
        "XREVRANGE",
        "the interface has no history, and query --reverse cannot read",
    ),
    ("XREAD", "nothing can be followed: no live events"),
    ("TYPE", "a key that is no stream is told only by an error"),
    (
        "SCAN",
        "globs in --stream find nothing, and streams nearby are not suggested",
    ),
    ("INFO", "version and mode may stay unknown"),
];

/// Looks at the source.
pub async fn look(spec: &Spec, report: &mut Report) {
    match spec {
        Spec::Redis(redis) => server(redis, report).await,
        Spec::Files(spec) => files(spec, report),
        Spec::Archived(spec) => {
            server(&spec.redis, report).await;
            files(&spec.archive, report);
        }
        Spec::Demo(_) => {}
    }
}

async fn server(spec: &RedisSpec, report: &mut Report) {
    match source::probe(spec).await {
        Ok(probe) => take(probe, report),
        // Reading fails in the same way, and tells.
        Err(_) => report.connected = Some(false),
    }
}

fn files(spec: &FileSpec, report: &mut Report) {
    report.files = source::probe_files(spec).into_iter().map(file).collect();
}

fn take(probe: Probe, report: &mut Report) {
    report.connected = Some(true);
    report.server = Some(Server {
        version: probe.version,
        mode: probe.mode,
        ping_us: probe.ping_us,
    });
    report.permissions = probe.permissions.into_iter().map(permission).collect();
    report.streams = probe.streams.into_iter().map(stream).collect();
}

fn permission(tried: source::Permission) -> Permission {
    let known = WITHOUT.iter().find(|(name, _)| *name == tried.command);
    Permission {
        command: tried.command,
        allowed: tried.allowed,
        problem: tried.problem.map(|p| mask(&p)),
        without: known.map(|(_, without)| *without).unwrap_or_default(),
    }
}

fn file(probe: FileProbe) -> File {
    File {
        path: probe.path.display().to_string(),
        bytes: probe.size_bytes,
        lines: probe.lines,
        problem: probe.problem,
    }
}

fn stream(probe: StreamProbe) -> Stream {
    let id = |id: Option<EntryId>| id.map(|id| id.to_string());
    Stream {
        key: Bytes(probe.key),
        exists: probe.exists,
        kind: probe.kind.filter(|kind| kind != "none"),
        length: probe.length,
        first: id(probe.first_id),
        last: id(probe.last_id),
        added: probe.added,
        deleted: probe.deleted,
        groups: probe.groups,
        looked_at: 0,
        problem: probe.problem.map(|p| mask(&p)),
    }
}

/// What will not work because of the link or of what it leads to.
pub fn problems(report: &Report) -> Vec<Problem> {
    let mut problems = forbidden(&report.permissions);
    problems.extend(report.server.as_ref().and_then(too_old));
    problems.extend(report.streams.iter().filter_map(unreadable));
    problems
}

/// One for each command, the last with what to do about all of them.
fn forbidden(permissions: &[Permission]) -> Vec<Problem> {
    let refused = || permissions.iter().filter(|p| p.allowed == Some(false));
    let by_key = |p: &Permission| p.problem.as_ref().is_some_and(|p| p.contains("key"));
    let mut problems: Vec<Problem> = refused()
        .map(|p| {
            let of = if by_key(p) { " for this stream" } else { "" };
            let why = format!("{} is not allowed to this user{of}", p.command);
            Problem::new(p.without, why, "")
        })
        .collect();
    let commands = refused().filter(|p| !by_key(p));
    let mut rights: Vec<String> = commands
        .map(|p| format!("+{}", p.command.to_ascii_lowercase()))
        .collect();
    if refused().any(by_key) {
        rights.insert(0, "~STREAM".to_owned());
    }
    if let Some(last) = problems.last_mut() {
        last.hint = format!("ask for: ACL SETUSER <user> {}", rights.join(" "));
    }
    problems
}

fn too_old(server: &Server) -> Option<Problem> {
    let version = server.version.as_deref()?;
    let major: u32 = version.split('.').next()?.parse().ok()?;
    let why = format!("the server is of version {version}");
    match major {
        0..=4 => Some(Problem::new(
            "streams cannot be read",
            why,
            "they came with 5.0",
        )),
        5 => Some(Problem::new(
            "globs in --stream find nothing",
            why,
            "name the streams, or use 6.0 or later",
        )),
        6 => Some(Problem::new(
            "how many entries were ever added or deleted stays unknown",
            why,
            "7.0 and later tell",
        )),
        _ => None,
    }
}

fn unreadable(stream: &Stream) -> Option<Problem> {
    let name = String::from_utf8_lossy(&stream.key.0);
    let kind = stream.kind.as_deref().filter(|kind| *kind != "stream");
    match (kind, stream.exists) {
        (Some(kind), _) => Some(Problem::new(
            format!("`{name}` cannot be read"),
            format!("it is a key of type {kind}"),
            "choose a stream with --stream",
        )),
        (None, Some(false)) => Some(Problem::new(
            format!("`{name}` has nothing to read"),
            "there is no such key yet",
            "check the name with --stream; following waits for the first entry",
        )),
        _ => None,
    }
}
