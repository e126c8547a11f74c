//! Where a password comes from: the environment, a file, or a command.
//!
//! Invariant: nothing that the file holds or the command prints on its standard output is ever part of a message.

use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::Secret;

/// A command is ended after this.
const LONGEST: Duration = Duration::from_secs(10);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// More than this is no password.
const LARGEST_BYTES: u64 = 64 << 10;
/// So much of what a command says is read before the pipe is closed.
const NOISE_BYTES: usize = 4 << 20;
/// And so much of it is kept.
const KEPT_BYTES: usize = 16 << 10;

/// A password, or where it is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// As it is.
    Text(Secret),
    /// What a file holds, without the line's end.
    File(PathBuf),
    /// The first line that a command prints. A secret, because it may hold one.
    Command(Secret),
}

/// Why there is no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct PasswordError {
    /// What is wrong.
    pub what: String,
    /// What to do; may be empty.
    pub hint: String,
    /// Whether it is the configuration that is wrong, and not the command that failed.
    pub is_setting: bool,
}

impl Password {
    /// Fetches it. A command runs by `sh -c` without standard input, for at most 10 s.
    ///
    /// # Errors
    /// A file that cannot be read, that others may read, or that holds no line of text; a command that fails, takes too long or
    /// prints none.
    pub fn fetch(&self) -> Result<Secret, PasswordError> {
        match self {
            Self::Text(secret) => Ok(secret.clone()),
            Self::File(path) => of_file(path),
            Self::Command(command) => of_command(command.expose(), LONGEST),
        }
    }
}

fn wrong(what: impl Into<String>, hint: impl Into<String>) -> PasswordError {
    PasswordError {
        what: what.into(),
        hint: hint.into(),
        is_setting: true,
    }
}

fn failed(what: impl Into<String>) -> PasswordError {
    PasswordError {
        what: what.into(),
        hint: "run the command by hand; it has no standard input, 10 s, and its first line is the password".to_owned(),
        is_setting: false,
    }
}

fn of_file(path: &Path) -> Result<Secret, PasswordError> {
    let shown = path.display();
    let unreadable = |error: io::Error| {
        wrong(
            format!("the password file {shown} cannot be read: {error}"),
            "name an existing file with password_file",
        )
    };
    // A pipe would hold everything up.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(wrong(
            format!("the password file {shown} is no regular file"),
            "",
        ));
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(wrong(
            format!(
                "the password file {shown} is open to others (mode {:03o})",
                mode & 0o777
            ),
            format!("chmod 600 {shown}"),
        ));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_BYTES)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let lines_end = |b: &u8| matches!(b, b'\n' | b'\r');
    let end = bytes.iter().rposition(|b| !lines_end(b));
    bytes.truncate(end.map_or(0, |at| at + 1));
    match String::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && !text.contains(['\n', '\r']) => Ok(Secret::new(text)),
        _ => Err(wrong(
            format!("the password file {shown} does not hold one line of text"),
            "write the password into it, and nothing else",
        )),
    }
}

fn of_command(command: &str, longest: Duration) -> Result<Secret, PasswordError> {
    let started = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut child = started.map_err(|error| failed(format!("cannot start `sh`: {error}")))?;
    let out = drain(child.stdout.take(), Keep::First);
    let told = drain(child.stderr.take(), Keep::Last);
    let deadline = Instant::now() + longest;
    let ended = wait(&mut child, deadline);
    // What it left behind must hold neither the pipes nor anything else.
    end_group(&child);
    let status = match ended {
        Ok(Some(status)) => status,
        Ok(None) => {
            let _ = child.wait();
            let seconds = longest.as_secs();
            return Err(failed(format!("it was not done after {seconds} s")));
        }
        Err(error) => return Err(failed(format!("it cannot be waited for: {error}"))),
    };
    let of = |pipe: mpsc::Receiver<Vec<u8>>| {
        let rest = deadline.saturating_duration_since(Instant::now());
        pipe.recv_timeout(rest.max(LOOK)).unwrap_or_default()
    };
    if !status.success() {
        return Err(failed(told_by(status, &of(told))));
    }
    first_line(&of(out)).ok_or_else(|| failed("its first line is no text, or empty"))
}

/// Which part of what a pipe gives is of use.
#[derive(Clone, Copy)]
enum Keep {
    First,
    Last,
}

/// Reads a pipe to its end, and keeps what can be of use: one that is not read would hold the command up.
fn drain(pipe: Option<impl Read + Send + 'static>, keep: Keep) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let kept = pipe.map(|pipe| kept_of(pipe, keep)).unwrap_or_default();
        let _ = sender.send(kept);
    });
    receiver
}

/// What was read before a failure counts all the same.
fn kept_of(mut pipe: impl Read, keep: Keep) -> Vec<u8> {
    let (mut kept, mut chunk, mut seen) = (Vec::new(), [0; KEPT_BYTES], 0);
    while let Ok(read @ 1..) = pipe.read(&mut chunk) {
        let new = chunk.get(..read).unwrap_or_default();
        seen += read;
        match keep {
            Keep::First if kept.len() >= KEPT_BYTES => {}
            Keep::First => kept.extend_from_slice(new),
            Keep::Last => {
                kept.extend_from_slice(new);
                kept.drain(..kept.len().saturating_sub(KEPT_BYTES));
            }
        }
        if seen > NOISE_BYTES {
            break;
        }
    }
    kept
}

fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

fn end_group(child: &Child) {
    if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// How it ended, and the last line of its standard error.
fn told_by(status: ExitStatus, told: &[u8]) -> String {
    let text = String::from_utf8_lossy(told);
    let line = text.lines().rev().map(str::trim).find(|l| !l.is_empty());
    match line {
        Some(line) => {
            let line: String = line.chars().take(200).collect();
            format!("it failed ({status}): {line}")
        }
        None => format!("it failed ({status}) and said nothing"),
    }
}

fn first_line(out: &[u8]) -> Option<Secret> {
    let line = out.split(|b| *b == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).ok()?;
    (!text.is_empty()).then(|| Secret::new(text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn run(command: &str) -> Result<Secret, PasswordError> {
        of_command(command, LONGEST)
    }

    fn problem(command: &str, longest: Duration) -> String {
        let error = of_command(command, longest).unwrap_err();
        assert!(!error.is_setting);
        error.what
    }

    #[test]
    fn the_first_line_of_a_command_is_the_password() {
        for command in [
            "echo hush",
            "printf hush",
            "printf 'hush\\r\\nmore\\n'",
            "echo noise >&2; echo hush",
            // Nobody answers, and what it leaves behind is not waited for.
            "cat; echo hush",
            "sleep 600 & echo hush",
        ] {
            assert_eq!(run(command), Ok(Secret::new("hush")), "{command}");
        }
    }

    #[test]
    fn a_command_that_fails_is_told_by_its_last_word_and_not_by_what_it_printed() {
        let told = problem("echo hush; echo one >&2; echo two >&2; exit 3", LONGEST);
        assert!(told.ends_with("two") && told.contains('3'), "{told}");
        assert!(!told.contains("hush") && !told.contains("one"), "{told}");
        assert!(problem("false", LONGEST).contains("said nothing"));
        assert!(problem("true", LONGEST).contains("first line"));
        assert!(problem("printf '\\377\\n'", LONGEST).contains("no text"));
        assert!(problem("no-such-program-here", LONGEST).contains("not found"));
    }

    #[test]
    fn a_command_that_hangs_is_ended_with_what_it_started() {
        let begun = Instant::now();
        let told = problem("sleep 600 & wait", Duration::from_millis(200));
        assert!(told.contains("not done"), "{told}");
        assert!(begun.elapsed() < Duration::from_secs(9));
    }

    #[test]
    fn a_command_without_end_fills_no_memory() {
        let told = problem("yes noise >&2; exit 1", Duration::from_secs(60));
        assert!(told.contains("failed"), "{told}");
        let told = problem("seq 100000 >&2; exit 1", Duration::from_secs(60));
        assert!(told.ends_with(": 100000"), "{told}");
        let noisy = "echo hush; head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2";
        assert_eq!(run(noisy), Ok(Secret::new("hush")));
    }
}
