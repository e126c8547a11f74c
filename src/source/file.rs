//! JSONL files and stdin. Plain files: the newest page first, read backwards, then growth, rotation and truncation.
//! Pipes and compressed files: forward to their end. All of it runs on plain threads, because a read of stdin cannot be cancelled.

mod back;
mod follow;
mod forward;
mod grow;
mod ids;
mod past;
mod probe;
mod range;

use std::path::{Path, PathBuf};

use super::FileSpec;

pub(super) use follow::follow;
pub use probe::FileProbe;
pub(super) use probe::probe;
pub(super) use range::read;

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes of the longest line that is kept whole.
const LINE_BYTES: usize = 64 << 20;

/// What stdin is called.
fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "gz" || e == "lz4")
}

/// The stream of lines that name none: the file's name without its endings.
fn stream_of(path: &Path) -> Vec<u8> {
    if is_stdin(path) {
        return b"stdin".to_vec();
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.trim_end_matches(".gz").trim_end_matches(".lz4");
    let stem = stem
        .trim_end_matches(".jsonl")
        .trim_end_matches(".ndjson")
        .trim_end_matches(".log");
    stem.as_bytes().to_vec()
}

/// For the header: where it is.
pub fn place(spec: &FileSpec) -> String {
    match spec.paths.as_slice() {
        [path] if is_stdin(path) => "stdin".to_owned(),
        [path] => path.display().to_string(),
        paths => format!("{} files", paths.len()),
    }
}

/// For the header: what is read there.
pub fn streams(spec: &FileSpec) -> String {
    let names = spec
        .paths
        .iter()
        .map(|p| String::from_utf8_lossy(&stream_of(p)).into_owned());
    names.collect::<Vec<_>>().join(", ")
}

/// The files by their whole names, whatever the order; `None` with stdin among them.
pub fn identity(spec: &FileSpec) -> Option<String> {
    let whole = |path: &PathBuf| {
        let whole = path.canonicalize().or_else(|_| std::path::absolute(path));
        let whole = whole.unwrap_or_else(|_| path.clone());
        (!is_stdin(path)).then(|| whole.to_string_lossy().into_owned())
    };
    let mut names = spec.paths.iter().map(whole).collect::<Option<Vec<_>>>()?;
    names.sort();
    Some(names.join("\n"))
}
