//! What a group has not been given, split into what it will be given and what is gone.
//!
//! Invariant: a figure is exact or `None`. The server's own counter alone does not decide how much is deliverable: before 7.2.6
//! it falls behind where reading passes over trimmed entries (<https://github.com/redis/redis/pull/13338>), and anybody can
//! set it (`ENTRIESREAD`). It counts only where nothing was ever removed, or where it was compared with a count before and
//! nothing after that place was removed since.

use super::reply::{GroupFacts, StreamFacts};
use crate::model::EntryId;
use crate::model::consumer_groups::Lag;

/// The place at which a group's counter was compared with a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    at: EntryId,
    added: u64,
    read: u64,
    /// Entries before `at` that the server counts as not read.
    passed_over: u64,
}

/// The ids at both ends of a stream, where some were listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// From the oldest on.
    pub oldest: Vec<EntryId>,
    /// From the newest back.
    pub newest: Vec<EntryId>,
}

impl Ends {
    /// Entries after `id`, if the listed ids reach it.
    fn after(&self, id: EntryId, length: u64) -> Option<u64> {
        let count = |n: usize| u64::try_from(n).ok();
        let all = count(self.newest.len())? == length;
        if all || self.newest.last().is_some_and(|last| *last <= id) {
            return count(self.newest.iter().filter(|one| **one > id).count());
        }
        let reached = self.oldest.last().is_some_and(|last| *last > id);
        let before = count(self.oldest.iter().filter(|one| **one <= id).count())?;
        reached.then(|| length.checked_sub(before)).flatten()
    }
}

/// Entries after `id`, where the ends of the stream tell.
pub fn after_by_ends(stream: &StreamFacts, id: EntryId) -> Option<u64> {
    match (stream.first, stream.newest) {
        _ if stream.length == 0 => Some(0),
        (Some(first), _) if id < first => Some(stream.length),
        (_, Some(newest)) if id >= newest => Some(0),
        _ => None,
    }
}

/// The split, and the comparison to keep for the next look.
pub fn split(
    stream: &StreamFacts,
    group: &GroupFacts,
    ends: &Ends,
    before: Option<Compared>,
) -> (Lag, Option<Compared>) {
    let counted = after_by_ends(stream, group.last_delivered)
        .or_else(|| ends.after(group.last_delivered, stream.length));
    let before = before.filter(|before| before.holds(stream, group));
    let deliverable = counted.or_else(|| by_counter(stream, group, before));
    let lag = Lag {
        total: group.lag,
        deliverable,
        lost: lost(stream, group, deliverable),
    };
    let compared = counted.and_then(|counted| Compared::of(stream, group, counted));
    (lag, compared.or(before))
}

impl Compared {
    /// Only where no entry after the group's place is gone.
    fn of(stream: &StreamFacts, group: &GroupFacts, counted: u64) -> Option<Self> {
        let (added, read) = (stream.added?, group.read?);
        nothing_gone_after(stream, group.last_delivered).then_some(())?;
        Some(Self {
            at: group.last_delivered,
            added,
            read,
            passed_over: added.checked_sub(read)?.checked_sub(counted)?,
        })
    }

    /// Whether the counter cannot have gone wrong since.
    pub fn holds(self, stream: &StreamFacts, group: &GroupFacts) -> bool {
        stream.added.is_some_and(|added| added >= self.added)
            && group.read.is_some_and(|read| read >= self.read)
            && group.last_delivered >= self.at
            && nothing_gone_after(stream, self.at)
    }
}

fn by_counter(stream: &StreamFacts, group: &GroupFacts, before: Option<Compared>) -> Option<u64> {
    let (added, read) = (stream.added?, group.read?);
    let passed_over = match before {
        Some(before) => before.passed_over,
        None if added == stream.length => 0,
        None => return None,
    };
    let left = added.checked_sub(read)?.checked_sub(passed_over)?;
    // The last delivered entry lies between the first and the newest, so some are left and not all.
    (left > 0 && left < stream.length).then_some(left)
}

fn lost(stream: &StreamFacts, group: &GroupFacts, deliverable: Option<u64>) -> Option<u64> {
    let added = stream.added?;
    if added == stream.length {
        return Some(0);
    }
    match group.read {
        Some(read) => added.checked_sub(read)?.checked_sub(deliverable?),
        None => nothing_gone_after(stream, group.last_delivered).then_some(0),
    }
}

/// Whether every entry ever added after `id` is surely there.
fn nothing_gone_after(stream: &StreamFacts, id: EntryId) -> bool {
    let trimmed_before = stream.first.is_some_and(|first| first <= id);
    let deleted_before = stream.max_deleted.is_some_and(|deleted| deleted <= id);
    id >= stream.last || (trimmed_before && deleted_before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> EntryId {
        EntryId::new(ms, 0)
    }

    fn stream(length: u64, first: u64, last: u64, added: u64) -> StreamFacts {
        StreamFacts {
            length,
            first: (length > 0).then(|| at(first)),
            newest: (length > 0).then(|| at(last)),
            last: at(last),
            added: Some(added),
            max_deleted: Some(EntryId::MIN),
        }
    }

    fn group(last: u64, read: Option<u64>) -> GroupFacts {
        GroupFacts {
            last_delivered: at(last),
            read,
            ..GroupFacts::default()
        }
    }

    fn parts(stream: &StreamFacts, group: &GroupFacts) -> (Option<u64>, Option<u64>) {
        let (lag, _) = split(stream, group, &Ends::default(), None);
        (lag.deliverable, lag.lost)
    }

    #[test]
    fn trimmed_entries_are_lost_and_not_deliverable() {
        assert_eq!(
            parts(&stream(1, 5, 5, 5), &group(2, Some(2))),
            (Some(1), Some(2))
        );
        assert_eq!(
            parts(&stream(0, 0, 5, 5), &group(2, Some(2))),
            (Some(0), Some(3))
        );
    }

    #[test]
    fn a_group_without_a_counter_may_have_lost_something_or_nothing() {
        assert_eq!(parts(&stream(1, 5, 5, 5), &group(0, None)), (Some(1), None));
        assert_eq!(
            parts(&stream(5, 1, 5, 5), &group(0, None)),
            (Some(5), Some(0))
        );
        assert_eq!(
            parts(&stream(1, 5, 5, 5), &group(5, None)),
            (Some(0), Some(0))
        );
    }

    #[test]
    fn in_the_middle_of_a_trimmed_stream_only_a_count_or_an_earlier_comparison_tells() {
        let trimmed = stream(50, 51, 100, 100);
        let reading = group(60, Some(58));
        assert_eq!(parts(&trimmed, &reading), (None, None));
        let ends = Ends {
            oldest: (51..=61).map(at).collect(),
            newest: vec![at(100)],
        };
        let (lag, compared) = split(&trimmed, &reading, &ends, None);
        assert_eq!((lag.deliverable, lag.lost), (Some(40), Some(2)));
        let later = stream(60, 51, 110, 110);
        let (lag, _) = split(&later, &group(80, Some(78)), &Ends::default(), compared);
        assert_eq!((lag.deliverable, lag.lost), (Some(30), Some(2)));
        let trimmed_past_it = stream(40, 71, 110, 110);
        let (lag, _) = split(
            &trimmed_past_it,
            &group(80, Some(78)),
            &Ends::default(),
            compared,
        );
        assert_eq!(lag.deliverable, None);
    }

    #[test]
    fn before_seven_only_what_the_ends_tell_is_known() {
        let old = StreamFacts {
            added: None,
            max_deleted: None,
            ..stream(5, 1, 5, 5)
        };
        assert_eq!(parts(&old, &group(0, None)), (Some(5), None));
        assert_eq!(parts(&old, &group(3, None)), (None, None));
    }
}
