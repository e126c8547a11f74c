//! Reads on a thread of its own, so that a file is unpacked while lines are made of what came before.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::{BLOCK_BYTES, FIRST_BLOCK_BYTES};

/// Blocks that wait to be taken.
const AHEAD: usize = 2;

/// What was read so far, in order. The thread ends when this is dropped.
#[derive(Debug)]
pub struct ReadAhead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    at: usize,
}

impl ReadAhead {
    /// Starts the thread.
    pub fn new(mut reader: impl Read + Send + 'static) -> Self {
        let (sender, blocks) = sync_channel(AHEAD);
        thread::spawn(move || {
            let mut size = FIRST_BLOCK_BYTES;
            loop {
                let mut block = vec![0; size];
                let (count, fault) = fill(&mut reader, &mut block);
                block.truncate(count);
                if count > 0 && sender.send(Ok(block)).is_err() {
                    return;
                }
                if let Some(error) = fault {
                    drop(sender.send(Err(error)));
                    return;
                }
                if count == 0 {
                    return;
                }
                size = BLOCK_BYTES;
            }
        });
        Self {
            blocks,
            block: Vec::new(),
            at: 0,
        }
    }
}

/// Fills the block as far as there is something: how far, and what went wrong then.
fn fill(reader: &mut impl Read, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut count = 0;
    while let Some(room) = block.get_mut(count..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (count, Some(error)),
        }
    }
    (count, None)
}

impl Read for ReadAhead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.block.len() {
            let Ok(next) = self.blocks.recv() else {
                return Ok(0);
            };
            (self.block, self.at) = (next?, 0);
        }
        let rest = self.block.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives so many bytes, few at a time, and then this error.
    struct Failing(usize);

    impl Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.min(into.len()).min(1_000);
            into.iter_mut().take(count).for_each(|byte| *byte = b'x');
            self.0 -= count;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(count)
        }
    }

    #[test]
    fn all_that_was_read_comes_before_the_error_that_ended_it() {
        for size in [0, 1, FIRST_BLOCK_BYTES, BLOCK_BYTES * 4 + 7] {
            let mut all = Vec::new();
            let ended = ReadAhead::new(Failing(size)).read_to_end(&mut all);
            let kind = ended.map_err(|error| error.kind());
            assert_eq!(kind, Err(io::ErrorKind::UnexpectedEof));
            assert_eq!(all.len(), size);
        }
    }

    #[test]
    fn the_end_is_told_as_often_as_it_is_asked_for() -> io::Result<()> {
        let mut reader = ReadAhead::new(&b"some text"[..]);
        let mut text = String::new();
        reader.read_to_string(&mut text)?;
        assert_eq!(text, "some text");
        assert_eq!(reader.read(&mut [0; 9])?, 0);
        Ok(())
    }
}
