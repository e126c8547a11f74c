//! What is pending of this consumer: how often it was delivered, whether it is still ours, whether anything is left.

use std::collections::{BTreeMap, BTreeSet};

use ::redis::{Pipeline, cmd};

use super::Consumer;
use crate::model::EntryId;
use crate::source::redis::parse;
use crate::stream::StreamError;

/// Ids in one command at most.
const IDS: usize = 1_000;

/// A pending entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) id: EntryId,
    pub(super) idle_ms: u64,
    pub(super) deliveries: u64,
}

impl Consumer {
    /// Pending entries from an id on: of this consumer, or of the whole group.
    pub(super) async fn pending(
        &mut self,
        from: EntryId,
        to: EntryId,
        count: usize,
        own: bool,
    ) -> Result<Vec<Pending>, StreamError> {
        let subscription = &self.subscription;
        let mut command = cmd("XPENDING");
        command
            .arg(subscription.stream.as_slice())
            .arg(subscription.group.as_slice())
            .arg(from.to_string())
            .arg(to.to_string())
            .arg(count);
        if own {
            command.arg(subscription.consumer.as_slice());
        }
        let key = subscription.stream.clone();
        let reply = self.asking.ask(&key, &command).await?;
        Ok(parse::items(reply)
            .into_iter()
            .filter_map(pending)
            .collect())
    }

    /// How often each of these entries of this consumer was delivered. Those that are missing are not its own (any more).
    pub(super) async fn counts(
        &mut self,
        ids: &BTreeSet<EntryId>,
    ) -> Result<BTreeMap<EntryId, u64>, StreamError> {
        let mut counts = BTreeMap::new();
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
            return Ok(counts);
        };
        let mut from = *first;
        while from <= *last && counts.len() < ids.len() {
            let page = self.pending(from, *last, ids.len().max(64), true).await?;
            let Some(end) = page.last() else { break };
            from = end.id.next();
            let asked = page.iter().filter(|pending| ids.contains(&pending.id));
            counts.extend(asked.map(|pending| (pending.id, pending.deliveries)));
        }
        Ok(counts)
    }

    /// Whether entries were delivered to this consumer and are not acknowledged.
    ///
    /// # Errors
    /// See [`Consumer`].
    pub async fn has_pending(&mut self) -> Result<bool, StreamError> {
        self.mend().await?;
        let found = self.pending(EntryId::MIN, EntryId::MAX, 1, true).await;
        self.watched(found).map(|found| !found.is_empty())
    }

    /// Says that this consumer is still at work on these entries, so that nobody takes them over; to be called more often than
    /// every `min_idle_ms`. It does not count as a delivery. Those that another consumer has by now are left to it; how many
    /// are still its own.
    ///
    /// # Errors
    /// See [`Consumer`].
    pub async fn refresh(&mut self, ids: &[EntryId]) -> Result<usize, StreamError> {
        self.mend().await?;
        let refreshed = self.refresh_own(ids).await;
        self.watched(refreshed)
    }

    async fn refresh_own(&mut self, ids: &[EntryId]) -> Result<usize, StreamError> {
        let own = self.counts(&ids.iter().copied().collect()).await?;
        let own: Vec<EntryId> = own.into_keys().collect();
        for part in own.chunks(IDS) {
            let mut command = self.claim_command(0, part);
            command.arg("JUSTID");
            let key = self.subscription.stream.clone();
            self.asking.ask(&key, &command).await?;
        }
        Ok(own.len())
    }

    /// Acknowledges what is done.
    pub(super) async fn settle(&mut self) -> Result<u64, StreamError> {
        if self.owed.is_empty() {
            return Ok(0);
        }
        let ids: Vec<EntryId> = self.owed.iter().copied().collect();
        let taken = self.acknowledge_now(&ids).await?;
        self.owed.clear();
        self.tally.acknowledged += taken;
        Ok(taken)
    }

    /// `XACK`, in one round trip; how many it took.
    pub(super) async fn acknowledge_now(&mut self, ids: &[EntryId]) -> Result<u64, StreamError> {
        let key = self.subscription.stream.clone();
        let mut commands = Pipeline::new();
        for part in ids.chunks(IDS) {
            let command = commands.cmd("XACK");
            command.arg(key.as_slice());
            command.arg(self.subscription.group.as_slice());
            for id in part {
                command.arg(id.to_string());
            }
        }
        let mut taken = 0;
        for answer in self.asking.ask_all(&key, &commands).await? {
            taken += parse::number(&answer?).unwrap_or_default();
        }
        Ok(taken)
    }
}

fn pending(item: ::redis::Value) -> Option<Pending> {
    let mut parts = parse::items(item).into_iter();
    let id = EntryId::from_bytes(parse::bytes(&parts.next()?)?)?;
    let _consumer = parts.next()?;
    Some(Pending {
        id,
        idle_ms: parse::number(&parts.next()?).unwrap_or_default(),
        deliveries: parse::number(&parts.next()?).unwrap_or_default(),
    })
}
