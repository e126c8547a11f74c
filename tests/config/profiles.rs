//! Which profile counts, and what is told of one that is not there.

use serde_json::json;

use super::{Home, key, keys};

const TEXT: &str = "default_profile = 'a'\nhistory = 1\n[profile.a]\nhistory = 2\n[profile.b]\nhistory = 3\n[profile.c]\n";

#[test]
fn the_flag_names_it_or_the_environment_or_the_file() {
    let home = Home::with(TEXT);
    for (flags, variable, history, source) in [
        (&[][..], "", 2, "file"),
        (&[], "b", 3, "environment"),
        (&["--profile", "a"], "b", 2, "flag"),
        (&["--profile", "c"], "b", 1, "flag"),
    ] {
        let mut command = home.command(flags);
        let rows = keys(command.env("LOOKBACK_PROFILE", variable));
        assert_eq!(
            key(&rows, "history")["value"],
            history,
            "{flags:?} {variable}"
        );
        assert_eq!(key(&rows, "default_profile")["source"], json!(source));
    }
}

#[test]
fn one_that_is_not_there_is_an_error_that_lists_those_that_are() {
    let home = Home::with(TEXT);
    for command in [&["config", "show"][..], &["query"], &["demo"], &["watch"]] {
        let told = home.refused(&[command, &["--profile", "prod"]].concat(), 2);
        assert!(told.contains("no profile `prod`"), "{told}");
        assert!(told.contains("flag --profile"), "{told}");
        assert!(told.contains("a, b, c"), "{told}");
    }
    let mut command = home.command(&["query"]);
    let output = command.env("LOOKBACK_PROFILE", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(super::shown(&output).contains("environment LOOKBACK_PROFILE"));
}

#[test]
fn without_a_file_or_a_profile_in_it_that_is_told() {
    let told = Home::new().refused(&["query", "--profile", "prod"], 2);
    assert!(told.contains("no configuration file"), "{told}");
    let told = Home::with("utc = true\n").refused(&["query", "--profile", "prod"], 2);
    assert!(told.contains("[profile.NAME]"), "{told}");
    let told = Home::with("default_profile = 'x'\n").refused(&["query"], 2);
    assert!(told.contains("line 1"), "{told}");
}
