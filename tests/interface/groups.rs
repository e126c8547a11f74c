//! The screen of consumer groups: what a server says, what may be changed there, and what is sent to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use lookback::source::READING_COMMANDS;
use redis::Value as Reply;
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{COLS, ROWS, SOON, STREAM, Story, lookback, press};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

const COUNT: usize = 60;

/// Sixty entries; `workers` was given fifteen by two consumers, of which three are deleted; `audit` none.
fn queue() -> RedisServer {
    let server = RedisServer::new();
    Story::tell(&server, COUNT, 5_000);
    let () = server.run(&format!("XGROUP CREATE {STREAM} audit $"));
    let () = server.run(&format!("XGROUP CREATE {STREAM} workers 0"));
    for (consumer, count) in [("alice", 10), ("bob", 5)] {
        let words = format!("XREADGROUP GROUP workers {consumer} COUNT {count} STREAMS {STREAM} >");
        let _: Reply = server.run(&words);
    }
    for id in pending(&server).iter().take(3) {
        let () = server.run(&format!("XDEL {STREAM} {id}"));
    }
    server
}

/// The ids that are pending, the oldest first.
fn pending(server: &RedisServer) -> Vec<String> {
    let listed: Vec<(String, String, u64, u64)> =
        server.run(&format!("XPENDING {STREAM} workers - + 100"));
    listed.into_iter().map(|(id, ..)| id).collect()
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn watch(&self, server: &RedisServer, more: &[&str]) -> Pty {
        let url = server.url();
        let args = [&["-r", url.as_str(), "watch", "--screen", "5"], more].concat();
        self.open(&args)
    }

    fn open(&self, args: &[&str]) -> Pty {
        let state = self.folder.path().to_str().unwrap();
        lookback(args, &[("XDG_STATE_HOME", state)], COLS, ROWS)
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("lookback/actions.jsonl")
    }

    /// What was done and how it ended.
    fn noted(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.journal()).unwrap();
        let line = |line: &str| {
            let line: Value = serde_json::from_str(line).unwrap();
            let word = |key: &str| line[key].as_str().unwrap().to_owned();
            (word("action"), word("outcome"))
        };
        text.lines().map(line).collect()
    }
}

/// The row of a group, its bar left out, as words.
fn row_of(screen: &str, group: &str) -> Option<Vec<String>> {
    let below = screen.lines().skip_while(|row| !row.contains(" groups "));
    let words = |row: &str| -> Vec<String> {
        let row = row.trim_start_matches('▌');
        row.split_whitespace().map(str::to_owned).collect()
    };
    below
        .map(words)
        .find(|row| row.first().is_some_and(|w| w == group))
}

/// Consumers, pending, deliverable, lost.
fn numbers(screen: &str, group: &str) -> Option<[u64; 4]> {
    let row = row_of(screen, group)?;
    let number = |at: usize| row.get(at)?.replace(',', "").parse().ok();
    Some([number(1)?, number(2)?, number(3)?, number(4)?])
}

/// Selects the group `workers`, the second one.
fn on_workers(pty: &mut Pty) {
    pty.wait_for("the groups", SOON, |s| numbers(s, "workers").is_some());
    pty.keys("j");
    pty.wait_for_text("of workers", SOON);
    pty.wait_for("its pending entries", SOON, |s| {
        s.contains("alice") && s.contains("deleted")
    });
}

/// Field of `XINFO GROUPS`.
fn said(server: &RedisServer, group: &str, field: &str) -> Option<i64> {
    let groups: Vec<BTreeMap<String, Reply>> = server.run(&format!("XINFO GROUPS {STREAM}"));
    let name = |g: &BTreeMap<String, Reply>| match g.get("name") {
        Some(Reply::BulkString(name)) => String::from_utf8_lossy(name).into_owned(),
        _ => String::new(),
    };
    let found = groups.into_iter().find(|g| name(g) == group)?;
    match found.get(field) {
        Some(Reply::Int(n)) => Some(*n),
        _ => None,
    }
}

#[test]
fn the_screen_says_what_the_server_says() {
    let server = queue();
    let pty = Place::new().watch(&server, &[]);
    let want = |group: &str| {
        let [consumers, pending] =
            ["consumers", "pending"].map(|field| said(&server, group, field).unwrap());
        (consumers.unsigned_abs(), pending.unsigned_abs())
    };
    assert_eq!(want("workers"), (2, 15));
    pty.wait_for("the numbers of the server", SOON, |s| {
        ["workers", "audit"]
            .iter()
            .all(|group| numbers(s, group).is_some_and(|n| (n[0], n[1]) == want(group)))
    });
    // Nothing is lost: what was deleted had been delivered.
    pty.wait_for("the lag in parts", SOON, |s| {
        numbers(s, "workers") == Some([2, 15, 45, 0]) && numbers(s, "audit") == Some([0, 0, 0, 0])
    });
    let _: Reply = server.run(&format!("XTRIM {STREAM} MAXLEN 20"));
    pty.wait_for("what was trimmed as lost", SOON, |s| {
        numbers(s, "workers") == Some([2, 15, 20, 25])
    });
}

#[test]
fn a_pending_entry_is_shown_with_what_it_says_and_enter_opens_it() {
    let server = queue();
    let mut pty = Place::new().watch(&server, &[]);
    on_workers(&mut pty);
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("━ pending 15", SOON);
    pty.keys("jjj");
    press(&mut pty, &[Key::Enter]);
    let id = pending(&server)[3].clone();
    pty.wait_for("the fourth entry", SOON, |s| {
        s.contains(&format!("entry {id}")) && s.contains("number 0003 here")
    });
    pty.keys("y");
    pty.wait_for_text(&format!("copied {id} as JSON"), SOON);
    pty.keys("v");
    pty.wait_for_text("session_id", SOON);
}

/// What the server was asked since its statistics were reset.
fn commands(server: &RedisServer) -> Vec<String> {
    let text: String = server.run("INFO commandstats");
    let name = |line: &str| {
        Some(
            line.strip_prefix("cmdstat_")?
                .split(':')
                .next()?
                .to_uppercase(),
        )
    };
    text.lines().filter_map(name).collect()
}

#[test]
fn without_the_flag_no_command_that_writes_reaches_the_server_whatever_key_is_pressed() {
    let (server, place) = (queue(), Place::new());
    let () = server.run("CONFIG RESETSTAT");
    let mut pty = place.watch(&server, &[]);
    on_workers(&mut pty);
    let before = pending(&server);
    for _ in 0..4 {
        press(&mut pty, &[Key::Tab]);
        for key in "ADCRVFIMX".chars() {
            pty.keys(&key.to_string());
            pty.wait_for_text("read only: start with --allow-writes", SOON);
            press(&mut pty, &[Key::Esc]);
            pty.wait_for("the notice gone", SOON, |s| !s.contains("read only"));
        }
        // As where a prompt were open.
        pty.keys("workers");
        press(&mut pty, &[Key::Enter, Key::Esc, Key::Esc]);
        pty.keys("5");
    }
    assert_eq!(pending(&server), before);
    for command in commands(&server) {
        let words = command.replace('|', " ");
        let first = words.split(' ').next().unwrap();
        let reads = READING_COMMANDS.contains(&first) || READING_COMMANDS.contains(&words.as_str());
        let is_the_tests_own = command == "CONFIG|RESETSTAT";
        assert!(reads || is_the_tests_own, "{command}");
    }
    assert!(!place.journal().exists());
}

#[test]
fn with_the_flag_entries_are_acknowledged_and_groups_destroyed_and_all_is_journaled() {
    let (server, place) = (queue(), Place::new());
    let mut pty = place.watch(&server, &["--allow-writes"]);
    on_workers(&mut pty);
    pty.keys("D");
    pty.wait_for_text("acknowledge 3 pending entries of group workers", SOON);
    pty.keys("y");
    pty.wait_for_text("acknowledged 3 entries of group workers", SOON);
    pty.wait_for("the new look", SOON, |s| {
        numbers(s, "workers").is_some_and(|n| n[1] == 12) && !s.contains("deleted")
    });
    assert_eq!(pending(&server).len(), 12);

    press(&mut pty, &[Key::Enter]);
    let id = pending(&server)[0].clone();
    pty.keys("C");
    pty.wait_for_text("give to consumer", SOON);
    pty.keys("carol");
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("to consumer carol", SOON);
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("gave 1 entry of group workers to carol", SOON);
    let owner: Vec<(String, String, u64, u64)> =
        server.run(&format!("XPENDING {STREAM} workers {id} {id} 1"));
    assert_eq!((owner[0].1.as_str(), owner[0].3), ("carol", 1));

    pty.keys("R");
    pty.wait_for_text("append 1 entry", SOON);
    press(&mut pty, &[Key::Enter]);
    pty.wait_for("what was appended", SOON, |s| {
        s.lines().last().is_some_and(|l| l.contains("appended ")) || s.contains(" appended ")
    });
    assert_eq!(crate::stage::length(&server), 58);
    assert_eq!(pending(&server).len(), 11);

    pty.keys("X");
    pty.wait_for_text("this cannot be taken back", SOON);
    pty.keys("worker");
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("type workers to do it", SOON);
    assert!(said(&server, "workers", "pending").is_some());
    pty.keys("s");
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("destroyed group workers, with 11 entries pending", SOON);
    pty.wait_for("it gone", SOON, |s| {
        numbers(s, "workers").is_none() && numbers(s, "audit").is_some()
    });
    assert_eq!(said(&server, "workers", "pending"), None);

    let noted = place.noted();
    let noted: Vec<(&str, &str)> = noted
        .iter()
        .map(|(a, o)| (a.as_str(), o.as_str()))
        .collect();
    let each = |action| [(action, "intended"), (action, "done")];
    assert_eq!(
        noted,
        ["ack", "claim", "republish", "destroy"].map(each).concat()
    );
}

#[test]
fn a_server_that_goes_leaves_the_last_look_and_comes_back() {
    let mut server = queue();
    let pty = Place::new().watch(&server, &["--allow-writes"]);
    pty.wait_for("the groups", SOON, |s| numbers(s, "workers").is_some());
    server.stop();
    pty.wait_for("the last look with its age", SOON, |s| {
        s.contains("seen ") && s.contains(" ago ─") && numbers(s, "workers") == Some([2, 15, 45, 0])
    });
    server.start();
    let id = pending(&server)[0].clone();
    let _: u64 = server.run(&format!("XACK {STREAM} workers {id}"));
    pty.wait_for("a new look", SOON, |s| {
        // What a server counted before it was started again it may not know any more.
        s.contains("looks every") && row_of(s, "workers").is_some_and(|row| row[2] == "14")
    });
}

#[test]
fn what_may_not_be_asked_leaves_its_column_and_says_why() {
    let server = queue();
    let () = server.run(
        "ACL SETUSER looker on >hush ~* +@read +@connection -@dangerous -memory -xpending -xinfo|consumers",
    );
    let url = server.url().replace("redis://", "redis://looker:hush@");
    let place = Place::new();
    let mut pty = place.open(&["-r", &url, "watch", "--screen", "5"]);
    pty.wait_for("what may be asked", SOON, |s| {
        row_of(s, "workers").is_some_and(|row| row[1..3] == ["2", "15"])
    });
    pty.keys("j");
    pty.wait_for("why the rest is not there", SOON, |s| {
        s.contains("its consumers may not be asked for") && s.contains("may not")
    });
    let row = pty.screen();
    assert!(row.contains("n/a"), "{row}");
}

#[test]
fn nothing_is_asked_while_another_screen_is_open() {
    let server = queue();
    let clients = || -> usize {
        let list: String = server.run("CLIENT LIST TYPE normal");
        list.lines().count()
    };
    let place = Place::new();
    let url = server.url();
    let mut pty = place.open(&["-r", &url]);
    pty.wait_for_text("57 entries", SOON);
    let settled = |wanted: usize| {
        let deadline = Instant::now() + SOON;
        while clients() != wanted {
            assert!(Instant::now() < deadline, "{} connections", clients());
            thread::sleep(Duration::from_millis(20));
        }
    };
    let before = clients();
    pty.keys("5");
    pty.wait_for("the groups", SOON, |s| numbers(s, "workers").is_some());
    settled(before + 1);
    pty.keys("1");
    settled(before);
    let () = server.run("CONFIG RESETSTAT");
    pty.keys("4");
    pty.wait_for_text("metrics", SOON);
    assert!(
        !commands(&server)
            .iter()
            .any(|c| c.starts_with("XINFO|GROUPS"))
    );
}

#[test]
fn a_recording_shows_the_groups_again_without_the_server() {
    let place = Place::new();
    let path = place.folder.path().join("run.jsonl");
    let file = path.to_str().unwrap();
    let server = queue();
    let mut pty = place.watch(&server, &["--allow-writes", "--record", file]);
    on_workers(&mut pty);
    pty.keys("D");
    pty.wait_for_text("acknowledge 3 pending entries", SOON);
    pty.keys("y");
    pty.wait_for("twelve", SOON, |s| {
        numbers(s, "workers").is_some_and(|n| n[1] == 12)
    });
    pty.keys("q");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
    let noted = place.noted().len();
    drop(server);

    let mut pty = place.open(&["watch", "--replay-actions", file]);
    press(&mut pty, &[Key::End]);
    pty.wait_for("what was seen last", SOON, |s| {
        s.contains("the recording ends here")
            && numbers(s, "workers").is_some_and(|n| n[1] == 12)
            && s.contains("of workers")
    });
    press(&mut pty, &[Key::Esc]);
    // A terminal sends Esc and a key right after it as one.
    pty.wait_for("no notice", SOON, |s| {
        !s.contains("the recording ends here")
    });
    pty.keys("X");
    pty.wait_for_text("read only", SOON);
    assert_eq!(place.noted().len(), noted);
}

/// An editor that tells how it finds the terminal, and does this with the file.
fn editor(place: &Place, does: &str) -> String {
    let path = place.folder.path().join("editor");
    let script = format!("#!/bin/sh\nstty -a > \"$0.stty\"\n{does}\n");
    fs::write(&path, script).unwrap();
    format!("sh {}", path.display())
}

/// With this editor, on the oldest pending entry that is there.
fn editing(place: &Place, server: &RedisServer, editor: &str) -> Pty {
    let state = place.folder.path().to_str().unwrap();
    let env = [
        ("XDG_STATE_HOME", state),
        ("VISUAL", editor),
        ("TMPDIR", state),
    ];
    let url = server.url();
    let args = ["-r", &url, "watch", "--screen", "5", "--allow-writes"];
    let mut pty = lookback(&args, &env, COLS, ROWS);
    on_workers(&mut pty);
    press(&mut pty, &[Key::Enter]);
    pty.keys("jjj");
    pty
}

fn drafts(place: &Place) -> usize {
    let files = fs::read_dir(place.folder.path()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("lookback-")).count()
}

#[test]
fn an_entry_is_edited_in_an_editor_which_has_the_terminal_to_itself() {
    let (server, place) = (queue(), Place::new());
    let does =
        "printf 'the editor is here: '; read answer\nsed -i \"s/number 0003 here/$answer/\" \"$1\"";
    let mut pty = editing(&place, &server, &editor(&place, does));
    pty.keys("V");
    pty.wait_for_text("the editor is here:", SOON);
    assert!(!pty.alternate_screen());
    // Keys of ours are text here.
    pty.keys("q edited X");
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("append 1 entry", SOON);
    assert!(pty.alternate_screen());
    let modes = fs::read_to_string(place.folder.path().join("editor.stty")).unwrap();
    assert!(
        modes.contains(" icanon") && modes.contains(" echo "),
        "{modes}"
    );
    assert_eq!(drafts(&place), 0);
    assert_eq!(crate::stage::length(&server), 57);
    press(&mut pty, &[Key::Enter]);
    pty.wait_for("the new length", SOON, |_| {
        crate::stage::length(&server) == 58
    });
    let newest: Vec<(String, Vec<String>)> = server.run(&format!("XREVRANGE {STREAM} + - COUNT 1"));
    assert!(
        newest[0].1.iter().any(|v| v == "this is q edited X"),
        "{newest:?}"
    );
    pty.wait_for_text("appended ", SOON);
    pty.keys("q");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
}

#[test]
fn an_editor_that_fails_changes_nothing_and_gives_the_terminal_back() {
    let (server, place) = (queue(), Place::new());
    let mut pty = editing(
        &place,
        &server,
        &editor(&place, "echo '{}' > \"$1\"; exit 3"),
    );
    pty.keys("V");
    pty.wait_for_text("the editor failed", SOON);
    assert!(pty.alternate_screen());
    press(&mut pty, &[Key::Esc]);
    pty.wait_for("no notice", SOON, |s| !s.contains("the editor failed"));
    // The keys are ours again.
    pty.keys("1");
    pty.wait_for_text("━ feed", SOON);
    assert_eq!(crate::stage::length(&server), 57);
    assert!(!place.journal().exists());
    assert_eq!(drafts(&place), 0);
    pty.keys("q");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
}

#[test]
fn an_interrupt_typed_in_the_editor_ends_that_alone() {
    let (server, place) = (queue(), Place::new());
    let does = "printf 'the editor is here: '; read answer";
    let mut pty = editing(&place, &server, &editor(&place, does));
    pty.keys("V");
    pty.wait_for_text("the editor is here:", SOON);
    press(&mut pty, &[Key::Ctrl('c')]);
    pty.wait_for_text("the editor failed", SOON);
    pty.keys("1");
    pty.wait_for_text("━ feed", SOON);
    assert_eq!(crate::stage::length(&server), 57);
}

#[test]
fn a_file_has_no_groups_and_says_so() {
    let place = Place::new();
    let pty = place.open(&["-f", "assets/sample.jsonl", "watch", "--screen", "5"]);
    pty.wait_for_text("there are no consumer groups here", SOON);
}
