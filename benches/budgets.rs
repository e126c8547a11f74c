//! Every budget in one table: goal, limit, peer and ours. Starts each bench that has budgets, in one run on this machine, and
//! gathers what it kept.
//!
//! `cargo bench --bench budgets` measures all; `-- --quick` in short; `-- --kept` shows what was measured last and runs nothing; a
//! bench's name takes that one alone anew (`-- scan seek`). In a plain `cargo bench` the benches that come after this one
//! show the figures they have just given. Goals: DESIGN, section 9.

#[path = "support/budget.rs"]
#[expect(dead_code, reason = "this one gathers and measures nothing itself")]
mod budget;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use budget::{Line, Table, text};

/// Those with budgets, in the order of the table.
const BENCHES: [&str; 8] = [
    "load", "files", "scan", "seek", "frame", "latency", "growth", "tiers",
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |word: &str| words.iter().any(|given| given == word);
    let chosen: Vec<&str> = match BENCHES.into_iter().filter(|b| asked(b)).collect::<Vec<_>>() {
        _ if asked("--kept") => Vec::new(),
        some if some.is_empty() => BENCHES.to_vec(),
        some => some,
    };
    if !chosen.is_empty() {
        build(&chosen);
    }
    let failed: Vec<&str> = chosen
        .into_iter()
        .filter(|bench| !run(bench, asked("--quick")))
        .collect();
    let mut lines = Vec::new();
    for bench in BENCHES {
        lines.extend(lines_of(bench, failed.contains(&bench)));
    }
    print!("{}", text(&lines));
    let missed = lines.iter().filter(|line| line.met == Some(false)).count();
    let met = lines.iter().filter(|line| line.met == Some(true)).count();
    println!("{met} met, {missed} not met");
    assert!(failed.is_empty(), "without figures: {failed:?}");
}

/// What a bench kept; where it has failed now, that it has, and nothing that is old.
fn lines_of(bench: &str, failed: bool) -> Vec<Line> {
    match Table::kept(bench).filter(|_| !failed) {
        Some(table) => table
            .lines
            .into_iter()
            .map(|line| marked(line, &table.profile, table.quick))
            .collect(),
        None => vec![Line {
            what: format!("({bench})"),
            goal: String::new(),
            limit: String::new(),
            peer: String::new(),
            ours: "no figures".to_owned(),
            met: None,
        }],
    }
}

/// Figures of a short run or of another build say so.
fn marked(mut line: Line, profile: &str, quick: bool) -> Line {
    if quick {
        line.what += " (quick)";
    }
    if profile != "release" {
        line.what = format!("{} ({profile} build)", line.what);
    }
    line
}

/// All at once, so that no bench is disturbed by the next one's compiler.
fn build(benches: &[&str]) {
    let mut cargo = cargo();
    cargo.arg("--no-run");
    for bench in benches {
        cargo.args(["--bench", bench]);
    }
    let built = cargo.status().expect("cargo can be started");
    assert!(built.success(), "the benches do not build");
}

fn run(bench: &str, quick: bool) -> bool {
    let mut cargo = cargo();
    cargo.args(["--bench", bench, "--"]);
    if quick {
        cargo.arg("--quick");
    }
    cargo.env(budget::RUN, budget::this_run());
    // Its lines are a part of our table; what else it tells is told too, where it does not disturb that.
    let ended = cargo.stdout(Stdio::from(io::stderr())).status();
    ended.is_ok_and(|ended| ended.success())
}

/// The same cargo, the same profile, the same target directory.
fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
        .args(["bench", "--quiet", "--target-dir"])
        .arg(target());
    let profile = match budget::profile() {
        // The one directory that is not called as its profile.
        directory if directory == "debug" => "dev".to_owned(),
        directory => directory,
    };
    if profile != "release" {
        cargo.args(["--profile", &profile]);
    }
    cargo
}

fn target() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().unwrap_or(tmp).to_path_buf()
}
