//! Ctrl-C and SIGTERM, noticed while work is under way: what holds the working task (a reader that does not read) does not
//! hold the one that listens.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::failure::Status;

/// 128 and the number of SIGTERM.
const TERMINATED: i32 = 143;

/// Whether the program was asked to end.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens to Ctrl-C from now on. The second one ends the process at once, for a line that the reader never takes. Where
    /// nothing can be listened for, the first one does, as by default.
    #[must_use]
    pub fn listen() -> Self {
        Self::to([(
            SignalKind::interrupt(),
            i32::from(Status::Interrupted.code()),
        )])
    }

    /// Listens to Ctrl-C and SIGTERM alike, for work that has to be ended in order.
    #[must_use]
    pub fn or_terminate() -> Self {
        Self::to([
            (
                SignalKind::interrupt(),
                i32::from(Status::Interrupted.code()),
            ),
            (SignalKind::terminate(), TERMINATED),
        ])
    }

    fn to<const N: usize>(kinds: [(SignalKind, i32); N]) -> Self {
        let (pressed_in, pressed) = watch::channel(false);
        for (kind, code) in kinds {
            if let Ok(signals) = signal(kind) {
                tokio::spawn(attend(signals, code, pressed_in.clone()));
            }
        }
        // Kept, so that a listener without signals waits for ever instead of being told that nobody is left to tell.
        tokio::spawn(async move { pressed_in.closed().await });
        Self(pressed)
    }

    /// Whether it was asked so far.
    #[must_use]
    pub fn is_pressed(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked.
    pub async fn pressed(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn attend(mut signals: Signal, code: i32, pressed: watch::Sender<bool>) {
    signals.recv().await;
    // Either signal after the first ends the process.
    if pressed.send_replace(true) {
        std::process::exit(code);
    }
    signals.recv().await;
    std::process::exit(code);
}
