//! `audit verify FILE`: names the first line that was altered, removed, moved, put in or torn.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::app::screen::number::grouped;
use crate::cli::failure::{Failure, Status, say};
use crate::cli::setup::Setup;
use crate::model::SafeText;
use crate::source::{Access, RedisSpec};
use crate::stream::{Against, Chain, ChainFault, FaultKind, Hash, hold_against, verify_chain};

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
    /// Hold the file against the stream too: every entry there from the file's oldest to its newest has to be in the file
    #[arg(long)]
    pub against: bool,
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

/// Reads the file once and tells what it found; with `--against` again, beside the stream.
pub async fn run(args: &VerifyArgs, setup: &Setup) -> Result<Status, Failure> {
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
    let held = match stream_of(args, setup)? {
        Some((spec, stream)) if chain.fault.is_none() => {
            let held = hold_against(path, &spec, stream.as_bytes()).await?;
            Some((stream, held))
        }
        _ => None,
    };
    let mut out = setup.out();
    match args.format {
        VerifyFormat::Json => writeln!(out, "{}", as_json(&chain, held.as_ref()))?,
        VerifyFormat::Text if chain.fault.is_none() => text(&mut out, &chain)?,
        VerifyFormat::Text => {}
    }
    let is_text = args.format == VerifyFormat::Text;
    if let Some((stream, held)) = held.as_ref().filter(|_| is_text) {
        held_text(&mut out, stream, held)?;
    }
    out.flush()?;
    if let Some(fault) = &chain.fault {
        return Err(refusal(path, &chain, fault));
    }
    match held {
        Some((stream, held)) if held.missing > 0 => Err(missing(path, &stream, &held)),
        _ => Ok(Status::Done),
    }
}

/// The stream to hold it against, where that was asked for.
fn stream_of(args: &VerifyArgs, setup: &Setup) -> Result<Option<(RedisSpec, String)>, Failure> {
    if !args.against {
        return Ok(None);
    }
    let (spec, stream) = setup.writer_of_one()?;
    let spec = RedisSpec {
        access: Access::ReadOnly,
        ..spec
    };
    Ok(Some((spec, stream)))
}

fn held_text(out: &mut impl Write, stream: &str, held: &Against) -> io::Result<()> {
    let stream = SafeText::line(stream.as_bytes(), 80);
    let Some((oldest, newest)) = held.range else {
        return writeln!(out, "against  `{stream}`: the file holds no entry of it");
    };
    let compared = grouped(held.compared);
    writeln!(
        out,
        "against  `{stream}`, {oldest} to {newest}: {compared} entries there"
    )?;
    if held.has_older {
        writeln!(
            out,
            "         the stream has older ones, which were not compared"
        )?;
    }
    if held.has_newer {
        writeln!(
            out,
            "         the stream has newer ones, which were not compared"
        )?;
    }
    Ok(())
}

fn missing(path: &Path, stream: &str, held: &Against) -> Failure {
    let first = held.first_missing.unwrap_or_default();
    let message = format!(
        "{}: {} of {} entries of `{stream}` are not in the file as they are in the stream, the first is {first}",
        path.display(),
        grouped(held.missing),
        grouped(held.compared),
    );
    let hint = "pending ones of the group may still come: `lookback groups`; else the group was moved past them";
    Failure::new(Status::Failed, message, hint)
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

fn as_json(chain: &Chain, held: Option<&(String, Against)>) -> Value {
    let fault = chain.fault.as_ref().map(|fault| {
        json!({
            "line": fault.line,
            "kind": fault.kind.word(),
            "expected": fault.expected,
            "found": fault.found,
        })
    });
    let against = held.map(|(stream, held)| {
        json!({
            "stream": stream,
            "compared": held.compared,
            "missing": held.missing,
            "first_missing": held.first_missing,
        })
    });
    let is_missing = held.is_some_and(|(_, held)| held.missing > 0);
    let (first, last) = chain.entries.unzip();
    let (from, to) = chain.written.clone().unzip();
    json!({
        "ok": fault.is_none() && !is_missing,
        "lines": chain.lines,
        "bytes": chain.bytes,
        "first": first,
        "last": last,
        "written_from": from,
        "written_to": to,
        "head": chain.head.to_string(),
        "fault": fault,
        "against": against,
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
