//! `demo --publish`: the simulated agents write to Redis, in the reference producer's layout, each event at its moment.
//!
//! Invariant: the simulation makes an event when it is due and not before, so a slow server holds no more than a batch up.

use std::time::Duration;

use tokio::time::Instant;

use super::DemoArgs;
use crate::cli::failure::{Failure, Status, say};
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::{Progress, counted};
use crate::cli::setup::{Setup, wall_clock_ms};
use crate::model::Ms;
use crate::source::{SimulatedEvent, Simulation};
use crate::stream::{Draft, Fate, PublishOptions, Publisher, Unfinished};

/// Events in one call.
const CALL: usize = 1_024;

/// Publishes until it is interrupted.
///
/// # Errors
/// What is not one stream of a server; a server that cannot be reached or does not take the events.
pub async fn run(args: &DemoArgs, setup: &Setup) -> Result<Status, Failure> {
    let (spec, stream) = setup.writer_of_one()?;
    let mut interrupt = Interrupt::or_terminate();
    let publisher = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        publisher = Publisher::open(&spec, stream.as_bytes(), options(setup)) => publisher?,
    };
    say(
        "note",
        &format!(
            "simulated agents write to {stream} at {}, about {} a second; Ctrl-C ends it",
            publisher.place(),
            args.rate
        ),
    );
    let mut agents = Agents::new(args);
    let mut writing = Writing {
        publisher,
        progress: Progress::new("published"),
        published: 0,
    };
    loop {
        tokio::select! {
            biased;
            () = interrupt.pressed() => break,
            () = agents.due() => {}
        }
        writing.publish(agents.act()).await?;
    }
    writing.progress.clear();
    let told = format!(
        "published {} to {stream}",
        counted(writing.published, "event")
    );
    say("note", &told);
    Ok(Status::Interrupted)
}

/// What the configuration says of a stream's length.
fn options(setup: &Setup) -> PublishOptions {
    PublishOptions {
        max_len: setup.max_len(None, false),
        once_for: None,
    }
}

/// The agents from now on; what they did before is passed over.
struct Agents {
    simulation: Simulation,
    next: SimulatedEvent,
    began: Instant,
    began_ms: Ms,
}

impl Agents {
    fn new(args: &DemoArgs) -> Self {
        let began_ms = wall_clock_ms();
        let mut simulation = Simulation::before(began_ms, &args.spec());
        let mut next = simulation.next_event();
        while next.at_ms < began_ms {
            next = simulation.next_event();
        }
        Self {
            simulation,
            next,
            began: Instant::now(),
            began_ms,
        }
    }

    /// Waits for the next event.
    async fn due(&self) {
        let after = Duration::from_millis(self.next.at_ms.saturating_sub(self.began_ms));
        tokio::time::sleep_until(self.began + after).await;
    }

    /// What is due, as far as one call takes it.
    fn act(&mut self) -> Vec<Draft> {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(Ms::MAX);
        let now_ms = self.began_ms.saturating_add(passed);
        let mut drafts = Vec::new();
        while self.next.at_ms <= now_ms && drafts.len() < CALL {
            let event = std::mem::replace(&mut self.next, self.simulation.next_event());
            drafts.push(Draft::of_fields(event.fields));
        }
        drafts
    }
}

struct Writing {
    publisher: Publisher,
    progress: Progress,
    published: u64,
}

impl Writing {
    async fn publish(&mut self, drafts: Vec<Draft>) -> Result<(), Failure> {
        match self.publisher.publish(&drafts).await {
            Ok(receipts) => {
                self.published += receipts.len() as u64;
                self.progress.show(self.published);
                Ok(())
            }
            Err(unfinished) => {
                self.progress.clear();
                self.published += unfinished.written().count() as u64;
                Err(self.ended_by(unfinished))
            }
        }
    }

    fn ended_by(&self, unfinished: Unfinished) -> Failure {
        let is_unknown = |fate: &&Fate| matches!(fate, Fate::Unknown);
        let unknown = unfinished.fates.iter().filter(is_unknown).count();
        let perhaps = match unknown {
            0 => String::new(),
            n => format!(", and perhaps {}", counted(n as u64, "more event")),
        };
        let published = counted(self.published, "event");
        let failure = Failure::from(unfinished.error);
        Failure {
            message: format!(
                "{}; published {published} before that{perhaps}",
                failure.message
            ),
            ..failure
        }
    }
}
