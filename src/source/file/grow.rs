//! The live end of one plain file: growth, rotation, truncation. Looks ten times a second, which costs two calls each.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::forward::Assembler;
use super::ids::Fallback;
use super::past::Opened;
use super::{BLOCK_BYTES, stream_of};
use crate::model::{EntryId, Mapping};
use crate::source::now_ms;
use crate::store::{Page, Trouble};

/// Between two looks.
pub const LOOK: Duration = Duration::from_millis(100);

/// One followed file.
#[derive(Debug)]
pub struct Growth {
    path: PathBuf,
    mapping: Arc<Mapping>,
    open: Option<(File, u64)>,
    lines: Assembler,
    block: Vec<u8>,
}

/// What a look found.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// New entries.
    Lines(Box<Page>),
    /// Something to tell.
    Notice(Trouble),
    /// The file exists now.
    Appeared,
}

impl Growth {
    /// Continues behind the whole lines of an opened file, or waits for one.
    pub fn new(path: PathBuf, mapping: Arc<Mapping>, opened: Option<Opened>) -> Self {
        let (end, last) = opened
            .as_ref()
            .map_or((0, EntryId::MIN), |o| (o.end, o.last));
        let lines = Assembler::new(stream_of(&path), Arc::clone(&mapping), end, last);
        Self {
            path,
            mapping,
            open: opened.map(|o| (o.file, o.end)),
            lines,
            block: vec![0; BLOCK_BYTES],
        }
    }

    /// Looks once; hands everything new to `sink` until that wants no more.
    pub fn look(&mut self, sink: &mut dyn FnMut(Found) -> bool) -> io::Result<()> {
        let now = std::fs::metadata(&self.path).ok();
        if self.open.is_none() {
            return self.appear(sink);
        }
        let rotated = now.as_ref().is_some_and(|now| self.is_another(now));
        let length = self
            .open
            .as_ref()
            .map_or(Ok(0), |(file, _)| file.metadata().map(|m| m.len()))?;
        if self.open.as_ref().is_some_and(|(_, at)| length < *at) {
            self.begin_again();
            sink(self.told(
                "was truncated",
                "reading it from its start; what was read before stays on view",
            ));
        }
        self.read(sink)?;
        if rotated {
            if let Some(page) = self.lines.end(Fallback { ms: now_ms() }) {
                sink(Found::Lines(Box::new(page)));
            }
            sink(self.told(
                "was rotated",
                "the old file was read to its end; following the new one",
            ));
            self.open = None;
            self.appear(sink)?;
        }
        Ok(())
    }

    fn appear(&mut self, sink: &mut dyn FnMut(Found) -> bool) -> io::Result<()> {
        let Ok(file) = File::open(&self.path) else {
            return Ok(());
        };
        self.open = Some((file, 0));
        self.begin_again();
        sink(Found::Appeared);
        self.read(sink)
    }

    fn begin_again(&mut self) {
        self.lines = Assembler::new(
            stream_of(&self.path),
            Arc::clone(&self.mapping),
            0,
            EntryId::MIN,
        );
        if let Some((_, at)) = &mut self.open {
            *at = 0;
        }
    }

    fn is_another(&self, now: &Metadata) -> bool {
        let ours = self
            .open
            .as_ref()
            .and_then(|(file, _)| file.metadata().ok());
        ours.is_some_and(|ours| (ours.ino(), ours.dev()) != (now.ino(), now.dev()))
    }

    fn read(&mut self, sink: &mut dyn FnMut(Found) -> bool) -> io::Result<()> {
        let Some((file, at)) = &mut self.open else {
            return Ok(());
        };
        let mut cut = 0;
        loop {
            let count = file.read_at(&mut self.block, *at)?;
            if count == 0 {
                break;
            }
            *at += count as u64;
            let bytes = self.block.get(..count).unwrap_or_default();
            let page = self.lines.take(bytes, Fallback { ms: now_ms() });
            cut += std::mem::take(&mut self.lines.cut);
            if page.is_some_and(|page| !sink(Found::Lines(Box::new(page)))) {
                break;
            }
        }
        if cut > 0 {
            sink(Found::Notice(cut_line(cut)));
        }
        Ok(())
    }

    fn told(&self, what: &str, hint: &str) -> Found {
        Found::Notice(Trouble::new(
            format!("{} {what}", self.path.display()),
            hint,
        ))
    }
}

/// What to say about lines that are too long.
pub fn cut_line(lines: u64) -> Trouble {
    let lines = if lines == 1 {
        "a line was".to_owned()
    } else {
        format!("{lines} lines were")
    };
    Trouble::new(
        format!("{lines} longer than 64 MiB and cut there"),
        "such a line is seldom meant; look at what writes it",
    )
}
