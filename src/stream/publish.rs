//! Appends events to a stream: many in one go, each at most once where that is asked for.
//!
//! Invariant: what became of each event is known or said to be unknown; none is lost silently. Only `XADD` writes here.
//!
//! ```no_run
//! use lookback::stream::{Access, Draft, Publisher, PublishOptions, RedisSpec};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = RedisSpec {
//!     url: "localhost:6379".to_owned(),
//!     password: None,
//!     streams: Vec::new(),
//!     access: Access::ReadWrite,
//! };
//! let mut publisher = Publisher::open(&spec, b"memory:events", PublishOptions::default()).await?;
//! let draft = Draft::new("message.added")
//!     .session("sess-1")
//!     .user("user-3")
//!     .field("role", "assistant")
//!     .field("tokens", "214");
//! for receipt in publisher.publish(&[draft]).await? {
//!     println!("{}", receipt.entry);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! An agent that has to send again after a lost connection gives its events ids of their own and sets
//! [`PublishOptions::once_for`]: what was written before is then not written again, whoever wrote it.

mod batch;
mod draft;
mod fate;
mod once;
pub(super) mod retry;
pub(super) mod xadd;

use std::time::{Duration, Instant};

use super::{Link, RedisSpec, StreamError};
use crate::store::Trouble;
use batch::Packer;
use once::Once;

pub use draft::Draft;
pub use fate::{Fate, Receipt, Unfinished};
pub use retry::Retry;
pub use xadd::MaxLen;

/// The largest window in which an id is kept: a hundred years of seconds.
const LONGEST_WINDOW: Duration = Duration::from_secs(100 * 365 * 86_400);

/// How to publish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishOptions {
    /// The stream's oldest entries beyond this go as new ones come.
    pub max_len: Option<MaxLen>,
    /// An event whose id was published within this span before is not written again. At least a second.
    pub once_for: Option<Duration>,
}

/// Appends events to one stream, over a connection of its own.
#[derive(Debug)]
pub struct Publisher {
    link: Link,
    packer: Packer,
    used: Instant,
}

impl Publisher {
    /// Connects.
    ///
    /// # Errors
    /// [`StreamError::ReadOnly`] where the user allowed only reading; [`StreamError::Input`] for a stream without a name or a window
    /// that is none; else when no connection can be made.
    pub async fn open(
        spec: &RedisSpec,
        stream: &[u8],
        options: PublishOptions,
    ) -> Result<Self, StreamError> {
        check(stream, options)?;
        let mut link = Link::open(spec).await?;
        let once = match options.once_for {
            Some(window) => Some(Once::open(&mut link, stream, window).await?),
            None => None,
        };
        Ok(Self {
            link,
            packer: Packer::new(stream, options.max_len, once),
            used: Instant::now(),
        })
    }

    /// Where it writes, without secrets.
    #[must_use]
    pub fn place(&self) -> &str {
        self.link.place()
    }
}

fn check(stream: &[u8], options: PublishOptions) -> Result<(), StreamError> {
    if stream.is_empty() {
        return Err(StreamError::Input(Trouble::new(
            "the stream to publish to has no name",
            "name it with --stream",
        )));
    }
    let window = options.once_for.unwrap_or(Duration::from_secs(1));
    if window < Duration::from_secs(1) || window > LONGEST_WINDOW {
        return Err(StreamError::Input(Trouble::new(
            "event ids are kept for at least a second and at most a hundred years",
            "name another span, such as 7d",
        )));
    }
    Ok(())
}
