//! Reading: new entries, and own ones that were not acknowledged.

use std::time::Duration;

use ::redis::{Cmd, RedisError, RedisResult, Value, cmd};
use tokio::time::{Instant, timeout};

use super::{Batch, Consumer, Delivery, REMEMBERED};
use crate::model::{EntryId, Ms};
use crate::source::redis::parse::{self, Delivered, Entry};
use crate::stream::StreamError;

/// How much longer than it blocks a read may take before the link counts as dead.
const GRACE: Duration = Duration::from_secs(10);

impl Consumer {
    /// New entries; waits for the first.
    pub(super) async fn read_new(&mut self) -> Result<Batch, StreamError> {
        let batch = self.read_ahead().await?;
        if !batch.is_empty() {
            return Ok(batch);
        }
        let block_ms = self
            .sweep
            .patience(Instant::now(), self.subscription.block_ms);
        let command = self.read_command(">", Some(block_ms));
        let limit = Duration::from_millis(block_ms) + GRACE;
        let key = self.subscription.stream.clone();
        self.health.reading = true;
        let read = timeout(limit, self.waiting.wire().ask(&key, &command)).await;
        self.take_new(read.unwrap_or_else(|_| Err(timed_out())))
    }

    /// What was asked for while the last batch was worked on.
    pub(super) async fn read_ahead(&mut self) -> Result<Batch, StreamError> {
        let Some(ahead) = self.ahead.take() else {
            return Ok(Batch::default());
        };
        self.health.reading = true;
        let read = timeout(GRACE, ahead).await;
        self.take_new(match read {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(timed_out()),
        })
    }

    fn take_new(&mut self, read: RedisResult<Value>) -> Result<Batch, StreamError> {
        let place = self.waiting.place().to_owned();
        let reply = read.map_err(|e| StreamError::of(&e, &place, &self.subscription.stream))?;
        self.health.reading = false;
        let Delivered { entries, .. } = parse::delivered(parse::only_stream(reply));
        if let Some(last) = entries.last() {
            self.newest = self.newest.max(last.id);
        }
        if self.subscription.ahead && entries.len() >= self.subscription.count() {
            self.ask_ahead();
        }
        Ok(Batch {
            deliveries: entries.into_iter().map(|e| self.hand(e, 1)).collect(),
            ..Batch::default()
        })
    }

    /// Asks for the next batch without waiting for it.
    fn ask_ahead(&mut self) {
        let command = self.read_command(">", None);
        let key = self.subscription.stream.clone();
        let mut link = self.waiting.clone();
        self.ahead = Some(tokio::spawn(async move {
            link.wire().ask(&key, &command).await
        }));
    }

    /// A page of this consumer's own pending entries after an id. Those that were handed out in this run are left where they are.
    pub(super) async fn recover(&mut self, after: EntryId) -> Result<Batch, StreamError> {
        let command = self.read_command(&after.to_string(), None);
        let key = self.subscription.stream.clone();
        let reply = self.asking.ask(&key, &command).await?;
        let Delivered { entries, gone, .. } = parse::delivered(parse::only_stream(reply));
        let last = entries
            .iter()
            .map(|e| e.id)
            .chain(gone.iter().copied())
            .max();
        let fresh = |e: &Entry| !self.handed.contains(&e.id) && !self.owed.contains(&e.id);
        let entries: Vec<Entry> = entries.into_iter().filter(fresh).collect();
        let batch = self.give(entries, gone).await?;
        self.recovering = last;
        Ok(batch)
    }

    fn read_command(&self, after: &str, block_ms: Option<Ms>) -> Cmd {
        let subscription = &self.subscription;
        let mut command = cmd("XREADGROUP");
        command
            .arg("GROUP")
            .arg(subscription.group.as_slice())
            .arg(subscription.consumer.as_slice());
        command.arg("COUNT").arg(subscription.count());
        if let Some(block_ms) = block_ms {
            command.arg("BLOCK").arg(block_ms.max(1));
        }
        command
            .arg("STREAMS")
            .arg(subscription.stream.as_slice())
            .arg(after);
        command
    }

    /// An entry on its way to the caller.
    pub(super) fn hand(&mut self, entry: Entry, deliveries: u64) -> Delivery {
        if self.handed.len() >= REMEMBERED {
            self.handed.pop_first();
        }
        self.handed.insert(entry.id);
        self.tally.delivered += 1;
        self.tally.again += u64::from(deliveries > 1);
        Delivery {
            id: entry.id,
            deliveries,
            entry,
        }
    }
}

fn timed_out() -> RedisError {
    RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))
}
