//! What must hold of every state and of its view.

use std::collections::HashSet;

use lookback::app::layout::ScreenId;
use lookback::app::playhead::Playhead;
use lookback::app::screen::{self, FeedRow};
use lookback::app::view::{Line, View};
use lookback::model::{Flags, Mapping};
use lookback::project::session_state::SessionFold;
use lookback::store::{Cursor, Seq, Symbol};

use super::stage::Stage;

pub fn text(line: &Line) -> String {
    line.iter().map(|piece| piece.text.as_str()).collect()
}

/// Checks all of them.
pub fn hold(stage: &Stage) {
    let view = stage.view();
    playhead_stands_on_the_log(stage);
    feed_shows_the_playhead(stage, &view);
    errors_count_what_is_before_the_playhead(stage, &view);
    session_shows_what_is_before_the_playhead(stage);
    if stage.state.screen == ScreenId::Session {
        session_screen_tells_the_fold(stage);
        timeline_shows_the_playhead(stage, &view);
    }
    if stage.state.screen == ScreenId::Errors {
        error_screen_tells_the_groups(stage, &view);
    }
}

/// The entries of the feed's rows: there is no hole in these logs.
pub fn feed_seqs(stage: &Stage) -> Vec<Seq> {
    let rows = screen::feed_rows(&stage.state);
    rows.into_iter()
        .map(|row| match row {
            FeedRow::Entry(seq) => seq,
            FeedRow::Hole => panic!("a hole"),
        })
        .collect()
}

fn playhead_stands_on_the_log(stage: &Stage) {
    let log = &stage.state.log;
    match stage.state.playhead {
        Playhead::Following => {}
        Playhead::Paused(cursor) | Playhead::Playing { cursor, .. } => {
            assert!(log.first() < cursor && cursor <= log.end(), "{cursor:?}");
        }
    }
}

fn feed_shows_the_playhead(stage: &Stage, view: &View) {
    let rows = feed_seqs(stage);
    let known = stage.visible();
    assert!(rows.iter().all(|seq| known.contains(seq)));
    let Some(area) = view.layout.feed else {
        return;
    };
    assert!(rows.len() <= usize::from(area.body().height));
    assert_eq!(view.feed.table.rows.len(), rows.len());
    let cursor = stage.state.cursor();
    for (seq, row) in rows.iter().zip(&view.feed.table.rows) {
        assert_eq!(row.future, !cursor.includes(*seq), "{seq:?}");
    }
    let is_past = stage.state.playhead != Playhead::Following;
    if let Some(selected) = stage
        .selected()
        .filter(|_| is_past && area.body().height > 0)
    {
        let shown: Vec<Seq> = selected_rows(view, &rows);
        assert_eq!(shown, [selected], "the selected row is in view");
    }
}

fn selected_rows(view: &View, rows: &[Seq]) -> Vec<Seq> {
    let rows = rows.iter().zip(&view.feed.table.rows);
    rows.filter(|(_, row)| row.selected)
        .map(|(seq, _)| *seq)
        .collect()
}

fn errors_count_what_is_before_the_playhead(stage: &Stage, view: &View) {
    if view.layout.errors.is_none() {
        return;
    }
    let cursor = stage.state.cursor();
    let visible = stage.visible();
    if is_behind(stage) {
        return;
    }
    let errors = visible
        .iter()
        .filter(|seq| cursor.includes(**seq) && is_counted(stage, **seq));
    let title = text(&view.errors.title);
    let shown = title.split(' ').nth(1).unwrap_or_default().replace(',', "");
    let shown = if shown.is_empty() { "0" } else { &shown };
    assert_eq!(shown, errors.count().to_string(), "{title}");
    let groups = screen::error_groups(&stage.state);
    assert!(groups.iter().all(|group| cursor.includes(group.last)));
}

/// An error that repeats no event.
fn is_counted(stage: &Stage, seq: Seq) -> bool {
    let marks = stage.state.log.get(seq).map(|entry| entry.flags());
    stage.is_error(seq) && !marks.is_some_and(|marks| marks.has(Flags::DUPLICATE))
}

/// While history loads the error screen may know a little less.
fn is_behind(stage: &Stage) -> bool {
    let failing = stage.state.failing.as_ref();
    failing.is_some_and(|failing| failing.is_behind(&stage.state.log))
}

/// Groups, occurrences and the selection are what a plain look at every entry finds.
fn error_screen_tells_the_groups(stage: &Stage, view: &View) {
    let failing = stage.state.failing.as_ref().unwrap();
    if is_behind(stage) {
        return;
    }
    let log = &stage.state.log;
    let cursor = stage.state.cursor();
    let visible = stage.visible();
    let counted: Vec<Seq> = visible
        .iter()
        .copied()
        .filter(|seq| is_counted(stage, *seq))
        .collect();
    let of = |group: Symbol, before: Cursor| -> Vec<Seq> {
        let is_of = |seq: &Seq| {
            before.includes(*seq) && log.get(*seq).is_some_and(|e| e.fingerprint() == group)
        };
        counted.iter().copied().filter(is_of).collect()
    };
    let mut names: HashSet<Symbol> = HashSet::new();
    for group in failing.groups() {
        assert!(names.insert(group.fingerprint));
        let seqs = of(group.fingerprint, cursor);
        let sessions: HashSet<Symbol> = seqs
            .iter()
            .filter_map(|seq| log.get(*seq).map(|entry| entry.session()))
            .filter(|session| session.is_some())
            .collect();
        assert_eq!(group.count, seqs.len() as u64);
        assert_eq!(group.sessions.count, sessions.len() as u64);
        assert_eq!(
            (Some(&group.first), Some(&group.last)),
            (seqs.first(), seqs.last())
        );
    }
    let happened = counted.iter().filter(|seq| cursor.includes(**seq)).count();
    assert_eq!(failing.errors(), happened as u64);
    let Some(group) = failing.group() else {
        assert_eq!(happened, 0);
        return;
    };
    let mut wanted = of(group, stage.state.horizon());
    wanted.reverse();
    let Some(area) = view.layout.occurrences else {
        return;
    };
    let rows = &view.occurrences.table.rows;
    let height = usize::from(area.body().height);
    assert_eq!(
        rows.len(),
        height.min(wanted.len()),
        "as many as there is room for"
    );
    let shown: Vec<Seq> = (0..rows.len())
        .filter_map(|row| screen::occurrence_row(&stage.state, row))
        .collect();
    let begin = wanted.iter().position(|seq| Some(seq) == shown.first());
    assert!(wanted[begin.unwrap_or(0)..].starts_with(&shown));
    for (seq, row) in shown.iter().zip(rows) {
        assert_eq!(row.future, !cursor.includes(*seq));
        assert_eq!(row.selected, Some(*seq) == failing.selected());
    }
    let selected = rows.iter().filter(|row| row.selected).count();
    let has = failing.selected().is_some() && height > 0;
    assert_eq!(selected, usize::from(has), "the selected one is in view");
}

fn session_shows_what_is_before_the_playhead(stage: &Stage) {
    let cursor = stage.state.cursor();
    for seq in (0..100).filter_map(|row| screen::session_row(&stage.state, row)) {
        assert!(cursor.includes(seq), "{seq:?} has not happened");
        let session = stage.state.log.get(seq).map(|e| e.session());
        assert_eq!(session, Some(stage.state.panes.session));
    }
}

/// The session's events, as a plain look at every entry finds them.
fn events(stage: &Stage) -> Vec<Seq> {
    let session = stage.state.panes.session;
    let of_it = |seq: &Seq| {
        let found = stage.state.log.get(*seq).map(|e| e.session());
        session.is_some() && found == Some(session)
    };
    stage.seqs().into_iter().filter(of_it).collect()
}

fn session_screen_tells_the_fold(stage: &Stage) {
    let inspected = stage.state.inspected.as_ref().unwrap();
    let cursor = stage.state.cursor();
    let mut fold = SessionFold::default();
    let events = events(stage);
    let happened = events.iter().filter(|seq| cursor.includes(**seq));
    for entry in happened.clone().filter_map(|seq| stage.state.log.get(*seq)) {
        fold.apply(&entry.event(&Mapping::default()), entry.id());
    }
    assert_eq!(inspected.happened(), happened.count());
    let standing = inspected.standing(stage.state.moment_ms());
    assert_eq!(standing.state, &fold.state);
    let found: Vec<Seq> = inspected.folded().steps().iter().map(|s| s.seq).collect();
    assert_eq!(found, events);
}

/// Its rows say of themselves whether they have happened, and the playhead's is in view.
fn timeline_shows_the_playhead(stage: &Stage, view: &View) {
    let Some(area) = view.layout.session else {
        return;
    };
    let rows = &view.session.table.rows;
    assert!(rows.len() <= usize::from(area.body().height));
    let cursor = stage.state.cursor();
    let events = rows.iter().enumerate().filter_map(|(at, row)| {
        let seq = screen::timeline_row(&stage.state, at)?;
        Some((seq, row))
    });
    let mut selected = Vec::new();
    for (seq, row) in events {
        assert_eq!(row.future, !cursor.includes(seq), "{seq:?}");
        selected.extend(row.selected.then_some(seq));
    }
    let is_past = stage.state.playhead != Playhead::Following;
    let here = stage
        .selected()
        .filter(|_| is_past && area.body().height > 0);
    assert_eq!(selected, here.into_iter().collect::<Vec<_>>());
}
