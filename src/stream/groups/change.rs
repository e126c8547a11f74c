//! Carrying out a change of a group.
//!
//! Invariant: where a group is created or moved, the place is an id and not `$`, and the server is told how many entries lie
//! before it (`ENTRIESREAD`, 7.0) where that is known, so that the lag stays known and nothing added meanwhile is passed over.

use ::redis::{Cmd, Pipeline, Value, cmd};

use super::journal::Journal;
use super::lag;
use super::reply::{self, StreamFacts};
use crate::model::consumer_groups::{GroupChange, GroupStart};
use crate::model::{EntryId, Ms, SafeText};
use crate::source::redis::parse::{items, number};
use crate::store::Trouble;
use crate::stream::{Link, StreamError};

/// Ids in one command.
const IDS: usize = 1_000;
/// Entries that are listed at most to learn how many lie behind a place.
const COUNTED: usize = 1_000;

/// What a change did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Entries that were acknowledged, given to the consumer, taken off the pending list with a group or consumer, or appended;
    /// 0 where a group was created or moved.
    pub affected: u64,
    /// What else is worth telling: what was left as it was, and why; or that the journal could not be written afterwards.
    pub note: Option<String>,
    /// The id of an appended entry.
    pub appended: Option<EntryId>,
}

/// Carries a change out.
///
/// # Errors
/// [`StreamError::NoGroup`] where there is no such group or stream; [`StreamError::GroupExists`]; [`StreamError::Refused`]
/// where the server takes no writes now: nothing was changed. After [`StreamError::NotConnected`] it is not known whether it
/// was carried out.
pub async fn change(
    link: &mut Link,
    stream: &[u8],
    change: &GroupChange,
) -> Result<Changed, StreamError> {
    if let Some(group) = needed(change) {
        is_there(link, stream, group).await?;
    }
    match change {
        GroupChange::Create {
            group,
            at,
            make_stream,
        } => place(link, stream, "CREATE", group, *at, *make_stream).await,
        GroupChange::SetId { group, at } => place(link, stream, "SETID", group, *at, false).await,
        GroupChange::Destroy { group } => destroy(link, stream, group).await,
        GroupChange::Acknowledge { group, ids } => acknowledge(link, stream, group, ids).await,
        GroupChange::Claim {
            group,
            consumer,
            ids,
            min_idle_ms,
        } => claim(link, stream, (group, consumer), ids, *min_idle_ms).await,
        GroupChange::Forget { group, consumer } => {
            let mut command = of_group("DELCONSUMER", stream, group);
            command.arg(consumer);
            let removed = link.ask(stream, &command).await?;
            Ok(Changed::of(number(&removed).unwrap_or_default()))
        }
        GroupChange::Republish {
            group,
            id,
            fields,
            acknowledge,
        } => {
            let done = group.as_deref().filter(|_| *acknowledge);
            republish(link, stream, *id, fields, done).await
        }
    }
}

/// The same, written to the journal before and after. Where it cannot be written before, nothing is changed; where it cannot
/// be written after, [`Changed::note`] says so.
///
/// # Errors
/// As [`change`]; and [`StreamError::Failed`] where the journal cannot be written.
pub async fn change_noted(
    link: &mut Link,
    stream: &[u8],
    changing: &GroupChange,
    journal: &mut Journal,
) -> Result<Changed, StreamError> {
    let place = link.place().to_owned();
    let intended = journal.intend(&place, stream, changing).await;
    intended.map_err(|error| {
        let what = format!("nothing was changed: {error}");
        StreamError::Failed(Trouble::new(
            what,
            "see the file and its disk, or name another journal",
        ))
    })?;
    let mut outcome = change(link, stream, changing).await;
    let noted = journal.outcome(&place, stream, changing, &outcome).await;
    if let (Ok(changed), Err(error)) = (&mut outcome, noted) {
        changed.add_note(&format!("it is done, but {error}"));
    }
    outcome
}

impl Changed {
    fn of(affected: u64) -> Self {
        Self {
            affected,
            ..Self::default()
        }
    }

    fn add_note(&mut self, text: &str) {
        let before = self.note.take();
        self.note = Some(before.map_or_else(|| text.to_owned(), |note| format!("{note}; {text}")));
    }
}

/// The group that has to be there already.
fn needed(change: &GroupChange) -> Option<&[u8]> {
    match change {
        GroupChange::Create { .. }
        | GroupChange::Republish {
            acknowledge: false, ..
        } => None,
        other => other.group(),
    }
}

fn of_group(what: &str, stream: &[u8], group: &[u8]) -> Cmd {
    let mut command = cmd("XGROUP");
    command.arg(what).arg(stream).arg(group);
    command
}

/// Creates a group at a place, or moves it there.
async fn place(
    link: &mut Link,
    stream: &[u8],
    what: &str,
    group: &[u8],
    at: GroupStart,
    make_stream: bool,
) -> Result<Changed, StreamError> {
    let mut command = of_group(what, stream, group);
    let mut information = cmd("XINFO");
    information.arg("STREAM").arg(stream);
    match link.ask(stream, &information).await {
        Ok(reply) => {
            let facts = reply::stream(reply);
            let (id, read) = place_in(link, stream, &facts, at).await;
            command.arg(id.to_string());
            if make_stream {
                command.arg("MKSTREAM");
            }
            if let Some(read) = read {
                command.arg("ENTRIESREAD").arg(read);
            }
        }
        Err(error @ StreamError::NotConnected(_)) => return Err(error),
        // No such stream, or no right to ask: the server decides.
        Err(_) => {
            match at {
                GroupStart::Start => command.arg("0"),
                GroupStart::New => command.arg("$"),
                GroupStart::After(id) => command.arg(id.to_string()),
            };
            if make_stream {
                command.arg("MKSTREAM");
            }
        }
    }
    let answer = link.ask(stream, &command).await;
    answer.map_err(|error| without_stream(error, stream))?;
    Ok(Changed::default())
}

/// The id, and how many of all entries ever added do not come after it, so that the lag is what is there after it.
async fn place_in(
    link: &mut Link,
    stream: &[u8],
    facts: &StreamFacts,
    at: GroupStart,
) -> (EntryId, Option<u64>) {
    let id = match at {
        GroupStart::Start => EntryId::MIN,
        GroupStart::New => facts.last,
        GroupStart::After(id) => id,
    };
    let after = match lag::after_by_ends(facts, id) {
        Some(after) => Some(after),
        None => count_after(link, stream, id).await,
    };
    let read = facts.added.zip(after);
    (id, read.and_then(|(added, after)| added.checked_sub(after)))
}

async fn count_after(link: &mut Link, stream: &[u8], id: EntryId) -> Option<u64> {
    let mut command = cmd("XRANGE");
    command.arg(stream).arg(id.next().to_string()).arg("+");
    command.arg("COUNT").arg(COUNTED);
    let listed = link.ask(stream, &command).await.ok()?;
    let count = reply::ids(listed).len();
    (count < COUNTED).then(|| u64::try_from(count).ok())?
}

/// The server's own words for a key that is not there are about its commands.
fn without_stream(error: StreamError, stream: &[u8]) -> StreamError {
    match &error {
        StreamError::Failed(trouble) if trouble.what.contains("requires the key to exist") => {
            let shown = SafeText::line(stream, 80);
            StreamError::NoGroup(Trouble::new(
                format!("there is no stream `{shown}`"),
                "name it with --stream, or make it with the group: --mkstream",
            ))
        }
        _ => error,
    }
}

async fn destroy(link: &mut Link, stream: &[u8], group: &[u8]) -> Result<Changed, StreamError> {
    let mut both = Pipeline::new();
    both.add_command(summary(stream, group));
    both.add_command(of_group("DESTROY", stream, group));
    let mut answers = link.ask_all(stream, &both).await?.into_iter();
    let pending = answers.next().and_then(Result::ok);
    let pending = pending.and_then(|reply| reply::pending_summary(reply).0);
    let destroyed = answers.next().unwrap_or(Ok(Value::Nil));
    let destroyed = destroyed.map_err(|error| without_stream(error, stream))?;
    if number(&destroyed) == Some(0) {
        return Err(no_group(stream));
    }
    Ok(Changed::of(pending.unwrap_or_default()))
}

async fn acknowledge(
    link: &mut Link,
    stream: &[u8],
    group: &[u8],
    ids: &[EntryId],
) -> Result<Changed, StreamError> {
    let mut done = 0;
    for some in ids.chunks(IDS) {
        let mut command = cmd("XACK");
        command.arg(stream).arg(group);
        for id in some {
            command.arg(id.to_string());
        }
        let answer = link.ask(stream, &command).await?;
        done += number(&answer).unwrap_or_default();
    }
    Ok(of_some(done, ids, "were not pending"))
}

/// What was done with some of these entries, and what is said of the rest.
fn of_some(done: u64, ids: &[EntryId], rest_is: &str) -> Changed {
    let mut changed = Changed::of(done);
    let rest = (ids.len() as u64).saturating_sub(done);
    if rest > 0 {
        changed.add_note(&format!("{rest} of the {} given {rest_is}", ids.len()));
    }
    changed
}

/// `JUSTID`: an entry that is given to somebody else by hand was not delivered, and does not count as that.
async fn claim(
    link: &mut Link,
    stream: &[u8],
    (group, consumer): (&[u8], &[u8]),
    ids: &[EntryId],
    min_idle_ms: Ms,
) -> Result<Changed, StreamError> {
    let mut done = 0;
    for some in ids.chunks(IDS) {
        let mut command = cmd("XCLAIM");
        command
            .arg(stream)
            .arg(group)
            .arg(consumer)
            .arg(min_idle_ms);
        for id in some {
            command.arg(id.to_string());
        }
        command.arg("JUSTID");
        let answer = link.ask(stream, &command).await?;
        done += u64::try_from(items(answer).len()).unwrap_or_default();
    }
    let why = "were not: not pending, idle for too short a time, or deleted (those left the list)";
    Ok(of_some(done, ids, why))
}

/// The new entry first: where anything fails, the old one is still pending.
async fn republish(
    link: &mut Link,
    stream: &[u8],
    id: EntryId,
    fields: &[(Vec<u8>, Vec<u8>)],
    done: Option<&[u8]>,
) -> Result<Changed, StreamError> {
    if fields.is_empty() {
        return Err(StreamError::Input(Trouble::new(
            "an entry without fields cannot be appended",
            "give it at least one field",
        )));
    }
    let mut command = cmd("XADD");
    command.arg(stream).arg("*");
    for (name, value) in fields {
        command.arg(name).arg(value);
    }
    let appended = link.ask(stream, &command).await?;
    let mut changed = Changed {
        appended: reply::id(&appended),
        ..Changed::of(1)
    };
    if let Some(group) = done {
        // It is appended: what fails now must not look as if it were not.
        match acknowledge(link, stream, group, &[id]).await {
            Ok(acknowledged) if acknowledged.affected == 1 => {}
            Ok(_) => changed.add_note(&format!("{id} was not pending")),
            Err(error) => changed.add_note(&format!("{id} was not acknowledged: {error}")),
        }
    }
    Ok(changed)
}

/// Passes where the group is there, or that may not be asked. The groups are listed instead of asking for this one: the answer
/// about a missing one repeats its name, and the client takes an error that is no text for a broken connection.
async fn is_there(link: &mut Link, stream: &[u8], group: &[u8]) -> Result<(), StreamError> {
    let mut question = cmd("XINFO");
    question.arg("GROUPS").arg(stream);
    match link.ask(stream, &question).await {
        Ok(reply) => {
            let groups = reply::groups(reply);
            let is_there = groups.iter().any(|one| one.name == group);
            is_there.then_some(()).ok_or_else(|| no_group(stream))
        }
        Err(error @ StreamError::NotConnected(_)) => Err(error),
        Err(error) if error.trouble().what.contains("no such key") => Err(no_group(stream)),
        Err(_) => Ok(()),
    }
}

fn summary(stream: &[u8], group: &[u8]) -> Cmd {
    let mut command = cmd("XPENDING");
    command.arg(stream).arg(group);
    command
}

fn no_group(stream: &[u8]) -> StreamError {
    let shown = SafeText::line(stream, 80);
    StreamError::NoGroup(Trouble::new(
        format!("no such consumer group or stream: `{shown}`"),
        "`lookback groups` lists what is there; `lookback groups create` makes one",
    ))
}
