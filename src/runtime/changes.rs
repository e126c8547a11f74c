//! Carries out changes of consumer groups, each over a connection of its own and written into the journal before and after.
//!
//! Invariant: where the user allowed only reading, no connection is made that could write (`Link::open` refuses), and without a
//! journal nothing is changed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc;

use super::Allowed;
use super::looks::Nudge;
use crate::app::Action;
use crate::app::consumer_groups::{Deleted, GroupName, Outcome, Proposal};
use crate::model::EntryId;
use crate::source::RedisSpec;
use crate::store::Trouble;
use crate::stream::groups::journal::Journal;
use crate::stream::groups::{Changed, Inspector, change_noted};
use crate::stream::{Link, StreamError};

/// Deleted entries that are acknowledged at once, at most.
const DELETED: usize = 1_000;
/// On leaving, a change under way gets so long.
const LAST_CHANGE: Duration = Duration::from_secs(2);

/// Carries out changes on one server.
#[derive(Debug)]
pub struct Changes {
    spec: RedisSpec,
    allowed: Allowed,
    answers: mpsc::Sender<Action>,
    nudge: Nudge,
    under_way: Option<SyncSender<()>>,
    ended: Receiver<()>,
}

impl Changes {
    /// On this server, telling there; a new look follows each.
    pub fn on(
        spec: &RedisSpec,
        allowed: Allowed,
        answers: mpsc::Sender<Action>,
        nudge: Nudge,
    ) -> Self {
        let (under_way, ended) = sync_channel(1);
        Self {
            spec: RedisSpec {
                access: allowed.access,
                ..spec.clone()
            },
            allowed,
            answers,
            nudge,
            under_way: Some(under_way),
            ended,
        }
    }

    /// Looks for pending entries that were deleted, and tells.
    pub fn find_deleted(&self, name: GroupName) {
        let (spec, answers) = (self.spec.clone(), self.answers.clone());
        tokio::spawn(async move {
            let found = deleted(&spec, &name).await;
            let told = match found {
                Ok(ids) => Deleted::Found(name, ids),
                Err(error) => Deleted::Failed(error.trouble().clone()),
            };
            // The interface has gone when nobody takes it.
            drop(answers.send(Action::FoundDeleted(told)).await);
        });
    }

    /// Counts the entries over which a group is moved, and tells.
    pub fn count_moved(&self, proposal: Proposal) {
        let (spec, answers) = (self.spec.clone(), self.answers.clone());
        tokio::spawn(async move {
            // It can be confirmed without, too.
            let counted = moved(&spec, &proposal).await.ok().flatten();
            drop(answers.send(Action::CountedMoved(counted)).await);
        });
    }

    /// Carries a change out, and tells.
    pub fn start(&self, proposal: Proposal) {
        let (spec, allowed) = (self.spec.clone(), self.allowed.clone());
        let (answers, nudge) = (self.answers.clone(), self.nudge.clone());
        let under_way = self.under_way.clone();
        tokio::spawn(async move {
            let outcome = match carry_out(&spec, &allowed, &proposal).await {
                Ok(changed) => Outcome::Done {
                    affected: changed.affected,
                    note: changed.note,
                    appended: changed.appended,
                },
                Err(error) => Outcome::Failed(error.trouble().clone()),
            };
            drop(under_way);
            drop(answers.send(Action::GroupChanged(outcome)).await);
            nudge.again();
        });
    }
}

/// Waits for the change under way.
impl Drop for Changes {
    fn drop(&mut self) {
        self.under_way = None;
        let _ = self.ended.recv_timeout(LAST_CHANGE);
    }
}

async fn deleted(spec: &RedisSpec, name: &GroupName) -> Result<Vec<EntryId>, StreamError> {
    let mut inspector = Inspector::open(spec).await?;
    let found = inspector.deleted_pending(&name.stream, &name.group, DELETED);
    found.await
}

async fn moved(spec: &RedisSpec, proposal: &Proposal) -> Result<Option<u64>, StreamError> {
    let mut inspector = Inspector::open(spec).await?;
    let snapshot = inspector.look().await?;
    let mut streams = snapshot.streams.iter();
    match streams.find(|stream| stream.key == proposal.stream) {
        Some(status) => inspector.between(status, &proposal.change).await,
        None => Ok(None),
    }
}

async fn carry_out(
    spec: &RedisSpec,
    allowed: &Allowed,
    proposal: &Proposal,
) -> Result<Changed, StreamError> {
    let mut link = Link::open(spec).await?;
    let Some(path) = &allowed.journal else {
        return Err(StreamError::Failed(Trouble::new(
            "nothing was changed: there is no place for the journal of actions",
            "set XDG_STATE_HOME or HOME",
        )));
    };
    let journal = Journal::open(path, &allowed.by).await;
    let mut journal = journal.map_err(|error| {
        let what = format!("nothing was changed: {error}");
        StreamError::Failed(Trouble::new(what, "see the file and its disk"))
    })?;
    change_noted(&mut link, &proposal.stream, &proposal.change, &mut journal).await
}
