//! Scans of the log away from the interface's task, on several threads: one at a time matters, an older one is told to stop.
//! Chunks are frozen here as well.

mod in_order;

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::freezer::Freezer;
use crate::app::Action;
use crate::query::{Pieces, Plan, Scan};
use crate::store::{Chunk, Cursor, Direction, Seq, Snapshot};
use in_order::{in_order, threads};

/// Answers that may wait to be taken in; a scan that is further ahead waits.
const WAITING: usize = 64;
/// Pieces of a scan that one thread has looked at before another has begun.
const FEW: usize = 3;

/// As [`scan_in`](crate::query::scan_in), on as many threads as are worth having; the answer comes on this one.
pub fn scan_on_threads(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    direction: Direction,
    each: &mut dyn FnMut(Scan) -> ControlFlow<()>,
) {
    let pieces = Pieces::new(plan, log, range, direction);
    let threads = if pieces.len() <= FEW { 1 } else { threads() };
    let worker = || pieces.worker();
    in_order(pieces.len(), threads, worker, |part| {
        part.map_or(ControlFlow::Continue(()), &mut *each)
    });
}

/// Starts scans and cancels them.
#[derive(Debug)]
pub struct Scans {
    newest: Arc<AtomicU64>,
    answers: mpsc::Sender<Action>,
    freezer: Freezer,
}

impl Scans {
    /// With the end at which the answers come out.
    pub fn new() -> (Self, mpsc::Receiver<Action>) {
        let (answers, receiver) = mpsc::channel(WAITING);
        (
            Self {
                newest: Arc::default(),
                freezer: Freezer::new(answers.clone()),
                answers,
            },
            receiver,
        )
    }

    /// Where others can answer too.
    pub fn answers(&self) -> mpsc::Sender<Action> {
        self.answers.clone()
    }

    /// Freezes these chunks.
    pub fn freeze(&mut self, chunks: Vec<(Seq, Arc<Chunk>)>) {
        self.freezer.start(chunks);
    }

    /// Starts a scan; those of older generations stop at their next chunk.
    pub fn start(&mut self, generation: u64, plan: Arc<Plan>, log: Snapshot, range: Range<Cursor>) {
        self.newest.store(generation, Ordering::Relaxed);
        let (newest, answers) = (Arc::clone(&self.newest), self.answers.clone());
        tokio::task::spawn_blocking(move || {
            scan_on_threads(&plan, &log, range, Direction::Reverse, &mut |part| {
                let stale = newest.load(Ordering::Relaxed) != generation;
                if stale
                    || answers
                        .blocking_send(Action::Scanned {
                            generation,
                            scan: part,
                        })
                        .is_err()
                {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            });
        });
    }
}
