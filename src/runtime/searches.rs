//! Searches away from the interface's task: through the log on a thread, through the source page by page. One at a time; a
//! newer one ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::scans::scan_on_threads;
use crate::app::Action;
use crate::app::search::{Answer, Question, Stretch, first_of_page};
use crate::model::Mapping;
use crate::query::Plan;
use crate::source::{Direction, SourceError, Spec};

/// Entries of the source that are looked at between two words on how far it is.
const STEP: u64 = 20_000;
/// No search has this generation.
const NONE: u64 = 0;

/// Starts searches and cancels them.
#[derive(Debug)]
pub struct Searches {
    spec: Spec,
    mapping: Arc<Mapping>,
    newest: Arc<AtomicU64>,
    answers: mpsc::Sender<Action>,
}

/// One search, and where it answers.
struct Errand {
    generation: u64,
    newest: Arc<AtomicU64>,
    answers: mpsc::Sender<Action>,
}

impl Searches {
    /// In this source, answering there.
    pub fn new(spec: Spec, mapping: Arc<Mapping>, answers: mpsc::Sender<Action>) -> Self {
        let newest = Arc::new(AtomicU64::new(NONE));
        Self {
            spec,
            mapping,
            newest,
            answers,
        }
    }

    /// Ends the search under way at its next chunk or page.
    pub fn stop(&self) {
        self.newest.store(NONE, Ordering::Relaxed);
    }

    /// Starts a search; those of older generations end.
    pub fn start(&self, generation: u64, plan: Arc<Plan>, question: Question) {
        self.newest.store(generation, Ordering::Relaxed);
        let errand = Errand {
            generation,
            newest: Arc::clone(&self.newest),
            answers: self.answers.clone(),
        };
        match question {
            Question::Source { stretch, direction } => {
                let (spec, mapping) = (self.spec.clone(), Arc::clone(&self.mapping));
                tokio::spawn(async move {
                    let read = errand.in_source(&spec, mapping, &plan, &stretch, direction);
                    let answer = read.await.unwrap_or_else(|e| Answer::Failed(e.to_string()));
                    errand.tell(answer).await;
                });
            }
            Question::Tally { .. } | Question::Here { .. } => {
                tokio::task::spawn_blocking(move || {
                    if let Some(answer) =
                        question.answer(&plan, scan_on_threads, || errand.is_stale())
                    {
                        // The interface has gone when nobody takes it.
                        drop(errand.answers.blocking_send(errand.action(answer)));
                    }
                });
            }
        }
    }
}

impl Errand {
    fn is_stale(&self) -> bool {
        self.newest.load(Ordering::Relaxed) != self.generation
    }

    fn action(&self, answer: Answer) -> Action {
        Action::Searched {
            generation: self.generation,
            answer,
        }
    }

    async fn tell(&self, answer: Answer) {
        // The interface has gone when nobody takes it.
        drop(self.answers.send(self.action(answer)).await);
    }

    async fn in_source(
        &self,
        spec: &Spec,
        mapping: Arc<Mapping>,
        plan: &Plan,
        stretch: &Stretch,
        direction: Direction,
    ) -> Result<Answer, SourceError> {
        let (mut looked_at, mut told) = (0, 0);
        let nothing = |looked_at| Answer::Found {
            hit: None,
            looked_at,
        };
        if !spec.can_be_read_again() {
            return Ok(nothing(looked_at));
        }
        let mut reader = spec.read(stretch.range, direction, mapping).await?;
        while let Some(page) = reader.next().await? {
            if self.is_stale() {
                break;
            }
            looked_at += page.len() as u64;
            let hit = first_of_page(plan, &page, direction, &stretch.except);
            if hit.is_some() {
                return Ok(Answer::Found { hit, looked_at });
            }
            if looked_at - told >= STEP {
                told = looked_at;
                self.tell(Answer::LookedAt(looked_at)).await;
            }
        }
        Ok(nothing(looked_at))
    }
}
