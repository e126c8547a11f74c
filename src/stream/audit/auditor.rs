//! From a consumer group into an audit file: written, on the disk, then acknowledged.

use super::AuditFile;
use crate::store::Trouble;
use crate::stream::{Batch, Consumer, StreamError, Subscription};

/// A consumer that does nothing but write entries down.
///
/// ```no_run
/// # async fn audit(spec: lookback::stream::RedisSpec) -> Result<(), lookback::stream::StreamError> {
/// use lookback::stream::{AuditFile, Auditor, Consumer, Subscription};
///
/// let (file, _) = AuditFile::open("audit.jsonl".as_ref())?;
/// let subscription = Auditor::subscription(Subscription::new(spec, b"memory:events", b"audit-group"));
/// let mut auditor = Auditor::new(Consumer::open(subscription).await?, file);
/// loop {
///     let batch = auditor.next().await?;
///     auditor.keep(batch).await?;
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Auditor {
    consumer: Consumer,
    /// `None` after it failed, and while it is at work on a thread of its own.
    file: Option<AuditFile>,
    lost: u64,
}

impl Auditor {
    /// What an auditor needs of a subscription: no entry becomes a dead letter, however often it was delivered, and the next
    /// batch is on its way while the disk is waited for.
    #[must_use]
    pub fn subscription(subscription: Subscription) -> Subscription {
        Subscription {
            max_deliveries: 0,
            ahead: true,
            ..subscription
        }
    }

    /// Joins the two.
    #[must_use]
    pub fn new(consumer: Consumer, file: AuditFile) -> Self {
        Self {
            consumer,
            file: Some(file),
            lost: 0,
        }
    }

    /// The next entries; empty where none came in time. It may be dropped while it waits.
    ///
    /// # Errors
    /// As [`Consumer::next`]: where [`StreamError::may_pass`] holds it can be called again.
    pub async fn next(&mut self) -> Result<Batch, StreamError> {
        self.consumer.next().await
    }

    /// What was read ahead, for the end.
    ///
    /// # Errors
    /// As [`Consumer::rest`]: what could not be read stays pending.
    pub async fn rest(&mut self) -> Result<Batch, StreamError> {
        self.consumer.rest().await
    }

    /// Writes the entries that the file does not hold, waits for the disk, and acknowledges all of them. It is not to be dropped
    /// before its end.
    ///
    /// # Errors
    /// When the file cannot be written: nothing of the batch is acknowledged, and the auditor has ended. When the server cannot
    /// be told: where [`StreamError::may_pass`] holds, the next call tells it.
    pub async fn keep(&mut self, batch: Batch) -> Result<(), StreamError> {
        self.lost += batch.lost.len() as u64;
        if batch.deliveries.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = batch.ids().collect();
        let mut file = self.file.take().ok_or_else(ended)?;
        let stream = self.consumer.subscription().stream.clone();
        // The disk is waited for on a thread that may wait.
        let write = move || {
            let entries = batch.deliveries.iter().map(|d| (d.id, d.fields()));
            file.append(&stream, entries).map(|()| file)
        };
        let written = tokio::task::spawn_blocking(write).await;
        self.file = Some(written.map_err(|_| ended())??);
        self.consumer.acknowledge(&ids).await.map(drop)
    }

    /// The consumer.
    #[must_use]
    pub fn consumer(&mut self) -> &mut Consumer {
        &mut self.consumer
    }

    /// The file; `None` after it failed.
    #[must_use]
    pub fn file(&self) -> Option<&AuditFile> {
        self.file.as_ref()
    }

    /// Entries that were deleted from the stream before they could be written down, as far as the server tells.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

fn ended() -> StreamError {
    StreamError::Failed(Trouble::new(
        "the audit file failed before and is not written to any more",
        "open it anew",
    ))
}
