//! A range of files by id, merged. A plain file is read from near the range on, a block at a time, in either direction; a
//! compressed file has no way back and no middle, so it is read from its start, and in reverse what is wanted of it is kept
//! in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use tokio::sync::mpsc;

use super::forward::{self, Assembler};
use super::past::Past;
use super::seek::Seeker;
use super::{Named, lines, torn};
use crate::model::{EntryId, Mapping};
use crate::source::{Direction, FileSpec, IdRange, Notices, Part, Reader, SourceError};
use crate::store::{Page, PageBuilder, Trouble};

const PAGE: usize = 4_000;

type Answer = Result<Page, SourceError>;

/// Where a file's lines end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With the file: a last line without its newline is a line.
    File,
    /// With the last newline: what is torn belongs to those who follow the file.
    WholeLines,
}

impl Ending {
    /// That place, in a plain file.
    pub fn of(self, file: &File) -> io::Result<u64> {
        let size = file.metadata()?.len();
        match self {
            Self::File => Ok(size),
            Self::WholeLines => lines::end_of_lines(file, size),
        }
    }
}

/// Opens the files and starts reading.
pub fn read(spec: &FileSpec, part: Part, mapping: Arc<Mapping>) -> Result<Reader, SourceError> {
    let named = spec.paths.iter().map(|path| Named::new(path, &mapping));
    let files: Vec<Named> = named.collect();
    for file in files.iter().filter(|f| !f.is_stdin()) {
        File::open(&file.path).map_err(|e| failed(&file.path, &e))?;
    }
    Ok(open(files, part, Ending::File, mapping))
}

/// Starts reading; the pages come over a channel.
pub fn open(files: Vec<Named>, part: Part, ending: Ending, mapping: Arc<Mapping>) -> Reader {
    let (pages_in, pages) = mpsc::channel(2);
    let notices = Notices::default();
    let reading = Reading {
        part,
        ending,
        mapping,
        notices: notices.clone(),
    };
    thread::spawn(move || {
        let sink = |answer| pages_in.blocking_send(answer).is_ok();
        let ended = match part.direction {
            Direction::Forward => reading.forwards(files, sink),
            Direction::Reverse => reading.backwards(&files, sink),
        };
        if let Err(error) = ended {
            // A reader that was dropped does not want to know.
            drop(pages_in.blocking_send(Err(error)));
        }
    });
    Reader::sent(pages, notices)
}

fn failed(path: &Path, error: &io::Error) -> SourceError {
    SourceError::Failed(Trouble::new(
        format!("{} cannot be read: {error}", path.display()),
        "check --file",
    ))
}

/// What is read, and how.
#[derive(Clone, Debug)]
struct Reading {
    part: Part,
    ending: Ending,
    mapping: Arc<Mapping>,
    notices: Notices,
}

impl Reading {
    fn forwards(
        &self,
        files: Vec<Named>,
        sink: impl Fn(Answer) -> bool,
    ) -> Result<(), SourceError> {
        if let [file] = files.as_slice() {
            return self.drain(file, |page| sink(Ok(page)));
        }
        let mut heads: Vec<Heads> = files.into_iter().map(|file| self.head(file)).collect();
        loop {
            let page = merged(&mut heads, &self.mapping)?;
            if page.is_empty() || !sink(Ok(page)) {
                return Ok(());
            }
        }
    }

    fn head(&self, file: Named) -> Heads {
        let (pages_in, pages) = sync_channel(1);
        let reading = self.clone();
        thread::spawn(move || {
            let ended = reading.drain(&file, |page| pages_in.send(Ok(page)).is_ok());
            if let Err(error) = ended {
                drop(pages_in.send(Err(error)));
            }
        });
        Heads {
            pages,
            page: None,
            row: 0,
        }
    }

    /// Reads one file into `sink`.
    fn drain(&self, file: &Named, sink: impl FnMut(Page) -> bool) -> Result<(), SourceError> {
        let drained = self.bytes(file).and_then(|(mut bytes, lines)| {
            forward::drain(bytes.as_mut(), lines, || file.fallback, sink)
        });
        match drained {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.notices.tell(torn(&file.path));
                Ok(())
            }
            drained => drained.map(drop).map_err(|e| failed(&file.path, &e)),
        }
    }

    /// A file's bytes from near the range on, and what makes lines of them.
    fn bytes(&self, file: &Named) -> io::Result<(Box<dyn Read + Send>, Assembler)> {
        let (stream, range) = (file.stream(), self.part.range);
        if !file.is_plain() {
            let lines = Assembler::new(stream, Arc::clone(&self.mapping), 0, EntryId::MIN);
            return Ok((forward::open(&file.path)?, lines.within(range)));
        }
        let mut bytes = File::open(&file.path)?;
        let end = self.ending.of(&bytes)?;
        let seeker = Seeker {
            file: &bytes,
            end,
            stream: &stream,
            mapping: &self.mapping,
        };
        let place = seeker.below(range.from)?;
        bytes.seek(SeekFrom::Start(place.offset))?;
        let lines = Assembler::new(stream, Arc::clone(&self.mapping), place.offset, place.last);
        let limit = match self.ending {
            Ending::File => u64::MAX,
            Ending::WholeLines => end - place.offset,
        };
        Ok((Box::new(bytes.take(limit)), lines.within(range)))
    }

    fn backwards(&self, files: &[Named], sink: impl Fn(Answer) -> bool) -> Result<(), SourceError> {
        if !files.iter().all(Named::is_plain) {
            return self.reversed(files, sink);
        }
        let range = self.part.range;
        let mut past = Past::new(Arc::clone(&self.mapping));
        for file in files {
            past.open(file, self.ending, range.to)
                .map_err(|e| failed(&file.path, &e))?;
        }
        let broken = |e: io::Error| failed(Path::new("a file"), &e);
        while let Some(page) = past.page(usize::MAX).map_err(broken)? {
            let Some((first, _)) = page.id_range() else {
                continue;
            };
            let page = cut(page, range, &self.mapping);
            if !page.is_empty() && !sink(Ok(page)) || first < range.from {
                break;
            }
        }
        Ok(())
    }

    fn reversed(&self, files: &[Named], sink: impl Fn(Answer) -> bool) -> Result<(), SourceError> {
        let newest = std::cell::RefCell::new(Newest::default());
        let ended = self.forwards(files.to_vec(), |answer| {
            newest.borrow_mut().push(answer, self.part.most);
            true
        });
        for answer in newest.into_inner().pages {
            if !sink(answer) {
                break;
            }
        }
        // What could be read comes before what could not.
        ended
    }
}

/// The newest pages, newest first, as many as hold so many entries.
#[derive(Debug, Default)]
struct Newest {
    pages: VecDeque<Answer>,
    entries: u64,
}

impl Newest {
    fn push(&mut self, answer: Answer, most: u64) {
        self.entries += entries(Some(&answer));
        self.pages.push_front(answer);
        while self.entries - entries(self.pages.back()) >= most && self.pages.len() > 1 {
            self.entries -= entries(self.pages.pop_back().as_ref());
        }
    }
}

fn entries(answer: Option<&Answer>) -> u64 {
    answer.map_or(0, |a| a.as_ref().map_or(0, |page| page.len() as u64))
}

/// The next entry of one of several files.
struct Heads {
    pages: Receiver<Answer>,
    page: Option<Page>,
    row: usize,
}

impl Heads {
    fn id(&mut self) -> Result<Option<EntryId>, SourceError> {
        loop {
            if let Some(id) = self.page.as_ref().and_then(|p| p.columns.id.get(self.row)) {
                return Ok(Some(id));
            }
            let Ok(next) = self.pages.recv() else {
                return Ok(None);
            };
            (self.page, self.row) = (Some(next?), 0);
        }
    }

    fn pass(&mut self, into: &mut PageBuilder) {
        if let Some(page) = &self.page {
            into.copy(page, self.row);
        }
        self.row += 1;
    }
}

fn merged(files: &mut [Heads], mapping: &Arc<Mapping>) -> Result<Page, SourceError> {
    let mut page = PageBuilder::new(Arc::clone(mapping));
    while page.len() < PAGE {
        let mut first: Option<(EntryId, usize)> = None;
        for (at, file) in files.iter_mut().enumerate() {
            let head = file.id()?.map(|id| (id, at));
            first = first.into_iter().chain(head).min();
        }
        let Some(file) = first.and_then(|(_, at)| files.get_mut(at)) else {
            break;
        };
        file.pass(&mut page);
    }
    Ok(page.finish())
}

/// The entries of a page within a range.
fn cut(page: Page, range: IdRange, mapping: &Arc<Mapping>) -> Page {
    let ids = &page.columns.id;
    if ids.iter().all(|id| range.contains(id)) {
        return page;
    }
    let mut part = PageBuilder::new(Arc::clone(mapping));
    let rows = (0..page.len()).filter(|row| ids.get(*row).is_some_and(|id| range.contains(id)));
    for row in rows {
        part.copy(&page, row);
    }
    part.finish()
}
