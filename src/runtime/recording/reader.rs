//! Reads a recording back, all of it, so that a wrong line is told of before anything is shown.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::{Head, VERSION};
use crate::app::Action;
use crate::app::action::codec;
use crate::runtime::Opening;

/// A recording, ready to be played.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its first line.
    pub head: Head,
    /// How it began.
    pub opening: Opening,
    /// What happened.
    pub actions: Vec<Action>,
    /// Its last line was not written to its end.
    pub torn: bool,
}

/// Why there is nothing to play.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The first line is not that of a recording.
    #[error("it is no recording: {0}")]
    NoRecording(String),
    /// Its format is not known here.
    #[error(
        "it has version {version} of the format, written by lookback {program}; this one reads {VERSION}"
    )]
    OtherVersion {
        /// The format's.
        version: u32,
        /// The program's.
        program: String,
    },
    /// A line is no action.
    #[error("line {line} is wrong: {why}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// What is read first: another version may have another head.
#[derive(serde::Deserialize)]
struct Versions {
    lookback_recording: u32,
    #[serde(default)]
    program: String,
}

/// Reads a recording. A last line without its newline that is no action was torn by a crash, and is left out.
///
/// # Errors
/// When there is nothing that can be played.
pub fn read(path: &Path) -> Result<Recording, ReadError> {
    let mut file = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    file.read_until(b'\n', &mut line)?;
    let head = head(&line)?;
    let opening = head.opening().map_err(ReadError::NoRecording)?;
    let mut recording = Recording {
        head,
        opening,
        actions: Vec::new(),
        torn: false,
    };
    for number in 2.. {
        line.clear();
        if file.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        match codec::decode(&line, &recording.opening.options.mapping) {
            Ok(action) => recording.actions.push(action),
            Err(_) if !line.ends_with(b"\n") => recording.torn = true,
            Err(error) => {
                return Err(ReadError::Line {
                    line: number,
                    why: error.to_string(),
                });
            }
        }
    }
    Ok(recording)
}

fn head(line: &[u8]) -> Result<Head, ReadError> {
    let no_recording = |error: serde_json::Error| ReadError::NoRecording(error.to_string());
    let versions: Versions = serde_json::from_slice(line).map_err(no_recording)?;
    if versions.lookback_recording != VERSION {
        return Err(ReadError::OtherVersion {
            version: versions.lookback_recording,
            program: versions.program,
        });
    }
    serde_json::from_slice(line).map_err(no_recording)
}
