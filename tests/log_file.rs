//! Files of entries as export and archive write them: what is written is what is read, and what was changed is found.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use lookback::model::EntryId;
use lookback::source::{Direction, FileSpec, IdRange, Spec};
use lookback::stream::StreamError;
use lookback::stream::log_file::{ContentDigest, LogFile, verify};
use tempfile::TempDir;

const ENDINGS: [&str; 3] = ["jsonl", "jsonl.gz", "jsonl.lz4"];

fn place() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn id(n: u64) -> EntryId {
    EntryId::new(1_700_000_000_000 + n, n % 3)
}

fn value(n: u64) -> Vec<u8> {
    match n % 4 {
        0 => format!("text {n} \u{1b}[2J \"quoted\"").into_bytes(),
        1 => vec![0xff, 0, b'\n', u8::try_from(n % 256).unwrap()],
        2 => Vec::new(),
        _ => format!("{{\"base64\":\"{n}\"}}").into_bytes(),
    }
}

fn write(file: &mut LogFile, from: u64, to: u64) -> Result<(), StreamError> {
    for n in from..to {
        let value = value(n);
        file.write(
            id(n),
            b"a:stream",
            &[(b"type", b"x"), (b"type", &value), (b"\xfe", b"")],
        )?;
    }
    Ok(())
}

fn written(path: &Path, entries: u64) -> LogFile {
    let mut file = LogFile::create(path).unwrap();
    write(&mut file, 0, entries).unwrap();
    file.finish().unwrap();
    file
}

fn content(from: u64, to: u64) -> String {
    let mut digest = ContentDigest::new();
    for n in from..to {
        digest.push(
            id(n),
            &[(b"type", b"x"), (b"type", &value(n)), (b"\xfe", b"")],
        );
    }
    digest.finish().to_string()
}

/// The text of a file, whatever its members.
fn text(path: &Path) -> Vec<u8> {
    let packed = fs::read(path).unwrap();
    let mut text = Vec::new();
    match path.extension().unwrap().to_str().unwrap() {
        "gz" => {
            flate2::read::MultiGzDecoder::new(packed.as_slice())
                .read_to_end(&mut text)
                .unwrap();
        }
        "lz4" => {
            let mut rest = packed.as_slice();
            while !rest.is_empty() {
                lz4_flex::frame::FrameDecoder::new(&mut rest)
                    .read_to_end(&mut text)
                    .unwrap();
            }
        }
        _ => text = packed,
    }
    text
}

fn pack(path: &Path, text: &[u8]) {
    match path.extension().unwrap().to_str().unwrap() {
        "gz" => {
            let file = fs::File::create(path).unwrap();
            let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        "lz4" => {
            let file = fs::File::create(path).unwrap();
            let mut encoder = lz4_flex::frame::FrameEncoder::new(file);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap();
        }
        _ => fs::write(path, text).unwrap(),
    }
}

fn what(error: &StreamError) -> String {
    assert!(!error.trouble().hint.is_empty(), "{error}");
    error.to_string()
}

#[test]
fn what_is_written_is_verified_in_every_packing_and_again_after_more_was_appended() {
    let place = place();
    let mut sizes = BTreeMap::new();
    for ending in ENDINGS {
        let path = place.path().join(format!("log.{ending}"));
        let mut file = LogFile::create(&path).unwrap();
        write(&mut file, 0, 11_000).unwrap();
        let totals = file.finish().unwrap();
        assert_eq!(
            (totals.entries, totals.first, totals.last),
            (11_000, Some(id(0)), Some(id(10_999)))
        );
        assert_eq!(totals.content.to_string(), content(0, 11_000));
        drop(file);

        let (mut file, found) = LogFile::append(&path).unwrap();
        assert_eq!(
            (found.entries, found.notes, found.unclosed, found.torn_bytes),
            (11_000, 1, 0, 0)
        );
        write(&mut file, 11_000, 11_010).unwrap();
        assert_eq!(
            file.finish().unwrap().content.to_string(),
            content(11_000, 11_010)
        );
        assert_eq!(file.last(), Some(id(11_009)));
        let survey = verify(&path).unwrap();
        assert_eq!(
            (survey.entries, survey.notes, survey.last),
            (11_010, 2, Some(id(11_009)))
        );
        assert_eq!(survey.content.to_string(), content(0, 11_010));
        assert_eq!(fs::metadata(&path).unwrap().len(), file.bytes());
        sizes.insert(ending, file.bytes());
    }
    assert!(
        sizes["jsonl.gz"] * 4 < sizes["jsonl"] && sizes["jsonl.lz4"] * 2 < sizes["jsonl"],
        "{sizes:?}"
    );
}

#[test]
fn the_checksum_of_the_lines_is_that_of_sha256sum() {
    let place = place();
    let path = place.path().join("log.jsonl");
    drop(written(&path, 5));
    let text = String::from_utf8(text(&path)).unwrap();
    let (lines, note) = text.split_at(text.find("{\"lookback\":").unwrap());
    let mut child = Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let sum = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let note: serde_json::Value = serde_json::from_str(note).unwrap();
    assert_eq!(note["sha256"], sum.split(' ').next().unwrap());
    assert_eq!(note["entries_sha256"], content(0, 5));
    assert_eq!(
        (note["entries"].as_u64(), note["first"].as_str()),
        (Some(5), Some("1700000000000-0"))
    );
}

#[test]
fn a_file_without_entries_is_closed_too() {
    let place = place();
    for ending in ENDINGS {
        let path = place.path().join(format!("log.{ending}"));
        drop(written(&path, 0));
        let survey = verify(&path).unwrap();
        assert_eq!((survey.entries, survey.notes, survey.first), (0, 1, None));
    }
}

#[test]
fn every_change_of_a_line_is_found_and_the_line_is_named() {
    let place = place();
    for ending in ENDINGS {
        let path = place.path().join(format!("log.{ending}"));
        let mut file = written(&path, 20);
        write(&mut file, 20, 30).unwrap();
        file.finish().unwrap();
        drop(file);
        let whole = text(&path);
        let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
        assert_eq!(lines.len(), 32);
        let altered = String::from_utf8(lines[4].to_vec())
            .unwrap()
            .replace("text", "tent");
        assert_ne!(altered.as_bytes(), lines[4]);
        let blank = [lines[8].strip_suffix(b"\n").unwrap(), b" \n"].concat();
        let moved = [&lines[..2], &[lines[3], lines[2]], &lines[4..]].concat();
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (
                [&lines[..4], &[altered.as_bytes()], &lines[5..]]
                    .concat()
                    .concat(),
                "line 21 ",
            ),
            (
                [&lines[..8], &[&blank[..]], &lines[9..]].concat().concat(),
                "line 9 ",
            ),
            ([&lines[..5], &lines[6..]].concat().concat(), "line 20 "),
            ([&lines[..5], &lines[4..]].concat().concat(), "line 22 "),
            (moved.concat(), "line 21 "),
            ([&lines[..20], &lines[21..]].concat().concat(), "line 31 "),
            (
                [&lines[..25], &[&b"{\"a\":1}\n"[..]], &lines[25..]]
                    .concat()
                    .concat(),
                "line 26 ",
            ),
            (lines[..31].concat(), "line 32 "),
            (lines[..20].concat(), "line 21 "),
            (Vec::new(), "line 1 "),
        ];
        for (changed, named) in cases {
            pack(&path, &changed);
            let error = what(&verify(&path).unwrap_err());
            assert!(error.contains(named), "{ending}: {error}");
        }
        pack(&path, &whole);
        assert_eq!(verify(&path).unwrap().entries, 30);
    }
}

#[test]
fn a_file_cut_anywhere_is_gone_on_with_and_comes_out_whole() {
    let place = place();
    for ending in ENDINGS {
        let path = place.path().join(format!("log.{ending}"));
        let mut file = LogFile::create(&path).unwrap();
        for run in 0..5 {
            write(&mut file, run * 4, run * 4 + 4).unwrap();
            file.finish().unwrap();
        }
        drop(file);
        let whole = fs::read(&path).unwrap();
        let mut found_entries = Vec::new();
        for cut in (0..whole.len()).step_by(5) {
            fs::write(&path, &whole[..cut]).unwrap();
            let (mut file, found) = LogFile::append(&path).unwrap();
            assert_eq!(found.whole_bytes + found.torn_bytes, cut as u64);
            found_entries.push(found.entries);
            write(&mut file, found.entries, 20).unwrap();
            file.finish().unwrap();
            let survey = verify(&path).unwrap();
            assert_eq!(
                survey.content.to_string(),
                content(0, 20),
                "{ending} cut at {cut}"
            );
        }
        found_entries.dedup();
        assert!(found_entries.len() >= 5, "{ending}: {found_entries:?}");
    }
}

#[test]
fn whole_members_of_a_run_that_was_not_ended_are_kept() {
    let place = place();
    let large = |file: &mut LogFile, from: u64, to: u64| {
        for n in from..to {
            let value = n.to_string().repeat(50_000);
            file.write(id(n), b"a:stream", &[(b"v", value.as_bytes())])
                .unwrap();
        }
    };
    for ending in ENDINGS {
        let path = place.path().join(format!("log.{ending}"));
        let mut file = LogFile::create(&path).unwrap();
        large(&mut file, 10, 60);
        // Not ended: as if it had been killed here.
        drop(file);
        assert!(what(&verify(&path).unwrap_err()).contains("not written to its end"));
        let (mut file, found) = LogFile::append(&path).unwrap();
        let members = [found.entries, found.unclosed, found.notes];
        assert_eq!(members, [42, 42, 0], "{ending}");
        large(&mut file, 52, 54);
        assert_eq!(file.finish().unwrap().entries, 44);
        assert_eq!(verify(&path).unwrap().last, Some(id(53)));
    }
}

#[test]
fn nothing_is_written_over_and_what_is_not_ours_is_left_alone() {
    let place = place();
    let path = place.path().join("log.jsonl");
    drop(written(&path, 3));
    assert!(what(&LogFile::create(&path).unwrap_err()).contains("cannot be made"));
    for (name, bytes) in [
        ("notes.txt", &b"a note without a line end"[..]),
        ("agent.jsonl", b"{\"type\":\"x\"}\n{\"type\":\"y\"}\n"),
        ("x.gz", b"no gzip at all"),
        ("y.gz", b"short"),
        ("y.lz4", b"sh"),
        ("x.lz4", b"no lz4 at all, but long enough"),
    ] {
        let path = place.path().join(name);
        fs::write(&path, bytes).unwrap();
        what(&LogFile::append(&path).unwrap_err());
        assert_eq!(fs::read(&path).unwrap(), bytes, "{name}");
    }
    let foreign = place.path().join("foreign.gz");
    pack(&foreign, b"text of somebody else, no line end");
    let before = fs::read(&foreign).unwrap();
    what(&LogFile::append(&foreign).unwrap_err());
    assert_eq!(fs::read(&foreign).unwrap(), before);
    assert!(what(&LogFile::append(place.path()).unwrap_err()).contains("no regular file"));
    assert!(what(&LogFile::append(&place.path().join("none")).unwrap_err()).contains("none"));
    let missing = place.path().join("no/such/place.gz");
    assert!(what(&LogFile::create(&missing).unwrap_err()).contains("place.gz"));
}

#[test]
fn only_one_writes_at_a_time() {
    let place = place();
    let path = place.path().join("log.jsonl.gz");
    let file = written(&path, 3);
    assert!(what(&LogFile::append(&path).unwrap_err()).contains("another process"));
    assert_eq!(verify(&path).unwrap().entries, 3);
    drop(file);
    assert!(LogFile::append(&path).is_ok());
}

#[tokio::test]
async fn a_file_of_many_members_opens_as_one_history() {
    let place = place();
    for ending in ENDINGS {
        let path: PathBuf = place.path().join(format!("log.{ending}"));
        let mut file = written(&path, 10_500);
        write(&mut file, 10_500, 21_000).unwrap();
        file.finish().unwrap();
        let spec = Spec::Files(FileSpec { paths: vec![path] });
        let mut reader = spec
            .read(IdRange::ALL, Direction::Forward, Arc::default())
            .await
            .unwrap();
        let mut ids = Vec::new();
        while let Some(page) = reader.next().await.unwrap() {
            ids.extend(page.columns.id.iter());
        }
        // Notes are no entries of the log; whether the file source passes over them is its own matter and tested there.
        ids.retain(|read| *read >= id(0));
        let want: Vec<EntryId> = (0..21_000).map(id).collect();
        let missing = want
            .iter()
            .filter(|want| ids.binary_search(want).is_err())
            .count();
        assert_eq!(missing, 0, "{ending}");
    }
}

#[test]
fn a_line_that_could_not_be_read_back_is_not_written() {
    let place = place();
    let path = place.path().join("log.jsonl.lz4");
    let mut file = LogFile::create(&path).unwrap();
    let long = vec![b'x'; 64 << 20];
    let error = file
        .write(id(1), b"a:stream", &[(b"v", &long)])
        .unwrap_err();
    assert!(what(&error).contains("longer than 64 MiB"));
    let fits = &long[..(64 << 20) - 100];
    file.write(id(2), b"a:stream", &[(b"v", fits)]).unwrap();
    file.finish().unwrap();
    let survey = verify(&path).unwrap();
    assert_eq!((survey.entries, survey.first), (1, Some(id(2))));
}
