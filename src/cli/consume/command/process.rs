//! One run of a command: in a process group of its own, bounded in time, the end of its stderr kept.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::model::{SafeText, time};

/// Bytes of the last line that are kept.
const LONGEST_LINE: usize = 400;
/// How long the rest of stderr is waited for after the command ended: a child of its own may hold it open.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Runs it with `input` on its stdin; why it failed, if it did.
pub(super) async fn run(mut command: Command, input: &[u8], limit: Duration) -> Result<(), String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::inherit())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let (line_in, line) = watch::channel(Vec::new());
    let complaints = child
        .stderr
        .take()
        .map(|stderr| tokio::spawn(pass_on(stderr, line_in)));
    let ended = timeout(limit, feed_and_wait(&mut child, input)).await;
    let failed = match ended {
        Ok(Ok(status)) if status.success() => None,
        Ok(Ok(status)) => Some(ending(status)),
        Ok(Err(error)) => Some(format!("cannot be waited for: {error}")),
        Err(_) => {
            end(&mut child).await;
            let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
            Some(format!("timeout after {}", time::span(limit)))
        }
    };
    if let Some(complaints) = complaints {
        let abort = complaints.abort_handle();
        if timeout(LAST_WORDS, complaints).await.is_err() {
            abort.abort();
        }
    }
    match failed {
        None => Ok(()),
        Some(how) => Err(with_last_words(how, &line.borrow())),
    }
}

/// Writes its input while it runs; a command that does not read it is none the worse.
async fn feed_and_wait(child: &mut Child, input: &[u8]) -> std::io::Result<ExitStatus> {
    let stdin = child.stdin.take();
    let feeding = async {
        if let Some(mut stdin) = stdin {
            drop(stdin.write_all(input).await);
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        status = child.wait() => status,
        () = feeding => Err(std::io::ErrorKind::Other.into()),
    }
}

/// Ends it and all that it started.
async fn end(child: &mut Child) {
    let group = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended just now.
        let _ = kill_process_group(group, Signal::KILL);
    }
    drop(child.wait().await);
}

fn ending(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

fn with_last_words(how: String, line: &[u8]) -> String {
    if line.is_empty() {
        return how;
    }
    format!("{how}: {}", SafeText::line(line, LONGEST_LINE))
}

/// Passes its stderr on to ours, and keeps the last line that says anything.
async fn pass_on(mut from: impl AsyncRead + Unpin, last: watch::Sender<Vec<u8>>) {
    let mut to = tokio::io::stderr();
    let mut buffer = vec![0; 8_192];
    let mut line = Vec::new();
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let part = buffer.get(..count).unwrap_or_default();
        drop(to.write_all(part).await);
        for byte in part {
            match byte {
                b'\n' | b'\r' => keep(&mut line, &last),
                byte if line.len() < LONGEST_LINE => line.push(*byte),
                _ => {}
            }
        }
        // A line without an end counts too.
        if !line.trim_ascii().is_empty() {
            last.send_replace(line.clone());
        }
    }
    drop(to.flush().await);
}

fn keep(line: &mut Vec<u8>, last: &watch::Sender<Vec<u8>>) {
    if !line.trim_ascii().is_empty() {
        last.send_replace(std::mem::take(line));
    }
    line.clear();
}
