//! A program in a real pseudo terminal, seen through a terminal emulator.
//!
//! Nothing here sleeps: every wait ends when output or the end of the program arrives, or fails at its deadline with
//! the screen as it stood.

#![allow(
    dead_code,
    reason = "compiled into several test crates, none of which uses all of it"
)]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{
    ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system,
};

/// A key that is not typed as its own text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    ShiftUp,
    ShiftDown,
    ShiftLeft,
    ShiftRight,
    AltLeft,
    AltRight,
    Ctrl(char),
    Alt(char),
    /// F1 to F12.
    F(u8),
}

impl Key {
    /// What an xterm sends.
    pub fn bytes(self) -> Vec<u8> {
        let fixed: &[u8] = match self {
            Self::Enter => b"\r",
            Self::Esc => b"\x1b",
            Self::Tab => b"\t",
            Self::BackTab => b"\x1b[Z",
            Self::Backspace => b"\x7f",
            Self::Delete => b"\x1b[3~",
            Self::Up => b"\x1b[A",
            Self::Down => b"\x1b[B",
            Self::Right => b"\x1b[C",
            Self::Left => b"\x1b[D",
            Self::Home => b"\x1b[H",
            Self::End => b"\x1b[F",
            Self::PageUp => b"\x1b[5~",
            Self::PageDown => b"\x1b[6~",
            Self::ShiftUp => b"\x1b[1;2A",
            Self::ShiftDown => b"\x1b[1;2B",
            Self::ShiftRight => b"\x1b[1;2C",
            Self::ShiftLeft => b"\x1b[1;2D",
            Self::AltRight => b"\x1b[1;3C",
            Self::AltLeft => b"\x1b[1;3D",
            Self::Ctrl(c) => return vec![u8::try_from(c).expect("an ASCII letter") & 0x1f],
            Self::Alt(c) => return format!("\x1b{c}").into_bytes(),
            Self::F(n @ 1..=4) => return vec![0x1b, b'O', b'P' + n - 1],
            Self::F(n) => {
                let code = [15, 17, 18, 19, 20, 21, 23, 24][usize::from(n) - 5];
                return format!("\x1b[{code}~").into_bytes();
            }
        };
        fixed.to_vec()
    }
}

/// What the terminal was asked to do besides drawing.
#[derive(Debug, Default)]
struct Requests {
    /// Base64, one an OSC 52.
    clipboard: Vec<Vec<u8>>,
}

impl vt100::Callbacks for Requests {
    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _selection: &[u8], data: &[u8]) {
        self.clipboard.push(data.to_vec());
    }
}

struct Glass {
    parser: vt100::Parser<Requests>,
    raw: Vec<u8>,
    /// Nobody reads: a program that goes on writing comes to stand.
    held: bool,
    /// No process has the terminal open any more.
    closed: bool,
    exit: Option<ExitStatus>,
}

/// Pieces of one frame follow each other faster than this.
const SETTLE: Duration = Duration::from_millis(25);
/// A program that always writes is looked at all the same.
const SETTLE_TRIES: usize = 8;

type Shared = Arc<(Mutex<Glass>, Condvar)>;

fn lock(shared: &Shared) -> MutexGuard<'_, Glass> {
    // A failed assertion in one wait must not hide the screen from the next.
    shared
        .0
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A running program and its screen. Killed when dropped.
pub struct Pty {
    shared: Shared,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    pid: u32,
    flags_at_start: DriverFlags,
}

/// The terminal driver's input, output and local flags. In the local ones, ECHO and ICANON are off in raw mode.
pub type DriverFlags = [u64; 3];

impl Pty {
    /// Starts `program` in a terminal of this size. The environment is ours plus `env`; `TERM` and `COLORTERM` claim an
    /// xterm of full color, and variables that would point it at somebody's Redis or configuration are removed.
    pub fn spawn(
        program: impl AsRef<Path>,
        args: &[&str],
        env: &[(&str, &str)],
        cols: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system()
            .openpty(pty_size(cols, rows))
            .expect("no pseudo terminal to be had");
        let mut command = CommandBuilder::new(program.as_ref());
        command.args(args);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        for name in ["REDIS_URL", "REDIS_PASSWORD", "NO_COLOR", "TMUX"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        let flags_at_start = flags(pair.master.as_ref());
        let mut child = pair
            .slave
            .spawn_command(command)
            .unwrap_or_else(|error| panic!("{}: {error}", program.as_ref().display()));
        // Else the terminal would stay open after the program, and its end would never be read.
        drop(pair.slave);

        let shared: Shared = Arc::new((
            Mutex::new(Glass {
                parser: vt100::Parser::new_with_callbacks(
                    side(rows),
                    side(cols),
                    0,
                    Requests::default(),
                ),
                raw: Vec::new(),
                held: false,
                closed: false,
                exit: None,
            }),
            Condvar::new(),
        ));
        let killer = child.clone_killer();
        let pid = child.process_id().expect("a running child has an id");
        let reader = pair
            .master
            .try_clone_reader()
            .expect("the terminal can be read");
        let writer = pair
            .master
            .take_writer()
            .expect("the terminal can be written");
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || read_all(reader, &shared)
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                let exit = child.wait().expect("the child can be waited for");
                lock(&shared).exit = Some(exit);
                shared.1.notify_all();
            }
        });
        Self {
            shared,
            master: pair.master,
            writer,
            killer,
            pid,
            flags_at_start,
        }
    }

    /// Types text as it stands.
    pub fn keys(&mut self, text: &str) {
        self.send(text.as_bytes());
    }

    pub fn key(&mut self, key: Key) {
        self.send(&key.bytes());
    }

    /// A paste as a terminal with bracketed paste sends it.
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~").as_bytes());
    }

    /// Left button down and up; the cell counts from 0.
    pub fn click(&mut self, col: u16, row: u16) {
        self.mouse(0, col, row, 'M');
        self.mouse(0, col, row, 'm');
    }

    pub fn wheel_up(&mut self, col: u16, row: u16) {
        self.mouse(64, col, row, 'M');
    }

    pub fn wheel_down(&mut self, col: u16, row: u16) {
        self.mouse(65, col, row, 'M');
    }

    /// Presses at one cell (column, row), moves to the other, lets go.
    pub fn drag(&mut self, from: (u16, u16), to: (u16, u16)) {
        self.mouse(0, from.0, from.1, 'M');
        self.mouse(32, to.0, to.1, 'M');
        self.mouse(0, to.0, to.1, 'm');
    }

    fn mouse(&mut self, button: u8, col: u16, row: u16, end: char) {
        self.send(format!("\x1b[<{button};{};{}{end}", col + 1, row + 1).as_bytes());
    }

    /// Writes what a terminal would send.
    pub fn send(&mut self, bytes: &[u8]) {
        self.writer
            .write_all(bytes)
            .expect("the terminal takes input");
        self.writer.flush().expect("the terminal takes input");
    }

    /// Changes the size; the program gets its SIGWINCH from the kernel.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        lock(&self.shared).parser.set_size(side(rows), side(cols));
        self.master
            .resize(pty_size(cols, rows))
            .expect("the terminal can be resized");
    }

    /// Returns once `ready` holds for the screen's text.
    ///
    /// # Panics
    ///
    /// At the deadline, or when the program has ended and `ready` still does not hold; prints the screen.
    pub fn wait_for(&self, what: &str, timeout: Duration, ready: impl Fn(&str) -> bool) -> String {
        self.wait(what, timeout, |glass| {
            let text = text_of(glass);
            ready(&text).then_some(text)
        })
    }

    /// [`Self::wait_for`] a text.
    pub fn wait_for_text(&self, text: &str, timeout: Duration) -> String {
        self.wait_for(&format!("{text:?}"), timeout, |screen| {
            screen.contains(text)
        })
    }

    /// Returns once `ready` holds for all bytes written so far.
    pub fn wait_for_bytes(&self, what: &str, timeout: Duration, ready: impl Fn(&[u8]) -> bool) {
        self.wait(what, timeout, |glass| ready(&glass.raw).then_some(()));
    }

    /// The exit status, once the program has ended and all it wrote has been read.
    pub fn wait_exit(&self, timeout: Duration) -> ExitStatus {
        self.wait("the program's end", timeout, |glass| {
            glass.exit.clone().filter(|_| glass.closed)
        })
    }

    /// Reads nothing more (but for one chunk that may be on its way), as a link that has stalled, or reads on.
    pub fn hold(&self, held: bool) {
        lock(&self.shared).held = held;
        self.shared.1.notify_all();
    }

    /// The exit status, once the program has ended, though what it wrote may not have been read.
    pub fn wait_ended(&self, timeout: Duration) -> ExitStatus {
        self.wait("the program's end", timeout, |glass| glass.exit.clone())
    }

    fn wait<T>(&self, what: &str, timeout: Duration, ready: impl Fn(&Glass) -> Option<T>) -> T {
        let deadline = Instant::now() + timeout;
        let mut glass = lock(&self.shared);
        loop {
            if ready(&glass).is_some() {
                glass = self.settle(glass);
                if let Some(found) = ready(&glass) {
                    return found;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let over = glass.closed && glass.exit.is_some();
            if over || left.is_zero() {
                let why = match &glass.exit {
                    Some(exit) if over => format!("the program ended: {exit}"),
                    _ => format!("not within {timeout:?}"),
                };
                panic!("waited for {what}: {why}\n{}", framed(&glass));
            }
            glass = self
                .shared
                .1
                .wait_timeout(glass, left)
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .0;
        }
    }

    /// A frame may arrive in pieces: waits until no more bytes come for a moment, or for as long as they may keep coming.
    fn settle<'a>(&'a self, mut glass: MutexGuard<'a, Glass>) -> MutexGuard<'a, Glass> {
        for _ in 0..SETTLE_TRIES {
            let had = glass.raw.len();
            let waited = self.shared.1.wait_timeout(glass, SETTLE);
            glass = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
            if glass.raw.len() == had {
                break;
            }
        }
        glass
    }

    /// The rows, joined by newlines, without trailing blanks.
    pub fn screen(&self) -> String {
        text_of(&lock(&self.shared))
    }

    /// One row, without trailing blanks.
    pub fn row(&self, row: u16) -> String {
        self.screen()
            .lines()
            .nth(usize::from(row))
            .unwrap_or_default()
            .to_owned()
    }

    /// Where `text` first stands: (column, row) of its first cell.
    pub fn find(&self, text: &str) -> Option<(u16, u16)> {
        let glass = lock(&self.shared);
        let screen = glass.parser.screen();
        let (rows, cols) = screen.size();
        (0..rows.get()).find_map(|row| {
            (0..cols.get())
                .find(|&col| {
                    screen
                        .contents_between(row, col, row, cols.get())
                        .starts_with(text)
                        && screen.cell(row, col).is_some_and(vt100::Cell::has_contents)
                })
                .map(|col| (col, row))
        })
    }

    /// The character and style at a cell: `contents`, `fgcolor`, `bgcolor`, `bold`, `dim`, `inverse`, …
    pub fn cell(&self, col: u16, row: u16) -> vt100::Cell {
        lock(&self.shared)
            .parser
            .screen()
            .cell(row, col)
            .unwrap_or_else(|| panic!("no cell at column {col}, row {row}"))
            .clone()
    }

    /// The cursor's (column, row) when it is shown.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let glass = lock(&self.shared);
        let screen = glass.parser.screen();
        let (row, col) = screen.cursor_position();
        (!screen.hide_cursor()).then_some((col, row))
    }

    /// Whether the program is on the alternate screen.
    pub fn alternate_screen(&self) -> bool {
        lock(&self.shared).parser.screen().alternate_screen()
    }

    /// Everything written so far.
    pub fn raw_bytes(&self) -> Vec<u8> {
        lock(&self.shared).raw.clone()
    }

    /// How much was written so far.
    pub fn byte_count(&self) -> usize {
        lock(&self.shared).raw.len()
    }

    /// Whether these bytes were written, in one piece.
    pub fn wrote(&self, bytes: &str) -> bool {
        let raw = self.raw_bytes();
        raw.windows(bytes.len())
            .any(|window| window == bytes.as_bytes())
    }

    /// What was copied through OSC 52 so far, as base64.
    pub fn clipboard(&self) -> Vec<String> {
        lock(&self.shared)
            .parser
            .callbacks()
            .clipboard
            .iter()
            .map(|data| String::from_utf8_lossy(data).into_owned())
            .collect()
    }

    /// How the terminal driver is set now, also after the program's end.
    pub fn driver_flags(&self) -> DriverFlags {
        flags(self.master.as_ref())
    }

    /// How it was before the program started: equal to [`Self::driver_flags`] at the end if raw mode was undone.
    pub fn driver_flags_at_start(&self) -> DriverFlags {
        self.flags_at_start
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a signal by name: `TERM`, `HUP`, `INT`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.pid)])
            .status()
            .expect("sh is there");
        assert!(status.success(), "kill -{name} {}: {status}", self.pid);
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if lock(&self.shared).exit.is_none() {
            // It may have ended in between, which is as good.
            let _ = self.killer.kill();
        }
    }
}

fn read_all(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        // Linux reports EIO when the last process has closed the terminal.
        let read = reader.read(&mut chunk).unwrap_or(0);
        let mut glass = lock(shared);
        while glass.held {
            glass = shared
                .1
                .wait(glass)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        if read == 0 {
            glass.closed = true;
        } else {
            glass.parser.process(&chunk[..read]);
            glass.raw.extend_from_slice(&chunk[..read]);
        }
        drop(glass);
        shared.1.notify_all();
        if read == 0 {
            return;
        }
    }
}

fn flags(terminal: &(dyn MasterPty + Send)) -> DriverFlags {
    let termios = terminal.get_termios().expect("the terminal's attributes");
    [
        u64::from(termios.input_flags.bits()),
        u64::from(termios.output_flags.bits()),
        u64::from(termios.local_flags.bits()),
    ]
}

fn side(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal has at least one cell")
}

fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn text_of(glass: &Glass) -> String {
    let screen = glass.parser.screen();
    let rows: Vec<String> = screen
        .rows(0, screen.size().1.get())
        .map(|row| row.trim_end().to_owned())
        .collect();
    rows.join("\n")
}

fn framed(glass: &Glass) -> String {
    let mut out = String::from("the screen:\n");
    for row in text_of(glass).lines() {
        let _ = writeln!(out, "  |{row}");
    }
    let tail = glass.raw.len().saturating_sub(400);
    let _ = writeln!(out, "the last bytes: {}", glass.raw[tail..].escape_ascii());
    out
}
