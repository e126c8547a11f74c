//! A file as `export` writes it, about 320 bytes a line, of entries as the reference producer writes them.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::ops::Range;
use std::path::Path;

use lookback::model::EntryId;
use lookback::source::line;

const STREAM: &[u8] = b"memory:events";
/// The id of the first entry, ms; the next is one more.
const FIRST: u64 = 1_700_000_000_000;
const SAID: [&str; 4] = [
    "Please look at the next step of the plan: the answer depends on what the tool said before, and on the export of March.",
    "The setting lives in notes/2026.md; I changed it and ran the check again. Both warnings are gone, as far as I can see here.",
    "Yes, and keep the old name for now.",
    "Let me break this into steps: first the export, then the invoice, then the mail to the customer with both, and last the note.",
];

/// The id of an entry.
pub fn id(n: u64) -> EntryId {
    EntryId::new(FIRST + n, 0)
}

/// Writes so many lines.
pub fn fill(path: &Path, entries: u64) -> io::Result<u64> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut text = Vec::new();
    for n in 0..entries {
        text.clear();
        push(&mut text, n);
        file.write_all(&text)?;
    }
    file.flush()?;
    Ok(std::fs::metadata(path)?.len())
}

/// The same file, compressed.
pub fn pack(from: &Path, gz: &Path, lz4: &Path) -> io::Result<()> {
    let mut plain = File::open(from)?;
    let (gz, lz4) = (File::create(gz)?, File::create(lz4)?);
    let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(lz4);
    let mut block = vec![0; 1 << 20];
    loop {
        let count = plain.read(&mut block)?;
        let bytes = block.get(..count).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        gz.write_all(bytes)?;
        lz4.write_all(bytes)?;
    }
    gz.finish()?;
    lz4.finish()?;
    Ok(())
}

/// The lines of these entries.
pub fn text(entries: Range<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    for n in entries {
        push(&mut out, n);
    }
    out
}

fn push(out: &mut Vec<u8>, n: u64) {
    let time = 1_700_000_000 + n / 1000;
    let mut fields: Vec<(&str, String)> = vec![
        ("id", format!("evt-{}", time * 1_000_000_000 + n * 1_003)),
        ("type", String::new()),
        (
            "session_id",
            format!("sess-{:08x}", n * 7919 % 5000 * 65_537),
        ),
        ("user_id", format!("user-{}", n % 500)),
        ("timestamp", time.to_string()),
    ];
    let kind = match n % 40 {
        7 => {
            let error = format!("no answer after {} ms", 10_000 + n % 90_000);
            fields.push(("error", error));
            fields.push(("code", "tool_timeout".to_owned()));
            fields.push(("latency_ms", (n * 17 % 9_000).to_string()));
            "error.occurred"
        }
        8 => {
            fields.push(("duration_minutes", format!("{}.5", n % 60)));
            fields.push(("total_messages", (n % 90).to_string()));
            "session.ended"
        }
        9 => {
            fields.push(("ip", format!("10.0.0.{}", n % 254)));
            fields.push(("user_agent", "agent/1.4".to_owned()));
            "session.started"
        }
        10..=12 => {
            fields.push(("query", format!("invoice {}", n % 10_000)));
            fields.push(("results_count", (n % 20).to_string()));
            fields.push(("latency_ms", (n * 17 % 300).to_string()));
            "search.performed"
        }
        _ => {
            message(&mut fields, n);
            "message.added"
        }
    };
    if let Some(place) = fields.get_mut(1) {
        kind.clone_into(&mut place.1);
    }
    let fields: Vec<(&[u8], &[u8])> = fields
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    line::write_entry(out, id(n), STREAM, &fields);
}

fn message(fields: &mut Vec<(&str, String)>, n: u64) {
    let said = usize::try_from(n % 4).ok().and_then(|at| SAID.get(at));
    let said = said.copied().unwrap_or_default();
    let role = if n.is_multiple_of(2) {
        "user"
    } else {
        "assistant"
    };
    fields.push(("role", role.to_owned()));
    fields.push(("tokens", (said.len() / 4).to_string()));
    fields.push(("content", said.to_owned()));
    if role == "assistant" {
        fields.push(("latency_ms", (n * 31 % 2_000).to_string()));
    }
}
