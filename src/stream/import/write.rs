//! Writing entries, batch by batch.

use std::collections::HashSet;

use ::redis::{Pipeline, Value};
use tokio::time::sleep;

use super::super::publish::retry::{TRIES, wait_before};
use super::super::publish::xadd;
use super::super::{Fate, Receipt, Retry, StreamError, Unfinished};
use super::target::{Step, Target};
use super::{Entry, Importer};
use crate::model::EntryId;
use crate::source::redis::parse;
use crate::store::Trouble;

/// Entries of a batch, at most.
const ENTRIES: usize = 512;
/// Bytes of a batch, about; a larger entry goes alone.
const BYTES: usize = 1 << 20;

impl Importer {
    /// Writes entries, in their order; tells the id of each in its stream. What a stream holds already (see
    /// [`super::ImportOptions::resume`]) counts as a duplicate.
    ///
    /// # Errors
    /// Where not all are written: which are, which are not, and of which it is not known.
    pub async fn write(&mut self, entries: &[Entry]) -> Result<Vec<Receipt>, Unfinished> {
        self.write_telling(entries, |_| {}).await
    }

    /// The same; tells of each time a batch is sent again, which is done only where ids are kept.
    ///
    /// # Errors
    /// As [`Importer::write`].
    pub async fn write_telling(
        &mut self,
        entries: &[Entry],
        mut tell: impl FnMut(&Retry),
    ) -> Result<Vec<Receipt>, Unfinished> {
        let mut fates = vec![Fate::NotWritten; entries.len()];
        let mut from = 0;
        while from < entries.len() {
            let batch = first_of(entries.get(from..).unwrap_or_default());
            let into = fates.get_mut(from..from + batch.len()).unwrap_or_default();
            if let Err(error) = self.insist(batch, into, &mut tell).await {
                return Err(Unfinished { fates, error });
            }
            from += batch.len();
        }
        Ok(fates.into_iter().filter_map(receipt).collect())
    }

    /// Sends one batch until it is written, as long as sending it again is safe and can help.
    async fn insist(
        &mut self,
        batch: &[Entry],
        fates: &mut [Fate],
        tell: &mut impl FnMut(&Retry),
    ) -> Result<(), StreamError> {
        let mut attempt = 0;
        loop {
            let trouble = match self.send(batch, fates).await {
                Err(StreamError::NotConnected(trouble))
                    if self.options.keep_ids && attempt < TRIES =>
                {
                    trouble
                }
                done => return done,
            };
            loop {
                attempt += 1;
                let wait = wait_before(attempt);
                tell(&Retry {
                    trouble: trouble.clone(),
                    attempt,
                    wait,
                });
                sleep(wait).await;
                match self.recover(batch, fates).await {
                    Ok(()) => break,
                    Err(StreamError::NotConnected(_)) if attempt < TRIES => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }

    /// Connects anew and asks each stream in doubt how far it came.
    async fn recover(&mut self, batch: &[Entry], fates: &mut [Fate]) -> Result<(), StreamError> {
        self.link.reopen().await?;
        let streams: HashSet<Vec<u8>> = batch.iter().map(|e| self.target_of(e).to_vec()).collect();
        for stream in streams {
            let held = Target::of(&mut self.link, &stream).await?;
            for (entry, fate) in batch.iter().zip(fates.iter_mut()) {
                if *fate == Fate::Unknown && self.target_of(entry) == stream {
                    let id = entry.id.unwrap_or_default();
                    *fate = if id <= held.last {
                        Fate::Written(written(id, false))
                    } else {
                        Fate::NotWritten
                    };
                }
            }
        }
        Ok(())
    }

    /// Sends what is open of a batch.
    async fn send(&mut self, batch: &[Entry], fates: &mut [Fate]) -> Result<(), StreamError> {
        let mut open = Vec::with_capacity(batch.len());
        for (at, entry) in batch.iter().enumerate() {
            if fates.get(at) != Some(&Fate::NotWritten) {
                continue;
            }
            if self.options.keep_ids && self.step(entry).await? == Step::Held {
                if let Some(fate) = fates.get_mut(at) {
                    *fate = Fate::Written(written(entry.id.unwrap_or_default(), true));
                }
                continue;
            }
            open.push((at, entry));
        }
        let mut rest = open.as_slice();
        while let Some((_, first)) = rest.first() {
            let key = self.target_of(first).to_vec();
            // The nodes of a cluster take the commands of their own streams only.
            let same =
                |(_, entry): &&(usize, &Entry)| !self.clustered || self.target_of(entry) == key;
            let (run, after) = rest.split_at(rest.iter().take_while(same).count());
            self.send_run(&key, run, fates).await?;
            rest = after;
        }
        Ok(())
    }

    async fn step(&mut self, entry: &Entry) -> Result<Step, StreamError> {
        let stream = self.target_of(entry).to_vec();
        if !self.targets.contains_key(&stream) {
            let target = Target::of(&mut self.link, &stream).await?;
            self.targets.insert(stream.clone(), target);
        }
        match self.targets.get_mut(&stream) {
            Some(target) => {
                let resume = self.options.resume;
                target.step(&mut self.link, &stream, entry, resume).await
            }
            None => Ok(Step::Write),
        }
    }

    async fn send_run(
        &mut self,
        key: &[u8],
        run: &[(usize, &Entry)],
        fates: &mut [Fate],
    ) -> Result<(), StreamError> {
        let mut pipeline = Pipeline::with_capacity(run.len());
        for (_, entry) in run {
            let (stream, fields) = (self.target_of(entry), entry.fields());
            pipeline.add_command(match entry.id.filter(|_| self.options.keep_ids) {
                Some(id) => xadd::with_id(stream, id, &fields),
                None => xadd::next(stream, &fields),
            });
        }
        let answers = match self.link.ask_all(key, &pipeline).await {
            Ok(answers) => answers,
            Err(error) => {
                if matches!(error, StreamError::NotConnected(_)) {
                    set(fates, run, || Fate::Unknown);
                }
                return Err(error);
            }
        };
        let mut first = Ok(());
        for ((at, _), answer) in run.iter().zip(answers) {
            match answer.and_then(|value| self.id(&value)) {
                Ok(id) => {
                    if let Some(fate) = fates.get_mut(*at) {
                        *fate = Fate::Written(written(id, false));
                    }
                }
                Err(error) => first = first.and(Err(error)),
            }
        }
        first
    }

    fn id(&self, value: &Value) -> Result<EntryId, StreamError> {
        let id = parse::bytes(value).and_then(EntryId::from_bytes);
        id.ok_or_else(|| {
            StreamError::Failed(Trouble::new(
                format!("{} answers with no entry id", self.place()),
                "is it a Redis server of version 5 or newer?",
            ))
        })
    }

    /// The stream that an entry goes to.
    fn target_of<'a>(&'a self, entry: &'a Entry) -> &'a [u8] {
        let named = self.options.stream.as_deref().or(entry.stream.as_deref());
        named.unwrap_or_default()
    }
}

fn set(fates: &mut [Fate], run: &[(usize, &Entry)], fate: impl Fn() -> Fate) {
    for (at, _) in run {
        if let Some(slot) = fates.get_mut(*at) {
            *slot = fate();
        }
    }
}

fn first_of(entries: &[Entry]) -> &[Entry] {
    let mut bytes = 0;
    let fits = |entry: &&Entry| {
        bytes += entry.size();
        bytes <= BYTES
    };
    let count = entries.iter().take(ENTRIES).take_while(fits).count();
    entries.get(..count.max(1)).unwrap_or(entries)
}

fn receipt(fate: Fate) -> Option<Receipt> {
    match fate {
        Fate::Written(receipt) => Some(receipt),
        _ => None,
    }
}

fn written(entry: EntryId, duplicate: bool) -> Receipt {
    Receipt {
        entry,
        event_id: None,
        duplicate,
    }
}
