//! `groups`: the consumer groups of streams, what they still have to do and who does it; and the commands that change them.
//!
//! Looking only reads, over a connection that cannot write. Each change says what it will do to how many entries, asks, and
//! stands in the action journal before it is made.

pub mod act;
mod arguments;
mod pending;
mod plan;
mod rows;
mod table;

use std::io::Write;
use std::time::Duration;

use super::failure::{Failure, Status, say, say_trouble};
use super::format::Format;
use super::interrupt::Interrupt;
use super::out::Out;
use super::setup::Setup;
use crate::model::SafeText;
use crate::model::consumer_groups::{GroupsSnapshot, KeyKind};
use crate::source::{RedisSpec, Spec};
use crate::stream::StreamError;
use crate::stream::groups::Inspector;

pub use arguments::{Change, GroupsArgs};

/// The shortest time between two looks.
const SHORTEST_MS: u64 = 200;

/// Prints how the groups stand, or changes one.
///
/// # Errors
/// A server that cannot be asked, no stream that can be looked at; a change that cannot be made or is not wanted.
pub async fn run(args: &GroupsArgs, setup: &Setup) -> Result<Status, Failure> {
    if let Some(change) = &args.change {
        args.refuse_what_is_for_looking()?;
        return act::run(change, setup).await;
    }
    let spec = reader(setup)?;
    if let Some(group) = args.pending_group() {
        return pending::run(&group, args, &spec, setup).await;
    }
    if let Some(every_ms) = args.watch {
        return watch(args, &spec, every_ms.max(SHORTEST_MS), setup).await;
    }
    let mut inspector = Inspector::open(&spec).await?;
    let mut snapshot = inspector.look().await?;
    if args.recount {
        inspector.recount(&mut snapshot).await?;
    }
    let mut out = setup.out();
    out.write_all(&written(&snapshot, args, setup, &out))?;
    out.flush()?;
    tell(&faults(&snapshot));
    Ok(ended(&snapshot))
}

/// The server to look at.
fn reader(setup: &Setup) -> Result<RedisSpec, Failure> {
    match &setup.spec {
        Spec::Redis(spec) => Ok(spec.clone()),
        _ => Err(Failure::usage(
            "consumer groups are kept by a server, and --file names a file",
            "name the server with --redis and the streams with --stream",
        )),
    }
}

/// Looks again and again until Ctrl-C. On a terminal each look takes the place of the one before.
async fn watch(
    args: &GroupsArgs,
    spec: &RedisSpec,
    every_ms: u64,
    setup: &Setup,
) -> Result<Status, Failure> {
    let mut interrupt = Interrupt::or_terminate();
    let mut inspector = Inspector::open(spec).await?;
    let mut clock = tokio::time::interval(Duration::from_millis(every_ms));
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut out = setup.out();
    let replaces = out.terminal && args.format == Format::Text;
    let mut told: Vec<String> = Vec::new();
    loop {
        tokio::select! {
            () = interrupt.pressed() => return Ok(Status::Interrupted),
            _ = clock.tick() => {}
        }
        let look = tokio::select! {
            () = interrupt.pressed() => return Ok(Status::Interrupted),
            look = inspector.look() => look,
        };
        let snapshot = match look {
            Ok(snapshot) => snapshot,
            Err(StreamError::NotConnected(trouble)) => {
                // Once for each trouble, not for each try.
                if told != [trouble.what.clone()] {
                    say_trouble("not connected", &trouble);
                    told = vec![trouble.what];
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if replaces {
            out.write_all(b"\x1b[H\x1b[2J")?;
        }
        out.write_all(&written(&snapshot, args, setup, &out))?;
        out.flush()?;
        let faults = faults(&snapshot);
        if replaces || told != faults {
            tell(&faults);
            told = faults;
        }
    }
}

fn written(snapshot: &GroupsSnapshot, args: &GroupsArgs, setup: &Setup, out: &Out) -> Vec<u8> {
    match args.format {
        Format::Text => table::written(snapshot, args.consumers, setup.zone(), setup.ascii),
        Format::Json | Format::Jsonl => rows::json(snapshot, args.consumers, args.format),
        Format::Csv => rows::csv(snapshot, out.terminal),
    }
}

fn tell(faults: &[String]) {
    for fault in faults {
        say("note", fault);
    }
}

/// What could not be learned, each with the stream and group that it is about.
fn faults(snapshot: &GroupsSnapshot) -> Vec<String> {
    let name = |bytes: &[u8]| SafeText::line(bytes, 60).to_string();
    let mut all = snapshot.faults.clone();
    if snapshot.streams.is_empty() && all.is_empty() {
        all.push("no stream matches".to_owned());
    }
    for stream in &snapshot.streams {
        let of_stream = stream.faults.iter();
        all.extend(of_stream.map(|fault| format!("{}: {fault}", name(&stream.key))));
        for group in &stream.groups {
            let of_group = group.faults.iter();
            let both = format!("{} {}", name(&stream.key), name(&group.name));
            all.extend(of_group.map(|fault| format!("{both}: {fault}")));
        }
    }
    all
}

/// Failed only where there was nothing to look at.
fn ended(snapshot: &GroupsSnapshot) -> Status {
    let is_one = |kind| matches!(kind, KeyKind::Stream | KeyKind::Unknown);
    if snapshot.streams.iter().any(|stream| is_one(stream.kind)) {
        Status::Done
    } else {
        Status::Failed
    }
}
