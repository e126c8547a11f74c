//! What `audit` says while it works and at its end.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::app::screen::number::grouped;
use crate::cli::failure::{complain, say};
use crate::stream::Auditor;

/// How often a terminal is told how far it is.
const TELL: Duration = Duration::from_millis(250);

/// What is said of a run.
#[derive(Debug)]
pub struct Report<'a> {
    path: &'a Path,
    began: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl<'a> Report<'a> {
    /// Begins now.
    pub fn new(path: &'a Path) -> Self {
        Self {
            path,
            began: Instant::now(),
            told: None,
            is_terminal: io::stderr().is_terminal(),
        }
    }

    /// Shows how much was written, on a terminal.
    pub fn progress(&mut self, auditor: &Auditor) {
        let Some(file) = auditor.file().filter(|_| self.is_terminal) else {
            return;
        };
        if self.told.is_none_or(|told| told.elapsed() >= TELL) {
            self.told = Some(Instant::now());
            let (entries, lines) = (grouped(file.appended().entries), grouped(file.lines()));
            complain(&format!(
                "\r{entries} written, {lines} lines in the file\x1b[K"
            ));
        }
    }

    /// Takes the line of progress away.
    pub fn clear(&mut self) {
        if self.told.take().is_some() {
            complain("\r\x1b[K");
        }
    }

    /// Says what was done; nothing where the file failed, which is said elsewhere.
    pub fn say(&mut self, auditor: &Auditor) {
        self.clear();
        if auditor.lost() > 0 {
            say(
                "warning",
                &format!(
                    "{} entries were deleted from the stream before they could be written down",
                    grouped(auditor.lost())
                ),
            );
        }
        let Some(file) = auditor.file() else {
            return;
        };
        let done = file.appended();
        let seconds = self.began.elapsed().as_secs_f64();
        say(
            "audited",
            &format!(
                "{} entries, {} bytes, {} times to the disk in {seconds:.1} s",
                grouped(done.entries),
                grouped(done.bytes),
                grouped(done.syncs)
            ),
        );
        if done.known > 0 {
            say(
                "note",
                &format!(
                    "{} entries were delivered again and are in the file already",
                    grouped(done.known)
                ),
            );
        }
        let (path, lines) = (self.path.display(), grouped(file.lines()));
        say("file", &format!("{path}, {lines} lines"));
        say("head", &file.head().to_string());
    }
}
