//! The shape of the house (DESIGN, section 4), read from the sources: which layer may name which, and what the inner
//! layers do without. Checked on text, so it sees what the compiler resolves only by accident of today's code.

use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 700;

/// Each layer and the layers it may name. A layer that does not exist yet is fine; a file of no layer is not.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("store", &["model"]),
    ("query", &["model", "store"]),
    ("project", &["model", "store", "query"]),
    ("source", &["model", "store"]),
    ("stream", &["model", "store", "source"]),
    ("app", &["model", "store", "query", "project"]),
    ("ui", &["model", "store", "query", "project", "app"]),
    ("term", &[]),
    (
        "runtime",
        &[
            "model", "store", "query", "project", "source", "stream", "app", "ui", "term",
        ],
    ),
    ("config", EVERYTHING),
    ("cli", EVERYTHING),
];

const EVERYTHING: &[&str] = &[
    "model", "store", "query", "project", "source", "stream", "app", "ui", "term", "runtime",
    "config", "cli",
];

/// The layers that decide and draw: no clock, no I/O, no executor.
const PURE: &[&str] = &["model", "store", "query", "project", "app", "ui"];

/// A text, the layers where it may not stand, and why.
struct Ban {
    text: &'static str,
    within: Where,
    why: &'static str,
}

enum Where {
    In(&'static [&'static str]),
    OutsideOf(&'static [&'static str]),
}

const DRAWING: &[&str] = &["ui", "term", "runtime"];
const REDIS: &[&str] = &["source", "stream"];

const BANS: &[Ban] = &[
    ban(
        "ratatui::",
        Where::OutsideOf(DRAWING),
        "only ui, term and runtime draw",
    ),
    ban(
        "crossterm::",
        Where::OutsideOf(DRAWING),
        "only ui, term and runtime know the terminal",
    ),
    ban(
        "redis::",
        Where::OutsideOf(REDIS),
        "only source and stream talk to Redis",
    ),
    ban("tokio::", Where::In(PURE), "pure layers run nothing"),
    ban("Instant", Where::In(PURE), "time enters as data"),
    ban("SystemTime", Where::In(PURE), "time enters as data"),
    ban("Utc::now", Where::In(PURE), "time enters as data"),
    ban("Local::now", Where::In(PURE), "time enters as data"),
    ban("std::io", Where::In(PURE), "pure layers do no I/O"),
    ban("std::fs", Where::In(PURE), "pure layers do no I/O"),
    ban("std::env", Where::In(PURE), "pure layers do no I/O"),
    ban("std::net", Where::In(PURE), "pure layers do no I/O"),
    ban("std::thread", Where::In(PURE), "pure layers run nothing"),
    ban("std::process", Where::In(PURE), "pure layers run nothing"),
    ban(
        "unbounded_channel",
        Where::OutsideOf(&[]),
        "every queue has a bound",
    ),
    ban(
        "mpsc::channel()",
        Where::OutsideOf(&[]),
        "std's channel has no bound; use sync_channel",
    ),
    ban(
        "#[allow(",
        Where::OutsideOf(&[]),
        "use #[expect(…, reason = …)]",
    ),
    ban(
        "#![allow(",
        Where::OutsideOf(&[]),
        "use #[expect(…, reason = …)]",
    ),
];

const fn ban(text: &'static str, within: Where, why: &'static str) -> Ban {
    Ban { text, within, why }
}

#[test]
fn each_layer_names_only_the_layers_it_may() {
    let sources = sources();
    assert!(
        sources.len() > 10,
        "only {} files read: the check would pass by reading nothing",
        sources.len()
    );
    let offences: Vec<String> = sources
        .iter()
        .flat_map(|(path, text)| offences(path, text))
        .collect();
    assert!(
        offences.is_empty(),
        "{} offences:\n{}",
        offences.len(),
        offences.join("\n")
    );
}

/// All Rust files under src: path from the root of the repository, text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be read") {
            let path: PathBuf = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let name = path.strip_prefix(root).expect("under the root");
                found.push((name.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}

/// Everything wrong with one file, as `path:line: rule`.
fn offences(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let parts: Vec<&str> = inner.trim_end_matches(".rs").split('/').collect();
    if parts.last() == Some(&"mod") {
        found.push(format!("{path}:1: no mod.rs: foo.rs stands beside foo/"));
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        found.push(format!(
            "{path}:{MAX_LINES}: {lines} lines, more than {MAX_LINES}: split it"
        ));
    }
    let code = code_of(text);
    let layer = parts[0];
    // The two roots name every layer; the bans hold for them as well.
    let allowed = match layer {
        "lib" | "main" => EVERYTHING,
        _ => {
            let found_layer = LAYERS.iter().find(|(name, _)| *name == layer);
            if found_layer.is_none() {
                found.push(format!(
                    "{path}:1: no layer of the design is called {layer}"
                ));
            }
            found_layer.map_or(EVERYTHING, |(_, allowed)| allowed)
        }
    };
    for (line, path_from_root) in paths(&code, &parts) {
        let named = path_from_root.split("::").next().unwrap_or_default();
        if named == "*" {
            found.push(format!("{path}:{line}: `crate::*` names every layer"));
        }
        let ours = LAYERS.iter().any(|(name, _)| *name == named);
        if ours && named != layer && !allowed.contains(&named) {
            found.push(format!(
                "{path}:{line}: {layer} may not name {named} (`{path_from_root}`)"
            ));
        }
    }
    for ban in BANS {
        let applies = match ban.within {
            Where::In(layers) => layers.contains(&layer),
            Where::OutsideOf(layers) => !layers.contains(&layer),
        };
        if !applies {
            continue;
        }
        for (line, text) in code.lines().enumerate() {
            if has_word(text, ban.text) {
                let (line, banned, why) = (line + 1, ban.text, ban.why);
                found.push(format!("{path}:{line}: `{banned}` in {layer}: {why}"));
            }
        }
    }
    // Groups such as `use std::{fs, io}` hide the names from the bans above.
    if PURE.contains(&layer) {
        for (line, path_in_use) in uses(&code) {
            let banned = [
                "std::io",
                "std::fs",
                "std::env",
                "std::net",
                "std::thread",
                "std::process",
            ];
            let grouped = !code
                .lines()
                .nth(line - 1)
                .is_some_and(|text| text.contains(&path_in_use));
            if grouped && banned.iter().any(|ban| in_module(&path_in_use, ban)) {
                found.push(format!(
                    "{path}:{line}: `{path_in_use}` in {layer}: pure layers do no I/O"
                ));
            }
        }
    }
    found
}

fn in_module(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether `word` stands in `text` with no name running into it from the left or, if it ends in one, on the right.
fn has_word(text: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let open_left = word.starts_with(name) && before.is_some_and(name);
        let open_right = word.ends_with(name) && after.is_some_and(name);
        !open_left && !open_right
    })
}

/// Paths from the crate's root that the code names: (line, `layer::rest`). `super::super::…` is resolved from where the
/// file stands; inline modules (`mod tests`) make it one deeper, which their extra `super` takes back.
fn paths(code: &str, module: &[&str]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if !name_runs_into(code, at) {
            let rest = &code[at + "crate::".len()..];
            found.extend(
                expand(rest)
                    .into_iter()
                    .map(|path| (line_of(code, at), path)),
            );
        }
    }
    for (at, _) in code.match_indices("super::") {
        // Only where a chain begins.
        if name_runs_into(code, at) || code[..at].ends_with("::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut ups = 0;
        while let Some(shorter) = rest.strip_prefix("super::") {
            rest = shorter;
            ups += 1;
        }
        let depth = (module.len() + inline_modules(code, at)).saturating_sub(ups);
        if depth == 0 {
            found.extend(
                expand(rest)
                    .into_iter()
                    .map(|path| (line_of(code, at), path)),
            );
        }
    }
    // `use crate as x` would hide all that follows.
    for (line, text) in code.lines().enumerate() {
        if text.contains("crate as ") {
            found.push((line + 1, "*".to_owned()));
        }
    }
    found
}

fn name_runs_into(code: &str, at: usize) -> bool {
    code[..at]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// How many `mod x { … }` of this file are open at `at`.
fn inline_modules(code: &str, at: usize) -> usize {
    let mut open = Vec::new();
    let mut statement = String::new();
    for c in code[..at].chars() {
        match c {
            '{' => {
                let words: Vec<&str> = statement.split_whitespace().collect();
                open.push(words.len() >= 2 && words[words.len() - 2] == "mod");
                statement.clear();
            }
            '}' => {
                open.pop();
                statement.clear();
            }
            ';' => statement.clear(),
            _ => statement.push(c),
        }
    }
    open.into_iter().filter(|module| *module).count()
}

/// What `use` statements import, groups expanded: (line, path).
fn uses(code: &str) -> Vec<(usize, String)> {
    code.match_indices("use ")
        .filter(|(at, _)| !name_runs_into(code, *at))
        .flat_map(|(at, _)| {
            let line = line_of(code, at);
            expand(&code[at + "use ".len()..])
                .into_iter()
                .map(move |path| (line, path))
        })
        .collect()
}

/// `a::{b, c::{d, e}}; …` to `a::b`, `a::c::d`, `a::c::e`. Ends where the path ends.
fn expand(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    tree(text, "", &mut found);
    found
}

/// Reads one tree of a use statement and returns what follows it.
fn tree<'a>(text: &'a str, prefix: &str, found: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            let after = tree(rest, prefix, found).trim_start();
            // `as name`, which does not matter here.
            let after = after.trim_start_matches(|c: char| c != ',' && c != '}' && c != ';');
            match after.strip_prefix(',') {
                Some(after) => rest = after,
                None => return after.strip_prefix('}').unwrap_or(after),
            }
        }
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}::{name}")
    };
    match rest.trim_start().strip_prefix("::") {
        // A turbofish ends the path.
        Some(deeper) if !deeper.trim_start().starts_with('<') => tree(deeper, &path, found),
        _ => {
            found.push(path);
            rest
        }
    }
}

/// The code with comments, strings and characters blanked, line for line.
fn code_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes: Vec<char> = text.chars().collect();
    let mut at = 0;
    let blank = |out: &mut String, c: char| out.push(if c == '\n' { '\n' } else { ' ' });
    while let Some(&c) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let end = match (c, next) {
            ('/', Some('/')) => (at..bytes.len())
                .find(|&i| bytes[i] == '\n')
                .unwrap_or(bytes.len()),
            ('/', Some('*')) => end_of_comment(&bytes, at),
            ('"', _) => end_of_string(&bytes, at),
            ('r', Some('"' | '#')) if !out.ends_with(|c: char| c.is_alphanumeric() && c != 'b') => {
                end_of_raw_string(&bytes, at)
            }
            // A character, as opposed to a lifetime.
            ('\'', Some('\\')) => (at + 3..bytes.len())
                .find(|&i| bytes[i] == '\'')
                .map_or(bytes.len(), |i| i + 1),
            ('\'', Some(_)) if bytes.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            out.push(c);
            at += 1;
        }
        while at < end {
            blank(&mut out, bytes[at]);
            at += 1;
        }
    }
    out
}

fn end_of_comment(text: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn end_of_string(text: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// `start` itself when this is no raw string (`r#type`).
fn end_of_raw_string(text: &[char], start: usize) -> usize {
    let hashes = text[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    if text.get(open) != Some(&'"') {
        return start;
    }
    (open + 1..text.len())
        .find(|&i| {
            text[i] == '"' && text[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes
        })
        .map_or(text.len(), |i| i + 1 + hashes)
}

#[test]
fn forbidden_layers_are_found_in_every_way_of_writing() {
    let planted = [
        ("src/model/x.rs", "use crate::store::Log;"),
        (
            "src/store/x.rs",
            "use crate::{model::Ms, query::{self, Plan}};",
        ),
        (
            "src/store/x.rs",
            "use crate::{\n    model::Ms,\n    ui::Theme,\n};",
        ),
        (
            "src/app/update.rs",
            "fn f() { let x = crate::source::start(); }",
        ),
        (
            "src/app/update.rs",
            "fn f(x: &crate :: x, y: Vec<crate::ui::Pane>) {}",
        ),
        ("src/query/x.rs", "use super::super::project::Session;"),
        ("src/query.rs", "use super::project::Session;"),
        (
            "src/query.rs",
            "#[cfg(test)]\nmod tests { use super::super::app::State; }",
        ),
        (
            "src/model.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::store::Log;\n}",
        ),
        ("src/term/x.rs", "pub(in crate::ui) fn f() {}"),
        ("src/ui/x.rs", "use crate::term::Screen;"),
        ("src/runtime/x.rs", "use crate::cli::Args;"),
        ("src/stream/x.rs", "use crate::app::State;"),
        ("src/model/x.rs", "use crate::*;"),
        ("src/model/x.rs", "use crate as root;"),
        ("src/newcomer.rs", ""),
        ("src/model/mod.rs", ""),
    ];
    for (path, code) in planted {
        assert!(
            !offences(path, code).is_empty(),
            "not found in {path}: {code}"
        );
    }
}

#[test]
fn forbidden_texts_are_found_and_say_where() {
    let planted = [
        ("src/app/x.rs", "use ratatui::layout::Rect;"),
        ("src/cli/x.rs", "use crossterm::event;"),
        ("src/runtime/x.rs", "use redis::Value;"),
        ("src/project/x.rs", "let x = tokio::spawn(f);"),
        ("src/ui/x.rs", "let t = std::time::Instant::now();"),
        ("src/ui/x.rs", "use std::time::{Duration, SystemTime};"),
        ("src/model/x.rs", "chrono::Utc::now()"),
        ("src/query/x.rs", "let home = std::env::var(\"HOME\");"),
        ("src/query/x.rs", "use std::{fmt, fs::File};"),
        (
            "src/source/x.rs",
            "let (a, b) = tokio::sync::mpsc::unbounded_channel();",
        ),
        ("src/term/x.rs", "#[allow(dead_code)]"),
        ("src/lib.rs", "#![allow(clippy::all)]"),
    ];
    for (path, code) in planted {
        let found = offences(path, &format!("\n{code}\n"));
        assert!(!found.is_empty(), "not found in {path}: {code}");
        assert!(found[0].starts_with(&format!("{path}:2: ")), "{found:?}");
    }
    assert!(!offences("src/cli/x.rs", &"\n".repeat(MAX_LINES + 1)).is_empty());
}

#[test]
fn what_is_allowed_is_left_alone() {
    let fine = [
        (
            "src/store/x.rs",
            "use crate::{model::{Ms, Event}, store::Log};",
        ),
        (
            "src/store/x.rs",
            "use super::super::store::Log; use super::Page;",
        ),
        ("src/store/log/tests.rs", "use super::super::Page;"),
        (
            "src/store/x.rs",
            "mod tests { use super::*; use super::super::Page; }",
        ),
        (
            "src/source/x.rs",
            "use redis::Value; use tokio::sync::mpsc;",
        ),
        (
            "src/model/x.rs",
            "// see crate::store::Log and std::io\nlet s = \"crate::ui::x\";",
        ),
        (
            "src/model/x.rs",
            "/// [`crate::store::Log`]\nlet s = r#\"use tokio::x \"quoted\" \"#;",
        ),
        (
            "src/model/x.rs",
            "fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' } // tokio::",
        ),
        (
            "src/query/x.rs",
            "struct InstantReplay; use std::time::Duration; use std::{fmt, iter};",
        ),
        (
            "src/query/x.rs",
            "crate::query::parse(); my_crate::ui::x(); $crate::query::x();",
        ),
        (
            "src/config/x.rs",
            "use crate::{runtime, ui::Theme, stream::Config};",
        ),
        ("src/main.rs", "lookback::cli::run()"),
    ];
    for (path, code) in fine {
        assert_eq!(offences(path, code), Vec::<String>::new(), "{path}: {code}");
    }
}
