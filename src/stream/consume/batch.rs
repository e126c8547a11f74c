//! What a consumer is given.

use crate::model::{EntryId, FieldRef};
use crate::source::redis::parse::Entry;

/// Entries to be handled, in the order of their ids.
#[derive(Debug, Default, PartialEq)]
pub struct Batch {
    /// To be handled, then acknowledged.
    pub deliveries: Vec<Delivery>,
    /// Were deleted before anybody handled them; acknowledged already, for telling.
    pub lost: Vec<EntryId>,
    /// Were moved to the dead letters; for telling.
    pub buried: Vec<Buried>,
}

/// An entry to be handled.
#[derive(Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: EntryId,
    /// How often it was delivered, this time included: more than 1 means that somebody may have handled it before.
    pub deliveries: u64,
    pub(super) entry: Entry,
}

/// An entry that was moved to the dead letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buried {
    /// Its id in the stream.
    pub id: EntryId,
    /// How often it was delivered to somebody.
    pub deliveries: u64,
    /// Why.
    pub reason: String,
}

impl Batch {
    /// Whether there is neither anything to do nor anything to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty() && self.lost.is_empty() && self.buried.is_empty()
    }

    /// The ids of what is to be handled.
    pub fn ids(&self) -> impl Iterator<Item = EntryId> {
        self.deliveries.iter().map(|delivery| delivery.id)
    }
}

impl Delivery {
    /// Its fields in their order, repeated names included.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldRef<'_>> {
        let mut fields = Vec::new();
        self.fields_into(&mut fields);
        fields
    }

    /// The same into a list that is used again.
    pub fn fields_into<'a>(&'a self, into: &mut Vec<FieldRef<'a>>) {
        self.entry.fields(into);
    }
}
