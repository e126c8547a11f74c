//! Why a command of the write side could not be carried out.

use ::redis::RedisError;

use crate::model::SafeText;
use crate::source::redis::fault;
use crate::store::Trouble;

/// What went wrong, by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// No connection could be made, or it broke: whether the command was carried out is not known. Trying again can help.
    #[error("{}", .0.what)]
    NotConnected(Trouble),
    /// The user allowed only reading.
    #[error("{}", .0.what)]
    ReadOnly(Trouble),
    /// The server does not take this now (`OOM`, `MISCONF`, `READONLY`): nothing was changed. Trying again later can help.
    #[error("{}", .0.what)]
    Refused(Trouble),
    /// There is no such consumer group, or no such stream (`NOGROUP`).
    #[error("{}", .0.what)]
    NoGroup(Trouble),
    /// The consumer group is there already (`BUSYGROUP`).
    #[error("{}", .0.what)]
    GroupExists(Trouble),
    /// What was given cannot be used.
    #[error("{}", .0.what)]
    Input(Trouble),
    /// Anything else: no rights, a key of another type, a file that cannot be written.
    #[error("{}", .0.what)]
    Failed(Trouble),
}

impl StreamError {
    /// What happened, and what the user can do.
    #[must_use]
    pub fn trouble(&self) -> &Trouble {
        match self {
            Self::NotConnected(trouble)
            | Self::ReadOnly(trouble)
            | Self::Refused(trouble)
            | Self::NoGroup(trouble)
            | Self::GroupExists(trouble)
            | Self::Input(trouble)
            | Self::Failed(trouble) => trouble,
        }
    }

    /// Whether the same command may work a little later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::NotConnected(_) | Self::Refused(_))
    }

    /// The same with more to say of what happened.
    pub(crate) fn adding(mut self, more: &str) -> Self {
        match &mut self {
            Self::NotConnected(trouble)
            | Self::ReadOnly(trouble)
            | Self::Refused(trouble)
            | Self::NoGroup(trouble)
            | Self::GroupExists(trouble)
            | Self::Input(trouble)
            | Self::Failed(trouble) => trouble.what.push_str(more),
        }
        self
    }

    /// Explains an answer of the server at `place` about `key`.
    pub(crate) fn of(error: &RedisError, place: &str, key: &[u8]) -> Self {
        let shown = SafeText::line(key, 80);
        let said = SafeText::line(error.detail().unwrap_or_default().as_bytes(), 200);
        match fault::code(error).as_str() {
            "NOGROUP" => Self::NoGroup(Trouble::new(
                format!("no such consumer group or stream: `{shown}`"),
                "`lookback groups` lists what is there; `lookback groups create` makes one",
            )),
            "BUSYGROUP" => Self::GroupExists(Trouble::new(
                format!("`{shown}` has a consumer group of that name already"),
                "choose another name, or `lookback groups set-id` to move it",
            )),
            "OOM" => Self::Refused(Trouble::new(
                format!("{place} is out of memory and takes no more entries"),
                "make room (`lookback trim`), or raise maxmemory",
            )),
            "MISCONF" => Self::Refused(Trouble::new(
                format!("{place} cannot save its data to disk and takes no writes: {said}"),
                "see the server's log and its disk; it takes writes again after a successful save",
            )),
            "READONLY" => Self::Refused(Trouble::new(
                format!("{place} is a replica, which takes no writes"),
                "connect to its master",
            )),
            "NOREPLICAS" => Self::Refused(Trouble::new(
                format!("{place} has too few replicas to take writes"),
                "see min-replicas-to-write and the replicas",
            )),
            "NOPERM" => Self::Failed(Trouble::new(
                format!("the user may not do this with `{shown}`: {said}"),
                "ask whoever keeps the server for the rights; `lookback doctor` tells what may be done",
            )),
            _ => {
                let fault = fault::explain(error, place, key);
                if fault.link {
                    Self::NotConnected(fault.trouble)
                } else {
                    Self::Failed(fault.trouble)
                }
            }
        }
    }
}
