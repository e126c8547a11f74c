//! The bytes of a file, uncompressed by its ending, gzip member by gzip member and lz4 frame by lz4 frame: a file to which
//! was appended holds several.
//!
//! Invariant: where a member ends, and whether the last one is whole, is told; a torn file never looks like a shorter one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder;

/// Bytes read from the file at once.
const BUFFER_BYTES: usize = 1 << 16;

/// How a file is compressed, by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// `.gz`.
    Gzip,
    /// `.lz4`, the frame format.
    Lz4,
}

impl Packing {
    /// How such a file begins.
    #[must_use]
    pub const fn magic(self) -> &'static [u8] {
        match self {
            Self::Plain => b"",
            Self::Gzip => b"\x1f\x8b",
            Self::Lz4 => b"\x04\x22\x4d\x18",
        }
    }

    /// By the path's ending.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => Self::Gzip,
            Some("lz4") => Self::Lz4,
            _ => Self::Plain,
        }
    }
}

/// What comes next of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// So many bytes were put into the buffer.
    Bytes(usize),
    /// A member ended at this offset of the file. Files that are not compressed have no members.
    Border(u64),
    /// The file ended, with a whole member.
    End,
    /// The file ended within a member.
    Torn,
}

/// Reads a file.
pub struct Members {
    packing: Packing,
    stage: Stage,
}

enum Stage {
    Plain(Counted),
    Between(Counted),
    Gzip(Box<GzDecoder<Counted>>),
    Lz4(Box<FrameDecoder<Counted>>),
    Ended,
}

impl Members {
    /// From `offset` on, where a member begins.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        let packing = Packing::of(path);
        let counted = Counted {
            inner: BufReader::with_capacity(BUFFER_BYTES, file),
            offset,
            starved: false,
        };
        let stage = match packing {
            Packing::Plain => Stage::Plain(counted),
            Packing::Gzip | Packing::Lz4 => Stage::Between(counted),
        };
        Ok(Self { packing, stage })
    }

    /// Goes on.
    ///
    /// # Errors
    /// When the file cannot be read, or holds what is no such compression.
    pub fn next(&mut self, into: &mut [u8]) -> io::Result<Piece> {
        match self.step(into) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Piece::Torn),
            step => step,
        }
    }

    fn step(&mut self, into: &mut [u8]) -> io::Result<Piece> {
        self.enter()?;
        let count = match &mut self.stage {
            Stage::Plain(counted) => return Ok(at_least_one(patient(counted, into)?)),
            Stage::Gzip(decoder) => patient(decoder, into)?,
            Stage::Lz4(decoder) => patient(decoder, into)?,
            Stage::Between(_) | Stage::Ended => return Ok(Piece::End),
        };
        if count > 0 {
            return Ok(Piece::Bytes(count));
        }
        let counted = match std::mem::replace(&mut self.stage, Stage::Ended) {
            Stage::Gzip(decoder) => decoder.into_inner(),
            Stage::Lz4(decoder) => decoder.into_inner(),
            Stage::Plain(counted) | Stage::Between(counted) => counted,
            Stage::Ended => return Ok(Piece::End),
        };
        // The lz4 decoder takes the end of the file between two blocks for the end of the frame.
        if counted.starved {
            return Ok(Piece::Torn);
        }
        let border = counted.offset;
        self.stage = Stage::Between(counted);
        Ok(Piece::Border(border))
    }

    /// Between two members: begins the next, if there is one.
    fn enter(&mut self) -> io::Result<()> {
        let Stage::Between(counted) = &mut self.stage else {
            return Ok(());
        };
        if counted.fill_buf()?.is_empty() {
            return Ok(());
        }
        if let Stage::Between(counted) = std::mem::replace(&mut self.stage, Stage::Ended) {
            self.stage = match self.packing {
                Packing::Plain => Stage::Plain(counted),
                Packing::Gzip => Stage::Gzip(Box::new(GzDecoder::new(counted))),
                Packing::Lz4 => Stage::Lz4(Box::new(FrameDecoder::new(counted))),
            };
        }
        Ok(())
    }
}

/// As one text. What is torn is an error at its end.
impl Read for Members {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.next(into)? {
                Piece::Bytes(count) => return Ok(count),
                Piece::Border(_) => {}
                Piece::End => return Ok(0),
                Piece::Torn => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }
}

const fn at_least_one(count: usize) -> Piece {
    match count {
        0 => Piece::End,
        count => Piece::Bytes(count),
    }
}

fn patient(reader: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// A file that knows how far it was read, and whether more was wanted than it has.
struct Counted {
    inner: BufReader<File>,
    offset: u64,
    starved: bool,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.offset += count as u64;
        self.starved |= count == 0 && !into.is_empty();
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.offset += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn member(packing: Packing, text: &[u8]) -> io::Result<Vec<u8>> {
        Ok(match packing {
            Packing::Plain => text.to_vec(),
            Packing::Gzip => {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                encoder.write_all(text)?;
                encoder.finish()?
            }
            Packing::Lz4 => {
                let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
                encoder.write_all(text)?;
                encoder.finish().map_err(io::Error::other)?
            }
        })
    }

    fn pieces(path: &Path) -> io::Result<(Vec<u8>, Vec<Piece>)> {
        let mut members = Members::open(path, 0)?;
        let (mut text, mut told, mut block) = (Vec::new(), Vec::new(), [0; 5]);
        loop {
            match members.next(&mut block)? {
                Piece::Bytes(count) => text.extend_from_slice(&block[..count]),
                piece => {
                    told.push(piece);
                    if matches!(piece, Piece::End | Piece::Torn) {
                        return Ok((text, told));
                    }
                }
            }
        }
    }

    #[test]
    fn members_that_were_appended_are_read_and_a_cut_at_any_byte_is_told() -> io::Result<()> {
        let place = tempfile::tempdir()?;
        for (ending, packing) in [("gz", Packing::Gzip), ("lz4", Packing::Lz4)] {
            let path = place.path().join(format!("log.{ending}"));
            let parts = [&b"first member "[..], b"", b"and the last one"];
            let packed: Vec<Vec<u8>> = parts
                .iter()
                .map(|part| member(packing, part))
                .collect::<io::Result<_>>()?;
            let borders: Vec<usize> = packed
                .iter()
                .scan(0, |sum, part| {
                    *sum += part.len();
                    Some(*sum)
                })
                .collect();
            let whole = packed.concat();
            for cut in 0..=whole.len() {
                std::fs::write(&path, &whole[..cut])?;
                let (text, told) = pieces(&path)?;
                let is_border = cut == 0 || borders.contains(&cut);
                let end = if is_border { Piece::End } else { Piece::Torn };
                assert_eq!(told.last(), Some(&end), "{ending} cut at {cut}");
                let before = borders.iter().filter(|b| **b <= cut).count();
                let known = told.iter().filter(|p| matches!(p, Piece::Border(_)));
                assert_eq!(known.count(), before, "{ending} cut at {cut}");
                assert!(parts.concat().starts_with(&text));
            }
            std::fs::write(&path, &whole)?;
            let mut text = Vec::new();
            Members::open(&path, 0)?.read_to_end(&mut text)?;
            assert_eq!(text, parts.concat());
            let mut tail = Vec::new();
            let border = u64::try_from(borders[1]).unwrap_or_default();
            Members::open(&path, border)?.read_to_end(&mut tail)?;
            assert_eq!(tail, parts[2]);
        }
        Ok(())
    }
}
