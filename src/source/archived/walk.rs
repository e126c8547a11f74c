//! The lines of archive files in the order of their ids, in either direction. Holds the pieces that overlap the place where it
//! stands: one of each stream where the streams stand one after the other, one alone where they stand in order.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use hashbrown::HashMap;

use super::index::{Index, Piece, key_of};
use crate::model::EntryId;
use crate::source::{Direction, IdRange, Members, Packing};

/// Bytes of lines that are read in one go backwards out of one member: each go decompresses the way there.
const GO_BYTES: u64 = 64 << 20;

/// The next line: its id, and its stream's place in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its id.
    pub id: EntryId,
    /// Its stream.
    pub stream: usize,
}

/// Reads archive files in order.
pub struct Walk {
    /// What it reads.
    pub index: Arc<Index>,
    direction: Direction,
    range: IdRange,
    /// Pieces that were not read yet, the next one last.
    waiting: Vec<usize>,
    open: Vec<Opened>,
    pass: Option<Pass>,
}

/// A piece in memory: its lines in order.
#[derive(Debug)]
struct Opened {
    bytes: Vec<u8>,
    lines: VecDeque<(Head, Range<usize>)>,
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk")
            .field("direction", &self.direction)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

impl Walk {
    /// Begins at the end of the range from which the direction leads; passes over streams that are not wanted.
    pub fn new(index: Arc<Index>, direction: Direction, range: IdRange, wanted: &[bool]) -> Self {
        let is_wanted = |piece: &Piece| {
            piece.runs.iter().any(|run| {
                let is_wanted = wanted.get(run.stream).is_some_and(|wanted| *wanted);
                is_wanted && run.first <= range.to && run.last >= range.from
            })
        };
        let pieces = index.pieces.iter().enumerate();
        let mut waiting: Vec<usize> = pieces.filter(|(_, p)| is_wanted(p)).map(|p| p.0).collect();
        let ends = |at: &usize| index.pieces.get(*at).map(Piece::ends).unwrap_or_default();
        match direction {
            Direction::Forward => waiting.sort_by_key(|at| std::cmp::Reverse(ends(at).0)),
            Direction::Reverse => waiting.sort_by_key(|at| ends(at).1),
        }
        Self {
            index,
            direction,
            range,
            waiting,
            open: Vec::new(),
            pass: None,
        }
    }

    /// The next line.
    pub async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            let head = self.best().map(|(_, head)| head);
            let next = self
                .waiting
                .last()
                .and_then(|at| self.index.pieces.get(*at));
            let must_open = match (head, next.map(Piece::ends)) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(head), Some((first, last))) => match self.direction {
                    Direction::Forward => first <= head.id,
                    Direction::Reverse => last >= head.id,
                },
            };
            if !must_open {
                return Ok(head);
            }
            self.open_next().await?;
        }
    }

    /// Takes the line that [`Walk::head`] told of.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let (at, _) = self.best()?;
        let opened = self.open.get_mut(at)?;
        let (_, range) = match self.direction {
            Direction::Forward => opened.lines.pop_front(),
            Direction::Reverse => opened.lines.pop_back(),
        }?;
        let line = opened.bytes.get(range).unwrap_or_default().to_vec();
        if opened.lines.is_empty() {
            self.open.swap_remove(at);
        }
        Some(line)
    }

    fn best(&self) -> Option<(usize, Head)> {
        let heads = self.open.iter().enumerate().filter_map(|(at, opened)| {
            let (head, _) = match self.direction {
                Direction::Forward => opened.lines.front(),
                Direction::Reverse => opened.lines.back(),
            }?;
            Some((at, *head))
        });
        let order = |a: &(usize, Head), b: &(usize, Head)| order(&self.index, a.1, b.1);
        match self.direction {
            Direction::Forward => heads.min_by(order),
            Direction::Reverse => heads.max_by(order),
        }
    }

    async fn open_next(&mut self) -> io::Result<()> {
        let pieces = self.next_pieces();
        let (index, pass) = (Arc::clone(&self.index), self.pass.take());
        let range = self.range;
        let reading = tokio::task::spawn_blocking(move || read(&index, &pieces, range, pass));
        let (opened, pass) = reading.await.map_err(io::Error::other)??;
        self.pass = pass;
        self.open
            .extend(opened.into_iter().filter(|o| !o.lines.is_empty()));
        Ok(())
    }

    /// The next piece, and backwards in a compressed file those before it in the same member.
    fn next_pieces(&mut self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut bytes = 0;
        while let Some(piece) = self
            .waiting
            .last()
            .and_then(|at| self.index.pieces.get(*at))
        {
            let same = pieces.first().is_none_or(|first| {
                self.direction == Direction::Reverse
                    && (first.file, first.unit) == (piece.file, piece.unit)
                    && Packing::of(&self.index.path(piece.file)) != Packing::Plain
            });
            bytes += piece.len;
            if !same || (bytes > GO_BYTES && !pieces.is_empty()) {
                break;
            }
            pieces.push(piece.clone());
            self.waiting.pop();
        }
        pieces.sort_by_key(|piece| piece.skip);
        pieces
    }
}

/// By id, and where several streams share one by their names.
fn order(index: &Index, a: Head, b: Head) -> Ordering {
    let name = |head: Head| index.streams.get(head.stream);
    a.id.cmp(&b.id).then_with(|| name(a).cmp(&name(b)))
}

/// A member on the way through it.
struct Pass {
    file: usize,
    unit: u64,
    at: u64,
    members: Members,
}

/// Reads pieces of one file and unit, in the order of the file.
fn read(
    index: &Index,
    pieces: &[Piece],
    range: IdRange,
    mut pass: Option<Pass>,
) -> io::Result<(Vec<Opened>, Option<Pass>)> {
    let mut opened = Vec::new();
    for piece in pieces {
        let bytes = bytes_of(index, piece, &mut pass)?;
        let lines = keys(index, piece, &bytes, range);
        opened.push(Opened { bytes, lines });
    }
    Ok((opened, pass))
}

/// Lines of one stream in a piece with lower ids than this one.
pub fn count_below(index: &Index, piece: &Piece, stream: usize, id: EntryId) -> io::Result<u64> {
    let bytes = bytes_of(index, piece, &mut None)?;
    let lines = keys(index, piece, &bytes, IdRange::ALL);
    let below = lines
        .iter()
        .filter(|(head, _)| head.stream == stream && head.id < id);
    Ok(below.count() as u64)
}

fn bytes_of(index: &Index, piece: &Piece, pass: &mut Option<Pass>) -> io::Result<Vec<u8>> {
    let path: PathBuf = index.path(piece.file);
    let mut bytes = vec![0; usize::try_from(piece.len).unwrap_or(0)];
    if Packing::of(&path) == Packing::Plain {
        File::open(&path)?.read_exact_at(&mut bytes, piece.skip)?;
        return Ok(bytes);
    }
    let on_the_way = pass
        .take()
        .filter(|pass| (pass.file, pass.unit) == (piece.file, piece.unit) && pass.at <= piece.skip);
    let mut going = match on_the_way {
        Some(pass) => pass,
        None => Pass {
            file: piece.file,
            unit: piece.unit,
            at: 0,
            members: Members::open(&path, piece.unit)?,
        },
    };
    let way = piece.skip - going.at;
    io::copy(&mut (&mut going.members).take(way), &mut io::sink())?;
    going.members.read_exact(&mut bytes)?;
    going.at = piece.skip + piece.len;
    *pass = Some(going);
    Ok(bytes)
}

/// The lines of a piece that lie in a range, in order.
fn keys(
    index: &Index,
    piece: &Piece,
    bytes: &[u8],
    range: IdRange,
) -> VecDeque<(Head, Range<usize>)> {
    let runs = piece.runs.iter().map(|run| run.stream);
    let named: HashMap<&[u8], usize> = runs
        .filter_map(|stream| Some((index.streams.get(stream)?.as_slice(), stream)))
        .collect();
    let own = crate::source::file::stream_of(&index.path(piece.file));
    let mut lines = Vec::new();
    let mut from = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let place = from..from + line.len();
        from = place.end;
        let Some((id, stream)) = key_of(line.trim_ascii()) else {
            continue;
        };
        let stream = named.get(stream.as_deref().unwrap_or(&own)).copied();
        if let Some(stream) = stream.filter(|_| range.contains(id)) {
            lines.push((Head { id, stream }, place));
        }
    }
    lines.sort_by(|a, b| order(index, a.0, b.0));
    lines.into()
}
