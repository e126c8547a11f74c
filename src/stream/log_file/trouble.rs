//! What can be wrong with a file, in words.

use std::io;
use std::path::Path;

use super::tally::Totals;
use crate::model::SafeText;
use crate::store::Trouble;
use crate::stream::StreamError;

fn shown(path: &Path) -> SafeText {
    SafeText::line(path.as_os_str().as_encoded_bytes(), 300)
}

fn failed(what: String, hint: impl Into<String>) -> StreamError {
    StreamError::Failed(Trouble::new(what, hint))
}

pub fn unreadable(path: &Path, error: &io::Error) -> StreamError {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "check the name",
        io::ErrorKind::PermissionDenied => "check its permissions",
        _ => "check the file and its disk",
    };
    failed(format!("{} cannot be read: {error}", shown(path)), hint)
}

pub fn not_created(path: &Path, error: &io::Error) -> StreamError {
    let hint = match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "nothing is written over: name another file, or move it away"
        }
        io::ErrorKind::NotFound => "make the directory first",
        _ => "check the directory, its permissions and its disk",
    };
    failed(format!("{} cannot be made: {error}", shown(path)), hint)
}

pub fn unwritable(path: &Path, error: &io::Error) -> StreamError {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            "make room, then run it again: the file holds what was written before and can be gone on with"
        }
        _ => {
            "check the file and its disk, then run it again: it holds what was written before and can be gone on with"
        }
    };
    failed(format!("{} cannot be written: {error}", shown(path)), hint)
}

pub fn no_file(path: &Path) -> StreamError {
    failed(format!("{} is no regular file", shown(path)), "name a file")
}

pub fn in_use(path: &Path) -> StreamError {
    failed(
        format!("{} is being written by another process", shown(path)),
        "wait until that is done, or name another file",
    )
}

pub fn too_long(path: &Path, id: impl std::fmt::Display) -> StreamError {
    failed(
        format!(
            "entry {id} is longer than 64 MiB as a line, which {} could not be read back with",
            shown(path)
        ),
        "leave it where it is; such an entry belongs into a store of its own",
    )
}

pub fn broken(path: &Path, line: u64, why: &str) -> StreamError {
    failed(
        format!("{}: line {line} does not hold: {why}", shown(path)),
        "name another file, or take a copy that is sound",
    )
}

pub fn damaged(path: &Path, line: u64, error: &io::Error) -> StreamError {
    broken(
        path,
        line,
        &format!("the file cannot be unpacked there ({error})"),
    )
}

/// A note says other than what stands before it, from line `from` on.
pub fn differs(path: &Path, line: u64, from: u64, said: &Totals, have: &Totals) -> StreamError {
    let why = if said.entries == have.entries {
        format!(
            "its checksum is not that of the {} entries before it: one of the lines {from} to {} was altered or moved",
            have.entries,
            line - 1
        )
    } else {
        format!(
            "it counts {} entries and {} stand before it, from line {from} on",
            said.entries, have.entries
        )
    };
    broken(path, line, &why)
}

pub fn unclosed(path: &Path, lines: u64, entries: u64) -> StreamError {
    let why = match entries {
        0 => "the file ends without a note of count and checksum".to_owned(),
        entries => format!(
            "no note follows the last {entries} entries: the file was not written to its end"
        ),
    };
    broken(path, lines + 1, &why)
}

pub fn torn(path: &Path, lines: u64) -> StreamError {
    broken(path, lines + 1, "the file was not written to its end")
}
