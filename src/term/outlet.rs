//! Frames leave on a thread of their own, so that a slow link holds up neither keys nor the log.
//!
//! Invariant: at most one frame waits behind the one being written. Ask [`Outlet::is_idle`] before drawing: a frame
//! that is skipped costs nothing, one that is queued arrives stale.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// A writer that returns at once while it is idle. Dropping it writes what is left and waits for that; do so before the
/// terminal is given back.
#[derive(Debug)]
pub struct Outlet {
    /// None only while being dropped.
    frames: Option<SyncSender<Vec<u8>>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Frames handed over and not yet written.
    under_way: AtomicUsize,
    /// Why nothing can be written any more.
    failure: Mutex<Option<io::ErrorKind>>,
}

impl Outlet {
    /// Writes to `out`, and calls `on_idle` on the writing thread each time that everything is out, or has failed.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub fn new(
        out: impl Write + Send + 'static,
        on_idle: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (frames, waiting) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("outlet".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || write_all(out, &waiting, &shared, on_idle)
        })?;
        Ok(Self {
            frames: Some(frames),
            shared,
            thread: Some(thread),
        })
    }

    /// Whether everything handed over has left.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.shared.under_way.load(Ordering::SeqCst) == 0
    }

    fn failure(&self) -> Option<io::ErrorKind> {
        *self
            .shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Outlet {
    /// Hands over one frame. Reports the failure of an earlier one; what was handed over since then is lost.
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        if let Some(kind) = self.failure() {
            return Err(kind.into());
        }
        self.shared.under_way.fetch_add(1, Ordering::SeqCst);
        let sent = self
            .frames
            .as_ref()
            .map(|frames| frames.send(frame.to_vec()));
        match sent {
            Some(Ok(())) => Ok(frame.len()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Does nothing: a frame leaves as soon as it can.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.frames = None;
        if let Some(thread) = self.thread.take() {
            // It ends by itself once there is nothing left; a panic on it has been reported there.
            let _ = thread.join();
        }
    }
}

fn write_all(
    mut out: impl Write,
    waiting: &Receiver<Vec<u8>>,
    shared: &Shared,
    on_idle: impl Fn(),
) {
    for frame in waiting {
        let mut failure = shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if failure.is_none() {
            drop(failure);
            let written = out.write_all(&frame).and_then(|()| out.flush());
            failure = shared
                .failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *failure = written.err().map(|error| error.kind());
        }
        drop(failure);
        if shared.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            on_idle();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// A terminal that takes a write only when told to.
    struct Slow {
        go: Receiver<io::Result<()>>,
        took: Sender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.go.recv().unwrap_or(Ok(()))?;
            self.took.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn it_is_idle_again_when_the_frame_has_left() {
        let (go, gate) = channel();
        let (took, taken) = channel();
        let (idle, idled) = channel();
        let mut outlet =
            Outlet::new(Slow { go: gate, took }, move || _ = idle.send(())).expect("started");
        assert!(outlet.is_idle());
        outlet.write_all(b"frame").expect("handed over");
        assert!(!outlet.is_idle());
        go.send(Ok(())).expect("the gate opens");
        idled.recv().expect("idle");
        assert!(outlet.is_idle());
        assert_eq!(taken.recv().expect("written"), b"frame");
    }

    #[test]
    fn a_failed_write_is_reported_at_the_next() {
        let (go, gate) = channel();
        let (took, _taken) = channel();
        let (idle, idled) = channel();
        let mut outlet =
            Outlet::new(Slow { go: gate, took }, move || _ = idle.send(())).expect("started");
        outlet.write_all(b"lost").expect("handed over");
        go.send(Err(io::ErrorKind::BrokenPipe.into()))
            .expect("the gate opens");
        idled.recv().expect("idle");
        let error = outlet.write_all(b"next").expect_err("the terminal is gone");
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn dropping_it_writes_what_is_left() {
        let (go, gate) = channel();
        let (took, taken) = channel();
        let mut outlet = Outlet::new(Slow { go: gate, took }, || ()).expect("started");
        outlet.write_all(b"one").expect("handed over");
        outlet.write_all(b"two").expect("handed over");
        drop(go);
        drop(outlet);
        assert_eq!(taken.into_iter().collect::<Vec<_>>(), [b"one", b"two"]);
    }
}
