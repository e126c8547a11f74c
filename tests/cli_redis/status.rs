//! Exit statuses, and passwords that stay secret.

use super::{Place, shown};

const PASSWORD: &str = "hunter2-swordfish";

fn some(place: &Place) {
    let fields: Vec<(&[u8], &[u8])> = vec![(b"type", b"message.added"), (b"session_id", b"sess-1")];
    place.add(b"memory:events", [("1-1".to_owned(), fields)]);
}

fn check(place: &Place, arguments: &[&str], status: i32, word: &str) {
    let output = place.run(arguments);
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
    assert!(told.contains(word), "{arguments:?}: {told}");
    assert_eq!(
        told.contains("error: "),
        status != 0,
        "{arguments:?}: {told}"
    );
}

#[test]
fn each_case_ends_as_documented() {
    let place = Place::new();
    some(&place);
    let _: () = place.server.run("SET text x");
    check(&place, &["query"], 0, "sess-1");
    check(&place, &["query", "type:nothing"], 0, "");
    check(&place, &["sessions"], 0, "sess-1");
    check(&place, &["doctor"], 0, "connected");
    check(&place, &["session", "sess-1"], 0, "sess-1");
    check(&place, &["session", "sess-2"], 1, "sess-1");
    check(&place, &["query", "-s", "none"], 1, "does not exist");
    for command in [
        &["query"][..],
        &["sessions"],
        &["session", "x"],
        &["doctor"],
    ] {
        let with = |more: &[&'static str]| [command, more].concat();
        check(&place, &with(&["-s", "text"]), 1, "`text` is not a stream");
        check(
            &place,
            &with(&["-s", "memory:events", "-s", "text"]),
            1,
            "`text` is not",
        );
        check(&place, &with(&["-r", "127.0.0.1:1"]), 3, "nothing listens");
    }
    check(&place, &["query", "type:"], 2, "^");
    check(&place, &["query", "--since", "soon"], 2, "^");
    check(&place, &["-r", "127.0.0.1:1", "tail"], 3, "nothing listens");
    check(&place, &["tail", "is:nothing"], 2, "^");
}

#[test]
fn a_password_opens_and_is_never_shown() {
    let place = Place::with(&["--requirepass", PASSWORD]);
    let address = place.server.url();
    let with_password = address.replace("redis://", &format!("redis://:{PASSWORD}@"));
    let mut connection = redis::Client::open(with_password.as_str())
        .unwrap()
        .get_connection()
        .unwrap();
    let mut add = redis::cmd("XADD");
    add.arg(&["memory:events", "1-1", "type", "x", "session_id", "sess-1"]);
    add.exec(&mut connection).unwrap();

    let wrong = format!("{PASSWORD}x");
    for (variable, value, status) in [
        ("REDIS_PASSWORD", PASSWORD, 0),
        ("REDIS_URL", with_password.as_str(), 0),
        ("REDIS_PASSWORD", wrong.as_str(), 3),
        ("REDIS_PASSWORD", "", 3),
    ] {
        for arguments in [
            &["query"][..],
            &["sessions"],
            &["session", "sess-1"],
            &["doctor"],
            &["doctor", "--format", "json"],
        ] {
            let output = place.command(arguments).env(variable, value).output();
            let output = output.unwrap();
            let told = shown(&output);
            assert_eq!(output.status.code(), Some(status), "{arguments:?}: {told}");
            assert!(!told.contains(PASSWORD), "{arguments:?}: {told}");
        }
        if status != 0 {
            let output = place.command(&["tail"]).env(variable, value).output();
            let output = output.unwrap();
            assert_eq!(output.status.code(), Some(status), "{output:?}");
            assert!(!shown(&output).contains(PASSWORD), "{output:?}");
        }
    }
    for arguments in [
        &["-r", &with_password, "query", "-s", "none"][..],
        &["-r", &with_password, "session", "none"],
        &["-r", &with_password, "query", "(("],
        &["-r", &with_password, "doctor", "-s", "none"],
    ] {
        let output = place.run(arguments);
        assert!(!output.status.success(), "{output:?}");
        assert!(!shown(&output).contains(PASSWORD), "{output:?}");
    }
}
