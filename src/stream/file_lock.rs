//! One process writes a file.

use std::fs::File;
use std::io;
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// How often and how far apart a lock is tried. It is let go only when the last process has closed the file, and one that is just
/// being started holds, for a moment, what it inherited from whoever starts it (flock(2)).
const TRIES: u32 = 25;
const PAUSE: Duration = Duration::from_millis(10);

/// Takes the file for this process as long as it is open; whether it could be had.
///
/// # Errors
/// Where the file system has no locks.
pub fn lock(file: &File) -> io::Result<bool> {
    for _ in 0..TRIES {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(true),
            Err(Errno::WOULDBLOCK) => sleep(PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}
