//! Entries as agents write them, made by counting: fast, the same in every run, and any part of the log by itself.

use std::ops::Range;
use std::sync::Arc;

use lookback::model::{EntryId, Mapping, Ms};
use lookback::store::{Page, PageBuilder};

const START_MS: Ms = 1_700_000_000_000;
/// One entry in so many is an error, and every failure is one of so many kinds.
const ERROR_EVERY: u64 = 40;
const FAILURES: u64 = 60;
const SAID: [&str; 4] = [
    "Please look at the next step of the plan: the answer depends on what the tool said before.",
    "The setting lives in notes/2026.md; I changed it and ran the check again.",
    "Yes, and keep the old name for now.",
    "Let me break this into steps: first the export, then the invoice, then the mail to the customer with both.",
];

/// Chance that a seed decides (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
}

/// Agents at work, 100 events a second.
pub struct Agents {
    /// So many sessions at once.
    pub open: u64,
    /// Events of each.
    pub entries_each: u64,
}

impl Agents {
    /// 200 sessions at once, each of 60 events, over two minutes.
    pub fn conversations() -> Self {
        Self {
            open: 200,
            entries_each: 60,
        }
    }

    /// 20 sessions for all of the log, as where an agent's name stands for the session.
    pub fn endless() -> Self {
        Self {
            open: 20,
            entries_each: u64::MAX,
        }
    }

    /// These entries.
    pub fn page(&self, entries: Range<u64>) -> Page {
        let mut page = PageBuilder::new(Arc::new(Mapping::default()));
        for n in entries {
            self.push(&mut page, n);
        }
        page.finish()
    }

    fn push(&self, page: &mut PageBuilder, n: u64) {
        let mut chance = Chance(n);
        let slot = chance.below(self.open);
        let session = format!("sess-{slot}-{}", n / self.open / self.entries_each);
        let user = format!("user-{}", slot % 70);
        let event_id = format!("evt-{}", ms(n) * 1_000_000 + n % 10);
        let time = (ms(n) / 1_000).to_string();
        let mut fields: Vec<(&[u8], &[u8])> = vec![
            (b"id", event_id.as_bytes()),
            (b"session_id", session.as_bytes()),
            (b"user_id", user.as_bytes()),
            (b"timestamp", time.as_bytes()),
        ];
        let number = (chance.below(900) + 20).to_string();
        let latency = (chance.below(4_000) + 80).to_string();
        let failure = failure(chance.below(FAILURES), chance.below(90));
        let said = SAID[usize::try_from(chance.below(SAID.len() as u64)).unwrap_or(0)];
        let more: &[(&[u8], &[u8])] = match chance.below(ERROR_EVERY) {
            0 => &[
                (b"type", b"error.occurred"),
                (b"code", b"tool_error"),
                (b"error", failure.as_bytes()),
                (b"latency_ms", latency.as_bytes()),
            ],
            1..8 => &[
                (b"type", b"search.performed"),
                (b"query", said.as_bytes()),
                (b"results_count", number.as_bytes()),
                (b"latency_ms", latency.as_bytes()),
            ],
            8..24 => &[
                (b"type", b"message.added"),
                (b"role", b"user"),
                (b"content", said.as_bytes()),
                (b"tokens", number.as_bytes()),
            ],
            _ => &[
                (b"type", b"message.added"),
                (b"role", b"assistant"),
                (b"content", said.as_bytes()),
                (b"tokens", number.as_bytes()),
                (b"latency_ms", latency.as_bytes()),
            ],
        };
        fields.extend(more);
        page.push(b"memory:events", EntryId::new(ms(n), 0), &fields);
    }
}

/// When the nth entry was written.
pub fn ms(n: u64) -> Ms {
    START_MS + n * 10
}

/// Kinds are told apart by a word, since numbers are masked.
fn failure(kind: u64, n: u64) -> String {
    let letter = |n: u64| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0));
    let word: String = [kind / 26, kind, 7 * kind].map(letter).iter().collect();
    format!("the tool {word} did not answer within {n} s")
}
