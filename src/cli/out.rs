//! Standard output: buffered, and whether it may carry color.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use crate::config::ColorChoice;

/// Standard output.
#[derive(Debug)]
pub struct Out {
    writer: BufWriter<StdoutLock<'static>>,
    /// Whether a person looks at it, through a terminal.
    pub terminal: bool,
    /// Whether colors are wanted.
    pub color: bool,
}

impl Out {
    /// Takes standard output for the rest of the run.
    #[must_use]
    pub fn open(color: ColorChoice) -> Self {
        let stdout = io::stdout().lock();
        let terminal = stdout.is_terminal();
        Self {
            writer: BufWriter::with_capacity(1 << 16, stdout),
            terminal,
            color: match color {
                ColorChoice::Auto => terminal,
                ColorChoice::Always => true,
                ColorChoice::Never => false,
            },
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
