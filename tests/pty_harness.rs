//! The pty harness itself, on programs whose behaviour is beyond doubt.

mod support;

use std::time::Duration;

use support::pty::{Key, Pty};

const SOON: Duration = Duration::from_secs(10);

fn sh(script: &str) -> Pty {
    Pty::spawn("sh", &["-c", script], &[("GREETING", "hello")], 40, 6)
}

#[test]
fn text_of_a_program_is_on_the_screen() {
    let pty = sh("echo one; printf '%s' \"$GREETING\"; read line");
    pty.wait_for_text("hello", SOON);
    assert_eq!(pty.screen(), "one\nhello\n\n\n\n");
    assert_eq!(pty.row(1), "hello");
    assert_eq!(pty.find("llo"), Some((2, 1)));
    assert_eq!(pty.find("absent"), None);
    assert_eq!(pty.cursor(), Some((5, 1)));
}

#[test]
fn keys_reach_the_program_and_its_exit_status_comes_back() {
    let mut pty = sh("read line; echo \"got $line\"; exit 3");
    pty.keys("abc");
    pty.key(Key::Enter);
    let exit = pty.wait_exit(SOON);
    assert_eq!(exit.exit_code(), 3);
    assert!(pty.screen().contains("got abc"), "{}", pty.screen());
    assert!(pty.wrote("got abc\r\n"));
}

#[test]
fn special_keys_and_the_mouse_are_sent_as_xterm_sends_them() {
    let mut pty = sh("stty raw -echo; printf ready; dd bs=1 count=29 2>/dev/null | od -An -c -w40");
    pty.wait_for_text("ready", SOON);
    pty.key(Key::ShiftLeft);
    pty.key(Key::Ctrl('c'));
    pty.key(Key::F(5));
    pty.wheel_down(4, 9);
    pty.key(Key::Alt('x'));
    pty.keys("....");
    pty.wait_exit(SOON);
    let shown: String = pty.screen().split_whitespace().collect();
    let sent = "033[1;2D003033[15~033[<65;5;10M033x...";
    assert!(shown.contains(sent), "{shown}");
}

#[test]
fn a_resize_is_seen_by_the_program() {
    let mut pty = sh("trap 'stty size; exit 0' WINCH; printf ready; while :; do read line; done");
    pty.wait_for_text("ready", SOON);
    pty.resize(71, 19);
    assert!(pty.wait_exit(SOON).success());
    assert!(pty.screen().contains("19 71"), "{}", pty.screen());
}

#[test]
fn styles_and_the_alternate_screen_are_seen() {
    let pty = sh("printf '\\033[?1049h\\033[?25l\\033[1;38;2;1;2;3;44mX\\033[m'; read line");
    pty.wait_for_text("X", SOON);
    let cell = pty.cell(0, 0);
    assert!(cell.bold());
    assert_eq!(cell.fgcolor(), vt100::Color::Rgb(1, 2, 3));
    assert_eq!(cell.bgcolor(), vt100::Color::Idx(4));
    assert!(pty.alternate_screen());
    assert_eq!(pty.cursor(), None);
}

#[test]
fn what_a_program_copies_is_caught() {
    let pty = sh("printf '\\033]52;c;aGk=\\007done'");
    pty.wait_exit(SOON);
    assert_eq!(pty.clipboard(), ["aGk="]);
    assert!(pty.wrote("\x1b]52"));
}

#[test]
fn raw_mode_shows_in_the_driver_flags_even_after_the_end() {
    let mut pty = sh("read a; stty raw -echo; printf raw; read b; stty sane; stty raw -echo");
    let cooked = pty.driver_flags_at_start();
    pty.key(Key::Enter);
    pty.wait_for_text("raw", SOON);
    assert_ne!(pty.driver_flags(), cooked);
    pty.keys("\n");
    pty.wait_exit(SOON);
    assert_ne!(pty.driver_flags()[2], cooked[2], "left raw, and seen to be");

    let mut tidy = sh("read a; saved=$(stty -g); stty raw -echo; stty \"$saved\"");
    tidy.key(Key::Enter);
    tidy.wait_exit(SOON);
    assert_eq!(tidy.driver_flags(), cooked);
}

#[test]
fn a_signal_ends_the_program() {
    let pty = sh("trap 'exit 7' TERM; printf ready; while :; do read line; done");
    pty.wait_for_text("ready", SOON);
    pty.signal("TERM");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 7);
}

#[test]
#[should_panic(expected = "the program ended")]
fn waiting_for_what_never_comes_fails_when_the_program_ends() {
    sh("echo other").wait_for_text("expected", SOON);
}
