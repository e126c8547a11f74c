//! What must hold of every state and of its view.

use lookback::app::layout::ScreenId;
use lookback::app::playhead::Playhead;
use lookback::app::screen::{self, FeedRow};
use lookback::app::view::{Line, View};
use lookback::model::Mapping;
use lookback::project::session_state::SessionFold;
use lookback::store::Seq;

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
    let errors = visible
        .iter()
        .filter(|seq| cursor.includes(**seq) && stage.is_error(**seq));
    let title = text(&view.errors.title);
    let shown = title.split(' ').nth(1).unwrap_or("0").replace(',', "");
    assert_eq!(shown, errors.count().to_string(), "{title}");
    let groups = screen::error_groups(&stage.state);
    assert!(groups.iter().all(|group| cursor.includes(group.last)));
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
