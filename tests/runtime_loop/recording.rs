//! What was recorded comes out again.

use std::path::Path;

use lookback::app::bookmarks::Keeping;
use lookback::app::layout::ScreenId;
use lookback::app::playhead::{Playhead, Speed};
use lookback::app::reopen::Reopen;
use lookback::query::Filter;
use lookback::runtime::recording::{self, Head, Recorder};
use lookback::runtime::{Opening, play};
use lookback::source::{Beat, FileSpec, Spec};

use super::*;

fn opening() -> Opening {
    Opening {
        screen: ScreenId::default(),
        metrics: lookback::app::metrics::Choice::default(),
        options: options(),
        filter: Filter::default(),
        at: None,
        speed: Speed::default(),
        reopen: Reopen::default(),
        keeping: Keeping::UntilTheEnd,
        spikes: lookback::project::spikes::Settings::default(),
        groups: lookback::app::consumer_groups::Reach::None,
    }
}

fn files(path: &Path) -> Files {
    let file = recording::create(path).unwrap();
    Files {
        recorder: Some(Recorder::start(file, Head::of(&opening(), NOW, SIZE))),
        ..Files::default()
    }
}

struct Played {
    seen: Seen,
    keys: mpsc::UnboundedSender<Event>,
    ended: tokio::task::JoinHandle<io::Result<State>>,
}

fn played(path: &Path, real_size: Size) -> Played {
    let recording = recording::read(path).unwrap();
    let (_, arrivals) = mpsc::channel(1);
    let (requests, _) = mpsc::channel(1);
    let (keys, mut typed) = mpsc::unbounded_channel();
    let seen = Seen::default();
    let (state, first) = recording.opening.begin(recording.head.now_ms, SIZE);
    let session = Session {
        spec: Spec::Files(FileSpec { paths: Vec::new() }),
        state,
        feed: Feed { arrivals, requests },
        glass: seen.clone(),
        theme: THEME,
        beat: Beat::default(),
        frame_left: Arc::default(),
        leave: Arc::default(),
        files: Files::default(),
    };
    let input = stream::poll_fn(move |cx| typed.poll_recv(cx)).map(Ok);
    let ended = tokio::spawn(Box::pin(play(session, recording, real_size, input, first)));
    Played { seen, keys, ended }
}

impl Played {
    async fn leave(self) -> State {
        let key = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        self.keys.send(Event::Key(key)).unwrap();
        let ended = tokio::time::timeout(SOON, self.ended).await.unwrap();
        ended.unwrap().unwrap()
    }
}

/// All rows but the last, which tells that the recording ended.
fn upper_rows(glass: &str) -> Vec<String> {
    let rows: Vec<String> = glass.lines().map(str::to_owned).collect();
    rows[..rows.len() - 1].to_vec()
}

const ENDS: &str = "the recording ends here";

#[tokio::test]
async fn a_recorded_run_that_is_played_shows_the_same_screen_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let stage = Stage::with(files(&path)).await;
    stage.press("/session:sess-1 OR session:sess-0");
    stage.seen.until("2 matches").await;
    stage.keys.send(Event::Key(KeyCode::Enter.into())).unwrap();
    stage.press("k");
    stage.keys.send(Event::Key(KeyCode::Enter.into())).unwrap();
    stage.seen.until("entry 1700000000000-0").await;
    stage.press("vmnote");
    stage.keys.send(Event::Key(KeyCode::Enter.into())).unwrap();
    stage.press("zz-");
    stage.seen.until("plays at ½×").await;
    let shown = upper_rows(&stage.seen.text());
    stage.press("q");
    let last = stage.end().await;

    let again = played(&path, SIZE);
    again.seen.until(ENDS).await;
    assert_eq!(upper_rows(&again.seen.text()), shown);
    let left = again.leave().await;
    assert_eq!(left.cursor(), last.cursor());
    assert_eq!(left.bookmarks.all(), last.bookmarks.all());
    let matches = |state: &State| state.narrowing.as_ref().unwrap().matches().clone();
    assert_eq!(matches(&left), matches(&last), "the scan ran again");
}

#[tokio::test]
async fn what_was_followed_is_paused_at_the_end_and_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let stage = Stage::with(files(&path)).await;
    stage.press("q");
    let last = stage.end().await;
    assert_eq!(last.playhead, Playhead::Following);

    let again = played(
        &path,
        Size {
            width: 80,
            height: 24,
        },
    );
    again.seen.until(ENDS).await;
    again.seen.until("‖ 22:13:20.002").await;
    let left = again.leave().await;
    assert_eq!(left.cursor(), last.cursor());
    assert_eq!((left.size.width, left.size.height), (80, 24));
}

#[tokio::test]
async fn it_is_played_in_its_rhythm_until_end_is_pressed_or_it_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let stage = Stage::with(files(&path)).await;
    stage.press("q");
    stage.end().await;
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let hour = "{\"tick\":{\"elapsed_ms\":3600000}}";
    std::fs::write(
        &path,
        format!(
            "{head}\n{rest}{hour}\n{{\"key\":{{\"code\":{{\"Char\":\"z\"}},\"held\":\"None\"}}}}\n"
        ),
    )
    .unwrap();

    let waiting = played(&path, SIZE);
    waiting.seen.until("3 entries").await;
    let left = waiting.leave().await;
    assert!(
        left.clock.now_ms < NOW + 3_600_000,
        "the hour has not gone by"
    );

    let hurried = played(&path, SIZE);
    hurried.seen.until("3 entries").await;
    hurried.keys.send(Event::Key(KeyCode::End.into())).unwrap();
    hurried.seen.until(ENDS).await;
    let left = hurried.leave().await;
    assert!(left.clock.now_ms >= NOW + 3_600_000);
    assert!(
        left.panes.zoomed.is_some(),
        "what came after the hour was played"
    );
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_told_of_and_nothing_else_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    drop(recording::create(&path).unwrap());
    let unwritable = std::fs::File::open(&path).unwrap();
    let files = Files {
        recorder: Some(Recorder::start(unwritable, Head::of(&opening(), NOW, SIZE))),
        ..Files::default()
    };
    let stage = Stage::with(files).await;
    stage.seen.until("the recording has ended").await;
    stage.press("k");
    stage.seen.until("‖ 22:13:20.001").await;
    stage.press("q");
    stage.end().await;
}
