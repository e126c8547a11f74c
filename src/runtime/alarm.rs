//! Tells of spikes beside the screen: the terminal's bell, and a command of the user's.
//!
//! Invariant: the loop never waits for the command, and nothing that it prints reaches the terminal.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::project::Spike;
use crate::project::spikes::Written;

/// The command is started at most this often.
const GAP: Duration = Duration::from_secs(10);
/// It is ended after this.
const LONGEST: Duration = Duration::from_secs(30);

/// What is done when a spike is raised; by default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    /// Ring the terminal's bell.
    pub bell: bool,
    /// Run this by `sh -c`, with the spike as JSON on its standard input.
    pub command: Option<String>,
}

/// What the command reads.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    spike: Written,
    /// Spikes since the start before of which no command was told.
    suppressed: u64,
}

/// Starts the command, not too often.
#[derive(Debug)]
pub struct Caller {
    command: String,
    started: Option<Instant>,
    suppressed: u64,
}

impl Caller {
    /// Of this command.
    pub fn new(command: String) -> Self {
        Self {
            command,
            started: None,
            suppressed: 0,
        }
    }

    /// Starts the command, or counts the spike for the next start.
    pub fn call(&mut self, spike: &Spike) {
        if let Some(line) = self.line(spike, Instant::now()) {
            tokio::spawn(run(self.command.clone(), line));
        }
    }

    /// What the command is to read, where it may be started now.
    fn line(&mut self, spike: &Spike, now: Instant) -> Option<Vec<u8>> {
        let too_soon = |started| now.saturating_duration_since(started) < GAP;
        if self.started.is_some_and(too_soon) {
            self.suppressed += 1;
            return None;
        }
        let told = Told {
            spike: spike.written(),
            suppressed: std::mem::take(&mut self.suppressed),
        };
        let mut line = serde_json::to_vec(&told).ok()?;
        line.push(b'\n');
        self.started = Some(now);
        Some(line)
    }
}

async fn run(command: String, line: Vec<u8>) {
    let child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    // Without a shell there is nobody to tell.
    let Ok(mut child) = child else { return };
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    if tokio::time::timeout(LONGEST, told(&mut child, &line))
        .await
        .is_err()
    {
        // What the shell started ends with it.
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = child.wait().await;
    }
}

async fn told(child: &mut Child, line: &[u8]) {
    if let Some(mut stdin) = child.stdin.take() {
        // A command need not read what it is told.
        let _ = stdin.write_all(line).await;
    }
    let _ = child.wait().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::spikes::Series;

    const SPIKE: Spike = Spike {
        series: Series::Errors,
        start_ms: 0,
        end_ms: 10_000,
        raised_ms: 10_000,
        peak_ms: 0,
        peak: 9.0,
        expected: 1.0,
        score: 5.0,
        open: true,
    };

    #[test]
    fn what_comes_too_soon_is_counted_and_told_next_time() {
        let mut caller = Caller::new(String::new());
        let begun = Instant::now();
        let mut suppressed = |after| {
            let line = caller.line(&SPIKE, begun + after)?;
            let told: serde_json::Value = serde_json::from_slice(&line).ok()?;
            told.get("suppressed")?.as_u64()
        };
        assert_eq!(suppressed(Duration::ZERO), Some(0));
        assert_eq!(suppressed(GAP / 2), None);
        assert_eq!(suppressed(GAP.mul_f64(0.999)), None);
        assert_eq!(suppressed(GAP), Some(2));
        assert_eq!(suppressed(GAP * 3), Some(0));
    }
}
