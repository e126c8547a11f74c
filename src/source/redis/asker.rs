//! Questions about one stream and then another, over a connection that is made when the first is asked.

use ::redis::RedisResult;

use super::bulk::Entry;
use super::connect::{Connector, Use};
use super::fault;
use super::range::{self, Kept};
use super::streams;
use super::wire::{Window, Wire};
use crate::model::EntryId;
use crate::source::{Direction, RedisSpec, SourceError};

/// Asks a server.
pub struct Asker {
    connector: Connector,
    wire: Option<Wire>,
    kept: Kept,
    /// Whether the connection is one that was kept, and has not answered yet.
    is_old: bool,
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asker")
            .field("place", &self.connector.place())
            .finish_non_exhaustive()
    }
}

impl Asker {
    /// Over the connection that was kept, if one was.
    pub fn new(spec: &RedisSpec, kept: Kept) -> Result<Self, SourceError> {
        let connector = Connector::new(spec).map_err(SourceError::Failed)?;
        let wire = kept.wire();
        Ok(Self {
            connector,
            is_old: wire.is_some(),
            wire,
            kept,
        })
    }

    /// Over a connection of its own.
    pub fn alone(spec: &RedisSpec) -> Result<Self, SourceError> {
        Self::new(spec, Kept::default())
    }

    /// The streams of these names and globs, each with its last id; `None` where there is no such key.
    pub async fn streams(
        &mut self,
        names: &[String],
    ) -> Result<Vec<(Vec<u8>, Option<EntryId>)>, SourceError> {
        let about = names.join(" ").into_bytes();
        let mut wire = self.wire().await.map_err(|e| self.explain(&e, &about))?;
        let keys = streams::find(&mut wire, names).await;
        let keys = keys.map_err(|e| self.explain(&e, &about))?;
        let mut ends = Vec::new();
        for key in keys {
            let end = range::end_of(&mut wire, &key).await;
            let end = end.map_err(|e| self.explain(&e, &key))?;
            ends.push((key, end));
        }
        self.keep(wire);
        Ok(ends)
    }

    /// Entries of one stream. Where it is one of several and may not be read (or is none), it has none.
    pub async fn range(
        &mut self,
        key: &[u8],
        window: Window,
        direction: Direction,
        alone: bool,
    ) -> Result<Vec<Entry>, SourceError> {
        let mut answer = self.ask(key, window, direction).await;
        let is_of_link = |error| fault::explain(error, "", b"").link;
        if std::mem::take(&mut self.is_old) && answer.as_ref().is_err_and(is_of_link) {
            // That a connection died while nobody used it says nothing of the server.
            answer = self.ask(key, window, direction).await;
        }
        match answer {
            Err(error) if !alone && fault::concerns_one_key(&error) => Ok(Vec::new()),
            answer => answer.map_err(|error| self.explain(&error, key)),
        }
    }

    async fn ask(
        &mut self,
        key: &[u8],
        window: Window,
        direction: Direction,
    ) -> RedisResult<Vec<Entry>> {
        let mut wire = self.wire().await?;
        let answer = wire.range(key, window, direction).await;
        match &answer {
            Err(error) if fault::explain(error, "", b"").link => self.kept.forget(),
            _ => self.keep(wire),
        }
        answer
    }

    async fn wire(&mut self) -> RedisResult<Wire> {
        match self.wire.take() {
            Some(wire) => Ok(wire),
            None => Wire::open(&self.connector, Use::Questions).await,
        }
    }

    fn keep(&mut self, wire: Wire) {
        self.kept.keep(&wire);
        self.wire = Some(wire);
    }

    fn explain(&self, error: &::redis::RedisError, key: &[u8]) -> SourceError {
        fault::explain(error, self.connector.place(), key).into()
    }
}
