//! Going on after a failure: the rest of the batches, and sending again where that is safe.

use std::time::Duration;

use tokio::time::sleep;

use super::batch::{self, Sent};
use super::{Draft, Fate, Publisher, Receipt, Unfinished};
use crate::store::Trouble;
use crate::stream::StreamError;

/// Tries to send one batch again. With the waits between them they last about a minute.
pub const TRIES: u32 = 15;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The connection was lost and the batch is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// What happened.
    pub trouble: Trouble,
    /// Which try comes now, from 1 on.
    pub attempt: u32,
    /// Until then.
    pub wait: Duration,
}

impl Publisher {
    /// Appends events, in their order, and tells the id of each. With `once_for` a batch whose connection was lost is sent again
    /// over a new one, up to 15 times in about a minute.
    ///
    /// Dropping the future leaves it unknown whether the batch in hand was written.
    ///
    /// # Errors
    /// Where not all are written: which are, which are not, and of which it is not known.
    pub async fn publish(&mut self, drafts: &[Draft]) -> Result<Vec<Receipt>, Unfinished> {
        self.publish_telling(drafts, |_| {}).await
    }

    /// The same; tells of each time a batch is sent again.
    ///
    /// # Errors
    /// As [`Publisher::publish`].
    pub async fn publish_telling(
        &mut self,
        drafts: &[Draft],
        mut tell: impl FnMut(&Retry),
    ) -> Result<Vec<Receipt>, Unfinished> {
        let mut receipts = Vec::with_capacity(drafts.len());
        let (mut batch, mut rest) = split(drafts);
        let mut packed = self.packer.pack(batch);
        while !batch.is_empty() {
            let (following, behind) = split(rest);
            let (sent, next) = self.send(packed, batch.len(), following).await;
            let (fates, failed) = self.insist(batch, sent, &mut tell).await;
            if let Some(error) = failed {
                let before = receipts.into_iter().map(Fate::Written);
                let unsent = rest.iter().map(|_| Fate::NotWritten);
                let fates = before.chain(fates).chain(unsent).collect();
                return Err(Unfinished { fates, error });
            }
            receipts.extend(fates.into_iter().filter_map(|fate| match fate {
                Fate::Written(receipt) => Some(receipt),
                _ => None,
            }));
            (batch, rest, packed) = (following, behind, next);
        }
        Ok(receipts)
    }

    /// Sends one batch again until it is written, as long as that is safe and can help.
    async fn insist(&mut self, batch: &[Draft], sent: Sent, tell: &mut impl FnMut(&Retry)) -> Sent {
        let (mut fates, mut failed) = sent;
        for attempt in 1..=TRIES {
            let trouble = match &failed {
                Some(StreamError::NotConnected(trouble)) if self.packer.is_once() => {
                    trouble.clone()
                }
                _ => break,
            };
            let wait = wait_before(attempt);
            tell(&Retry {
                trouble,
                attempt,
                wait,
            });
            sleep(wait).await;
            if let Err(error) = self.link.reopen().await {
                // Fates stay as they are: of a batch in doubt nothing more is known.
                failed = Some(error);
                continue;
            }
            let packed = self.packer.pack(batch);
            let ((again, error), _) = self.send(packed, batch.len(), &[]).await;
            fates = merged(fates, again);
            failed = error;
        }
        (fates, failed)
    }
}

/// The first batch, and what is behind it.
fn split(drafts: &[Draft]) -> (&[Draft], &[Draft]) {
    drafts.split_at(batch::first_of(drafts).len())
}

/// How long is waited before a try, from 1 on.
pub fn wait_before(attempt: u32) -> Duration {
    let factor = 2_u32.saturating_pow(attempt - 1);
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}

/// What was in doubt before stays so where the next try did not reach it; what was written stays written, by its first receipt: the
/// next one calls it a duplicate of itself.
fn merged(before: Vec<Fate>, again: Vec<Fate>) -> Vec<Fate> {
    let each = before.into_iter().zip(again);
    each.map(|pair| match pair {
        (Fate::Written(first), _) => Fate::Written(first),
        (Fate::Unknown, Fate::NotWritten) => Fate::Unknown,
        (_, again) => again,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_last_about_a_minute() {
        let all: Duration = (1..=TRIES).map(wait_before).sum();
        assert!(
            (40..80).contains(&all.as_secs()),
            "{} s in all",
            all.as_secs()
        );
    }
}
