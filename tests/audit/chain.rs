//! Every change of a file is found, at the line where it is.

use std::fs;
use std::path::Path;

use lookback::model::{EntryId, FieldRef};
use lookback::stream::{AuditFile, Chain, FaultKind, Hash, verify_chain};
use proptest::prelude::*;

fn chain(bytes: &[u8]) -> Chain {
    verify_chain(bytes, |_| {}).unwrap()
}

/// The lines of a file of `n` entries, newlines included.
fn lines(n: u64) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    write(&path, 1..=n);
    split(&fs::read(path).unwrap())
}

fn write(path: &Path, ids: impl IntoIterator<Item = u64>) {
    let (mut file, _) = AuditFile::open(path).unwrap();
    let entries = ids.into_iter().map(|n| {
        let fields: Vec<FieldRef<'_>> = vec![
            (b"type", b"message.added"),
            (b"bytes", b"\xff\n\x1b"),
            (b"lure", b"\",\"n\":1,\"hash\":\"0\"}"),
        ];
        (EntryId::new(n, 0), fields)
    });
    file.append(b"s", entries).unwrap();
}

fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[track_caller]
fn assert_fault(lines: &[Vec<u8>], line: u64, kind: FaultKind) {
    let fault = chain(&lines.concat()).fault.unwrap();
    assert_eq!((fault.line, fault.kind), (line, kind), "{fault}");
    assert!(!fault.expected.is_empty() && !fault.found.is_empty());
}

/// Closes a line anew, as one would who knows the format.
fn forged(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap().replace(from, to);
    let (body, _) = text.rsplit_once(",\"hash\":").unwrap();
    format!("{body},\"hash\":\"{}\"}}\n", Hash::of(body.as_bytes())).into_bytes()
}

#[test]
fn a_file_as_it_was_written_holds() {
    let lines = lines(9);
    let chain = chain(&lines.concat());
    assert_eq!((chain.fault, chain.lines), (None, 9));
    assert_eq!(
        chain.entries,
        Some((EntryId::new(1, 0), EntryId::new(9, 0)))
    );
    let last = String::from_utf8(lines[8].clone()).unwrap();
    assert!(last.contains(&format!("\"hash\":\"{}\"", chain.head)));
    let empty = verify_chain(&b""[..], |_| {}).unwrap();
    assert_eq!(
        (empty.fault, empty.lines, empty.head),
        (None, 0, Hash::ZERO)
    );
}

#[test]
fn each_kind_of_change_is_named_with_its_line() {
    let whole = lines(9);
    let change = |line: usize, from: &str, to: &str| {
        let mut lines = whole.clone();
        let text = String::from_utf8(lines[line - 1].clone()).unwrap();
        assert!(text.contains(from));
        lines[line - 1] = text.replacen(from, to, 1).into_bytes();
        lines
    };
    assert_fault(
        &change(4, "message.added", "message.Added"),
        4,
        FaultKind::Altered,
    );
    assert_fault(
        &change(1, "\"id\":\"1-0\"", "\"id\":\"1-1\""),
        1,
        FaultKind::Altered,
    );
    assert_fault(&change(9, "\"n\":9", "\"n\":8"), 9, FaultKind::Altered);

    let mut removed = whole.clone();
    removed.remove(4);
    assert_fault(&removed, 5, FaultKind::Removed);
    assert_fault(&whole[1..], 1, FaultKind::Removed);

    let mut swapped = whole.clone();
    swapped.swap(2, 3);
    assert_fault(&swapped, 3, FaultKind::Reordered);
    let mut moved = whole.clone();
    let line = moved.remove(1);
    moved.push(line);
    assert_fault(&moved, 2, FaultKind::Reordered);

    let mut doubled = whole.clone();
    doubled.insert(6, whole[5].clone());
    assert_fault(&doubled, 7, FaultKind::Repeated);
    doubled.remove(6);
    doubled.insert(8, whole[1].clone());
    assert_fault(&doubled, 9, FaultKind::Repeated);

    for foreign in [
        &b"\n"[..],
        b"{}\n",
        b"{\"lookback\":\"audit\"}\n",
        b"\0\0\0\n",
    ] {
        let mut inserted = whole.clone();
        inserted.insert(3, foreign.to_vec());
        assert_fault(&inserted, 4, FaultKind::Altered);
    }
    let mut torn = whole.clone();
    torn[8].truncate(40);
    assert_fault(&torn, 9, FaultKind::Torn);
    torn[8].truncate(0);
    assert_eq!(
        chain(&torn.concat()).fault,
        None,
        "whole lines that are missing at the end"
    );
}

#[test]
fn lines_that_were_written_anew_with_hashes_that_fit_are_found_by_the_line_behind_them() {
    let whole = lines(9);
    let mut replaced = whole.clone();
    replaced[4] = forged(&whole[4], "message.added", "message.spared");
    assert_fault(&replaced, 5, FaultKind::Replaced);
    replaced[0] = forged(&whole[0], "message.added", "message.spared");
    assert_fault(&replaced, 1, FaultKind::Replaced);

    let mut inserted = whole.clone();
    inserted.insert(4, forged(&whole[4], "message.added", "message.planted"));
    assert_fault(&inserted, 5, FaultKind::Inserted);

    let mut begun = whole;
    begun[0] = forged(
        &begun[0],
        &Hash::ZERO.to_string(),
        &Hash::of(b"x").to_string(),
    );
    assert_fault(&begun, 1, FaultKind::Replaced);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_other_byte_anywhere_is_found(at in 0_usize..2_000, other: u8) {
        let whole = lines_once();
        let at = at * whole.len() / 2_000;
        let mut changed = whole.to_vec();
        prop_assume!(changed[at] != other);
        changed[at] = other;
        let line = 1 + memchr::memchr_iter(b'\n', &whole[..at]).count() as u64;
        let fault = chain(&changed).fault;
        prop_assert!(fault.is_some());
        prop_assert_eq!(fault.map(|f| f.line), Some(line));
    }

    #[test]
    fn any_cut_is_a_torn_line_or_leaves_whole_lines(at in 0_usize..2_000) {
        let whole = lines_once();
        let at = at * whole.len() / 2_000;
        let cut = chain(&whole[..at]);
        let lines = memchr::memchr_iter(b'\n', &whole[..at]).count() as u64;
        prop_assert_eq!(cut.lines, lines);
        let is_whole = at == 0 || whole[at - 1] == b'\n';
        prop_assert_eq!(cut.fault.map(|f| f.kind), (!is_whole).then_some(FaultKind::Torn));
    }

    #[test]
    fn any_order_of_lines_but_theirs_is_found(order in Just((0_usize..9).collect::<Vec<_>>()).prop_shuffle()) {
        let whole = split(lines_once());
        let shuffled: Vec<Vec<u8>> = order.iter().map(|at| whole[*at].clone()).collect();
        let first = order.iter().enumerate().find(|(at, line)| at != *line);
        let fault = chain(&shuffled.concat()).fault;
        prop_assert_eq!(fault.map(|f| f.line), first.map(|(at, _)| at as u64 + 1));
    }
}

fn lines_once() -> &'static [u8] {
    static ONCE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    ONCE.get_or_init(|| lines(9).concat())
}

#[test]
fn a_torn_line_is_cut_off_and_the_chain_goes_on_but_a_broken_one_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    write(&path, 1..=3);
    let whole = fs::read(&path).unwrap();
    for torn in [&b"{"[..], b"\0\0\0\0", &whole[..200]] {
        fs::write(&path, [&whole[..], torn].concat()).unwrap();
        let (mut file, opened) = AuditFile::open(&path).unwrap();
        assert_eq!((opened.lines, opened.torn_bytes), (3, torn.len() as u64));
        file.append(b"s", [(EntryId::new(4, 0), vec![])]).unwrap();
        let chain = chain(&fs::read(&path).unwrap());
        assert_eq!((chain.fault, chain.lines), (None, 4));
    }
    let mut broken = fs::read(&path).unwrap();
    broken[30] ^= 1;
    fs::write(&path, &broken).unwrap();
    let error = AuditFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("line 1 was altered"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), broken);
}

#[test]
fn what_is_in_the_file_is_not_appended_again_but_another_entry_with_its_id_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    write(&path, 1..=3);
    write(&path, [2, 4, 1]);
    let (mut file, opened) = AuditFile::open(&path).unwrap();
    assert_eq!(opened.lines, 4);
    for (stream, lines) in [(&b"s"[..], 5), (b"t", 6), (b"t", 6)] {
        let entry = (EntryId::new(2, 0), vec![(&b"type"[..], &b"other"[..])]);
        file.append(stream, [entry]).unwrap();
        assert_eq!(file.lines(), lines);
    }
    assert_eq!(file.appended().known, 1);
}

#[test]
fn one_process_writes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let first = AuditFile::open(&path).unwrap();
    let error = AuditFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("another process"), "{error}");
    drop(first);
    assert!(AuditFile::open(&path).is_ok());
    assert!(AuditFile::open(folder.path()).is_err());
    assert!(AuditFile::open(Path::new("/dev/null")).is_err());
    assert!(AuditFile::open(&folder.path().join("none/a.jsonl")).is_err());
}
