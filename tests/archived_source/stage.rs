//! A server with streams, the list of all that was ever added, and archives of their oldest parts.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookback::model::{EntryId, FieldRef};
use lookback::source::{
    Access, ArchivedSpec, Direction, FileSpec, IdRange, RedisSpec, Spec, Start, line,
};
use tempfile::TempDir;

use crate::support::asked::{Asked, Row, rows};
use crate::support::redis_server::RedisServer;

/// Entries of a member of an archive.
const MEMBER: usize = 500;
pub const NOTE: &[u8] = b"{\"lookback\":\"archive\",\"entries\":500}\n";

pub struct Stage {
    pub server: RedisServer,
    pub folder: TempDir,
    /// Everything, in order.
    pub all: Vec<Row>,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            server: RedisServer::new(),
            folder: tempfile::tempdir().unwrap(),
            all: Vec::new(),
        }
    }

    /// With a stream of `count` entries, ten ms apart from 10 ms on.
    pub fn with(stream: &str, count: u64) -> Self {
        let mut stage = Self::new();
        stage.add(stream, (1..=count).map(|n| n * 10));
        stage
    }

    pub fn add(&mut self, stream: &str, ids: impl Iterator<Item = u64>) {
        let mut pipe = redis::pipe();
        for ms in ids {
            let command = pipe.cmd("XADD").arg(stream).arg(format!("{ms}-0"));
            command.arg("type").arg("message.added").arg("n").arg(ms);
            command.ignore();
            let fields = format!("type=message.added n={ms}");
            self.all
                .push((EntryId::new(ms, 0), stream.to_owned(), fields));
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
        self.all.sort();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The entries of a stream up to this ms and after that one.
    pub fn part(&self, stream: &str, after: u64, to: u64) -> Vec<Row> {
        let inside = |row: &&Row| row.1 == stream && row.0.ms > after && row.0.ms <= to;
        self.all.iter().filter(inside).cloned().collect()
    }

    /// Archives a stream's entries after this ms up to that one, and trims them.
    pub fn trim(&self, path: &Path, stream: &str, after: u64, to: u64) {
        append(path, &self.part(stream, after, to));
        self.cut(stream, to);
    }

    /// Trims a stream's entries up to this ms.
    pub fn cut(&self, stream: &str, to: u64) {
        self.server
            .run::<u64>(&format!("XTRIM {stream} MINID {}", to + 1));
    }

    pub fn spec(&self, streams: &[&str], archives: &[&Path]) -> Spec {
        let paths = archives.iter().map(|p| p.to_path_buf()).collect();
        let redis = RedisSpec {
            url: self.server.url(),
            password: None,
            streams: streams.iter().map(|s| (*s).to_owned()).collect(),
            access: Access::ReadOnly,
        };
        Spec::Archived(Box::new(ArchivedSpec::new(FileSpec { paths }, redis)))
    }

    pub fn follow(&self, streams: &[&str], archives: &[&Path], start: Start) -> Asked {
        Asked::of(self.spec(streams, archives), start)
    }

    pub fn inside(&self, range: IdRange) -> Vec<Row> {
        let inside = self.all.iter().filter(|row| range.contains(row.0));
        inside.cloned().collect()
    }
}

/// Appends entries in members, each with a note behind it.
pub fn append(path: &Path, entries: &[Row]) {
    let file = OpenOptions::new().create(true).append(true).open(path);
    let mut file = file.unwrap();
    for member in entries.chunks(MEMBER) {
        file.write_all(&packed(path, &lines(member))).unwrap();
    }
}

pub fn lines(entries: &[Row]) -> Vec<u8> {
    let mut text = Vec::new();
    for (id, stream, fields) in entries {
        let fields = fields.split(' ').filter_map(|field| field.split_once('='));
        let fields: Vec<FieldRef<'_>> = fields.map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
        line::write_entry(&mut text, *id, stream.as_bytes(), &fields);
    }
    text.extend_from_slice(NOTE);
    text
}

pub fn packed(path: &Path, text: &[u8]) -> Vec<u8> {
    match path.extension().unwrap().to_str().unwrap() {
        "gz" => {
            let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            member.write_all(text).unwrap();
            member.finish().unwrap()
        }
        "lz4" => {
            let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
            frame.write_all(text).unwrap();
            frame.finish().unwrap()
        }
        _ => text.to_vec(),
    }
}

/// Everything of a range, in order, and what was told.
pub async fn read(spec: &Spec, range: IdRange, direction: Direction) -> (Vec<Row>, Vec<String>) {
    let mut reader = spec.read(range, direction, Arc::default()).await.unwrap();
    let mut pages = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        pages.push(rows(&page));
    }
    if direction == Direction::Reverse {
        pages.reverse();
    }
    let told = reader.notices().into_iter().map(|trouble| trouble.what);
    (pages.concat(), told.collect())
}

/// Fails with the first difference rather than with all of it.
pub fn same(read: &[Row], wanted: &[Row], what: &str) {
    let differs = read.iter().zip(wanted).position(|(a, b)| a != b);
    assert_eq!(differs.map(|at| (&read[at], &wanted[at])), None, "{what}");
    assert_eq!(read.len(), wanted.len(), "{what}");
}
