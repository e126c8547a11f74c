//! The archive files of a source, read once for all who ask, and again where they grew.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Mutex;

use super::index::{Index, Run, key_of};
use super::names::Names;
use super::walk;
use crate::model::EntryId;
use crate::source::{FileSpec, Members, file, line};

/// Where the first line of an archive is looked for.
const FIRST_BYTES: u64 = 1 << 16;

/// The archive files of a source. Clones share what was read.
#[derive(Clone, Debug)]
pub struct Shelf {
    paths: Vec<PathBuf>,
    index: Arc<Mutex<Arc<Index>>>,
}

/// Where streams begin that Redis holds: what the archive has of them from there on comes from Redis.
pub type Borders = [(Vec<u8>, Option<EntryId>)];

/// What the archive adds to what Redis holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Entries; `None` where parts of the archive hold the same ids, so that they cannot be counted without reading all.
    pub entries: Option<u64>,
    /// The oldest of them.
    pub first_id: Option<EntryId>,
}

impl Shelf {
    /// Of these files; reads nothing yet.
    pub fn of(spec: &FileSpec) -> Self {
        Self {
            paths: spec.paths.clone(),
            index: Arc::new(Mutex::new(Arc::new(Index::of(&spec.paths)))),
        }
    }

    /// What the files hold now.
    pub async fn now(&self) -> io::Result<Arc<Index>> {
        let mut known = self.index.lock().await;
        let before = Arc::clone(&known);
        let looking = tokio::task::spawn_blocking(move || before.refreshed());
        if let Some(index) = looking.await.map_err(io::Error::other)? {
            *known = Arc::new(index);
        }
        Ok(Arc::clone(&known))
    }

    /// The stream with which each file begins: what the archive is of, without reading all of it.
    pub async fn first_streams(&self) -> io::Result<Vec<Vec<u8>>> {
        let paths = self.paths.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let first = paths.iter().filter_map(|path| first_stream(path));
            first.collect()
        });
        looking.await.map_err(io::Error::other)
    }

    /// What the archive adds to streams that begin there.
    pub async fn past(&self, names: &Names, borders: &Borders) -> io::Result<Past> {
        let index = self.now().await?;
        let wanted = names.wanted(&index.streams).0;
        let borders = borders.to_vec();
        let counting = tokio::task::spawn_blocking(move || past(&index, &wanted, &borders));
        counting.await.map_err(io::Error::other)?
    }
}

fn first_stream(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let members = Members::open(path, 0).ok()?;
    // What is torn behind the first line does not matter here.
    drop(members.take(FIRST_BYTES).read_to_end(&mut bytes));
    let keys = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let (_, stream) = keys.filter(|line| !line::is_note(line)).find_map(key_of)?;
    Some(stream.map_or_else(|| file::stream_of(path), std::borrow::Cow::into_owned))
}

/// The runs of a stream and the pieces they stand in, in order.
fn runs(index: &Index, stream: usize) -> Vec<(Run, usize)> {
    let pieces = index.pieces.iter().enumerate();
    let mut runs: Vec<(Run, usize)> = pieces
        .flat_map(|(at, piece)| piece.runs.iter().map(move |run| (*run, at)))
        .filter(|(run, _)| run.stream == stream)
        .collect();
    runs.sort_by_key(|(run, _)| run.first);
    runs
}

fn past(index: &Index, wanted: &[bool], borders: &Borders) -> io::Result<Past> {
    let mut past = Past {
        entries: Some(0),
        first_id: None,
    };
    let streams = (0..).zip(wanted).filter(|(_, wanted)| **wanted);
    for (stream, _) in streams {
        let name = index.streams.get(stream).map(Vec::as_slice);
        let border = borders
            .iter()
            .find(|(key, _)| Some(key.as_slice()) == name)
            .and_then(|(_, first)| *first);
        let before = border.unwrap_or(EntryId::MAX);
        let runs = runs(index, stream);
        let overlaps = runs.windows(2).any(|pair| match pair {
            [(a, _), (b, _)] => b.first <= a.last,
            _ => false,
        });
        let mut count = 0;
        for (run, at) in runs {
            if run.first >= before {
                continue;
            }
            past.first_id = past.first_id.into_iter().chain([run.first]).min();
            count += match index.pieces.get(at) {
                Some(piece) if run.last >= before => {
                    walk::count_below(index, piece, stream, before)?
                }
                _ => run.count,
            };
        }
        past.entries = past.entries.filter(|_| !overlaps).map(|n| n + count);
    }
    Ok(past)
}

impl Index {
    /// The last id of each stream.
    pub fn last_of(&self, name: &[u8]) -> Option<EntryId> {
        let stream = self.streams.iter().position(|known| known == name)?;
        let all = self.pieces.iter().flat_map(|piece| &piece.runs);
        let last = all.filter(|run| run.stream == stream).map(|run| run.last);
        last.max()
    }
}
