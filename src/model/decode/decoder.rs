//! Many entries, one after the other: what their names mean is looked up once.

use super::arguments::arguments;
use super::layout::Layout;
use super::names::{NameNumber, Names};
use super::{EntryId, Event, FieldRef, Mapping};

/// Decodes entries, and remembers what their names mean.
#[derive(Debug, Default)]
pub struct Decoder {
    names: Names,
    /// Of each name that was looked up for the last entry: its number, and whether its value can be an argument.
    looked_up: Vec<(Option<NameNumber>, bool)>,
}

/// An entry, decoded for the log.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// What [`super::decode`] gives.
    pub event: Event<'a>,
    /// What the event was done with, as one number: the hash of the kind and the arguments, 0 where there are none to tell by.
    pub arguments: u32,
}

impl Decoder {
    /// The same event as [`super::decode`] gives.
    pub fn decode<'a>(
        &mut self,
        stream: &[u8],
        id: EntryId,
        fields: &[FieldRef<'a>],
        mapping: &Mapping,
    ) -> Decoded<'a> {
        let (names, looked_up) = (&mut self.names, &mut self.looked_up);
        looked_up.clear();
        let layout = Layout::new(fields, mapping, |name| {
            let (meaning, number) = names.meaning(name);
            looked_up.push((number, meaning.argument));
            meaning.plays
        });
        let event = super::event(stream, id, layout, fields);
        // A field that wraps others is none itself. Where none did, each name that was looked up is an attribute's.
        let arguments = if looked_up.len() == event.attributes.len() {
            arguments(&event, looked_up.iter().map(|(_, argument)| *argument))
        } else {
            let attributes = event.attributes.iter();
            arguments(
                &event,
                attributes.map(|(name, _)| names.meaning(name).0.argument),
            )
        };
        Decoded { event, arguments }
    }

    /// The number of each field's name of the last entry, in the order of the fields: the same name has the same one as long as
    /// this decoder lives. Numbers count up from 0; `None` for a name that is not remembered.
    pub fn name_numbers(&self) -> impl Iterator<Item = Option<NameNumber>> {
        self.looked_up.iter().map(|(number, _)| *number)
    }
}
