//! Freezes chunks away from the interface's task.

use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread;

use tokio::sync::mpsc;

use crate::app::Action;
use crate::app::action::Frozen;
use crate::store::{Chunk, Seq};

type Batch = Vec<(Seq, Arc<Chunk>)>;

/// Freezes on one thread of its own, which begins with the first batch: what evicted chunks give back is where the allocator puts
/// the next frozen ones only when the same thread makes them.
#[derive(Debug)]
pub struct Freezer {
    thread: Option<std_mpsc::Sender<Batch>>,
    answers: mpsc::Sender<Action>,
}

impl Freezer {
    /// With the end into which it answers.
    pub fn new(answers: mpsc::Sender<Action>) -> Self {
        Self {
            thread: None,
            answers,
        }
    }

    /// Freezes these and answers with [`Action::Frozen`].
    pub fn start(&mut self, chunks: Batch) {
        let answers = &self.answers;
        let thread = self.thread.get_or_insert_with(|| begin(answers.clone()));
        // It ends only with this end of the channel, or when nobody takes its answers any more.
        let _ = thread.send(chunks);
    }
}

fn begin(answers: mpsc::Sender<Action>) -> std_mpsc::Sender<Batch> {
    let (batches_in, batches) = std_mpsc::channel::<Batch>();
    thread::spawn(move || {
        for chunks in batches {
            let frozen = chunks.into_iter().map(freeze).collect();
            if answers.blocking_send(Action::Frozen(frozen)).is_err() {
                return;
            }
        }
    });
    batches_in
}

fn freeze((base, chunk): (Seq, Arc<Chunk>)) -> Frozen {
    let made = Arc::new(chunk.frozen());
    Frozen {
        base,
        made: Some((chunk, made)),
    }
}
