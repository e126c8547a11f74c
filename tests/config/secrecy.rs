//! A password is looked for in everything that is printed, and must not be found.

use super::{Home, shown};

const CANARY: &str = "canary-5f3a";

fn configurations() -> Vec<String> {
    let url = format!("redis://me:{CANARY}@127.0.0.1:1/0");
    vec![
        format!("redis = '{url}'\n"),
        format!("redis = 'me:{CANARY}@127.0.0.1:1'\n"),
        format!("redis = 'unix:///none?user=me&pass={CANARY}'\n"),
        format!("redis = 'http://me:{CANARY}@h'\n"),
        format!("redis = 'redis://me:{CANARY} x@h:port'\n"),
        format!("redis = '{url}'\nutx = 1\n"),
        format!("redis = \"{url}\n"),
        format!("redis = {url}\n"),
        format!("redis = {CANARY}\n"),
        format!("redis = ['{url}']\n"),
        format!("redis = '{url}' '{CANARY}'\n"),
        format!("redis = '{url}'\nredis = '{url}'\n"),
        format!("[redis]\nurl = '{url}'\n"),
        format!("[mapping]\nredis = '{url}'\n"),
        format!("[profile.p]\nredis = '{url}'\nnope = 1\n"),
        format!("password = '{CANARY}'\n"),
        format!("password = {CANARY}\n"),
        format!("redis_password = '{CANARY}'\n"),
        format!("password_command = 'echo {CANARY}'\nredis = '127.0.0.1:1'\n"),
        format!("password_command = 'echo {CANARY}; exit 1'\n"),
        format!("password_command = ['echo', '{CANARY}']\n"),
        "password_file = 'open'\n".to_owned(),
        "password_file = 'closed'\nredis = '127.0.0.1:1'\n".to_owned(),
        "password_file = 'closed'\npassword_command = 'x'\n".to_owned(),
    ]
}

#[test]
fn no_output_of_any_command_holds_a_password() {
    for text in configurations() {
        let home = Home::with(&text);
        home.write("lookback/open", CANARY, 0o644);
        home.write("lookback/closed", CANARY, 0o600);
        for arguments in [
            &["config", "show", "--all"][..],
            &["config", "show", "--format", "json"],
            &["config", "check"],
            &["config", "check", "--format", "json"],
            &["query"],
            &["doctor"],
            &["doctor", "--format", "json"],
            &["sessions", "--profile", "p"],
            &["watch"],
        ] {
            let told = shown(&home.run(arguments));
            assert!(!told.contains(CANARY), "{text}\n{arguments:?}: {told}");
        }
    }
}

#[test]
fn nor_where_the_password_came_by_the_environment_or_a_flag() {
    let home = Home::new();
    let url = format!("redis://me:{CANARY}@127.0.0.1:1/0");
    for arguments in [
        &["config", "show", "--all"][..],
        &["config", "show", "--format", "json"],
        &["config", "check"],
        &["query"],
        &["doctor"],
    ] {
        let mut command = home.command(arguments);
        command.env("REDIS_PASSWORD", CANARY).env("REDIS_URL", &url);
        let told = shown(&command.output().unwrap());
        assert!(!told.contains(CANARY), "{arguments:?}: {told}");
        let told = shown(&home.run(&[&["-r", &url], arguments].concat()));
        assert!(!told.contains(CANARY), "{arguments:?}: {told}");
    }
}
