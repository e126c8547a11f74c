//! The past of followed streams, opened anywhere by id. A page costs one command a stream: the streams are known, and one
//! connection is kept for all fetches.

use std::sync::Arc;

use super::asker::Asker;
use super::connect::{Connector, Use};
use super::fault;
use super::merge::{Merge, Source};
use super::range::{Kept, RangeReader};
use super::roster::{Lives, Roster, Standing};
use super::streams;
use super::wire::Wire;
use crate::model::Mapping;
use crate::source::{IdRange, Part, Reader, RedisSpec, SourceError};

/// Opens the past of what is followed.
#[derive(Clone, Debug)]
pub struct Archive {
    spec: RedisSpec,
    roster: Roster,
    kept: Kept,
}

impl Archive {
    /// Of the streams in the roster.
    pub fn new(spec: RedisSpec, roster: Roster) -> Self {
        Self {
            spec,
            roster,
            kept: Kept::default(),
        }
    }

    /// What is known of each stream; `None` before the server was asked for them.
    pub fn standing(&self) -> Option<Vec<Standing>> {
        self.roster.standing()
    }

    /// Asks over the connection that is kept for fetches.
    pub fn asker(&self) -> Result<Asker, SourceError> {
        Asker::new(&self.spec, self.kept.clone())
    }

    /// Opens a part. Sends nothing where the streams are known already.
    pub async fn open(&self, part: Part, mapping: Arc<Mapping>) -> Result<Reader, SourceError> {
        let connector = Connector::new(&self.spec).map_err(SourceError::Failed)?;
        let streams = match self.roster.streams() {
            Some(streams) => streams,
            None => self.look_up(&connector).await?,
        };
        let sources = streams
            .into_iter()
            .map(|(key, lives)| source(key, lives, part.range));
        let merge = Merge::new(sources.collect(), part.direction, mapping)
            .at_most(part.most)
            .passing_over_refused();
        let names = self.spec.streams.join(" ");
        Ok(RangeReader::over(connector, self.kept.clone(), merge, names).into())
    }

    async fn look_up(&self, connector: &Connector) -> Result<Vec<(Vec<u8>, Lives)>, SourceError> {
        let names = &self.spec.streams;
        let explain = |error| {
            let about = names.join(" ");
            SourceError::from(fault::explain(&error, connector.place(), about.as_bytes()))
        };
        let mut wire = Wire::open(connector, Use::Questions)
            .await
            .map_err(explain)?;
        let keys = streams::find(&mut wire, names).await.map_err(explain)?;
        self.kept.keep(&wire);
        Ok(keys.into_iter().map(|k| (k, Lives::default())).collect())
    }
}

/// What lies before the floor of a stream's life are other entries than those that had these ids.
fn source(key: Vec<u8>, lives: Lives, range: IdRange) -> Source {
    let from = range.from.max(lives.now().floor);
    Source::new(key, IdRange { from, ..range }, lives)
}
