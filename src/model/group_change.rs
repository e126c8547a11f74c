//! What can be changed about a consumer group, and in words what it will do.
//!
//! Sources: <https://redis.io/docs/latest/commands/xgroup-create/>, `xgroup-setid`, `xgroup-destroy`, `xgroup-delconsumer`,
//! `xack`, `xclaim`.

use super::consumer_groups::{GroupStatus, KeyKind, StreamStatus};
use super::{EntryId, Ms, SafeText};

/// Columns that a name takes at most in a sentence.
const NAME_COLUMNS: usize = 60;
/// Characters that a word to be typed has at most.
const TYPED: usize = 64;

/// Where a group's deliveries begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupStart {
    /// With the oldest entry (`0`).
    Start,
    /// With what is added from now on (`$`).
    New,
    /// With the entry after this one.
    After(EntryId),
}

/// A change of a consumer group of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// Makes a group.
    Create {
        /// Its name.
        group: Vec<u8>,
        /// Where it begins.
        at: GroupStart,
        /// Makes the stream too, where there is none.
        make_stream: bool,
    },
    /// Moves the place where its deliveries go on. What is pending stays pending.
    SetId {
        /// The group.
        group: Vec<u8>,
        /// Where it goes on.
        at: GroupStart,
    },
    /// Removes the group with its consumers and its pending entries; the stream keeps its entries.
    Destroy {
        /// The group.
        group: Vec<u8>,
    },
    /// Takes entries off the pending list.
    Acknowledge {
        /// The group.
        group: Vec<u8>,
        /// The entries.
        ids: Vec<EntryId>,
    },
    /// Gives pending entries to another consumer, without counting that as a delivery.
    Claim {
        /// The group.
        group: Vec<u8>,
        /// Who gets them.
        consumer: Vec<u8>,
        /// The entries.
        ids: Vec<EntryId>,
        /// Only what was delivered at least so long ago.
        min_idle_ms: Ms,
    },
    /// Removes a consumer. What it has pending is off the list, acknowledged by nobody.
    Forget {
        /// The group.
        group: Vec<u8>,
        /// Who is removed.
        consumer: Vec<u8>,
    },
    /// Appends an entry again, under a new id.
    Republish {
        /// The group in which the old entry is pending, if in one.
        group: Option<Vec<u8>>,
        /// The old entry.
        id: EntryId,
        /// What the new entry says.
        fields: Vec<(Vec<u8>, Vec<u8>)>,
        /// Acknowledges the old one after that.
        acknowledge: bool,
    },
}

impl GroupChange {
    /// The word for it, as the command line and the journal have it.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::SetId { .. } => "set-id",
            Self::Destroy { .. } => "destroy",
            Self::Acknowledge { .. } => "ack",
            Self::Claim { .. } => "claim",
            Self::Forget { .. } => "forget",
            Self::Republish { .. } => "republish",
        }
    }

    /// The group it is about; `None` where an entry is republished that belongs to none.
    #[must_use]
    pub fn group(&self) -> Option<&[u8]> {
        match self {
            Self::Create { group, .. }
            | Self::SetId { group, .. }
            | Self::Destroy { group }
            | Self::Acknowledge { group, .. }
            | Self::Claim { group, .. }
            | Self::Forget { group, .. } => Some(group),
            Self::Republish { group, .. } => group.as_deref(),
        }
    }

    /// The consumer it is about, if it is about one.
    #[must_use]
    pub fn consumer(&self) -> Option<&[u8]> {
        match self {
            Self::Claim { consumer, .. } | Self::Forget { consumer, .. } => Some(consumer),
            _ => None,
        }
    }

    /// The entries that it names.
    #[must_use]
    pub fn ids(&self) -> &[EntryId] {
        match self {
            Self::Acknowledge { ids, .. } | Self::Claim { ids, .. } => ids,
            Self::Republish { id, .. } => std::slice::from_ref(id),
            _ => &[],
        }
    }

    /// Whether something can be lost by it: an entry that is not delivered (again), or is delivered a second time.
    #[must_use]
    pub const fn is_destructive(&self) -> bool {
        match self {
            Self::SetId { .. }
            | Self::Destroy { .. }
            | Self::Acknowledge { .. }
            | Self::Forget { .. } => true,
            Self::Create { .. } | Self::Claim { .. } | Self::Republish { .. } => false,
        }
    }

    /// What has to be typed before a destructive change: the name of the consumer or the group, else (where that cannot be
    /// typed) the verb.
    #[must_use]
    pub fn confirmation(&self) -> String {
        let name = match self {
            Self::Forget { consumer, .. } => Some(consumer.as_slice()),
            _ => self.group(),
        };
        let typed = name
            .and_then(|name| std::str::from_utf8(name).ok())
            .filter(|name| can_be_typed(name));
        typed.unwrap_or(self.verb()).to_owned()
    }

    /// What it will do, and to how many entries, by what is known of the stream. One line, safe to show, without a full stop.
    #[must_use]
    pub fn sentence(&self, stream: &[u8], status: Option<&StreamStatus>) -> String {
        self.sentence_counting(stream, status, None)
    }

    /// The same, where the entries between the place of a group and the one to which it is moved were counted.
    #[must_use]
    pub fn sentence_counting(
        &self,
        stream: &[u8],
        status: Option<&StreamStatus>,
        between: Option<u64>,
    ) -> String {
        let stream_name = shown(stream);
        let name = shown(self.group().unwrap_or_default());
        let group = status.and_then(|status| {
            let mut groups = status.groups.iter();
            groups.find(|group| Some(group.name.as_slice()) == self.group())
        });
        match self {
            Self::Create {
                at, make_stream, ..
            } => {
                let begin = begin(*at, status);
                let missing = status.is_some_and(|status| status.kind == KeyKind::Missing);
                let made = match (make_stream, missing) {
                    (true, true) => ", and the stream, which is not there yet",
                    _ => "",
                };
                format!("create group {name} in {stream_name}{made}: {begin}")
            }
            Self::SetId { at, .. } => {
                let from = group.and_then(|group| group.last_delivered);
                let from = from.map(|id| format!(" from {id}")).unwrap_or_default();
                let moved = moved(*at, status, group, between);
                format!("move group {name} of {stream_name}{from} {moved}")
            }
            Self::Destroy { .. } => {
                let consumers = group.and_then(|group| group.consumers.as_ref());
                let consumers = consumers.map(|all| all.len() as u64);
                format!(
                    "destroy group {name} of {stream_name} with {} and {}: its place in the stream is forgotten; the stream keeps its entries",
                    counted(consumers, "consumer", "consumers"),
                    pending(group.and_then(|group| group.pending)),
                )
            }
            Self::Acknowledge { ids, .. } => {
                let count = pending(Some(ids.len() as u64));
                format!(
                    "acknowledge {count} of group {name} in {stream_name}: {} will not be delivered again",
                    they(ids.len())
                )
            }
            Self::Claim {
                consumer,
                ids,
                min_idle_ms,
                ..
            } => {
                let count = pending(Some(ids.len() as u64));
                let only = match min_idle_ms {
                    0 => String::new(),
                    ms => format!(", if idle for {}", super::time::span(*ms)),
                };
                format!(
                    "give {count} of group {name} in {stream_name} to consumer {}{only}; those whose entry was deleted leave the list",
                    shown(consumer)
                )
            }
            Self::Forget { consumer, .. } => forget(&name, &stream_name, consumer, group),
            Self::Republish {
                id,
                fields,
                acknowledge,
                ..
            } => {
                let fields = counted(Some(fields.len() as u64), "field", "fields");
                let then = match (acknowledge, self.group()) {
                    (true, Some(_)) => format!(", then acknowledge {id} for group {name}"),
                    _ => String::new(),
                };
                format!(
                    "append 1 entry to {stream_name} in place of {id}, with {fields} and a new id{then}"
                )
            }
        }
    }
}

fn shown(name: &[u8]) -> String {
    SafeText::line(name, NAME_COLUMNS).to_string()
}

fn can_be_typed(name: &str) -> bool {
    let fits = !name.is_empty() && name.chars().count() <= TYPED && name.trim() == name;
    fits && SafeText::escaped(name.as_bytes()).as_str() == name
}

/// `1 entry`, `3 entries`; where the number is not known, `its entries`.
fn counted(n: Option<u64>, one: &str, many: &str) -> String {
    match n {
        Some(1) => format!("1 {one}"),
        Some(n) => format!("{n} {many}"),
        None => format!("its {many} (how many is not known)"),
    }
}

fn pending(n: Option<u64>) -> String {
    counted(n, "pending entry", "pending entries")
}

const fn they(n: usize) -> &'static str {
    if n == 1 { "it" } else { "they" }
}

/// What a new group will be given.
fn begin(at: GroupStart, status: Option<&StreamStatus>) -> String {
    let length = status.and_then(|status| status.length);
    match (at, length) {
        (GroupStart::Start, None) => "every entry will be delivered, from the start".to_owned(),
        (GroupStart::Start, Some(n)) => {
            let entries = counted(Some(n), "entry", "entries");
            format!("what is there ({entries}) will be delivered, from the start")
        }
        (GroupStart::New, None | Some(0)) => {
            "what is added from now on will be delivered".to_owned()
        }
        (GroupStart::New, Some(n)) => {
            let entries = counted(Some(n), "entry", "entries");
            format!(
                "what is added from now on will be delivered, what is there ({entries}) will not"
            )
        }
        (GroupStart::After(id), _) => {
            let entries = after(id, status)
                .map(|n| format!(" ({} now)", counted(Some(n), "entry", "entries")));
            format!(
                "what comes after {id} will be delivered{}",
                entries.unwrap_or_default()
            )
        }
    }
}

/// Where a group is moved to, and what that changes.
fn moved(
    at: GroupStart,
    status: Option<&StreamStatus>,
    group: Option<&GroupStatus>,
    between: Option<u64>,
) -> String {
    match at {
        GroupStart::Start => {
            let length = status.and_then(|status| status.length);
            let entries = counted(length, "entry", "entries");
            format!(
                "to the start: all that is there ({entries}) will be delivered, also what was delivered before"
            )
        }
        GroupStart::New => {
            let left = group.and_then(|group| group.lag.deliverable);
            let left = counted(left, "entry", "entries");
            format!("to the end: what was not delivered yet ({left}) will not be")
        }
        GroupStart::After(id) => {
            let now = group.and_then(|group| group.last_delivered);
            let entries = between.map(|n| format!(" ({})", counted(Some(n), "entry", "entries")));
            let entries = entries.unwrap_or_default();
            match now {
                Some(now) if id < now => format!(
                    "back to {id}: what comes after that, up to {now}{entries}, will be delivered again"
                ),
                Some(now) if id > now => format!(
                    "forward to {id}: what comes after {now}, up to that{entries}, will not be delivered"
                ),
                Some(_) => format!("to {id}, where it is"),
                None => format!("to {id}: what comes after that will be delivered"),
            }
        }
    }
}

/// Entries after an id, where that follows from the ends of the stream.
fn after(id: EntryId, status: Option<&StreamStatus>) -> Option<u64> {
    let status = status?;
    let length = status.length?;
    match (status.first, status.last) {
        _ if length == 0 => Some(0),
        (Some(first), _) if id < first => Some(length),
        (_, Some(last)) if id >= last => Some(0),
        _ => None,
    }
}

fn forget(name: &str, stream: &str, consumer: &[u8], group: Option<&GroupStatus>) -> String {
    let consumers = group.and_then(|group| group.consumers.as_ref());
    let found = consumers.and_then(|all| all.iter().find(|one| one.name == consumer));
    let consumer = shown(consumer);
    let what = format!("forget consumer {consumer} of group {name} in {stream}");
    match found.map(|one| one.pending) {
        Some(0) => format!("{what}: it has nothing pending"),
        Some(n) => format!(
            "{what} with {}: {} will be delivered to nobody again",
            pending(Some(n)),
            if n == 1 { "it" } else { "they" }
        ),
        None => format!("{what}: what it has pending will be delivered to nobody again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::consumer_groups::{ConsumerStatus, Lag};

    fn status() -> StreamStatus {
        StreamStatus {
            key: b"memory:events".to_vec(),
            length: Some(12),
            first: Some(EntryId::new(5, 0)),
            last: Some(EntryId::new(20, 0)),
            groups: vec![GroupStatus {
                name: b"audit".to_vec(),
                pending: Some(3),
                last_delivered: Some(EntryId::new(9, 0)),
                lag: Lag {
                    deliverable: Some(7),
                    ..Lag::default()
                },
                consumers: Some(vec![ConsumerStatus {
                    name: b"worker".to_vec(),
                    pending: 3,
                    ..ConsumerStatus::default()
                }]),
                ..GroupStatus::default()
            }],
            ..StreamStatus::default()
        }
    }

    fn says(change: &GroupChange, part: &str) {
        let sentence = change.sentence(b"memory:events", Some(&status()));
        assert!(sentence.contains(part), "{sentence}");
    }

    fn set_id(at: GroupStart) -> GroupChange {
        GroupChange::SetId {
            group: b"audit".to_vec(),
            at,
        }
    }

    #[test]
    fn every_change_says_to_how_many_entries_it_happens() {
        let group = b"audit".to_vec();
        let ids = vec![EntryId::new(6, 0), EntryId::new(7, 0)];
        let acknowledge = GroupChange::Acknowledge {
            group: group.clone(),
            ids: ids.clone(),
        };
        says(
            &acknowledge,
            "acknowledge 2 pending entries of group audit in memory:events: they will not be delivered again",
        );
        let claim = GroupChange::Claim {
            group: group.clone(),
            consumer: b"other".to_vec(),
            ids,
            min_idle_ms: 60_000,
        };
        says(
            &claim,
            "give 2 pending entries of group audit in memory:events to consumer other, if idle for 1m 00s",
        );
        let destroy = GroupChange::Destroy {
            group: group.clone(),
        };
        says(&destroy, "with 1 consumer and 3 pending entries");
        let forget = GroupChange::Forget {
            group: group.clone(),
            consumer: b"worker".to_vec(),
        };
        says(
            &forget,
            "with 3 pending entries: they will be delivered to nobody again",
        );
        let create = GroupChange::Create {
            group,
            at: GroupStart::New,
            make_stream: false,
        };
        says(&create, "what is there (12 entries) will not");
        says(
            &set_id(GroupStart::Start),
            "from 9-0 to the start: all that is there (12 entries)",
        );
        says(
            &set_id(GroupStart::New),
            "what was not delivered yet (7 entries) will not be",
        );
        let moved = |ms, between| {
            let change = set_id(GroupStart::After(EntryId::new(ms, 0)));
            change.sentence_counting(b"memory:events", Some(&status()), between)
        };
        let back = moved(2, Some(4));
        assert!(
            back.ends_with(
                "back to 2-0: what comes after that, up to 9-0 (4 entries), will be delivered again"
            ),
            "{back}"
        );
        let forward = moved(20, Some(1));
        assert!(
            forward.ends_with(
                "forward to 20-0: what comes after 9-0, up to that (1 entry), will not be delivered"
            ),
            "{forward}"
        );
        assert!(!moved(20, None).contains('('));
    }

    #[test]
    fn what_is_not_known_is_not_said_to_be_none() {
        let destroy = GroupChange::Destroy {
            group: b"audit".to_vec(),
        };
        let sentence = destroy.sentence(b"s", None);
        assert!(
            sentence.contains("how many is not known") && !sentence.contains(" 0 "),
            "{sentence}"
        );
    }

    #[test]
    fn the_word_to_type_is_the_name_where_a_person_can_type_it() {
        let word = |group: &[u8]| {
            let group = group.to_vec();
            GroupChange::Destroy { group }.confirmation()
        };
        assert_eq!(word(b"audit-group"), "audit-group");
        for hostile in [
            &b"\x1b[2J"[..],
            b"\xff",
            b"",
            b" a",
            "x".repeat(65).as_bytes(),
            "a\u{202e}b".as_bytes(),
        ] {
            assert_eq!(word(hostile), "destroy", "{hostile:?}");
        }
        let forget = GroupChange::Forget {
            group: b"audit".to_vec(),
            consumer: b"worker".to_vec(),
        };
        assert_eq!(forget.confirmation(), "worker");
        assert!(forget.is_destructive() && !word(b"\x1b[2J").contains('\x1b'));
    }

    #[test]
    fn hostile_names_reach_no_sentence_as_control() {
        let change = GroupChange::Destroy {
            group: b"\x1b[2J\n".repeat(1_000),
        };
        let sentence = change.sentence(b"\x07stream", None);
        assert!(!sentence.contains(['\x1b', '\n', '\x07']), "{sentence:?}");
        assert!(sentence.len() < 1_000, "{}", sentence.len());
    }
}
