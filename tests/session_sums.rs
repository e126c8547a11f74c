//! What a log keeps of each session, against a recount of its entries one by one: with sessions of all sizes, events that come
//! twice, history that turns what was here into the repetition, and chunks that were frozen.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::Arc;

use lookback::model::{Class, EntryId, Flags, Mapping, Ms};
use lookback::project::timeline::SessionStatus;
use lookback::project::{Timeline, timeline};
use lookback::store::{Chunk, Columns, Cursor, Log, Page, PageBuilder, Symbol};
use proptest::prelude::*;

const PAGE: u64 = 900;
/// Two chunks of history, and two that came as they happened.
const MANY: u64 = 4 * Chunk::FULL_LEN as u64;

/// splitmix64.
fn mixed(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 27)
}

/// Session 0 has half of all entries, 1 a quarter, and so on; the last have but a few.
fn session(n: u64) -> u32 {
    mixed(n).trailing_zeros().min(13)
}

fn page(from: u64, to: u64, repeats_among: u64) -> Page {
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for n in from..to {
        let number = mixed(n ^ 0x5eed);
        let kind = match number % 7 {
            0 => "session.started",
            1 => "session.ended",
            2 => "error.occurred",
            _ => "message.added",
        };
        let session = format!("s{}", session(n));
        let event_id = format!("e{}", number % repeats_among);
        let user = format!("u{}", number % 5);
        let tokens = (number % 100).to_string();
        let mut fields: Vec<(&[u8], &[u8])> = vec![
            (b"type", kind.as_bytes()),
            (b"session_id", session.as_bytes()),
            (b"id", event_id.as_bytes()),
        ];
        if number.is_multiple_of(3) {
            fields.push((b"user_id", user.as_bytes()));
        }
        if number.is_multiple_of(11) {
            fields.push((b"tokens", tokens.as_bytes()));
        }
        page.push(b"e", EntryId::new(1_000 + n, 0), &fields);
    }
    page.finish()
}

/// The older half comes page by page as history, after some of the newer one.
fn log(repeats_among: u64) -> Log {
    let mut log = Log::default();
    let (mut old, mut new) = (MANY / 2, MANY / 2);
    while old > 0 || new < MANY {
        let to = (new + 2 * PAGE).min(MANY);
        log.append(&page(new, to, repeats_among));
        new = to;
        let from = old.saturating_sub(PAGE);
        log.prepend(&page(from, old, repeats_among));
        old = from;
    }
    log
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Recount {
    count: u64,
    user: Symbol,
    ends_ms: (Ms, Ms),
    messages: u64,
    errors: u64,
    tokens: Option<u64>,
    truncated: bool,
    ended: bool,
}

impl Recount {
    fn of_all(log: &Log, cursor: Cursor) -> HashMap<Symbol, Self> {
        let mut all: HashMap<Symbol, Self> = HashMap::new();
        for (_, chunk, rows) in log.chunks(log.first()..cursor) {
            for row in rows {
                let session = chunk.columns.session.get(row).unwrap();
                all.entry(session).or_default().add(&chunk.columns, row);
            }
        }
        all
    }

    fn add(&mut self, columns: &Columns, row: usize) {
        let flags = columns.flags.get(row).unwrap();
        let ms = columns.axis_ms.get(row).unwrap();
        if self.count == 0 {
            self.ends_ms.0 = ms;
            self.truncated = !flags.has(Flags::START);
        }
        self.ends_ms.1 = ms;
        self.count += 1;
        let user = columns.user.get(row).unwrap();
        if user.is_some() {
            self.user = user;
        }
        if flags.has(Flags::DUPLICATE) {
            return;
        }
        self.ended = flags.has(Flags::END);
        self.messages += u64::from(columns.class.get(row) == Some(Class::Message));
        self.errors += u64::from(flags.has(Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tokens = Some(self.tokens.unwrap_or(0) + tokens);
        }
    }

    fn told(line: &Timeline) -> Self {
        Self {
            count: line.count,
            user: line.user,
            ends_ms: (line.first_ms, line.last_ms),
            messages: line.messages,
            errors: line.errors,
            tokens: line.tokens,
            truncated: line.truncated,
            ended: line.status(line.last_ms) == SessionStatus::Ended,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]

    #[test]
    fn a_session_is_what_its_entries_add_up_to_wherever_the_playhead_stands(
        repeats_among in 1_000..200_000_u64,
        places in proptest::collection::vec(0..MANY, 1),
        frozen in any::<bool>(),
    ) {
        let mut log = log(repeats_among);
        prop_assert_eq!(log.len(), MANY);
        if frozen {
            let bases: Vec<_> = log.chunks(log.first()..log.end()).map(|(base, _, _)| base).collect();
            for base in bases {
                log.freeze(base, None);
            }
        }
        let first = log.first().next();
        let cursors = places.iter().map(|n| first.plus(*n).after());
        for cursor in cursors.chain([log.end()]) {
            let all = Recount::of_all(&log, cursor);
            for n in 0..14 {
                let Some(session) = log.symbol(format!("s{n}").as_bytes()) else {
                    continue;
                };
                let told = Recount::told(&timeline(&log, session, cursor));
                let counted = all.get(&session).cloned().unwrap_or_default();
                prop_assert_eq!(told, counted, "session {}", n);
            }
        }
    }

    #[test]
    fn sums_are_kept_and_stay_right_when_older_entries_come_that_repeat_what_they_counted(
        repeats_among in 20_000..60_000_u64,
    ) {
        let mut log = Log::default();
        for from in (MANY / 2..MANY).step_by(900) {
            log.append(&page(from, (from + PAGE).min(MANY), repeats_among));
        }
        let session = log.symbol(b"s1").unwrap();
        let kept = |log: &Log| {
            let chunks = log.chunks(log.first()..log.end());
            chunks.filter_map(|(_, chunk, _)| chunk.sums_of(session).copied()).collect::<Vec<_>>()
        };
        let before = kept(&log);
        prop_assert!(!before.is_empty());
        log.prepend(&page(0, 2_000, repeats_among));
        let after = kept(&log);
        prop_assert_ne!(&after, &before);
        let told = Recount::told(&timeline(&log, session, log.end()));
        let all = Recount::of_all(&log, log.end());
        prop_assert_eq!(Some(&told), all.get(&session));
    }
}
