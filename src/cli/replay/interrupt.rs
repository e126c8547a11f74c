//! Ctrl-C, noticed while output is under way: a reader that does not read holds the writing task, so another one listens.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::cli::failure::Status;

/// Whether Ctrl-C was pressed.
#[derive(Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens from now on. The second Ctrl-C ends the process at once, for a line that the reader never takes. Where nothing
    /// can be listened for, the first one does, as by default.
    #[must_use]
    pub fn listen() -> Self {
        let (pressed_in, pressed) = watch::channel(false);
        if let Ok(mut signals) = signal(SignalKind::interrupt()) {
            tokio::spawn(async move {
                signals.recv().await;
                pressed_in.send_replace(true);
                signals.recv().await;
                std::process::exit(i32::from(Status::Interrupted.code()));
            });
        }
        Self(pressed)
    }

    /// Whether it was pressed so far.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is pressed.
    pub async fn pressed(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
