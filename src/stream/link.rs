//! A connection that may write.

use std::fmt;

use ::redis::{Cmd, Pipeline, Value};

use super::StreamError;
use crate::source::RedisSpec;
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::wire::Wire;

/// A connection of its own that may write. In a cluster it goes on to the nodes where the keys lie.
#[derive(Clone)]
pub struct Link {
    connector: Connector,
    purpose: Use,
    wire: Wire,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Connects. An answer may take up to 30 s.
    ///
    /// # Errors
    /// [`StreamError::ReadOnly`] where the user allowed only reading; else when no connection can be made.
    pub async fn open(spec: &RedisSpec) -> Result<Self, StreamError> {
        Self::of(spec, Use::Questions).await
    }

    /// The same for blocking reads, whose answers the caller bounds in time.
    pub(super) async fn blocking(spec: &RedisSpec) -> Result<Self, StreamError> {
        Self::of(spec, Use::Tail).await
    }

    async fn of(spec: &RedisSpec, purpose: Use) -> Result<Self, StreamError> {
        let connector = Connector::for_writing(spec).map_err(StreamError::ReadOnly)?;
        let wire = Wire::open(&connector, purpose).await;
        let wire = wire.map_err(|error| StreamError::of(&error, connector.place(), b""))?;
        Ok(Self {
            connector,
            purpose,
            wire,
        })
    }

    /// Connects anew, to the same place.
    ///
    /// # Errors
    /// When no connection can be made.
    pub(super) async fn reopen(&mut self) -> Result<(), StreamError> {
        let wire = Wire::open(&self.connector, self.purpose).await;
        self.wire = wire.map_err(|error| StreamError::of(&error, self.place(), b""))?;
        Ok(())
    }

    /// Where it connects to, without secrets.
    #[must_use]
    pub fn place(&self) -> &str {
        self.connector.place()
    }

    /// One command about `key`.
    pub(super) async fn ask(&mut self, key: &[u8], command: &Cmd) -> Result<Value, StreamError> {
        let answer = self.wire.ask(key, command).await;
        answer.map_err(|error| StreamError::of(&error, self.place(), key))
    }

    /// Several commands about `key` in one go, each with an answer of its own. An error of the whole means that it is not known
    /// which of them were carried out.
    pub(super) async fn ask_all(
        &mut self,
        key: &[u8],
        commands: &Pipeline,
    ) -> Result<Vec<Result<Value, StreamError>>, StreamError> {
        let answers = self.wire.ask_all(key, commands).await;
        let answers = answers.map_err(|error| StreamError::of(&error, self.place(), key))?;
        let place = self.place();
        let explained =
            |answer: Result<Value, _>| answer.map_err(|e| StreamError::of(&e, place, key));
        Ok(answers.into_iter().map(explained).collect())
    }

    /// Whether the server is a node of a cluster. One that may not be asked counts as none.
    pub(super) async fn is_clustered(&mut self) -> Result<bool, StreamError> {
        let answer = self.wire.is_clustered().await;
        answer.map_err(|error| StreamError::of(&error, self.place(), b""))
    }

    /// What reads, over the same connection.
    pub(super) fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }
}
