//! Changing consumer groups: from a key over what has to be asked to a confirmation, and how it ended.
//!
//! Invariant: nothing is changed that was not confirmed in words, and only one change is under way at a time. Whether anything
//! may be changed at all is decided below the interface too, where connections are made.

use crate::app::action::Effect;
use crate::app::consumer_groups::{
    Asked, Deleted, Draft, Edited, GroupName, Outcome, Proposal, Reach,
};
use crate::app::input::{Code, Held};
use crate::app::keymap::Command;
use crate::app::prompt::{Prompt, Purpose};
use crate::app::screen::number;
use crate::app::state::State;
use crate::model::consumer_groups::{GroupChange, GroupStart, PendingPayload};
use crate::model::{EntryId, FieldRef, OwnedField, SafeText, line};
use crate::query::FilterError;

/// Begins a change, where one can be.
pub fn begin(state: &mut State, command: Command) -> Vec<Effect> {
    match proposed(state, command) {
        Ok(Step::Ask(asked, text)) => {
            state.prompt = Some(Prompt::new(Purpose::Group(asked), text));
        }
        Ok(Step::Confirm(proposal) | Step::Count(proposal)) => confirm(state, proposal),
        Ok(Step::Look(name)) => {
            state.tell("looking for deleted entries …");
            return vec![Effect::FindDeleted(name)];
        }
        Ok(Step::Edit(draft)) => {
            let fields: Vec<FieldRef<'_>> =
                draft.fields.iter().map(|(n, v)| (&**n, &**v)).collect();
            let text = String::from_utf8_lossy(&line::write_fields(&fields)).into_owned();
            state.groups.draft = Some(draft);
            return vec![Effect::Edit(text)];
        }
        Err(why) => state.tell(why),
    }
    Vec::new()
}

/// What comes next.
enum Step {
    Ask(Asked, String),
    Confirm(Proposal),
    Look(GroupName),
    Edit(Draft),
    Count(Proposal),
}

/// What the command means for what is selected, or why it means nothing.
fn proposed(state: &State, command: Command) -> Result<Step, &'static str> {
    may_change(state)?;
    let groups = &state.groups;
    let group = || groups.group_name().ok_or("no group is selected");
    let entry = || groups.entry().ok_or("no pending entry is selected");
    match command {
        Command::Acknowledge => {
            let (name, entry) = (group()?, entry()?);
            Ok(Step::Confirm(acknowledgement(
                name,
                vec![entry.id],
                entry.entry == PendingPayload::Deleted,
            )))
        }
        Command::AcknowledgeDeleted => Ok(Step::Look(group()?)),
        Command::Claim => {
            let asked = Asked::Claimant(group()?, entry()?.id);
            Ok(Step::Ask(asked, String::new()))
        }
        Command::Republish | Command::RepublishEdited => {
            let (of, entry) = (group()?, entry()?);
            let PendingPayload::Present(fields) = &entry.entry else {
                return Err("this entry was deleted or not read: there is nothing to append again");
            };
            let (id, fields) = (entry.id, fields.clone());
            Ok(match command {
                Command::Republish => Step::Confirm(republishing(of, id, fields)),
                _ => Step::Edit(Draft { of, id, fields }),
            })
        }
        Command::Forget => {
            let consumer = groups.consumer().ok_or("no consumer is selected")?;
            let (name, consumer) = (group()?, consumer.name.clone());
            let GroupName { stream, group } = name;
            let change = GroupChange::Forget { group, consumer };
            Ok(Step::Confirm(Proposal::new(stream, change)))
        }
        Command::SetId => Ok(Step::Ask(Asked::Place(group()?), "$".to_owned())),
        Command::CreateGroup => {
            let stream = groups.stream().ok_or("no stream is selected")?;
            Ok(Step::Ask(Asked::NewName(stream.key.clone()), String::new()))
        }
        Command::DestroyGroup => {
            let GroupName { stream, group } = group()?;
            let change = GroupChange::Destroy { group };
            Ok(Step::Confirm(Proposal::new(stream, change)))
        }
        _ => Err("this changes no group"),
    }
}

/// What is shown has to be true when it is confirmed.
fn may_change(state: &State) -> Result<(), &'static str> {
    let groups = &state.groups;
    match groups.reach {
        Reach::None => Err("there are no consumer groups here"),
        Reach::Looks => Err("read only: start with --allow-writes"),
        Reach::Changes if groups.trouble.is_some() => {
            Err("what is shown is old: it can be changed when the server answers again")
        }
        Reach::Changes if groups.changing.is_some() => Err("another change is under way"),
        Reach::Changes => Ok(()),
    }
}

/// Acknowledging what is deleted loses nothing.
fn acknowledgement(name: GroupName, ids: Vec<EntryId>, are_deleted: bool) -> Proposal {
    let GroupName { stream, group } = name;
    let change = GroupChange::Acknowledge { group, ids };
    if are_deleted {
        Proposal::harmless(stream, change)
    } else {
        Proposal::new(stream, change)
    }
}

/// The old entry is acknowledged after that: it goes on in the new one.
fn republishing(name: GroupName, id: EntryId, fields: Vec<OwnedField>) -> Proposal {
    let change = GroupChange::Republish {
        group: Some(name.group),
        id,
        fields,
        acknowledge: true,
    };
    Proposal::new(name.stream, change)
}

fn confirm(state: &mut State, proposal: Proposal) {
    let purpose = Purpose::Confirm(Box::new(proposal));
    state.prompt = Some(Prompt::new(purpose, String::new()));
}

/// A key while a change is to be confirmed that needs nothing typed.
pub fn press(state: &mut State, held: Held, code: Code) -> Vec<Effect> {
    match (held, code) {
        (Held::None, Code::Enter | Code::Char('y')) => {
            let Some(Purpose::Confirm(proposal)) = state.prompt.take().map(|p| p.purpose) else {
                return Vec::new();
            };
            carry_out(state, *proposal)
        }
        (_, Code::Esc)
        | (Held::None, Code::Char('n' | 'q'))
        | (Held::Control, Code::Char('c' | 'g')) => {
            state.prompt = None;
            state.tell("nothing was changed");
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn carry_out(state: &mut State, proposal: Proposal) -> Vec<Effect> {
    if let Err(why) = may_change(state) {
        state.tell(why);
        return Vec::new();
    }
    state.groups.changing = Some(proposal.clone());
    vec![Effect::ChangeGroup(proposal)]
}

/// Return was pressed in a prompt about a change.
pub fn answered(state: &mut State, prompt: Prompt) -> Vec<Effect> {
    let text = prompt.input.value().trim().to_owned();
    let next = match &prompt.purpose {
        Purpose::Confirm(proposal) if proposal.typed.as_ref().is_none_or(|t| *t == text) => {
            return carry_out(state, (**proposal).clone());
        }
        Purpose::Confirm(proposal) => Err(format!(
            "type {} to do it, Esc leaves it",
            proposal.typed.as_deref().unwrap_or_default()
        )),
        Purpose::Group(asked) => told(asked, &text),
        _ => return Vec::new(),
    };
    match next {
        Ok(Step::Ask(asked, text)) => {
            state.prompt = Some(Prompt::new(Purpose::Group(asked), text));
        }
        Ok(Step::Confirm(proposal)) => confirm(state, proposal),
        Ok(Step::Count(proposal)) => {
            state.tell("counting the entries between …");
            state.groups.counting = Some(proposal.clone());
            return vec![Effect::CountMoved(proposal)];
        }
        Ok(Step::Look(_) | Step::Edit(_)) => {}
        Err(message) => {
            let end = prompt.input.value().len();
            let error = FilterError {
                span: 0..end,
                message,
                hint: String::new(),
            };
            state.prompt = Some(Prompt {
                error: Some(error),
                ..prompt
            });
        }
    }
    Vec::new()
}

/// What was told, as the next step.
fn told(asked: &Asked, text: &str) -> Result<Step, String> {
    match asked {
        Asked::Claimant(name, id) => {
            let consumer = named(text)?;
            let change = GroupChange::Claim {
                group: name.group.clone(),
                consumer,
                ids: vec![*id],
                min_idle_ms: 0,
            };
            Ok(Step::Confirm(Proposal::new(name.stream.clone(), change)))
        }
        Asked::NewName(stream) => {
            let group = named(text)?;
            let name = GroupName {
                stream: stream.clone(),
                group,
            };
            Ok(Step::Ask(Asked::NewPlace(name), "$".to_owned()))
        }
        Asked::NewPlace(name) => {
            let change = GroupChange::Create {
                group: name.group.clone(),
                at: place(text)?,
                make_stream: true,
            };
            Ok(Step::Confirm(Proposal::new(name.stream.clone(), change)))
        }
        Asked::Place(name) => {
            let at = place(text)?;
            let group = name.group.clone();
            let change = GroupChange::SetId { group, at };
            let proposal = Proposal::new(name.stream.clone(), change);
            Ok(match at {
                GroupStart::After(_) => Step::Count(proposal),
                GroupStart::Start | GroupStart::New => Step::Confirm(proposal),
            })
        }
    }
}

fn named(text: &str) -> Result<Vec<u8>, String> {
    if text.is_empty() {
        return Err("a name is wanted".to_owned());
    }
    Ok(text.as_bytes().to_vec())
}

fn place(text: &str) -> Result<GroupStart, String> {
    match text {
        "$" => Ok(GroupStart::New),
        "0" | "0-0" => Ok(GroupStart::Start),
        _ => match EntryId::from_bytes(text.as_bytes()) {
            Some(id) => Ok(GroupStart::After(id)),
            None => Err("$ (the end), 0 (the start) or an entry id is wanted".to_owned()),
        },
    }
}

/// The deleted ones were looked for: now they can be acknowledged.
pub fn found_deleted(state: &mut State, deleted: Deleted) {
    match deleted {
        Deleted::Failed(trouble) => state.tell(trouble.one_line()),
        Deleted::Found(_, ids) if ids.is_empty() => {
            state.tell("none of the pending entries of this group was deleted");
        }
        // Something else is being asked meanwhile.
        Deleted::Found(..) if state.prompt.is_some() => {}
        Deleted::Found(name, ids) => match may_change(state) {
            Ok(()) => {
                state.notice = None;
                confirm(state, acknowledgement(name, ids, true));
            }
            Err(why) => state.tell(why),
        },
    }
}

/// The entries over which a group is moved were counted: now that can be confirmed.
pub fn counted(state: &mut State, between: Option<u64>) {
    let Some(proposal) = state.groups.counting.take() else {
        return;
    };
    // Something else is being asked meanwhile.
    if state.prompt.is_some() {
        return;
    }
    match may_change(state) {
        Ok(()) => {
            state.notice = None;
            confirm(
                state,
                Proposal {
                    between,
                    ..proposal
                },
            );
        }
        Err(why) => state.tell(why),
    }
}

/// An entry was edited: what it says now can be appended.
pub fn edited(state: &mut State, edited: Edited) {
    let Some(draft) = state.groups.draft.take() else {
        return;
    };
    let text = match edited {
        Edited::Text(text) => text,
        Edited::Failed(trouble) => return state.tell(trouble.one_line()),
    };
    match line::parse_fields(text.as_bytes()) {
        Err(why) => state.tell(format!(
            "nothing was appended: what was left is no entry: {why}"
        )),
        Ok(fields) if fields == draft.fields => {
            state.tell("nothing was appended: it was left as it is (R appends it so)");
        }
        Ok(fields) => match may_change(state) {
            Ok(()) => confirm(state, republishing(draft.of, draft.id, fields)),
            Err(why) => state.tell(why),
        },
    }
}

/// A change ended.
pub fn ended(state: &mut State, outcome: &Outcome) {
    let change = state.groups.changing.take().map(|proposal| proposal.change);
    let text = match (outcome, &change) {
        (Outcome::Failed(trouble), _) => trouble.one_line(),
        (
            Outcome::Done {
                affected,
                note,
                appended,
            },
            change,
        ) => {
            let done = change
                .as_ref()
                .map_or_else(|| "done".to_owned(), |c| done(c, *affected, *appended));
            let note = note.as_ref().map(|note| format!("; {note}"));
            done + &note.unwrap_or_default()
        }
    };
    state.tell(text);
}

fn done(change: &GroupChange, affected: u64, appended: Option<EntryId>) -> String {
    let name = |bytes: &[u8]| SafeText::line(bytes, 40).to_string();
    let group = name(change.group().unwrap_or_default());
    let entries = match affected {
        1 => "1 entry".to_owned(),
        n => format!("{} entries", number::grouped(n)),
    };
    match change {
        GroupChange::Create { .. } => format!("made group {group}"),
        GroupChange::SetId { .. } => format!("moved group {group}"),
        GroupChange::Destroy { .. } => format!("destroyed group {group}, with {entries} pending"),
        GroupChange::Acknowledge { .. } => format!("acknowledged {entries} of group {group}"),
        GroupChange::Claim { consumer, .. } => {
            format!("gave {entries} of group {group} to {}", name(consumer))
        }
        GroupChange::Forget { consumer, .. } => {
            format!("forgot consumer {}, with {entries} pending", name(consumer))
        }
        GroupChange::Republish { .. } => match appended {
            Some(id) => format!("appended {id}"),
            None => "appended it again".to_owned(),
        },
    }
}
