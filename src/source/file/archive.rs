//! The past of followed files, opened anywhere by id. Standard input cannot be read again, and that is told.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::{Named, range, unreadable};
use crate::model::{EntryId, Mapping};
use crate::source::{IdRange, Notices, Part, Reader, SourceError};
use crate::store::Trouble;

/// The ids that standard input has given so far.
#[derive(Clone, Debug, Default)]
pub struct Given(Arc<Mutex<Option<IdRange>>>);

impl Given {
    /// A page was given.
    pub fn note(&self, page: Option<(EntryId, EntryId)>) {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((first, last)) = page {
            let from = given.map_or(first, |given| given.from.min(first));
            *given = Some(IdRange { from, to: last });
        }
    }

    fn overlaps(&self, range: IdRange) -> bool {
        let given = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.is_some_and(|given| given.from <= range.to && range.from <= given.to)
    }
}

/// Opens the past of files.
#[derive(Clone, Debug)]
pub struct Archive {
    files: Vec<Named>,
    given: Given,
}

impl Archive {
    /// Of these files; what standard input gave is noted in `given`.
    pub fn new(files: Vec<Named>, given: Given) -> Self {
        Self { files, given }
    }

    /// Opens a part.
    pub fn open(
        &self,
        part: Part,
        except: &[(Vec<u8>, EntryId)],
        mapping: Arc<Mapping>,
    ) -> Result<Reader, SourceError> {
        if self.given.overlaps(within(part.range, except)) {
            return Err(SourceError::Failed(read_once()));
        }
        let named = || self.files.iter().filter(|f| !f.is_stdin());
        // One that was moved away or is not there yet holds nothing now.
        let files: Vec<Named> = named().filter(|f| f.path.is_file()).cloned().collect();
        match (files.is_empty(), named().next()) {
            (true, None) => Ok(Reader::sent(mpsc::channel(1).1, Notices::default())),
            (true, Some(file)) => {
                // Not opened to learn it: opening a pipe waits for its other end.
                let seen = std::fs::metadata(&file.path);
                let error = seen.err().unwrap_or(std::io::ErrorKind::NotSeekable.into());
                Err(SourceError::Failed(unreadable(&file.path, &error)))
            }
            (false, _) => Ok(range::open(files, part, range::Ending::WholeLines, mapping)),
        }
    }
}

/// The range without those of its ends that are here already.
fn within(range: IdRange, except: &[(Vec<u8>, EntryId)]) -> IdRange {
    let is_here = |id| except.iter().any(|(_, here)| *here == id);
    let step = |id: EntryId, next: fn(EntryId) -> EntryId| if is_here(id) { next(id) } else { id };
    IdRange {
        from: step(range.from, EntryId::next),
        to: step(range.to, EntryId::prev),
    }
}

fn read_once() -> Trouble {
    Trouble::new(
        "standard input can be read only once: what was let go of is gone",
        "save the input to a file and open that, or give --memory more room",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Direction;
    use std::path::Path;

    fn id(ms: u64) -> EntryId {
        EntryId::new(ms, 0)
    }

    fn opened(given: Option<(u64, u64)>, range: (u64, u64), except: &[u64]) -> Result<(), String> {
        let stdin = Named::new(Path::new("-"), &Mapping::default());
        let archive = Archive::new(vec![stdin], Given::default());
        archive
            .given
            .note(given.map(|(first, last)| (id(first), id(last))));
        let part = Part {
            range: IdRange {
                from: id(range.0),
                to: id(range.1),
            },
            direction: Direction::Reverse,
            most: 10,
        };
        let except: Vec<_> = except
            .iter()
            .map(|ms| (b"stdin".to_vec(), id(*ms)))
            .collect();
        let opened = archive.open(part, &except, Arc::default());
        opened.map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn what_standard_input_gave_is_refused_and_where_it_gave_nothing_nothing_is_found() {
        assert_eq!(opened(None, (0, 100), &[]), Ok(()));
        assert_eq!(opened(Some((10, 20)), (0, 9), &[]), Ok(()));
        assert_eq!(opened(Some((10, 20)), (0, 10), &[10]), Ok(()));
        assert_eq!(opened(Some((10, 20)), (20, 90), &[20]), Ok(()));
        for range in [(0, 10), (12, 13), (20, 90)] {
            let told = opened(Some((10, 20)), range, &[]);
            assert!(told.is_err_and(|what| what.contains("only once")));
        }
    }
}
