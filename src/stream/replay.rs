//! Copies of entries, appended to a stream. It looks at events and copies them; it never runs again what wrote them.
//!
//! A copy has the fields of its entry as they came and one more at the end, [`MARK`]: `<stream>/<id>` of the entry it was
//! made of (the id has no `/`, so the last one divides). Marks that are there already stay: the first one names the first
//! origin, the last one the entry that was copied now.
//!
//! Invariant: what [`Copier::go_on`] says holds at every moment. Everything before it is in the stream, once.
//!
//! ```no_run
//! # async fn copy(spec: lookback::stream::RedisSpec) -> Result<(), lookback::stream::StreamError> {
//! use lookback::model::EntryId;
//! use lookback::stream::Copier;
//!
//! let mut copier = Copier::open(&spec, b"copies", None).await?;
//! copier.add(b"memory:events", EntryId::new(1_700_000_000_000, 0), &[(b"type", b"x")]);
//! copier.send().await?;
//! assert_eq!(copier.copied(), 1);
//! # Ok(())
//! # }
//! ```

mod glob;
mod origin;

use ::redis::{Cmd, Pipeline, Value, cmd};

use super::{Link, RedisSpec, StreamError};
use crate::model::{EntryId, FieldRef};
use crate::source::redis::parse;
pub use origin::is_read;

/// The field that tells a copy from what it was made of.
pub const MARK: &[u8] = b"replayed_from";

/// Entries sent in one go, at most.
const BATCH_ENTRIES: usize = 500;
/// Bytes of names and values after which they are sent.
const BATCH_BYTES: usize = 1 << 20;

/// Where a copy that stopped goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoOn {
    /// Every entry from here on is still to be copied.
    pub since: EntryId,
    /// Of these, both included, some may be there already: the connection broke before the answer.
    pub twice: Option<(EntryId, EntryId)>,
}

/// Appends copies to one stream, in the order in which they are added.
#[derive(Debug)]
pub struct Copier {
    link: Link,
    to: Vec<u8>,
    max_len: Option<u64>,
    waiting: Waiting,
    copied: u64,
    /// The last entry that was copied.
    last: Option<EntryId>,
    /// The ids of the first and the last copy.
    copies: Option<(EntryId, EntryId)>,
    failed: Option<GoOn>,
}

/// What was added and not sent.
#[derive(Debug, Default)]
struct Waiting {
    commands: Pipeline,
    origins: Vec<EntryId>,
    bytes: usize,
}

impl Copier {
    /// Connects. `max_len` keeps the stream at about so many entries (`MAXLEN ~`).
    ///
    /// # Errors
    /// Where the user allowed only reading; when no connection can be made.
    pub async fn open(
        spec: &RedisSpec,
        to: &[u8],
        max_len: Option<u64>,
    ) -> Result<Self, StreamError> {
        Ok(Self {
            link: Link::open(spec).await?,
            to: to.to_vec(),
            max_len,
            waiting: Waiting::default(),
            copied: 0,
            last: None,
            copies: None,
            failed: None,
        })
    }

    /// The newest id of the stream it appends to, [`EntryId::MIN`] where there is none: what is copied from the stream itself
    /// has to end there.
    ///
    /// # Errors
    /// When it may not be asked, or the connection broke.
    pub async fn newest(&mut self) -> Result<EntryId, StreamError> {
        let newest = self.link.wire().newest(&self.to).await;
        let newest = newest.map_err(|e| StreamError::of(&e, self.link.place(), &self.to))?;
        Ok(newest.unwrap_or(EntryId::MIN))
    }

    /// Adds a copy of the entry `id` of `stream` to what is sent next.
    pub fn add(&mut self, stream: &[u8], id: EntryId, fields: &[FieldRef<'_>]) {
        let command = append(&self.to, self.max_len, stream, id, fields);
        self.waiting.bytes += fields.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>();
        self.waiting.commands.add_command(command);
        self.waiting.origins.push(id);
    }

    /// Whether as much waits as is sent in one go.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting.origins.len() >= BATCH_ENTRIES || self.waiting.bytes >= BATCH_BYTES
    }

    /// The id of the entry that was added last, sent or not.
    #[must_use]
    pub fn newest_added(&self) -> Option<EntryId> {
        self.waiting.origins.last().copied().or(self.last)
    }

    /// Sends what waits, in one go, and takes the answers.
    ///
    /// # Errors
    /// When the server refuses an entry, or the connection broke. No further one is sent then; [`Copier::go_on`] says where
    /// it stopped. Copies behind a refused entry are taken back, so that the order holds when it goes on.
    pub async fn send(&mut self) -> Result<(), StreamError> {
        let batch = std::mem::take(&mut self.waiting);
        if batch.origins.is_empty() {
            return Ok(());
        }
        let answers = match self.link.ask_all(&self.to, &batch.commands).await {
            Ok(answers) => answers,
            Err(error) => {
                self.failed = broken(&batch.origins);
                return Err(error);
            }
        };
        let mut refused = None;
        let mut ahead = Vec::new();
        for (origin, answer) in batch.origins.iter().zip(answers) {
            match (answer, &refused) {
                (Ok(id), None) => self.note(*origin, &id),
                (Ok(id), Some(_)) => ahead.push((*origin, id)),
                (Err(error), None) => refused = Some((*origin, error)),
                (Err(_), Some(_)) => {}
            }
        }
        let Some((origin, error)) = refused else {
            return Ok(());
        };
        let left = self.take_back(ahead).await;
        self.failed = Some(self.refused_at(origin, left));
        Err(error)
    }

    /// How many entries were copied.
    #[must_use]
    pub fn copied(&self) -> u64 {
        self.copied
    }

    /// The ids of the first and the last copy.
    #[must_use]
    pub fn copies(&self) -> Option<(EntryId, EntryId)> {
        self.copies
    }

    /// Where to go on; `None` as long as nothing was copied and nothing failed. What waits counts as not copied.
    #[must_use]
    pub fn go_on(&self) -> Option<GoOn> {
        let after = |last: EntryId| GoOn {
            since: last.next(),
            twice: None,
        };
        self.failed.or(self.last.map(after))
    }

    fn note(&mut self, origin: EntryId, answer: &Value) {
        self.copied += 1;
        self.last = Some(origin);
        if let Some(id) = parse::bytes(answer).and_then(EntryId::from_bytes) {
            let first = self.copies.map_or(id, |(first, _)| first);
            self.copies = Some((first, id));
        }
    }

    /// Where it goes on at an entry that was refused. Entries of several streams can share an id.
    fn refused_at(&self, origin: EntryId, left: Option<EntryId>) -> GoOn {
        let shared = (self.last == Some(origin)).then_some(origin);
        GoOn {
            since: origin,
            twice: left.or(shared).map(|last| (origin, last)),
        }
    }

    /// Deletes the copies of a batch that came behind one that was refused; the origin of the last of them where that failed.
    async fn take_back(&mut self, ahead: Vec<(EntryId, Value)>) -> Option<EntryId> {
        let (newest, _) = ahead.last()?;
        let newest = *newest;
        let mut command = cmd("XDEL");
        command.arg(&self.to);
        for id in ahead.iter().filter_map(|(_, id)| parse::bytes(id)) {
            command.arg(id);
        }
        let taken = self.link.ask(&self.to, &command).await;
        taken.is_err().then_some(newest)
    }
}

/// Where it goes on when nothing is known of a whole batch.
fn broken(batch: &[EntryId]) -> Option<GoOn> {
    let (first, last) = (*batch.first()?, *batch.last()?);
    Some(GoOn {
        since: first,
        twice: Some((first, last)),
    })
}

fn append(
    to: &[u8],
    max_len: Option<u64>,
    stream: &[u8],
    id: EntryId,
    fields: &[FieldRef<'_>],
) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(to);
    if let Some(max_len) = max_len {
        command.arg("MAXLEN").arg("~").arg(max_len);
    }
    command.arg("*");
    for (name, value) in fields {
        command.arg(*name).arg(*value);
    }
    command.arg(MARK).arg(origin_of(stream, id));
    command
}

/// What [`MARK`] says of a copy of this entry.
#[must_use]
pub fn origin_of(stream: &[u8], id: EntryId) -> Vec<u8> {
    [stream, b"/", id.to_string().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_its_fields_as_they_came_and_the_mark_behind_them() {
        let fields: [FieldRef<'_>; 3] = [(b"a\0", b"\xff"), (MARK, b"first/1-0"), (b"a\0", b"")];
        let command = append(b"to", Some(9), b"s/\xfe", EntryId::new(7, 1), &fields);
        let words: Vec<&[u8]> = command
            .args_iter()
            .filter_map(|word| match word {
                ::redis::Arg::Simple(bytes) => Some(bytes),
                _ => None,
            })
            .collect();
        let wanted: Vec<&[u8]> = vec![
            b"XADD",
            b"to",
            b"MAXLEN",
            b"~",
            b"9",
            b"*",
            b"a\0",
            b"\xff",
            MARK,
            b"first/1-0",
            b"a\0",
            b"",
            MARK,
            b"s/\xfe/7-1",
        ];
        assert_eq!(words, wanted);
    }
}
