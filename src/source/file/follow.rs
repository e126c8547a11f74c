//! Following files: one thread for what plain files hold already, one thread for each file's live end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::mpsc;

use super::archive::{Archive, Given};
use super::forward::{self, Assembler};
use super::grow::{Found, Growth, LOOK, cut_line};
use super::ids::Fallback;
use super::past::Past;
use super::range::Ending;
use super::{Named, is_compressed, unreadable};
use crate::model::{EntryId, Mapping};
use crate::source::{FileSpec, Start, now_ms};
use crate::store::{Arrival, History, Link, Page, Trouble};

/// Entries of the first page.
const FIRST_PAGE: usize = 200;

type Arrivals = mpsc::Sender<Arrival>;

/// Starts the threads; they end when the receiver of the arrivals is dropped. Gives what they do not load.
pub fn follow(spec: &FileSpec, start: Start, mapping: Arc<Mapping>, arrivals: Arrivals) -> Archive {
    let files: Vec<Named> = spec
        .paths
        .iter()
        .map(|path| Named::new(path, &mapping))
        .collect();
    let given = Given::default();
    let archive = Archive::new(files.clone(), given.clone());
    thread::spawn(move || run(files, start, &mapping, arrivals, &given));
    archive
}

fn run(files: Vec<Named>, start: Start, mapping: &Arc<Mapping>, arrivals: Arrivals, given: &Given) {
    let (pipes, plain): (Vec<Named>, Vec<Named>) = files
        .into_iter()
        .partition(|f| f.is_stdin() || is_compressed(&f.path));
    let mut past = Past::new(Arc::clone(mapping));
    if plain.len() == 1 {
        past = past.ahead();
    }
    let mut growths = Vec::new();
    for file in plain {
        let opened = past.open(&file, Ending::WholeLines, EntryId::MAX);
        if let Err(error) = &opened {
            send(
                &arrivals,
                Arrival::Link(Link::Waiting(unreadable(&file.path, error))),
            );
        }
        growths.push((
            opened.is_ok(),
            Growth::new(file.path, Arc::clone(mapping), opened.ok()),
        ));
    }
    if !pipes.is_empty() || growths.iter().any(|(open, _)| *open) {
        send(&arrivals, Arrival::Link(Link::Live));
    }
    let asked = match start {
        Start::History(count) => count,
        Start::Now => 0,
    };
    let mut history = Loading {
        past,
        arrivals: arrivals.clone(),
        asked,
        progress: History::default(),
        any: false,
    };
    history.first();
    let endless = !growths.is_empty();
    for (_, growth) in growths {
        let arrivals = arrivals.clone();
        thread::spawn(move || grow(growth, &arrivals));
    }
    let open = Arc::new(AtomicUsize::new(pipes.len()));
    for file in pipes {
        let (arrivals, mapping, open) = (arrivals.clone(), Arc::clone(mapping), Arc::clone(&open));
        let given = given.clone();
        thread::spawn(move || {
            pipe(&file, mapping, &arrivals, &given);
            if open.fetch_sub(1, Ordering::SeqCst) == 1 && !endless {
                send(&arrivals, Arrival::Link(Link::Ended));
            }
        });
    }
    drop(arrivals);
    history.run();
}

fn send(arrivals: &Arrivals, arrival: Arrival) -> bool {
    arrivals.blocking_send(arrival).is_ok()
}

fn newer(page: Page) -> Arrival {
    Arrival::Newer {
        page: Arc::new(page),
        received_at: now_ms(),
    }
}

fn grow(mut growth: Growth, arrivals: &Arrivals) {
    let mut failed = false;
    while !arrivals.is_closed() {
        let looked = growth.look(&mut |found| {
            let arrival = match found {
                Found::Lines(page) => newer(*page),
                Found::Notice(trouble) => Arrival::Notice(trouble),
                Found::Appeared => Arrival::Link(Link::Live),
            };
            send(arrivals, arrival)
        });
        if let (Err(error), false) = (&looked, failed) {
            send(
                arrivals,
                Arrival::Notice(Trouble::new(
                    format!("a file cannot be read on: {error}"),
                    "trying again",
                )),
            );
        }
        failed = looked.is_err();
        thread::sleep(LOOK);
    }
}

/// A stream of bytes with an end.
fn pipe(file: &Named, mapping: Arc<Mapping>, arrivals: &Arrivals, given: &Given) {
    let is_stdin = file.is_stdin();
    let lines = Assembler::new(file.stream(), mapping, 0, EntryId::MIN);
    let fallback = || {
        if is_stdin {
            Fallback { ms: now_ms() }
        } else {
            file.fallback
        }
    };
    let read = forward::open(&file.path).and_then(|mut reader| {
        forward::drain(reader.as_mut(), lines, fallback, |page| {
            given.note(page.id_range().filter(|_| is_stdin));
            send(arrivals, newer(page))
        })
    });
    match read {
        Ok(0) => {}
        Ok(cut) => drop(send(arrivals, Arrival::Notice(cut_line(cut)))),
        Err(error) => drop(send(
            arrivals,
            Arrival::Notice(unreadable(&file.path, &error)),
        )),
    }
}

/// Loading what plain files held when they were opened.
struct Loading {
    past: Past,
    arrivals: Arrivals,
    asked: u64,
    progress: History,
    any: bool,
}

impl Loading {
    /// The first page, before anything that comes later.
    fn first(&mut self) {
        if self.asked > 0 {
            self.load_page(FIRST_PAGE);
        }
    }

    fn run(mut self) {
        while self.progress.loaded < self.asked && !self.progress.at_start {
            if !self.load_page(usize::MAX) {
                return;
            }
        }
        self.progress.idle = true;
        self.tell();
    }

    fn load_page(&mut self, usual: usize) -> bool {
        let left = usize::try_from(self.asked - self.progress.loaded).unwrap_or(usize::MAX);
        let page = self.past.page(usual.min(left));
        self.progress.idle = false;
        let sent = match page {
            Ok(Some(page)) => self.deliver(page),
            Ok(None) => {
                self.progress.at_start = true;
                self.progress.wanted = Some(self.progress.loaded);
                self.progress.total = self.progress.wanted;
                let cut = self.past.cut();
                cut == 0 || send(&self.arrivals, Arrival::Notice(cut_line(cut)))
            }
            Err(error) => {
                self.progress.at_start = true;
                let trouble = Trouble::new(
                    format!("history ends here: {error}"),
                    "the file changed or is damaged",
                );
                send(&self.arrivals, Arrival::Notice(trouble))
            }
        };
        sent && self.tell()
    }

    fn deliver(&mut self, page: Page) -> bool {
        self.progress.loaded += page.len() as u64;
        let first = !std::mem::replace(&mut self.any, true);
        let arrival = if first {
            newer(page)
        } else {
            Arrival::Older {
                page: Arc::new(page),
            }
        };
        send(&self.arrivals, arrival)
    }

    fn tell(&self) -> bool {
        send(&self.arrivals, Arrival::History(self.progress))
    }
}
