//! A command for each entry: the event's line on its stdin, its exit the answer.

mod process;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rustix::fs::{Access, access};
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
        let call = |delivery| call(program, &subscription, delivery, &mapping);
        let mut waiting = batch.deliveries.iter();
        let mut running: FuturesUnordered<_> = waiting
            .by_ref()
            .take(self.args.jobs.get())
            .map(call)
            .collect();
        let mut open: Vec<EntryId> = batch.ids().collect();
        let mut beat = interval(Duration::from_millis(
            (self.args.min_idle / 3).max(LEAST_BEAT_MS),
        ));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.reset();
        while !running.is_empty() {
            tokio::select! {
                ended = running.next() => {
                    let Some((delivery, outcome)) = ended else { break };
                    open.retain(|id| *id != delivery.id);
                    running.extend(waiting.next().map(call));
                    self.take(delivery, outcome).await?;
                }
                _ = beat.tick() => {
                    let refreshed = self.consumer.refresh(&open).await;
                    self.told.unless_passing(refreshed)?;
                }
            }
        }
        Ok(())
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

/// Runs the command for one entry; why it failed, if it did.
async fn call<'a>(
    program: &Program,
    subscription: &Subscription,
    delivery: &'a Delivery,
    mapping: &model::Mapping,
) -> (&'a Delivery, Result<(), String>) {
    let mut line = Vec::new();
    lines::write(&mut line, &subscription.stream, delivery, mapping);
    let mut command = tokio::process::Command::new(&program.path);
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
    let outcome = process::run(command, &line, program.limit).await;
    (delivery, outcome)
}
