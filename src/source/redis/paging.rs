//! Entries of one stream, page after page, on a task of its own: the request for the next page leaves before the reply to the one
//! before is looked at, so that the server works meanwhile.
//!
//! Invariant: a connection is put back only where no reply is on its way.

use std::sync::Arc;

use ::redis::RedisResult;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::bulk::{self, Bulk};
use super::connect::Connector;
use super::resp::{Seen, Shape};
use super::wire::{Window, Within, ask_bulk, is_at_its_end, range_command};
use crate::source::Direction;

/// A bulk connection that clones of a wire share, where one is open and not in use.
type Slot = Arc<Mutex<Option<Bulk>>>;

/// Asks for entries of one stream.
pub struct Range {
    connector: Connector,
    slot: Slot,
    key: Vec<u8>,
}

/// A request on its way, on a connection that nobody else uses meanwhile.
pub struct Asked<'a> {
    key: &'a [u8],
    direction: Direction,
    slot: OwnedMutexGuard<Option<Bulk>>,
    bulk: Bulk,
    most: usize,
}

/// A whole reply that was not looked at closely yet.
pub struct Arrived<'a> {
    asked: Asked<'a>,
    is_whole: bool,
}

impl Range {
    /// Of the stream at `key`.
    pub(super) fn new(connector: Connector, slot: Slot, key: &[u8]) -> Self {
        let key = key.to_vec();
        Self {
            connector,
            slot,
            key,
        }
    }

    /// One page, as [`super::wire::Wire::range_within`]. Redirections are errors here.
    pub async fn ask(&self, window: Window, direction: Direction, most: usize) -> Within {
        let command = range_command(&self.key, window, direction);
        let reply = ask_bulk(&self.connector, &self.slot, &command, Shape::Range, most).await?;
        Ok(reply.map(bulk::entries))
    }

    /// Asks for the first of several pages, each of at most `most` bytes.
    pub async fn begin(
        &self,
        window: Window,
        direction: Direction,
        most: usize,
    ) -> RedisResult<Asked<'_>> {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        let mut bulk = match slot.take() {
            Some(bulk) => bulk,
            None => self.connector.bulk().await?,
        };
        let command = range_command(&self.key, window, direction);
        bulk.send(&command).await?;
        Ok(Asked {
            key: &self.key,
            direction,
            slot,
            bulk,
            most,
        })
    }
}

impl<'a> Asked<'a> {
    /// Waits until the reply is whole, or larger than was wanted.
    pub async fn arrived(mut self) -> RedisResult<Arrived<'a>> {
        let is_whole = self.bulk.receive(self.most).await?;
        Ok(Arrived {
            asked: self,
            is_whole,
        })
    }
}

impl<'a> Arrived<'a> {
    /// What can be told of the reply at a glance, where it holds entries.
    pub fn seen(&self) -> Option<Seen> {
        self.is_whole.then(|| self.asked.bulk.seen()).flatten()
    }

    /// The entries of the last page. The connection is free again.
    pub fn last(self) -> Within {
        let Asked {
            mut slot, mut bulk, ..
        } = self.asked;
        if !self.is_whole {
            return Ok(None);
        }
        let reply = bulk.take(Shape::Range).map(Some);
        if is_at_its_end(&reply) {
            *slot = Some(bulk);
        }
        Ok(reply?.map(bulk::entries))
    }

    /// Asks for another page, and then looks at this one.
    pub async fn then(mut self, window: Window, most: usize) -> (Within, Option<Asked<'a>>) {
        let asked = &mut self.asked;
        let command = range_command(asked.key, window, asked.direction);
        if let Err(error) = asked.bulk.send(&command).await {
            return (Err(error), None);
        }
        asked.most = most;
        match asked.bulk.take(Shape::Range) {
            Ok(reply) => (Ok(Some(bulk::entries(reply))), Some(self.asked)),
            Err(error) => (Err(error), None),
        }
    }
}
