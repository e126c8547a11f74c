//! How fast entries come, are read and are done, from the differences between looks at the streams and their consumer groups.
//!
//! Invariant: unknown is `None`, never 0. A counter that is not there, that went back, or that was seen only once tells no pace.

use std::collections::{BTreeMap, VecDeque};

use crate::model::consumer_groups::{ConsumerStatus, GroupStatus, GroupsSnapshot, StreamStatus};
use crate::model::{EntryId, Ms};

/// Looks that are kept of each: a minute of them at the usual pace.
pub const LOOKS: usize = 60;
/// A pace is the difference over the newest looks within this time.
const WINDOW_MS: Ms = 10_000;
/// Over less it is not told.
const LEAST_MS: Ms = 500;
/// A consumer that has entries and did not ask for so long may have died.
const SILENT_MS: Ms = 60_000;

/// What was seen of streams and groups in the last looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backlog {
    streams: BTreeMap<Vec<u8>, VecDeque<StreamLook>>,
    groups: BTreeMap<(Vec<u8>, Vec<u8>), VecDeque<GroupLook>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct StreamLook {
    at_ms: Ms,
    length: Option<u64>,
    added: Option<u64>,
    trimmed: Option<u64>,
    first: Option<EntryId>,
    last: Option<EntryId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct GroupLook {
    at_ms: Ms,
    read: Option<u64>,
    pending: Option<u64>,
    outstanding: Option<u64>,
}

/// How fast entries come into a stream and go from it, a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StreamPace {
    /// Added.
    pub in_per_s: Option<f64>,
    /// Trimmed or deleted.
    pub out_per_s: Option<f64>,
}

/// How fast a group works, and where that leads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupPace {
    /// Delivered a second.
    pub read_per_s: Option<f64>,
    /// Acknowledged a second.
    pub acked_per_s: Option<f64>,
    /// What was still to be done (deliverable and pending) at each look, the oldest first.
    pub trend: Vec<Option<u64>>,
    /// When that is done.
    pub drain: Drain,
}

/// When a group will have done all that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drain {
    /// It is not known what is left, or how that changed.
    #[default]
    Unknown,
    /// Nothing is left.
    Done,
    /// After this time, if it goes on like this.
    In(Ms),
    /// What is left neither grows nor shrinks.
    Steady,
    /// More is left than before.
    Growing,
}

impl Backlog {
    /// Takes in a look; streams and groups that are not in it are forgotten.
    pub fn take(&mut self, snapshot: &GroupsSnapshot) {
        let at_ms = snapshot.taken_at;
        let mut streams = std::mem::take(&mut self.streams);
        let mut groups = std::mem::take(&mut self.groups);
        for stream in &snapshot.streams {
            let mut looks = streams.remove(&stream.key).unwrap_or_default();
            push(&mut looks, StreamLook::of(stream, at_ms));
            self.streams.insert(stream.key.clone(), looks);
            for group in &stream.groups {
                let name = (stream.key.clone(), group.name.clone());
                let mut looks = groups.remove(&name).unwrap_or_default();
                push(&mut looks, GroupLook::of(group, at_ms));
                self.groups.insert(name, looks);
            }
        }
    }

    /// The pace of a stream.
    #[must_use]
    pub fn stream(&self, key: &[u8]) -> StreamPace {
        let Some((then, now)) = self.streams.get(key).and_then(ends) else {
            return StreamPace::default();
        };
        let over_ms = now.at_ms - then.at_ms;
        StreamPace {
            in_per_s: added(then, now).map(|n| per_s(n, over_ms)),
            out_per_s: grown(then.trimmed, now.trimmed).map(|n| per_s(n, over_ms)),
        }
    }

    /// The pace of a group.
    #[must_use]
    pub fn group(&self, stream: &[u8], name: &[u8]) -> GroupPace {
        let Some(looks) = self.groups.get(&(stream.to_vec(), name.to_vec())) else {
            return GroupPace::default();
        };
        let trend = looks.iter().map(|look| look.outstanding).collect();
        let Some((then, now)) = ends(looks) else {
            let is_done = looks.back().is_some_and(|l| l.outstanding == Some(0));
            return GroupPace {
                trend,
                drain: if is_done { Drain::Done } else { Drain::Unknown },
                ..GroupPace::default()
            };
        };
        let over_ms = now.at_ms - then.at_ms;
        GroupPace {
            read_per_s: grown(then.read, now.read).map(|n| per_s(n, over_ms)),
            acked_per_s: acked(then, now).map(|n| per_s(n, over_ms)),
            trend,
            drain: drain(then.outstanding, now.outstanding, over_ms),
        }
    }
}

/// Whether a consumer looks as if it had died: it has entries and does not ask for more.
#[must_use]
pub fn may_be_dead(consumer: &ConsumerStatus) -> bool {
    consumer.pending > 0 && consumer.idle_ms.is_some_and(|idle| idle > SILENT_MS)
}

/// What a group still has to do: deliverable and pending.
#[must_use]
pub fn outstanding(group: &GroupStatus) -> Option<u64> {
    let (pending, deliverable) = group.pending.zip(group.lag.deliverable)?;
    pending.checked_add(deliverable)
}

/// Fills in what a look did not count from the look before it: where a group stands where it stood and nothing went from its
/// stream since, what is deliverable is what was, and what was added.
pub fn carry_over(before: &GroupsSnapshot, now: &mut GroupsSnapshot) {
    for stream in &mut now.streams {
        let Some(was) = before.streams.iter().find(|was| was.key == stream.key) else {
            continue;
        };
        let nothing_went = stream.trimmed.is_some() && stream.trimmed == was.trimmed;
        let Some(more) = grown(was.added, stream.added).filter(|_| nothing_went) else {
            continue;
        };
        for group in &mut stream.groups {
            let then = was.groups.iter().find(|then| then.name == group.name);
            let then = then.filter(|then| then.last_delivered == group.last_delivered);
            let Some(then) = then.filter(|_| group.last_delivered.is_some()) else {
                continue;
            };
            let deliverable = then.lag.deliverable.and_then(|n| n.checked_add(more));
            group.lag.deliverable = group.lag.deliverable.or(deliverable);
            group.lag.lost = group.lag.lost.or(then.lag.lost);
        }
    }
}

impl StreamLook {
    fn of(stream: &StreamStatus, at_ms: Ms) -> Self {
        Self {
            at_ms,
            length: stream.length,
            added: stream.added,
            trimmed: stream.trimmed,
            first: stream.first,
            last: stream.last,
        }
    }
}

impl GroupLook {
    fn of(group: &GroupStatus, at_ms: Ms) -> Self {
        Self {
            at_ms,
            read: group.entries_read,
            pending: group.pending,
            outstanding: outstanding(group),
        }
    }
}

/// A clock that was set back begins anew.
fn push<L: Copy + Timed>(looks: &mut VecDeque<L>, look: L) {
    if looks.back().is_some_and(|last| last.at_ms() > look.at_ms()) {
        looks.clear();
    }
    looks.push_back(look);
    let over = looks.len().saturating_sub(LOOKS);
    looks.drain(..over);
}

trait Timed {
    fn at_ms(&self) -> Ms;
}

impl Timed for StreamLook {
    fn at_ms(&self) -> Ms {
        self.at_ms
    }
}

impl Timed for GroupLook {
    fn at_ms(&self) -> Ms {
        self.at_ms
    }
}

/// The oldest look of the window, and the newest.
fn ends<L: Copy + Timed>(looks: &VecDeque<L>) -> Option<(L, L)> {
    let now = *looks.back()?;
    let from = now.at_ms().saturating_sub(WINDOW_MS);
    let then = *looks.iter().find(|look| look.at_ms() >= from)?;
    (now.at_ms() - then.at_ms() >= LEAST_MS).then_some((then, now))
}

fn grown(then: Option<u64>, now: Option<u64>) -> Option<u64> {
    now?.checked_sub(then?)
}

/// Before 7.0 nothing counts what was added: where nothing was taken away, the length does.
fn added(then: StreamLook, now: StreamLook) -> Option<u64> {
    if then.added.is_some() || now.added.is_some() {
        return grown(then.added, now.added);
    }
    if now.last.is_some() && now.last == then.last {
        return Some(0);
    }
    let is_whole = now.first.is_some() && now.first == then.first;
    is_whole.then(|| grown(then.length, now.length)).flatten()
}

/// What was read and is not pending any more.
fn acked(then: GroupLook, now: GroupLook) -> Option<u64> {
    let read = grown(then.read, now.read)?;
    read.checked_add(then.pending?)?.checked_sub(now.pending?)
}

fn drain(then: Option<u64>, now: Option<u64>, over_ms: Ms) -> Drain {
    let (then, now) = match (then, now) {
        (_, Some(0)) => return Drain::Done,
        (Some(then), Some(now)) => (then, now),
        _ => return Drain::Unknown,
    };
    match then.checked_sub(now) {
        None => Drain::Growing,
        Some(0) => Drain::Steady,
        Some(less) => {
            let ms = u128::from(now) * u128::from(over_ms) / u128::from(less);
            Drain::In(Ms::try_from(ms).unwrap_or(Ms::MAX))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate, shown with two digits")]
fn per_s(count: u64, over_ms: Ms) -> f64 {
    count as f64 * 1_000.0 / over_ms as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::consumer_groups::Lag;

    struct Seen {
        at_ms: Ms,
        added: Option<u64>,
        length: u64,
        ids: (u64, u64),
        group: (Option<u64>, u64, Option<u64>),
    }

    const SEEN: Seen = Seen {
        at_ms: 0,
        added: Some(0),
        length: 0,
        ids: (1, 1),
        group: (Some(0), 0, Some(0)),
    };

    fn snapshot(seen: &Seen) -> GroupsSnapshot {
        let (read, pending, deliverable) = seen.group;
        let id = |ms| Some(EntryId { ms, seq: 0 });
        GroupsSnapshot {
            taken_at: seen.at_ms,
            streams: vec![StreamStatus {
                key: b"s".to_vec(),
                length: Some(seen.length),
                added: seen.added,
                trimmed: seen.added.map(|added| added - seen.length),
                first: id(seen.ids.0),
                last: id(seen.ids.1),
                groups: vec![GroupStatus {
                    name: b"g".to_vec(),
                    pending: Some(pending),
                    entries_read: read,
                    lag: Lag {
                        deliverable,
                        ..Lag::default()
                    },
                    ..GroupStatus::default()
                }],
                ..StreamStatus::default()
            }],
            ..GroupsSnapshot::default()
        }
    }

    fn after(looks: &[Seen]) -> (StreamPace, GroupPace) {
        let mut backlog = Backlog::default();
        for look in looks {
            backlog.take(&snapshot(look));
        }
        (backlog.stream(b"s"), backlog.group(b"s", b"g"))
    }

    #[test]
    fn one_look_tells_no_pace() {
        let (stream, group) = after(&[Seen {
            group: (Some(5), 3, Some(4)),
            ..SEEN
        }]);
        assert_eq!(stream, StreamPace::default());
        assert_eq!(
            (group.read_per_s, group.acked_per_s, group.drain),
            (None, None, Drain::Unknown)
        );
        assert_eq!(group.trend, [Some(7)]);
    }

    #[test]
    fn paces_are_differences_over_the_window() {
        let (stream, group) = after(&[
            Seen {
                added: Some(100),
                length: 100,
                group: (Some(50), 10, Some(50)),
                ..SEEN
            },
            Seen {
                at_ms: 2_000,
                added: Some(120),
                length: 110,
                group: (Some(70), 4, Some(40)),
                ..SEEN
            },
        ]);
        assert_eq!(stream.in_per_s, Some(10.0));
        assert_eq!(stream.out_per_s, Some(5.0));
        assert_eq!(group.read_per_s, Some(10.0));
        // 20 were read, and 6 fewer are pending.
        assert_eq!(group.acked_per_s, Some(13.0));
        // 60 were left, 44 are: 8 a second go.
        assert_eq!(group.drain, Drain::In(5_500));
    }

    #[test]
    fn what_a_server_does_not_count_is_unknown_and_not_zero() {
        let old = |at_ms, length, ids| Seen {
            at_ms,
            added: None,
            length,
            ids,
            group: (None, 1, None),
        };
        let (stream, group) = after(&[old(0, 10, (1, 9)), old(1_000, 15, (1, 12))]);
        assert_eq!((stream.in_per_s, stream.out_per_s), (Some(5.0), None));
        assert_eq!((group.read_per_s, group.acked_per_s), (None, None));
        assert_eq!(group.drain, Drain::Unknown);
        assert_eq!(group.trend, [None, None]);
        // Something was trimmed meanwhile: the length tells nothing.
        let (stream, _) = after(&[old(0, 10, (1, 9)), old(1_000, 10, (2, 12))]);
        assert_eq!(stream.in_per_s, None);
        // Nothing came.
        let (stream, _) = after(&[old(0, 10, (1, 9)), old(1_000, 8, (2, 9))]);
        assert_eq!(stream.in_per_s, Some(0.0));
    }

    #[test]
    fn a_counter_that_went_back_tells_nothing() {
        let (stream, group) = after(&[
            Seen {
                added: Some(100),
                group: (Some(50), 0, Some(9)),
                ..SEEN
            },
            Seen {
                at_ms: 1_000,
                added: Some(3),
                group: (Some(0), 0, Some(9)),
                ..SEEN
            },
        ]);
        assert_eq!(stream.in_per_s, None);
        assert_eq!((group.read_per_s, group.acked_per_s), (None, None));
        assert_eq!(group.drain, Drain::Steady);
    }

    #[test]
    fn what_grows_never_drains_and_what_is_empty_has_drained() {
        let left = |at_ms, deliverable| Seen {
            at_ms,
            group: (Some(0), 0, Some(deliverable)),
            ..SEEN
        };
        let drain = |then, now| after(&[left(0, then), left(1_000, now)]).1.drain;
        assert_eq!(drain(4, 5), Drain::Growing);
        assert_eq!(drain(4, 4), Drain::Steady);
        assert_eq!(drain(4, 0), Drain::Done);
        assert_eq!(drain(u64::MAX, u64::MAX - 1), Drain::In(Ms::MAX));
        assert_eq!(after(&[left(0, 0)]).1.drain, Drain::Done);
    }

    #[test]
    fn old_looks_leave_the_window_and_then_the_memory() {
        let looks: Vec<Seen> = (0..200)
            .map(|n| Seen {
                at_ms: n * 1_000,
                // Fast at first, slow at the end.
                added: Some(if n < 150 { n * 100 } else { 15_000 + n }),
                ..SEEN
            })
            .collect();
        let (stream, group) = after(&looks);
        assert_eq!(stream.in_per_s, Some(1.0));
        assert_eq!(group.trend.len(), LOOKS);
    }

    #[test]
    fn what_was_counted_once_is_known_until_the_group_moves_or_something_goes() {
        let at = |ms| Some(EntryId { ms, seq: 0 });
        let look = |added, length, place, deliverable| {
            let mut look = snapshot(&Seen {
                added: Some(added),
                length,
                group: (None, 0, deliverable),
                ..SEEN
            });
            look.streams[0].groups[0].last_delivered = at(place);
            look
        };
        let before = look(100, 80, 5, Some(30));
        let carried = |mut now: GroupsSnapshot| {
            carry_over(&before, &mut now);
            now.streams[0].groups[0].lag.deliverable
        };
        assert_eq!(carried(look(104, 84, 5, None)), Some(34));
        assert_eq!(carried(look(104, 84, 5, Some(1))), Some(1));
        assert_eq!(carried(look(104, 84, 6, None)), None, "it has read");
        assert_eq!(carried(look(104, 83, 5, None)), None, "one is gone");
        assert_eq!(carried(look(90, 70, 5, None)), None, "another stream");
    }

    #[test]
    fn a_consumer_that_waits_for_work_is_not_dead() {
        let consumer = |pending, idle_ms| ConsumerStatus {
            pending,
            idle_ms,
            ..ConsumerStatus::default()
        };
        assert!(may_be_dead(&consumer(1, Some(SILENT_MS + 1))));
        assert!(!may_be_dead(&consumer(0, Some(SILENT_MS + 1))));
        assert!(!may_be_dead(&consumer(1, Some(SILENT_MS))));
        assert!(!may_be_dead(&consumer(1, None)));
    }
}
