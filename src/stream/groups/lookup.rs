//! Pending entries: who has them, and whether they are still in the stream.
//!
//! Invariant: bounded. At most [`LISTED`] entries are asked for at once, and their fields only up to [`PAYLOAD_BYTES`].

use ::redis::{Cmd, Pipeline, RedisResult, Value, cmd};

use super::recount::PAGE;
use super::{Inspector, reply};
use crate::model::EntryId;
use crate::model::consumer_groups::{
    GroupChange, GroupStart, PendingEntry, PendingPayload, StreamStatus,
};
use crate::stream::StreamError;

/// Pending entries that are asked for at once.
const LISTED: usize = 1_000;
/// Pages of as many entries that are counted.
const COUNTED_PAGES: usize = 10;
/// Entries that are looked up in one go.
const LOOKED_UP: usize = 16;
/// Bytes of fields that are kept; entries beyond are listed without.
const PAYLOAD_BYTES: usize = 4 << 20;

impl Inspector {
    /// The oldest pending entries after `after`, each with what it says, or that it is gone. At most 1,000; the fields of at
    /// most about 4 MiB, the rest is [`PendingPayload::Unknown`], as where entries may not be read.
    ///
    /// # Errors
    /// [`StreamError::NoGroup`] where there is no such group; else when it cannot be asked.
    pub async fn pending(
        &mut self,
        stream: &[u8],
        group: &[u8],
        after: Option<EntryId>,
        count: usize,
    ) -> Result<Vec<PendingEntry>, StreamError> {
        let from = after.map_or(EntryId::MIN, EntryId::next);
        let mut listed = self.pending_from(stream, group, from, count).await?;
        let mut bytes = 0;
        for some in listed.chunks_mut(LOOKED_UP) {
            if bytes > PAYLOAD_BYTES {
                break;
            }
            let ids: Vec<EntryId> = some.iter().map(|one| one.id).collect();
            for (one, found) in some.iter_mut().zip(self.entries(stream, &ids).await?) {
                bytes += size(&found);
                one.entry = found;
            }
        }
        Ok(listed)
    }

    /// Which of these entries are pending, without what they say.
    ///
    /// # Errors
    /// As [`Inspector::pending`].
    pub async fn pending_among(
        &mut self,
        stream: &[u8],
        group: &[u8],
        ids: &[EntryId],
    ) -> Result<Vec<PendingEntry>, StreamError> {
        let mut found = Vec::new();
        for some in ids.chunks(LISTED) {
            let questions: Vec<Cmd> = some
                .iter()
                .map(|id| range_of(stream, group, *id, *id, 1))
                .collect();
            for answer in self.ask_all(stream, &questions).await? {
                let answer = answer.map_err(|error| self.explained(&error, stream))?;
                found.extend(reply::pending(answer));
            }
        }
        Ok(found)
    }

    /// The pending entries that are in the stream no more: the oldest of them, at most `limit`.
    ///
    /// # Errors
    /// As [`Inspector::pending`]; and where entries may not be read.
    pub async fn deleted_pending(
        &mut self,
        stream: &[u8],
        group: &[u8],
        limit: usize,
    ) -> Result<Vec<EntryId>, StreamError> {
        let (mut from, mut deleted) = (EntryId::MIN, Vec::new());
        loop {
            let page = self.pending_from(stream, group, from, LISTED).await?;
            let Some(last) = page.last().map(|one| one.id) else {
                return Ok(deleted);
            };
            for some in page.chunks(LOOKED_UP) {
                let ids: Vec<EntryId> = some.iter().map(|one| one.id).collect();
                for (id, found) in ids.iter().zip(self.lookups(stream, &ids).await?) {
                    let found = found.map_err(|error| self.explained(&error, stream))?;
                    if reply::ids(found).is_empty() {
                        deleted.push(*id);
                    }
                }
                if deleted.len() >= limit {
                    deleted.truncate(limit);
                    return Ok(deleted);
                }
            }
            from = last.next();
        }
    }

    /// How many entries lie between where a group stands and the place to which `change` moves it, for
    /// [`GroupChange::sentence_counting`]; `None` for other changes, and where there are more than 10,000.
    ///
    /// # Errors
    /// When they cannot be asked for.
    pub async fn between(
        &mut self,
        status: &StreamStatus,
        change: &GroupChange,
    ) -> Result<Option<u64>, StreamError> {
        let GroupChange::SetId {
            group,
            at: GroupStart::After(id),
        } = change
        else {
            return Ok(None);
        };
        let found = status.groups.iter().find(|one| one.name == *group);
        let Some(now) = found.and_then(|group| group.last_delivered) else {
            return Ok(None);
        };
        let (mut from, to) = (now.min(*id).next(), now.max(*id));
        let mut count = 0;
        for _ in 0..COUNTED_PAGES {
            if from > to {
                return Ok(Some(count));
            }
            let ids = self.ids_from(&status.key, from, to).await?;
            count += u64::try_from(ids.len()).unwrap_or_default();
            match ids.last() {
                Some(last) if ids.len() == PAGE => from = last.next(),
                _ => return Ok(Some(count)),
            }
        }
        Ok(None)
    }

    async fn pending_from(
        &mut self,
        stream: &[u8],
        group: &[u8],
        from: EntryId,
        count: usize,
    ) -> Result<Vec<PendingEntry>, StreamError> {
        let question = range_of(stream, group, from, EntryId::MAX, count.min(LISTED));
        let mut answers = self.ask_all(stream, &[question]).await?;
        match answers.pop() {
            Some(Ok(reply)) => Ok(reply::pending(reply)),
            Some(Err(error)) => Err(self.explained(&error, stream)),
            None => Ok(Vec::new()),
        }
    }

    async fn entries(
        &mut self,
        stream: &[u8],
        ids: &[EntryId],
    ) -> Result<Vec<PendingPayload>, StreamError> {
        let found = self.lookups(stream, ids).await?;
        Ok(found.into_iter().map(reply::payload).collect())
    }

    async fn lookups(
        &mut self,
        stream: &[u8],
        ids: &[EntryId],
    ) -> Result<Vec<RedisResult<Value>>, StreamError> {
        let lookup = |id: &EntryId| {
            let mut question = cmd("XRANGE");
            let id = id.to_string();
            question.arg(stream).arg(&id).arg(&id).arg("COUNT").arg(1);
            question
        };
        let questions: Vec<Cmd> = ids.iter().map(lookup).collect();
        self.ask_all(stream, &questions).await
    }

    /// Questions about one stream in one go, over the connection that leads to it.
    pub(super) async fn ask_all(
        &mut self,
        stream: &[u8],
        questions: &[Cmd],
    ) -> Result<Vec<RedisResult<Value>>, StreamError> {
        let mut pipeline = Pipeline::new();
        for question in questions {
            pipeline.add_command(question.clone());
        }
        self.connect().await?;
        let Some(wire) = self.wire.as_mut() else {
            return Ok(Vec::new());
        };
        match wire.ask_all(stream, &pipeline).await {
            Ok(answers) => Ok(answers),
            Err(error) => {
                self.wire = None;
                self.globs_at = None;
                self.watched.clear();
                Err(self.explained(&error, stream))
            }
        }
    }
}

fn range_of(stream: &[u8], group: &[u8], from: EntryId, to: EntryId, count: usize) -> Cmd {
    let mut question = cmd("XPENDING");
    question.arg(stream).arg(group);
    question
        .arg(from.to_string())
        .arg(to.to_string())
        .arg(count);
    question
}

fn size(found: &PendingPayload) -> usize {
    match found {
        PendingPayload::Present(fields) => fields.iter().map(|(n, v)| n.len() + v.len()).sum(),
        PendingPayload::Deleted | PendingPayload::Unknown => 0,
    }
}
