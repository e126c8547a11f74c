//! A program in a pseudo terminal of 200×50, seen from outside: what stands on its screen, and since when.
//!
//! One thread reads and does nothing else, so that the time of a read is when the bytes were there; the terminal is emulated by
//! whoever asks. A number is looked for on the emulated screen and not in the bytes, since a program may leave out the cells that
//! stay as they are.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub const COLS: u16 = 200;
pub const ROWS: u16 = 50;

/// What is between the program and the eye.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// Nothing.
    Local,
    /// A link that takes so many bytes a second and delivers each after this delay. The program sees a terminal that does not take more.
    Slow { bytes_per_s: u32, delay: Duration },
}

struct Piece {
    /// When the eye sees it.
    at: Instant,
    bytes: Vec<u8>,
}

/// A running program and its screen. Ended when dropped.
pub struct Glass {
    pub pid: u32,
    /// Everything that was written to the screen so far.
    pub bytes: u64,
    child: Box<dyn Child + Send + Sync>,
    /// Kept: the terminal is there for as long as it is.
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pieces: Receiver<Piece>,
    terminal: vt100::Parser,
}

impl Glass {
    /// Starts a program in a terminal.
    pub fn open(program: &Path, args: &[&str], link: Link) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(std::env::temp_dir());
        for name in [
            "REDIS_URL",
            "REDIS_PASSWORD",
            "NO_COLOR",
            "TMUX",
            "SSH_TTY",
            "SSH_CONNECTION",
        ] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        if link != Link::Local {
            command.env("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
        }
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program starts");
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().expect("a terminal is read");
        let (send, pieces) = channel();
        thread::spawn(move || {
            read_all(reader, link, |piece| send.send(piece).is_ok());
        });
        let [rows, cols] = [ROWS, COLS].map(|side| side.try_into().expect("not 0"));
        Self {
            pid: child.process_id().expect("it runs"),
            bytes: 0,
            child,
            keys: pair.master.take_writer().expect("a terminal is written"),
            _master: pair.master,
            pieces,
            terminal: vt100::Parser::new(rows, cols, 0),
        }
    }

    /// Opens the program under test, with no configuration of anybody's.
    pub fn lookback(args: &[&str], link: Link) -> Self {
        let args = [args, &["--config", "/dev/null", "--utc"]].concat();
        Self::open(Path::new(env!("CARGO_BIN_EXE_lookback")), &args, link)
    }

    /// Presses keys; just before.
    pub fn press(&mut self, keys: &str) -> Instant {
        let at = Instant::now();
        let pressed = self.keys.write_all(keys.as_bytes());
        pressed
            .and_then(|()| self.keys.flush())
            .expect("a terminal takes keys");
        at
    }

    /// Takes in what is written next; when the eye sees it. None when nothing is written until then.
    pub fn look(&mut self, until: Instant) -> Option<Instant> {
        let piece = self
            .pieces
            .recv_timeout(until.saturating_duration_since(Instant::now()))
            .ok()?;
        self.bytes += piece.bytes.len() as u64;
        self.terminal.process(&piece.bytes);
        Some(piece.at)
    }

    /// Takes in all that is written until then.
    ///
    /// # Panics
    /// When the program ends before; with the screen.
    pub fn pass(&mut self, until: Instant) {
        while self.look(until).is_some() {}
        assert!(Instant::now() >= until, "it has ended\n{}", self.text());
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        let rows: Vec<String> = self.terminal.screen().rows(0, COLS).collect();
        rows.join("\n")
    }

    /// Since when this holds for what is on the screen.
    ///
    /// # Panics
    /// When it does not within the time; with the screen.
    pub fn wait(&mut self, what: &str, within: Duration, holds: impl Fn(&str) -> bool) -> Instant {
        let until = Instant::now() + within;
        let mut at = Instant::now();
        while !holds(&self.text()) {
            at = self
                .look(until)
                .unwrap_or_else(|| panic!("{what}: not within {within:?}\n{}", self.text()));
        }
        at
    }
}

impl Drop for Glass {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_all(mut reader: Box<dyn Read + Send>, link: Link, mut tell: impl FnMut(Piece) -> bool) {
    let (mut chunk, mut free_at) = (vec![0; 1 << 16], Instant::now());
    loop {
        let most = match link {
            Link::Local => chunk.len(),
            // A fiftieth of a second.
            Link::Slow { bytes_per_s, .. } => usize::try_from(bytes_per_s / 50).unwrap_or(1),
        };
        // Linux reports EIO when the last process has closed the terminal.
        let count = reader.read(&mut chunk[..most]).unwrap_or(0);
        let mut at = Instant::now();
        if let Link::Slow { bytes_per_s, delay } = link {
            let takes =
                f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / f64::from(bytes_per_s);
            free_at = free_at.max(at) + Duration::from_secs_f64(takes);
            at = free_at + delay;
            thread::sleep(free_at.saturating_duration_since(Instant::now()));
        }
        let bytes = chunk[..count].to_vec();
        if count == 0 || !tell(Piece { at, bytes }) {
            return;
        }
    }
}
