//! Filters over sealed chunks: what a summary lets a scan skip holds no match.

use std::sync::{Arc, OnceLock};

use lookback::model::{EntryId, Mapping};
use lookback::query::{EndedSessions, Filter, scan_page};
use lookback::store::{Log, Page, PageBuilder};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{NOON, in_log};

const ENTRIES: u64 = 35_000;

/// Users, sessions, kinds and errors that each stand in a part of the log only; a few entries come late.
fn entries(range: std::ops::Range<u64>) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for n in range {
        let kind = match n {
            20_000.. if n % 50 == 0 => "error.occurred",
            ..3_000 => "session.started",
            _ if n % 4_000 == 17 => "session.ended",
            _ => "message.added",
        };
        let (user, session) = (format!("user-{}", n / 9_000), format!("s{}", n / 700));
        let tokens = (n % 1_000).to_string();
        let mut fields: Vec<(&[u8], &[u8])> =
            vec![(b"type", kind.as_bytes()), (b"tokens", tokens.as_bytes())];
        if n % 5 != 0 {
            fields.push((b"user_id", user.as_bytes()));
        }
        if n > 100 {
            fields.push((b"session_id", session.as_bytes()));
        }
        let ms = if n % 7_000 == 6_999 { n - 6_000 } else { n };
        builder.push(b"s", EntryId::new(ms, 0), &fields);
    }
    builder.finish()
}

fn both() -> &'static (Log, Page, EndedSessions) {
    static BOTH: OnceLock<(Log, Page, EndedSessions)> = OnceLock::new();
    BOTH.get_or_init(|| {
        let mut log = Log::default();
        for from in (0..ENTRIES).step_by(1_000) {
            log.append(&entries(from..from + 1_000));
        }
        let sealed = log
            .chunks(log.first()..log.end())
            .filter(|(_, chunk, _)| chunk.summary.is_some());
        assert!(sealed.count() >= 2, "no chunk is sealed");
        let page = entries(0..ENTRIES);
        let mut ended = EndedSessions::default();
        ended.collect(&page);
        (log, page, ended)
    })
}

fn term() -> impl Strategy<Value = String> {
    let fixed = vec![
        "is:error",
        "is:open",
        "is:ended",
        "has:user",
        "has:session",
        "type:session.*",
        "type:nothing",
        "type!=message.added",
        "user:user-3",
        "user:user-0,user-1",
        "user>user-2",
        "user~2$",
        "session:s30",
        "session:*9",
        "tokens>990",
        "MESSAGE.",
        "user-1",
    ];
    let (a, b) = (0_u64..ENTRIES, 0_u64..ENTRIES);
    prop_oneof![
        6 => prop::sample::select(fixed).prop_map(str::to_owned),
        2 => (a, 0_usize..4).prop_map(|(n, how)| format!("{}{n}-0", ["since:", "until:", "id<", "id:"][how])),
        1 => b.prop_map(|n| format!("session:s{}", n / 700)),
    ]
}

/// Terms joined by `AND` and `OR`, some of them negated, in groups.
fn filter() -> impl Strategy<Value = String> {
    let signed =
        (any::<bool>(), term()).prop_map(|(not, term)| if not { format!("-{term}") } else { term });
    let group = (vec(signed, 1..4), any::<bool>())
        .prop_map(|(terms, any)| terms.join(if any { " OR " } else { " " }));
    let groups = vec((any::<bool>(), group), 1..3).prop_map(|groups| {
        let each = groups
            .into_iter()
            .map(|(not, group)| format!("{}({group})", if not { "-" } else { "" }));
        each.collect::<Vec<_>>()
    });
    (groups, any::<bool>()).prop_map(|(groups, any)| groups.join(if any { " OR " } else { " " }))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_skipped_holds_no_match(text in filter()) {
        let (log, page, ended) = both();
        let plan = Filter::parse(&text).unwrap().plan(NOON);
        prop_assert_eq!(in_log(&plan, log), scan_page(&plan, page, ended), "{}", text);
    }
}
