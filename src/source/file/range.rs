//! A range of files by id, merged. Backwards through plain files a block at a time; a compressed file has no way back, so in
//! reverse what the range holds of it is kept in memory.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use tokio::sync::mpsc;

use super::forward::{self, Assembler};
use super::ids::Fallback;
use super::past::Past;
use super::{is_compressed, is_stdin, stream_of};
use crate::model::{EntryId, Mapping};
use crate::source::{Direction, FileSpec, IdRange, SourceError, now_ms};
use crate::store::{Page, PageBuilder, Trouble};

const PAGE: usize = 4_000;

type Answer = Result<Page, SourceError>;

/// Opens the files and starts reading; the pages come over the channel.
pub fn read(
    spec: &FileSpec,
    range: IdRange,
    direction: Direction,
    mapping: Arc<Mapping>,
) -> Result<mpsc::Receiver<Answer>, SourceError> {
    for path in spec.paths.iter().filter(|p| !is_stdin(p)) {
        std::fs::File::open(path).map_err(|e| failed(path, &e))?;
    }
    let (pages_in, pages) = mpsc::channel(2);
    let paths = spec.paths.clone();
    thread::spawn(move || {
        let sink = |answer| pages_in.blocking_send(answer).is_ok();
        let ended = match direction {
            Direction::Forward => forwards(paths, range, &mapping, sink),
            Direction::Reverse => backwards(&paths, range, &mapping, sink),
        };
        if let Err(error) = ended {
            // A reader that was dropped does not want to know.
            drop(pages_in.blocking_send(Err(error)));
        }
    });
    Ok(pages)
}

fn failed(path: &Path, error: &std::io::Error) -> SourceError {
    SourceError::Failed(Trouble::new(
        format!("{} cannot be read: {error}", path.display()),
        "check --file",
    ))
}

/// Reads one file into `sink`.
fn drain(
    path: &Path,
    range: IdRange,
    mapping: Arc<Mapping>,
    sink: impl FnMut(Page) -> bool,
) -> Result<(), SourceError> {
    let lines = Assembler::new(stream_of(path), mapping, 0, EntryId::MIN).within(range);
    let reader = forward::open(path);
    let now = now_ms();
    let drained =
        reader.and_then(|mut r| forward::drain(r.as_mut(), lines, || Fallback { ms: now }, sink));
    drained.map(drop).map_err(|e| failed(path, &e))
}

fn forwards(
    paths: Vec<PathBuf>,
    range: IdRange,
    mapping: &Arc<Mapping>,
    sink: impl Fn(Answer) -> bool,
) -> Result<(), SourceError> {
    if let [path] = paths.as_slice() {
        return drain(path, range, Arc::clone(mapping), |page| sink(Ok(page)));
    }
    let spawn = |path: PathBuf| {
        let (pages_in, pages) = sync_channel(1);
        let mapping = Arc::clone(mapping);
        thread::spawn(move || {
            let ended = drain(&path, range, mapping, |page| {
                pages_in.send(Ok(page)).is_ok()
            });
            if let Err(error) = ended {
                drop(pages_in.send(Err(error)));
            }
        });
        Heads {
            pages,
            page: None,
            row: 0,
        }
    };
    let mut files: Vec<Heads> = paths.into_iter().map(spawn).collect();
    loop {
        let page = merged(&mut files, mapping)?;
        if page.is_empty() || !sink(Ok(page)) {
            return Ok(());
        }
    }
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
                return Ok(Some(*id));
            }
            let Ok(next) = self.pages.recv() else {
                return Ok(None);
            };
            (self.page, self.row) = (Some(next?), 0);
        }
    }

    fn pass(&mut self, into: &mut PageBuilder) {
        if let Some(page) = &self.page {
            copy(page, self.row, into);
        }
        self.row += 1;
    }
}

fn copy(page: &Page, row: usize, into: &mut PageBuilder) {
    let stream = page.columns.stream.get(row).copied().unwrap_or_default();
    let id = page.columns.id.get(row).copied().unwrap_or_default();
    let fields = page.payloads.named(row, &page.strings);
    into.push(page.strings.get(stream), id, &fields);
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

fn backwards(
    paths: &[PathBuf],
    range: IdRange,
    mapping: &Arc<Mapping>,
    sink: impl Fn(Answer) -> bool,
) -> Result<(), SourceError> {
    if paths.iter().any(|p| is_stdin(p) || is_compressed(p)) {
        return reversed(paths, range, mapping, sink);
    }
    let mut past = Past::new(Arc::clone(mapping));
    for path in paths {
        past.open(path, true).map_err(|e| failed(path, &e))?;
    }
    let broken = |e: std::io::Error| failed(Path::new("a file"), &e);
    while let Some(page) = past.page(PAGE).map_err(broken)? {
        let Some((first, _)) = page.id_range() else {
            continue;
        };
        let page = cut(page, range, mapping);
        if !page.is_empty() && !sink(Ok(page)) || first < range.from {
            break;
        }
    }
    Ok(())
}

fn reversed(
    paths: &[PathBuf],
    range: IdRange,
    mapping: &Arc<Mapping>,
    sink: impl Fn(Answer) -> bool,
) -> Result<(), SourceError> {
    let pages = std::cell::RefCell::new(VecDeque::new());
    forwards(paths.to_vec(), range, mapping, |answer| {
        pages.borrow_mut().push_front(answer);
        true
    })?;
    for answer in pages.into_inner() {
        if !sink(answer) {
            break;
        }
    }
    Ok(())
}

/// The entries of a page within a range.
fn cut(page: Page, range: IdRange, mapping: &Arc<Mapping>) -> Page {
    let within = |id: &EntryId| (range.from..=range.to).contains(id);
    if page.columns.id.iter().all(within) {
        return page;
    }
    let mut part = PageBuilder::new(Arc::clone(mapping));
    for (row, _) in page
        .columns
        .id
        .iter()
        .enumerate()
        .filter(|(_, id)| within(id))
    {
        copy(&page, row, &mut part);
    }
    part.finish()
}
