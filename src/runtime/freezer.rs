//! Freezes chunks away from the interface's task, one batch at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use crate::app::Action;
use crate::app::action::Frozen;
use crate::store::{Chunk, Seq};

/// Freezes; while it does, what else is asked for is left for the next time.
#[derive(Debug)]
pub struct Freezer {
    is_busy: Arc<AtomicBool>,
    answers: mpsc::Sender<Action>,
}

impl Freezer {
    /// With the end into which it answers.
    pub fn new(answers: mpsc::Sender<Action>) -> Self {
        Self {
            is_busy: Arc::default(),
            answers,
        }
    }

    /// Freezes these.
    pub fn start(&mut self, chunks: Vec<(Seq, Arc<Chunk>)>) {
        if self.is_busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let (is_busy, answers) = (Arc::clone(&self.is_busy), self.answers.clone());
        tokio::task::spawn_blocking(move || {
            let frozen = chunks.into_iter().map(|(base, chunk)| {
                let made = Arc::new(chunk.frozen());
                Frozen {
                    base,
                    made: Some((chunk, made)),
                }
            });
            let frozen = frozen.collect();
            // Before the answer, which asks for the next batch.
            is_busy.store(false, Ordering::Release);
            // Whoever left needs no answer.
            let _ = answers.blocking_send(Action::Frozen(frozen));
        });
    }
}
