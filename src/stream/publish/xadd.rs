//! `XADD` as it is sent (<https://redis.io/docs/latest/commands/xadd/>).

use std::time::{SystemTime, UNIX_EPOCH};

use ::redis::{Cmd, cmd};

use super::Draft;
use crate::model::{EntryId, FieldRef};

/// How long a stream may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxLen {
    /// About so many entries, never fewer: whole nodes of the stream go (`MAXLEN ~`), which costs next to nothing.
    About(u64),
    /// Exactly so many entries.
    Exact(u64),
}

/// This machine's time, for what events lack. Ids made from it are never the same twice.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    last_ns: u128,
}

impl Clock {
    /// The time now: an event's id, and the seconds since the epoch.
    pub fn now(&mut self) -> (String, String) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        self.last_ns = now.as_nanos().max(self.last_ns + 1);
        (format!("evt-{}", self.last_ns), now.as_secs().to_string())
    }
}

/// Appends an entry under an id of its own, to keep the order of a file.
pub fn with_id(stream: &[u8], id: EntryId, fields: &[FieldRef<'_>]) -> Cmd {
    with_name(stream, id.to_string().as_bytes(), fields)
}

/// Appends an entry under the id that the server gives it.
pub fn next(stream: &[u8], fields: &[FieldRef<'_>]) -> Cmd {
    with_name(stream, b"*", fields)
}

fn with_name(stream: &[u8], id: &[u8], fields: &[FieldRef<'_>]) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(stream).arg(id);
    for (name, value) in fields {
        command.arg(*name).arg(*value);
    }
    command
}

/// Adds to a command what follows the key: the bound, the id, the fields of an event. Gives the event's id.
pub fn append(
    command: &mut Cmd,
    draft: &Draft,
    max_len: Option<MaxLen>,
    clock: &mut Clock,
) -> Option<Vec<u8>> {
    match max_len {
        Some(MaxLen::About(n)) => command.arg("MAXLEN").arg("~").arg(n),
        Some(MaxLen::Exact(n)) => command.arg("MAXLEN").arg(n),
        None => command,
    };
    command.arg("*");
    let (id, seconds) = clock.now();
    draft.fields(id.as_bytes(), seconds.as_bytes(), |name, value| {
        command.arg(name).arg(value);
    });
    let made = draft.needs_id().then(|| id.into_bytes());
    draft.event_id().map(<[u8]>::to_vec).or(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ids_are_never_the_same_twice() {
        let mut clock = Clock::default();
        let ids: Vec<String> = (0..1_000).map(|_| clock.now().0).collect();
        let mut unique = ids.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(ids.len(), unique.len());
        assert!(ids.iter().all(|id| id.starts_with("evt-")));
    }
}
