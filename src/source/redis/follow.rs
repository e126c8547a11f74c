//! Following: finds the streams and their ends, then runs tails, history and the search for new streams side by side.

use std::sync::Arc;

use ::redis::RedisError;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::archive::Archive;
use super::backfill::Backfill;
use super::board::Desk;
use super::connect::{Connector, Use};
use super::fault;
use super::parse::StreamState;
use super::roster::Roster;
use super::streams;
use super::tail::{Lane, failed_link};
use super::track::Track;
use super::wire::Wire;
use crate::model::{EntryId, Mapping};
use crate::source::{Beat, RedisSpec, Start};
use crate::store::{Arrival, Link};

/// Starts the tasks; they end when the receiver of the arrivals is dropped. Gives what they do not load.
pub fn follow(
    spec: RedisSpec,
    start: Start,
    beat: Beat,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
) -> Archive {
    let roster = Roster::default();
    let archive = Archive::new(spec.clone(), roster.clone());
    tokio::spawn(async move {
        let closed = arrivals.clone();
        // Everything that runs ends with this one future, and with it its connections: a blocked read that is dropped
        // here is dropped for good.
        tokio::select! {
            () = closed.closed() => {}
            () = run(spec, start, beat, mapping, arrivals, roster) => {}
        }
    });
    archive
}

async fn run(
    spec: RedisSpec,
    start: Start,
    beat: Beat,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
    roster: Roster,
) {
    let connector = match Connector::new(&spec) {
        Ok(connector) => connector,
        Err(trouble) => {
            drop(arrivals.send(Arrival::Link(Link::Refused(trouble))).await);
            return std::future::pending().await;
        }
    };
    let desk = Desk::new(connector, mapping, roster, arrivals);
    desk.send(Arrival::Link(Link::Connecting)).await;
    let found = first_look(&desk, &spec.streams).await;
    Following::begin(desk, spec, start, beat, found).run().await;
}

/// The streams at the moment when following begins.
#[derive(Debug, Default)]
struct Found {
    tracks: Vec<Track>,
    total: Option<u64>,
    first_id: Option<EntryId>,
}

/// Tries until the server could be asked.
async fn first_look(desk: &Desk, names: &[String]) -> Found {
    let mut attempt = 0;
    loop {
        let mut found = Found {
            total: Some(0),
            ..Found::default()
        };
        let Err((error, key)) = look(desk, names, &mut found).await else {
            return found;
        };
        attempt += 1;
        let fault = fault::explain(&error, desk.connector.place(), &key);
        let (link, wait) = failed_link(fault, attempt);
        desk.report(0, link).await;
        tokio::time::sleep(wait).await;
    }
}

async fn look(
    desk: &Desk,
    names: &[String],
    found: &mut Found,
) -> Result<(), (RedisError, Vec<u8>)> {
    let all = || names.join(" ").into_bytes();
    let wire = Wire::open(&desk.connector, Use::Questions).await;
    let mut wire = wire.map_err(|e| (e, all()))?;
    let keys = streams::find(&mut wire, names)
        .await
        .map_err(|e| (e, all()))?;
    let alone = keys.len() == 1;
    for key in keys {
        match wire.stream_state(&key).await {
            Ok(state) => {
                desk.roster.note(&key, state.as_ref());
                found.note(key, state);
            }
            Err(error) if fault::is_forbidden(&error) => match wire.newest(&key).await {
                Ok(newest) => found.note_blindly(key, newest),
                Err(error) if alone => return Err((error, key)),
                Err(_) => found.tracks.push(Track::unknown(key)),
            },
            Err(error) if !alone && fault::concerns_one_key(&error) => {
                found.tracks.push(Track::unknown(key));
            }
            Err(error) => return Err((error, key)),
        }
    }
    Ok(())
}

impl Found {
    fn note(&mut self, key: Vec<u8>, state: Option<StreamState>) {
        if let Some(state) = state {
            self.total = self.total.map(|n| n + state.length);
            self.first_id = self.first_id.into_iter().chain(state.first).min();
        }
        self.tracks.push(Track::at_end(key, state.as_ref()));
    }

    fn note_blindly(&mut self, key: Vec<u8>, newest: Option<EntryId>) {
        self.total = None;
        self.tracks
            .push(Track::behind(key, newest.unwrap_or(EntryId::MIN)));
    }
}

/// The running tasks.
struct Following {
    desk: Desk,
    gate: watch::Receiver<bool>,
    beat: Beat,
    lanes: JoinSet<Vec<Track>>,
    next_lane: usize,
    /// To the one lane, while all streams are read together.
    together: Option<mpsc::Sender<Track>>,
    found: mpsc::Receiver<Track>,
    aside: JoinSet<()>,
}

impl Following {
    fn begin(desk: Desk, spec: RedisSpec, start: Start, beat: Beat, found: Found) -> Self {
        let (gate_in, gate) = watch::channel(start == Start::Now);
        let (found_in, found_out) = mpsc::channel(16);
        let asked = match start {
            Start::History(count) => count,
            Start::Now => 0,
        };
        desk.roster.is_known();
        for track in &found.tracks {
            desk.roster.enter(&track.key, &track.lives);
            desk.roster.begins(&track.key, track.cursor);
        }
        let mut aside = JoinSet::new();
        let history = Backfill::new(desk.clone(), &found.tracks, asked, gate_in);
        aside.spawn(history.knowing(found.total, found.first_id).run());
        let known = found.tracks.iter().map(|t| t.key.clone()).collect();
        aside.spawn(streams::watch(
            desk.clone(),
            spec.streams.clone(),
            known,
            found_in,
        ));
        let mut following = Self {
            desk,
            gate,
            beat,
            lanes: JoinSet::new(),
            next_lane: 0,
            together: None,
            found: found_out,
            aside,
        };
        if found.tracks.is_empty() {
            let desk = following.desk.clone();
            following.aside.spawn(async move {
                desk.report(0, Link::Waiting(streams::unmatched(&spec.streams)))
                    .await;
            });
        }
        following.together = Some(following.lane(found.tracks));
        following
    }

    fn lane(&mut self, tracks: Vec<Track>) -> mpsc::Sender<Track> {
        let (fresh_in, fresh) = mpsc::channel(16);
        let lane = Lane {
            number: self.next_lane,
            tracks,
            fresh,
            gate: self.gate.clone(),
            beat: self.beat.clone(),
            waiting: None,
        };
        self.next_lane += 1;
        self.lanes.spawn(lane.run(self.desk.clone()));
        fresh_in
    }

    async fn run(mut self) {
        loop {
            tokio::select! {
                Some(split) = self.lanes.join_next() => self.split(split.unwrap_or_default()),
                Some(track) = self.found.recv() => self.take(track).await,
                else => return std::future::pending().await,
            }
        }
    }

    async fn take(&mut self, track: Track) {
        self.desk.roster.enter(&track.key, &track.lives);
        match &self.together {
            Some(lane) => drop(lane.send(track).await),
            None => drop(self.lane(vec![track])),
        }
    }

    fn split(&mut self, tracks: Vec<Track>) {
        self.together = None;
        self.desk.forget_lanes();
        self.next_lane = 0;
        for track in tracks {
            drop(self.lane(vec![track]));
        }
    }
}
