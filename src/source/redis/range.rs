//! A range of the log, page by page, then the end. What is added meanwhile does not belong to it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ::redis::{RedisError, RedisResult};

use super::connect::{Connector, Use};
use super::fault;
use super::merge::{Merge, Source};
use super::roster::Lives;
use super::streams;
use super::wire::Wire;
use crate::model::{EntryId, Mapping};
use crate::source::{IdRange, Notices, Pages, Part, Reader, RedisSpec, SourceError};
use crate::store::{Page, Trouble};

/// A connection that waits for the next reader.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<Option<Wire>>>);

impl Kept {
    /// Leaves one for the next reader.
    pub fn keep(&self, wire: &Wire) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(wire.clone());
    }

    /// It answers no more.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The one that waits.
    pub fn wire(&self) -> Option<Wire> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Reads a range of some streams.
pub struct RangeReader {
    connector: Connector,
    wire: Option<Wire>,
    kept: Kept,
    /// Whether the connection is one that was kept, and has not answered yet.
    is_old: bool,
    merge: Merge,
    names: String,
}

impl fmt::Debug for RangeReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeReader")
            .field("streams", &self.names)
            .finish_non_exhaustive()
    }
}

impl From<RangeReader> for Reader {
    fn from(reader: RangeReader) -> Self {
        Self {
            pages: Pages::Redis(Box::new(reader)),
            notices: Notices::default(),
        }
    }
}

/// Connects, finds the streams and their ends, and opens a part that ends with what is there now.
pub async fn read(
    spec: &RedisSpec,
    part: Part,
    mapping: Arc<Mapping>,
) -> Result<Reader, SourceError> {
    let connector = Connector::new(spec).map_err(SourceError::Failed)?;
    let names = spec.streams.join(" ");
    let explain = |error: RedisError| {
        SourceError::from(fault::explain(&error, connector.place(), names.as_bytes()))
    };
    let mut wire = Wire::open(&connector, Use::Questions)
        .await
        .map_err(explain)?;
    let keys = streams::find(&mut wire, &spec.streams)
        .await
        .map_err(explain)?;
    let mut sources = Vec::new();
    for key in &keys {
        let about = |error| SourceError::from(fault::explain(&error, connector.place(), key));
        if let Some(last) = end_of(&mut wire, key).await.map_err(about)? {
            let range = IdRange {
                from: part.range.from,
                to: part.range.to.min(last),
            };
            sources.push(Source::new(key.clone(), range, Lives::default()));
        }
    }
    if sources.is_empty() {
        return Err(SourceError::Failed(nothing(&mut wire, &spec.streams).await));
    }
    let merge = Merge::new(sources, part.direction, mapping).at_most(part.most);
    let mut reader = RangeReader::over(connector, Kept::default(), merge, names);
    reader.wire = Some(wire);
    Ok(reader.into())
}

impl RangeReader {
    /// Reads what the merge says, over the connection that was kept or a new one.
    pub fn over(connector: Connector, kept: Kept, merge: Merge, names: String) -> Self {
        let wire = kept.wire();
        Self {
            connector,
            is_old: wire.is_some(),
            wire,
            kept,
            merge,
            names,
        }
    }

    /// The next page, at most `limit` entries; `None` at the end.
    pub async fn page(&mut self, limit: usize) -> Result<Option<Page>, SourceError> {
        let mut answer = self.ask(limit).await;
        if std::mem::take(&mut self.is_old) && answer.as_ref().is_err_and(|e| self.is_of_link(e)) {
            // That a connection died while nobody used it says nothing of the server.
            self.wire = None;
            answer = self.ask(limit).await;
        }
        match (&answer, &self.wire) {
            (Ok(_), Some(wire)) => self.kept.keep(wire),
            _ => self.kept.forget(),
        }
        answer.map_err(|error| {
            fault::explain(&error, self.connector.place(), self.names.as_bytes()).into()
        })
    }

    async fn ask(&mut self, limit: usize) -> RedisResult<Option<Page>> {
        let mut wire = match self.wire.take() {
            Some(wire) => wire,
            None => Wire::open(&self.connector, Use::Questions).await?,
        };
        let answer = self.merge.page(&mut wire, limit).await;
        self.wire = Some(wire);
        answer
    }

    fn is_of_link(&self, error: &RedisError) -> bool {
        fault::explain(error, self.connector.place(), b"").link
    }
}

/// The last id of a stream; `None` where there is no such key.
pub async fn end_of(wire: &mut Wire, key: &[u8]) -> Result<Option<EntryId>, RedisError> {
    match wire.stream_state(key).await {
        Ok(state) => Ok(state.map(|s| s.last)),
        Err(error) if fault::is_forbidden(&error) => wire.newest(key).await,
        Err(error) => Err(error),
    }
}

async fn nothing(wire: &mut Wire, names: &[String]) -> Trouble {
    let keys: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
    let waiting = streams::missing(wire, &keys).await;
    let what = waiting.what.trim_end_matches(" yet");
    Trouble::new(
        what,
        waiting
            .hint
            .trim_start_matches("waiting for the first XADD; ")
            .replace("waiting for the first XADD", "check --redis and --stream"),
    )
}
