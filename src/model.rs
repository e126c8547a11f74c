//! What one entry is and means: ids, fields, the decoded event, and text that is safe to show.
//!
//! Invariant: decoding is total. Every entry, however broken, becomes an [`Event`] with its faults noted on it.

pub mod consumer_groups;
pub mod decode;
mod digits;
pub mod entry_id;
pub mod event;
pub mod fingerprint;
pub mod gist;
pub mod group_change;
pub mod hash;
pub mod hex;
pub mod line;
pub mod mapping;
pub mod near;
pub mod safe_text;
pub mod text_or_base64;
pub mod time;

pub use decode::{Decoded, Decoder, NameNumber, TIME_NAMES, decode};
pub use entry_id::{EntryId, EntryIdError};
pub use event::{Attribute, Class, Event, Fault, Flags, Source, Sources};
pub use fingerprint::fingerprint;
pub use gist::{Gist, gist};
pub use hash::hash_of;
pub use mapping::{Evidence, FaultTally, Mapping, Part};
pub use safe_text::SafeText;
pub use time::{Ms, Zone};

/// One field of an entry as Redis holds it: name and value, both arbitrary bytes.
pub type FieldRef<'a> = (&'a [u8], &'a [u8]);

/// The same, of its own.
pub type OwnedField = (Vec<u8>, Vec<u8>);
