//! What plain files held when they were opened, newest first, merged by id. Holds one block of each file.

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::back::{Backwards, Block};
use super::lines::Lines;
use super::range::Ending;
use super::seek::Seeker;
use super::{BLOCK_BYTES, Named};
use crate::model::{EntryId, Mapping};
use crate::store::{Page, PageBuilder};

/// Lines of a merged page.
const MERGED: usize = 1_000;
/// Bytes of a stretch, where all of a file is wanted.
const STRETCH_BYTES: u64 = 2 << 20;

/// Several files, read backwards as one.
#[derive(Debug)]
pub struct Past {
    files: Vec<(Backwards, Block)>,
    mapping: Arc<Mapping>,
    is_ahead: bool,
}

/// A plain file that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The file itself, for what comes later.
    pub file: File,
    /// Where its whole lines end.
    pub end: u64,
    /// The id of its last line.
    pub last: EntryId,
}

impl Past {
    /// No files yet.
    pub fn new(mapping: Arc<Mapping>) -> Self {
        Self {
            files: Vec::new(),
            mapping,
            is_ahead: false,
        }
    }

    /// Reads ahead on several threads, for one who wants all.
    pub fn ahead(mut self) -> Self {
        self.is_ahead = true;
        self
    }

    /// Opens a file, to be read from the last line with an id up to `to`, or one near behind it.
    pub fn open(&mut self, named: &Named, ending: Ending, to: EntryId) -> io::Result<Opened> {
        let file = File::open(&named.path)?;
        let stream = named.stream();
        let mut end = ending.of(&file)?;
        if to < EntryId::MAX {
            let seeker = Seeker {
                file: &file,
                end,
                stream: &stream,
                mapping: &self.mapping,
            };
            end = seeker.above(to.next())?;
        }
        let lines = Lines {
            file: file.try_clone()?,
            stream,
            mapping: Arc::clone(&self.mapping),
            fallback: named.fallback,
        };
        let mut backwards = if self.is_ahead {
            Backwards::new(lines, end, STRETCH_BYTES).ahead()
        } else {
            Backwards::new(lines, end, BLOCK_BYTES as u64)
        };
        let block = backwards.block()?.unwrap_or_default();
        let last = block.last().unwrap_or_default();
        self.files.push((backwards, block));
        Ok(Opened { file, end, last })
    }

    /// Lines that were cut so far.
    pub fn cut(&self) -> u64 {
        self.files.iter().map(|(file, _)| file.cut).sum()
    }

    /// The newest entries that were not handed out yet, at most `limit`, in order; `None` at the start.
    pub fn page(&mut self, limit: usize) -> io::Result<Option<Page>> {
        for (file, block) in &mut self.files {
            refill(file, block)?;
        }
        if let [(_, block)] = self.files.as_mut_slice() {
            let page = block.take(limit, &self.mapping);
            return Ok((!page.is_empty()).then_some(page));
        }
        self.merged(limit.min(MERGED))
    }

    fn merged(&mut self, limit: usize) -> io::Result<Option<Page>> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let newest = self
                .files
                .iter()
                .enumerate()
                .filter_map(|(at, (_, b))| Some((b.last()?, at)))
                .max();
            let Some((_, at)) = newest else { break };
            if let Some((file, block)) = self.files.get_mut(at) {
                taken.extend(block.pop());
                refill(file, block)?;
            }
        }
        let mut page = PageBuilder::new(Arc::clone(&self.mapping));
        for (of, row) in taken.iter().rev() {
            page.copy(of, *row);
        }
        Ok((!page.is_empty()).then(|| page.finish()))
    }
}

fn refill(file: &mut Backwards, block: &mut Block) -> io::Result<()> {
    if block.last().is_none()
        && let Some(next) = file.block()?
    {
        *block = next;
    }
    Ok(())
}
