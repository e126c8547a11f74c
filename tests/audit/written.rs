//! What is written, and what is said of it.

use serde_json::Value;

use super::stage::{Stage, ids, said, signal, wait_until};

#[test]
fn a_stream_is_written_down_whole_and_opens_like_any_other_file() {
    let stage = Stage::new();
    stage.fill(1..=2_500);
    let told = stage.audit_all();
    assert!(told.contains("audited: 2,500 entries"), "{told}");
    let chain = stage.chain();
    assert_eq!((chain.lines, stage.ids()), (2_500, ids(1..=2_500)));
    assert!(told.contains(&format!("head: {}", chain.head)), "{told}");
    assert_eq!(stage.pending(), 0);
    let (out, stream) = (stage.out(), stage.events(&["-s", "s"]));
    assert_eq!(stream.len(), 2_500);
    assert_eq!(stage.events(&["-f", &out]), stream);

    // It goes on where it was.
    stage.fill(2_501..=2_600);
    let told = stage.audit_all();
    assert!(
        told.contains("audited: 100 entries") && !told.contains("again"),
        "{told}"
    );
    assert_eq!((stage.chain().lines, stage.ids()), (2_600, ids(1..=2_600)));
}

#[test]
fn verify_tells_the_head_and_finds_what_was_cut_off_by_what_was_noted() {
    let stage = Stage::new();
    stage.fill(1..=30);
    stage.audit_all();
    let head = stage.chain().head.to_string();
    let output = stage.verify(&[]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("lines    30") && text.contains(&head) && text.contains("30-0"),
        "{text}"
    );
    let output = stage.verify(&["--format", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["ok"], true);
    assert_eq!(
        (&json["lines"], &json["first"]),
        (&30.into(), &"1-0".into())
    );
    assert_eq!(
        (&json["head"], &json["fault"]),
        (&head.as_str().into(), &Value::Null)
    );

    // Noted once, it vouches for the file as it grows.
    stage.fill(31..=40);
    stage.audit_all();
    for noted in [
        vec!["--head", &head],
        vec!["--head", &head, "--entries", "30"],
        vec!["--entries", "40"],
    ] {
        let output = stage.verify(&noted);
        assert!(output.status.success(), "{noted:?}: {output:?}");
    }
    let whole = stage.bytes();
    let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
    std::fs::write(stage.path(), lines[..29].concat()).unwrap();
    assert!(
        stage.verify(&[]).status.success(),
        "whole lines at the end leave no trace"
    );
    for noted in [
        vec!["--head", &head],
        vec!["--head", &head, "--entries", "30"],
        vec!["--entries", "30"],
    ] {
        let output = stage.verify(&noted);
        assert_eq!(output.status.code(), Some(1), "{noted:?}: {output:?}");
        assert!(said(&output).contains("ends before line 30"), "{output:?}");
    }
    std::fs::write(stage.path(), &whole).unwrap();
    let output = stage.verify(&["--head", &head, "--entries", "31"]);
    assert!(said(&output).contains("line 31 was replaced"), "{output:?}");
}

#[test]
fn verify_names_the_line_in_words_and_in_json() {
    let stage = Stage::new();
    stage.fill(1..=30);
    stage.audit_all();
    let mut bytes = stage.bytes();
    let at = bytes.windows(4).position(|w| w == b"12-0").unwrap();
    bytes[at] = b'9';
    std::fs::write(stage.path(), &bytes).unwrap();
    let output = stage.verify(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("line 12 was altered"), "{output:?}");
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["ok"], &json["fault"]["line"]),
        (&false.into(), &12.into())
    );
    assert_eq!(json["fault"]["kind"], "altered");
    // Nothing is appended to it, and nothing acknowledged.
    stage.fill([31]);
    let output = stage.audit(&["--until-empty"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("line 12 was altered"), "{output:?}");
    assert_eq!((stage.bytes(), stage.acknowledged([31]).len()), (bytes, 0));
}

#[test]
fn wrong_input_is_told() {
    let stage = Stage::new();
    for (arguments, status, part) in [
        (vec!["audit"], 2, "--out"),
        (
            vec!["audit", "-s", "a*", "--out", "x"],
            2,
            "several streams",
        ),
        (vec!["audit", "--since", "-1h", "--out", "x"], 2, "--from"),
        (vec!["audit", "-f", "x", "--out", "y"], 2, "--file"),
        (
            vec!["audit", "-s", "s", "--out", "/dev/null"],
            1,
            "no regular file",
        ),
        (
            vec!["audit", "-s", "s", "--out", "/none/x"],
            1,
            "cannot be opened",
        ),
        (vec!["audit", "verify", "/none/x"], 1, "cannot be read"),
        (
            vec!["audit", "verify", "x", "--head", "12"],
            2,
            "64 hexadecimal",
        ),
        (
            vec!["audit", "-r", "127.0.0.1:1", "--out", &stage.out()],
            3,
            "nothing listens",
        ),
    ] {
        let output = stage.run(&arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {output:?}"
        );
        assert!(said(&output).contains(part), "{arguments:?}: {output:?}");
    }
    stage.server.run::<()>("SET s text");
    let output = stage.audit(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("`s` is not a stream"), "{output:?}");
}

#[test]
fn one_writes_a_file_and_a_signal_ends_it_when_its_batch_is_on_the_disk() {
    let stage = Stage::new();
    for (round, (name, status)) in [("-TERM", 0), ("-INT", 130)].into_iter().enumerate() {
        let first = round as u64 * 100 + 1;
        let child = stage.audit(&[]).spawn().unwrap();
        stage.fill(first..=first + 9);
        wait_until("written", || stage.ids().len() == round * 20 + 10);
        let second = stage.audit(&[]).output().unwrap();
        assert_eq!(second.status.code(), Some(1), "{second:?}");
        assert!(said(&second).contains("another process"), "{second:?}");
        stage.fill(first + 10..=first + 19);
        wait_until("written", || stage.ids().len() == round * 20 + 20);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        assert!(said(&output).contains("audited: 20 entries"), "{output:?}");
        assert_eq!(stage.pending(), 0);
    }
    assert_eq!(stage.chain().lines, 40);
}

#[test]
fn held_against_the_stream_what_the_file_lacks_is_named() {
    let stage = Stage::new();
    stage.fill(1..=1_200);
    stage.audit_all();
    let against = ["-s", "s", "--against"];
    let output = stage.verify(&against);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("1-0 to 1200-0: 1,200 entries there"),
        "{text}"
    );
    // Trimmed and newer entries are no fault.
    stage.fill(1_201..=1_210);
    stage.server.run::<()>("XTRIM s MAXLEN = 1000");
    let output = stage.verify(&against);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("990 entries there") && text.contains("newer"),
        "{text}"
    );

    // Somebody moved the group past two entries.
    stage.fill(1_211..=1_212);
    stage.audit_all();
    stage.fill(1_213..=1_214);
    stage.server.run::<()>("XGROUP SETID s audit-group $");
    stage.fill([1_215]);
    stage.audit_all();
    let output = stage.verify(&[&against[..], &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        said(&output).contains("2 of 1,005 entries of `s`"),
        "{output:?}"
    );
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["ok"], &json["fault"]), (&false.into(), &Value::Null));
    assert_eq!(json["against"]["first_missing"], "1213-0");
    // Another stream of which it holds nothing.
    let other = stage.verify(&["-s", "other", "--against"]);
    assert!(
        String::from_utf8_lossy(&other.stdout).contains("holds no entry of it"),
        "{other:?}"
    );
}
