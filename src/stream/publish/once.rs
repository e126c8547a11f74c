//! Publishing an event id at most once within a window.
//!
//! Invariant: looking for an id, appending the entry and noting the id are one step of the server, so that publishers that race,
//! and a batch that holds an id twice, append one entry. Ids are kept in hashes beside the stream, one for each epoch of the
//! window by the server's clock: `<stream>:once:<window, s>:<epoch>`, an id to the id of its entry. A hash lives two windows, so an
//! id is known for at least one window and at most two, and memory is bounded by the rate.

use std::time::Duration;

use ::redis::{Cmd, Value, cmd};

use super::Draft;
use crate::model::EntryId;
use crate::source::redis::parse;
use crate::store::Trouble;
use crate::stream::companion::companion;
use crate::stream::{Link, StreamError};

/// Lua's limit on what `unpack` puts on its stack is 8,000: names and values of an entry, with room for the rest.
const MOST_FIELDS: usize = 3_900;

/// Looks in the epochs before and after too: an id may be of the last epoch, and a replica that took over may be late by its clock.
/// The hashes are asked before anything is written, so that a key of another type changes nothing.
const SCRIPT: &str = "\
local window = tonumber(ARGV[1])
local epoch = math.floor(tonumber(redis.call('TIME')[1]) / window)
local here = KEYS[2] .. ':' .. epoch
local had = redis.call('HGET', here, ARGV[2])
  or redis.call('HGET', KEYS[2] .. ':' .. (epoch - 1), ARGV[2])
  or redis.call('HGET', KEYS[2] .. ':' .. (epoch + 1), ARGV[2])
if had then return {had, 1} end
local entry = redis.call('XADD', KEYS[1], unpack(ARGV, 3))
redis.call('HSET', here, ARGV[2], entry)
if redis.call('HLEN', here) == 1 then redis.call('EXPIRE', here, 2 * window) end
return {entry, 0}
";

/// What is asked for each event.
#[derive(Clone, Debug)]
pub struct Once {
    ids: Vec<u8>,
    window_s: u64,
    hash: Vec<u8>,
}

impl Once {
    /// Asks the server what the script is called there.
    pub async fn open(
        link: &mut Link,
        stream: &[u8],
        window: Duration,
    ) -> Result<Self, StreamError> {
        let window_s = window.as_secs();
        let clustered = link.is_clustered().await?;
        let answer = link.ask(stream, &Self::load()).await?;
        Ok(Self {
            ids: companion(stream, &format!("once:{window_s}"), clustered),
            window_s,
            hash: parse::bytes(&answer).unwrap_or_default().to_vec(),
        })
    }

    /// Leads every batch: a server that was restarted, or took over, does not know the script.
    pub fn load() -> Cmd {
        let mut command = cmd("SCRIPT");
        command.arg("LOAD").arg(SCRIPT);
        command
    }

    /// Appends an event under its id; what `XADD` takes behind the key is still to be added.
    pub fn begin(&self, stream: &[u8], draft: &Draft) -> Result<Cmd, StreamError> {
        check(draft)?;
        let id = draft.event_id().unwrap_or_default();
        let mut command = cmd("EVALSHA");
        command.arg(&self.hash).arg(2).arg(stream).arg(&self.ids);
        command.arg(self.window_s).arg(id);
        Ok(command)
    }
}

/// The entry's id, and whether it stood there before.
pub fn answer(value: Value) -> Option<(EntryId, bool)> {
    let mut parts = parse::items(value).into_iter();
    let entry = EntryId::from_bytes(parse::bytes(&parts.next()?)?)?;
    let had = parse::number(&parts.next()?)?;
    Some((entry, had == 1))
}

/// Whether the event can be known again.
pub fn check(draft: &Draft) -> Result<(), StreamError> {
    if draft.event_id().is_none_or(<[u8]>::is_empty) {
        return Err(unfit(
            "an event without an id of its own cannot be published once: an id that is made up differs at the next try",
            "give each event an `id`, or leave out --once",
        ));
    }
    if draft.width() > MOST_FIELDS {
        return Err(unfit(
            "an event of more than 3,900 fields cannot be published once",
            "leave out --once, or lay the data in fewer fields",
        ));
    }
    Ok(())
}

fn unfit(what: &str, hint: &str) -> StreamError {
    StreamError::Input(Trouble::new(what, hint))
}
