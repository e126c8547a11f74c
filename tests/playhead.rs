//! The playhead's promises: the past does not move, nothing panics, and every pane says what the log says at the cursor.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "playhead/invariants.rs"]
mod invariants;
#[path = "playhead/markers.rs"]
mod markers;
#[path = "playhead/palette.rs"]
mod palette;
#[path = "playhead/stage.rs"]
mod stage;
#[path = "playhead/until.rs"]
mod until;

use lookback::app::input::Code;
use lookback::app::layout::{PaneId, Size};
use lookback::app::playhead::Playhead;
use lookback::app::state::Detail;
use lookback::app::view::{Footer, Header, Scrubber, View};
use lookback::model::{EntryId, Flags};
use lookback::query::Filter;
use lookback::store::{Cursor, Seq};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use invariants::{hold, text};
use stage::{Do, Entry, FILTERS, START, Stage, anything, entry, in_order, page, size};

const SCREEN: Size = Size {
    width: 160,
    height: 45,
};

/// Filters whose answer about an entry does not depend on what comes after it.
fn timeless() -> impl Strategy<Value = &'static str> {
    let fixed = FILTERS
        .into_iter()
        .filter(|f| !f.contains("is:open") && !f.contains("is:ended"));
    prop::sample::select(fixed.collect::<Vec<_>>())
}

/// Entries in the log, the first few of them as history.
fn filled(older: &[Entry], newer: &[Entry]) -> Stage {
    Stage::play(
        SCREEN,
        &[Do::Newer(newer.to_vec()), Do::Older(older.to_vec())],
    )
}

fn place(stage: &Stage, at: Index) -> Cursor {
    let seqs = stage.seqs();
    seqs[at.index(seqs.len())].after()
}

/// Without what may change while paused: how far the present is, how much is new, and the scrubber.
fn past(view: View) -> View {
    let told =
        |text: &str| text.ends_with(" newer") || text.ends_with(" ago") || text == "just now";
    let mut left = view.header.left;
    left.retain(|piece| !told(piece.text.as_str()) && piece.text.as_str() != "  ");
    let mut right = view.header.right;
    right.pop();
    let mut feed = view.feed;
    feed.note.clear();
    // That of a session ends where the screen does.
    let scrubber = match view.layout.strip {
        Some(_) => Scrubber::default(),
        None => view.scrubber,
    };
    View {
        header: Header { left, right },
        feed,
        scrubber,
        ..view
    }
}

/// Without the memory that the log takes.
fn without_memory(mut view: View) -> View {
    view.header.right.pop();
    view
}

fn open(stage: &mut Stage, what: u8) {
    let panes = &mut stage.state.panes;
    match what {
        1 => panes.detail = Some(Detail::default()),
        2 => panes.zoomed = Some(PaneId::Feed),
        3 => panes.zoomed = Some(PaneId::Session),
        4 => (panes.zoomed, panes.focus) = (Some(PaneId::Errors), PaneId::Errors),
        5 => stage.press('2'),
        6 => stage.keys("2dk"),
        7 => stage.keys("2kkjvz"),
        _ => {}
    }
    stage.act(&Do::Tick(0));
    stage.state.notice = None;
}

/// What `open` knows to open.
const WAYS: u8 = 8;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn paused_frames_do_not_change_when_entries_arrive(
        older in vec(entry(), 0..40), newer in vec(entry(), 1..80), news in vec(vec(entry(), 1..20), 1..5),
        filter in prop::option::of(timeless()), what in 0_u8..WAYS, at in any::<Index>(), moves in vec(0_usize..4, 0..6),
    ) {
        let mut stage = filled(&older, &newer);
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        stage.stand_at(place(&stage, at));
        for key in moves {
            stage.press(['j', 'k', 'e', 'E'][key]);
        }
        open(&mut stage, what);
        let before = past(stage.view());
        for entries in news {
            stage.act(&Do::Newer(entries));
            prop_assert_eq!(past(stage.view()), before.clone());
        }
    }

    #[test]
    fn the_same_actions_lead_to_the_same_frame(size in size(), steps in vec(anything(), 0..40)) {
        let (a, b) = (Stage::play(size, &steps), Stage::play(size, &steps));
        prop_assert_eq!(a.view(), b.view());
        prop_assert_eq!(a.effects, b.effects);
    }

    #[test]
    fn batch_borders_do_not_matter(
        entries in vec(in_order(), 1..120), cut in 0_usize..120, sizes in vec(1_usize..20, 1..12),
        filter in prop::option::of(prop::sample::select(FILTERS.to_vec())), at in any::<Index>(), what in 0_u8..WAYS,
    ) {
        let mut ms = START;
        let ids = entries.iter().zip(0..).map(|(entry, n)| {
            ms += entry.gap_ms;
            (EntryId::new(ms, n), entry.clone())
        });
        let ids: Vec<(EntryId, Entry)> = ids.collect();
        let frames = [(0, vec![ids.len()]), (cut.min(ids.len() - 1), sizes)].map(|(cut, sizes)| {
            let mut stage = in_pieces(&ids, cut, &sizes);
            let cursor = place(&stage, at);
            if let Some(filter) = filter {
                stage.narrow(filter);
            }
            stage.stand_at(cursor);
            open(&mut stage, what);
            without_memory(stage.view())
        });
        let [whole, pieces] = frames;
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn narrowing_shows_what_the_filter_matches(
        steps in vec(growth(), 1..14), first in vec(entry(), 0..30), filter in prop::sample::select(FILTERS.to_vec()),
    ) {
        let mut stage = Stage::new(SCREEN);
        stage.act(&Do::Newer(first));
        stage.act(&Do::Type(filter));
        for step in &steps {
            stage.act(step);
        }
        stage.answer_all();
        let asked = Filter::parse(filter).unwrap();
        let narrowing = stage.state.narrowing.as_ref().unwrap();
        prop_assert_eq!(&narrowing.filter, &asked);
        prop_assert!(!narrowing.is_scanning());
        let found: Vec<Seq> = narrowing.matches().iter().collect();
        // A session's end may have been evicted since it was noted.
        if stage.state.loading.dropped == 0 || !filter.starts_with("is:") {
            prop_assert_eq!(found, stage.naive_matches(&asked));
        }
    }

    #[test]
    fn escape_gives_back_the_filter_that_was_in_force(
        newer in vec(entry(), 1..60), news in vec(entry(), 0..10), before in prop::option::of(timeless()), typed in timeless(),
    ) {
        let mut stage = filled(&[], &newer);
        if let Some(filter) = before {
            stage.narrow(filter);
        }
        stage.press('/');
        stage.act(&Do::Paste(typed.to_owned()));
        stage.act(&Do::Newer(news));
        stage.code(Code::Esc);
        stage.answer_all();
        let filter = stage.state.narrowing.as_ref().map(|n| n.filter.clone());
        prop_assert_eq!(filter.clone(), before.map(|b| Filter::parse(b).unwrap()));
        prop_assert_eq!(stage.visible(), stage.naive_matches(&filter.unwrap_or_default()));
    }

    #[test]
    fn before_the_first_match_the_feed_shows_what_will_match_and_a_step_goes_there(
        newer in vec(entry(), 1..60), filter in timeless(), at in any::<Index>(),
    ) {
        let mut stage = filled(&[], &newer);
        stage.narrow(filter);
        stage.answer_all();
        stage.stand_at(place(&stage, at));
        if let (None, Some(first)) = (stage.selected(), stage.visible().first().copied()) {
            let rows = invariants::feed_seqs(&stage);
            prop_assert_eq!(rows.first(), Some(&first));
            stage.code(Code::Right);
            prop_assert_eq!(stage.selected(), Some(first));
        }
    }

    #[test]
    fn narrowing_to_a_row_twice_gives_back_what_was(
        newer in vec(entry(), 1..60), filter in prop::option::of(timeless()), at in any::<Index>(), key in prop::sample::select(vec!['u', 'o', 't']),
    ) {
        let mut stage = filled(&[], &newer);
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        stage.stand_at(place(&stage, at));
        let Some(row) = stage.selected() else { return Ok(()) };
        stage.stand_at(row.after());
        let (before, shown) = (stage.view(), stage.visible());
        stage.press(key);
        stage.answer_all();
        prop_assert_eq!(stage.selected(), Some(row), "the row stays");
        stage.press(key);
        stage.answer_all();
        stage.state.notice = None;
        if !filter.is_some_and(|f| f.contains("session:") || f.contains("type:")) {
            prop_assert_eq!(stage.visible(), shown);
            prop_assert_eq!(stage.view(), before);
        }
    }

    #[test]
    fn a_step_back_undoes_a_step_on(
        older in vec(entry(), 0..40), newer in vec(entry(), 1..60), filter in prop::option::of(timeless()), at in any::<Index>(),
    ) {
        let mut stage = filled(&older, &newer);
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        stage.stand_at(place(&stage, at));
        let Some(row) = stage.selected() else { return Ok(()) };
        let visible = stage.visible();
        if row != visible[0] {
            stage.code(Code::Left);
            prop_assert!(stage.selected() < Some(row));
            stage.code(Code::Right);
            prop_assert_eq!(stage.selected(), Some(row));
        }
        if Some(&row) != visible.last() {
            stage.code(Code::Right);
            prop_assert!(stage.selected() > Some(row));
            stage.code(Code::Left);
            prop_assert_eq!(stage.selected(), Some(row));
        }
    }

    #[test]
    fn error_keys_visit_every_error_and_nothing_else(
        older in vec(entry(), 0..40), newer in vec(entry(), 1..60), filter in prop::option::of(timeless()),
    ) {
        let mut stage = filled(&older, &newer);
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        let visible = stage.visible();
        let mut errors: Vec<Seq> = visible.iter().copied().filter(|seq| stage.is_error(*seq)).collect();
        let mut back = Vec::new();
        for _ in 0..=errors.len() {
            stage.press('E');
            back.extend(stage.selected().filter(|seq| back.last() != Some(seq)));
        }
        errors.reverse();
        prop_assert_eq!(back, or_last(errors.clone(), &visible));
        stage.press('g');
        let first = stage.selected();
        let mut on: Vec<Seq> = first.filter(|seq| stage.is_error(*seq)).into_iter().collect();
        for _ in 0..=errors.len() {
            stage.press('e');
            on.extend(stage.selected().filter(|seq| Some(*seq) != first && on.last() != Some(seq)));
        }
        errors.reverse();
        prop_assert_eq!(on, errors);
    }

    #[test]
    fn braces_go_to_the_ends_of_the_session(older in vec(entry(), 0..40), newer in vec(entry(), 1..60), at in any::<Index>()) {
        let mut stage = filled(&older, &newer);
        stage.stand_at(place(&stage, at));
        let session = stage.state.selected().unwrap().session();
        if session.is_some() {
            let of_it = |seq: &Seq| stage.state.log.get(*seq).unwrap().session() == session;
            let seqs: Vec<Seq> = stage.seqs().into_iter().filter(of_it).collect();
            stage.press('{');
            prop_assert_eq!(stage.selected(), seqs.first().copied());
            stage.press('}');
            prop_assert_eq!(stage.selected(), seqs.last().copied());
        }
    }

    #[test]
    fn eviction_moves_only_a_playhead_that_lost_its_place(
        history in vec(vec(in_order(), 1..20), 1..6), newer in vec(in_order(), 1..20), memory in 0_usize..40_000,
        filter in prop::option::of(timeless()), at in any::<Index>(),
    ) {
        let mut stage = filled(&[], &newer);
        for entries in history {
            stage.act(&Do::Older(entries));
        }
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        let cursor = place(&stage, at);
        stage.stand_at(cursor);
        let (rows, before) = (invariants::feed_seqs(&stage), stage.view());
        stage.act(&Do::Memory(memory));
        stage.act(&Do::Newer(newer));
        let first = stage.state.log.first();
        if cursor > first {
            prop_assert_eq!(stage.state.playhead, Playhead::Paused(cursor));
            prop_assert_eq!(&stage.state.notice, &None);
        } else {
            prop_assert_eq!(stage.state.playhead, Playhead::Paused(first.next().after()));
            prop_assert!(matches!(stage.view().footer, Footer::Notice(line) if text(&line).contains("the playhead moved")));
        }
        let all_left = rows.first().is_none_or(|seq| !first.includes(*seq));
        if all_left && cursor > first {
            let now = stage.view();
            prop_assert_eq!(invariants::feed_seqs(&stage), rows);
            prop_assert_eq!(now.feed.table, before.feed.table);
            prop_assert_eq!(now.feed.title, before.feed.title);
        }
        hold(&stage);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_and_the_panes_agree_with_the_log(size in size(), on_session: bool, steps in vec(anything(), 0..60)) {
        let mut stage = Stage::new(size);
        if on_session {
            stage.press('2');
        }
        for step in &steps {
            stage.act(step);
            hold(&stage);
        }
    }
}

/// Where there are no errors `E` stays on the last row.
fn or_last(errors: Vec<Seq>, visible: &[Seq]) -> Vec<Seq> {
    if errors.is_empty() {
        visible.last().copied().into_iter().collect()
    } else {
        errors
    }
}

/// The log grows at both ends and loses its oldest entries while scans are under way.
fn growth() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => vec(entry(), 0..12).prop_map(Do::Newer),
        4 => vec(entry(), 0..12).prop_map(Do::Older),
        3 => (0_usize..4).prop_map(Do::Answer),
        1 => Just(Do::AnswerAgain),
        1 => (2_000_usize..30_000).prop_map(Do::Memory),
    ]
}

fn in_pieces(entries: &[(EntryId, Entry)], cut: usize, sizes: &[usize]) -> Stage {
    let mut stage = Stage::new(SCREEN);
    let mut sizes = sizes.iter().cycle();
    let (mut history, mut live) = entries.split_at(cut);
    while !live.is_empty() {
        let (now, later) = live.split_at((*sizes.next().unwrap()).min(live.len()));
        stage.newer_page(page(now));
        live = later;
    }
    while !history.is_empty() {
        let (earlier, now) = history.split_at(history.len().saturating_sub(*sizes.next().unwrap()));
        stage.older_page(page(now));
        history = earlier;
    }
    stage
}

#[test]
fn ids_at_the_ends_of_what_redis_allows_are_shown() {
    for ms in [0, 1, 1 << 41, i64::MAX as u64, u64::MAX - 1, u64::MAX] {
        let entry = Entry {
            gap_ms: 0,
            late: false,
            kind: 5,
            session: 1,
            user: 1,
            number: 7,
        };
        let mut stage = Stage::new(SCREEN);
        let ids = [START, ms, START + 1].map(|ms| (EntryId::new(ms, u64::MAX), entry.clone()));
        stage.newer_page(page(&ids));
        stage.newer_page(page(&ids));
        for keys in ["k ", "++++++ f", "{}eEg", "G"] {
            for key in keys.chars() {
                stage.press(key);
                stage.act(&Do::Tick(100));
                hold(&stage);
            }
        }
        let last = stage.state.log.get(Seq::ORIGIN.plus(1)).unwrap();
        assert_eq!((last.id().ms, last.flags().has(Flags::ERROR)), (ms, true));
    }
}
