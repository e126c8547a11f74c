//! Writes a recording on a thread of its own: the loop only hands actions over.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::Head;
use crate::app::Action;
use crate::app::action::codec;
use crate::store::Trouble;

/// Actions on their way to the file. When they are that many the loop waits: a recording has no holes.
const WAITING: usize = 64;
/// On leaving, what is left to write gets so long.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Creates the file of a recording, for this user alone.
///
/// # Errors
/// When it cannot be created, also when there is one already.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(path)
}

/// Takes actions for the file.
#[derive(Debug)]
pub struct Recorder {
    actions: Option<SyncSender<Action>>,
    ended: Receiver<io::Result<()>>,
}

impl Recorder {
    /// Writes into this file.
    #[must_use]
    pub fn start(file: File, head: Head) -> Self {
        let (actions, todo) = sync_channel(WAITING);
        let (end, ended) = sync_channel(1);
        std::thread::spawn(move || {
            let written = write(file, &head, &todo);
            // The loop learns of an error when it has nobody to hand the next action to.
            drop(todo);
            let _ = end.send(written);
        });
        Self {
            actions: Some(actions),
            ended,
        }
    }

    /// Hands an action over; tells once when no more can be written.
    pub fn note(&mut self, action: &Action) -> Option<Trouble> {
        if matches!(action, Action::Scanned { .. }) {
            return None;
        }
        let sent = self.actions.as_ref()?.send(action.clone());
        if sent.is_ok() {
            return None;
        }
        self.actions = None;
        let why = match self.ended.recv_timeout(LAST_LINES) {
            Ok(Err(error)) => error.to_string(),
            _ => "its thread ended".to_owned(),
        };
        Some(Trouble::new(
            format!("the recording has ended: {why}"),
            "what came before is in the file",
        ))
    }
}

/// Waits until everything is written.
impl Drop for Recorder {
    fn drop(&mut self) {
        if self.actions.take().is_some() {
            let _ = self.ended.recv_timeout(LAST_LINES);
        }
    }
}

/// What was written is in the file whenever nothing more waits.
fn write(file: File, head: &Head, actions: &Receiver<Action>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    serde_json::to_writer(&mut out, head)?;
    out.write_all(b"\n")?;
    out.flush()?;
    while let Ok(first) = actions.recv() {
        write_line(&mut out, &first)?;
        while let Ok(next) = actions.try_recv() {
            write_line(&mut out, &next)?;
        }
        out.flush()?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, action: &Action) -> io::Result<()> {
    let line = codec::encode(action).map_err(io::Error::other)?;
    let Some(mut line) = line else {
        return Ok(());
    };
    line.push(b'\n');
    out.write_all(&line)
}
