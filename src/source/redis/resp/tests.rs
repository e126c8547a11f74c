#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::model::EntryId;
use proptest::collection::vec;
use proptest::prelude::*;

type Entry = (EntryId, Vec<(Vec<u8>, Vec<u8>)>);

fn bulk(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(format!("${}\r\n", text.len()).as_bytes());
    out.extend_from_slice(text);
    out.extend_from_slice(b"\r\n");
}

fn open(out: &mut Vec<u8>, kind: char, children: usize) {
    out.extend_from_slice(format!("{kind}{children}\r\n").as_bytes());
}

fn list(out: &mut Vec<u8>, entries: &[Entry]) {
    open(out, '*', entries.len());
    for (id, fields) in entries {
        open(out, '*', 2);
        bulk(out, id.to_string().as_bytes());
        open(out, '*', fields.len() * 2);
        for (name, value) in fields {
            bulk(out, name);
            bulk(out, value);
        }
    }
}

fn read(scanner: &mut Scanner, pieces: &[&[u8]], shape: Shape) -> Option<Reply> {
    for piece in pieces {
        scanner.buffer().extend_from_slice(piece);
        if scanner.advance().unwrap() {
            return Some(scanner.take(shape).unwrap());
        }
    }
    None
}

fn entries(reply: &Reply) -> Vec<Entry> {
    let own = |entry| {
        let mut fields = Vec::new();
        reply.fields(entry, &mut fields);
        let fields = fields
            .iter()
            .map(|(n, v)| (n.to_vec(), v.to_vec()))
            .collect();
        (reply.id(entry).unwrap(), fields)
    };
    (0..reply.len()).map(own).collect()
}

fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
    let text = vec(any::<u8>(), 0..12);
    let entry = (any::<(u64, u64)>(), vec((text.clone(), text), 0..4));
    vec(
        entry.prop_map(|((ms, seq), fields)| (EntryId::new(ms, seq), fields)),
        0..6,
    )
}

#[test]
fn both_protocols_say_the_same_and_what_follows_is_kept() {
    let one = vec![(EntryId::new(7, 1), vec![(b"a".to_vec(), b"\r\n".to_vec())])];
    let (mut second, mut third) = (
        b"*1\r\n*2\r\n$1\r\ns\r\n".to_vec(),
        b"%1\r\n$1\r\ns\r\n".to_vec(),
    );
    list(&mut second, &one);
    list(&mut third, &one);
    third.extend_from_slice(b"*-1\r\n-NOPERM no\r\n");
    let mut scanner = Scanner::default();
    let reply = read(&mut Scanner::default(), &[&second], Shape::Streams).unwrap();
    let same = read(&mut scanner, &[&third], Shape::Streams).unwrap();
    assert_eq!((entries(&reply), entries(&same)), (one.clone(), one));
    assert_eq!(same.streams().next(), Some((&b"s"[..], 0..1)));
    let nothing = read(&mut scanner, &[b""], Shape::Streams).unwrap();
    assert_eq!((nothing.len(), nothing.error()), (0, None));
    let refused = read(&mut scanner, &[b""], Shape::Streams).unwrap();
    assert_eq!(refused.error(), Some(&b"NOPERM no"[..]));
}

#[test]
fn a_deleted_entry_is_left_out() {
    let bytes = b"*2\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n*2\r\n$3\r\n1-2\r\n_\r\n";
    let reply = read(&mut Scanner::default(), &[bytes], Shape::Range).unwrap();
    assert_eq!(reply.len(), 0);
}

proptest! {
    #[test]
    fn however_the_bytes_are_split_the_entries_are_those_that_were_sent(sent in some_entries(), cuts in vec(any::<prop::sample::Index>(), 0..8)) {
        let mut bytes = Vec::new();
        list(&mut bytes, &sent);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
        let reply = read(&mut Scanner::default(), &pieces, Shape::Range).unwrap();
        prop_assert_eq!(entries(&reply), sent);
    }

    #[test]
    fn a_glance_at_a_reply_tells_how_many_entries_it_holds_and_the_last_id(sent in some_entries()) {
        let mut scanner = Scanner::default();
        list(scanner.buffer(), &sent);
        let bytes = scanner.buffer().len();
        scanner.buffer().extend_from_slice(b"*0");
        prop_assert!(scanner.advance().unwrap());
        let want = sent.last().map(|(last, _)| Seen { entries: sent.len(), last: *last, bytes });
        prop_assert_eq!(scanner.seen(), want);
    }

    #[test]
    fn no_bytes_panic_and_neither_a_split_nor_a_length_that_lies_makes_a_difference(bytes in noise(), cuts in vec(any::<u8>(), 0..8)) {
        check::check(&bytes, &cuts);
    }

    #[test]
    fn what_is_nearly_a_reply_is_read_alike_however_it_is_split(sent in some_entries(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cuts in vec(0..40_u8, 0..20)) {
        let mut bytes = Vec::new();
        list(&mut bytes, &sent);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        check::check(&bytes, &cuts);
    }
}

/// Bytes of which many mean something.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        prop::sample::select(b"*$\r\n219-%_+:=!".to_vec()),
        any::<u8>()
    ];
    let head = prop::sample::select(vec![
        "*1\r\n",
        "*2\r\n",
        "*99999999\r\n",
        "%4294967295\r\n",
        "$4294967295\r\n",
        "$99999999\r\n",
        "$3\r\n7-1\r\n",
        "$00\r\n\r\n",
        "$-1\r\n",
        "_\r\n",
        "=5\r\ntxt:a\r\n",
        "+OK\r\n",
    ]);
    let part = prop_oneof![
        vec(byte, 0..6),
        head.prop_map(|head| head.as_bytes().to_vec())
    ];
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

#[test]
fn a_line_without_an_end_is_refused_and_not_searched_for_ever() {
    let mut scanner = Scanner::default();
    scanner
        .buffer()
        .extend(std::iter::once(b'+').chain(std::iter::repeat_n(b'a', LONGEST_LINE)));
    assert!(scanner.advance().is_err());
}
