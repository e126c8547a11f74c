//! Brings entries from files back into streams: under new ids, or under their own and in their order.
//!
//! Invariant: with `keep_ids` each entry is written exactly once, also across a lost connection and a killed run, as long as nobody
//! else writes to the stream: where to go on is what the stream holds last.
//!
//! ```no_run
//! use lookback::stream::{Access, ImportOptions, Importer, RedisSpec};
//! use lookback::stream::import::Check;
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = RedisSpec {
//!     url: "localhost:6379".to_owned(),
//!     password: None,
//!     streams: Vec::new(),
//!     access: Access::ReadWrite,
//! };
//! let options = ImportOptions { keep_ids: true, ..ImportOptions::default() };
//! let mut check = Check::new(&options);
//! let mut importer = Importer::open(&spec, options).await?;
//! for line in std::fs::read_to_string("events.jsonl")?.lines() {
//!     if let Some(entry) = check.line(line.as_bytes())? {
//!         importer.write(&[entry]).await?;
//!     }
//! }
//! check.end_of_file()?;
//! println!("{}", check.totals().content);
//! # Ok(())
//! # }
//! ```

mod check;
mod entry;
mod target;
mod write;

use std::collections::HashMap;

use super::{Link, RedisSpec, StreamError};
use target::Target;

pub use check::{Check, Closing};
pub use entry::Entry;

/// Streams of one import, at most.
const STREAMS: usize = 100_000;

/// How to import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// Where everything goes; `None` for each entry's own stream.
    pub stream: Option<Vec<u8>>,
    /// Entries keep their ids and their order; a stream that holds such ids already is refused.
    pub keep_ids: bool,
    /// With `keep_ids`: goes on behind what the stream holds last, if that is an entry of the file.
    pub resume: bool,
}

/// Writes entries, over a connection of its own.
#[derive(Debug)]
pub struct Importer {
    link: Link,
    options: ImportOptions,
    clustered: bool,
    targets: HashMap<Vec<u8>, Target>,
}

impl Importer {
    /// Connects.
    ///
    /// # Errors
    /// [`StreamError::ReadOnly`] where the user allowed only reading; else when no connection can be made.
    pub async fn open(spec: &RedisSpec, options: ImportOptions) -> Result<Self, StreamError> {
        let mut link = Link::open(spec).await?;
        Ok(Self {
            clustered: link.is_clustered().await?,
            link,
            options,
            targets: HashMap::new(),
        })
    }

    /// Ends the import: where it went on with streams that held entries, the last of each has to have been in the file.
    ///
    /// # Errors
    /// [`StreamError::Failed`] where one was not: the stream holds something else, and nothing was written to it.
    pub fn finish(&self) -> Result<(), StreamError> {
        let mut behind = self.targets.iter().filter(|_| self.options.resume);
        behind.try_for_each(|(stream, target)| target.end(stream))
    }

    /// Where it writes, without secrets.
    #[must_use]
    pub fn place(&self) -> &str {
        self.link.place()
    }
}
