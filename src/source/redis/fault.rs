//! What went wrong with Redis, and what the user can do about it.

use std::error::Error as _;

use ::redis::{ErrorKind, RedisError};

use crate::model::SafeText;
use crate::source::SourceError;
use crate::store::Trouble;

/// An error, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// For the user.
    pub trouble: Trouble,
    /// Retrying alone will not help.
    pub refused: bool,
    /// Whether the link itself is at fault, and not what was asked.
    pub link: bool,
}

impl From<Fault> for SourceError {
    fn from(fault: Fault) -> Self {
        if fault.link {
            Self::NotConnected(fault.trouble)
        } else {
            Self::Failed(fault.trouble)
        }
    }
}

/// Bytes from the server, fit for a message.
pub fn shown(bytes: &[u8]) -> String {
    SafeText::line(bytes, 80).to_string()
}

/// Whether a read of several keys failed because of one of them.
pub fn concerns_one_key(error: &RedisError) -> bool {
    matches!(
        code(error).as_str(),
        "CROSSSLOT" | "NOPERM" | "WRONGTYPE" | "MOVED"
    )
}

/// Whether the user may not run this command or read this key.
pub fn is_forbidden(error: &RedisError) -> bool {
    code(error) == "NOPERM"
}

/// Whether the user may send the command that was answered by this error; `None` where it does not tell.
pub fn is_allowed(error: &RedisError) -> Option<bool> {
    match code(error).as_str() {
        "NOPERM" | "NOAUTH" => Some(false),
        // A command is looked at before its key is.
        "WRONGTYPE" | "MOVED" | "CROSSSLOT" => Some(true),
        _ if error.to_string().contains("unknown command") => Some(false),
        _ => None,
    }
}

/// The server's error code, also where the crate hides it behind a kind of its own.
pub fn code(error: &RedisError) -> String {
    if let Some(code) = error.code().filter(|code| *code != "ERR") {
        return code.to_owned();
    }
    let text = error.to_string();
    // What a script may not do is told without a code (7.0).
    if text.contains("The user executing the script can't") {
        return "NOPERM".to_owned();
    }
    let known = [
        "WRONGPASS",
        "NOAUTH",
        "NOPERM",
        "LOADING",
        "MASTERDOWN",
        "UNBLOCKED",
        "NOGROUP",
        "BUSYGROUP",
        "OOM ",
        "MISCONF",
        "READONLY",
        "NOREPLICAS",
        // Out of a script, before 7.0.
        "WRONGTYPE",
    ];
    let found = known.into_iter().find(|code| text.contains(code));
    found.unwrap_or_default().trim_end().to_owned()
}

/// Explains an error met at `place`, where it was about `key` with that key.
pub fn explain(error: &RedisError, place: &str, key: &[u8]) -> Fault {
    let key = shown(key);
    let (what, hint, refused, link) = match code(error).as_str() {
        "WRONGTYPE" => (
            format!("`{key}` is not a stream"),
            "choose a stream with --stream; `lookback doctor` lists them".to_owned(),
            true,
            false,
        ),
        "NOAUTH" => (
            format!("{place} asks for a password"),
            "set REDIS_PASSWORD, or name the user in the URL: redis://user@host".to_owned(),
            true,
            true,
        ),
        "WRONGPASS" => (
            format!("{place} does not accept this user and password"),
            "check REDIS_PASSWORD and the user in the URL".to_owned(),
            true,
            true,
        ),
        "NOPERM" => (
            format!("the user may not read `{key}`: {}", detail(error)),
            format!("ask for: ACL SETUSER <user> ~{key} +@read +@connection -@dangerous"),
            true,
            false,
        ),
        "LOADING" => (
            format!("{place} is loading its data"),
            "waiting until it is ready".to_owned(),
            false,
            true,
        ),
        "MASTERDOWN" => (
            format!("{place} is a replica without its master"),
            "waiting until the master is back; or connect to the master".to_owned(),
            false,
            true,
        ),
        "CLUSTERDOWN" | "TRYAGAIN" | "ASK" | "MOVED" => (
            format!("the cluster at {place} is not ready: {}", detail(error)),
            "waiting until it has settled".to_owned(),
            false,
            true,
        ),
        "CROSSSLOT" => (
            format!("`{key}` lies on another node of the cluster"),
            "streams of a cluster are read one by one".to_owned(),
            false,
            false,
        ),
        "UNBLOCKED" => (
            format!("{place} became a replica"),
            "connecting again".to_owned(),
            false,
            true,
        ),
        _ => return explain_link(error, place),
    };
    Fault {
        trouble: Trouble::new(what, hint),
        refused,
        link,
    }
}

fn explain_link(error: &RedisError, place: &str) -> Fault {
    let cause = root_cause(error);
    let lower = cause.to_lowercase();
    let (what, hint, refused) = if error.kind() == ErrorKind::AuthenticationFailed {
        (
            format!("{place} does not accept this user and password"),
            "check REDIS_PASSWORD and the user in the URL",
            true,
        )
    } else if lower.contains("certificate") || lower.contains("tls") || lower.contains("handshake")
    {
        (
            format!("no secure connection to {place}: {cause}"),
            "check the certificate and the host name; rediss:// needs a server with TLS",
            true,
        )
    } else if lower.contains("lookup")
        || lower.contains("resolve")
        || lower.contains("name or service")
    {
        (
            format!("the host name of {place} is not known"),
            "check the spelling of --redis",
            false,
        )
    } else if error.is_timeout() || lower.contains("timed out") || lower.contains("elapsed") {
        (
            format!("{place} does not answer in time"),
            "check address, network and firewall",
            false,
        )
    } else if error.is_connection_refusal() {
        (
            format!("nothing listens at {place}"),
            "start redis-server there, or name another address with --redis",
            false,
        )
    } else if matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension) {
        (
            format!("{place} refuses: {}", shown(error.to_string().as_bytes())),
            "`lookback doctor` tells what may be read",
            true,
        )
    } else {
        (
            format!("the connection to {place} broke: {cause}"),
            "connecting again",
            false,
        )
    };
    let link = !matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension);
    Fault {
        trouble: Trouble::new(what, hint),
        refused,
        link,
    }
}

fn detail(error: &RedisError) -> String {
    shown(error.detail().unwrap_or_default().as_bytes())
}

fn root_cause(error: &RedisError) -> String {
    let mut cause = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    shown(cause.as_bytes())
}
