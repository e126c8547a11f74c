//! `audit verify FILE`: names the first line that was altered, removed, moved, put in or torn.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::screen::number::grouped;
use crate::cli::failure::{Failure, Status, say};
use crate::cli::setup::Setup;
use crate::stream::{Chain, ChainFault, FaultKind, Hash, verify_chain};

/// Bytes read at once.
const READ_BYTES: usize = 1 << 20;

/// Arguments of `audit verify`.
#[derive(clap::Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The audit file
    #[arg(value_name = "FILE")]
    pub path: PathBuf,
    /// A hash that was noted before: a line with it has to be there
    #[arg(long, value_name = "HASH", value_parser = hash)]
    pub head: Option<Hash>,
    /// How many lines were noted with it: at least so many have to be there, and the one of that number has to have that hash
    #[arg(long, value_name = "N")]
    pub entries: Option<u64>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: VerifyFormat,
}

/// How the finding is written.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VerifyFormat {
    /// For people.
    #[default]
    Text,
    /// One object.
    Json,
}

/// Reads the value of `--head`.
fn hash(text: &str) -> Result<Hash, String> {
    let wanted = "a hash is 64 hexadecimal digits, as `audit verify` writes it";
    Hash::from_hex(text.to_ascii_lowercase().as_bytes()).ok_or_else(|| wanted.to_owned())
}

/// Reads the file once and tells what it found.
pub fn run(args: &VerifyArgs, setup: &Setup) -> Result<Status, Failure> {
    let path = args.path.as_path();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut noted = Noted::new(args);
    let chain = verify_chain(BufReader::with_capacity(READ_BYTES, file), |sealed| {
        noted.pass(sealed.n, sealed.hash);
    });
    let mut chain = chain.map_err(|error| unreadable(path, &error))?;
    if chain.fault.is_none() {
        chain.fault = noted.fault(&chain);
    }
    let mut out = setup.out();
    match args.format {
        VerifyFormat::Json => writeln!(out, "{}", as_json(&chain))?,
        VerifyFormat::Text if chain.fault.is_none() => text(&mut out, &chain)?,
        VerifyFormat::Text => {}
    }
    out.flush()?;
    match &chain.fault {
        None => Ok(Status::Done),
        Some(fault) => Err(refusal(path, &chain, fault)),
    }
}

/// What was noted of the file before, and whether it passed.
struct Noted {
    head: Option<Hash>,
    entries: Option<u64>,
    /// The hash of the line whose number was noted.
    there: Option<Hash>,
    passed: bool,
}

impl Noted {
    fn new(args: &VerifyArgs) -> Self {
        Self {
            head: args.head,
            entries: args.entries,
            there: None,
            // An empty file has the head of zeros.
            passed: args.head == Some(Hash::ZERO),
        }
    }

    fn pass(&mut self, n: u64, hash: Hash) {
        if self.entries == Some(n) {
            self.there = Some(hash);
        }
        self.passed |= self.head == Some(hash);
    }

    fn fault(&self, chain: &Chain) -> Option<ChainFault> {
        let (next, lines) = (chain.lines + 1, chain.lines);
        let cut = |expected: String| ChainFault {
            line: next,
            kind: FaultKind::Cut,
            expected,
            found: format!("{lines} lines"),
        };
        if let Some(entries) = self.entries.filter(|entries| *entries > lines) {
            return Some(cut(format!("{entries} lines")));
        }
        let head = self.head?;
        match (self.entries, self.there) {
            (Some(n), Some(there)) if there != head => Some(ChainFault {
                line: n,
                kind: FaultKind::Replaced,
                expected: format!("the hash {head}, which was noted"),
                found: there.to_string(),
            }),
            (None, _) if !self.passed => Some(cut(format!("a line with the hash {head}"))),
            _ => None,
        }
    }
}

fn text(out: &mut impl Write, chain: &Chain) -> io::Result<()> {
    writeln!(out, "lines    {}", grouped(chain.lines))?;
    if let (Some((first, last)), Some((from, to))) = (chain.entries, &chain.written) {
        writeln!(out, "first    {first}, written {from}")?;
        writeln!(out, "last     {last}, written {to}")?;
    }
    writeln!(out, "head     {}", chain.head)?;
    writeln!(
        out,
        "every line is as it was written, and none is missing before the last"
    )
}

fn as_json(chain: &Chain) -> serde_json::Value {
    let fault = chain.fault.as_ref().map(|fault| {
        json!({
            "line": fault.line,
            "kind": fault.kind.word(),
            "expected": fault.expected,
            "found": fault.found,
        })
    });
    let (first, last) = chain.entries.unzip();
    let (from, to) = chain.written.clone().unzip();
    json!({
        "ok": fault.is_none(),
        "lines": chain.lines,
        "bytes": chain.bytes,
        "first": first,
        "last": last,
        "written_from": from,
        "written_to": to,
        "head": chain.head.to_string(),
        "fault": fault,
    })
}

fn refusal(path: &Path, chain: &Chain, fault: &ChainFault) -> Failure {
    if chain.lines > 0 && fault.kind != FaultKind::Cut {
        let lines = grouped(chain.lines);
        say(
            "note",
            &format!(
                "the first {lines} lines hold, up to the hash {}",
                chain.head
            ),
        );
    }
    let hint = match fault.kind {
        FaultKind::Torn => {
            "a crash leaves such a line, and `audit` cuts it off when it goes on: its entry was not acknowledged"
        }
        FaultKind::Cut => "lines at the end were removed, or the hash belongs to another file",
        _ => "compare with a copy of the file: from this line on it proves nothing",
    };
    Failure::new(Status::Failed, format!("{}: {fault}", path.display()), hint)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("{} cannot be read: {error}", path.display());
    Failure::new(Status::Failed, message, "name an audit file")
}
