//! What a stream held when its first entry was to be written, which decides where the file goes on.

use super::super::{Link, StreamError};
use super::Entry;
use crate::model::{EntryId, FieldRef, SafeText};
use crate::source::Direction;
use crate::source::redis::fault;
use crate::source::redis::wire::Window;
use crate::store::Trouble;

/// A stream that is written to with ids kept.
#[derive(Clone, Debug)]
pub struct Target {
    /// The last id that it ever gave: it takes only ids behind.
    pub last: EntryId,
    /// The last entry that it holds, until the file has come to it.
    newest: Option<EntryId>,
}

/// What to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is to be written.
    Write,
    /// The stream holds it.
    Held,
}

impl Target {
    /// Asks the server. What it may not be asked for is found by reading.
    pub async fn of(link: &mut Link, stream: &[u8]) -> Result<Self, StreamError> {
        let newest = newest(link, stream).await?;
        Ok(Self {
            last: last_given(link, stream)
                .await?
                .max(newest.unwrap_or_default()),
            newest,
        })
    }

    /// The file has ended: it has to have held the entry that the stream held last.
    pub fn end(&self, stream: &[u8]) -> Result<(), StreamError> {
        self.newest.map_or(Ok(()), |id| Err(not_ours(stream, id)))
    }

    /// What to do with the next entry of the file.
    pub async fn step(
        &mut self,
        link: &mut Link,
        stream: &[u8],
        entry: &Entry,
        resume: bool,
    ) -> Result<Step, StreamError> {
        let id = entry.id.unwrap_or_default();
        let shown = SafeText::line(stream, 80);
        if !resume && id <= self.last {
            return Err(refused(
                format!(
                    "`{shown}` has ids up to {} already, and the file begins with {id}",
                    self.last
                ),
                "--resume goes on behind the last of them, if it is an entry of the file; or leave out --keep-ids",
            ));
        }
        match self.newest {
            Some(newest) if id < newest => Ok(Step::Held),
            Some(newest) if id == newest => {
                check_same(link, stream, entry).await?;
                self.newest = None;
                Ok(Step::Held)
            }
            Some(newest) if resume => Err(not_ours(stream, newest)),
            _ if id <= self.last => Err(refused(
                format!(
                    "`{shown}` takes no id before {}: its last entries were deleted",
                    self.last
                ),
                "import into another stream, or leave out --keep-ids",
            )),
            _ => Ok(Step::Write),
        }
    }
}

fn not_ours(stream: &[u8], newest: EntryId) -> StreamError {
    let shown = SafeText::line(stream, 80);
    refused(
        format!("`{shown}` ends with {newest}, which is no entry of the file"),
        "the stream holds something else: import into another one, or leave out --keep-ids",
    )
}

async fn last_given(link: &mut Link, stream: &[u8]) -> Result<EntryId, StreamError> {
    match link.wire().stream_state(stream).await {
        Ok(state) => Ok(state.map(|state| state.last).unwrap_or_default()),
        // Then the newest entry has to do.
        Err(error) if fault::is_forbidden(&error) => Ok(EntryId::MIN),
        Err(error) => Err(StreamError::of(&error, link.place(), stream)),
    }
}

async fn newest(link: &mut Link, stream: &[u8]) -> Result<Option<EntryId>, StreamError> {
    let newest = link.wire().newest(stream).await;
    newest.map_err(|error| StreamError::of(&error, link.place(), stream))
}

/// The stream's entry of that id has to be the file's.
async fn check_same(link: &mut Link, stream: &[u8], entry: &Entry) -> Result<(), StreamError> {
    let id = entry.id.unwrap_or_default();
    let window = Window {
        from: id,
        to: id,
        count: 1,
    };
    let read = link.wire().range(stream, window, Direction::Forward).await;
    let read = read.map_err(|error| StreamError::of(&error, link.place(), stream))?;
    let mut fields: Vec<FieldRef<'_>> = Vec::new();
    if let Some(there) = read.first() {
        there.fields(&mut fields);
    }
    if fields == entry.fields() {
        return Ok(());
    }
    let shown = SafeText::line(stream, 80);
    Err(refused(
        format!("entry {id} of `{shown}` is not what the file says"),
        "the stream holds something else: import into another one, or leave out --keep-ids",
    ))
}

fn refused(what: String, hint: &str) -> StreamError {
    StreamError::Failed(Trouble::new(what, hint))
}
