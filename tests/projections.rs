//! Projections at random cursors against recounts of a plain list, over a log with sealed, joined and open chunks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::cast_precision_loss, reason = "counts are small here")]

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use lookback::app::layout::Size;
use lookback::app::{Action, Options, State, update};
use lookback::model::{self, Class, EntryId, Flags, Mapping, Ms, Zone};
use lookback::project::errors::{count_errors, count_errors_among, error_groups_among, trends};
use lookback::project::series::Current;
use lookback::project::timeline::SessionStatus;
use lookback::project::{ErrorGroup, Series, Window, density, error_groups, series, timeline};
use lookback::query::{Filter, Now, scan};
use lookback::store::{Arrival, Chunk, Cursor, Page, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;

const START: Ms = 1_700_000_000_000;
const IDLE_MS: Ms = 30 * 60 * 1000;
const MANY: usize = 40_000;

type Test = fn(&Told) -> bool;

/// An entry in plain words.
#[derive(Clone, Debug)]
struct Told {
    ms: Ms,
    session: Option<u16>,
    what: What,
    number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Starts,
    Ends,
    Says,
    Fails(u8),
}

impl Told {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = match self.what {
            What::Starts => vec![("type", "session.started".to_owned())],
            What::Ends => vec![("type", "session.ended".to_owned())],
            What::Says => vec![
                ("type", "message.added".to_owned()),
                ("tokens", (self.number % 300).to_string()),
                ("user_id", format!("user-{}", self.number % 7)),
            ],
            What::Fails(kind) => vec![
                ("type", "error.occurred".to_owned()),
                (
                    "error",
                    format!(
                        "{} after {} ms",
                        ["timeout", "no route", "refused"][usize::from(kind % 3)],
                        self.number
                    ),
                ),
            ],
        };
        if !self.number.is_multiple_of(3) {
            fields.push(("latency_ms", (self.number % 5_000).to_string()));
        }
        fields.extend(self.session.map(|s| ("session_id", format!("s{s}"))));
        fields
    }

    fn is_error(&self) -> bool {
        matches!(self.what, What::Fails(_))
    }

    fn latency(&self) -> Option<f64> {
        (!self.number.is_multiple_of(3)).then(|| f64::from(self.number % 5_000))
    }

    fn fingerprint(&self) -> Vec<u8> {
        let fields = self.fields();
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        model::fingerprint(&model::decode(
            b"e",
            EntryId::new(self.ms, 0),
            &fields,
            &Mapping::default(),
        ))
    }
}

fn page(told: &[Told], first: usize) -> Arc<Page> {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, told) in told.iter().enumerate() {
        let fields = told.fields();
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        builder.push(b"e", EntryId::new(told.ms, (first + n) as u64), &fields);
    }
    Arc::new(builder.finish())
}

/// The list, and the same in the state of an interface; the first `history` of them came as history.
struct Both {
    told: Vec<Told>,
    state: State,
}

impl Both {
    fn new(told: Vec<Told>, history: usize, size: usize) -> Self {
        let options = Options {
            place: String::new(),
            streams: String::new(),
            mapping: Arc::new(Mapping::default()),
            zone: Zone::Utc,
            memory_bytes: usize::MAX / 2,
            older_count: 0,
        };
        let mut state = State::new(options, START, Size::default());
        for at in (history..told.len()).step_by(size) {
            let page = page(&told[at..(at + size).min(told.len())], at);
            let arrival = Arrival::Newer {
                page,
                received_at: START,
            };
            update(&mut state, Action::Arrived(arrival));
        }
        for end in (1..=history).rev().step_by(size) {
            let from = end.saturating_sub(size);
            let page = page(&told[from..end], from);
            update(&mut state, Action::Arrived(Arrival::Older { page }));
        }
        assert_eq!(state.log.len(), told.len() as u64);
        Self { told, state }
    }

    fn cursor(&self, count: usize) -> Cursor {
        self.state.log.first().next().plus(count as u64).before()
    }

    fn index(&self, seq: Seq) -> usize {
        usize::try_from(seq.since(self.state.log.first().next())).unwrap()
    }

    fn at_ms(&self, count: usize) -> Ms {
        count
            .checked_sub(1)
            .map_or(START, |last| self.told[last].ms)
    }

    fn check(&self, count: usize, bars: usize) {
        let at_ms = self.at_ms(count);
        let window = Window::ending_at(&self.state.log, self.cursor(count), at_ms, bars);
        let found = series(
            &self.state.log,
            &self.state.activity,
            self.cursor(count),
            at_ms,
            window,
        );
        assert_eq!(
            found,
            self.series(count, at_ms, window),
            "first {count} in {window:?}"
        );
        self.check_errors(count, window);
        self.check_timeline(count);
    }

    fn series(&self, count: usize, at_ms: Ms, window: Window) -> Series {
        let past = &self.told[..count];
        let bucket = |n: usize| window.end_ms - window.bucket_ms * (window.count - n) as u64;
        let within = |n: usize| {
            past.iter()
                .filter(move |t| (bucket(n)..bucket(n + 1)).contains(&t.ms))
        };
        let moment = |n: usize| {
            if n + 1 == window.count {
                at_ms
            } else {
                bucket(n + 1)
            }
        };
        let buckets = 0..window.count;
        let current_ms = window.bucket_ms.max(10_000);
        let recent: Vec<&Told> = past
            .iter()
            .filter(|t| t.ms > at_ms.saturating_sub(current_ms))
            .collect();
        let errors = recent.iter().filter(|t| t.is_error()).count();
        let per_s = |n: usize| n as f64 * 1000.0 / current_ms as f64;
        let active: Vec<u32> = buckets.clone().map(|n| active(past, moment(n))).collect();
        Series {
            known: vec![true; window.count],
            events: buckets.clone().map(|n| number(within(n).count())).collect(),
            errors: buckets
                .clone()
                .map(|n| number(within(n).filter(|t| t.is_error()).count()))
                .collect(),
            p95_ms: buckets.map(|n| p95(within(n))).collect(),
            current: Current {
                events_per_s: per_s(recent.len()),
                errors_per_s: per_s(errors),
                error_share: (!recent.is_empty()).then(|| errors as f64 / recent.len() as f64),
                p95_ms: p95(recent.into_iter()),
                active: active.last().copied().unwrap_or_default(),
            },
            active,
        }
    }

    fn check_errors(&self, count: usize, window: Window) {
        let log = &self.state.log;
        let cursor = self.cursor(count);
        let past: Vec<(usize, &Told)> = self.told[..count]
            .iter()
            .enumerate()
            .filter(|(_, t)| t.is_error())
            .collect();
        let mut groups: HashMap<Vec<u8>, (u64, usize, Vec<u32>)> = HashMap::new();
        for (n, told) in &past {
            let group = groups
                .entry(told.fingerprint())
                .or_insert_with(|| (0, 0, vec![0; window.count]));
            (group.0, group.1) = (group.0 + 1, *n);
            let bucket = (0..window.count).find(|b| {
                told.ms < window.end_ms - window.bucket_ms * (window.count - 1 - b) as u64
            });
            if told.ms + window.bucket_ms * window.count as u64 >= window.end_ms {
                group.2[bucket.unwrap()] += 1;
            }
        }
        let found = error_groups(log, cursor);
        assert_eq!(self.plain(&found), ordered(&groups));
        let seqs = self.told.iter().enumerate().filter(|(_, t)| t.is_error());
        let seqs = seqs.map(|(n, _)| log.first().next().plus(n as u64));
        let seqs: Vec<Seq> = seqs.collect();
        let is_among = |seq| seqs.binary_search(&seq).is_ok();
        assert_eq!(error_groups_among(log, is_among, cursor), found);
        let (first, half) = (log.first(), self.cursor(count / 2));
        for range in [first..half, half..cursor, first..cursor] {
            assert_eq!(
                count_errors_among(log, is_among, range.clone()),
                count_errors(log, range)
            );
        }
        self.check_errors_among(cursor, &past);
        let trends = trends(log, cursor, window);
        for group in &found {
            let none = vec![0; window.count];
            let trend = trends.get(&group.fingerprint).unwrap_or(&none);
            assert_eq!(*trend, groups[log.strings().get(group.fingerprint)].2);
        }
        let half = self.cursor(count / 2);
        let later = past.iter().filter(|(n, _)| *n >= count / 2).count();
        assert_eq!(count_errors(log, half..cursor), later as u64);
    }

    /// Among some entries, that fail or not.
    fn check_errors_among(&self, cursor: Cursor, past: &[(usize, &Told)]) {
        let first = self.state.log.first().next();
        let is_among = |n: usize| !n.is_multiple_of(3);
        let among = (0..self.told.len()).filter(|n| is_among(*n));
        let among: Vec<Seq> = among.map(|n| first.plus(n as u64)).collect();
        let is_among_seq = |seq| among.binary_search(&seq).is_ok();
        let found = error_groups_among(&self.state.log, is_among_seq, cursor);
        let mut wanted: HashMap<Vec<u8>, (u64, usize)> = HashMap::new();
        for (n, told) in past.iter().filter(|(n, _)| is_among(*n)) {
            let group = wanted.entry(told.fingerprint()).or_default();
            *group = (group.0 + 1, *n);
        }
        let mut found = self.plain(&found);
        found.sort();
        let wanted = wanted
            .into_iter()
            .map(|(f, (count, last))| (f, count, last));
        let mut wanted: Vec<_> = wanted.collect();
        wanted.sort();
        assert_eq!(found, wanted);
    }

    /// Fingerprint, count and place of the last.
    fn plain(&self, groups: &[ErrorGroup]) -> Vec<(Vec<u8>, u64, usize)> {
        let strings = self.state.log.strings();
        let each = groups.iter().map(|g| {
            (
                strings.get(g.fingerprint).to_vec(),
                g.count,
                self.index(g.last),
            )
        });
        each.collect()
    }

    fn check_timeline(&self, count: usize) {
        let Some(session) = self.told[..count].iter().rev().find_map(|t| t.session) else {
            return;
        };
        let symbol = self
            .state
            .log
            .symbol(format!("s{session}").as_bytes())
            .unwrap();
        let found = timeline(&self.state.log, symbol, self.cursor(count));
        let past = self.told[..count].iter().enumerate();
        let of_it: Vec<(usize, &Told)> = past.filter(|(_, t)| t.session == Some(session)).collect();
        let places: Vec<usize> = of_it.iter().map(|(n, _)| *n).collect();
        assert_eq!(found.count, places.len() as u64);
        let cursor = self.cursor(count);
        let before = timeline::before(&self.state.log, symbol, cursor);
        let before: Vec<usize> = before.map(|seq| self.index(seq)).collect();
        assert!(before.iter().rev().eq(&places), "{before:?}");
        let told = self.told.iter().enumerate().skip(count);
        let after = told
            .filter(|(_, t)| t.session == Some(session))
            .map(|(n, _)| n);
        let found_after = timeline::after(&self.state.log, symbol, cursor);
        assert!(found_after.map(|seq| self.index(seq)).eq(after));
        let (first, last) = (of_it[0].1, of_it[of_it.len() - 1].1);
        assert_eq!((found.first_ms, found.last_ms), (first.ms, last.ms));
        assert_eq!(found.truncated, first.what != What::Starts);
        let ends = timeline::ends(&self.state.log, symbol, self.cursor(count)).unwrap();
        let of_ends = (ends.first_ms, ends.last_ms, ends.truncated);
        assert_eq!(of_ends, (first.ms, last.ms, found.truncated));
        let is_ended = found.status(found.last_ms) == SessionStatus::Ended;
        assert_eq!(ends.ended, is_ended);
        let says: Vec<u64> = of_it
            .iter()
            .filter(|(_, t)| t.what == What::Says)
            .map(|(_, t)| u64::from(t.number % 300))
            .collect();
        assert_eq!(found.messages, says.len() as u64);
        assert_eq!(found.tokens, (!says.is_empty()).then(|| says.iter().sum()));
        assert_eq!(
            found.errors,
            of_it.iter().filter(|(_, t)| t.is_error()).count() as u64
        );
        let status = if last.what == What::Ends {
            SessionStatus::Ended
        } else {
            SessionStatus::Open
        };
        assert_eq!(found.status(last.ms), status);
    }

    fn check_density(&self, columns: usize, beyond_ms: Ms) {
        let (start, last) = (self.told[0].ms, self.told[self.told.len() - 1].ms);
        let found = density(
            &self.state.log,
            start..(last + beyond_ms).max(last + 1),
            columns,
        );
        let span = u128::from((last + beyond_ms).max(last + 1) - start);
        let column =
            |t: &Told| usize::try_from(u128::from(t.ms - start) * columns as u128 / span).unwrap();
        let (mut events, mut errors) = (vec![0; columns], vec![0; columns]);
        for told in &self.told {
            events[column(told)] += 1;
            errors[column(told)] += u32::from(told.is_error());
            assert!(
                found.start_of(column(told)) <= told.ms
                    && told.ms < found.start_of(column(told) + 1)
            );
        }
        assert_eq!((found.events, found.errors), (events, errors));
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}

fn ordered(groups: &HashMap<Vec<u8>, (u64, usize, Vec<u32>)>) -> Vec<(Vec<u8>, u64, usize)> {
    let mut all: Vec<_> = groups
        .iter()
        .map(|(f, (count, last, _))| (f.clone(), *count, *last))
        .collect();
    all.sort_by_key(|(_, count, last)| std::cmp::Reverse((*count, *last)));
    all
}

/// The nearest rank.
fn p95<'a>(told: impl Iterator<Item = &'a Told>) -> Option<f64> {
    let mut known: Vec<f64> = told.filter_map(Told::latency).collect();
    known.sort_by(f64::total_cmp);
    let rank = (known.len() * 95).div_ceil(100);
    known.get(rank.checked_sub(1)?).copied()
}

/// Sessions whose last event up to this moment is no end and not longer ago than half an hour.
fn active(past: &[Told], ms: Ms) -> u32 {
    let mut last: HashMap<u16, &Told> = HashMap::new();
    for told in past.iter().take_while(|t| t.ms <= ms) {
        last.extend(told.session.map(|s| (s, told)));
    }
    let alive = last
        .values()
        .filter(|t| t.what != What::Ends && ms - t.ms < IDLE_MS);
    number(alive.count())
}

fn told() -> impl Strategy<Value = Vec<Told>> {
    let what = prop_oneof![
        1 => Just(What::Starts),
        1 => Just(What::Ends),
        5 => Just(What::Says),
        2 => (0_u8..4).prop_map(What::Fails),
    ];
    let gap_ms = prop_oneof![3 => Just(0), 6 => 1_u64..3_000, 2 => 3_000_u64..400_000, 1 => 1_000_000_u64..4_000_000];
    let each = (gap_ms, prop::option::of(0_u16..5), what, 0_u32..6_000);
    vec(each, 1..200).prop_map(|rows| {
        let mut ms = START;
        let told = rows.into_iter().map(|(gap_ms, session, what, number)| {
            ms += gap_ms;
            Told {
                ms,
                session,
                what,
                number,
            }
        });
        told.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn at_every_cursor_they_are_what_a_recount_says(
        told in told(), history in 0_usize..200, size in 1_usize..50, cursors in vec(0_usize..=200, 1..6), bars in 1_usize..60, beyond_ms in 0_u64..5_000,
    ) {
        let history = history.min(told.len());
        let both = Both::new(told, history, size);
        for count in cursors {
            both.check(count.min(both.told.len()), bars);
        }
        both.check_density(bars, beyond_ms);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_column_of_the_density_is_off_by_one(told in told(), columns in 1_usize..40, beyond_ms in 0_u64..50) {
        let close = told.into_iter().map(|t| Told { ms: START + (t.ms - START) / 900 % 4_000, ..t });
        let mut told: Vec<Told> = close.collect();
        told.sort_by_key(|t| t.ms);
        Both::new(told, 0, 1_000).check_density(columns, beyond_ms);
    }
}

/// Enough for sealed chunks at both ends: bursts of errors, hours of silence, sessions that come and go.
fn many() -> &'static Both {
    static MANY_TOLD: OnceLock<Both> = OnceLock::new();
    MANY_TOLD.get_or_init(|| {
        let mut ms = START;
        let told = (0..MANY).map(|n| {
            let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
            ms += if n % 9_000 == 8_999 {
                5_000_000
            } else {
                mixed % 700
            };
            let number = u32::try_from(mixed % 100_000).unwrap();
            let what = match number % 23 {
                0 => What::Starts,
                1 => What::Ends,
                2 => What::Fails(u8::try_from(n / 15_000).unwrap()),
                _ if n % 5_000 < 40 => What::Fails(3),
                _ => What::Says,
            };
            let session = (number % 11 != 0).then(|| {
                u16::try_from(n / 4_000 * 10).unwrap() + u16::try_from(number % 25).unwrap()
            });
            Told {
                ms,
                session,
                what,
                number,
            }
        });
        Both::new(told.collect(), 19_000, 1_000)
    })
}

#[test]
fn sealed_chunks_answer_like_a_recount() {
    let both = many();
    let log = &both.state.log;
    let sealed = log
        .chunks(log.first()..log.end())
        .filter(|(_, chunk, _)| chunk.summary.is_some());
    assert!(sealed.count() >= 2, "no chunk is sealed");
    for count in [
        1,
        999,
        Chunk::FULL_LEN,
        18_999,
        19_000,
        26_345,
        36_000,
        MANY - 1,
        MANY,
    ] {
        both.check(count, 37);
    }
    for columns in [1, 7, 158, 300] {
        both.check_density(columns, 1_000);
    }
}

#[test]
fn filters_find_in_sealed_chunks_what_a_list_holds() {
    let both = many();
    let filters: [(&str, Test); 7] = [
        ("is:error", Told::is_error),
        ("session:s1", |t| t.session == Some(1)),
        ("session:s100 -is:error", |t| {
            t.session == Some(100) && !t.is_error()
        }),
        ("type:session.* OR refused", |t| {
            matches!(t.what, What::Starts | What::Ends | What::Fails(2))
        }),
        ("latency>=4990", |t| {
            t.latency().is_some_and(|l| l >= 4_990.0)
        }),
        ("-has:session", |t| t.session.is_none()),
        ("since:1700009000000 until:1700011000000 USER-3", |t| {
            (START + 9_000_000..=START + 11_000_000).contains(&t.ms)
                && t.what == What::Says
                && t.number % 7 == 3
        }),
    ];
    let log = both.state.log.snapshot();
    let now = Now {
        ms: both.at_ms(MANY),
        zone: Zone::Utc,
    };
    for (text, test) in filters {
        let mut found = Vec::new();
        scan(
            &Filter::parse(text).unwrap().plan(now),
            &log,
            log.range(),
            |part| {
                found.splice(0..0, part.seqs().map(|seq| both.index(seq)));
                ControlFlow::Continue(())
            },
        );
        let want: Vec<usize> = (0..MANY).filter(|n| test(&both.told[*n])).collect();
        assert!(!want.is_empty(), "{text}");
        assert_eq!(found, want, "{text}");
    }
}

#[test]
fn what_the_log_marks_is_what_was_told() {
    let both = many();
    for n in (0..MANY).step_by(97) {
        let entry = both.state.log.get(both.cursor(n).next()).unwrap();
        assert_eq!(entry.flags().has(Flags::ERROR), both.told[n].is_error());
        assert_eq!(
            entry.flags().has(Flags::END),
            both.told[n].what == What::Ends
        );
        assert_eq!(
            entry.class() == Class::Message,
            both.told[n].what == What::Says
        );
        assert_eq!(entry.axis_ms(), both.told[n].ms);
    }
}
