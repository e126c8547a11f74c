//! An entry's fields laid flat, each looked up once, with the best candidate for every slot.

use std::borrow::Cow;

use super::json::Members;
use super::names::{Plays, Slot, WEAK};
use super::unwrap::{Content, content};
use crate::model::{Attribute, Fault, FieldRef, Mapping, Part, Source};

/// The best candidate for a slot so far.
#[derive(Clone, Copy, Debug)]
struct Pick {
    priority: u16,
    attribute: u32,
    source: Source,
}

/// Fields after unwrapping, outer ones first, and who plays what among them.
pub(super) struct Layout<'a, 'm> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) faults: Vec<Fault>,
    picks: [Option<Pick>; Slot::COUNT],
    mapping: &'m Mapping,
    /// Members found in wrappers, to be merged after the fields of the level above.
    wrapped: Vec<Members<'a>>,
}

/// Priorities of built-in names begin here; below are those of the user's own.
const BUILT_IN: u16 = 1 << 8;
/// What one level of depth adds, more than any strong name's own priority: the outer envelope wins.
const DEPTH: u16 = 1 << 6;
/// What a weak name adds, more than any depth.
const LAST: u16 = 1 << 12;
/// A longer text is no type, and a longer id no id: it would be kept once per distinct value.
const LONGEST_NAME: usize = 512;
/// Inner names are compared with this many outer ones.
const ENVELOPE: usize = 64;

impl<'a, 'm> Layout<'a, 'm> {
    /// `plays` says what a field of a name can be. It is asked once for each field in their order, then for names within wrappers.
    pub(super) fn new(
        fields: &[FieldRef<'a>],
        mapping: &'m Mapping,
        mut plays: impl FnMut(&[u8]) -> Option<&'static Plays>,
    ) -> Self {
        let mut layout = Self {
            attributes: Vec::with_capacity(fields.len()),
            faults: Vec::new(),
            picks: [None; Slot::COUNT],
            mapping,
            wrapped: Vec::new(),
        };
        let only = fields.len() == 1;
        for (name, value) in fields {
            let plays = plays(name);
            let may_wrap = only || plays.is_some_and(|p| p.wrapper);
            layout.place(
                Cow::Borrowed(name),
                Cow::Borrowed(value),
                plays,
                may_wrap,
                0,
            );
        }
        // What stands in an only field is the envelope itself.
        layout.merge_wrapped(u16::from(!only), plays);
        layout
    }

    /// The text that plays a slot.
    pub(super) fn get(&self, slot: Slot) -> Option<&Cow<'a, [u8]>> {
        let pick = (*self.picks.get(slot.index()?)?)?;
        Some(&self.attribute(pick)?.1)
    }

    /// The field that plays a slot: its name and text.
    pub(super) fn field(&self, slot: Slot) -> Option<&Attribute<'a>> {
        let pick = (*self.picks.get(slot.index()?)?)?;
        self.attribute(pick)
    }

    /// Where a slot's text came from, for the evidence.
    pub(super) fn source(&self, slot: Slot) -> Option<(Source, u32)> {
        let pick = (*self.picks.get(slot.index()?)?)?;
        Some((pick.source, pick.attribute))
    }

    pub(super) fn fault(&mut self, field: &[u8], problem: &'static str) {
        // A name is as untrusted as a value.
        let field = field.get(..64).unwrap_or(field).to_vec();
        self.faults.push(Fault { field, problem });
    }

    fn attribute(&self, pick: Pick) -> Option<&Attribute<'a>> {
        self.attributes.get(usize::try_from(pick.attribute).ok()?)
    }

    fn merge_wrapped(
        &mut self,
        depth: u16,
        mut plays: impl FnMut(&[u8]) -> Option<&'static Plays>,
    ) {
        for depth in [depth, depth + 1] {
            if self.wrapped.is_empty() {
                return;
            }
            let envelope = self.attributes.len().min(ENVELOPE);
            for members in std::mem::take(&mut self.wrapped) {
                if members.cut {
                    self.fault(b"", "too many members");
                }
                self.merge(members, envelope, depth, &mut plays);
            }
        }
    }

    fn merge(
        &mut self,
        members: Members<'a>,
        envelope: usize,
        depth: u16,
        plays: &mut impl FnMut(&[u8]) -> Option<&'static Plays>,
    ) {
        for (name, value) in members.list {
            let outer = self.attributes.get(..envelope).unwrap_or_default();
            if outer.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let plays = plays(&name);
            let may_wrap = depth <= 1 && plays.is_some_and(|p| p.inner_wrapper);
            self.place(name, value, plays, may_wrap, depth);
        }
    }

    fn place(
        &mut self,
        name: Cow<'a, [u8]>,
        value: Cow<'a, [u8]>,
        plays: Option<&'static Plays>,
        may_wrap: bool,
        depth: u16,
    ) {
        if may_wrap {
            match content(&value) {
                Content::Members(members) => return self.wrapped.push(members),
                Content::Broken => self.fault(&name, "broken JSON"),
                Content::Plain => {}
            }
        }
        self.nominate(&name, &value, plays, depth);
        self.attributes.push((name, value));
    }

    fn nominate(&mut self, name: &[u8], value: &[u8], plays: Option<&'static Plays>, depth: u16) {
        if super::is_none(value) {
            return;
        }
        if !self.mapping.overrides.is_empty() {
            self.nominate_own(name, value);
        }
        let Some(plays) = plays else { return };
        for (slot, priority) in &plays.slots {
            // An id inside a payload is its subject's (an order, a completion), not the event's.
            if *slot == Slot::Part(Part::EventId) && depth > 0 && plays.name == "id" {
                continue;
            }
            let weak = if *priority >= WEAK { LAST } else { 0 };
            let priority = BUILT_IN + weak + depth * DEPTH + priority;
            self.offer(*slot, priority, Source::Field(plays.name), name, value);
        }
    }

    fn nominate_own(&mut self, name: &[u8], value: &[u8]) {
        let mapping = self.mapping;
        for (part, names) in &mapping.overrides {
            let own = (0..BUILT_IN).zip(names);
            for (index, _) in own.filter(|(_, own)| own.as_bytes() == name) {
                self.offer(
                    Slot::Part(*part),
                    index,
                    Source::Override(index),
                    name,
                    value,
                );
            }
        }
    }

    fn offer(&mut self, slot: Slot, priority: u16, source: Source, name: &[u8], value: &[u8]) {
        let Some(index) = slot.index() else { return };
        let Some(place) = self.picks.get_mut(index) else {
            return;
        };
        if place.is_some_and(|pick| pick.priority <= priority) || !fits(slot, value) {
            return;
        }
        if is_name(slot) && value.len() > LONGEST_NAME {
            return self.fault(name, "too long to be a name or an id");
        }
        *place = u32::try_from(self.attributes.len())
            .ok()
            .map(|attribute| Pick {
                priority,
                attribute,
                source,
            });
    }
}

/// Whether the slot's values are names and ids, which are kept as symbols.
const fn is_name(slot: Slot) -> bool {
    matches!(
        slot,
        Slot::Part(Part::Kind | Part::Session | Part::User | Part::EventId | Part::Role)
    )
}

/// Structures are no names; only a user may be an object, which has an id.
fn fits(slot: Slot, value: &[u8]) -> bool {
    match value.first() {
        Some(b'{') => !is_name(slot) || slot == Slot::Part(Part::User),
        Some(b'[') => !is_name(slot),
        _ => true,
    }
}
