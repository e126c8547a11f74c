//! A running `lookback`, its lines as they come.
#![allow(
    dead_code,
    reason = "which part is used differs from one test program to the next, so `expect` cannot hold"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use super::stage::{PATIENCE, Stage};

/// Ended when dropped.
pub struct Running {
    pub child: Child,
    lines: Receiver<String>,
}

pub fn command(stage: &Stage, arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("lookback"));
    let home = stage.home.path();
    command
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("TZ", "UTC")
        .env("REDIS_URL", stage.server.url())
        .current_dir(home);
    command
}

/// Runs it to its end.
pub fn run(stage: &Stage, arguments: &[&str]) -> Output {
    let output = command(stage, arguments).stdin(Stdio::null()).output();
    output.unwrap()
}

pub fn lines(output: &Output) -> Vec<Value> {
    let lines = output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

impl Running {
    pub fn start(stage: &Stage, arguments: &[&str]) -> Self {
        let mut child = command(stage, arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines_in, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if lines_in.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The number of the next entry that is printed.
    pub fn next(&self) -> u64 {
        number(&serde_json::from_str(&self.lines.recv_timeout(PATIENCE).unwrap()).unwrap())
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// The numbers of all that it prints until it ends.
    pub fn rest(mut self) -> Vec<u64> {
        let mut numbers = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            numbers.push(number(&serde_json::from_str(&line).unwrap()));
        }
        self.child.wait().unwrap();
        numbers
    }

    /// Waits for its end; what it said on stderr.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        let deadline = std::time::Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(std::time::Instant::now() < deadline, "it does not end");
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        stderr.read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn number(event: &Value) -> u64 {
    event["fields"]["n"].as_str().unwrap().parse().unwrap()
}
