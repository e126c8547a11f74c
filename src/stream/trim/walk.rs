//! The entries of a range from its old end, page by page; the next page is under way while one is looked at.

use ::redis::{ErrorKind, RedisError, RedisResult};
use tokio::task::JoinHandle;

use crate::model::EntryId;
use crate::source::Direction;
use crate::source::redis::parse::Entry;
use crate::source::redis::wire::{Window, Wire};

/// Entries of a page at most: more of them hold up the server.
const MOST: usize = 1_000;
/// Entries of the first page, which shows how large they are.
const FIRST: usize = 50;
/// Bytes of a page, about.
const PAGE_BYTES: usize = 4 << 20;

/// A walk.
pub struct Walk {
    key: Vec<u8>,
    next: EntryId,
    to: EntryId,
    count: usize,
    ahead: Option<JoinHandle<RedisResult<Vec<Entry>>>>,
    ended: bool,
}

impl Walk {
    /// Over the entries from `from` to the one before `border`.
    pub fn new(key: &[u8], from: EntryId, border: EntryId) -> Self {
        Self {
            key: key.to_vec(),
            next: from,
            to: border.prev(),
            count: FIRST,
            ahead: None,
            ended: from >= border,
        }
    }

    /// The next page, never empty; `None` at the end.
    pub async fn page(&mut self, wire: &mut Wire) -> RedisResult<Option<Vec<Entry>>> {
        if self.ended {
            return Ok(None);
        }
        let page = match self.ahead.take() {
            None => {
                wire.range(&self.key, self.window(), Direction::Forward)
                    .await?
            }
            Some(task) => task.await.map_err(|_| stopped())??,
        };
        let asked = self.count;
        let Some(last) = page.last() else {
            self.ended = true;
            return Ok(None);
        };
        self.next = last.id.next();
        let bytes = page.iter().map(Entry::size).sum::<usize>() / page.len();
        self.count = (PAGE_BYTES / bytes.max(1)).clamp(1, MOST);
        self.ended = page.len() < asked || last.id >= self.to;
        if !self.ended {
            self.ahead = Some(wire.range_ahead(&self.key, self.window(), Direction::Forward));
        }
        Ok(Some(page))
    }

    fn window(&self) -> Window {
        Window {
            from: self.next,
            to: self.to,
            count: self.count,
        }
    }
}

fn stopped() -> RedisError {
    RedisError::from((ErrorKind::Io, "the page was not read"))
}
