//! Counting what is deliverable where nothing cheaper tells: by reading on from where a group stands.
//!
//! Invariant: one page of entries is held at a time, and each command holds the server up no longer than a page of reading does.

use ::redis::cmd;

use super::{Inspector, reply};
use crate::model::EntryId;
use crate::model::consumer_groups::{GroupStatus, GroupsSnapshot, StreamStatus};
use crate::stream::StreamError;

/// Entries of a page.
pub const PAGE: usize = 1_000;

impl Inspector {
    /// Counts, in a snapshot of this inspector, what is deliverable to the groups of which that is not known. Reads every entry
    /// from the place of the hindmost of them to the end of the stream as it was, however many those are. Where entries may not
    /// be read, it stays unknown, with a fault. What is trimmed while this counts may or may not be counted.
    ///
    /// # Errors
    /// [`StreamError::NotConnected`] where nothing can be asked.
    pub async fn recount(&mut self, snapshot: &mut GroupsSnapshot) -> Result<(), StreamError> {
        for stream in &mut snapshot.streams {
            match self.recount_stream(stream).await {
                Err(error @ StreamError::NotConnected(_)) => return Err(error),
                Err(error) => stream.faults.push(format!("lag: {}", error.trouble().what)),
                Ok(()) => {}
            }
        }
        Ok(())
    }

    async fn recount_stream(&mut self, stream: &mut StreamStatus) -> Result<(), StreamError> {
        let Some(last) = stream.last else {
            return Ok(());
        };
        let mut places = unknown(stream);
        places.sort_unstable();
        let Some(hindmost) = places.first() else {
            return Ok(());
        };
        let mut after = vec![0; places.len()];
        let mut from = hindmost.next();
        while from <= last {
            let page = self.ids_from(&stream.key, from, last).await?;
            for (place, count) in places.iter().zip(&mut after) {
                let behind = page.partition_point(|id| id <= place);
                *count += u64::try_from(page.len() - behind).unwrap_or_default();
            }
            match page.last() {
                Some(id) if page.len() == PAGE => from = id.next(),
                _ => break,
            }
        }
        let counted: Vec<(EntryId, u64)> = places.into_iter().zip(after).collect();
        for group in stream.groups.iter_mut().filter(|group| is_unknown(group)) {
            let found = counted
                .iter()
                .find(|(place, _)| Some(*place) == group.last_delivered);
            group.lag.deliverable = found.map(|(_, count)| *count);
            group.lag.lost = group.lag.lost.or_else(|| {
                let parts = stream.added?.checked_sub(group.entries_read?)?;
                parts.checked_sub(group.lag.deliverable?)
            });
        }
        Ok(())
    }

    /// The ids of the entries from one to another, at most a page of them.
    pub(super) async fn ids_from(
        &mut self,
        key: &[u8],
        from: EntryId,
        to: EntryId,
    ) -> Result<Vec<EntryId>, StreamError> {
        let mut question = cmd("XRANGE");
        question.arg(key).arg(from.to_string()).arg(to.to_string());
        question.arg("COUNT").arg(PAGE);
        let answer = self.ask_all(key, &[question]).await?.pop();
        let listed = answer
            .transpose()
            .map_err(|error| self.explained(&error, key))?;
        Ok(listed.map(reply::ids).unwrap_or_default())
    }
}

fn is_unknown(group: &GroupStatus) -> bool {
    group.lag.deliverable.is_none()
}

fn unknown(stream: &StreamStatus) -> Vec<EntryId> {
    let groups = stream.groups.iter().filter(|group| is_unknown(group));
    groups.filter_map(|group| group.last_delivered).collect()
}
