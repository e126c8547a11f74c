//! Removing entries, with a look at the groups in the same step.

use ::redis::{RedisError, Value, cmd};

use super::plan::Plan;
use super::walk::Walk;
use super::{Order, Stop, groups};
use crate::model::EntryId;
use crate::model::SafeText;
use crate::source::redis::fault;
use crate::source::redis::parse;
use crate::store::Trouble;
use crate::stream::script::Script;
use crate::stream::{Link, StreamError};

const SCRIPT: &str = include_str!("cut.lua");

/// How entries are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The script looks at the groups and removes, in one step.
    Script,
    /// The user has no rights for scripts: first a look, then `XTRIM`.
    Plain,
}

/// What was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    pub entries: u64,
    /// Whether look and removal were one step throughout.
    pub in_one_step: bool,
}

/// What became of one step.
enum Step {
    Removed(u64),
    /// Before 6.2: no `MINID`.
    TooOld,
}

/// Why a step was not taken.
enum Refusal {
    Server(RedisError),
    /// A group needs some of it again.
    Held(Vec<u8>),
    /// It is another stream by now.
    Changed,
    /// Others took entries out, so that more would go than was wanted.
    Fewer,
}

impl From<RedisError> for Refusal {
    fn from(error: RedisError) -> Self {
        Self::Server(error)
    }
}

/// Removes entries before a border.
pub struct Cut<'a> {
    link: &'a mut Link,
    plan: &'a Plan,
    force: bool,
    /// So many entries stay whatever happens, where it is their number that counts.
    keep: u64,
    /// What is still to go.
    left: u64,
    way: Way,
    script: Script,
}

impl<'a> Cut<'a> {
    pub fn new(link: &'a mut Link, plan: &'a Plan, order: &Order) -> Self {
        // What is too old goes, however few stay.
        let by_number = plan.last.is_some_and(|last| last >= order.before());
        let keep = order.max_len.filter(|_| by_number).unwrap_or_default();
        Self {
            link,
            plan,
            force: order.force,
            keep,
            left: plan.would_remove,
            way: Way::Script,
            script: Script::new(SCRIPT),
        }
    }

    /// Removes what the plan says, in steps that do not hold the server up; ends early when it is asked to.
    pub async fn run(mut self, exact: bool, stop: Stop<'_>) -> Result<Removed, StreamError> {
        let done = self.steps(exact, stop).await;
        let entries = self.plan.would_remove.saturating_sub(self.left);
        done.map_err(|error| match entries {
            0 => error,
            n => error.adding(&format!("; {n} entries had gone before that")),
        })?;
        Ok(Removed {
            entries,
            in_one_step: self.way == Way::Script,
        })
    }

    async fn steps(&mut self, exact: bool, stop: Stop<'_>) -> Result<(), StreamError> {
        loop {
            match self.step("~", &[]).await? {
                Step::Removed(0) => break,
                Step::Removed(_) => {}
                Step::TooOld => return self.by_ids(stop).await,
            }
            if stop() {
                return Ok(());
            }
        }
        // What whole nodes leave is little.
        if exact {
            self.step("=", &[]).await?;
        }
        Ok(())
    }

    /// Page by page, by their ids.
    async fn by_ids(&mut self, stop: Stop<'_>) -> Result<(), StreamError> {
        let mut walk = Walk::new(&self.plan.stream, EntryId::MIN, self.plan.border);
        while let Some(page) = walk.page(self.link.wire()).await.map_err(|e| self.of(&e))? {
            let ids: Vec<String> = page.iter().map(|entry| entry.id.to_string()).collect();
            self.step("ids", &ids).await?;
            if stop() {
                break;
            }
        }
        Ok(())
    }

    async fn step(&mut self, how: &str, ids: &[String]) -> Result<Step, StreamError> {
        let step = self.attempt(how, ids).await;
        if let Ok(Step::Removed(removed)) = step {
            self.left = self.left.saturating_sub(removed);
        }
        step.map_err(|refusal| match refusal {
            Refusal::Server(error) => self.of(&error),
            Refusal::Held(group) => held(&group),
            Refusal::Changed => changed(&self.plan.stream),
            Refusal::Fewer => fewer(&self.plan.stream),
        })
    }

    async fn attempt(&mut self, how: &str, ids: &[String]) -> Result<Step, Refusal> {
        if self.way == Way::Script {
            match self.scripted(how, ids).await {
                Err(Refusal::Server(error)) if has_no_scripts(&error) => self.way = Way::Plain,
                answer => return answer,
            }
        }
        self.looked(how, ids).await
    }

    async fn scripted(&mut self, how: &str, ids: &[String]) -> Result<Step, Refusal> {
        let plan = self.plan;
        let mut arguments: Vec<Vec<u8>> = [plan.border, plan.oldest, plan.newest]
            .map(|id| id.to_string().into_bytes())
            .to_vec();
        let force = if self.force { "force" } else { "" };
        let fewest = self.keep.saturating_add(self.left).to_string();
        let rest = [force, &fewest, how]
            .into_iter()
            .chain(ids.iter().map(String::as_str));
        arguments.extend(rest.map(|argument| argument.as_bytes().to_vec()));
        let keys = [plan.stream.as_slice()];
        step_of(self.script.call(self.link, &keys, &arguments).await?)
    }

    /// The same in two steps, between which a group can be moved back or made.
    async fn looked(&mut self, how: &str, ids: &[String]) -> Result<Step, Refusal> {
        let plan = self.plan;
        let wire = self.link.wire();
        let state = wire.stream_state(&plan.stream).await?.unwrap_or_default();
        let Some(first) = state.first.filter(|first| *first < plan.border) else {
            return Ok(Step::Removed(0));
        };
        if first < plan.oldest || state.last < plan.newest {
            return Err(Refusal::Changed);
        }
        if state.length < self.keep.saturating_add(self.left) {
            return Err(Refusal::Fewer);
        }
        if !self.force {
            let standings = groups::standings(wire, &plan.stream, first).await?;
            if let Some(group) = standings
                .into_iter()
                .find(|group| group.needs() < plan.border)
            {
                return Err(Refusal::Held(group.name));
            }
        }
        let mut command = match how {
            "ids" => cmd("XDEL"),
            _ => cmd("XTRIM"),
        };
        command.arg(&plan.stream);
        match how {
            "ids" => command.arg(ids),
            _ => command.arg("MINID").arg(how).arg(plan.border.to_string()),
        };
        match wire.ask(&plan.stream, &command).await {
            Err(error) if how != "ids" && error.to_string().contains("syntax error") => {
                Ok(Step::TooOld)
            }
            answer => Ok(Step::Removed(parse::number(&answer?).unwrap_or_default())),
        }
    }

    fn of(&self, error: &RedisError) -> StreamError {
        StreamError::of(error, self.link.place(), &self.plan.stream)
    }
}

fn held(group: &[u8]) -> StreamError {
    let group = SafeText::line(group, 80);
    StreamError::Failed(Trouble::new(
        format!("group `{group}` came to need entries that were to go"),
        "run it again: it looks at the groups anew",
    ))
}

fn changed(key: &[u8]) -> StreamError {
    let key = SafeText::line(key, 80);
    StreamError::Failed(Trouble::new(
        format!("`{key}` was deleted and made anew meanwhile"),
        "nothing of the new stream was removed; run it again to look at that",
    ))
}

fn fewer(key: &[u8]) -> StreamError {
    let key = SafeText::line(key, 80);
    StreamError::Failed(Trouble::new(
        format!("others took entries out of `{key}` meanwhile, so that more would go than was to"),
        "run it again: it counts anew",
    ))
}

fn step_of(reply: Value) -> Result<Step, Refusal> {
    let items = parse::items(reply);
    let about = items.get(1);
    match items.first().and_then(parse::bytes) {
        Some(b"held") => {
            let group = about.and_then(parse::bytes).unwrap_or_default();
            Err(Refusal::Held(group.to_vec()))
        }
        Some(b"fewer") => Err(Refusal::Fewer),
        Some(b"changed") => Err(Refusal::Changed),
        Some(b"old") => Ok(Step::TooOld),
        _ => Ok(Step::Removed(
            about.and_then(parse::number).unwrap_or_default(),
        )),
    }
}

/// Whether it was the script that is not allowed, or what it calls; then the calls by themselves may be.
fn has_no_scripts(error: &RedisError) -> bool {
    let text = error.to_string();
    fault::code(error) == "NOPERM"
        || text.contains("unknown command")
        || text.contains("The user executing the script can't")
}
