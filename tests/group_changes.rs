//! Changing consumer groups from the interface: what is selected, what is asked, what is refused, and what is looked at when.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use lookback::app::action::codec;
use lookback::app::consumer_groups::{
    Deleted, Edited, GroupName, Look, Outcome, Proposal, Reach, Seen, Watch,
};
use lookback::app::input::{Code, Held, Key, Mouse, MouseKind};
use lookback::app::layout::{PaneId, ScreenId, Size};
use lookback::app::{Action, Effect, Options, State, update};
use lookback::model::consumer_groups::{GroupChange, GroupStart, GroupStatus, PendingPayload};
use lookback::model::{EntryId, Mapping, Zone};
use lookback::store::Trouble;

#[path = "frames/looks.rs"]
mod looks;

const NOW: u64 = 1_795_442_640_000;
/// Every key that begins a change.
const CHANGING: &str = "ADCRVFIMX";

fn opened(reach: Reach) -> State {
    let options = Options {
        place: "localhost:6379".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 100,
    };
    let size = Size {
        width: 160,
        height: 45,
    };
    let mut state = State::new(options, NOW, size);
    state.groups.reach = reach;
    press(&mut state, "5");
    state
}

/// With the group `workers` selected.
fn looked(reach: Reach) -> State {
    let mut state = opened(reach);
    update(&mut state, looks::look(NOW, 0));
    press(&mut state, "jj");
    update(&mut state, looks::look(NOW, 0));
    state
}

/// On its pending entries.
fn on_entries() -> State {
    let mut state = looked(Reach::Changes);
    press(&mut state, "\t\t");
    assert_eq!(state.panes.focus, PaneId::Pending);
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let effects = keys.chars().flat_map(|key| {
        let key = match key {
            '\t' => Key::plain(Code::Tab),
            '\r' => Key::plain(Code::Enter),
            '\x1b' => Key::plain(Code::Esc),
            key => Key::char(key),
        };
        update(state, Action::Key(key))
    });
    effects.collect()
}

/// The changes among the effects.
fn changes(effects: Vec<Effect>) -> Vec<Proposal> {
    let change = |effect| match effect {
        Effect::ChangeGroup(proposal) => Some(proposal),
        _ => None,
    };
    effects.into_iter().filter_map(change).collect()
}

fn told(state: &State) -> &str {
    state.notice.as_ref().map_or("", |notice| &notice.text)
}

fn chosen_entry(state: &State) -> EntryId {
    state.groups.entry().unwrap().id
}

fn look_with(change: impl FnOnce(&mut Seen)) -> Action {
    let Action::Looked(Look::Seen(mut seen)) = looks::look(NOW, 0) else {
        panic!("a look");
    };
    change(&mut seen);
    Action::Looked(Look::Seen(seen))
}

#[test]
fn without_the_flag_every_key_says_how_to_allow_it_and_nothing_is_asked() {
    let mut state = looked(Reach::Looks);
    for focus in ["", "\t", "\t", "\t", "\t"] {
        press(&mut state, focus);
        for key in CHANGING.chars() {
            state.notice = None;
            let effects = press(&mut state, &key.to_string());
            assert!(effects.is_empty(), "{key}: {effects:?}");
            assert_eq!(
                told(&state),
                "read only: start with --allow-writes",
                "{key}"
            );
            assert!(state.prompt.is_none());
        }
    }
}

#[test]
fn a_source_without_groups_is_not_looked_at() {
    let mut state = opened(Reach::None);
    assert_eq!(state.groups.watched, None);
    press(&mut state, CHANGING);
    assert_eq!(told(&state), "there are no consumer groups here");
}

#[test]
fn it_is_looked_only_while_the_screen_is_open_and_at_what_is_selected() {
    let mut state = opened(Reach::Looks);
    press(&mut state, "1");
    let watched = |effects: Vec<Effect>| -> Vec<Option<Watch>> {
        let watch = |effect| match effect {
            Effect::WatchGroups(watch) => Some(watch),
            _ => None,
        };
        effects.into_iter().filter_map(watch).collect()
    };
    assert_eq!(watched(press(&mut state, "5")), [Some(Watch::default())]);
    let name = |group: &[u8]| {
        Some(Watch {
            pending_of: Some(GroupName {
                stream: b"memory:events".to_vec(),
                group: group.to_vec(),
            }),
        })
    };
    let effects = update(&mut state, looks::look(NOW, 0));
    assert_eq!(watched(effects), [name(b"audit")]);
    assert_eq!(watched(update(&mut state, looks::look(NOW, 1))), []);
    assert_eq!(
        watched(press(&mut state, "jj")).last(),
        Some(&name(b"workers"))
    );
    assert_eq!(watched(press(&mut state, "2")), [None]);
    assert_eq!(watched(press(&mut state, "3")), []);
}

#[test]
fn what_is_selected_stays_while_others_come_and_go() {
    let mut state = on_entries();
    press(&mut state, "jj");
    let entry = chosen_entry(&state);
    press(&mut state, "\t\t\tj");
    let consumer = state.groups.consumer().unwrap().name.clone();
    update(
        &mut state,
        look_with(|seen| {
            let groups = &mut seen.snapshot.streams[0].groups;
            let first = GroupStatus {
                name: b"aaa".to_vec(),
                ..GroupStatus::default()
            };
            groups.insert(0, first);
            seen.snapshot.streams.rotate_right(1);
            seen.pending.as_mut().unwrap().entries.remove(0);
        }),
    );
    assert_eq!(state.groups.group().unwrap().name, b"workers");
    assert_eq!(state.groups.consumer().unwrap().name, consumer);
    assert_eq!(chosen_entry(&state), entry);
}

#[test]
fn where_the_selected_one_is_gone_the_next_one_is_selected() {
    let mut state = on_entries();
    press(&mut state, "jj");
    let next = state.groups.pending()[3].id;
    update(
        &mut state,
        look_with(|seen| {
            seen.pending.as_mut().unwrap().entries.remove(2);
        }),
    );
    assert_eq!(chosen_entry(&state), next);
    // And where it was the last one, the one before it.
    press(&mut state, "G");
    update(
        &mut state,
        look_with(|seen| seen.pending.as_mut().unwrap().entries.truncate(2)),
    );
    assert_eq!(chosen_entry(&state), state.groups.pending()[1].id);
    update(
        &mut state,
        look_with(|seen| {
            seen.snapshot.streams[0]
                .groups
                .retain(|g| g.name != b"workers");
        }),
    );
    assert!(state.groups.group().is_some_and(|g| g.name != b"workers"));
    assert!(state.groups.pending().is_empty());
}

#[test]
fn a_destructive_change_wants_the_name_typed() {
    let mut state = looked(Reach::Changes);
    assert!(changes(press(&mut state, "X\r")).is_empty());
    assert!(changes(press(&mut state, "y\r")).is_empty());
    assert!(state.prompt.as_ref().unwrap().error.is_some());
    assert!(changes(press(&mut state, "\x1b")).is_empty());
    assert!(state.prompt.is_none());
    assert_eq!(told(&state), "nothing was changed");
    let asked = changes(press(&mut state, "Xworkers\r"));
    let group = b"workers".to_vec();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].change, GroupChange::Destroy { group });
    assert_eq!(asked[0].stream, b"memory:events");
    // One at a time.
    press(&mut state, "X");
    assert_eq!(told(&state), "another change is under way");
    let affected = 5;
    update(
        &mut state,
        Action::GroupChanged(Outcome::Done {
            affected,
            note: None,
            appended: None,
        }),
    );
    assert_eq!(
        told(&state),
        "destroyed group workers, with 5 entries pending"
    );
    press(&mut state, "X");
    assert!(state.prompt.is_some());
}

#[test]
fn a_change_that_loses_nothing_wants_one_key_and_no_other_key_does_it() {
    let mut state = on_entries();
    press(&mut state, "j");
    let id = chosen_entry(&state);
    assert!(changes(press(&mut state, "Cworker-2\r")).is_empty());
    assert!(
        changes(press(&mut state, "jxA 5qq")).is_empty(),
        "q leaves it"
    );
    assert!(state.prompt.is_none());
    press(&mut state, "Cworker-2\r");
    update(&mut state, Action::Paste("y\r".to_owned()));
    assert!(state.prompt.is_some(), "what is pasted confirms nothing");
    let control_y = Key::with(Held::Control, Code::Char('y'));
    assert!(update(&mut state, Action::Key(control_y)).is_empty());
    let asked = changes(press(&mut state, "y"));
    let claim = GroupChange::Claim {
        group: b"workers".to_vec(),
        consumer: b"worker-2".to_vec(),
        ids: vec![id],
        min_idle_ms: 0,
    };
    assert_eq!(asked[0].change, claim);
}

#[test]
fn an_entry_that_was_deleted_is_acknowledged_with_one_key_and_another_is_not() {
    let mut state = on_entries();
    assert_eq!(state.groups.entry().unwrap().entry, PendingPayload::Deleted);
    let first = chosen_entry(&state);
    let asked = changes(press(&mut state, "A\r"));
    assert_eq!(asked[0].change.ids(), [first]);
    state.groups.changing = None;
    assert!(changes(press(&mut state, "jA\r")).is_empty());
    assert_eq!(changes(press(&mut state, "workers\r")).len(), 1);
}

#[test]
fn all_that_were_deleted_are_looked_for_first() {
    let mut state = looked(Reach::Changes);
    let effects = press(&mut state, "D");
    let name = GroupName {
        stream: b"memory:events".to_vec(),
        group: b"workers".to_vec(),
    };
    assert!(matches!(&effects[..], [Effect::FindDeleted(of)] if *of == name));
    update(
        &mut state,
        Action::FoundDeleted(Deleted::Found(name.clone(), Vec::new())),
    );
    assert!(state.prompt.is_none());
    let ids = vec![EntryId::new(1, 0), EntryId::new(2, 0)];
    update(
        &mut state,
        Action::FoundDeleted(Deleted::Found(name, ids.clone())),
    );
    let asked = changes(press(&mut state, "y"));
    assert_eq!(asked[0].change.ids(), ids);
}

#[test]
fn an_entry_is_appended_again_as_it_is_and_the_old_one_acknowledged() {
    let mut state = on_entries();
    press(&mut state, "R");
    assert!(told(&state).contains("deleted"), "{}", told(&state));
    press(&mut state, "j");
    let entry = state.groups.entry().unwrap().clone();
    let asked = changes(press(&mut state, "Ry"));
    let PendingPayload::Present(fields) = entry.entry else {
        panic!("it is there");
    };
    let again = GroupChange::Republish {
        group: Some(b"workers".to_vec()),
        id: entry.id,
        fields,
        acknowledge: true,
    };
    assert_eq!(asked[0].change, again);
}

#[test]
fn a_place_that_is_none_keeps_the_prompt_open() {
    let mut state = looked(Reach::Changes);
    press(&mut state, "I");
    let clear = Key::with(Held::Control, Code::Char('u'));
    update(&mut state, Action::Key(clear));
    assert!(changes(press(&mut state, "yesterday\r")).is_empty());
    let prompt = state.prompt.as_ref().unwrap();
    assert!(prompt.error.as_ref().unwrap().message.contains("entry id"));
    update(&mut state, Action::Key(clear));
    let effects = press(&mut state, "5-1\r");
    assert!(
        matches!(&effects[..], [Effect::CountMoved(_)]),
        "{effects:?}"
    );
    update(&mut state, Action::CountedMoved(Some(7)));
    let asked = changes(press(&mut state, "workers\r"));
    assert_eq!(asked[0].between, Some(7));
    let place = GroupChange::SetId {
        group: b"workers".to_vec(),
        at: GroupStart::After(EntryId::new(5, 1)),
    };
    assert_eq!(asked[0].change, place);
}

#[test]
fn a_group_is_made_of_a_name_and_a_place() {
    let mut state = looked(Reach::Changes);
    assert!(changes(press(&mut state, "M\r")).is_empty());
    assert!(state.prompt.as_ref().unwrap().error.is_some());
    let asked = changes(press(&mut state, "new one\r\ry"));
    let made = GroupChange::Create {
        group: b"new one".to_vec(),
        at: GroupStart::New,
        make_stream: true,
    };
    assert_eq!(asked[0].change, made);
}

#[test]
fn what_is_shown_of_a_server_that_does_not_answer_is_not_changed() {
    let mut state = looked(Reach::Changes);
    press(&mut state, "X");
    let gone = Look::Failed(Trouble::new("gone", "wait"));
    update(&mut state, Action::Looked(gone));
    assert!(changes(press(&mut state, "workers\r")).is_empty());
    assert!(told(&state).contains("old"), "{}", told(&state));
    press(&mut state, "X");
    assert!(state.prompt.is_none());
}

#[test]
fn a_failure_is_told_with_what_can_be_done() {
    let mut state = looked(Reach::Changes);
    press(&mut state, "Xworkers\r");
    let trouble = Trouble::new("it is a replica", "connect to its master");
    update(&mut state, Action::GroupChanged(Outcome::Failed(trouble)));
    assert!(told(&state).contains("replica") && told(&state).contains("master"));
    assert!(state.groups.changing.is_none());
}

#[test]
fn enter_goes_from_streams_to_groups_to_entries_and_esc_back() {
    let mut state = looked(Reach::Looks);
    press(&mut state, "\x1b");
    assert_eq!(state.screen, ScreenId::Dashboard);
    press(&mut state, "5");
    let mut states = vec![];
    for key in ["\r", "\r", "v", "\x1b", "\x1b", "\x1b"] {
        press(&mut state, key);
        states.push((state.panes.focus, state.groups.is_entry_open));
    }
    assert_eq!(
        states,
        [
            (PaneId::Pending, false),
            (PaneId::Pending, true),
            (PaneId::Pending, true),
            (PaneId::Pending, false),
            (PaneId::ConsumerGroups, false),
            (PaneId::Feed, false),
        ]
    );
}

#[test]
fn what_was_seen_and_done_is_read_back_from_a_recording() {
    let name = GroupName {
        stream: b"s\xff".to_vec(),
        group: b"\x00".to_vec(),
    };
    let actions = [
        looks::look(NOW, 3),
        look_with(|seen| seen.pending = None),
        Action::Looked(Look::Failed(Trouble::new("gone", ""))),
        Action::FoundDeleted(Deleted::Found(name, vec![EntryId::new(1, 2)])),
        Action::CountedMoved(None),
        Action::CountedMoved(Some(7)),
        Action::Edited(Edited::Text("{}".to_owned())),
        Action::Edited(Edited::Failed(Trouble::new("no", ""))),
        Action::FoundDeleted(Deleted::Failed(Trouble::new("no", "yes"))),
        Action::GroupChanged(Outcome::Failed(Trouble::new("no", "yes"))),
        Action::GroupChanged(Outcome::Done {
            affected: 3,
            note: Some("n".to_owned()),
            appended: Some(EntryId::new(7, 0)),
        }),
    ];
    for action in actions {
        let line = codec::encode(&action).unwrap().unwrap();
        let back = codec::decode(&line, &Arc::default()).unwrap();
        assert_eq!(back, action);
    }
}

#[test]
fn a_click_selects_what_is_under_it() {
    let mut state = looked(Reach::Looks);
    let area = state.layout().consumer_groups.unwrap();
    // Below the rule and the names.
    let mouse = Mouse {
        kind: MouseKind::Press,
        column: 4,
        row: area.y + 3,
    };
    update(&mut state, Action::Mouse(mouse));
    assert_eq!(state.groups.group().unwrap().name, b"hostile \x1b[2J\xff");
    let area = state.layout().streams.unwrap();
    let row = area.y + 3;
    update(&mut state, Action::Mouse(Mouse { row, ..mouse }));
    assert_eq!(state.groups.group().unwrap().name, b"old");
    assert_eq!(state.panes.focus, PaneId::Streams);
}

/// The text of an entry that is given to the editor.
fn handed(state: &mut State) -> String {
    let effects = press(state, "V");
    let [Effect::Edit(text)] = &effects[..] else {
        panic!("{effects:?}");
    };
    text.clone()
}

#[test]
fn an_entry_is_appended_as_it_was_edited_once_that_was_confirmed() {
    let mut state = on_entries();
    press(&mut state, "j");
    let text = handed(&mut state);
    assert!(
        text.contains("\n  \"content\": \"How do I trim a stream?\"\n"),
        "{text}"
    );
    let edited = Edited::Text(text.replace("a stream", "two streams"));
    assert!(changes(update(&mut state, Action::Edited(edited))).is_empty());
    let asked = changes(press(&mut state, "y"));
    let GroupChange::Republish { fields, .. } = &asked[0].change else {
        panic!("{asked:?}");
    };
    assert_eq!(fields[3].1, b"How do I trim two streams?");
}

#[test]
fn nothing_is_appended_by_leaving_the_editor() {
    let mut state = on_entries();
    press(&mut state, "j");
    let text = handed(&mut state);
    let blank = text.replace(": ", " :   ");
    let broken = text.replace('}', "");
    let trouble = Trouble::new("the editor failed", "set EDITOR");
    for (edited, says) in [
        (Edited::Text(text), "left as it is"),
        (Edited::Text(blank), "left as it is"),
        (Edited::Text(broken), "line"),
        (Edited::Text(String::new()), "no entry"),
        (Edited::Failed(trouble), "the editor failed"),
    ] {
        handed(&mut state);
        assert!(update(&mut state, Action::Edited(edited)).is_empty());
        assert!(told(&state).contains(says), "{}", told(&state));
        assert!(state.prompt.is_none() && state.groups.draft.is_none());
    }
    // What nobody asked for is nothing.
    update(
        &mut state,
        Action::Edited(Edited::Text("{\"a\":\"b\"}".to_owned())),
    );
    assert!(state.prompt.is_none());
}
