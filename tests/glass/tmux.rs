//! The same through a real tmux, which scrolls regions in its own way.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::redis_server::RedisServer;

const SOON: Duration = Duration::from_secs(20);

/// A tmux of its own, which ends with this.
struct Tmux {
    folder: tempfile::TempDir,
}

impl Tmux {
    /// Runs a command line in a pane of this size.
    fn new(size: (u16, u16), line: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tmux = Self { folder };
        let (width, height) = (size.0.to_string(), size.1.to_string());
        tmux.run(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &width,
            "-y",
            &height,
            line,
        ]);
        tmux.run(&["set-option", "-g", "status", "off"]);
        tmux.run(&["set-option", "-g", "window-size", "manual"]);
        tmux
    }

    fn run(&self, arguments: &[&str]) -> String {
        let socket = self.folder.path().join("tmux");
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&socket).args(arguments);
        command.env_remove("TMUX").env("LC_ALL", "C.UTF-8");
        let output = command.output().expect("tmux is installed");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The text alone: the color of what is blank differs and cannot be seen.
    fn pane(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + SOON;
        loop {
            let pane = self.pane();
            if holds(&pane) {
                return pane;
            }
            assert!(Instant::now() < deadline, "no {what}:\n{pane}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn resize(&self, (width, height): (u16, u16)) {
        let (width, height) = (width.to_string(), height.to_string());
        self.run(&["resize-window", "-x", &width, "-y", &height]);
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let socket = self.folder.path().join("tmux");
        let _ = Command::new("tmux")
            .arg("-S")
            .arg(socket)
            .arg("kill-server")
            .output();
    }
}

fn publish(server: &RedisServer, numbers: std::ops::Range<u32>) {
    let mut to = server.connection();
    for n in numbers {
        let () = redis::cmd("XADD")
            .arg(&["memory:events", "*", "type", "message.added"])
            .arg(&["session_id", &format!("sess-{}", n % 3)])
            .arg(&["content", &format!("this is number {n:03} here 日本")])
            .query(&mut to)
            .unwrap();
    }
}

/// The place and the text of each row of the panes that move.
fn rows(pane: &str) -> Vec<(usize, &str)> {
    let rows = pane.lines().enumerate();
    rows.filter(|(_, row)| row.contains(" is number "))
        .collect()
}

#[test]
fn tmux_shows_after_scrolling_what_it_shows_after_a_full_repaint() {
    let server = RedisServer::new();
    publish(&server, 0..50);
    let program = Path::new(env!("CARGO_BIN_EXE_lookback")).display();
    let line = format!("{program} -r {} --config /dev/null --utc", server.url());
    let tmux = Tmux::new((120, 40), &line);
    tmux.until("history", |pane| pane.contains("number 049 here"));
    // Few at a time, so that rows move and are not drawn anew.
    for n in (50..80).step_by(3) {
        publish(&server, n..n + 3);
        tmux.until("new rows", |pane| {
            pane.contains(&format!("number {:03} here", n + 2))
        });
    }
    tmux.run(&["send-keys", "Space"]);
    tmux.until("a pause", |pane| pane.contains('‖'));
    for _ in 0..30 {
        tmux.run(&["send-keys", "k"]);
    }
    let oldest_in_view = |pane: &str| pane.contains("number 050 here");
    tmux.until("older rows", oldest_in_view);
    let scrolled = tmux.until("rest", |pane| {
        std::thread::sleep(Duration::from_millis(300));
        let again = tmux.pane();
        rows(pane) == rows(&again)
    });
    // The rules are as wide as the pane. Its height stays: the feed would not come back to the same rows.
    tmux.resize((119, 40));
    tmux.until("another width", |pane| {
        let widths = pane.lines().map(|row| row.chars().count());
        widths.max() == Some(119)
    });
    tmux.resize((120, 40));
    // The first row and the scrubber go on with the present.
    tmux.until("the same picture", |pane| rows(pane) == rows(&scrolled));
}
