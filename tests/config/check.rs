//! `config check` tells of everything that is wrong in a file, each with its line.

use serde_json::Value;

use super::{Home, shown};

/// The lines and problems that are told of a file.
fn problems(home: &Home, text: &str) -> Vec<(u64, String)> {
    home.write("c.toml", text, 0o600);
    let output = home.run(&["config", "check", "c.toml", "--format", "json"]);
    let told = shown(&output);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = report["problems"].as_array().unwrap().iter().map(|row| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let told = format!("{}: {}", text("problem"), text("hint"));
        (row["line"].as_u64().unwrap(), told)
    });
    let found: Vec<_> = found.collect();
    let status = i32::from(!found.is_empty());
    assert_eq!(output.status.code(), Some(status), "{told}");
    found
}

#[test]
fn a_sound_file_has_no_problems() {
    let home = Home::new();
    home.write("pw", "hush", 0o600);
    let text = "redis = 'rediss://me@h:1'\npassword_file = 'pw'\nretention_period = '7d'\ncompact_old_events = true\n\
                archive = 'a.gz'\n[profile.p]\nredis = '/run/redis.sock'\nstream_name = 's*'\n";
    assert_eq!(problems(&home, text), []);
    let told = shown(&home.run(&["config", "check", "c.toml"]));
    assert_eq!(told, "c.toml: no problems, profiles p\n");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let home = Home::new();
    home.write("open", "hush", 0o644);
    let text = "redis = 'redis://me:hush@h'\nhistroy = 5\npassword_file = 'open'\ncompact_old_events = true\n\
                block_timeout = 'soon'\ndefault_profile = 'x'\n[mapping]\nsesion = 'a'\n[profile.a]\n\
                redis = 'ftp://h'\npassword_file = 'none'\n[profile.b]\nbatch_size = 0\narchive = 'a.gz'\ncompact_old_events = true\n";
    let found = problems(&home, text);
    let wanted = [
        (1, "REDIS_PASSWORD"),
        (2, "`history`?"),
        (3, "chmod 600"),
        (4, "nowhere"),
        (5, "a span like"),
        (6, "there are a, b"),
        (8, "`session`?"),
        (10, "redis://"),
        (11, "cannot be read"),
        (13, "at least 1"),
        (15, "what is old"),
    ];
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for ((line, told), (wanted_line, word)) in found.iter().zip(wanted) {
        assert_eq!(*line, wanted_line, "{told}");
        assert!(told.contains(word) && !told.contains("hush"), "{told}");
    }
    let output = home.run(&["config", "check", "c.toml"]);
    let told = shown(&output);
    assert!(
        told.contains("c.toml:2: there is no key `histroy`"),
        "{told}"
    );
    assert!(told.ends_with("11 problems\n"), "{told}");
}

#[test]
fn a_text_that_is_no_toml_is_told_by_its_lines() {
    let home = Home::new();
    for (text, line) in [
        ("a = \n", 1),
        ("utc = true\nstream = ['a'\nhistory = 1\n", 3),
        ("utc = true\n\nredis = 'x\n", 3),
        ("[spikes\n", 1),
        ("= 5\n", 1),
        ("utc = true utc = false\n", 1),
        ("\u{0}\n", 1),
    ] {
        let found = problems(&home, text);
        assert_eq!(
            found.first().map(|(line, _)| *line),
            Some(line),
            "{text:?} {found:?}"
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_use() {
    let home = Home::new();
    let told = home.refused(&["config", "check", "none.toml"], 2);
    assert!(told.contains("none.toml"), "{told}");
    std::fs::write(home.path("binary"), [0xff, 0xfe]).unwrap();
    home.refused(&["config", "check", "binary"], 2);
    std::fs::write(home.path("huge"), vec![b'#'; (1 << 20) + 1]).unwrap();
    let told = home.refused(&["config", "check", "huge"], 2);
    assert!(told.contains("1 MiB"), "{told}");
}

#[test]
fn the_file_that_is_used_is_checked_where_none_is_named() {
    let home = Home::with("utx = 1\n");
    let told = home.refused(&["config", "check"], 1);
    assert!(told.contains("lookback/config.toml:1"), "{told}");
    let told = shown(&Home::new().run(&["config", "check"]));
    assert!(told.contains("nothing to check"), "{told}");
    // Where one cannot start, the check is what helps.
    let told = home.refused(&["query"], 2);
    assert!(told.contains("config check"), "{told}");
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let home = Home::new();
    home.write(
        "c.toml",
        "\"\\u001b[2Jx\" = 1\n[profile.\"\\u001b[2J\"]\n",
        0o600,
    );
    let told = home.refused(&["config", "check", "c.toml"], 1);
    assert!(!told.contains('\u{1b}'), "{told:?}");
    home.write("c.toml", "consumer_name = \"\\u001b[2J\"\n", 0o600);
    for format in ["text", "json"] {
        let told = shown(&home.run(&["config", "show", "--config", "c.toml", "--format", format]));
        assert!(told.contains("[2J") && !told.contains('\u{1b}'), "{told:?}");
    }
}

#[test]
fn a_password_in_the_arguments_is_told_of() {
    let home = Home::with("utc = true\n");
    let told = shown(&home.run(&["config", "check", "-r", "redis://:hush@h"]));
    assert!(told.contains("--redis") && !told.contains("hush"), "{told}");
}
