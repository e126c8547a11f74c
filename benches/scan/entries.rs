//! A log of messages and failures, made by counting: the same in every run.

use std::ops::Range;
use std::sync::Arc;

use lookback::model::{EntryId, Mapping};
use lookback::store::{Chunk, Log, Page, PageBuilder, Snapshot};

const PAGE: usize = 1_000;

/// So many of them.
pub fn log(entries: u64) -> Snapshot {
    let mut log = Log::default();
    for from in (0..entries).step_by(PAGE) {
        log.append(&page(from..entries.min(from + PAGE as u64)));
    }
    log.snapshot()
}

/// The same entries in runs as long as a chunk, their fields plain and compressed.
pub fn runs(entries: u64) -> [Vec<Page>; 2] {
    let starts = (0..entries).step_by(Chunk::FULL_LEN);
    let plain: Vec<Page> = starts
        .map(|from| page(from..entries.min(from + Chunk::FULL_LEN as u64)))
        .collect();
    let cold = plain.iter().map(|page| Page {
        payloads: page.payloads.frozen(),
        ..page.clone()
    });
    let cold = cold.collect();
    [plain, cold]
}

fn page(entries: Range<u64>) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for n in entries {
        push(&mut builder, n);
    }
    builder.finish()
}

fn push(builder: &mut PageBuilder, n: u64) {
    let error = n.is_multiple_of(8);
    let id = format!("evt-{}", 1_700_000_000_000_000_000 + n * 1_000_003);
    let (session, user) = (
        format!("sess-{:04x}-{}", n * 7919 % 5000, n % 13),
        format!("user-{}", n % 500),
    );
    let (tokens, time) = (
        (n * 31 % 900).to_string(),
        (1_700_000_000 + n / 1000).to_string(),
    );
    let said = match n % 5000 {
        17 => {
            "Please look at the next step of the plan: the Quokka of the North is waiting at the gate."
        }
        _ => {
            "Please look at the next step of the plan: the answer depends on what the tool said before."
        }
    };
    let kind = if error {
        "error.occurred"
    } else {
        "message.added"
    };
    let mut fields: Vec<(&[u8], &[u8])> = vec![
        (b"id", id.as_bytes()),
        (b"type", kind.as_bytes()),
        (b"session_id", session.as_bytes()),
        (b"user_id", user.as_bytes()),
        (b"timestamp", time.as_bytes()),
        (b"tokens", tokens.as_bytes()),
        (b"content", said.as_bytes()),
    ];
    if error {
        fields.push((b"error", b"Timeout after 30 s"));
    }
    builder.push(
        b"memory:events",
        EntryId::new(1_700_000_000_000 + n, 0),
        &fields,
    );
}
