//! Which field plays which part: the user's own names, tried before the built-in ones of DESIGN §3, and the
//! evidence of what was found.

use std::collections::BTreeMap;

use super::event::Source;
use super::{Event, FieldRef};

/// A part of an event that a field can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The event type.
    Kind,
    /// The session id.
    Session,
    /// The user id.
    User,
    /// The event time.
    Time,
    /// The latency.
    Latency,
    /// The token count.
    Tokens,
    /// The failure's message.
    Error,
    /// The producer's event id.
    EventId,
    /// The speaker of a message.
    Role,
}

impl Part {
    /// Every part, in the order in which they are declared.
    pub const ALL: [Self; 9] = [
        Self::Kind,
        Self::Session,
        Self::User,
        Self::Time,
        Self::Latency,
        Self::Tokens,
        Self::Error,
        Self::EventId,
        Self::Role,
    ];

    /// The word for it in the configuration and in `doctor`: `type`, `session`, …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kind => "type",
            Self::Session => "session",
            Self::User => "user",
            Self::Time => "time",
            Self::Latency => "latency",
            Self::Tokens => "tokens",
            Self::Error => "error",
            Self::EventId => "id",
            Self::Role => "role",
        }
    }
}

/// Field names per part, in the order in which they are tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Names from the user's configuration, tried before the built-in ones.
    pub overrides: BTreeMap<Part, Vec<String>>,
}

impl Mapping {
    /// The user's name number `index` for a part.
    pub(super) fn own_name(&self, part: Part, index: u16) -> Option<&str> {
        let names = self.overrides.get(&part)?;
        names.get(usize::from(index)).map(String::as_str)
    }
}

/// A name and how many entries it was seen in.
type Tally = Vec<(Box<str>, u64)>;

/// How often each field played each part, over the entries decoded so far.
///
/// The tallies are short sorted lists: names are built in or configured, so there are few, and equal evidence is
/// equal whatever the order of the entries was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Entries looked at.
    pub entries: u64,
    found: [Tally; Part::ALL.len()],
    faults: Vec<FaultTally>,
}

/// A kind of fault, and how many entries had it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultTally {
    /// The field at fault, as written; untrusted. Empty for those that came after the list was full.
    pub field: Vec<u8>,
    /// What is wrong.
    pub problem: &'static str,
    /// Entries.
    pub entries: u64,
}

/// Field names in faults come from the entries, so their number has a bound.
const MAX_FAULTS: usize = 64;

impl Evidence {
    /// Counts one decoded entry. Allocates only for a source that was not seen before.
    pub fn note(&mut self, event: &Event<'_>, _fields: &[FieldRef<'_>], mapping: &Mapping) {
        self.entries += 1;
        for (tally, part) in self.found.iter_mut().zip(Part::ALL) {
            if let Some(source) = event.sources.of(part) {
                count(tally, source_name(source, part, mapping), 1);
            }
        }
        for fault in &event.faults {
            self.count_fault(&fault.field, fault.problem, 1);
        }
    }

    /// Adds another tally to this one.
    pub fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        for (mine, theirs) in self.found.iter_mut().zip(&other.found) {
            for (name, entries) in theirs {
                count(mine, name, *entries);
            }
        }
        for fault in &other.faults {
            self.count_fault(&fault.field, fault.problem, fault.entries);
        }
    }

    /// Part, where it came from, entries: part by part, the most frequent source first. A source is a field name,
    /// `(stream key)`, `(entry id)` or `(only field)`.
    pub fn sources(&self) -> impl Iterator<Item = (Part, &str, u64)> {
        Part::ALL
            .into_iter()
            .zip(&self.found)
            .flat_map(|(part, tally)| {
                let mut rows: Vec<_> = tally.iter().map(|(name, n)| (part, &**name, *n)).collect();
                rows.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
                rows
            })
    }

    /// What was wrong, the most frequent first.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultTally> {
        let mut rows = self.faults.clone();
        rows.sort_by_key(|fault| std::cmp::Reverse(fault.entries));
        rows
    }

    fn count_fault(&mut self, field: &[u8], problem: &'static str, entries: u64) {
        let position = |list: &[FaultTally], field: &[u8]| {
            list.binary_search_by(|f| (&*f.field, f.problem).cmp(&(field, problem)))
        };
        let field = match position(&self.faults, field) {
            Err(_) if self.faults.len() >= MAX_FAULTS => b"",
            _ => field,
        };
        match position(&self.faults, field) {
            Ok(at) => self.faults[at].entries += entries,
            Err(at) => self.faults.insert(
                at,
                FaultTally {
                    field: field.to_vec(),
                    problem,
                    entries,
                },
            ),
        }
    }
}

fn source_name(source: Source, part: Part, mapping: &Mapping) -> &str {
    match source {
        Source::Field(name) => name,
        Source::Override(index) => mapping.own_name(part, index).unwrap_or("(configured)"),
        Source::OnlyField => "(only field)",
        Source::StreamKey => "(stream key)",
        Source::EntryId => "(entry id)",
    }
}

fn count(tally: &mut Tally, name: &str, entries: u64) {
    if let Some((_, n)) = tally.iter_mut().find(|(known, _)| **known == *name) {
        *n += entries;
        return;
    }
    let at = tally.partition_point(|(known, _)| **known < *name);
    tally.insert(at, (name.into(), entries));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryId, decode};

    fn evidence(entries: &[&[FieldRef<'_>]], mapping: &Mapping) -> Evidence {
        let mut evidence = Evidence::default();
        for fields in entries {
            let event = decode(
                b"agent:events",
                EntryId::new(1_700_000_000_000, 0),
                fields,
                mapping,
            );
            evidence.note(&event, fields, mapping);
        }
        evidence
    }

    #[test]
    fn sources_come_by_part_and_then_by_count() {
        let flat: &[FieldRef<'_>] = &[
            (b"type", b"a"),
            (b"session_id", b"s"),
            (b"ts", b"1700000000"),
        ];
        let other: &[FieldRef<'_>] = &[(b"kind", b"a"), (b"runId", b"s")];
        let got = evidence(&[other, flat, flat], &Mapping::default());
        let rows: Vec<_> = got.sources().collect();
        assert_eq!(
            rows,
            [
                (Part::Kind, "type", 2),
                (Part::Kind, "kind", 1),
                (Part::Session, "session_id", 2),
                (Part::Session, "runId", 1),
                (Part::Time, "ts", 2),
                (Part::Time, "(entry id)", 1),
            ]
        );
    }

    #[test]
    fn the_users_names_come_first_and_are_named_in_the_evidence() {
        let mapping = Mapping {
            overrides: BTreeMap::from([(Part::Session, vec!["tenant".into(), "room".into()])]),
        };
        let fields: &[FieldRef<'_>] = &[(b"session_id", b"s"), (b"room", b"r7"), (b"type", b"x")];
        let got = evidence(&[fields], &mapping);
        assert!(got.sources().any(|row| row == (Part::Session, "room", 1)));
        let event = decode(b"s", EntryId::MIN, fields, &mapping);
        assert_eq!(event.session.as_deref(), Some(&b"r7"[..]));
    }

    #[test]
    fn adding_tallies_equals_noting_all_entries_in_one() {
        let a: &[FieldRef<'_>] = &[(b"type", b"a"), (b"tokens", b"many")];
        let b: &[FieldRef<'_>] = &[(b"event", b"b"), (b"tokens", b"7")];
        let mapping = Mapping::default();
        let mut sum = evidence(&[b], &mapping);
        sum.add(&evidence(&[a, a], &mapping));
        assert_eq!(sum, evidence(&[a, b, a], &mapping));
        assert_eq!(sum.faults().first().map(|f| f.entries), Some(2));
    }

    #[test]
    fn faults_of_endless_names_stay_bounded() {
        let mut evidence = Evidence::default();
        for n in 0..1000_u32 {
            evidence.count_fault(&n.to_be_bytes(), "broken JSON", 1);
        }
        let faults = evidence.faults();
        assert!(faults.len() <= MAX_FAULTS + 1);
        assert_eq!(faults.iter().map(|f| f.entries).sum::<u64>(), 1000);
    }
}
