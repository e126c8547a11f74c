//! Dead letters: what could not be handled, moved to a stream of its own with the reason.

use ::redis::cmd;

use super::{Buried, Consumer, Delivery};
use crate::model::{EntryId, FieldRef};
use crate::source::redis::fault;
use crate::source::redis::parse::{self, Entry};
use crate::stream::StreamError;

/// Moves an entry in one step.
pub(super) const SCRIPT: &str = include_str!("bury.lua");
/// Lua's `unpack` takes about 8,000 values; an entry with more goes in two steps.
const MOST_ARGUMENTS: usize = 7_000;
/// Bytes of a reason that are kept.
const LONGEST_REASON: usize = 1_000;

impl Consumer {
    /// Moves an entry to `<stream>:dead`: its fields as they came, then `dead_reason`, `dead_deliveries`, `dead_origin` (stream
    /// and id), `dead_group`, `dead_consumer` and `dead_at` (ms since the epoch); and acknowledges it, in one step. `false` where
    /// it was acknowledged or taken over by then.
    ///
    /// # Errors
    /// See [`Consumer`]. It stays pending then.
    pub async fn bury(&mut self, delivery: &Delivery, reason: &str) -> Result<bool, StreamError> {
        self.mend().await?;
        let moved = self
            .move_away(&delivery.entry, delivery.deliveries, reason)
            .await;
        self.watched(moved)
    }

    /// Moves an entry that was delivered too often.
    pub(super) async fn bury_exhausted(
        &mut self,
        entry: &Entry,
        deliveries: u64,
    ) -> Result<Option<Buried>, StreamError> {
        let known = self.reasons.get(&entry.id).cloned();
        let reason =
            known.unwrap_or_else(|| format!("delivered {deliveries} times and never acknowledged"));
        let moved = self.move_away(entry, deliveries, &reason).await?;
        Ok(moved.then_some(Buried {
            id: entry.id,
            deliveries,
            reason,
        }))
    }

    async fn move_away(
        &mut self,
        entry: &Entry,
        deliveries: u64,
        reason: &str,
    ) -> Result<bool, StreamError> {
        let letter = self.letter(entry, deliveries, reason);
        let moved = if letter.len() > MOST_ARGUMENTS {
            self.move_in_two_steps(entry.id, &letter).await?
        } else {
            self.move_at_once(entry.id, &letter).await?
        };
        self.handed.remove(&entry.id);
        self.reasons.remove(&entry.id);
        self.tally.buried += u64::from(moved);
        Ok(moved)
    }

    async fn move_at_once(&mut self, id: EntryId, letter: &[Vec<u8>]) -> Result<bool, StreamError> {
        let subscription = &self.subscription;
        let mut arguments = vec![
            subscription.group.clone(),
            subscription.consumer.clone(),
            id.to_string().into_bytes(),
        ];
        arguments.extend_from_slice(letter);
        let keys = [subscription.stream.as_slice(), self.dead.as_slice()];
        match self.burial.call(&mut self.asking, &keys, &arguments).await {
            Ok(reply) => Ok(parse::number(&reply) == Some(1)),
            Err(error) if fault::is_allowed(&error) == Some(false) => {
                self.move_in_two_steps(id, letter).await
            }
            // The stream itself was read: a key of the wrong type is the dead letters'.
            Err(error) => Err(StreamError::of(&error, self.asking.place(), &self.dead)),
        }
    }

    /// For users that may run no scripts, and entries too wide for one. A crash in between leaves the copy and the entry.
    async fn move_in_two_steps(
        &mut self,
        id: EntryId,
        letter: &[Vec<u8>],
    ) -> Result<bool, StreamError> {
        if self.pending(id, id, 1, true).await?.is_empty() {
            return Ok(false);
        }
        let mut command = cmd("XADD");
        command.arg(self.dead.as_slice()).arg("*").arg(letter);
        let dead = self.dead.clone();
        self.asking.ask(&dead, &command).await?;
        Ok(self.acknowledge_now(&[id]).await? > 0)
    }

    /// Names and values of the dead letter.
    fn letter(&self, entry: &Entry, deliveries: u64, reason: &str) -> Vec<Vec<u8>> {
        let subscription = &self.subscription;
        let mut fields: Vec<FieldRef<'_>> = Vec::new();
        entry.fields(&mut fields);
        let mut origin = subscription.stream.clone();
        origin.extend_from_slice(format!(" {}", entry.id).as_bytes());
        let (deliveries, at) = (deliveries.to_string(), crate::stream::now_ms().to_string());
        let reason = bounded(reason);
        fields.extend([
            (&b"dead_reason"[..], reason.as_bytes()),
            (b"dead_deliveries", deliveries.as_bytes()),
            (b"dead_origin", &origin),
            (b"dead_group", &subscription.group),
            (b"dead_consumer", &subscription.consumer),
            (b"dead_at", at.as_bytes()),
        ]);
        let flat = fields.iter().flat_map(|(name, value)| [*name, *value]);
        flat.map(<[u8]>::to_vec).collect()
    }
}

fn bounded(reason: &str) -> &str {
    let mut end = reason.len().min(LONGEST_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_two_characters() {
        assert_eq!(bounded("short"), "short");
        let long = "é".repeat(LONGEST_REASON);
        assert_eq!(bounded(&long).len(), LONGEST_REASON);
        let odd = format!("a{long}");
        assert_eq!(bounded(&odd).len(), LONGEST_REASON - 1);
    }
}
