//! An entry of a file.

use super::super::StreamError;
use super::super::fields::Fields;
use crate::model::line::{self, Object};
use crate::model::{EntryId, FieldRef};
use crate::store::Trouble;

/// An entry of a file, on its way into a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its id in the stream that it came from, where the line names one.
    pub id: Option<EntryId>,
    /// That stream, where the line names it.
    pub stream: Option<Vec<u8>>,
    fields: Fields,
}

impl Entry {
    /// Reads a line in the file format, without its newline.
    ///
    /// # Errors
    /// [`StreamError::Input`] for anything else.
    pub fn from_line(line: &[u8]) -> Result<Self, StreamError> {
        let hint = "a line is {\"id\":\"1700000000000-0\",\"stream\":\"memory:events\",\"fields\":{…}}, as export writes it; events without `fields` are for publish";
        let read = match line::object(line) {
            Ok(Object::Entry(read)) => read,
            Ok(Object::Event(_)) => {
                return Err(StreamError::Input(Trouble::new(
                    "it is no entry: it has no `fields`",
                    hint,
                )));
            }
            Err(fault) => return Err(StreamError::Input(Trouble::new(fault.to_string(), hint))),
        };
        let mut fields = Fields::default();
        for (name, value) in &read.fields {
            fields.push(name, value);
        }
        Ok(Self {
            id: read.id,
            stream: read.stream.map(std::borrow::Cow::into_owned),
            fields,
        })
    }

    /// Its fields, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldRef<'_>> {
        self.fields.iter().collect()
    }

    /// Bytes of its names and values.
    #[must_use]
    pub fn size(&self) -> usize {
        self.fields.size()
    }
}
