//! What may be sent over a connection. Invariant: a connection that was not made for writing sends no command outside
//! [`READING_COMMANDS`]; what would is refused here, before a byte leaves.

use ::redis::{Arg, Cmd, ErrorKind, RedisError, RedisResult};

/// Every command that reading sends, with those by which a connection is opened (`HELLO`, `AUTH`, `SELECT`). Where a command
/// has subcommands of which some write, the one that reads is named.
pub const READING_COMMANDS: [&str; 14] = [
    "PING",
    "HELLO",
    "AUTH",
    "SELECT",
    "XREAD",
    "XRANGE",
    "XREVRANGE",
    "XINFO",
    "XPENDING",
    "MEMORY USAGE",
    "HGETALL",
    "SCAN",
    "TYPE",
    "INFO",
];

/// Every command that writing sends besides. Scripts are the crate's own (`stream`), never a user's.
pub const WRITING_COMMANDS: [&str; 10] = [
    "XADD",
    "XDEL",
    "XTRIM",
    "XACK",
    "XCLAIM",
    "XAUTOCLAIM",
    "XREADGROUP",
    "XGROUP",
    "EVALSHA",
    "SCRIPT LOAD",
];

/// What the user allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Nothing is changed on the server.
    #[default]
    ReadOnly,
    /// Commands of [`WRITING_COMMANDS`] may be sent too.
    ReadWrite,
}

impl Access {
    /// Whether this command may be sent.
    fn allows(self, command: &Cmd) -> bool {
        let mut words = command.args_iter();
        let (name, next) = (word(words.next().as_ref()), word(words.next().as_ref()));
        let whole = format!("{name} {next}");
        let listed = |list: &[&str]| list.iter().any(|c| *c == name || *c == whole);
        listed(&READING_COMMANDS) || (self == Self::ReadWrite && listed(&WRITING_COMMANDS))
    }

    /// Lets the command pass, or is the error in its place.
    pub(super) fn check(self, command: &Cmd) -> RedisResult<()> {
        if self.allows(command) {
            return Ok(());
        }
        let name = word(command.args_iter().next().as_ref());
        Err(RedisError::from((
            ErrorKind::Client,
            "this connection may only read",
            name,
        )))
    }
}

fn word(word: Option<&Arg<&[u8]>>) -> String {
    match word {
        Some(Arg::Simple(bytes)) => String::from_utf8_lossy(bytes).to_uppercase(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::redis::cmd;

    #[test]
    fn what_only_reads_passes_and_nothing_else() {
        for name in WRITING_COMMANDS {
            let command = words(name);
            assert!(!Access::ReadOnly.allows(&command), "{name}");
            assert!(Access::ReadWrite.allows(&command), "{name}");
        }
        for name in READING_COMMANDS {
            assert!(Access::ReadOnly.allows(&words(name)), "{name}");
        }
        for name in [
            "DEL",
            "MEMORY PURGE",
            "memory doctor",
            "FLUSHALL",
            "CONFIG SET",
            "",
        ] {
            assert!(!Access::ReadWrite.allows(&words(name)), "{name}");
        }
        assert!(!Access::ReadOnly.allows(&words("xadd")));
    }

    fn words(text: &str) -> Cmd {
        let mut words = text.split(' ');
        let mut command = cmd(words.next().unwrap_or_default());
        words.for_each(|word| {
            command.arg(word);
        });
        command.arg("key");
        command
    }
}
