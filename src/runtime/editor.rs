//! Lets the user edit a text in an editor of theirs, in a file that nobody else can read.
//!
//! Invariant: the file is gone afterwards, whatever the editor did.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::store::Trouble;

/// More than this is no entry, bytes.
const LARGEST: u64 = 64 << 20;
/// Names that are tried, where others are taken.
const TRIES: u32 = 100;

/// Removes the file when dropped.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

/// Runs the editor on the text and gives back what it left. The terminal has to be the editor's meanwhile.
///
/// # Errors
/// When there is no file to edit, or the editor failed.
pub fn edit(editor: &str, text: &str) -> Result<String, Trouble> {
    let draft = write(text).map_err(|error| {
        let what = format!("there is no file to edit: {error}");
        Trouble::new(what, "see the folder of temporary files (TMPDIR)")
    })?;
    // As the shell reads it: an editor may come with words of its own.
    let status = Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(&draft.0)
        .status();
    let failed = |why: String| Trouble::new(why, "set VISUAL or EDITOR to an editor that is there");
    match status {
        Err(error) => return Err(failed(format!("the editor cannot be run: {error}"))),
        Ok(status) if !status.success() => {
            return Err(failed(format!(
                "the editor failed ({status}): nothing was changed"
            )));
        }
        Ok(_) => {}
    }
    read(&draft.0).map_err(|error| {
        let what = format!("what was edited cannot be read: {error}");
        Trouble::new(what, "save it as UTF-8")
    })
}

/// A new file, so that nobody can have put another in its place.
fn write(text: &str) -> io::Result<Draft> {
    let folder = std::env::temp_dir();
    for number in 0..TRIES {
        let name = format!("lookback-{}-{number}.json", std::process::id());
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let draft = Draft(path);
                file.write_all(text.as_bytes())?;
                return Ok(draft);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = fs::File::open(path)?;
    file.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_text_comes_back_as_the_editor_left_it_and_the_file_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let note = folder.path().join("note");
        let shown = note.display();
        let editor = format!("printf more >> \"$1\"; echo \"$1\" > {shown}; :");
        assert_eq!(edit(&editor, "text ").as_deref(), Ok("text more"));
        let path = fs::read_to_string(&note).expect("its name");
        assert!(!Path::new(path.trim()).exists());
    }

    #[test]
    fn nobody_else_can_read_the_file() {
        let draft = write("secret").expect("a file");
        let mode = fs::metadata(&draft.0).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn an_editor_that_fails_or_is_not_there_says_so() {
        for editor in ["false; false", "no-such-editor-here 2>/dev/null"] {
            let told = edit(editor, "text").expect_err(editor);
            assert!(told.what.contains("failed"), "{told:?}");
        }
    }
}
