//! The live end: blocked reads on a connection of its own, which go on exactly behind the last id after whatever happens.

use std::sync::Arc;
use std::time::Duration;

use ::redis::{RedisError, RedisResult};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::board::Desk;
use super::bulk::Entry;
use super::connect::Use;
use super::fault::{self, Fault};
use super::merge::{Pace, page_of};
use super::streams;
use super::track::Track;
use super::wire::{BLOCK_MS, Wire};
use crate::model::{EntryId, Ms};
use crate::source::{Beat, now_ms};
use crate::store::{Arrival, Link, Page, PageBuilder, Trouble};

/// How often streams are compared with what the server says.
const CHECK: Duration = Duration::from_millis(BLOCK_MS);
const SLOW_RETRY_MS: u64 = 5_000;
const FIRST_RETRY_MS: u64 = 250;

/// A stream that keeps less than what comes in so many beats is read as fast as it is written.
const KEPT_BEATS: u64 = 16;

/// Streams that are read together.
pub struct Lane {
    /// Its place on the board.
    pub number: usize,
    /// What it follows.
    pub tracks: Vec<Track>,
    /// Streams that turn up later.
    pub fresh: mpsc::Receiver<Track>,
    /// Opens when the first page of history was delivered.
    pub gate: watch::Receiver<bool>,
    /// New entries are read no more often than somebody looks.
    pub beat: Beat,
    /// What was said while none of its streams exists.
    pub waiting: Option<Trouble>,
}

/// Until the next try.
pub fn retry_in_ms(attempt: u32, refused: bool) -> u64 {
    if refused {
        return SLOW_RETRY_MS;
    }
    let doubled = FIRST_RETRY_MS << attempt.saturating_sub(1).min(5);
    doubled.min(SLOW_RETRY_MS)
}

/// The state of a link that failed.
pub fn failed_link(fault: Fault, attempt: u32) -> (Link, Duration) {
    let retry_in_ms = retry_in_ms(attempt, fault.refused);
    let wait = Duration::from_millis(retry_in_ms);
    if fault.refused {
        return (Link::Refused(fault.trouble), wait);
    }
    (
        Link::Lost {
            trouble: fault.trouble,
            attempt,
            retry_in_ms,
        },
        wait,
    )
}

impl Lane {
    /// Follows until its streams turn out not to be readable together; then gives them back.
    pub async fn run(mut self, desk: Desk) -> Vec<Track> {
        let mut attempt = 0;
        loop {
            let Err(error) = self.session(&desk, &mut attempt).await;
            if self.tracks.len() > 1 && fault::concerns_one_key(&error) {
                return self.tracks;
            }
            attempt += 1;
            let key = self
                .tracks
                .first()
                .map(|t| t.key.as_slice())
                .unwrap_or_default();
            let fault = fault::explain(&error, desk.connector.place(), key);
            let (link, wait) = failed_link(fault, attempt);
            desk.report(self.number, link).await;
            tokio::time::sleep(wait).await;
        }
    }

    async fn session(
        &mut self,
        desk: &Desk,
        attempt: &mut u32,
    ) -> Result<std::convert::Infallible, RedisError> {
        let mut wire = Wire::open(&desk.connector, Use::Tail).await?;
        let mut pace = Pace::live();
        let mut pages = PageBuilder::new(Arc::clone(&desk.mapping));
        let mut checked: Option<Instant> = None;
        let mut proved = false;
        let mut rests_since = None;
        loop {
            self.take_fresh().await;
            if let Some((read, took)) = rests_since.take() {
                self.beat.rest(read, took).await;
            }
            if checked.is_none_or(|at| at.elapsed() >= CHECK) {
                self.check(&mut wire, desk).await?;
                checked = Some(Instant::now());
            }
            let asked = pace.count();
            let most = Pace::most_bytes(asked);
            let asked_at = std::time::Instant::now();
            let reply = wire
                .read_after(&self.cursors(), asked, proved, most)
                .await?;
            let Some(reply) = reply else {
                pace.shrink();
                continue;
            };
            // Only an answered read proves the link: some users may ask about a stream, but not read it. So the first one
            // does not block.
            (proved, *attempt) = (true, 0);
            self.report_link(&mut wire, desk).await;
            let received_at = now_ms();
            let (rests, read) = (self.may_rest(&reply, asked), std::time::Instant::now());
            if let Some(page) = self.page(reply, &mut pace, &mut pages) {
                self.deliver(page, received_at, desk).await;
            }
            rests_since = rests.then(|| (read, asked_at.elapsed()));
        }
    }

    /// Waits where there is nothing to follow yet.
    async fn take_fresh(&mut self) {
        if self.tracks.is_empty() {
            match self.fresh.recv().await {
                Some(track) => self.tracks.push(track),
                None => std::future::pending().await,
            }
        }
        while let Ok(track) = self.fresh.try_recv() {
            self.tracks.push(track);
        }
    }

    fn cursors(&self) -> Vec<(&[u8], EntryId)> {
        let cursor = |t: &Track| t.cursor.unwrap_or(EntryId::MAX);
        self.tracks
            .iter()
            .map(|t| (t.key.as_slice(), cursor(t)))
            .collect()
    }

    /// Whether the next read may wait a beat: nothing more is there now, and what comes meanwhile is so little of what the stream
    /// keeps that none of it is trimmed before it is read.
    fn may_rest(&self, reply: &[(Vec<u8>, Vec<Entry>)], asked: usize) -> bool {
        let may_wait = |(key, entries): &(Vec<u8>, Vec<Entry>)| {
            let track = self.tracks.iter().find(|track| track.key == *key);
            let kept = track.map_or(0, |track| track.length);
            entries.len() < asked && entries.len() as u64 * KEPT_BEATS <= kept
        };
        !self.beat.gap().is_zero() && !reply.is_empty() && reply.iter().all(may_wait)
    }

    async fn check(&mut self, wire: &mut Wire, desk: &Desk) -> RedisResult<()> {
        for track in &mut self.tracks {
            match wire.stream_state(&track.key).await {
                Ok(state) => {
                    if let Some(trouble) = track.compare(state.as_ref()) {
                        desk.notice(trouble).await;
                    }
                    desk.roster.note(&track.key, state.as_ref());
                }
                Err(error) if fault::is_forbidden(&error) => locate_blindly(track, wire).await?,
                Err(error) => return Err(error),
            }
        }
        if let Some(held) = desk.roster.news() {
            desk.send(Arrival::Held(held)).await;
        }
        Ok(())
    }

    async fn report_link(&mut self, wire: &mut Wire, desk: &Desk) {
        if self.tracks.iter().any(|t| t.exists) {
            self.waiting = None;
            return desk.report(self.number, Link::Live).await;
        }
        if self.waiting.is_none() {
            let keys: Vec<&[u8]> = self.tracks.iter().map(|t| t.key.as_slice()).collect();
            self.waiting = Some(streams::missing(wire, &keys).await);
        }
        if let Some(trouble) = self.waiting.clone() {
            desk.report(self.number, Link::Waiting(trouble)).await;
        }
    }

    /// What came, in stream order; `None` where nothing did.
    fn page(
        &mut self,
        reply: Vec<(Vec<u8>, Vec<Entry>)>,
        pace: &mut Pace,
        pages: &mut PageBuilder,
    ) -> Option<Page> {
        let mut merged: Vec<(Arc<[u8]>, Entry)> = Vec::new();
        let mut largest = (0, 0);
        for (key, entries) in reply {
            let Some(last) = entries.last().map(|e| e.id) else {
                continue;
            };
            if let Some(track) = self.tracks.iter_mut().find(|t| t.key == key) {
                track.delivered(last, entries.len());
            }
            largest = (
                largest.0.max(entries.len()),
                largest.1 + entries.iter().map(Entry::size).sum::<usize>(),
            );
            let key: Arc<[u8]> = key.into();
            merged.extend(entries.into_iter().map(|e| (Arc::clone(&key), e)));
        }
        if merged.is_empty() {
            return None;
        }
        pace.note(largest.0, largest.1);
        merged.sort_by_key(|(_, entry)| entry.id);
        Some(page_of(merged.iter().map(|(k, e)| (k.as_ref(), e)), pages))
    }

    async fn deliver(&mut self, page: Page, received_at: Ms, desk: &Desk) {
        // An error means that nobody loads history.
        drop(self.gate.wait_for(|open| *open).await);
        desk.report(self.number, Link::Live).await;
        desk.send(Arrival::Newer {
            page: Arc::new(page),
            received_at,
        })
        .await;
    }
}

/// For users that may not ask `XINFO`: nothing can be compared, but following works.
async fn locate_blindly(track: &mut Track, wire: &mut Wire) -> RedisResult<()> {
    if track.cursor.is_none() {
        let newest = wire.newest(&track.key).await?;
        track.cursor = Some(newest.unwrap_or(EntryId::MIN));
        track.exists = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_begin_soon_and_become_slow() {
        let waits: Vec<u64> = (1..8).map(|attempt| retry_in_ms(attempt, false)).collect();
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
        assert_eq!(retry_in_ms(1, true), 5_000);
    }
}
