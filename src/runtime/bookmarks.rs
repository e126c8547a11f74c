//! Keeps bookmarks between runs, on a thread of its own so that a slow disk or a lock stops no key.

mod file;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::Action;
use crate::app::bookmarks::Save;

pub use file::BookmarkFile;

/// Saves that may wait. One that finds no place is not lost: the next one has its changes too.
const WAITING: usize = 16;
/// On leaving, the last save gets so long.
const LAST_SAVE: Duration = Duration::from_secs(2);

/// The thread that reads and writes the file.
#[derive(Debug)]
pub struct Keeper {
    saves: Option<SyncSender<Save>>,
    ended: Receiver<()>,
}

impl Keeper {
    /// Reads the file, and tells; from then on writes what it is given, and tells.
    pub fn start(file: BookmarkFile, answers: mpsc::Sender<Action>) -> Self {
        let (saves, todo) = sync_channel::<Save>(WAITING);
        let (end, ended) = sync_channel(1);
        std::thread::spawn(move || {
            // Where nobody listens any more, what was asked for is written all the same.
            let tell = |kept| drop(answers.blocking_send(Action::Bookmarks(kept)));
            tell(file.load());
            for save in todo {
                tell(file.save(&save));
            }
            let _ = end.send(());
        });
        Self {
            saves: Some(saves),
            ended,
        }
    }

    /// Asks for the changes to be written.
    pub fn save(&self, save: Save) {
        if let Some(saves) = &self.saves {
            drop(saves.try_send(save));
        }
    }
}

/// Waits for the last save.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.saves = None;
        let _ = self.ended.recv_timeout(LAST_SAVE);
    }
}
