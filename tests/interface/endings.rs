//! Every way out gives the terminal back as it was. (What a panic leaves is in `tests/terminal_guard.rs`: the program has
//! no key for one.)

use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::stage::{SOON, lookback, say, watch};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

fn leaves_tidily(how: impl Fn(&mut Pty), code: u32) {
    let server = RedisServer::new();
    say(&mut server.connection(), "something");
    let mut pty = watch(&server, &[]);
    pty.wait_for_text("something", SOON);
    assert!(pty.alternate_screen());
    assert_ne!(pty.driver_flags(), pty.driver_flags_at_start());
    how(&mut pty);
    let exit = pty.wait_exit(SOON);
    assert_eq!(exit.exit_code(), code, "{exit}");
    assert_eq!(pty.driver_flags(), pty.driver_flags_at_start());
    assert!(!pty.alternate_screen());
    assert!(pty.cursor().is_some());
    let raw = String::from_utf8(pty.raw_bytes()).unwrap();
    for mode in ["1000", "1002", "1006", "1049", "2004"] {
        let (on, off) = (format!("\x1b[?{mode}h"), format!("\x1b[?{mode}l"));
        assert_eq!(raw.matches(&on).count(), 1, "{mode} is switched on once");
        assert_eq!(raw.matches(&off).count(), 1, "{mode} is switched off once");
        assert!(raw.rfind(&off) > raw.rfind(&on));
    }
    assert!(
        raw.rfind("\x1b[?25h") > raw.rfind("\x1b[?25l"),
        "the cursor is shown"
    );
    assert!(raw.rfind("\x1b[?7h") > raw.rfind("\x1b[?7l"), "lines wrap");
    assert!(
        raw.rfind("\x1b[?2026l") >= raw.rfind("\x1b[?2026h"),
        "frames are not held back"
    );
    assert!(!pty.screen().contains("something"), "{}", pty.screen());
}

#[test]
fn q_leaves() {
    leaves_tidily(|pty| pty.keys("q"), 0);
}

#[test]
fn control_c_leaves() {
    leaves_tidily(|pty| pty.key(Key::Ctrl('c')), 0);
}

#[test]
fn sigterm_leaves() {
    leaves_tidily(|pty| pty.signal("TERM"), 143);
}

#[test]
fn sighup_leaves() {
    leaves_tidily(|pty| pty.signal("HUP"), 129);
}

#[test]
fn sigint_leaves() {
    leaves_tidily(|pty| pty.signal("INT"), 130);
}

#[test]
fn it_leaves_from_the_prompt_and_from_the_help() {
    let mut pty = lookback(&["demo"], &[], 80, 24);
    pty.wait_for_text("LIVE", SOON);
    pty.keys("/type");
    pty.wait_for_text("filter", SOON);
    pty.key(Key::Ctrl('c'));
    pty.keys("?");
    pty.wait_for_text("go to a time or an entry id", SOON);
    pty.key(Key::Ctrl('c'));
    assert!(pty.wait_exit(SOON).success());
}

/// What the thread that writes frames has written, by the kernel's account.
fn written(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let outlet = tasks
        .map(|task| task.unwrap().path())
        .find(|task| {
            let name = std::fs::read_to_string(task.join("comm"));
            name.is_ok_and(|name| name.trim() == "outlet")
        })
        .unwrap();
    let io = std::fs::read_to_string(outlet.join("io")).unwrap();
    let line = io.lines().find_map(|l| l.strip_prefix("wchar: ")).unwrap();
    line.parse().unwrap()
}

/// A terminal that takes no more bytes, though there would be more.
fn stalled() -> Pty {
    let pty = lookback(&["demo", "--rate", "200"], &[], 200, 50);
    pty.wait_for_text("LIVE", SOON);
    pty.hold(true);
    let deadline = Instant::now() + SOON;
    let mut last = (written(pty.pid()), Instant::now());
    // 200 events a second move something in every frame: a program that writes nothing for that long cannot.
    while last.1.elapsed() < Duration::from_millis(700) {
        assert!(Instant::now() < deadline, "it never came to stand");
        thread::sleep(Duration::from_millis(20));
        let now = written(pty.pid());
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
    pty
}

fn ends_though_stalled(signal: &str, code: u32) {
    let pty = stalled();
    let begun = Instant::now();
    pty.signal(signal);
    let exit = pty.wait_ended(SOON);
    let took = begun.elapsed();
    assert_eq!(exit.exit_code(), code, "{exit}");
    assert!(took < Duration::from_secs(5), "took {took:?}");
    pty.hold(false);
    pty.wait_exit(SOON);
    assert_eq!(pty.driver_flags(), pty.driver_flags_at_start());
    // Else it was not stalled, and this proves nothing.
    assert!(!pty.wrote("\x1b[?1049l"));
}

#[test]
fn sigterm_ends_it_though_its_terminal_takes_no_bytes() {
    ends_though_stalled("TERM", 143);
}

#[test]
fn sighup_ends_it_though_its_terminal_takes_no_bytes() {
    ends_though_stalled("HUP", 129);
}

#[test]
fn it_ends_when_its_terminal_vanishes() {
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: 40,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        })
        .unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lookback"));
    command.args(["demo", "--config", "/dev/null"]);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    // It draws: so it has the terminal, and listens to signals.
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    while !String::from_utf8_lossy(&seen).contains("LIVE") {
        let read = reader.read(&mut chunk).unwrap();
        assert!(read > 0);
        seen.extend_from_slice(&chunk[..read]);
    }
    drop(reader);
    drop(pair.master);
    let deadline = Instant::now() + SOON;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() >= deadline {
            drop(child.kill());
            panic!("still there without a terminal");
        }
        thread::sleep(Duration::from_millis(20));
    }
}
