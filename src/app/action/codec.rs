//! An action as one line of JSON, and back. Entries stand in it as in the file format.
//!
//! Invariant: what [`encode`] writes, [`decode`] reads back equal. Answers of scans are not written: the effect that asked
//! for them runs again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Action, Frozen};
use crate::app::bookmarks::Kept;
use crate::app::consumer_groups::{Deleted, Edited, Look, Outcome};
use crate::app::cost::Cost;
use crate::app::input::{Key, Mouse};
use crate::app::layout::Size;
use crate::app::search::Answer;
use crate::model::{FieldRef, Mapping, Ms, line};
use crate::store::{Arrival, Held, History, Link, Page, PageBuilder, Seq, Then, Trouble};

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Newer {
        received_at: Ms,
        entries: Entries,
    },
    Older {
        entries: Entries,
    },
    Fetched {
        ticket: u64,
        entries: Entries,
        then: Then,
    },
    Held(Held),
    History(History),
    Link(Link),
    Notice(Trouble),
    Tick {
        elapsed_ms: Ms,
    },
    Resident(usize),
    Frozen(Vec<u64>),
    Key(Key),
    Mouse(Mouse),
    Paste(String),
    Resize(Size),
    Measured(Cost),
    Bookmarks(Kept),
    Looked(Look),
    FoundDeleted(Deleted),
    CountedMoved(Option<u64>),
    GroupChanged(Outcome),
    Edited(Edited),
    Searched {
        generation: u64,
        answer: Answer,
    },
}

type Entries = Vec<Box<RawValue>>;

/// Why a line is no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// It is no JSON, or not that of an action.
    #[error("{0}")]
    Json(String),
    /// An entry has no id or no stream.
    #[error("an entry without an id or a stream")]
    Entry,
}

impl From<serde_json::Error> for CodecError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// The action as a line without its newline; `None` for one that is not written.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn encode(action: &Action) -> Result<Option<Vec<u8>>, CodecError> {
    let written = match action {
        Action::Arrived(Arrival::Newer { page, received_at }) => Written::Newer {
            received_at: *received_at,
            entries: entries(page)?,
        },
        Action::Arrived(Arrival::Older { page }) => Written::Older {
            entries: entries(page)?,
        },
        Action::Arrived(Arrival::Fetched { ticket, page, then }) => Written::Fetched {
            ticket: *ticket,
            entries: entries(page)?,
            then: then.clone(),
        },
        Action::Arrived(Arrival::Held(held)) => Written::Held(held.clone()),
        Action::Arrived(Arrival::History(history)) => Written::History(*history),
        Action::Arrived(Arrival::Link(link)) => Written::Link(link.clone()),
        Action::Arrived(Arrival::Notice(trouble)) => Written::Notice(trouble.clone()),
        Action::Tick { elapsed_ms } => Written::Tick {
            elapsed_ms: *elapsed_ms,
        },
        Action::Resident(bytes) => Written::Resident(*bytes),
        Action::Frozen(frozen) => Written::Frozen(frozen.iter().map(|f| f.base.0).collect()),
        Action::Key(key) => Written::Key(*key),
        Action::Mouse(mouse) => Written::Mouse(*mouse),
        Action::Paste(text) => Written::Paste(text.clone()),
        Action::Resize(size) => Written::Resize(*size),
        Action::Measured(cost) => Written::Measured(*cost),
        Action::Bookmarks(kept) => Written::Bookmarks(kept.clone()),
        Action::Looked(look) => Written::Looked(look.clone()),
        Action::FoundDeleted(deleted) => Written::FoundDeleted(deleted.clone()),
        Action::CountedMoved(count) => Written::CountedMoved(*count),
        Action::GroupChanged(outcome) => Written::GroupChanged(outcome.clone()),
        Action::Edited(edited) => Written::Edited(edited.clone()),
        Action::Searched { generation, answer } => Written::Searched {
            generation: *generation,
            answer: answer.clone(),
        },
        Action::Scanned { .. } => return Ok(None),
    };
    Ok(Some(serde_json::to_vec(&written)?))
}

/// The action of a line; its entries are decoded by the mapping by which they were when it was written.
///
/// # Errors
/// When the line is none.
pub fn decode(line: &[u8], mapping: &Arc<Mapping>) -> Result<Action, CodecError> {
    let arrival = match serde_json::from_slice(line)? {
        Written::Newer {
            received_at,
            entries,
        } => Arrival::Newer {
            page: page(&entries, mapping)?,
            received_at,
        },
        Written::Older { entries } => Arrival::Older {
            page: page(&entries, mapping)?,
        },
        Written::Fetched {
            ticket,
            entries,
            then,
        } => Arrival::Fetched {
            ticket,
            page: page(&entries, mapping)?,
            then,
        },
        Written::Held(held) => Arrival::Held(held),
        Written::History(history) => Arrival::History(history),
        Written::Link(state) => Arrival::Link(state),
        Written::Notice(trouble) => Arrival::Notice(trouble),
        Written::Tick { elapsed_ms } => return Ok(Action::Tick { elapsed_ms }),
        Written::Resident(bytes) => return Ok(Action::Resident(bytes)),
        Written::Frozen(bases) => return Ok(Action::Frozen(frozen(bases))),
        Written::Key(key) => return Ok(Action::Key(key)),
        Written::Mouse(mouse) => return Ok(Action::Mouse(mouse)),
        Written::Paste(text) => return Ok(Action::Paste(text)),
        Written::Resize(size) => return Ok(Action::Resize(size)),
        Written::Measured(cost) => return Ok(Action::Measured(cost)),
        Written::Bookmarks(kept) => return Ok(Action::Bookmarks(kept)),
        Written::Looked(look) => return Ok(Action::Looked(look)),
        Written::FoundDeleted(deleted) => return Ok(Action::FoundDeleted(deleted)),
        Written::CountedMoved(count) => return Ok(Action::CountedMoved(count)),
        Written::GroupChanged(outcome) => return Ok(Action::GroupChanged(outcome)),
        Written::Edited(edited) => return Ok(Action::Edited(edited)),
        Written::Searched { generation, answer } => {
            return Ok(Action::Searched { generation, answer });
        }
    };
    Ok(Action::Arrived(arrival))
}

fn frozen(bases: Vec<u64>) -> Vec<Frozen> {
    let bases = bases.into_iter();
    bases
        .map(|base| Frozen {
            base: Seq(base),
            made: None,
        })
        .collect()
}

fn entries(page: &Page) -> Result<Entries, CodecError> {
    let columns = page.columns.id.iter().zip(&page.columns.stream);
    let rows = columns.enumerate().map(|(row, (id, stream))| {
        let mut text = Vec::new();
        let fields = page.payloads.named(row, &page.strings);
        line::write_entry(&mut text, id, page.strings.get(stream), &fields);
        Ok(serde_json::from_slice(&text)?)
    });
    rows.collect()
}

fn page(entries: &Entries, mapping: &Arc<Mapping>) -> Result<Arc<Page>, CodecError> {
    let mut builder = PageBuilder::new(Arc::clone(mapping));
    for entry in entries {
        let line = line::parse(entry.get().as_bytes());
        let (Some(id), Some(stream)) = (line.id, &line.stream) else {
            return Err(CodecError::Entry);
        };
        let fields: Vec<FieldRef<'_>> = line.fields.iter().map(|(n, v)| (&**n, &**v)).collect();
        builder.push(stream, id, &fields);
    }
    Ok(Arc::new(builder.finish()))
}
