//! Whatever fails, and wherever it is killed: nothing is lost, and it can be run again.

use std::fs;

use lookback::stream::log_file::verify;

use super::archive::lines;
use super::{Place, STREAM, shown, until};

/// Entries that take more than one member of an archive, so that one lies in the file while the next is made.
const MANY: u64 = 25_000;

#[test]
fn a_full_disk_deletes_nothing_and_what_was_written_can_be_gone_on_with() {
    for name in ["a.jsonl", "a.gz"] {
        let place = Place::new();
        place.fill(1, 12_000);
        let flags = format!("trim --max-len 10 --yes --exact --archive {name}");
        let blocks = if name.ends_with("gz") { 60 } else { 1_800 };
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {} {flags}",
            env!("CARGO_BIN_EXE_lookback")
        );
        let output = place.command("sh").arg("-c").arg(script).output().unwrap();
        let told = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for word in ["cannot be written", "nothing was deleted", "make room"] {
            assert!(told.contains(word), "`{word}` in {told}");
        }
        assert_eq!(place.length(), 12_000);
        let kept = lines(&place.path(name)).len();
        let whole_members = if blocks == 60 { 0 } else { 10_000 };
        assert_eq!(kept, whole_members, "{name}");
        let said = place.trimmed(&flags["trim ".len()..]);
        assert_eq!(
            said["archive"]["written"].as_u64(),
            Some(11_990 - kept as u64)
        );
        assert_eq!(
            (place.length(), lines(&place.path(name)).len()),
            (10, 11_990)
        );
    }
}

#[test]
fn killed_while_it_archives_it_is_run_again_and_comes_out_whole() {
    let place = Place::new();
    place.fill(1, MANY);
    for signal in ["-KILL", "-TERM", "-INT"] {
        let _: u64 = place.run(&format!("DEL {STREAM}"));
        place.fill(1, MANY);
        let (name, path) = ("a.jsonl.gz", place.path("a.jsonl.gz"));
        let mut child = place
            .command(env!("CARGO_BIN_EXE_lookback"))
            .args([
                "trim",
                "--max-len",
                "5",
                "--yes",
                "--exact",
                "--archive",
                name,
            ])
            .spawn()
            .unwrap();
        until("the first member", || {
            fs::metadata(&path).is_ok_and(|file| file.len() > 0)
        });
        super::signal(signal, &child);
        let status = child.wait().unwrap();
        assert_eq!(
            status.code(),
            (signal != "-KILL").then_some(130),
            "{signal}"
        );
        assert_eq!(place.length(), MANY, "{signal}");
        assert!(verify(&path).is_err());
        let said = place.trimmed(&format!("--max-len 5 --yes --exact --archive {name}"));
        let written = said["archive"]["written"].as_u64().unwrap();
        assert!(
            (1..=MANY - 10_005).contains(&written),
            "{signal}: {written}"
        );
        let ids: Vec<u64> = lines(&path).iter().map(|(ms, _)| *ms).collect();
        assert_eq!([ids, place.ids()].concat(), (1..=MANY).collect::<Vec<_>>());
        assert_eq!(verify(&path).unwrap().entries, MANY - 5);
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_server_that_goes_while_it_is_archived_loses_nothing() {
    let mut place = Place::new();
    place.fill(1, MANY);
    let path = place.path("a.lz4");
    let child = place
        .command(env!("CARGO_BIN_EXE_lookback"))
        .args([
            "trim",
            "--max-len",
            "5",
            "--yes",
            "--exact",
            "--archive",
            "a.lz4",
        ])
        .spawn()
        .unwrap();
    until("the first member", || {
        fs::metadata(&path).is_ok_and(|file| file.len() > 0)
    });
    place.server.stop();
    let output = child.wait_with_output().unwrap();
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("nothing was deleted"), "{told}");
    place.server.start();
    until("the data", || place.length() == MANY);
    place.trimmed("--max-len 5 --yes --exact --archive a.lz4");
    let ids: Vec<u64> = lines(&path).iter().map(|(ms, _)| *ms).collect();
    assert_eq!([ids, place.ids()].concat(), (1..=MANY).collect::<Vec<_>>());
}

#[test]
fn without_rights_for_scripts_it_looks_first_and_says_so() {
    let place = Place::new();
    place.fill(1, 100);
    place.group("g", 60, 40);
    let _: () = place.run("ACL SETUSER bob on >pw ~* +@all -@scripting");
    let _: () = place.run("ACL SETUSER eve on >pw ~* +@read +@connection +@scripting");
    let bob = place.server.url().replace("redis://", "redis://bob:pw@");
    let output = place.trim(&format!(
        "-r {bob} --max-len 10 --yes --exact --archive a.gz"
    ));
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("in two steps"), "{told}");
    assert_eq!(
        (place.ids(), lines(&place.path("a.gz")).len()),
        ((41..=100).collect(), 40)
    );
    let eve = place.server.url().replace("redis://", "redis://eve:pw@");
    place.refused(
        &format!("-r {eve} --max-len 10 --yes --force"),
        1,
        &["the user may not do this"],
    );
    assert_eq!(place.length(), 60);
}

#[test]
fn a_server_that_takes_no_writes_is_told() {
    let place = Place::with(&["--save", "3600 1", "--dbfilename", "dump.rdb"]);
    place.fill(1, 100);
    let directory: (String, String) = place.run("CONFIG GET dir");
    fs::create_dir_all(format!("{}/dump.rdb/x", directory.1)).unwrap();
    let _: String = place.run("BGSAVE");
    until("the failed save", || {
        place
            .run::<String>("INFO persistence")
            .contains("rdb_last_bgsave_status:err")
    });
    place.refused(
        "--max-len 10 --yes --archive a.gz",
        1,
        &["cannot save its data to disk"],
    );
    let _: () = place.run("CONFIG SET stop-writes-on-bgsave-error no");
    let _: String = place.run("REPLICAOF 127.0.0.1 1");
    place.refused(
        "--max-len 10 --yes --archive a.gz",
        1,
        &["is a replica, which takes no writes"],
    );
    let _: String = place.run("REPLICAOF NO ONE");
    assert_eq!(place.length(), 100);
    // Out of memory is no hindrance: this is what makes room.
    let _: () = place.run("CONFIG SET maxmemory 1");
    assert_eq!(
        place.trimmed("--max-len 10 --yes --archive a.gz")["removed"],
        90
    );
    assert_eq!(lines(&place.path("a.gz")).len(), 90);
}
