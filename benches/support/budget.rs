//! What a bench found, as lines that say goal, limit, peer and ours: printed as one table on standard output, and kept in
//! `target/budgets/BENCH.json`, from which `cargo bench --bench budgets` makes the table of all of them.
//!
//! Progress belongs on standard error. `-- --quick` asks for a short run: its figures are marked as such.

use std::fs;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Set by `budgets` for the benches that it starts: the process whose run they belong to.
pub const RUN: &str = "LOOKBACK_BUDGETS_RUN";

/// One budget. Figures carry their unit; what is not known says why (`lnav is not installed`).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// What is measured, with its size: `filter 1 M: substring`.
    pub what: String,
    /// What ours should be: `≤ 10 ms`.
    pub goal: String,
    /// The least that is possible, measured in this run: `memmem 5.4 ms`.
    pub limit: String,
    /// What others need, measured in this run: `DuckDB 21 ms`.
    pub peer: String,
    /// What was measured.
    pub ours: String,
    /// Whether ours is within the goal; none where there is no goal.
    pub met: Option<bool>,
}

/// The lines of one bench.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// Its name in Cargo.toml.
    pub bench: String,
    /// Whether this is a short run.
    pub quick: bool,
    /// How it was built: `release`.
    pub profile: String,
    /// The process that the run belongs to.
    pub run: String,
    /// In the order in which they are shown.
    pub lines: Vec<Line>,
}

impl Table {
    /// Begins a bench. Where `budgets` has taken its figures in this very run of cargo, shows those and ends the program: nothing is
    /// measured twice.
    pub fn begin(bench: &str) -> Self {
        let table = Self {
            bench: bench.to_owned(),
            quick: std::env::args().any(|argument| argument == "--quick"),
            profile: profile(),
            run: std::env::var(RUN).unwrap_or_else(|_| this_run()),
            lines: Vec::new(),
        };
        if let Some(kept) = Self::kept(bench).filter(|kept| {
            kept.run == table.run && std::env::var(RUN).is_err() && kept.profile == table.profile
        }) {
            eprintln!("{bench}: measured a moment ago, for the table of budgets");
            print!("{}", text(&kept.lines));
            std::process::exit(0);
        }
        eprintln!("{bench}: {} build", table.profile);
        table
    }

    /// The figures that were kept last, if any.
    pub fn kept(bench: &str) -> Option<Self> {
        serde_json::from_str(&fs::read_to_string(path(bench)).ok()?).ok()
    }

    /// One more line, told at once on standard error.
    pub fn line(&mut self, line: Line) {
        eprintln!("  {}: {} (goal {})", line.what, line.ours, line.goal);
        self.lines.push(line);
    }

    /// Prints the table and keeps it.
    pub fn finish(self) {
        print!("{}", text(&self.lines));
        let path = path(&self.bench);
        let json = serde_json::to_string_pretty(&self).expect("plain text");
        fs::create_dir_all(path.parent().expect("it is in a directory"))
            .and_then(|()| fs::write(&path, json))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// One aligned table.
pub fn text(lines: &[Line]) -> String {
    let head = ["what", "goal", "limit", "peer", "ours", "met"].map(str::to_owned);
    let rows: Vec<[String; 6]> = std::iter::once(head)
        .chain(lines.iter().map(cells))
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut out = String::new();
    for row in &rows {
        let padded = row.iter().zip(widths);
        let padded: Vec<String> = padded
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        out += padded.join("  ").trim_end();
        out.push('\n');
    }
    out
}

fn cells(line: &Line) -> [String; 6] {
    let met = match line.met {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "–",
    };
    let Line {
        what,
        goal,
        limit,
        peer,
        ours,
        met: _,
    } = line.clone();
    [what, goal, limit, peer, ours, met.to_owned()].map(|cell| {
        if cell.is_empty() {
            "–".to_owned()
        } else {
            cell
        }
    })
}

fn path(bench: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    target
        .expect("tmp is in the target directory")
        .join("budgets")
        .join(format!("{bench}.json"))
}

/// The cargo that started this process: its id, and when it began, since ids come again.
pub fn this_run() -> String {
    let id = parent_id();
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: field 22, the second being a name in brackets.
    let since = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split(' ').nth(20));
    format!("{id} since {}", since.unwrap_or_default())
}

/// The directory that the bench was built into, as cargo names it after the profile.
pub fn profile() -> String {
    let program = std::env::current_exe().unwrap_or_default();
    let built_into = program.ancestors().nth(2).and_then(Path::file_name);
    built_into
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
