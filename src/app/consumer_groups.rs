//! What screen 5 is about: the last look at the streams and their consumer groups, and what is selected in it.
//!
//! Invariant: what is selected is a name or an id and never a row, so it stays where it is while others come and go.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::model::consumer_groups::{
    ConsumerStatus, GroupChange, GroupStatus, GroupsSnapshot, PendingEntry, StreamStatus,
};
use crate::model::{EntryId, Ms, OwnedField, text_or_base64};
use crate::project::Backlog;
use crate::project::backlog::carry_over;
use crate::store::Trouble;

/// What can be done with consumer groups here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The source has none (files, the demo).
    #[default]
    None,
    /// They can be looked at.
    Looks,
    /// They can be changed too.
    Changes,
}

/// What the shell is asked to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// The group whose pending entries are wanted.
    pub pending_of: Option<GroupName>,
}

/// A group, wherever it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GroupName {
    /// The stream's key.
    #[serde(with = "text_or_base64")]
    pub stream: Vec<u8>,
    /// The group's name.
    #[serde(with = "text_or_base64")]
    pub group: Vec<u8>,
}

/// What came of looking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// What there is.
    Seen(Box<Seen>),
    /// Why nothing could be seen, and what can be done.
    Failed(Trouble),
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Streams, groups and consumers.
    pub snapshot: GroupsSnapshot,
    /// The pending entries of the group that was asked for.
    pub pending: Option<PendingPage>,
    /// When it is looked again.
    pub next_in_ms: Ms,
}

/// The oldest pending entries of a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PendingPage {
    /// The group.
    pub of: GroupName,
    /// Its entries, the oldest first.
    pub entries: Vec<PendingEntry>,
    /// Why they could not be asked, for the user.
    pub fault: Option<String>,
}

/// What came of looking for pending entries that were deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deleted {
    /// These, of this group; not all of them where there are very many.
    Found(GroupName, Vec<EntryId>),
    /// Why they could not be looked for.
    Failed(Trouble),
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was carried out.
    Done {
        /// Entries that it concerned.
        affected: u64,
        /// What else is worth telling.
        note: Option<String>,
        /// The id of an appended entry.
        appended: Option<EntryId>,
    },
    /// It was not, or that is not known.
    Failed(Trouble),
}

/// What came of editing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edited {
    /// What the editor left.
    Text(String),
    /// Why there is nothing.
    Failed(Trouble),
}

/// An entry that is being edited, to be appended again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The group in which it is pending.
    pub of: GroupName,
    /// The entry.
    pub id: EntryId,
    /// What it says.
    pub fields: Vec<OwnedField>,
}

/// A change, ready to be confirmed or under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The stream.
    pub stream: Vec<u8>,
    /// What is to be done there.
    pub change: GroupChange,
    /// What has to be typed first; `None` where a key is enough.
    pub typed: Option<String>,
    /// Entries over which a group is moved, where they were counted.
    pub between: Option<u64>,
}

impl Proposal {
    /// A destructive change asks for a name to be typed.
    #[must_use]
    pub fn new(stream: Vec<u8>, change: GroupChange) -> Self {
        let typed = change.is_destructive().then(|| change.confirmation());
        Self {
            stream,
            change,
            typed,
            between: None,
        }
    }

    /// One that cannot lose anything, whatever it is in general.
    #[must_use]
    pub fn harmless(stream: Vec<u8>, change: GroupChange) -> Self {
        Self {
            stream,
            change,
            typed: None,
            between: None,
        }
    }
}

/// What is asked for before there is a change to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The consumer who is given an entry of a group.
    Claimant(GroupName, EntryId),
    /// Where a group reads on.
    Place(GroupName),
    /// The name of a new group of a stream.
    NewName(Vec<u8>),
    /// Where a new group begins.
    NewPlace(GroupName),
}

/// What is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// A stream.
    pub stream: Option<Vec<u8>>,
    /// A group of it.
    pub group: Option<Vec<u8>>,
    /// A consumer of that.
    pub consumer: Option<Vec<u8>>,
    /// A pending entry of that.
    pub entry: Option<EntryId>,
}

/// The last look, and what is selected in it.
#[derive(Clone, Debug, Default)]
pub struct ConsumerGroups {
    /// What can be done here.
    pub reach: Reach,
    /// The last look that succeeded.
    pub seen: Option<Seen>,
    /// Why the last one did not, if it did not.
    pub trouble: Option<Trouble>,
    /// How fast it all goes.
    pub backlog: Backlog,
    /// What is selected.
    pub chosen: Chosen,
    /// The selected pending entry is shown in full.
    pub is_entry_open: bool,
    /// What the shell looks at.
    pub watched: Option<Watch>,
    /// The change under way.
    pub changing: Option<Proposal>,
    /// The entry that is being edited.
    pub draft: Option<Draft>,
    /// The change for which entries are being counted.
    pub counting: Option<Proposal>,
    /// Commands of the last looks: some ask for more than others.
    costs: VecDeque<u32>,
}

/// Looks over which the number of commands is told.
const COSTS: usize = 6;

impl ConsumerGroups {
    /// Takes in what came of looking.
    pub fn take(&mut self, look: Look) {
        match look {
            Look::Failed(trouble) => self.trouble = Some(trouble),
            Look::Seen(seen) => {
                self.trouble = None;
                let mut seen = *seen;
                if let Some(before) = &self.seen {
                    carry_over(&before.snapshot, &mut seen.snapshot);
                }
                self.backlog.take(&seen.snapshot);
                self.costs.push_back(seen.snapshot.commands);
                self.costs.drain(..self.costs.len().saturating_sub(COSTS));
                // A page of another group was asked for before the selection moved; the one shown stays until its own comes.
                let before = self.seen.take().and_then(|seen| seen.pending);
                seen.pending = seen.pending.or(before);
                self.seen = Some(seen);
            }
        }
        self.keep_chosen();
    }

    /// The streams.
    #[must_use]
    pub fn streams(&self) -> &[StreamStatus] {
        self.seen.as_ref().map_or(&[], |s| &s.snapshot.streams)
    }

    /// The most commands that one of the last looks took.
    #[must_use]
    pub fn most_commands(&self) -> u32 {
        self.costs.iter().copied().max().unwrap_or(0)
    }

    /// What is known of a stream.
    #[must_use]
    pub fn stream_of(&self, key: &[u8]) -> Option<&StreamStatus> {
        self.streams().iter().find(|stream| stream.key == key)
    }

    /// All groups with their streams, in the order of the screen.
    pub fn groups(&self) -> impl Iterator<Item = (&StreamStatus, &GroupStatus)> {
        self.streams()
            .iter()
            .flat_map(|stream| stream.groups.iter().map(move |group| (stream, group)))
    }

    /// The selected stream.
    #[must_use]
    pub fn stream(&self) -> Option<&StreamStatus> {
        self.stream_of(self.chosen.stream.as_ref()?)
    }

    /// The selected group.
    #[must_use]
    pub fn group(&self) -> Option<&GroupStatus> {
        let name = self.chosen.group.as_ref()?;
        let groups = &self.stream()?.groups;
        groups.iter().find(|group| group.name == *name)
    }

    /// The selected group's name.
    #[must_use]
    pub fn group_name(&self) -> Option<GroupName> {
        Some(GroupName {
            stream: self.stream()?.key.clone(),
            group: self.group()?.name.clone(),
        })
    }

    /// The consumers of the selected group.
    #[must_use]
    pub fn consumers(&self) -> &[ConsumerStatus] {
        let consumers = self.group().and_then(|group| group.consumers.as_deref());
        consumers.unwrap_or_default()
    }

    /// The selected consumer.
    #[must_use]
    pub fn consumer(&self) -> Option<&ConsumerStatus> {
        let name = self.chosen.consumer.as_ref()?;
        self.consumers().iter().find(|c| c.name == *name)
    }

    /// The pending entries of the selected group, where they have come.
    #[must_use]
    pub fn page(&self) -> Option<&PendingPage> {
        let page = self.seen.as_ref()?.pending.as_ref()?;
        (Some(&page.of) == self.group_name().as_ref()).then_some(page)
    }

    /// The same, none where they have not.
    #[must_use]
    pub fn pending(&self) -> &[PendingEntry] {
        self.page().map_or(&[], |page| &page.entries)
    }

    /// The selected pending entry.
    #[must_use]
    pub fn entry(&self) -> Option<&PendingEntry> {
        let id = self.chosen.entry?;
        self.pending().iter().find(|entry| entry.id == id)
    }

    /// What is selected is there; where it went, what stands next is.
    pub fn keep_chosen(&mut self) {
        let chosen = Chosen {
            stream: self.nearest_stream(),
            ..self.chosen.clone()
        };
        self.chosen = chosen;
        self.chosen.group = self.nearest_group();
        self.chosen.consumer = nearest(
            self.consumers().iter().map(|c| &c.name),
            self.chosen.consumer.as_ref(),
        );
        // While a page is on its way, what is selected is not known to be gone.
        if self.page().is_some() {
            self.chosen.entry = nearest(
                self.pending().iter().map(|e| &e.id),
                self.chosen.entry.as_ref(),
            );
        }
        self.is_entry_open &= self.chosen.entry.is_some();
    }

    /// At first the first one with a group.
    fn nearest_stream(&self) -> Option<Vec<u8>> {
        let streams = self.streams();
        let kept = self.stream();
        let with_group = || streams.iter().find(|stream| !stream.groups.is_empty());
        let found = kept.or_else(with_group).or(streams.first());
        found.map(|stream| stream.key.clone())
    }

    fn nearest_group(&self) -> Option<Vec<u8>> {
        let groups = self.stream().map_or(&[][..], |s| &s.groups);
        nearest(groups.iter().map(|g| &g.name), self.chosen.group.as_ref())
    }
}

/// The one that was selected, else the one after it, else the last.
fn nearest<'a, T: Clone + Ord + 'a>(
    all: impl Iterator<Item = &'a T> + Clone,
    wanted: Option<&T>,
) -> Option<T> {
    let Some(wanted) = wanted else {
        return all.clone().next().cloned();
    };
    let next = all.clone().find(|item| *item >= wanted);
    next.or(all.last()).cloned()
}
