//! What is wrong with an audit file, and where.

use std::fmt;

use super::Hash;

/// The first fault of an audit file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// The line, from 1 on.
    pub line: u64,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// What should stand there.
    pub expected: String,
    /// What does.
    pub found: String,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The bytes of the line do not give the hash it names, or it has no longer the form of a line.
    Altered,
    /// The line was written anew with a hash that fits it; the line behind it names another one.
    Replaced,
    /// Lines that stood before this one are gone.
    Removed,
    /// The line that belongs here stands further on.
    Reordered,
    /// The line does not belong to the chain: the one behind it goes on from the one before it.
    Inserted,
    /// The line stood before already.
    Repeated,
    /// The last line ends without a newline: it was being written when the program or the machine stopped, or it was cut.
    Torn,
    /// The file ends before what was noted of it.
    Cut,
}

impl FaultKind {
    /// One word, as in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Inserted => "inserted",
            Self::Repeated => "repeated",
            Self::Torn => "torn",
            Self::Cut => "cut",
        }
    }
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match self.kind {
            FaultKind::Altered => write!(f, "line {line} was altered"),
            FaultKind::Replaced => write!(f, "line {line} was replaced"),
            FaultKind::Removed => write!(f, "lines are missing before line {line}"),
            FaultKind::Reordered => write!(f, "the lines from {line} on are not in order"),
            FaultKind::Inserted => write!(f, "line {line} was inserted"),
            FaultKind::Repeated => write!(f, "line {line} stands there a second time"),
            FaultKind::Torn => write!(f, "line {line} is torn: the file ends in it"),
            FaultKind::Cut => write!(f, "the file ends before line {line}"),
        }?;
        write!(f, "; expected {}, found {}", self.expected, self.found)
    }
}

impl ChainFault {
    pub(super) fn altered(line: u64, computed: Hash, named: Hash) -> Self {
        Self {
            line,
            kind: FaultKind::Altered,
            expected: format!("the hash {computed}, by what the line says"),
            found: format!("{named}"),
        }
    }

    pub(super) fn formless(line: u64) -> Self {
        Self {
            line,
            kind: FaultKind::Altered,
            expected: "an entry that ends in \"n\", \"at\", \"prev\" and \"hash\"".to_owned(),
            found: "something else".to_owned(),
        }
    }

    pub(super) fn torn(line: u64, bytes: usize) -> Self {
        Self {
            line,
            kind: FaultKind::Torn,
            expected: "a newline".to_owned(),
            found: format!("the end of the file after {bytes} bytes of the line"),
        }
    }
}
