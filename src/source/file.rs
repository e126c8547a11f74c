//! JSONL files and stdin. Plain files: the newest page first, read backwards, then growth, rotation and truncation.
//! Pipes and compressed files: forward to their end. All of it runs on plain threads, because a read of stdin cannot be cancelled.

mod archive;
mod back;
mod crew;
mod cuts;
mod follow;
mod forward;
mod grow;
mod ids;
mod lines;
mod members;
mod past;
mod probe;
mod range;
mod read_ahead;
mod seek;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{FileSpec, now_ms};
use crate::model::{EntryId, Mapping};
use crate::store::Trouble;
use ids::Fallback;
use seek::Seeker;

pub use archive::Archive;
pub(super) use follow::follow;
pub use forward::open as open_file;
pub use members::{Members, Packing, Piece};
pub use probe::FileProbe;
pub(super) use probe::probe;
pub(super) use range::read;

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes of the first read: what a screen shows, and more.
const FIRST_BLOCK_BYTES: usize = 1 << 16;
/// Bytes of the longest line that is kept whole.
pub const LINE_BYTES: usize = 64 << 20;

/// A file to read, and where lines stand that have no id and no time and follow none that has: just before the first that
/// has, else where the file was changed last. Looked at once, so that they have the same ids however often they are read.
#[derive(Clone, Debug)]
pub struct Named {
    /// Where it is.
    path: PathBuf,
    fallback: Fallback,
}

impl Named {
    fn new(path: &Path, mapping: &Mapping) -> Self {
        let mut named = Self {
            path: path.to_owned(),
            fallback: Fallback {
                ms: modified_ms(path).unwrap_or_else(now_ms),
            },
        };
        if let Some(first) = named.first_claim(mapping) {
            named.fallback.ms = first.ms.saturating_sub(1);
        }
        named
    }

    fn first_claim(&self, mapping: &Mapping) -> Option<EntryId> {
        let file = self.is_plain().then(|| File::open(&self.path).ok())??;
        let seeker = Seeker {
            file: &file,
            end: file.metadata().ok()?.len(),
            stream: &self.stream(),
            mapping,
        };
        seeker.first().ok()?
    }

    fn is_stdin(&self) -> bool {
        is_stdin(&self.path)
    }

    /// Whether any place of it can be read.
    fn is_plain(&self) -> bool {
        !self.is_stdin() && !is_compressed(&self.path) && self.path.is_file()
    }

    fn stream(&self) -> Vec<u8> {
        stream_of(&self.path)
    }
}

fn modified_ms(path: &Path) -> Option<u64> {
    let modified = std::fs::metadata(path).and_then(|m| m.modified()).ok()?;
    let since = modified.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

fn unreadable(path: &Path, error: &io::Error) -> Trouble {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Trouble::new(
            format!("{shown} does not exist yet"),
            "waiting for it; check --file",
        ),
        io::ErrorKind::PermissionDenied => {
            Trouble::new(format!("{shown} may not be read"), "check its permissions")
        }
        io::ErrorKind::UnexpectedEof => torn(path),
        _ => Trouble::new(format!("{shown} cannot be read: {error}"), "check --file"),
    }
}

/// What to say of a compressed file that ends too soon.
pub(super) fn torn(path: &Path) -> Trouble {
    Trouble::new(
        format!(
            "{} ends in the middle of its last part: what is whole was read",
            path.display()
        ),
        "it is being written, or was cut off when it was",
    )
}

/// Whether stdin is one of the files.
pub fn reads_stdin(spec: &FileSpec) -> bool {
    spec.paths.iter().any(|path| is_stdin(path))
}

/// What stdin is called.
fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Whether its ending says that it is compressed.
fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "gz" || e == "lz4")
}

/// The stream of lines that name none: the file's name without its endings.
pub(super) fn stream_of(path: &Path) -> Vec<u8> {
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
