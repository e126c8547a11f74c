//! Looks at the consumer groups again and again, on a task of its own, while a screen wants them.
//!
//! Invariant: while nobody wants them there is no connection, and nothing is asked.

use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use crate::app::Action;
use crate::app::consumer_groups::{GroupName, Look, PendingPage, Seen, Watch};
use crate::model::Ms;
use crate::source::RedisSpec;
use crate::stream::StreamError;
use crate::stream::groups::Inspector;

/// Between two looks, at least.
const PAUSE: Duration = Duration::from_secs(1);
/// And so many times as long as a look takes, so that a slow server is not kept busy by being looked at.
const SHARE: u32 = 10;
/// But no longer than this.
const LONGEST: Duration = Duration::from_secs(60);
/// After looks that failed, no longer than this.
const LONGEST_RETRY: Duration = Duration::from_secs(10);
/// Pending entries that are asked for.
const PENDING: usize = 50;

/// What is wanted. A greater number asks to look again at once.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    watch: Option<Watch>,
    again: u64,
}

/// The task, and what it is asked for.
#[derive(Debug)]
pub struct Looks {
    wishes: watch::Sender<Wish>,
}

impl Looks {
    /// At this server, telling there.
    pub fn at(spec: RedisSpec, answers: mpsc::Sender<Action>) -> Self {
        let (wishes, todo) = watch::channel(Wish::default());
        tokio::spawn(look_on(spec, todo, answers));
        Self { wishes }
    }

    /// Looks at this from now on; at nothing where there is none.
    pub fn watch(&self, watch: Option<Watch>) {
        self.wishes.send_modify(|wish| wish.watch = watch);
    }

    /// With which others ask for a new look.
    pub fn nudge(&self) -> Nudge {
        Nudge(self.wishes.clone())
    }
}

/// Asks for a new look.
#[derive(Clone, Debug)]
pub struct Nudge(watch::Sender<Wish>);

impl Nudge {
    /// Looks again at once, if anything is looked at.
    pub fn again(&self) {
        self.0.send_modify(|wish| wish.again += 1);
    }
}

async fn look_on(
    spec: RedisSpec,
    mut wishes: watch::Receiver<Wish>,
    answers: mpsc::Sender<Action>,
) {
    let (mut inspector, mut failed) = (None, 0);
    loop {
        let Some(watch) = wishes.borrow_and_update().watch.clone() else {
            (inspector, failed) = (None, 0);
            if wishes.changed().await.is_err() {
                return;
            }
            continue;
        };
        let began = Instant::now();
        let seen = look(&spec, &mut inspector, &watch).await;
        let took = began.elapsed();
        let (look, pause) = match seen {
            Ok(mut seen) => {
                failed = 0;
                let pause = (took * SHARE).clamp(PAUSE, LONGEST);
                seen.next_in_ms = Ms::try_from(pause.as_millis()).unwrap_or(Ms::MAX);
                (Look::Seen(Box::new(seen)), pause)
            }
            Err(error) => {
                failed += 1;
                inspector = None;
                let pause = PAUSE.saturating_mul(1 << failed.min(8));
                (
                    Look::Failed(error.trouble().clone()),
                    pause.min(LONGEST_RETRY),
                )
            }
        };
        if answers.send(Action::Looked(look)).await.is_err() {
            return;
        }
        tokio::select! {
            changed = wishes.changed() => if changed.is_err() {
                return;
            },
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn look(
    spec: &RedisSpec,
    inspector: &mut Option<Inspector>,
    watch: &Watch,
) -> Result<Seen, StreamError> {
    let inspector = match inspector {
        Some(inspector) => inspector,
        None => inspector.insert(Inspector::open(spec).await?),
    };
    let began = Instant::now();
    let mut snapshot = inspector.look().await?;
    let pending = match &watch.pending_of {
        Some(name) => Some(page(inspector, name).await?),
        None => None,
    };
    let asked = pending.as_ref().map_or(0, |page| 1 + page.entries.len());
    snapshot.commands += u32::try_from(asked).unwrap_or(u32::MAX);
    snapshot.took_ms = Ms::try_from(began.elapsed().as_millis()).unwrap_or(Ms::MAX);
    Ok(Seen {
        snapshot,
        pending,
        next_in_ms: 0,
    })
}

/// What is wrong with the entries alone is told in their place; a link that broke is told for all.
async fn page(inspector: &mut Inspector, name: &GroupName) -> Result<PendingPage, StreamError> {
    let found = inspector
        .pending(&name.stream, &name.group, None, PENDING)
        .await;
    let (entries, fault) = match found {
        Ok(entries) => (entries, None),
        Err(error @ StreamError::NotConnected(_)) => return Err(error),
        Err(error) => (Vec::new(), Some(error.trouble().what.clone())),
    };
    Ok(PendingPage {
        of: name.clone(),
        entries,
        fault,
    })
}
