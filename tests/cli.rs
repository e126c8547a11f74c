//! The commands, by the real binary: what goes to stdout and stderr, and the exit statuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cli/replay.rs"]
mod replay;

use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A home of its own, so that no configuration of the machine is read.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("lookback").unwrap();
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path())
            .env("TZ", "UTC")
            .timeout(std::time::Duration::from_secs(30));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Milliseconds of 2023-11-14T22:13:20Z.
const START: u64 = 1_700_000_000_000;

fn entry(after_ms: u64, fields: &[(&str, &str)]) -> String {
    let fields: serde_json::Map<String, Value> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    let line = serde_json::json!({
        "id": format!("{}-0", START + after_ms),
        "stream": "memory:events",
        "fields": fields,
    });
    format!("{line}\n")
}

/// Two sessions: `abc-123` of ada, ended; `abc-124` of bob, with an error and no start.
fn conversation() -> String {
    let ada = [("session_id", "abc-123"), ("user_id", "ada")];
    let bob = [("session_id", "abc-124"), ("user_id", "bob")];
    let of = |who: [(&'static str, &'static str); 2], more: &[(&'static str, &'static str)]| {
        [&who[..], more].concat()
    };
    [
        entry(0, &of(ada, &[("id", "e1"), ("type", "session.started")])),
        entry(
            5_000,
            &of(
                ada,
                &[
                    ("id", "e2"),
                    ("type", "message.added"),
                    ("role", "user"),
                    ("content", "hello"),
                    ("tokens", "12"),
                ],
            ),
        ),
        entry(
            6_000,
            &of(
                bob,
                &[("id", "e3"), ("type", "message.added"), ("role", "user")],
            ),
        ),
        entry(
            7_000,
            &of(
                ada,
                &[
                    ("id", "e2"),
                    ("type", "message.added"),
                    ("role", "user"),
                    ("content", "hello"),
                    ("tokens", "12"),
                ],
            ),
        ),
        entry(
            8_000,
            &of(
                bob,
                &[("id", "e4"), ("type", "error.occurred"), ("error", "boom")],
            ),
        ),
        entry(
            200_000,
            &of(
                ada,
                &[
                    ("id", "e5"),
                    ("type", "search.performed"),
                    ("query", "weather"),
                    ("latency_ms", "84"),
                ],
            ),
        ),
        entry(
            201_000,
            &of(
                ada,
                &[
                    ("id", "e6"),
                    ("type", "summary.created"),
                    ("original_messages", "2"),
                    ("compression_ratio", "0.25"),
                ],
            ),
        ),
        entry(
            202_000,
            &of(ada, &[("id", "e7"), ("type", "session.ended")]),
        ),
    ]
    .concat()
}

fn with_conversation() -> Place {
    let place = Place::new();
    place.write("log.jsonl", conversation());
    place
}

mod usage {
    use super::*;

    #[test]
    fn help_and_version_go_to_stdout() {
        let place = Place::new();
        let help = place.print(&["--help"]);
        for command in [
            "watch", "demo", "tail", "query", "replay", "sessions", "session", "doctor",
        ] {
            assert!(help.contains(command), "{command} in {help}");
        }
        assert!(place.print(&["query", "--help"]).contains("--limit"));
        assert!(place.print(&["query", "-h"]).contains("--limit"));
        assert!(place.print(&["--version"]).starts_with("lookback "));
    }

    #[test]
    fn mistakes_on_the_command_line_exit_with_2() {
        let place = Place::new();
        for arguments in [
            &["quary"][..],
            &["query", "--nope"],
            &["query", "--limit", "many"],
            &["query", "--format", "yaml"],
            &["query", "--since", "soon"],
            &["session"],
            &["session", "abc", "--at", "soon"],
            &["watch", "--at", "soon"],
            &["demo", "--rate", "0"],
            &["demo", "-f", "x.jsonl"],
            &["query", "-f", "x.jsonl", "-s", "name"],
        ] {
            let output = place.run(arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
            assert!(
                errors(&output).starts_with("error: "),
                "{arguments:?}: {output:?}"
            );
            assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
        }
    }

    #[test]
    fn a_wrong_time_is_shown_with_carets_and_a_hint() {
        let place = Place::new();
        let told = errors(&place.run(&["query", "--since", "soon"]));
        assert!(told.contains("  soon\n  ^^^^\nhint: "), "{told}");
    }

    #[test]
    fn a_server_that_is_not_there_exits_with_3() {
        let place = Place::new();
        // Port 1 is reserved and nothing listens there.
        for command in ["query", "sessions", "doctor", "tail"] {
            let output = place.run(&["-r", "127.0.0.1:1", command]);
            assert_eq!(output.status.code(), Some(3), "{command}: {output:?}");
            assert!(errors(&output).contains("error: "), "{command}: {output:?}");
        }
    }

    #[test]
    fn a_wrong_filter_is_shown_with_a_caret_and_exits_with_2() {
        let place = with_conversation();
        let output = place.run(&["query", "-f", "log.jsonl", "type:x", "(user:y"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let told = errors(&output);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[1], "  type:x (user:y", "{told}");
        assert!(lines[2].trim_start().starts_with('^'), "{told}");
    }
}

mod configuration {
    use super::*;

    fn refused(text: &str) -> String {
        let place = Place::new();
        place.write("lookback/config.toml", text);
        let output = place.run(&["query"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        errors(&output)
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let told = refused("utc = true\n\nstrem = 'x'\n");
        assert!(told.contains("line 3") && told.contains("strem"), "{told}");
        let told = refused("[mapping]\nsesion = 'x'\n");
        assert!(told.contains("line 2") && told.contains("sesion"), "{told}");
    }

    #[test]
    fn a_named_file_has_to_be_there() {
        let place = Place::new();
        let output = place.run(&["query", "--config", "none.toml"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(errors(&output).contains("none.toml"), "{output:?}");
    }

    #[test]
    fn a_mapping_of_ones_own_names_the_session() {
        let place = Place::new();
        place.write("lookback/config.toml", "[mapping]\nsession = 'chat'\n");
        place.write("log.jsonl", entry(0, &[("type", "x"), ("chat", "c-9")]));
        let lines = json_lines(&place.print(&["query", "-f", "log.jsonl", "--format", "jsonl"]));
        assert_eq!(lines[0]["session"], "c-9");
    }
}

mod secrets {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let place = Place::new();
        let url = "redis://me:hunter2@127.0.0.1:1/0";
        let bad = place.write("bad.toml", format!("[mapping]\nredis = '{url}'\n"));
        let bad = bad.to_str().unwrap();
        for arguments in [
            &["-r", url, "query"][..],
            &["-r", url, "doctor"],
            &["-r", url, "doctor", "--format", "json"],
            &["-r", url, "tail"],
            &["-r", url, "watch"],
            &["-r", url, "--nope"],
            &[url],
            &["query", url, "(("],
            &["--config", bad, "query"],
        ] {
            let output = place.run(arguments);
            let shown = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                errors(&output)
            );
            assert!(!shown.contains("hunter2"), "{arguments:?}: {shown}");
        }
        let mut command = place.command(&["query"]);
        command
            .env("REDIS_URL", url)
            .env("REDIS_PASSWORD", "swordfish");
        let output = command.output().unwrap();
        let shown = format!("{output:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("swordfish"),
            "{shown}"
        );
    }
}

mod query {
    use super::*;

    fn ids(place: &Place, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["query", "-f", "log.jsonl", "--format", "jsonl"];
        all.extend_from_slice(arguments);
        let after = |line: &Value| {
            let id = line["id"].as_str().unwrap();
            let ms: u64 = id.split('-').next().unwrap().parse().unwrap();
            (ms - START).to_string()
        };
        json_lines(&place.print(&all)).iter().map(after).collect()
    }

    #[test]
    fn events_have_exactly_the_documented_keys() {
        let place = with_conversation();
        let lines = json_lines(&place.print(&["query", "-f", "log.jsonl", "--format", "jsonl"]));
        assert_eq!(lines.len(), 8);
        let keys: Vec<&String> = lines[5].as_object().unwrap().keys().collect();
        let wanted = [
            "id",
            "stream",
            "type",
            "session",
            "user",
            "time",
            "error",
            "latency_ms",
            "tokens",
            "fields",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(lines[5]["latency_ms"], 84);
        assert_eq!(lines[5]["time"], "2023-11-14T22:16:40.000Z");
        assert_eq!(lines[5]["fields"]["query"], "weather");
        assert_eq!(lines[4]["error"], true);
        assert!(lines[4]["tokens"].is_null());
    }

    #[test]
    fn a_filter_may_begin_with_a_dash_and_stand_anywhere() {
        let place = with_conversation();
        let without = ["0", "8000", "200000", "201000", "202000"];
        assert_eq!(ids(&place, &["-type:message.added"]), without);
        assert_eq!(
            ids(&place, &["-type:message.added", "--limit", "2"]),
            without[..2]
        );
        assert_eq!(
            ids(&place, &["--limit=2", "-type:message.added", "user:ada"]),
            ["0", "200000"]
        );
        assert_eq!(ids(&place, &["-session:abc-123"]), ["6000", "8000"]);
        assert_eq!(ids(&place, &["user:bob", "type:error.*"]), ["8000"]);
    }

    #[test]
    fn borders_limit_and_order_are_kept() {
        let place = with_conversation();
        assert_eq!(
            ids(&place, &["--reverse", "--limit", "2"]),
            ["202000", "201000"]
        );
        assert_eq!(
            ids(
                &place,
                &[
                    "--since",
                    "2023-11-14T22:13:26Z",
                    "--until",
                    "1700000007000-0"
                ]
            ),
            ["6000", "7000"]
        );
        assert!(ids(&place, &["--limit", "0"]).is_empty());
    }

    #[test]
    fn marks_and_the_fate_of_sessions_can_be_asked_for() {
        let place = with_conversation();
        assert_eq!(ids(&place, &["is:duplicate"]), ["7000"]);
        assert_eq!(ids(&place, &["is:duplicate", "--reverse"]), ["7000"]);
        assert_eq!(ids(&place, &["is:open"]), ["6000", "8000"]);
        assert_eq!(
            ids(&place, &["is:ended", "type:message.*"]),
            ["5000", "7000"]
        );
    }

    #[test]
    fn the_array_is_valid_json_even_when_empty() {
        let place = with_conversation();
        let array = |filter| {
            let text = place.print(&["query", "-f", "log.jsonl", "--format", "json", filter]);
            serde_json::from_str::<Vec<Value>>(&text).unwrap().len()
        };
        assert_eq!(array("user:ada"), 6);
        assert_eq!(array("user:nobody"), 0);
    }

    #[test]
    fn csv_has_a_header_and_one_line_an_event() {
        let place = with_conversation();
        let text = place.print(&["query", "-f", "log.jsonl", "--format", "csv", "user:bob"]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(
            lines[0],
            "id,stream,type,session,user,time,error,latency_ms,tokens,fields"
        );
        assert!(lines[2].starts_with("1700000008000-0,memory:events,error.occurred,abc-124,bob,2023-11-14T22:13:28.000Z,true,,,\"{"));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn text_has_one_line_an_event_and_color_only_when_asked_for() {
        let place = with_conversation();
        let plain = place.print(&["--utc", "query", "-f", "log.jsonl"]);
        assert_eq!(plain.lines().count(), 8);
        assert!(
            plain.starts_with("2023-11-14 22:13:20.000  ▸ session.started"),
            "{plain}"
        );
        assert!(!plain.contains('\u{1b}'));
        let colored = place.print(&["query", "-f", "log.jsonl", "--color", "always"]);
        assert!(colored.contains("\u{1b}[31m"));
        let ascii = place.print(&[
            "--ascii",
            "query",
            "-f",
            "log.jsonl",
            "type:session.started",
        ]);
        assert!(ascii.is_ascii(), "{ascii}");
    }

    #[test]
    fn a_reader_that_had_enough_is_no_error() {
        let place = Place::new();
        let many: String = (0..50_000).map(|n| entry(n, &[("type", "x")])).collect();
        place.write("log.jsonl", many);
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lookback"))
            .args(["query", "-f", "log.jsonl", "--format", "jsonl"])
            .current_dir(place.0.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

mod hostile {
    use super::*;

    const NASTY: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\0\u{202e}\u{200b}\u{9b}31m\u{7f}\u{85}end";

    fn place() -> Place {
        let place = Place::new();
        let fields = [
            ("type", NASTY),
            ("session_id", NASTY),
            ("user_id", NASTY),
            ("content", NASTY),
            (NASTY, "1"),
        ];
        place.write("log.jsonl", entry(0, &fields));
        place
    }

    #[test]
    fn no_control_reaches_text() {
        let place = place();
        for arguments in [
            &["query", "-f", "log.jsonl"][..],
            &["sessions", "-f", "log.jsonl"],
            &["doctor", "-f", "log.jsonl"],
            &["session", "-f", "log.jsonl", "nobody"],
        ] {
            let output = place.run(arguments);
            let shown = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                errors(&output)
            );
            let bad = |c: char| {
                (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}')
            };
            assert!(!shown.contains(bad), "{arguments:?}: {shown:?}");
        }
    }

    #[test]
    fn json_lines_read_back_to_the_same_value() {
        let text = place().print(&["query", "-f", "log.jsonl", "--format", "jsonl"]);
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n'),
            "{text:?}"
        );
        let event = &json_lines(&text)[0];
        assert_eq!(event["fields"]["content"], NASTY);
        assert_eq!(event["fields"][NASTY], "1");
        assert_eq!(event["session"], NASTY);
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let place = Place::new();
        let line = r#"{"id":"1-0","stream":"s","fields":{"type":"x","blob":{"base64":"/wD+"}}}"#;
        place.write("log.jsonl", format!("{line}\n"));
        let text = place.print(&["query", "-f", "log.jsonl", "--format", "jsonl"]);
        assert_eq!(json_lines(&text)[0]["fields"]["blob"]["base64"], "/wD+");
    }
}

mod sessions {
    use super::*;

    #[test]
    fn are_listed_last_active_first_with_the_documented_keys() {
        let place = with_conversation();
        let text = place.print(&["sessions", "-f", "log.jsonl", "--format", "json"]);
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        let keys: Vec<&String> = list[0].as_object().unwrap().keys().collect();
        let wanted = [
            "session", "user", "state", "first", "last", "events", "messages", "errors", "tokens",
            "findings",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(list[0]["session"], "abc-123");
        assert_eq!(list[0]["state"], "ended");
        assert_eq!(list[0]["events"], 5, "the repeated event counts once");
        assert_eq!(list[0]["tokens"], 12);
        assert_eq!(list[1]["state"], "truncated");
        assert_eq!(list[1]["errors"], 1);
        assert!(list[1]["tokens"].is_null());
    }

    #[test]
    fn a_filter_chooses_them_and_a_limit_cuts_the_list() {
        let place = with_conversation();
        let text = place.print(&[
            "sessions",
            "-f",
            "log.jsonl",
            "--format",
            "jsonl",
            "is:error",
        ]);
        assert_eq!(json_lines(&text)[0]["events"], 2);
        assert_eq!(json_lines(&text).len(), 1);
        let text = place.print(&["sessions", "-f", "log.jsonl", "--limit", "1"]);
        assert_eq!(text.lines().count(), 2, "{text}");
    }
}

mod session {
    use super::*;

    fn state(place: &Place, more: &[&str]) -> Value {
        let mut arguments = vec![
            "session",
            "abc-123",
            "-f",
            "log.jsonl",
            "--state",
            "--format",
            "json",
        ];
        arguments.extend_from_slice(more);
        serde_json::from_str(&place.print(&arguments)).unwrap()
    }

    #[test]
    fn the_timeline_has_offsets_and_marks_gaps() {
        let place = with_conversation();
        let text = place.print(&["--utc", "session", "abc-123", "-f", "log.jsonl"]);
        assert!(text.starts_with("Session: abc-123\n"), "{text}");
        assert!(text.contains("22:13:25 message.added (user)"), "{text}");
        assert!(text.contains("+5.0 s"), "{text}");
        assert!(text.contains("idle"), "{text}");
        let json = place.print(&["session", "abc-123", "-f", "log.jsonl", "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["events"][1]["offset_ms"], 5_000);
        assert_eq!(json["events"][2]["duplicate"], true);
        assert_eq!(
            (&json["user"], &json["state"]),
            (&Value::from("ada"), &Value::from("ended"))
        );
    }

    #[test]
    fn the_state_has_exactly_the_documented_keys() {
        let state = state(&with_conversation(), &[]);
        let keys: Vec<&String> = state.as_object().unwrap().keys().collect();
        let wanted = [
            "session",
            "user",
            "status",
            "started_at",
            "ended_at",
            "messages",
            "tokens",
            "searches",
            "last_query",
            "summaries",
            "errors",
            "last_error",
            "memory_cleared",
            "last_activity",
            "other_types",
            "types",
            "findings",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(
            state["messages"]["user"], 1,
            "the repeated event folds once"
        );
        assert_eq!(state["tokens"], 12);
        assert_eq!(state["last_query"], "weather");
        assert_eq!(state["summaries"][0]["compression_ratio"], 0.25);
        assert_eq!(state["ended_at"], "2023-11-14T22:16:42.000Z");
    }

    #[test]
    fn the_state_at_a_moment_knows_nothing_later() {
        let state = state(&with_conversation(), &["--at", "2023-11-14T22:13:30Z"]);
        assert_eq!(state["status"], "open");
        assert!(state["ended_at"].is_null() && state["last_query"].is_null());
        assert_eq!(state["last_activity"], "2023-11-14T22:13:25.000Z");
    }

    #[test]
    fn an_unknown_one_exits_with_1_and_names_those_like_it() {
        let place = with_conversation();
        let output = place.run(&["session", "abc-12", "-f", "log.jsonl"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let told = errors(&output);
        assert!(
            told.contains("abc-123") && told.contains("abc-124"),
            "{told}"
        );
    }
}

mod doctor {
    use super::*;

    #[test]
    fn tells_the_mapping_with_its_evidence() {
        let place = with_conversation();
        let text = place.print(&["doctor", "-f", "log.jsonl"]);
        assert!(
            text.contains("session from `session_id`, 8 of 8 entries"),
            "{text}"
        );
        let json = place.print(&["doctor", "-f", "log.jsonl", "--format", "json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["entries"], 8);
        assert_eq!(json["mapping"]["session"][0]["source"], "session_id");
    }

    #[test]
    fn a_missing_file_fails() {
        let output = Place::new().run(&["doctor", "-f", "none.jsonl"]);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{output:?}");
        assert!(errors(&output).contains("none.jsonl"), "{output:?}");
    }
}

mod tail {
    use super::*;

    #[test]
    fn a_pipe_is_followed_to_its_end() {
        let place = Place::new();
        let mut command = place.command(&[
            "tail",
            "-f",
            "-",
            "-n",
            "100",
            "--format",
            "jsonl",
            "-type:message.added",
        ]);
        let output = command.write_stdin(conversation()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            json_lines(&String::from_utf8(output.stdout).unwrap()).len(),
            5
        );
    }

    #[test]
    fn what_a_command_prints_reads_back_through_a_pipe() {
        let place = with_conversation();
        let printed = place.print(&["query", "-f", "log.jsonl", "--format", "jsonl"]);
        for arguments in [
            &["query", "-f", "-", "--format", "jsonl"][..],
            &["tail", "-f", "-", "--format", "jsonl"],
        ] {
            let mut command = place.command(arguments);
            let output = command.write_stdin(printed.as_str()).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            assert_eq!(String::from_utf8(output.stdout).unwrap(), printed);
        }
        let mut doctor = place.command(&["doctor", "-f", "-"]);
        let output = doctor.write_stdin(printed).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(told.contains("standard input"), "{told}");
        assert!(
            told.contains("session from `session_id`, 8 of 8 entries"),
            "{told}"
        );
    }

    #[test]
    fn a_line_is_shown_while_the_pipe_stays_open() {
        use std::io::{BufRead, BufReader, Write};
        let place = Place::new();
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lookback"))
            .args(["tail", "-f", "-", "--format", "jsonl"])
            .env_clear()
            .env("HOME", place.0.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for n in 0..3 {
            stdin
                .write_all(entry(n, &[("type", "x")]).as_bytes())
                .unwrap();
            let line = lines.next().unwrap().unwrap();
            assert!(line.contains(&format!("{}-0", START + n)), "{line}");
        }
        drop(stdin);
        assert!(lines.next().is_none());
        assert!(child.wait().unwrap().success());
    }
}
