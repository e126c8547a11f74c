//! A server, a terminal with the program in it, and a model of what should be on the glass.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::{Cmd, Connection};

use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

/// How long anything may take before a test gives up.
pub const SOON: Duration = Duration::from_secs(20);
pub const STREAM: &str = "memory:events";
pub const COLS: u16 = 160;
pub const ROWS: u16 = 45;

pub type Fields<'a> = &'a [(&'a [u8], &'a [u8])];

/// The program with these arguments; its configuration is never somebody's own.
pub fn lookback(args: &[&str], env: &[(&str, &str)], cols: u16, rows: u16) -> Pty {
    let mut all = args.to_vec();
    all.extend(["--config", "/dev/null", "--utc"]);
    let env = [env, &[("SSH_CONNECTION", ""), ("SSH_TTY", "")]].concat();
    Pty::spawn(env!("CARGO_BIN_EXE_lookback"), &all, &env, cols, rows)
}

/// Watching a server, in a terminal with room for everything.
pub fn watch(server: &RedisServer, more: &[&str]) -> Pty {
    watch_in(server, more, COLS, ROWS)
}

pub fn watch_in(server: &RedisServer, more: &[&str], cols: u16, rows: u16) -> Pty {
    let url = server.url();
    let mut args = vec!["-r", url.as_str()];
    args.extend(more);
    lookback(&args, &[], cols, rows)
}

pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// Adds an entry; `*` lets the server choose the id.
pub fn add(to: &mut Connection, id: &str, fields: Fields<'_>) -> String {
    let mut command = redis::cmd("XADD");
    command.arg(STREAM).arg(id);
    for (name, value) in fields {
        command.arg(*name).arg(*value);
    }
    command.query(to).unwrap()
}

/// A message that says `text`, in a session, now.
pub fn say(to: &mut Connection, text: &str) -> String {
    let fields: [(&[u8], &[u8]); 5] = [
        (b"type", b"message.added"),
        (b"session_id", b"sess-1"),
        (b"user_id", b"user-1"),
        (b"role", b"user"),
        (b"content", text.as_bytes()),
    ];
    add(to, "*", &fields)
}

/// What the stream holds.
pub fn length(server: &RedisServer) -> u64 {
    server.run(&format!("XLEN {STREAM}"))
}

/// The number before `entries` in the feed's rule, whatever the filter.
pub fn counted(screen: &str) -> Option<u64> {
    let rule = screen.lines().find(|l| l.contains(" entries"))?;
    let before = rule.split(" entries").next()?;
    let digits = before.rsplit(' ').next()?;
    digits.replace(',', "").parse().ok()
}

/// One known entry of a story.
#[derive(Clone, Debug)]
pub struct Told {
    pub at_ms: u64,
    pub session: usize,
    pub is_error: bool,
}

/// Entries one second apart, in three sessions of three users, every seventh an error; each says its own number.
pub struct Story {
    pub entries: Vec<Told>,
}

impl Story {
    /// Writes `count` entries, of which the last is `ago_ms` old.
    pub fn tell(server: &RedisServer, count: usize, ago_ms: u64) -> Self {
        let start_ms = now_ms() - ago_ms - 1_000 * count as u64;
        let entries: Vec<Told> = (0..count)
            .map(|i| Told {
                at_ms: start_ms + 1_000 * i as u64,
                session: i % 3,
                is_error: i % 7 == 3,
            })
            .collect();
        let mut pipe = redis::pipe();
        for (i, told) in entries.iter().enumerate() {
            pipe.add_command(told.command(i)).ignore();
        }
        let () = pipe.query(&mut server.connection()).unwrap();
        Self { entries }
    }

    /// The entry that every pane stands on, where all of them say the same.
    pub fn agreed(&self, screen: &str) -> Option<usize> {
        let header = screen.lines().next()?;
        // Before it stands the date, where that is not today.
        let pill = header.split("‖ ").nth(1)?;
        let clock = pill.split(' ').find(|word| word.contains(':'))?;
        let at = self
            .entries
            .iter()
            .position(|t| clock_of(t.at_ms) == clock)?;
        let told = self.entries.get(at)?;
        let row = selected(screen)?;
        let session = screen.split("session sess-").nth(1)?.chars().next()?;
        let errors = self.entries[..=at].iter().filter(|t| t.is_error).count();
        let groups = if errors == 0 {
            "no errors up to here".to_owned()
        } else {
            format!("errors {errors} in 1 group")
        };
        let all = row.contains(clock)
            && row.contains(&marker(at))
            && row.contains(&format!("sess-{}", told.session))
            && session.to_digit(10) == u32::try_from(told.session).ok()
            && screen.contains(&groups);
        all.then_some(at)
    }

    /// Waits until every pane stands on this entry.
    pub fn stands_on(&self, pty: &Pty, at: usize) -> String {
        pty.wait_for(&format!("every pane on entry {at}"), SOON, |screen| {
            self.agreed(screen) == Some(at)
        })
    }

    /// The entry in a row of the screen.
    pub fn in_row(&self, row: &str) -> Option<usize> {
        (0..self.entries.len()).find(|i| row.contains(&marker(*i)))
    }
}

impl Told {
    fn command(&self, number: usize) -> Cmd {
        let mut command = redis::cmd("XADD");
        command.arg(STREAM).arg(format!("{}-0", self.at_ms));
        command
            .arg("session_id")
            .arg(format!("sess-{}", self.session));
        command.arg("user_id").arg(format!("user-{}", self.session));
        let text = format!("this is {}", marker(number));
        if self.is_error {
            command.arg("type").arg("error.occurred");
            command.arg("error").arg(text);
        } else {
            command.arg("type").arg("message.added");
            command.arg("role").arg("user").arg("content").arg(text);
        }
        command
    }
}

/// What the entry with this number says, and no other.
pub fn marker(number: usize) -> String {
    format!("number {number:04} here")
}

/// As the feed shows it under `--utc`.
pub fn clock_of(ms: u64) -> String {
    let s = ms / 1_000;
    let (h, m, s) = (s / 3_600 % 24, s / 60 % 60, s % 60);
    format!("{h:02}:{m:02}:{s:02}.{:03}", ms % 1_000)
}

/// The feed's selected row.
pub fn selected(screen: &str) -> Option<&str> {
    screen.lines().find(|row| row.starts_with('▌'))
}

/// Presses the keys one after the other.
pub fn press(pty: &mut Pty, keys: &[Key]) {
    for key in keys {
        pty.key(*key);
    }
}
