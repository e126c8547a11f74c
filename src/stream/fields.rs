//! The fields of an entry that is to be written.

use crate::model::FieldRef;

/// Names and values, one after another in one allocation. Order and repeated names are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    bytes: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<usize>,
}

impl Fields {
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        for part in [name, value] {
            self.bytes.extend_from_slice(part);
            self.ends.push(self.bytes.len());
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = FieldRef<'_>> {
        let part = |from: usize, to: usize| self.bytes.get(from..to).unwrap_or_default();
        let mut from = 0;
        self.ends.chunks_exact(2).filter_map(move |pair| {
            let [name, value] = *pair else { return None };
            let field = (part(from, name), part(name, value));
            from = value;
            Some(field)
        })
    }

    /// How many fields.
    pub fn len(&self) -> usize {
        self.ends.len() / 2
    }

    /// Bytes of all names and values.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}
