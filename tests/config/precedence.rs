//! Flags > environment > profile > file > defaults, for each key that there is, and the one that won is named.

use std::fmt::Write;

use lookback::config::KEYS;
use serde_json::{Value, json};

use super::{Home, key, keys, shown};

/// A key, what the file says, and what the profile says.
fn values(name: &str) -> (Value, Value) {
    match name {
        "redis" => (json!("file:1"), json!("profile:1")),
        "stream" => (json!("file"), json!(["profile", "p*"])),
        "memory" => (json!("1MiB"), json!("2GiB")),
        "color" | "sync" => (json!("never"), json!("always")),
        "spikes.bucket"
        | "spikes.least_latency"
        | "spikes.cooldown"
        | "block_timeout"
        | "retention_period" => (json!("1s"), json!("1m30s")),
        "utc" | "bell" | "low_bandwidth" | "read_only" | "compact_old_events" => {
            (json!(false), json!(true))
        }
        "mouse" | "approx_max_length" => (json!(true), json!(false)),
        "spikes.window" => (json!(30), json!(40)),
        "history" | "max_fps" | "max_length" | "batch_size" => (json!(7), json!(8)),
        name if name.starts_with("mapping.") => (json!("file"), json!(["profile", "p"])),
        "spikes.decades" | "spikes.silence_decades" | "spikes.spreads" | "spikes.times" => {
            (json!(1.5), json!(2.5))
        }
        name if name.starts_with("spikes.") => (json!(1), json!(2)),
        // Relative ones begin at the file's folder.
        "password_file" | "archive" => (json!("/file"), json!("/profile")),
        _ => (json!("file"), json!("profile")),
    }
}

/// Only one way to a password in a part.
const LEFT_OUT: [&str; 2] = ["default_profile", "password_command"];

fn names() -> impl Iterator<Item = &'static str> {
    let names = KEYS.iter().filter(|key| key.in_file()).map(|key| key.name);
    names.filter(|name| !LEFT_OUT.contains(name))
}

fn text() -> String {
    let mut text = String::new();
    for name in names() {
        writeln!(text, "{name} = {}", values(name).0).unwrap();
    }
    text.push_str("[profile.p]\n");
    for name in names() {
        writeln!(text, "{name} = {}", values(name).1).unwrap();
    }
    text
}

fn line(text: &str, after: usize, name: &str) -> usize {
    let mut lines = text.lines().enumerate().skip(after);
    let found = lines.find(|(_, line)| line.starts_with(&format!("{name} =")));
    found.unwrap().0 + 1
}

#[test]
fn nothing_said_is_the_default() {
    let rows = keys(&mut Home::new().command(&[]));
    assert_eq!(rows.len(), KEYS.len());
    for row in &rows {
        assert_eq!(row["source"], "default", "{row}");
    }
    for (name, value) in [
        ("redis", json!("redis://localhost:6379")),
        ("stream", json!("memory:events")),
        ("history", json!(200_000)),
        ("memory", json!("512MiB")),
        ("approx_max_length", json!(true)),
        ("max_length", Value::Null),
        ("spikes.decades", json!(4.0)),
        ("mapping.kind", Value::Null),
    ] {
        assert_eq!(key(&rows, name)["value"], value, "{name}");
    }
}

#[test]
fn each_key_of_the_file_wins_over_the_default_and_each_of_the_profile_over_the_file() {
    let text = text();
    let home = Home::with(&text);
    let path = home.path("lookback/config.toml").display().to_string();
    let border = text.lines().position(|l| l == "[profile.p]").unwrap();
    let of_file = keys(&mut home.command(&[]));
    let of_profile = keys(&mut home.command(&["--profile", "p"]));
    for name in names() {
        let row = key(&of_file, name);
        assert_eq!(row["value"], values(name).0, "{name}");
        assert_eq!(
            (&row["source"], &row["file"]),
            (&json!("file"), &json!(path)),
            "{name}"
        );
        assert_eq!(row["line"], line(&text, 0, name), "{name}");

        let row = key(&of_profile, name);
        assert_eq!(row["value"], values(name).1, "{name}");
        assert_eq!(
            (&row["source"], &row["name"]),
            (&json!("profile"), &json!("p")),
            "{name}"
        );
        assert_eq!(row["line"], line(&text, border, name), "{name}");
    }
}

#[test]
fn the_environment_wins_over_the_profile_and_flags_over_all() {
    let home = Home::with(&text());
    let mut command = home.command(&["--profile", "p"]);
    command
        .env("REDIS_URL", "environment:1")
        .env("REDIS_PASSWORD", "hush")
        .env("NO_COLOR", "1");
    let rows = keys(&mut command);
    for (name, value, variable) in [
        ("redis", "environment:1", "REDIS_URL"),
        ("color", "never", "NO_COLOR"),
        ("password", "***", "REDIS_PASSWORD"),
    ] {
        let row = key(&rows, name);
        assert_eq!(row["value"], value);
        assert_eq!(
            (&row["source"], &row["name"]),
            (&json!("environment"), &json!(variable))
        );
    }
    assert_eq!(key(&rows, "password_file")["value"], Value::Null);
    assert_eq!(key(&rows, "history")["source"], "profile");

    let mut command = home.command(&[
        "--profile",
        "p",
        "-r",
        "flag:1",
        "-s",
        "flag",
        "--history",
        "9",
        "--memory",
        "3MiB",
        "--utc",
        "--color",
        "auto",
        "--no-mouse",
        "--max-fps",
        "9",
        "--low-bandwidth",
        "--sync",
        "never",
    ]);
    command
        .env("REDIS_URL", "environment:1")
        .env("NO_COLOR", "1")
        .env("LOOKBACK_PROFILE", "q");
    let rows = keys(&mut command);
    for (name, value, flag) in [
        ("redis", json!("flag:1"), "--redis"),
        ("stream", json!("flag"), "--stream"),
        ("history", json!(9), "--history"),
        ("memory", json!("3MiB"), "--memory"),
        ("utc", json!(true), "--utc"),
        ("color", json!("auto"), "--color"),
        ("mouse", json!(false), "--no-mouse"),
        ("max_fps", json!(9), "--max-fps"),
        ("low_bandwidth", json!(true), "--low-bandwidth"),
        ("sync", json!("never"), "--sync"),
        ("default_profile", json!("p"), "--profile"),
    ] {
        let row = key(&rows, name);
        assert_eq!(row["value"], value, "{name}");
        assert_eq!(
            (&row["source"], &row["name"]),
            (&json!("flag"), &json!(flag)),
            "{name}"
        );
    }
}

#[test]
fn what_is_told_is_what_the_commands_do() {
    let home = Home::with(
        "utc = true\n[mapping]\nsession = 'chat'\n[profile.p.mapping]\nsession = 'talk'\n",
    );
    let line = r#"{"id":"1700000000000-0","fields":{"type":"x","chat":"c","talk":"t"}}"#;
    home.write("log.jsonl", line, 0o644);
    for (more, session) in [(&[][..], "c"), (&["--profile", "p"], "t")] {
        let mut arguments = vec!["query", "-f", "log.jsonl", "--format", "jsonl"];
        arguments.extend(more);
        let output = home.run(&arguments);
        let event: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(event["session"], session);
    }
}

#[test]
fn the_text_is_a_table_that_names_each_origin() {
    let home = Home::with("history = 5\n\n[profile.prod]\nmemory = '1GiB'\n");
    let mut command = home.command(&["config", "show", "--profile", "prod", "--utc"]);
    let output = command.env("REDIS_URL", "h:1").output().unwrap();
    let told = shown(&output);
    let path = home.path("lookback/config.toml");
    let row = |name: &str| {
        let row = told.lines().find(|l| l.split(' ').next() == Some(name));
        let words: Vec<&str> = row.unwrap_or_default().split_whitespace().collect();
        words.join(" ")
    };
    assert_eq!(row("redis"), "redis h:1 environment REDIS_URL");
    assert_eq!(row("history"), format!("history 5 {}:1", path.display()));
    let memory = format!("memory 1GiB profile prod ({}:4)", path.display());
    assert_eq!(row("memory"), memory);
    assert_eq!(row("utc"), "utc true flag --utc");
    assert_eq!(row("mouse"), "mouse true default");
    assert_eq!(row("max_length"), "max_length - default");
    assert_eq!(row("spikes.bucket"), "", "only with --all");
}

#[test]
fn the_name_of_the_file_is_told_whether_it_exists_or_not() {
    let home = Home::new();
    let told = shown(&home.run(&["config", "path"]));
    let path = home.path("lookback/config.toml");
    assert_eq!(told, format!("{}\n", path.display()));
    assert_eq!(
        shown(&home.run(&["config", "path", "--config", "x"])),
        "x\n"
    );
}
