//! Following and reading a real Redis: nothing is lost, nothing comes twice, nothing is written, and troubles say what to do.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use lookback::model::{EntryId, Mapping};
use lookback::source::{
    Access, Beat, Direction, Feed, IdRange, READING_COMMANDS, RedisSpec, SourceError, Spec, Start,
};
use lookback::store::{Arrival, History, Link, Page, Trouble};
use support::redis_server::RedisServer;

const PATIENCE: Duration = Duration::from_secs(20);
const ALL: IdRange = IdRange {
    from: EntryId::MIN,
    to: EntryId::MAX,
};

fn spec(server: &RedisServer, streams: &[&str]) -> RedisSpec {
    RedisSpec {
        url: server.url(),
        password: None,
        streams: streams.iter().map(|s| (*s).to_owned()).collect(),
        access: Access::ReadOnly,
    }
}

fn follow(spec: RedisSpec, start: Start) -> Seen {
    let feed = Spec::Redis(spec).follow(start, Arc::new(Mapping::default()));
    Seen::of(feed)
}

/// From now on, for somebody who looks no more often than that.
fn in_beats(spec: RedisSpec, beat: Duration) -> Seen {
    let mapping = Arc::new(Mapping::default());
    Seen::of(Spec::Redis(spec).follow_in_beats(Start::Now, mapping, &Beat::every(beat)))
}

/// Everything that a feed has told.
struct Seen {
    feed: Feed,
    ids: Vec<EntryId>,
    links: Vec<Link>,
    notices: Vec<Trouble>,
    history: History,
    pages: Vec<Arc<Page>>,
    older: usize,
}

impl Seen {
    fn of(feed: Feed) -> Self {
        Self {
            feed,
            ids: Vec::new(),
            links: Vec::new(),
            notices: Vec::new(),
            history: History::default(),
            pages: Vec::new(),
            older: 0,
        }
    }

    async fn until(&mut self, what: &str, mut met: impl FnMut(&Self) -> bool) {
        while !met(self) {
            let next = tokio::time::timeout(PATIENCE, self.feed.arrivals.recv()).await;
            match next {
                Ok(Some(arrival)) => self.take(arrival),
                Ok(None) => panic!("the source ended while waiting for {what}"),
                Err(late) => panic!(
                    "no {what} ({late}): {:?} {:?} {} entries",
                    self.links,
                    self.notices,
                    self.ids.len()
                ),
            }
        }
    }

    fn take(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Newer { page, .. } => {
                self.ids.extend(page.columns.id.iter());
                self.pages.push(page);
            }
            Arrival::Older { page } => {
                self.older += 1;
                self.ids.splice(0..0, page.columns.id.iter());
                self.pages.insert(0, page);
            }
            Arrival::Fetched { .. } => panic!("nothing was asked for"),
            Arrival::Held(_) => {}
            Arrival::History(history) => self.history = history,
            Arrival::Link(link) => self.links.push(link),
            Arrival::Notice(trouble) => self.notices.push(trouble),
        }
    }

    async fn until_entries(&mut self, count: usize) {
        self.until("entries", |s| s.ids.len() >= count).await;
        assert_eq!(self.ids.len(), count);
        assert!(
            self.ids.is_sorted_by(|a, b| a < b),
            "out of order or doubled"
        );
    }

    async fn until_live(&mut self) {
        self.until("live link", |s| s.links.last() == Some(&Link::Live))
            .await;
    }

    async fn until_trouble(&mut self) -> Trouble {
        self.until("refusal", |s| {
            matches!(s.links.last(), Some(Link::Refused(_)))
        })
        .await;
        match self.links.last() {
            Some(Link::Refused(trouble)) => trouble.clone(),
            _ => Trouble::default(),
        }
    }
}

fn add(server: &RedisServer, stream: &str, ids: std::ops::Range<u64>) {
    let mut pipe = redis::pipe();
    for id in ids {
        pipe.cmd("XADD")
            .arg(stream)
            .arg(id)
            .arg("type")
            .arg("message.added")
            .arg("n")
            .arg(id)
            .ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_page_comes_first_and_older_ones_complete_it_in_order() {
    let server = RedisServer::new();
    add(&server, "s", 1..5_001);
    let mut seen = follow(spec(&server, &["s"]), Start::History(3_000));
    seen.until("first page", |s| !s.ids.is_empty()).await;
    assert_eq!(
        (seen.ids.last(), seen.older),
        (Some(&EntryId::new(5_000, 0)), 0)
    );
    seen.until("idle history", |s| s.history.idle).await;
    seen.until_entries(3_000).await;
    let h = seen.history;
    assert_eq!(
        (h.loaded, h.wanted, h.total, h.at_start),
        (3_000, Some(3_000), Some(5_000), false)
    );
    assert_eq!(h.first_id, Some(EntryId::new(1, 0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_added_while_history_loads_come_once_each() {
    let server = Arc::new(RedisServer::new());
    add(&server, "s", 1..4_001);
    let writer = Arc::clone(&server);
    let mut seen = follow(spec(&server, &["s"]), Start::History(1_000_000));
    let writing = std::thread::spawn(move || {
        for n in 0..40 {
            add(&writer, "s", 4_001 + n * 50..4_051 + n * 50);
        }
    });
    seen.until_entries(6_000).await;
    writing.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_now_on_means_no_history() {
    let server = RedisServer::new();
    add(&server, "s", 1..101);
    let mut seen = follow(spec(&server, &["s"]), Start::Now);
    seen.until_live().await;
    add(&server, "s", 101..102);
    seen.until("history", |s| s.history.idle).await;
    seen.until_entries(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_one_beat_come_together_and_the_first_at_once() {
    let server = RedisServer::new();
    add(&server, "s", 1..1_001);
    let mut seen = in_beats(spec(&server, &["s"]), Duration::from_secs(2));
    seen.until_live().await;
    for id in 1_001..1_031 {
        add(&server, "s", id..id + 1);
    }
    seen.until_entries(30).await;
    let pages: Vec<usize> = seen.pages.iter().map(|page| page.len()).collect();
    assert!((2..6).contains(&pages.len()), "{pages:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_keeps_little_is_not_left_waiting() {
    let server = RedisServer::new();
    add(&server, "s", 1..4);
    let mut seen = in_beats(spec(&server, &["s"]), 100 * PATIENCE);
    seen.until_live().await;
    for id in 4..14 {
        add(&server, "s", id..id + 1);
        seen.until_entries(usize::try_from(id).unwrap() - 3).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_key_is_waited_for() {
    let server = RedisServer::new();
    add(&server, "other", 1..2);
    let mut seen = follow(spec(&server, &["s"]), Start::History(10));
    seen.until("waiting", |s| {
        matches!(s.links.last(), Some(Link::Waiting(_)))
    })
    .await;
    let told = format!("{:?}", seen.links);
    assert!(
        told.contains("`s` does not exist yet") && told.contains("other"),
        "{told}"
    );
    add(&server, "s", 1..2);
    seen.until_entries(1).await;
    seen.until_live().await;
    assert_eq!(seen.notices, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_stream_is_named() {
    let server = RedisServer::new();
    server.run::<()>("SET s 1");
    let trouble = follow(spec(&server, &["s"]), Start::Now)
        .until_trouble()
        .await;
    assert_eq!(trouble.what, "`s` is not a stream");
    add(&server, "fine", 1..2);
    let mut seen = follow(spec(&server, &["fine", "s"]), Start::History(10));
    seen.until_entries(1).await;
    seen.until("notice", |s| {
        s.notices.iter().any(|t| t.what == "`s` is not a stream")
    })
    .await;
    seen.until_live().await;
    add(&server, "fine", 2..3);
    seen.until_entries(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_asked_for_and_never_shown() {
    let server = RedisServer::with(&["--requirepass", "hush"]);
    let trouble = follow(spec(&server, &["s"]), Start::Now)
        .until_trouble()
        .await;
    assert!(
        trouble.what.ends_with("asks for a password") && trouble.hint.contains("REDIS_PASSWORD"),
        "{trouble:?}"
    );
    let with = |password: &str| RedisSpec {
        password: Some(password.to_owned()),
        ..spec(&server, &["s"])
    };
    let trouble = follow(with("wrongsecret"), Start::Now)
        .until_trouble()
        .await;
    assert!(trouble.what.contains("does not accept"), "{trouble:?}");
    assert!(!format!("{trouble:?}").contains("wrongsecret"));
    let mut seen = follow(with("hush"), Start::Now);
    seen.until("waiting", |s| {
        matches!(s.links.last(), Some(Link::Waiting(_)))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forbidden_stream_is_named_and_does_not_stop_the_others() {
    let server = RedisServer::new();
    server.run::<()>("ACL SETUSER ann on >pw ~mine +@all");
    add(&server, "mine", 1..3);
    add(&server, "theirs", 1..3);
    let ann = |streams: &[&str]| RedisSpec {
        url: server.url().replace("//", "//ann:pw@"),
        ..spec(&server, streams)
    };
    let trouble = follow(ann(&["theirs"]), Start::Now).until_trouble().await;
    assert!(
        trouble.what.contains("may not read `theirs`"),
        "{trouble:?}"
    );
    let mut seen = follow(ann(&["mine", "theirs"]), Start::History(10));
    seen.until_entries(2).await;
    seen.until("notice", |s| {
        s.notices.iter().any(|t| t.what.contains("`theirs`"))
    })
    .await;
    add(&server, "mine", 3..4);
    seen.until_entries(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_that_may_only_read_entries_can_follow() {
    let server = RedisServer::new();
    server.run::<()>("ACL SETUSER bob on >pw ~s +xread +xrange +xrevrange");
    add(&server, "s", 1..11);
    let bob = RedisSpec {
        url: server.url().replace("//", "//bob:pw@"),
        ..spec(&server, &["s"])
    };
    let mut seen = follow(bob, Start::History(100));
    seen.until_entries(10).await;
    add(&server, "s", 11..13);
    seen.until_entries(12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_of_the_server_nothing_is_lost_or_doubled() {
    let mut server = RedisServer::new();
    add(&server, "s", 1..1_001);
    let mut seen = follow(spec(&server, &["s"]), Start::History(10_000));
    seen.until_entries(1_000).await;
    seen.until_live().await;
    server.stop();
    seen.until("lost link", |s| {
        matches!(s.links.last(), Some(Link::Lost { .. }))
    })
    .await;
    server.start();
    add(&server, "s", 1_001..1_101);
    seen.until_entries(1_100).await;
    seen.until_live().await;
    assert_eq!(seen.notices, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_yet_is_tried_again() {
    let mut server = RedisServer::new();
    add(&server, "s", 1..3);
    server.stop();
    let mut seen = follow(spec(&server, &["s"]), Start::History(10));
    seen.until("second try", |s| {
        matches!(s.links.last(), Some(Link::Lost { attempt: 2, .. }))
    })
    .await;
    assert!(
        format!("{:?}", seen.links).contains("nothing listens at 127.0.0.1"),
        "{:?}",
        seen.links
    );
    let failed = Spec::Redis(spec(&server, &["s"]))
        .read(ALL, Direction::Forward, Arc::default())
        .await;
    assert!(matches!(failed, Err(SourceError::NotConnected(_))));
    server.start();
    seen.until_entries(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_deleted_and_made_anew_is_noticed_and_followed() {
    let server = RedisServer::new();
    add(&server, "s", 1_000..1_003);
    let mut seen = follow(spec(&server, &["s"]), Start::History(10));
    seen.until_entries(3).await;
    seen.until_live().await;
    let mut anew = redis::pipe();
    anew.atomic().cmd("DEL").arg("s").ignore();
    anew.cmd("XADD")
        .arg("s")
        .arg("5-0")
        .arg("a")
        .arg("1")
        .ignore();
    anew.query::<()>(&mut server.connection()).unwrap();
    seen.until("notice", |s| !s.notices.is_empty()).await;
    assert!(
        seen.notices.iter().any(|t| t.what.contains("made anew")),
        "{:?}",
        seen.notices
    );
    seen.until("new entry", |s| s.ids.len() == 4).await;
    assert_eq!(seen.ids.last(), Some(&EntryId::new(5, 0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_trimmed_before_they_were_read_are_counted() {
    let server = RedisServer::new();
    add(&server, "s", 1..4);
    let mut seen = follow(spec(&server, &["s"]), Start::History(10));
    seen.until_entries(3).await;
    seen.until_live().await;
    let mut burst = redis::pipe();
    burst.atomic();
    for id in 4..10 {
        burst
            .cmd("XADD")
            .arg("s")
            .arg(id)
            .arg("a")
            .arg("1")
            .ignore();
    }
    burst.cmd("XTRIM").arg("s").arg("MAXLEN").arg("2").ignore();
    burst.query::<()>(&mut server.connection()).unwrap();
    seen.until("notice", |s| !s.notices.is_empty()).await;
    let told = seen.notices.first().map(|t| t.what.as_str());
    assert_eq!(
        told,
        Some("4 entries were trimmed from `s` before they were read")
    );
    assert_eq!(seen.ids.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_glob_merges_its_streams_and_follows_new_ones() {
    let server = RedisServer::new();
    for id in 1..601 {
        let stream = format!("agent:{}", id % 3);
        server.run::<String>(&format!("XADD {stream} {id}-0 n {id}"));
    }
    server.run::<()>("SET agent:no 1");
    let mut seen = follow(spec(&server, &["agent:*"]), Start::History(550));
    seen.until_entries(550).await;
    seen.until_live().await;
    server.run::<String>("XADD agent:new 700-0 n 1");
    server.run::<String>("XADD agent:1 701-0 n 1");
    seen.until("both", |s| s.ids.len() == 552).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_different_slots_of_a_cluster_are_followed_apart() {
    let server = RedisServer::with(&["--cluster-enabled", "yes"]);
    server.run::<()>("CLUSTER ADDSLOTSRANGE 0 16383");
    let deadline = std::time::Instant::now() + PATIENCE;
    while !server
        .run::<String>("CLUSTER INFO")
        .contains("cluster_state:ok")
    {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    add(&server, "one", 1..11);
    add(&server, "two", 11..21);
    let mut seen = follow(spec(&server, &["one", "two"]), Start::History(100));
    seen.until_entries(20).await;
    seen.until_live().await;
    add(&server, "one", 21..22);
    seen.until_entries(21).await;
    add(&server, "two", 22..23);
    seen.until_entries(22).await;
    assert_eq!(seen.notices, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_repeated_names_and_large_values_arrive_intact() {
    let server = RedisServer::new();
    let large = vec![b'x'; 1 << 20];
    let mut command = redis::cmd("XADD");
    command
        .arg("s")
        .arg("1-0")
        .arg("a")
        .arg(b"\xff\x00\n")
        .arg("a")
        .arg("2")
        .arg(b"\xfe")
        .arg(&large);
    command.query::<()>(&mut server.connection()).unwrap();
    for (protocol, socket) in [("2", false), ("resp3", true)] {
        let url = if socket {
            format!("unix://{}?protocol={protocol}", server.socket().display())
        } else {
            server.url()
        };
        let mut seen = follow(
            RedisSpec {
                url,
                ..spec(&server, &["s"])
            },
            Start::History(10),
        );
        seen.until_entries(1).await;
        seen.until_live().await;
        let page = Arc::clone(seen.pages.first().unwrap());
        let fields = page.payloads.named(0, &page.strings);
        assert!(
            fields
                == [
                    (&b"a"[..], &b"\xff\x00\n"[..]),
                    (b"a", b"2"),
                    (b"\xfe", large.as_slice())
                ]
        );
        server.run::<String>("XADD s * b 1");
        seen.until_entries(2).await;
        server.run::<i64>("XTRIM s MAXLEN 0");
        server.run::<()>("DEL s");
        command.query::<()>(&mut server.connection()).unwrap();
    }
}

/// Adds them all at once, so that one reply could hold them all.
fn add_large(server: &RedisServer, ids: std::ops::Range<u64>) {
    let large = vec![b'x'; 1 << 20];
    let mut pipe = redis::pipe();
    pipe.atomic();
    for id in ids {
        pipe.cmd("XADD").arg("s").arg(id).arg("a").arg(&large);
        pipe.ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_too_large_for_one_reply_come_a_few_at_a_time() {
    let server = RedisServer::new();
    add(&server, "s", 1..301);
    add_large(&server, 301..341);
    let mut seen = follow(spec(&server, &["s"]), Start::History(1_000));
    seen.until_entries(340).await;
    seen.until_live().await;
    add_large(&server, 341..381);
    seen.until_entries(380).await;
    assert_eq!(seen.notices, []);
    let links = seen.links.iter();
    assert_eq!(links.filter(|link| **link == Link::Live).count(), 1);
    let largest = seen.pages.iter().map(|page| page.payloads.value_bytes());
    assert!(largest.max().unwrap() < 24 << 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_sends_no_command_outside_the_list() {
    let server = RedisServer::new();
    add(&server, "s", 1..1_001);
    add(&server, "t:1", 1..11);
    server.run::<()>("CONFIG RESETSTAT");
    let mut seen = follow(spec(&server, &["s", "t:*"]), Start::History(10_000));
    seen.until("all", |s| s.ids.len() == 1_010).await;
    seen.until_live().await;
    read_all(&spec(&server, &["s", "t:*"]), ALL, Direction::Forward).await;
    lookback::source::probe(&spec(&server, &["s", "t:*"]))
        .await
        .unwrap();
    let stats = server.run::<String>("INFO commandstats");
    // The test's own connections send `CLIENT SETINFO` and the first command of this test.
    let own = ["CONFIG|RESETSTAT", "CLIENT|SETINFO", "CONFIG"];
    for line in stats.lines().filter_map(|l| l.strip_prefix("cmdstat_")) {
        let name = line.split(':').next().unwrap().to_uppercase();
        let command = name.split('|').next().unwrap();
        assert!(
            READING_COMMANDS.contains(&command) || own.contains(&name.as_str()),
            "{name}"
        );
    }
}

async fn read_all(
    spec: &RedisSpec,
    range: IdRange,
    direction: Direction,
) -> Vec<(EntryId, String)> {
    let mut reader = Spec::Redis(spec.clone())
        .read(range, direction, Arc::default())
        .await
        .unwrap();
    let mut read = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        let mut rows: Vec<(EntryId, String)> =
            (0..page.len()).map(|row| described(&page, row)).collect();
        if direction == Direction::Reverse {
            rows.reverse();
        }
        read.extend(rows);
    }
    read
}

fn described(page: &Page, row: usize) -> (EntryId, String) {
    let mut text = String::new();
    let stream = page.strings.get(page.columns.stream.get(row).unwrap());
    write!(
        text,
        "{stream:?} {:?}",
        page.payloads.named(row, &page.strings)
    )
    .unwrap();
    (page.columns.id.get(row).unwrap(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_reads_the_same_in_both_directions_and_over_several_streams() {
    let server = RedisServer::new();
    add(&server, "a", 1..2_501);
    add(&server, "b", 1_000..3_501);
    let spec = spec(&server, &["a", "b"]);
    let range = IdRange {
        from: EntryId::new(500, 0),
        to: EntryId::new(3_000, 5),
    };
    let forward = read_all(&spec, range, Direction::Forward).await;
    let mut reverse = read_all(&spec, range, Direction::Reverse).await;
    reverse.reverse();
    assert_eq!(forward.len(), 2_001 + 2_001);
    assert!(forward.is_sorted_by_key(|(id, _)| *id));
    assert_eq!(forward, reverse);
    let nothing = Spec::Redis(RedisSpec {
        streams: vec!["none".to_owned()],
        ..spec
    })
    .read(ALL, Direction::Forward, Arc::default())
    .await;
    assert!(
        matches!(nothing, Err(SourceError::Failed(t)) if t.what == "`none` does not exist" && t.hint.contains("a, b"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_tells_what_is_there_and_what_is_not_known() {
    let server = RedisServer::new();
    add(&server, "s", 1..11);
    server.run::<i64>("XTRIM s MAXLEN 4");
    let probe = lookback::source::probe(&spec(&server, &["s", "none"]))
        .await
        .unwrap();
    assert!(
        probe.version.is_some()
            && probe.ping_us.is_some()
            && probe.mode.as_deref() == Some("standalone")
    );
    assert!(
        probe.permissions.iter().all(|p| p.problem.is_none()),
        "{:?}",
        probe.permissions
    );
    let s = probe.streams.iter().find(|s| s.key == b"s").unwrap();
    assert_eq!(
        (s.length, s.added, s.deleted, s.groups),
        (Some(4), Some(10), Some(6), Some(0))
    );
    assert_eq!(
        (s.first_id, s.last_id),
        (Some(EntryId::new(7, 0)), Some(EntryId::new(10, 0)))
    );
    let none = probe.streams.iter().find(|s| s.key == b"none").unwrap();
    assert_eq!(
        (none.exists, none.length, none.kind.as_deref()),
        (Some(false), None, Some("none"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_looks_like_history_and_then_lives() {
    let demo = lookback::source::DemoSpec {
        rate: 50.0,
        sessions: 20,
        seed: 7,
    };
    let feed = Spec::Demo(demo).follow(Start::History(3_000), Arc::default());
    let mut seen = Seen::of(feed);
    seen.until("history", |s| s.history.idle).await;
    assert_eq!(seen.history.loaded, 3_000);
    seen.until("live events", |s| s.ids.len() > 3_010).await;
    assert!(seen.ids.is_sorted_by(|a, b| a < b));
}
