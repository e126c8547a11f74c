//! Which entries an audit file holds, so that none is written twice when it is delivered again.
//!
//! Invariant: an answer is right or there is none. What is remembered is bounded: the newest entries, and a window of older ones
//! that is read from the file where the group was set back.

use std::collections::BTreeSet;
use std::io::{self, BufRead};

use super::verify::read_line;
use super::{Hash, Sealed};
use crate::model::EntryId;

/// Entries remembered of each kind.
const KEPT: usize = if cfg!(test) { 500 } else { 200_000 };

/// An entry, and what tells it from another one that had its id (a stream can be deleted and begun anew).
pub type Print = (EntryId, u64);

/// The entries of a file.
#[derive(Debug, Default)]
pub struct Written {
    /// All that the file holds from `recent_from` on.
    recent: BTreeSet<Print>,
    recent_from: EntryId,
    older: Option<Window>,
}

/// All that the file holds of a range of ids, both ends included.
#[derive(Debug)]
struct Window {
    from: EntryId,
    to: EntryId,
    prints: BTreeSet<Print>,
}

/// What tells the content of a line ([`Sealed::entry`]).
pub fn print(id: EntryId, content: &[u8]) -> Print {
    (id, Hash::of(content).short())
}

impl Written {
    /// Remembers an entry that is in the file.
    pub fn note(&mut self, print: Print) {
        if print.0 < self.recent_from {
            let within = |window: &&mut Window| (window.from..=window.to).contains(&print.0);
            if let Some(window) = self.older.as_mut().filter(within) {
                window.prints.insert(print);
                if window.prints.len() > 2 * KEPT {
                    self.older = None;
                }
            }
            return;
        }
        self.recent.insert(print);
        while self.recent.len() > KEPT {
            let Some((id, _)) = self.recent.pop_first() else {
                return;
            };
            self.recent_from = id.next();
        }
    }

    /// Whether the file holds the entry; `None` where it is not remembered: [`Written::look`] first.
    pub fn holds(&self, print: Print) -> Option<bool> {
        if print.0 >= self.recent_from {
            return Some(self.recent.contains(&print));
        }
        let window = self.older.as_ref()?;
        let within = (window.from..=window.to).contains(&print.0);
        within.then(|| window.prints.contains(&print))
    }

    /// Reads from the file what it holds of older entries, from an id on.
    pub fn look(&mut self, from: EntryId, mut file: impl BufRead) -> io::Result<()> {
        let mut window = Window {
            from,
            to: self.recent_from.prev(),
            prints: BTreeSet::new(),
        };
        let mut line = Vec::new();
        while read_line(&mut file, &mut line)? {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let Some(sealed) = Sealed::parse(text) else {
                continue;
            };
            let id = sealed.id().unwrap_or_default();
            if !(window.from..=window.to).contains(&id) {
                continue;
            }
            window.prints.insert(print(id, sealed.entry));
            if window.prints.len() > KEPT {
                window.to = window
                    .prints
                    .pop_last()
                    .map_or(window.to, |(id, _)| id.prev());
            }
        }
        // Those of the id at the border that came before another of them was cut off.
        let to = window.to;
        window.prints.retain(|(id, _)| *id <= to);
        self.older = Some(window);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::audit::seal::{seal, write_content};

    fn id(n: u64) -> EntryId {
        EntryId::new(n, 0)
    }

    fn content(n: u64) -> Vec<u8> {
        let mut out = Vec::new();
        write_content(&mut out, id(n), b"s", &[(b"n", b"x")]);
        out
    }

    #[test]
    fn what_is_no_longer_remembered_is_looked_up_in_the_file() {
        let last = 3 * KEPT as u64;
        let (mut file, mut written) = (Vec::new(), Written::default());
        for n in 1..=last {
            let start = file.len();
            file.extend_from_slice(&content(n));
            // An even id is not in the file.
            if n % 2 == 0 {
                file.truncate(start);
                continue;
            }
            written.note(print(id(n), &content(n)));
            seal(&mut file, start, n, 0, Hash::ZERO);
        }
        for n in [1, 2, 177, 178, last - 1, last] {
            let asked = print(id(n), &content(n));
            if written.holds(asked).is_none() {
                assert!(n < last / 2, "{n} is recent");
                assert!(written.look(id(n), &file[..]).is_ok());
            }
            assert_eq!(written.holds(asked), Some(n % 2 == 1), "{n}");
        }
        // The same id with another content is another entry.
        assert_eq!(written.holds(print(id(last - 1), b"other")), Some(false));
        // What comes late and old is remembered where the window lies.
        let late = print(id(178), &content(178));
        assert!(written.look(id(170), &file[..]).is_ok());
        written.note(late);
        assert_eq!(written.holds(late), Some(true));
    }
}
