//! The interface in a terminal: the way back goes on in the archive, and the numbers are true.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::stage::{Stage, append};
use crate::support::pty::{Key, Pty};

const SOON: Duration = Duration::from_secs(20);
const GONE: &str = "let go of this entry";

fn open(stage: &Stage, path: &Path, more: &[&str]) -> Pty {
    let url = stage.server.url();
    let folder = stage.path("state");
    let words = ["-r", &url, "-s", "s", "--archive", path.to_str().unwrap()];
    let words = [&words[..], &["--config", "/dev/null", "--utc"], more].concat();
    let env = [
        ("SSH_CONNECTION", ""),
        ("SSH_TTY", ""),
        ("XDG_STATE_HOME", folder.to_str().unwrap()),
    ];
    Pty::spawn(env!("CARGO_BIN_EXE_lookback"), &words, &env, 160, 45)
}

fn stands_on(pty: &Pty, n: u64) -> String {
    let mark = format!("n={}", n * 10);
    pty.wait_for(&format!("entry {n}"), SOON, |screen| {
        let selected = screen.lines().find(|row| row.starts_with('▌'));
        let is_it = |row: &str| row.split(' ').any(|word| word == mark);
        selected.is_some_and(is_it)
    })
}

#[test]
fn g_goes_to_the_first_entry_of_the_archive_and_the_counts_are_those_of_both() {
    for ending in ["jsonl", "jsonl.gz", "jsonl.lz4"] {
        let stage = Stage::with("s", 5_000);
        let path = stage.path(&format!("past.{ending}"));
        append(&path, &stage.part("s", 0, 30_000));
        stage.cut("s", 29_000);
        let mut pty = open(&stage, &path, &["--history", "500"]);
        let live = pty.wait_for("the newest", SOON, |screen| {
            screen.contains("4,500 older not loaded") && screen.contains("● LIVE")
        });
        assert!(live.contains(&format!("+ past.{ending}")), "{live}");
        assert!(live.contains("event 5,000"), "{live}");
        pty.keys("g");
        let first = stands_on(&pty, 1);
        assert!(first.contains("event 1 of 5,000"), "{first}");
        // Across the border, from the archive into the stream.
        pty.keys("@29990-0\r");
        stands_on(&pty, 2_999);
        for _ in 0..3 {
            pty.key(Key::Right);
        }
        stands_on(&pty, 3_002);
        pty.keys("f");
        pty.wait_for_text("● LIVE", SOON);
        stage
            .server
            .run::<String>("XADD s 60000-0 type message.added n 60000");
        pty.wait_for_text("n=60000", SOON);
        pty.keys("q");
        assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
    }
}

#[test]
fn what_is_trimmed_into_the_archive_is_not_shown_as_gone_and_what_is_not_archived_is() {
    let stage = Stage::with("s", 300);
    let path = stage.path("past.jsonl.gz");
    stage.trim(&path, "s", 0, 500);
    let mut pty = open(&stage, &path, &[]);
    pty.wait_for("all of it", SOON, |s| {
        s.contains("300 entries") && s.contains("● LIVE")
    });
    pty.keys("@1500-0\r\r");
    pty.wait_for("its detail", SOON, |s| s.contains("event 150 of 300"));
    // Only the entry that goes without the archive is gone when both trims have been told.
    stage.trim(&path, "s", 500, 2_000);
    stage.cut("s", 2_500);
    pty.keys("@2300-0\r");
    pty.wait_for_text(GONE, SOON);
    pty.keys("@1500-0\r");
    let kept = pty.wait_for("its detail", SOON, |s| {
        s.contains("event 150 of ") && !s.contains(GONE)
    });
    assert!(kept.contains("n=1500"), "{kept}");
}

#[test]
fn the_copied_command_line_names_the_archive() {
    let stage = Stage::with("s", 100);
    let path = stage.path("past.jsonl");
    stage.trim(&path, "s", 0, 500);
    let mut pty = open(&stage, &path, &[]);
    pty.wait_for_text("100 entries", SOON);
    pty.keys("gY");
    stands_on(&pty, 1);
    pty.wait_for_bytes("a copy", SOON, |bytes| copied(bytes).is_some());
    let command = copied(&pty.raw_bytes()).unwrap();
    let named = format!("--archive {}", path.display());
    assert!(
        command.starts_with("lookback watch ") && command.contains(&named),
        "{command}"
    );
}

/// What was put on the clipboard.
fn copied(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let code = text.split("\x1b]52;c;").nth(1)?;
    let code = code.split(['\x07', '\x1b']).next()?;
    String::from_utf8(STANDARD.decode(code).ok()?).ok()
}
