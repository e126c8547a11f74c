//! Which signal asked for the end, and so the exit status.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::failure::Status;
use crate::cli::interrupt::Interrupt;

/// Ctrl-C or SIGTERM.
pub(super) struct Ending {
    interrupt: Interrupt,
    terminate: Option<Signal>,
}

impl Ending {
    /// Listens from now on. The second signal ends the process at once.
    pub(super) fn listen() -> Self {
        Self {
            terminate: signal(SignalKind::terminate()).ok(),
            interrupt: Interrupt::or_terminate(),
        }
    }

    pub(super) fn is_asked(&self) -> bool {
        self.interrupt.is_pressed()
    }

    pub(super) async fn asked(&mut self) {
        self.interrupt.pressed().await;
    }

    /// What stops a service ends it as asked; Ctrl-C interrupts it.
    pub(super) fn status(&mut self) -> Status {
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
