//! One batch: events that are sent in one go, and what became of each.

use std::time::{Duration, Instant};

use ::redis::{Cmd, Pipeline, Value, cmd};

use super::once::{self, Once};
use super::xadd::{self, Clock};
use super::{Draft, Fate, MaxLen, Publisher, Receipt};
use crate::model::EntryId;
use crate::source::redis::{fault, parse};
use crate::store::Trouble;
use crate::stream::StreamError;

/// Events of a batch, at most.
pub const EVENTS: usize = 512;
/// Bytes of a batch, about; a larger event goes alone.
pub const BYTES: usize = 1 << 20;

/// The events' own ids, where they have one.
type EventIds = Vec<Option<Vec<u8>>>;

/// After this a connection is tried before it is trusted with events.
const ASLEEP: Duration = Duration::from_secs(1);

/// The first events that make one batch.
pub fn first_of(drafts: &[Draft]) -> &[Draft] {
    let mut bytes = 0;
    let fits = |draft: &&Draft| {
        bytes += draft.size();
        bytes <= BYTES
    };
    let count = drafts.iter().take(EVENTS).take_while(fits).count();
    drafts.get(..count.max(1)).unwrap_or(drafts)
}

/// Makes batches ready to be sent.
#[derive(Debug)]
pub struct Packer {
    stream: Vec<u8>,
    max_len: Option<MaxLen>,
    once: Option<Once>,
    clock: Clock,
}

/// The commands of a batch, and the ids of its events.
#[derive(Debug)]
pub struct Packed {
    commands: Pipeline,
    ids: EventIds,
}

/// What became of a batch; the error, where there is one, is why not all of it is written.
pub type Sent = (Vec<Fate>, Option<StreamError>);

impl Packer {
    /// For one stream.
    pub fn new(stream: &[u8], max_len: Option<MaxLen>, once: Option<Once>) -> Self {
        Self {
            stream: stream.to_vec(),
            max_len,
            once,
            clock: Clock::default(),
        }
    }

    /// Whether a batch can be sent again without being written twice.
    pub fn is_once(&self) -> bool {
        self.once.is_some()
    }

    /// Makes one batch ready.
    pub fn pack(&mut self, batch: &[Draft]) -> Result<Packed, StreamError> {
        let mut commands = Pipeline::with_capacity(batch.len() + 1);
        let mut ids = Vec::with_capacity(batch.len());
        if self.once.is_some() {
            commands.add_command(Once::load());
        }
        for draft in batch {
            let mut command = self.begin(draft)?;
            let (max_len, clock) = (self.max_len, &mut self.clock);
            ids.push(xadd::append(&mut command, draft, max_len, clock));
            commands.add_command(command);
        }
        Ok(Packed { commands, ids })
    }

    fn begin(&self, draft: &Draft) -> Result<Cmd, StreamError> {
        let Some(once) = &self.once else {
            let mut command = cmd("XADD");
            command.arg(&self.stream);
            return Ok(command);
        };
        once.begin(&self.stream, draft)
    }
}

impl Publisher {
    /// Sends one batch of so many events, and packs the next one while the server works on it.
    pub(super) async fn send(
        &mut self,
        packed: Result<Packed, StreamError>,
        events: usize,
        following: &[Draft],
    ) -> (Sent, Result<Packed, StreamError>) {
        let unsent = |error: StreamError| (vec![Fate::NotWritten; events], Some(error));
        let Packed { commands, ids } = match packed {
            Ok(packed) => packed,
            Err(error) => return (unsent(error.clone()), Err(error)),
        };
        if let Err(error) = self.wake().await {
            return (unsent(error.clone()), Err(error));
        }
        let Self { link, packer, .. } = self;
        let stream = packer.stream.clone();
        let asked = link.ask_all(&stream, &commands);
        let (answers, next) = tokio::join!(asked, async { packer.pack(following) });
        self.used = Instant::now();
        let sent = match answers {
            Ok(answers) => self.fates(answers, ids),
            // Only a lost connection leaves it open what was done; what is refused here never left.
            Err(error @ StreamError::NotConnected(_)) => (vec![Fate::Unknown; events], Some(error)),
            Err(error) => unsent(error),
        };
        (sent, next)
    }

    /// Tries a connection that nothing passed over for a while, and makes a new one in its place where it died in its sleep: so that
    /// no event has to be in doubt because of that.
    async fn wake(&mut self) -> Result<(), StreamError> {
        if self.used.elapsed() < ASLEEP {
            return Ok(());
        }
        match self.link.wire().ping().await {
            Err(error) if fault::explain(&error, self.place(), b"").link => {
                self.link.reopen().await
            }
            // A user that may not ask this may still write.
            _ => Ok(()),
        }
    }

    fn fates(&self, answers: Vec<Result<Value, StreamError>>, ids: EventIds) -> Sent {
        let mut answers = answers.into_iter();
        // Of the script's loading only a failure counts, and only where it leaves the script unknown.
        let loading = self
            .packer
            .once
            .as_ref()
            .and_then(|_| answers.next()?.err());
        let mut first = None;
        let fates = ids.into_iter().zip(answers).map(|(event_id, answer)| {
            let read = answer.and_then(|value| self.receipt(value, event_id));
            match read {
                Ok(receipt) => Fate::Written(receipt),
                Err(error) => {
                    first.get_or_insert(error);
                    Fate::NotWritten
                }
            }
        });
        let fates = fates.collect();
        let forgotten = |error: &StreamError| error.trouble().what.contains("NOSCRIPT");
        match (first, loading) {
            (Some(error), Some(loading)) if forgotten(&error) => (fates, Some(loading)),
            (first, _) => (fates, first),
        }
    }

    fn receipt(&self, value: Value, event_id: Option<Vec<u8>>) -> Result<Receipt, StreamError> {
        let read = if self.packer.is_once() {
            once::answer(value)
        } else {
            let entry = parse::bytes(&value).and_then(EntryId::from_bytes);
            entry.map(|entry| (entry, false))
        };
        let Some((entry, duplicate)) = read else {
            return Err(StreamError::Failed(Trouble::new(
                format!("{} answers with no entry id", self.place()),
                "is it a Redis server of version 5 or newer?",
            )));
        };
        Ok(Receipt {
            entry,
            event_id,
            duplicate,
        })
    }
}
