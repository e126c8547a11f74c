//! A command for each entry: the event's line on its stdin, its exit the answer.

mod process;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::{ConsumeArgs, Run, lines};
use crate::cli::failure::{Failure, say};
use crate::model::{self, EntryId};
use crate::stream::{Batch, Delivery, Failed, Subscription};

/// A variable of the environment longer than this is left out: the system takes about 128 KiB at most.
const LONGEST_VARIABLE: usize = 4_096;
/// The shortest time between two signs of life, ms.
const LEAST_BEAT_MS: u64 = 20;

/// A program that can be started.
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    limit: Duration,
}

impl Program {
    /// Looks it up, so that a name that is wrong is told before anything is consumed.
    pub(super) fn find(
        name: &OsStr,
        arguments: &[OsString],
        args: &ConsumeArgs,
    ) -> Result<Self, Failure> {
        let path = look_up(name).ok_or_else(|| {
            Failure::usage(
                format!(
                    "`{}` cannot be started: there is no such program",
                    name.to_string_lossy()
                ),
                "name a program that is in PATH, or its path; it is run without a shell",
            )
        })?;
        Ok(Self {
            path,
            arguments: arguments.to_vec(),
            limit: Duration::from_millis(args.timeout),
        })
    }
}

fn look_up(name: &OsStr) -> Option<PathBuf> {
    let can_start = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
    if name.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(name)).filter(|path| can_start(path));
    }
    let places = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&places).map(|place| place.join(name));
    found.find(|path| can_start(path))
}

impl Run<'_> {
    /// Runs the command for each entry of a batch, and acknowledges each whose command ended with 0.
    pub(super) async fn hand_over(
        &mut self,
        program: &Program,
        batch: &Batch,
    ) -> Result<(), Failure> {
        let subscription = self.consumer.subscription().clone();
        let mapping = self.setup.mapping();
        let limit = program.limit;
        let mut waiting = batch.deliveries.iter();
        let mut open: Vec<EntryId> = batch.ids().collect();
        // Tasks of their own: a server that is away holds up neither a command nor its end.
        let mut running = JoinSet::new();
        let mut beat = interval(Duration::from_millis(
            (self.args.member.min_idle / 3).max(LEAST_BEAT_MS),
        ));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        loop {
            while running.len() < self.args.jobs.get()
                && let Some(delivery) = waiting.next()
            {
                let (command, line) = prepare(program, &subscription, delivery, &mapping);
                let id = delivery.id;
                running.spawn(async move { (id, process::run(command, &line, limit).await) });
            }
            tokio::select! {
                ended = running.join_next() => match ended {
                    None => return Ok(()),
                    Some(Err(_)) => {}
                    Some(Ok((id, outcome))) => {
                        open.retain(|other| *other != id);
                        if let Some(delivery) = batch.deliveries.iter().find(|d| d.id == id) {
                            self.take(delivery, outcome).await?;
                        }
                    }
                },
                _ = beat.tick() => {
                    let refreshed = self.consumer.refresh(&open).await;
                    self.told.unless_passing(refreshed)?;
                }
            }
        }
    }

    async fn take(
        &mut self,
        delivery: &Delivery,
        outcome: Result<(), String>,
    ) -> Result<(), Failure> {
        let Err(reason) = outcome else {
            self.handled += 1;
            let acknowledged = self.consumer.acknowledge(&[delivery.id]).await;
            self.told.unless_passing(acknowledged)?;
            return Ok(());
        };
        self.failed += 1;
        let failed = self.consumer.fail(delivery, &reason).await;
        match self.told.unless_passing(failed)? {
            Some(Failed::Buried) => self.tell_buried(delivery.id, delivery.deliveries, &reason),
            _ => say("note", &format!("{} stays pending: {reason}", delivery.id)),
        }
        Ok(())
    }
}

/// The command for one entry, and what it finds on its stdin.
fn prepare(
    program: &Program,
    subscription: &Subscription,
    delivery: &Delivery,
    mapping: &model::Mapping,
) -> (Command, Vec<u8>) {
    let mut line = Vec::new();
    lines::write(&mut line, &subscription.stream, delivery, mapping);
    let mut command = Command::new(&program.path);
    command.args(&program.arguments);
    let fields = delivery.fields();
    let kind = model::decode(&subscription.stream, delivery.id, &fields, mapping).kind;
    let (id, deliveries) = (delivery.id.to_string(), delivery.deliveries.to_string());
    let variables: [(&str, &[u8]); 6] = [
        ("LOOKBACK_ID", id.as_bytes()),
        ("LOOKBACK_STREAM", &subscription.stream),
        ("LOOKBACK_TYPE", &kind),
        ("LOOKBACK_GROUP", &subscription.group),
        ("LOOKBACK_CONSUMER", &subscription.consumer),
        ("LOOKBACK_DELIVERIES", deliveries.as_bytes()),
    ];
    for (name, value) in variables {
        // What no environment can hold is still in the line.
        if value.len() <= LONGEST_VARIABLE && !value.contains(&0) {
            command.env(name, OsStr::from_bytes(value));
        } else {
            command.env_remove(name);
        }
    }
    (command, line)
}
