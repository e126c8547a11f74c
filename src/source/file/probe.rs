//! What files hold, for `doctor`.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{BLOCK_BYTES, forward, is_stdin};
use crate::source::FileSpec;
use crate::source::line::{NOTE, is_note};

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileProbe {
    /// Where it is.
    pub path: PathBuf,
    /// Bytes on disk.
    pub size_bytes: Option<u64>,
    /// Lines, uncompressed, without notes about the file.
    pub lines: Option<u64>,
    /// Why it cannot be read, in one line.
    pub problem: Option<String>,
}

/// Looks at each file; stdin is not touched.
pub fn probe(spec: &FileSpec) -> Vec<FileProbe> {
    spec.paths.iter().map(|path| look(path)).collect()
}

fn look(path: &Path) -> FileProbe {
    let mut probe = FileProbe {
        path: path.to_owned(),
        ..FileProbe::default()
    };
    if is_stdin(path) {
        return probe;
    }
    probe.size_bytes = std::fs::metadata(path).ok().map(|m| m.len());
    match count(path) {
        Ok(lines) => probe.lines = Some(lines),
        Err(error) => probe.problem = Some(error.to_string()),
    }
    probe
}

fn count(path: &Path) -> std::io::Result<u64> {
    let mut reader = forward::open(path)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut lines = 0;
    // How the line that is not over yet begins.
    let mut begins: Vec<u8> = Vec::with_capacity(NOTE.len());
    loop {
        let read = reader.read(&mut block)?;
        let bytes = block.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(lines + u64::from(!begins.is_empty() && !is_note(&begins)));
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = NOTE.len() - begins.len();
            begins.extend_from_slice(part.get(..room.min(part.len())).unwrap_or(part));
            if part.ends_with(b"\n") {
                lines += u64::from(!is_note(&begins));
                begins.clear();
            }
        }
    }
}
