//! Archive files for the past and streams of a Redis server for what is there now, as one log in the order of ids: what
//! `trim` moved out of a stream stays its history.
//!
//! An entry that both have comes from Redis: of each stream the archive has what lies before the first id that Redis holds.

mod follow;
mod index;
mod join;
mod names;
mod scan;
mod shelf;
mod walk;

use std::fs::File;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::redis::{Asker, Lives};
use super::{FileSpec, Notices, Part, Reader, RedisSpec, SourceError, file, redis};
use crate::model::{EntryId, Mapping};
use crate::store::Trouble;
use join::{Join, Standing};
use names::Names;
use shelf::Shelf;

pub(super) use follow::follow;

/// Entries of the first page: what a screen shows, and little more.
const FIRST_PAGE: usize = 200;
/// Entries of a later page.
const PAGE: usize = 1_000;

/// Archive files and the streams whose past they hold. Clones share what was found out of the files.
#[derive(Clone, Debug)]
pub struct ArchivedSpec {
    /// The archive files.
    pub archive: FileSpec,
    /// The streams.
    pub redis: RedisSpec,
    shelf: Shelf,
}

impl ArchivedSpec {
    /// Of these files and streams; reads nothing yet.
    #[must_use]
    pub fn new(archive: FileSpec, redis: RedisSpec) -> Self {
        Self {
            shelf: Shelf::of(&archive),
            archive,
            redis,
        }
    }

    /// Whether the files are there and may be read.
    ///
    /// # Errors
    /// The first that is not or may not.
    pub fn check(&self) -> Result<(), SourceError> {
        for path in &self.archive.paths {
            let opened = File::open(path).and_then(|file| file.metadata());
            let why = match opened {
                Ok(found) if found.is_file() => continue,
                Ok(_) => "it is no file".to_owned(),
                Err(error) => error.to_string(),
            };
            return Err(SourceError::Failed(Trouble::new(
                format!("the archive {} cannot be read: {why}", path.display()),
                "check --archive",
            )));
        }
        Ok(())
    }

    fn names(&self) -> Names {
        Names::of(&self.redis.streams)
    }
}

/// Where it is and what is read there.
pub fn label(spec: &ArchivedSpec) -> (String, String) {
    let redis = redis::place(&spec.redis);
    let files = match spec.archive.paths.as_slice() {
        [path] => path.file_name().unwrap_or_default().to_string_lossy(),
        paths => format!("{} archives", paths.len()).into(),
    };
    (format!("{redis} + {files}"), spec.redis.streams.join(", "))
}

/// Server, database, streams and files.
pub fn identity(spec: &ArchivedSpec) -> Option<String> {
    let (redis, files) = (redis::identity(&spec.redis), file::identity(&spec.archive)?);
    Some(format!("{redis}\narchive\n{files}"))
}

/// Finds the streams and their ends, and opens a part that ends with what is there now.
pub async fn read(
    spec: &ArchivedSpec,
    part: Part,
    mapping: Arc<Mapping>,
) -> Result<Reader, SourceError> {
    spec.check()?;
    let mut asker = Asker::alone(&spec.redis)?;
    let streams = asker.streams(&spec.redis.streams).await?;
    let standing = streams.into_iter().map(|(key, last)| Standing {
        key,
        lives: Lives::default(),
        until: last.unwrap_or(EntryId::MAX),
        first: None,
    });
    let join = Join::new(
        spec.shelf.clone(),
        spec.names(),
        asker,
        standing.collect(),
        part,
        mapping,
    );
    Ok(serve(join))
}

/// The past of what is followed, opened anywhere by id.
#[derive(Clone, Debug)]
pub struct Archive {
    spec: ArchivedSpec,
    live: redis::Archive,
}

impl Archive {
    /// Opens a part. The server is asked only for what lies in its streams, as far as is known.
    pub fn open(&self, part: Part, mapping: Arc<Mapping>) -> Result<Reader, SourceError> {
        Ok(serve(self.join(part, mapping, |_| EntryId::MAX)?))
    }

    fn join(
        &self,
        part: Part,
        mapping: Arc<Mapping>,
        until: impl Fn(&redis::Standing) -> EntryId,
    ) -> Result<Join, SourceError> {
        let known = self.live.standing().unwrap_or_default();
        let standing = known.into_iter().map(|known| Standing {
            until: until(&known),
            key: known.key,
            lives: known.lives,
            first: known.first,
        });
        Ok(Join::new(
            self.spec.shelf.clone(),
            self.spec.names(),
            self.live.asker()?,
            standing.collect(),
            part,
            mapping,
        ))
    }
}

/// Reads on a task of its own.
fn serve(mut join: Join) -> Reader {
    let (pages_in, pages) = mpsc::channel(2);
    let notices: Notices = join.notices();
    tokio::spawn(async move {
        let mut limit = FIRST_PAGE;
        loop {
            let answer = tokio::select! {
                () = pages_in.closed() => return,
                answer = join.page(limit) => answer.transpose(),
            };
            limit = PAGE;
            let Some(answer) = answer else { return };
            let is_over = answer.is_err();
            if pages_in.send(answer).await.is_err() || is_over {
                return;
            }
        }
    });
    Reader::sent(pages, notices)
}
