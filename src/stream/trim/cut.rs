//! Removing entries, with a look at the groups in the same step.

use ::redis::{Cmd, RedisError, RedisResult, Value, cmd};

use super::plan::Plan;
use super::walk::Walk;
use super::{Order, Stop, groups};
use crate::model::EntryId;
use crate::model::SafeText;
use crate::source::redis::fault;
use crate::source::redis::parse;
use crate::source::redis::wire::Wire;
use crate::store::Trouble;
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

/// Why one step removed nothing.
enum Step {
    Removed(u64),
    /// A group needs some of it again.
    Held(Vec<u8>),
    /// It is another stream by now.
    Changed,
    /// Before 6.2: no `MINID`.
    TooOld,
}

/// Removes entries before a border.
pub struct Cut<'a> {
    link: &'a mut Link,
    plan: &'a Plan,
    force: bool,
    way: Way,
    /// What the server calls the script.
    sha: Option<String>,
}

impl<'a> Cut<'a> {
    pub fn new(link: &'a mut Link, plan: &'a Plan, order: &Order) -> Self {
        Self {
            link,
            plan,
            force: order.force,
            way: Way::Script,
            sha: None,
        }
    }

    /// Removes what the plan says, in steps that do not hold the server up; ends early when it is asked to.
    pub async fn run(mut self, exact: bool, stop: Stop<'_>) -> Result<Removed, StreamError> {
        let mut entries = 0;
        let mut how = "~";
        loop {
            let removed = match self.step(how, &[]).await? {
                Step::Removed(removed) => removed,
                Step::TooOld => {
                    entries += self.by_ids(stop).await?;
                    break;
                }
                Step::Held(group) => return Err(self.held(&group, entries)),
                Step::Changed => return Err(self.changed(entries)),
            };
            entries += removed;
            if removed == 0 || how == "=" {
                if !exact || how == "=" {
                    break;
                }
                // What whole nodes leave is little.
                how = "=";
            }
            if stop() {
                break;
            }
        }
        Ok(Removed {
            entries,
            in_one_step: self.way == Way::Script,
        })
    }

    /// Page by page, by their ids.
    async fn by_ids(&mut self, stop: Stop<'_>) -> Result<u64, StreamError> {
        let mut walk = Walk::new(&self.plan.stream, EntryId::MIN, self.plan.border);
        let mut entries = 0;
        while let Some(page) = walk.page(self.link.wire()).await.map_err(|e| self.of(&e))? {
            let ids: Vec<String> = page.iter().map(|entry| entry.id.to_string()).collect();
            match self.step("ids", &ids).await? {
                Step::Removed(removed) => entries += removed,
                Step::Held(group) => return Err(self.held(&group, entries)),
                Step::Changed | Step::TooOld => return Err(self.changed(entries)),
            }
            if stop() {
                break;
            }
        }
        Ok(entries)
    }

    async fn step(&mut self, how: &str, ids: &[String]) -> Result<Step, StreamError> {
        if self.way == Way::Script {
            match self.scripted(how, ids).await {
                Err(error) if has_no_scripts(&error) => self.way = Way::Plain,
                answer => return answer.map_err(|error| self.of(&error)),
            }
        }
        self.looked(how, ids).await.map_err(|error| self.of(&error))
    }

    async fn scripted(&mut self, how: &str, ids: &[String]) -> RedisResult<Step> {
        let key = self.plan.stream.clone();
        for _ in 0..3 {
            let sha = match &self.sha {
                Some(sha) => sha.clone(),
                None => load(self.link.wire(), &key).await?,
            };
            let command = self.call(&sha, how, ids);
            self.sha = Some(sha);
            match self.link.wire().ask(&key, &command).await {
                // The key lies on another node, or the server was started again.
                Err(error)
                    if error.to_string().contains("NOSCRIPT")
                        || error.code() == Some("NOSCRIPT") =>
                {
                    self.sha = None;
                }
                answer => return Ok(step_of(answer?)),
            }
        }
        Err(RedisError::from((
            ::redis::ErrorKind::Client,
            "the server forgets the script",
        )))
    }

    fn call(&self, sha: &str, how: &str, ids: &[String]) -> Cmd {
        let mut command = cmd("EVALSHA");
        command.arg(sha).arg(1).arg(&self.plan.stream);
        command.arg(self.plan.border.to_string());
        command
            .arg(self.plan.oldest.to_string())
            .arg(self.plan.newest.to_string());
        command
            .arg(if self.force { "force" } else { "" })
            .arg(how)
            .arg(ids);
        command
    }

    /// The same in two steps, between which a group can be moved back or made.
    async fn looked(&mut self, how: &str, ids: &[String]) -> RedisResult<Step> {
        let plan = self.plan;
        let wire = self.link.wire();
        let state = wire.stream_state(&plan.stream).await?.unwrap_or_default();
        let Some(first) = state.first.filter(|first| *first < plan.border) else {
            return Ok(Step::Removed(0));
        };
        if first < plan.oldest || state.last < plan.newest {
            return Ok(Step::Changed);
        }
        if !self.force {
            let standings = groups::standings(wire, &plan.stream, first).await?;
            if let Some(group) = standings
                .into_iter()
                .find(|group| group.needs() < plan.border)
            {
                return Ok(Step::Held(group.name));
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

    fn held(&self, group: &[u8], entries: u64) -> StreamError {
        let group = SafeText::line(group, 80);
        StreamError::Failed(Trouble::new(
            format!(
                "group `{group}` came to need entries that were to go; {entries} had gone before"
            ),
            "run it again: it looks at the groups anew",
        ))
    }

    fn changed(&self, entries: u64) -> StreamError {
        let key = SafeText::line(&self.plan.stream, 80);
        StreamError::Failed(Trouble::new(
            format!(
                "`{key}` was deleted and made anew meanwhile; {entries} entries had gone before"
            ),
            "nothing of the new stream was removed; run it again to look at that",
        ))
    }
}

async fn load(wire: &mut Wire, key: &[u8]) -> RedisResult<String> {
    let reply = wire.ask(key, cmd("SCRIPT").arg("LOAD").arg(SCRIPT)).await?;
    Ok(String::from_utf8_lossy(parse::bytes(&reply).unwrap_or_default()).into_owned())
}

fn step_of(reply: Value) -> Step {
    let items = parse::items(reply);
    let about = items.get(1);
    match items.first().and_then(parse::bytes) {
        Some(b"held") => Step::Held(about.and_then(parse::bytes).unwrap_or_default().to_vec()),
        Some(b"changed") => Step::Changed,
        Some(b"old") => Step::TooOld,
        _ => Step::Removed(about.and_then(parse::number).unwrap_or_default()),
    }
}

/// Whether it was the script that is not allowed, or what it calls; then the calls by themselves may be.
fn has_no_scripts(error: &RedisError) -> bool {
    let text = error.to_string();
    fault::code(error) == "NOPERM" || text.contains("unknown command")
}
