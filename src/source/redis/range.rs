//! A range of the log, page by page, then the end. What is added meanwhile does not belong to it.

use std::fmt;
use std::sync::Arc;

use ::redis::RedisError;

use super::connect::{Connector, Use};
use super::fault;
use super::merge::{Merge, PAGE_ENTRIES, Source};
use super::streams;
use super::wire::Wire;
use crate::model::{EntryId, Mapping};
use crate::source::{Direction, IdRange, RedisSpec, SourceError};
use crate::store::{Page, Trouble};

/// Reads a range of some streams.
pub struct RangeReader {
    wire: Wire,
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

impl RangeReader {
    /// Connects, finds the streams and their ends.
    pub async fn open(
        spec: &RedisSpec,
        range: IdRange,
        direction: Direction,
        mapping: Arc<Mapping>,
    ) -> Result<Self, SourceError> {
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
                    from: range.from,
                    to: range.to.min(last),
                };
                sources.push(Source::new(key.clone(), range, Arc::default()));
            }
        }
        if sources.is_empty() {
            return Err(SourceError::Failed(nothing(&mut wire, &spec.streams).await));
        }
        Ok(Self {
            wire,
            merge: Merge::new(sources, direction, mapping),
            names,
        })
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Page>, SourceError> {
        let page = self.merge.page(&mut self.wire, PAGE_ENTRIES).await;
        page.map_err(|error| {
            fault::explain(&error, self.wire.place(), self.names.as_bytes()).into()
        })
    }
}

async fn end_of(wire: &mut Wire, key: &[u8]) -> Result<Option<EntryId>, RedisError> {
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
