//! The action journal: who changed what, one JSON object a line, never rewritten.
//!
//! ```json
//! {"at":"2026-11-26T01:30:00.000Z","place":"localhost:6379","stream":"memory:events","action":"ack","group":"audit-group",
//!  "consumer":null,"to":null,"count":2,"ids":["1700000000000-0","1700000000000-1"],"affected":2,"outcome":"done","error":null,"by":"ann"}
//! ```
//!
//! Invariant: a change stands in it before it is made (`"outcome":"intended"`), and on the disk; so whatever happened was
//! written down. After it comes a second line, `done` or `failed`. Where the second is missing, the program ended in between and
//! it is not known whether the change was made. `to` is where a group was created or moved to: `start`, `now` or an id. Ids are listed up to 100; `count` says how many there were. Names that are no
//! text are `{"base64":"…"}`.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::change::Changed;
use crate::model::consumer_groups::{GroupChange, GroupStart};
use crate::model::{EntryId, text_or_base64, time};
use crate::source::now_ms;
use crate::stream::StreamError;

/// Ids of one line at most.
const IDS: usize = 100;

/// The file, open for appending.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    by: String,
}

/// The journal cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the action journal {} cannot be written: {cause}", .path.display())]
pub struct JournalError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub cause: std::io::Error,
}

#[derive(Serialize)]
struct Line<'a> {
    at: Option<String>,
    place: &'a str,
    #[serde(with = "text_or_base64")]
    stream: &'a [u8],
    action: &'a str,
    group: Option<Name<'a>>,
    consumer: Option<Name<'a>>,
    to: Option<String>,
    count: usize,
    ids: &'a [EntryId],
    affected: Option<u64>,
    outcome: &'a str,
    error: Option<&'a str>,
    by: &'a str,
}

#[derive(Serialize)]
struct Name<'a>(#[serde(with = "text_or_base64")] &'a [u8]);

impl Journal {
    /// Opens the file, and makes it (readable by its owner alone) with its folder where it is not there. `by` says who acts.
    /// A line that was torn by a crash is ended, so that the next one stands by itself.
    ///
    /// # Errors
    /// When that cannot be done.
    pub async fn open(path: &Path, by: &str) -> Result<Self, JournalError> {
        let wrong = |cause| JournalError {
            path: path.to_owned(),
            cause,
        };
        let (file, is_torn) = open(path).map_err(wrong)?;
        let mut journal = Self {
            path: path.to_owned(),
            file: File::from_std(file),
            by: by.to_owned(),
        };
        if is_torn {
            journal.append(b"\n").await?;
        }
        Ok(journal)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes down what is going to be done; it is on the disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written: then it must not be done.
    pub async fn intend(
        &mut self,
        place: &str,
        stream: &[u8],
        change: &GroupChange,
    ) -> Result<(), JournalError> {
        let line = self.line(place, stream, change, None);
        self.append(&line).await
    }

    /// Writes down how it ended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn outcome(
        &mut self,
        place: &str,
        stream: &[u8],
        change: &GroupChange,
        outcome: &Result<Changed, StreamError>,
    ) -> Result<(), JournalError> {
        let line = self.line(place, stream, change, Some(outcome));
        self.append(&line).await
    }

    fn line(
        &self,
        place: &str,
        stream: &[u8],
        change: &GroupChange,
        outcome: Option<&Result<Changed, StreamError>>,
    ) -> Vec<u8> {
        let ids = change.ids();
        let error = outcome.and_then(|outcome| outcome.as_ref().err());
        let error = error.map(|error| error.trouble().one_line());
        let line = Line {
            at: i64::try_from(now_ms()).ok().and_then(time::rfc3339),
            place,
            stream,
            action: change.verb(),
            group: change.group().map(Name),
            consumer: change.consumer().map(Name),
            to: place_of(change),
            count: ids.len(),
            ids: ids.get(..IDS).unwrap_or(ids),
            affected: outcome.and_then(|outcome| Some(outcome.as_ref().ok()?.affected)),
            outcome: match outcome {
                None => "intended",
                Some(Ok(_)) => "done",
                Some(Err(_)) => "failed",
            },
            error: error.as_deref(),
            by: &self.by,
        };
        // Text and numbers in memory: this cannot fail, and an empty line would still be seen.
        let mut bytes = serde_json::to_vec(&line).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// One write, so that lines of two programs do not mix.
    async fn append(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let written = async {
            self.file.write_all(bytes).await?;
            self.file.flush().await?;
            self.file.sync_data().await
        };
        written.await.map_err(|cause| JournalError {
            path: self.path.clone(),
            cause,
        })
    }
}

fn place_of(change: &GroupChange) -> Option<String> {
    match change {
        GroupChange::Create { at, .. } | GroupChange::SetId { at, .. } => Some(match at {
            GroupStart::Start => "start".to_owned(),
            GroupStart::New => "now".to_owned(),
            GroupStart::After(id) => id.to_string(),
        }),
        _ => None,
    }
}

/// The file, and whether its last line is torn.
fn open(path: &Path) -> std::io::Result<(std::fs::File, bool)> {
    let folder = path.parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    let known = file.metadata()?;
    if known.is_file() && known.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))?;
    }
    if known.len() == 0 {
        // A new name is on the disk once its folder is.
        if let Some(folder) = folder.filter(|_| known.is_file()) {
            std::fs::File::open(folder)?.sync_all()?;
        }
    }
    if !known.is_file() || known.len() == 0 {
        return Ok((file, false));
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok((file, last != *b"\n"))
}
