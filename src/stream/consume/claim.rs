//! Taking over what others have left.
//!
//! `XAUTOCLAIM` is 6.2. Servers and users without it are asked by `XPENDING` and `XCLAIM`.
//! Sources: <https://redis.io/docs/latest/commands/xautoclaim/>, `xclaim`, `xpending`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::redis::{Cmd, Value, cmd};
use tokio::time::Instant;

use super::{Batch, Consumer};
use crate::model::{EntryId, Ms};
use crate::source::Direction;
use crate::source::redis::fault;
use crate::source::redis::parse::{self, Delivered, Entry};
use crate::source::redis::wire::Window;
use crate::stream::StreamError;

/// The least time between two sweeps.
const LEAST_REST_MS: Ms = 50;
/// A read never waits shorter than this for the next sweep, so that a sweep without end does not keep the server busy.
const LEAST_PATIENCE_MS: Ms = 5;

/// Where the search for left entries stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep {
    /// Where it goes on; the beginning between two sweeps.
    cursor: EntryId,
    due: Instant,
    by_hand: bool,
}

impl Sweep {
    pub(super) const fn new(due: Instant) -> Self {
        Self {
            cursor: EntryId::MIN,
            due,
            by_hand: false,
        }
    }

    /// How long a read may wait before the search goes on.
    pub(super) fn patience(&self, now: Instant, block_ms: Ms) -> Ms {
        let until = self.due.saturating_duration_since(now).as_millis();
        let until = Ms::try_from(until).unwrap_or(Ms::MAX);
        block_ms.min(until.max(LEAST_PATIENCE_MS))
    }

    /// Goes on at `cursor`, or rests where it has come to the end.
    fn stands_at(&mut self, cursor: Option<EntryId>, min_idle_ms: Ms) {
        self.cursor = cursor.unwrap_or(EntryId::MIN);
        if cursor.is_none() {
            let rest = (min_idle_ms / 2).max(LEAST_REST_MS);
            self.due = Instant::now() + Duration::from_millis(rest);
        }
    }
}

impl Consumer {
    /// One step of the search, if it is due.
    pub(super) async fn sweep_once(&mut self) -> Result<Batch, StreamError> {
        if Instant::now() < self.sweep.due {
            return Ok(Batch::default());
        }
        if !self.sweep.by_hand && !self.subscription.by_hand {
            let command = self.autoclaim_command();
            let key = self.subscription.stream.clone();
            match self.asking.wire().ask(&key, &command).await {
                Ok(reply) => return self.take_over(reply).await,
                Err(error) if fault::is_allowed(&error) == Some(false) => self.sweep.by_hand = true,
                Err(error) => return Err(StreamError::of(&error, self.asking.place(), &key)),
            }
        }
        self.claim_by_hand().await
    }

    async fn take_over(&mut self, reply: Value) -> Result<Batch, StreamError> {
        let mut parts = parse::items(reply).into_iter();
        let cursor = parts.next();
        let cursor = cursor.as_ref().and_then(parse::bytes);
        let cursor = cursor.and_then(EntryId::from_bytes);
        let cursor = cursor.filter(|id| *id != EntryId::MIN);
        let found = parse::delivered(parts.next().unwrap_or(Value::Nil));
        // The server took these off the pending ones itself (7.0).
        let mut gone = parts.next().map(parse::ids).unwrap_or_default();
        gone.extend(&found.gone);
        self.sweep.stands_at(cursor, self.subscription.min_idle_ms);
        if found.nameless > 0 {
            // They are ours now, and our own pending ones are told with their ids.
            self.recovering = Some(EntryId::MIN);
        }
        self.give(found.entries, gone).await
    }

    async fn claim_by_hand(&mut self) -> Result<Batch, StreamError> {
        let (count, min_idle_ms) = (self.subscription.count(), self.subscription.min_idle_ms);
        let page = self
            .pending(self.sweep.cursor, EntryId::MAX, count, false)
            .await?;
        let cursor = page
            .last()
            .filter(|_| page.len() >= count)
            .map(|p| p.id.next());
        let idle = page.iter().filter(|p| p.idle_ms >= min_idle_ms);
        let ids: Vec<EntryId> = idle.map(|pending| pending.id).collect();
        let mut found = Delivered::default();
        if !ids.is_empty() {
            let command = self.claim_command(min_idle_ms, &ids);
            let key = self.subscription.stream.clone();
            found = parse::delivered(self.asking.ask(&key, &command).await?);
        }
        let gone = self.deleted_among(&ids, &found.entries).await?;
        self.sweep.stands_at(cursor, min_idle_ms);
        self.give(found.entries, gone).await
    }

    /// Which of the entries that were claimed and did not come are not in the stream any more; another consumer or an
    /// acknowledgement was faster with the rest.
    async fn deleted_among(
        &mut self,
        claimed: &[EntryId],
        came: &[Entry],
    ) -> Result<Vec<EntryId>, StreamError> {
        let came: BTreeSet<EntryId> = came.iter().map(|entry| entry.id).collect();
        let mut gone = Vec::new();
        for id in claimed.iter().filter(|id| !came.contains(id)) {
            let key = self.subscription.stream.clone();
            let window = Window {
                from: *id,
                to: *id,
                count: 1,
            };
            let found = self
                .asking
                .wire()
                .range(&key, window, Direction::Forward)
                .await;
            let found = found.map_err(|e| StreamError::of(&e, self.asking.place(), &key))?;
            if found.is_empty() {
                gone.push(*id);
            }
        }
        Ok(gone)
    }

    /// Entries that were delivered before, on their way to the caller: those that came too often go to the dead letters, those
    /// that were deleted are acknowledged.
    pub(super) async fn give(
        &mut self,
        entries: Vec<Entry>,
        gone: Vec<EntryId>,
    ) -> Result<Batch, StreamError> {
        let mut batch = Batch::default();
        if !gone.is_empty() {
            self.acknowledge_now(&gone).await?;
            self.tally.lost += gone.len() as u64;
            for id in &gone {
                self.handed.remove(id);
                self.reasons.remove(id);
            }
            batch.lost = gone;
        }
        let counts = self.counts(&entries.iter().map(|e| e.id).collect()).await?;
        for entry in entries {
            // Done already, or taken by somebody else since.
            if self.owed.contains(&entry.id) || !counts.contains_key(&entry.id) {
                continue;
            }
            self.give_one(&mut batch, entry, &counts).await?;
        }
        Ok(batch)
    }

    async fn give_one(
        &mut self,
        batch: &mut Batch,
        entry: Entry,
        counts: &BTreeMap<EntryId, u64>,
    ) -> Result<(), StreamError> {
        let deliveries = counts.get(&entry.id).copied().unwrap_or(1);
        let most = self.subscription.max_deliveries;
        if most == 0 || deliveries <= most {
            let delivery = self.hand(entry, deliveries);
            batch.deliveries.push(delivery);
            return Ok(());
        }
        let buried = self.bury_exhausted(&entry, deliveries - 1).await?;
        batch.buried.extend(buried);
        Ok(())
    }

    fn autoclaim_command(&self) -> Cmd {
        let subscription = &self.subscription;
        let mut command = cmd("XAUTOCLAIM");
        command
            .arg(subscription.stream.as_slice())
            .arg(subscription.group.as_slice())
            .arg(subscription.consumer.as_slice())
            .arg(subscription.min_idle_ms)
            .arg(self.sweep.cursor.to_string())
            .arg("COUNT")
            .arg(subscription.count());
        command
    }

    pub(super) fn claim_command(&self, min_idle_ms: Ms, ids: &[EntryId]) -> Cmd {
        let subscription = &self.subscription;
        let mut command = cmd("XCLAIM");
        command
            .arg(subscription.stream.as_slice())
            .arg(subscription.group.as_slice())
            .arg(subscription.consumer.as_slice())
            .arg(min_idle_ms);
        for id in ids {
            command.arg(id.to_string());
        }
        command
    }
}
