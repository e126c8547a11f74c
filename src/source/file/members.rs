//! The bytes of a file that may be compressed and appended to: members (.gz) or frames (.lz4), one after the other, to the
//! end of the last one.
//!
//! Invariant: a file that ends within a member is an error ([`io::ErrorKind::UnexpectedEof`]), after all bytes that could be
//! read of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;
use lz4_flex::frame::FrameDecoder;

/// Compressed bytes read at once.
const BUFFER_BYTES: usize = 1 << 17;

/// A file, and how far it was read.
#[derive(Debug)]
struct Counted {
    file: BufReader<File>,
    at: u64,
    /// More was wanted than there is.
    starved: bool,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(into)?;
        self.at += count as u64;
        self.starved |= count == 0 && !into.is_empty();
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.file.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
        self.file.consume(count);
    }
}

#[derive(Debug)]
enum Member {
    Plain(Counted),
    Gz(Box<GzDecoder<Counted>>),
    Lz4(Box<FrameDecoder<Counted>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Plain,
    Gz,
    Lz4,
}

impl Form {
    fn of(path: &Path) -> Self {
        match path.extension().unwrap_or_default().to_str() {
            Some("gz") => Self::Gz,
            Some("lz4") => Self::Lz4,
            _ => Self::Plain,
        }
    }

    fn begin(self, file: Counted) -> Member {
        match self {
            Self::Plain => Member::Plain(file),
            Self::Gz => Member::Gz(Box::new(GzDecoder::new(file))),
            Self::Lz4 => Member::Lz4(Box::new(FrameDecoder::new(file))),
        }
    }
}

/// What a read gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Got {
    /// So many bytes.
    Bytes(usize),
    /// A member ended, and the next one begins at this offset of the file.
    Border(u64),
    /// The file ended.
    End,
}

/// A file's bytes, uncompressed by its ending.
#[derive(Debug)]
pub struct Members {
    form: Form,
    member: Option<Member>,
    at: u64,
}

impl Members {
    /// Begins at this offset of the file: 0, or a border.
    pub fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        let mut file = Counted {
            file: BufReader::with_capacity(BUFFER_BYTES, file),
            at: offset,
            starved: false,
        };
        let form = Form::of(path);
        let is_over = form != Form::Plain && file.fill_buf()?.is_empty();
        Ok(Self {
            form,
            member: (!is_over).then(|| form.begin(file)),
            at: offset,
        })
    }

    /// Where in the file the last member ended; to be asked at the end.
    pub fn end(&self) -> u64 {
        self.at
    }

    /// The next bytes, of one member.
    pub fn next(&mut self, into: &mut [u8]) -> io::Result<Got> {
        let count = match &mut self.member {
            None => return Ok(Got::End),
            Some(Member::Plain(file)) => file.read(into)?,
            Some(Member::Gz(member)) => member.read(into)?,
            Some(Member::Lz4(member)) => member.read(into)?,
        };
        if count > 0 || into.is_empty() {
            return Ok(Got::Bytes(count));
        }
        self.border()
    }

    fn border(&mut self) -> io::Result<Got> {
        let mut file = match self.member.take() {
            None => return Ok(Got::End),
            Some(Member::Plain(file)) => {
                self.at = file.at;
                return Ok(Got::End);
            }
            Some(Member::Gz(member)) => member.into_inner(),
            Some(Member::Lz4(member)) => member.into_inner(),
        };
        // The decoder of frames takes the end of the file for the end of a frame.
        if file.starved {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at = file.at;
        if file.fill_buf()?.is_empty() {
            return Ok(Got::End);
        }
        self.member = Some(self.form.begin(file));
        Ok(Got::Border(self.at))
    }
}

impl Read for Members {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.next(into)? {
                Got::Bytes(count) => return Ok(count),
                Got::Border(_) => {}
                Got::End => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gz(text: &str) -> Vec<u8> {
        let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        assert!(member.write_all(text.as_bytes()).is_ok());
        member.finish().unwrap_or_default()
    }

    fn lz4(text: &str) -> Vec<u8> {
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        assert!(frame.write_all(text.as_bytes()).is_ok());
        frame.finish().unwrap_or_default()
    }

    fn file(ending: &str, bytes: &[u8]) -> tempfile::TempPath {
        let file = tempfile::Builder::new().suffix(ending).tempfile();
        let mut file = file.unwrap_or_else(|e| panic!("{e}"));
        assert!(file.write_all(bytes).is_ok());
        file.into_temp_path()
    }

    fn text(path: &Path, offset: u64) -> (String, Option<io::ErrorKind>) {
        let mut members = Members::open(path, offset).unwrap_or_else(|e| panic!("{e}"));
        let (mut all, mut block) = (Vec::new(), [0; 3]);
        let ended = loop {
            match members.read(&mut block) {
                Ok(0) => break None,
                Ok(n) => all.extend_from_slice(block.get(..n).unwrap_or_default()),
                Err(error) => break Some(error.kind()),
            }
        };
        (String::from_utf8_lossy(&all).into_owned(), ended)
    }

    #[test]
    fn every_member_is_read_an_empty_one_too_and_each_border_can_be_begun_at() {
        for (ending, pack) in [(".gz", gz as fn(&str) -> Vec<u8>), (".lz4", lz4)] {
            let parts = ["one ", "", "two ", "three"].map(pack);
            let path = file(ending, &parts.concat());
            assert_eq!(text(&path, 0), ("one two three".to_owned(), None));
            let two = parts[0].len() + parts[1].len();
            assert_eq!(text(&path, two as u64), ("two three".to_owned(), None));
            assert_eq!(text(&path, parts.concat().len() as u64).0, "");
        }
    }

    #[test]
    fn wherever_the_last_member_is_torn_the_whole_ones_are_read_and_it_is_an_error() {
        for (ending, pack) in [(".gz", gz as fn(&str) -> Vec<u8>), (".lz4", lz4)] {
            let (whole, last) = (pack("whole "), pack("torn"));
            for cut in 1..last.len() {
                let torn = last.get(..cut).unwrap_or_default();
                let path = file(ending, &[whole.as_slice(), torn].concat());
                let (read, ended) = text(&path, 0);
                assert!(read.starts_with("whole "), "{ending} {cut}: {read}");
                assert_eq!(ended, Some(io::ErrorKind::UnexpectedEof), "{ending} {cut}");
            }
        }
    }
}
