//! What went is in the archive, each entry once and as it was.

use std::fs;
use std::io::Read;
use std::path::Path;

use lookback::stream::log_file::{LogFile, verify};

use super::{Place, STREAM};

/// The lines of an archive that are entries: the milliseconds of their ids, and the rest of the line.
pub fn lines(path: &Path) -> Vec<(u64, String)> {
    let packed = fs::read(path).unwrap();
    let mut text = String::new();
    match path.extension().unwrap().to_str().unwrap() {
        _ if packed.is_empty() => {}
        "gz" => {
            flate2::read::MultiGzDecoder::new(packed.as_slice())
                .read_to_string(&mut text)
                .unwrap();
        }
        "lz4" => {
            let mut rest = packed.as_slice();
            while !rest.is_empty() {
                lz4_flex::frame::FrameDecoder::new(&mut rest)
                    .read_to_string(&mut text)
                    .unwrap();
            }
        }
        _ => text = String::from_utf8(packed).unwrap(),
    }
    let entry = |line: &str| {
        let (ms, rest) = line.strip_prefix("{\"id\":\"")?.split_once('-')?;
        Some((ms.parse().ok()?, rest.to_owned()))
    };
    text.lines().filter_map(entry).collect()
}

/// Entry `n` as a line, behind the milliseconds of its id.
fn line(n: u64) -> String {
    format!(
        "0\",\"stream\":\"{STREAM}\",\"fields\":{{\"type\":\"message.added\",\"n\":\"{n}\",\"base64:/wob\":\"\"}}}}"
    )
}

#[test]
fn archive_and_stream_together_are_the_original_in_every_packing_exact_or_not() {
    for (name, exact) in [
        ("a.jsonl.gz", ""),
        ("a.jsonl.lz4", "--exact"),
        ("a.jsonl", ""),
    ] {
        let place = Place::new();
        let path = place.path(name);
        let mut end = 0;
        for (round, keep) in [40, 35, 3, 0].into_iter().enumerate() {
            place.fill_pairs(end + 1, end + 57);
            end += 57;
            let said = place.trimmed(&format!("--max-len {keep} --yes {exact} --archive {name}"));
            assert!(said["removed"].as_u64() >= Some(10), "{said}");
            let archived = lines(&path);
            let kept = place.ids();
            let both: Vec<u64> = archived
                .iter()
                .map(|(ms, _)| *ms)
                .filter(|ms| *ms < kept.first().copied().unwrap_or(u64::MAX))
                .collect();
            assert_eq!(
                [both, kept].concat(),
                (1..=end).collect::<Vec<_>>(),
                "{name} round {round}"
            );
            let ids: Vec<u64> = archived.iter().map(|(ms, _)| *ms).collect();
            assert!(
                ids.windows(2).all(|pair| pair[0] < pair[1]),
                "each entry once, in order"
            );
            for (n, text) in &archived {
                assert_eq!(text, &line(*n));
            }
            let survey = verify(&path).unwrap();
            let archive = &said["archive"];
            assert_eq!(
                (archive["entries"].as_u64(), survey.entries),
                (Some(survey.entries), archived.len() as u64)
            );
            assert_eq!(
                archive["bytes"].as_u64(),
                Some(fs::metadata(&path).unwrap().len())
            );
        }
        assert_eq!(verify(&path).unwrap().notes, 4);
    }
}

#[test]
fn what_an_approximate_trim_left_is_not_written_twice() {
    let place = Place::new();
    place.fill_pairs(1, 100);
    let first = place.trimmed("--max-len 45 --yes --archive a.gz");
    assert_eq!(
        (&first["removed"], &first["archive"]["written"]),
        (&50.into(), &55.into())
    );
    let again = place.trimmed("--max-len 45 --yes --archive a.gz");
    assert_eq!(
        (
            &again["would_remove"],
            &again["removed"],
            &again["archive"]["written"]
        ),
        (&5.into(), &0.into(), &0.into())
    );
    assert_eq!(again["archive"]["entries_sha256"], serde_json::Value::Null);
    let exact = place.trimmed("--max-len 45 --yes --exact --archive a.gz");
    assert_eq!(
        (&exact["removed"], &exact["archive"]["entries"]),
        (&5.into(), &55.into())
    );
    assert_eq!(verify(&place.path("a.gz")).unwrap().notes, 1);
}

#[test]
fn an_archive_that_was_altered_or_is_not_this_streams_keeps_everything_in_the_stream() {
    let place = Place::new();
    place.fill_pairs(1, 100);
    place.trimmed("--max-len 80 --yes --archive a.jsonl");
    let path = place.path("a.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let altered = [
        (
            whole.replacen("\"n\":\"3\"", "\"n\":\"4\"", 1),
            "line 21 does not hold",
        ),
        (
            whole.replacen("\"entries\":20", "\"entries\":21", 1),
            "line 21 does not hold",
        ),
        (
            whole.split_inclusive('\n').skip(1).collect(),
            "line 20 does not hold",
        ),
        (
            format!("{whole}a line of somebody else\n"),
            "line 22 does not hold",
        ),
    ];
    for (text, word) in altered {
        fs::write(&path, &text).unwrap();
        place.refused(
            "--max-len 10 --yes --exact --archive a.jsonl",
            1,
            &[word, "nothing was deleted"],
        );
        assert_eq!(
            (place.length(), fs::read_to_string(&path).unwrap()),
            (80, text)
        );
    }
    fs::write(&path, &whole).unwrap();
    place.fill_stream("memory:other", 1, 50);
    place.refused(
        "-s memory:other --max-len 10 --yes --archive a.jsonl",
        1,
        &["it holds entries of `memory:events`", "nothing was deleted"],
    );
    for (name, text) in [
        ("notes.txt", "call Ann"),
        ("agent.jsonl", "{\"type\":\"x\"}\n"),
        ("x.gz", "no gzip"),
    ] {
        fs::write(place.path(name), text).unwrap();
        place.refused(
            &format!("--max-len 10 --yes --archive {name}"),
            1,
            &["nothing was deleted"],
        );
        assert_eq!(fs::read_to_string(place.path(name)).unwrap(), text);
    }
    place.refused(
        "--max-len 10 --yes --archive no/such/a.gz",
        1,
        &["make the directory first", "nothing was deleted"],
    );
    place.refused(
        "--max-len 10 --yes --archive .",
        1,
        &["no regular file", "nothing was deleted"],
    );
    assert_eq!(place.length(), 80);
    place.trimmed("--max-len 10 --yes --exact --archive a.jsonl");
    assert_eq!((place.length(), lines(&path).len()), (10, 90));
}

#[test]
fn an_entry_that_is_missing_in_the_archive_before_its_end_keeps_everything_in_the_stream() {
    let place = Place::new();
    place.fill_pairs(1, 100);
    // A sound archive of the same stream, but one that was made elsewhere.
    for (name, skipped, altered) in [("gap.gz", 7, 0), ("other.lz4", 0, 9)] {
        let mut file = LogFile::create(&place.path(name)).unwrap();
        for n in (1..=20).filter(|n| *n != skipped) {
            let value = if n == altered {
                "x".to_owned()
            } else {
                n.to_string()
            };
            let fields = [
                (&b"type"[..], &b"message.added"[..]),
                (b"n", value.as_bytes()),
                (&[0xff, 0x0a, 0x1b], b""),
            ];
            file.write(
                lookback::model::EntryId::new(n, 0),
                STREAM.as_bytes(),
                &fields,
            )
            .unwrap();
        }
        file.finish().unwrap();
        drop(file);
        let word = format!("does not hold entry {}-0", skipped + altered);
        place.refused(
            &format!("--max-len 10 --yes --archive {name}"),
            1,
            &[&word, "nothing was deleted"],
        );
        assert_eq!(place.length(), 100);
    }
}

#[test]
fn only_one_trims_into_an_archive_at_a_time() {
    let place = Place::new();
    place.fill_pairs(1, 100);
    place.trimmed("--max-len 80 --yes --archive a.gz");
    let (file, _) = LogFile::append(&place.path("a.gz")).unwrap();
    place.refused(
        "--max-len 10 --yes --archive a.gz",
        1,
        &["another process", "nothing was deleted"],
    );
    assert_eq!(place.length(), 80);
    drop(file);
    place.trimmed("--max-len 10 --yes --archive a.gz");
    assert_eq!(place.length(), 10);
}

impl Place {
    /// Entries whose last field has no value.
    fn fill_pairs(&self, from: u64, to: u64) {
        let mut pipe = redis::pipe();
        for n in from..=to {
            let add = pipe.cmd("XADD").arg(STREAM).arg(format!("{n}-0"));
            add.arg("type")
                .arg("message.added")
                .arg("n")
                .arg(n)
                .arg(&b"\xff\x0a\x1b"[..])
                .arg("")
                .ignore();
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
    }
}
