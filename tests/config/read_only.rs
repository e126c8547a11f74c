//! `read_only` stands before every command that writes, and says who set it.

use clap::Parser;
use lookback::app::reopen::Reopen;
use lookback::cli::args::Cli;
use lookback::cli::setup::Setup;
use lookback::source::Access;

use super::support::redis_server::RedisServer;
use super::{Home, shown};

const TEXT: &str = "[profile.prod]\nread_only = true\n";

/// What a command starts from, with this home's configuration named.
fn setup(home: &Home, arguments: &[&str]) -> Setup {
    let path = home.path("lookback/config.toml").display().to_string();
    let mut all = vec![
        "lookback",
        "--config",
        &path,
        "-r",
        "localhost:1",
        "-s",
        "s",
    ];
    all.extend(arguments);
    Setup::offline(&Cli::try_parse_from(all).unwrap().global).unwrap()
}

#[test]
fn a_profile_for_reading_only_lets_nothing_be_written() {
    let home = Home::with(TEXT);
    let failure = setup(&home, &["--profile", "prod"]).writer().unwrap_err();
    assert_eq!(failure.status.code(), 2);
    assert!(failure.message.contains("profile prod ("), "{failure:?}");
    assert!(failure.message.contains("config.toml:2)"), "{failure:?}");
    assert!(failure.hint.contains("--allow-writes"), "{failure:?}");
    let failure = setup(&home, &["--profile", "prod"]).writer_of_one();
    assert_eq!(failure.unwrap_err().status.code(), 2);
}

#[test]
fn the_server_sees_no_command_that_writes_until_it_is_allowed() {
    let server = RedisServer::new();
    let url = server.url();
    let home = Home::with(&format!("redis = '{url}'\nstream_name = 's'\n{TEXT}"));
    let event = ["publish", "--type", "x", "--session", "a"];
    let prod = ["--profile", "prod"];
    let line = r#"{"id":"1-0","stream":"s","fields":{"type":"x"}}"#;
    home.write("log.jsonl", &format!("{line}\n"), 0o600);
    for command in [
        &event[..],
        &["demo", "--publish", "--rate", "1000"],
        &["import", "log.jsonl"],
        &["import", "log.jsonl", "-s", "s"],
    ] {
        let told = home.refused(&[command, &prod].concat(), 2);
        assert!(
            told.contains("read_only is set by profile prod ("),
            "{told}"
        );
    }
    assert!(!server.run::<bool>("EXISTS s"));
    let seen: String = server.run("INFO commandstats");
    assert!(!seen.contains("cmdstat_xadd"), "{seen}");

    for allowed in [&[][..], &["--profile", "prod", "--allow-writes"]] {
        let output = home.run(&[&event, allowed].concat());
        assert!(output.status.success(), "{}", shown(&output));
    }
    assert_eq!(server.run::<u64>("XLEN s"), 2);
}

#[test]
fn only_the_setup_of_the_commands_gives_leave_to_write() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    let mut folders = vec![folder];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            seen += 1;
            let gives = std::fs::read_to_string(&path)
                .unwrap()
                .contains("access: Access::ReadWrite");
            assert!(!gives, "{}: take Setup::write_access", path.display());
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn without_it_or_with_the_flag_that_allows_it_writing_goes_on() {
    let home = Home::with(TEXT);
    for arguments in [&[][..], &["--profile", "prod", "--allow-writes"]] {
        let spec = setup(&home, arguments).writer().unwrap();
        assert_eq!(spec.access, Access::ReadWrite);
    }
}

#[test]
fn what_reads_needs_no_permission_and_gets_none() {
    let home = Home::with("read_only = true\n");
    let lookback::source::Spec::Redis(spec) = setup(&home, &["--allow-writes"]).spec else {
        panic!("a server was named");
    };
    assert_eq!(spec.access, Access::ReadOnly);
}

#[test]
fn the_command_that_opens_a_view_again_names_the_profile() {
    let home = Home::with(TEXT);
    let Reopen::Command { words, .. } = setup(&home, &["--profile", "prod"]).reopen else {
        panic!("a server can be opened again");
    };
    assert!(
        words.windows(2).any(|two| two == ["--profile", "prod"]),
        "{words:?}"
    );
}
