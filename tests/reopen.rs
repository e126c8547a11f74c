//! The command line that `Y` copies: read by a shell and by the program, it opens the same view.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::process::Command;
use std::sync::Arc;

use clap::{CommandFactory, Parser};
use lookback::app::input::Key;
use lookback::app::layout::Size;
use lookback::app::metrics::Length;
use lookback::app::playhead::{Playhead, Speed};
use lookback::app::reopen::{Reopen, command_line};
use lookback::app::state::Options;
use lookback::app::{Action, Effect, State, update};
use lookback::cli::args::{self, Cli};
use lookback::cli::interface::InterfaceOptions;
use lookback::cli::setup::Setup;
use lookback::cli::{watch, words};
use lookback::model::{EntryId, Mapping, Zone};
use lookback::query::ast::{Expr, Pattern, Term, Test};
use lookback::query::{Filter, Moment};
use lookback::source::Spec;
use lookback::store::{Arrival, Cursor, History, Page, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;

const START: u64 = 1_700_000_000_000;
const COUNT: u64 = 12;

/// Two entries a millisecond.
fn page() -> Arc<Page> {
    let mut page = PageBuilder::new(Arc::default());
    for i in 0..COUNT {
        let id = EntryId::new(START + i / 2, i % 2);
        page.push(
            b"events",
            id,
            &[(b"type", b"note"), (b"session_id", b"s 1")],
        );
    }
    Arc::new(page.finish())
}

fn blank() -> State {
    let options = Options {
        place: "here".to_owned(),
        streams: "events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: 1 << 28,
        older_count: 10,
    };
    let size = Size {
        width: 120,
        height: 40,
    };
    State::new(options, START + 60_000, size)
}

fn arrive(state: &mut State) {
    let news = Arrival::Newer {
        page: page(),
        received_at: START,
    };
    update(state, Action::Arrived(news));
    let history = History {
        idle: true,
        at_start: true,
        ..History::default()
    };
    update(state, Action::Arrived(Arrival::History(history)));
}

/// What the program makes of these words.
fn parsed(words: Vec<OsString>) -> (Setup, InterfaceOptions) {
    let ordered = words::in_order(&Cli::command(), words);
    let cli = Cli::try_parse_from(ordered).unwrap_or_else(|error| panic!("{error}"));
    let setup = Setup::new(&cli.global).unwrap();
    let Some(args::Command::Watch(args)) = &cli.command else {
        panic!("{:?}", cli.command)
    };
    let options = watch::options(args, &setup).unwrap();
    (setup, options)
}

/// The words of a line, as a shell reads them.
fn shell(line: &str) -> Vec<OsString> {
    let script = format!("printf '%s\\0' {line}");
    let out = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(out.status.success(), "{line}");
    let words = out.stdout.strip_suffix(b"\0").unwrap().split(|b| *b == 0);
    words.map(|w| OsString::from_vec(w.to_vec())).collect()
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[ -~\u{e9}\u{1f600}\u{202e}]{1,8}".prop_map(String::into_bytes),
        2 => "-{0,2}[a-z'\"$`\\\\ ]{1,6}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 1..6),
    ]
}

fn term() -> impl Strategy<Value = Expr> {
    let field = prop::sample::select(vec!["session", "type", "content", "odd name"]);
    let compare = |field: &str, test| {
        Expr::Term(Term::Compare {
            field: field.to_owned(),
            test,
        })
    };
    prop_oneof![
        bytes().prop_map(|word| Expr::Term(Term::Word(word))),
        (field.clone(), bytes()).prop_map(move |(field, value)| {
            compare(field, Test::Matches(vec![Pattern::literal(&value)]))
        }),
        (field, bytes()).prop_map(move |(field, value)| compare(field, Test::Equals(value))),
        Just(Expr::Term(Term::Regex("a'b \"c\"|\\d $x".to_owned()))),
    ]
}

/// Some with a session as `--session` adds it, last.
fn filter() -> impl Strategy<Value = Filter> {
    let part = prop_oneof![
        3 => term(),
        1 => term().prop_map(|t| Expr::Not(Box::new(t))),
        1 => vec(term(), 2..4).prop_map(|terms| Expr::any(terms).unwrap()),
    ];
    let session = prop::option::of(bytes());
    (vec(part, 0..4), session).prop_map(|(parts, session)| {
        let filter = Filter::of(Expr::all(parts));
        match session {
            Some(session) => filter.and(Filter::equals("session", &session)),
            None => filter,
        }
    })
}

fn playhead() -> impl Strategy<Value = Playhead> {
    let cursor = || (0..COUNT).prop_map(|n| Seq(Seq::ORIGIN.0 + n).after());
    prop_oneof![
        1 => Just(Playhead::Following),
        3 => cursor().prop_map(Playhead::Paused),
        1 => cursor().prop_map(|cursor| Playhead::Playing { cursor, at_us: START * 1_000, since_us: 0 }),
    ]
}

fn speed() -> impl Strategy<Value = Speed> {
    prop::sample::select(vec![Speed::Quarter, Speed::Real, Speed::Two, Speed::Max])
}

/// What opens a source, among odd names.
fn opened() -> impl Strategy<Value = Vec<String>> {
    let name = "[ -~\u{e9}]{1,6}";
    let redis = (name, vec(name, 1..3)).prop_map(|(host, streams)| {
        let mut words = vec![
            "-r".to_owned(),
            format!("h{}:7", host.replace(['/', '@', '?', '#', ':'], ".")),
        ];
        words.extend(streams.iter().map(|s| format!("--stream={s}")));
        words
    });
    let files = vec(name, 1..3).prop_map(|names| {
        let paths = names
            .iter()
            .map(|n| format!("--file=/tmp/f{}", n.replace('/', "|")));
        paths.collect()
    });
    prop_oneof![redis, files]
}

fn base(words: &[String]) -> Setup {
    let fixed = [
        "lookback",
        "watch",
        "--config",
        "/dev/null",
        "--utc",
        "--history",
        "77",
    ];
    let all = fixed.map(str::to_owned).into_iter().chain(words.to_vec());
    parsed(all.map(OsString::from).collect()).0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_line_opens_the_same_view(words in opened(), filter in filter(), playhead in playhead(), speed in speed(), window in prop::sample::select(Length::ALL.to_vec())) {
        let setup = base(&words);
        let mut state = blank();
        state.reopen = setup.reopen.clone();
        arrive(&mut state);
        update::narrow(&mut state, filter.clone());
        state.playhead = playhead;
        state.pace.speed = speed;
        state.metrics.choice.length = window;
        let line = command_line(&state).unwrap().text;
        let (again, options) = parsed(shell(&line));

        prop_assert_eq!(&options.filter, &filter, "{}", line);
        prop_assert_eq!(options.speed, speed);
        prop_assert_eq!(options.window, window);
        prop_assert_eq!(options.history, 77);
        prop_assert_eq!(options.zone, Zone::Utc);
        prop_assert_eq!(format!("{:?}", again.spec), format!("{:?}", setup.spec));
        prop_assert_eq!(&again.reopen, &setup.reopen, "the line of the line is the same");

        let mut opened = blank();
        opened.opens_at = options.at;
        update::narrow(&mut opened, options.filter);
        arrive(&mut opened);
        let cursor = |state: &State| -> Option<Cursor> {
            (state.playhead != Playhead::Following).then(|| state.cursor())
        };
        prop_assert_eq!(cursor(&opened), cursor(&state), "{}", line);
    }
}

fn press(state: &mut State, key: char) -> Vec<Effect> {
    update(state, Action::Key(Key::char(key)))
}

#[test]
fn only_what_differs_from_the_default_is_written() {
    let mut state = blank();
    state.reopen = base(&[]).reopen;
    if let Reopen::Command { words, .. } = &mut state.reopen {
        words.truncate(2);
    }
    arrive(&mut state);
    assert_eq!(command_line(&state).unwrap().text, "lookback watch");
    press(&mut state, 'k');
    press(&mut state, 'o');
    press(&mut state, '+');
    let effects = press(&mut state, 'Y');
    let copied: Vec<String> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
        .collect();
    let id = state.log.last_before(state.cursor()).unwrap().id();
    let wanted = format!("lookback watch --at {id} --speed 2x --session 's 1'");
    assert_eq!(copied, std::slice::from_ref(&wanted));
    let told = &state.notice.as_ref().unwrap().text;
    assert_eq!(told, &format!("copied: {wanted}"));
}

#[test]
fn a_password_never_stands_in_the_line() {
    for url in [
        "redis://me:hunter2@h:6379/1",
        "rediss://:hunter2@h",
        "unix:///s?pass=hunter2&db=3",
        "me:hunter2@h:6379",
    ] {
        let words = vec!["-r".to_owned(), url.to_owned()];
        let mut state = blank();
        state.reopen = base(&words).reopen;
        let line = command_line(&state).unwrap();
        assert!(!line.text.contains("hunter2"), "{}", line.text);
        assert!(line.needs_password);
        press(&mut state, 'Y');
        let told = &state.notice.as_ref().unwrap().text;
        assert!(told.contains("REDIS_PASSWORD"), "{told}");
        let (setup, _) = parsed(shell(&line.text));
        let Spec::Redis(spec) = setup.spec else {
            panic!("redis")
        };
        assert!(!spec.url.contains("hunter2") && spec.url.contains(['h', 's']));
    }
}

#[test]
fn what_cannot_be_opened_again_says_why() {
    let mut state = blank();
    state.reopen = base(&["--file=-".to_owned()]).reopen;
    assert!(press(&mut state, 'Y').is_empty());
    let told = &state.notice.as_ref().unwrap().text;
    assert!(
        told.contains("standard input can be read only once"),
        "{told}"
    );
}

#[test]
fn before_its_entry_has_come_the_line_still_goes_there() {
    let mut state = blank();
    state.reopen = base(&[]).reopen;
    state.opens_at = Some(Moment::Id(EntryId::new(7, 1)));
    assert!(command_line(&state).unwrap().text.contains("--at 7-1"));
    state.opens_at = Some(Moment::At(START));
    let text = command_line(&state).unwrap().text;
    let (_, options) = parsed(shell(&text));
    assert_eq!(options.at, Some(Moment::At(START)));
}

#[test]
fn screens_and_speeds_that_do_not_exist_are_refused() {
    for (flag, value, hint) in [
        ("--screen", "9", "the screens are"),
        ("--screen", "x", "the screens are"),
        ("--speed", "3x", "0.25x, 0.5x, 1x, 2x"),
    ] {
        let error = Cli::try_parse_from(["lookback", "watch", flag, value]).unwrap_err();
        assert!(error.to_string().contains(hint), "{error}");
    }
    for (word, speed) in [("2", Speed::Two), ("10x", Speed::Ten), ("max", Speed::Max)] {
        assert_eq!(Speed::of_word(word), Some(speed));
    }
}
