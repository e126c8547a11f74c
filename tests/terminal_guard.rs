//! Every way out leaves the terminal as it was. Each test runs this same test program again, in a real pseudo terminal,
//! as a program that takes the terminal and then ends in its own way.

mod support;

use std::env;
use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use lookback::term::{
    Options, Screen, TermError, TerminalGuard, output, restore, restore_on_panic,
};
use ratatui::style::Style;
use support::pty::Pty;

const SOON: Duration = Duration::from_secs(20);
/// Tells the program that it is the one in the pseudo terminal, and how to end.
const ENDING: &str = "LOOKBACK_TEST_ENDING";

/// Not a test of its own: what runs in the terminal.
#[test]
fn inside_the_terminal() {
    let Ok(ending) = env::var(ENDING) else {
        return;
    };
    restore_on_panic();
    if ending == "piped" {
        return;
    }
    let guard = TerminalGuard::enter(Options {
        mouse: ending != "no mouse",
    })
    .expect("a terminal");
    let mut screen = Screen::new(output().expect("standard output"), 60, 10);
    let draw = |buffer: &mut ratatui::buffer::Buffer| {
        _ = buffer.set_stringn(0, 0, "in the interface", 60, Style::new());
    };
    screen.draw(draw).expect("drawn");
    // Raw mode: one key, without Enter.
    std::io::stdin().read_exact(&mut [0]).expect("a key");
    match ending.as_str() {
        "panic" => panic!("the message to be read"),
        "panic elsewhere" => {
            let other = thread::spawn(|| panic!("the message to be read"));
            assert!(other.join().is_err());
        }
        "restore elsewhere" => thread::spawn(restore).join().expect("restored"),
        "twice" => {
            restore();
            restore();
        }
        _ => {}
    }
    drop(guard);
    let mut out = output().expect("standard output");
    out.write_all(b"back on the normal screen\r\n")
        .expect("written");
}

fn run(ending: &str) -> Pty {
    let program = env::current_exe().expect("this program");
    let args = [
        "--exact",
        "inside_the_terminal",
        "--nocapture",
        "--test-threads=1",
    ];
    Pty::spawn(
        program,
        &args,
        &[(ENDING, ending), ("RUST_BACKTRACE", "0")],
        60,
        24,
    )
}

fn ends_tidily(ending: &str) -> Pty {
    let mut pty = run(ending);
    let before = pty.driver_flags_at_start();
    pty.wait_for_text("in the interface", SOON);
    assert!(pty.alternate_screen());
    assert_ne!(pty.driver_flags(), before, "raw mode is on");
    pty.keys("q");
    pty.wait_exit(SOON);
    assert_eq!(pty.driver_flags(), before, "raw mode is off again");
    assert!(!pty.alternate_screen());
    assert!(pty.cursor().is_some());
    let raw = String::from_utf8(pty.raw_bytes()).expect("UTF-8");
    for once in ["\x1b[?2004l", "\x1b[?7h", "\x1b[?1049l"] {
        assert_eq!(raw.matches(once).count(), 1, "{once:?} in {raw:?}");
    }
    assert!(
        !pty.screen().contains("in the interface"),
        "{}",
        pty.screen()
    );
    pty
}

#[test]
fn a_normal_end_restores_the_terminal() {
    let pty = ends_tidily("normal");
    for sequence in [
        "\x1b[?1000h",
        "\x1b[?1002h",
        "\x1b[?1006h",
        "\x1b[?1006l",
        "\x1b[?1002l",
        "\x1b[?1000l",
    ] {
        assert!(pty.wrote(sequence), "{sequence:?}");
    }
    assert!(
        !pty.wrote("\x1b[?1003h"),
        "any-motion reports cost a slow link"
    );
    assert!(
        pty.screen().contains("back on the normal screen"),
        "{}",
        pty.screen()
    );
}

#[test]
fn without_the_mouse_nothing_is_said_about_it() {
    assert!(!ends_tidily("no mouse").wrote("\x1b[?100"));
}

#[test]
fn a_panic_is_readable_on_the_normal_screen() {
    let pty = ends_tidily("panic");
    assert!(
        pty.screen().contains("the message to be read"),
        "{}",
        pty.screen()
    );
}

#[test]
fn a_panic_of_another_thread_is_too() {
    let pty = ends_tidily("panic elsewhere");
    assert!(
        pty.screen().contains("the message to be read"),
        "{}",
        pty.screen()
    );
}

#[test]
fn any_thread_may_restore_and_more_than_once() {
    ends_tidily("restore elsewhere");
    ends_tidily("twice");
}

#[test]
fn standard_output_that_is_no_terminal_is_refused() {
    // Under cargo test standard output may well be a terminal: ask where it is not.
    let program = env::current_exe().expect("this program");
    let child = std::process::Command::new(program)
        .args(["--exact", "refusal_inside_a_pipe", "--nocapture"])
        .env(ENDING, "piped")
        .output()
        .expect("runs");
    assert!(child.status.success(), "{child:?}");
    assert!(!child.stdout.contains(&0x1b), "{child:?}");
}

/// Not a test of its own: what runs in the pipe.
#[test]
fn refusal_inside_a_pipe() {
    if env::var(ENDING).as_deref() == Ok("piped") {
        let refused = TerminalGuard::enter(Options::default());
        assert!(
            matches!(refused, Err(TermError::NotATerminal)),
            "{refused:?}"
        );
    }
}
