//! Which signal asked for the end, and so the exit status.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::failure::Status;
use crate::cli::interrupt::Interrupt;

/// Ctrl-C or SIGTERM.
#[derive(Debug)]
pub struct Ending {
    interrupt: Interrupt,
    terminate: Option<Signal>,
}

impl Ending {
    /// Listens from now on. The second signal ends the process at once.
    #[must_use]
    pub fn listen() -> Self {
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            interrupt: Interrupt::or_terminate(),
        }
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.interrupt.is_pressed()
    }

    /// Waits until it is.
    pub async fn asked(&mut self) {
        self.interrupt.pressed().await;
    }

    /// The exit status: what stops a service ends it as asked (0); Ctrl-C interrupts it (130).
    pub fn status(&mut self) -> Status {
        let waker = std::task::Waker::noop();
        let mut now = std::task::Context::from_waker(waker);
        let terminated = self
            .terminate
            .as_mut()
            .is_some_and(|signal| signal.poll_recv(&mut now).is_ready());
        if terminated {
            Status::Done
        } else {
            Status::Interrupted
        }
    }
}
