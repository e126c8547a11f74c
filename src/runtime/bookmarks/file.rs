//! The file of bookmarks: one for each source, JSON, replaced as a whole.
//!
//! Invariants: a reader sees the file before a change or after it, never half of it; what another program wrote meanwhile
//! is kept; a file that cannot be understood is put aside, never overwritten.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::bookmarks::{Bookmark, Kept, Save, Saved, merged};
use crate::store::Trouble;

/// The file's own version.
const VERSION: u32 = 1;
/// Columns of a file's name that a person can read.
const SLUG: usize = 48;
/// Broken files that are kept of one source.
const BROKEN_KEPT: u32 = 100;

/// Where the bookmarks of one source are kept, and what of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookmarkFile {
    path: PathBuf,
    place: String,
    streams: String,
}

#[derive(Serialize, Deserialize)]
struct Document {
    lookback_bookmarks: u32,
    place: String,
    streams: String,
    bookmarks: Vec<Bookmark>,
}

/// What is read first: another version may have other parts.
#[derive(Deserialize)]
struct Version {
    lookback_bookmarks: u32,
}

/// Why a file cannot be read.
enum Unread {
    Broken(String),
    Newer,
    Io(io::Error),
}

impl BookmarkFile {
    /// In this folder, for the source of this identity; place and streams are for people who look into it.
    #[must_use]
    pub fn of(folder: &Path, identity: &str, place: &str, streams: &str) -> Self {
        Self {
            path: folder.join(file_name(identity)),
            place: place.to_owned(),
            streams: streams.to_owned(),
        }
    }

    /// What is kept there.
    #[must_use]
    pub fn load(&self) -> Kept {
        let read = match self.read() {
            Err(Unread::Broken(why)) => self
                .locked()
                .map_err(Unread::Io)
                .and_then(|_lock| self.put_aside(&why)),
            Err(unread) => Err(unread),
            Ok(bookmarks) => Ok((bookmarks, None)),
        };
        self.answer(0, read)
    }

    /// Adds changes to what is kept there.
    #[must_use]
    pub fn save(&self, save: &Save) -> Kept {
        self.answer(save.number, self.written(save))
    }

    fn written(&self, save: &Save) -> Result<(Vec<Bookmark>, Option<Trouble>), Unread> {
        let folder = self.folder();
        let mut builder = DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(folder);
        made.map_err(Unread::Io)?;
        let _lock = self.locked().map_err(Unread::Io)?;
        let (kept, trouble) = match self.read() {
            Ok(kept) => (kept, None),
            Err(Unread::Broken(why)) => self.put_aside(&why)?,
            Err(unread) => return Err(unread),
        };
        let bookmarks = merged(kept, &save.changes);
        self.replace(&bookmarks).map_err(Unread::Io)?;
        Ok((bookmarks, trouble))
    }

    fn answer(
        &self,
        number: u64,
        outcome: Result<(Vec<Bookmark>, Option<Trouble>), Unread>,
    ) -> Kept {
        match outcome {
            Ok((bookmarks, trouble)) => Kept {
                saved: Some(Saved { number, bookmarks }),
                trouble,
            },
            Err(unread) => Kept {
                saved: None,
                trouble: Some(self.trouble(&unread)),
            },
        }
    }

    fn trouble(&self, unread: &Unread) -> Trouble {
        let path = self.path.display();
        let what = match unread {
            Unread::Broken(why) => format!("bookmarks cannot be read from {path}: {why}"),
            Unread::Newer => format!("{path} was written by a newer lookback"),
            Unread::Io(error) => format!("bookmarks cannot be kept in {path}: {error}"),
        };
        Trouble::new(what, "they last until you leave")
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// One program at a time changes files of the folder. Where a file system knows no locks it goes on without.
    fn locked(&self) -> io::Result<File> {
        let folder = File::open(self.folder())?;
        let _ = rustix::fs::flock(&folder, rustix::fs::FlockOperation::LockExclusive);
        Ok(folder)
    }

    fn read(&self) -> Result<Vec<Bookmark>, Unread> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Unread::Io(error)),
        };
        let broken = |error: serde_json::Error| Unread::Broken(error.to_string());
        let version: Version = serde_json::from_slice(&text).map_err(broken)?;
        if version.lookback_bookmarks > VERSION {
            return Err(Unread::Newer);
        }
        let document: Document = serde_json::from_slice(&text).map_err(broken)?;
        Ok(document.bookmarks)
    }

    /// Gives a broken file another name. Under the lock; the file is read again, since another program may have done it.
    fn put_aside(&self, why: &str) -> Result<(Vec<Bookmark>, Option<Trouble>), Unread> {
        match self.read() {
            Err(Unread::Broken(_)) => {}
            Err(unread) => return Err(unread),
            Ok(bookmarks) => return Ok((bookmarks, None)),
        }
        let names = (1..=BROKEN_KEPT).map(|n| self.path.with_extension(format!("broken-{n}")));
        let Some(aside) = names.into_iter().find(|path| !path.exists()) else {
            return Err(Unread::Broken(format!(
                "{why}, and {BROKEN_KEPT} broken ones are kept already"
            )));
        };
        fs::rename(&self.path, &aside).map_err(Unread::Io)?;
        let what = format!("the file of bookmarks was broken ({why})");
        let trouble = Trouble::new(what, format!("it is kept as {}", aside.display()));
        Ok((Vec::new(), Some(trouble)))
    }

    /// Written beside, brought to the disk, and put in its place.
    fn replace(&self, bookmarks: &[Bookmark]) -> io::Result<()> {
        let document = Document {
            lookback_bookmarks: VERSION,
            place: self.place.clone(),
            streams: self.streams.clone(),
            bookmarks: bookmarks.to_vec(),
        };
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        let beside = self
            .path
            .with_extension(format!("new-{}", std::process::id()));
        let done = write_private(&beside, &text).and_then(|()| fs::rename(&beside, &self.path));
        if done.is_err() {
            let _ = fs::remove_file(&beside);
        }
        done?;
        File::open(self.folder())?.sync_all()
    }
}

/// A file left there by a program of the same number that was killed is written over: under the lock it is nobody's.
fn write_private(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// A part that a person can read, and a hash that tells all sources apart.
fn file_name(identity: &str) -> String {
    let mut slug = String::new();
    for c in identity.chars() {
        let c = if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        };
        if !(c == '-' && (slug.is_empty() || slug.ends_with('-'))) && slug.len() < SLUG {
            slug.push(c);
        }
    }
    let slug = slug.trim_end_matches('-');
    format!("{slug}-{:016x}.json", fnv1a(identity.as_bytes()))
}

/// FNV-1a, 64 bits: the same in every version and on every machine.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_can_be_read_and_tell_sources_apart() {
        let name = file_name("localhost:6379/0\nmemory:events");
        assert!(
            name.starts_with("localhost-6379-0-memory-events-"),
            "{name}"
        );
        assert_ne!(name, file_name("localhost:6379/1\nmemory:events"));
        assert_ne!(file_name("a\nb"), file_name("a-b"));
        assert!(file_name(&"../é/".repeat(99)).len() < 80);
        assert!(!file_name("/../x").contains("..") && !file_name("/../x").contains('/'));
    }
}
