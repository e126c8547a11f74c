//! The filter language as a person meets it: what matches, what a mistake looks like, and what must hold of every filter.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "filter_language/chunks.rs"]
mod chunks;
#[path = "filter_language/generated.rs"]
mod generated;
#[path = "filter_language/mistakes.rs"]
mod mistakes;
#[path = "filter_language/times.rs"]
mod times;

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use lookback::model::{EntryId, Mapping, Zone};
use lookback::query::{EndedSessions, Filter, Now, Plan, scan, scan_page};
use lookback::store::{Log, Page, PageBuilder, Seq};

/// 2026-11-23 12:00:00 UTC.
const NOON: Now = Now {
    ms: 1_795_435_200_000,
    zone: Zone::Utc,
};

type Fields<'a> = &'a [(&'a str, &'a str)];

/// Letters name the entries below; their ids are a minute apart and the last is at noon.
const ENTRIES: [(&str, Fields<'_>); 7] = [
    (
        "a",
        &[
            ("type", "session.started"),
            ("session_id", "s1"),
            ("user_id", "ann"),
        ],
    ),
    (
        "b",
        &[
            ("type", "message.added"),
            ("session_id", "s1"),
            ("user_id", "ann"),
            ("role", "user"),
            ("content", "Where is the KEY?"),
            ("tokens", "100"),
        ],
    ),
    (
        "c",
        &[
            ("type", "message.added"),
            ("session_id", "s2"),
            ("user_id", "bob b"),
            ("role", "assistant"),
            ("latency_ms", "2500.5"),
            ("tokens", "9"),
        ],
    ),
    (
        "d",
        &[
            ("type", "tool.call"),
            (
                "data",
                r#"{"tool":{"name":"grep","args":["x",1]},"ok":true,"none":null}"#,
            ),
            ("session_id", "s2"),
        ],
    ),
    (
        "e",
        &[
            ("type", "error.occurred"),
            ("error", "timeout after 30s"),
            ("code", "404"),
            ("user_id", "a*b,c"),
        ],
    ),
    (
        "f",
        &[
            ("type", "search.performed"),
            ("query", "key (lost)"),
            ("results_count", "12"),
            ("latency_ms", "80"),
            ("a b", "c"),
        ],
    ),
    (
        "g",
        &[
            ("type", "session.ended"),
            ("session_id", "s1"),
            ("content", "Ünïcode"),
        ],
    ),
];

fn page() -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, (_, fields)) in (0_u64..).zip(ENTRIES) {
        let id = EntryId::new(NOON.ms - 60_000 * (6 - n), n);
        let fields: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        builder.push(b"memory:events", id, &fields);
    }
    builder.finish()
}

fn plan(text: &str) -> Plan {
    Filter::parse(text)
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .plan(NOON)
}

/// The letters of the entries that match, by page and by log alike.
fn matching(text: &str) -> String {
    let (plan, page) = (plan(text), page());
    let mut ended = EndedSessions::default();
    ended.collect(&page);
    let rows = scan_page(&plan, &page, &ended);
    let mut log = Log::default();
    log.append(&page);
    assert_eq!(in_log(&plan, &log), rows, "{text}");
    rows.iter().map(|row| ENTRIES[*row].0).collect()
}

fn in_log(plan: &Plan, log: &Log) -> Vec<usize> {
    let snapshot = log.snapshot();
    let mut found = Vec::new();
    scan(plan, &snapshot, snapshot.range(), |part| {
        found.splice(0..0, part.seqs());
        ControlFlow::Continue(())
    });
    let first = snapshot.range().start.next();
    found
        .iter()
        .map(|seq: &Seq| usize::try_from(seq.since(first)).unwrap())
        .collect()
}

/// Filter and the entries it matches.
const MATCHES: [(&str, &str); 66] = [
    ("", "abcdefg"),
    ("  ", "abcdefg"),
    ("key", "bf"),
    ("\"key (lost)\"", "f"),
    ("ÜNÏ", "g"),
    ("annmessage", ""),
    ("/K[EY]+/", "b"),
    ("/^key/", "f"),
    ("/s$/", "e"),
    ("type:message.added", "bc"),
    ("type:message.*", "bc"),
    ("type:*.added,error*", "bce"),
    ("type:*s*o*e*", "afg"),
    ("type!=message.*", "adefg"),
    ("type=message.*", ""),
    ("-type:message.added", "adefg"),
    ("NOT type:message.added -key", "adeg"),
    ("user:ann", "ab"),
    ("user:\"bob b\"", "c"),
    ("user:bob\" \"b", "c"),
    ("user:\"a*b,c\"", "e"),
    ("user=a*b,c", "e"),
    ("user!=ann", "cdefg"),
    ("user>=b", "c"),
    ("user~^b", "c"),
    ("session:s1,s2 role:user", "b"),
    ("stream:memory:*", "abcdefg"),
    ("has:user", "abce"),
    ("-has:user", "dfg"),
    ("has:role OR has:code", "bce"),
    ("has:latency", "cf"),
    ("latency>500", "c"),
    ("latency>2s", "c"),
    ("latency:2500.5,80", "cf"),
    ("latency<=80ms", "f"),
    ("tokens>=100", "b"),
    ("tokens<100", "c"),
    ("-tokens>=100", "acdefg"),
    ("tokens!=9", "abdefg"),
    ("code:404", "e"),
    ("code=404.0", "e"),
    ("results_count>9", "f"),
    ("results_count:12", "f"),
    ("error~/time(out)? after/", "e"),
    ("error~time(out)?", "e"),
    ("\"a b\":c", "f"),
    ("data.tool.name:grep", "d"),
    ("data.tool.args.1:1", "d"),
    ("data.ok:true", "d"),
    ("has:data.none", ""),
    ("data.tool.name!=grep", "abcefg"),
    ("is:error", "e"),
    ("is:open", "cd"),
    ("is:ended", "abg"),
    ("is:error,ended", "abeg"),
    ("is:late OR is:duplicate", ""),
    ("since:-2m", "efg"),
    ("since:2m until:1m", "ef"),
    ("until:11:55", "ab"),
    ("since:2026-11-23T12:00Z", "g"),
    ("id>1795435080000-4", "fg"),
    ("until:1795435080000-4 since:\"yesterday 9:00\"", "abcde"),
    ("(key OR is:error) -type:search.*", "be"),
    ("key OR is:error AND nothing", "bf"),
    ("(is:error)(timeout)", "e"),
    ("-(is:error OR key)", "acdg"),
];

#[test]
fn filters_match_what_they_say() {
    let mut wrong = String::new();
    for (filter, want) in MATCHES {
        let found = matching(filter);
        if found != want {
            writeln!(wrong, "{filter:40} matched {found:8} and not {want}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn narrowing_replaces_and_does_not_pile_up() {
    let ann = Filter::equals("user", b"ann");
    let bob = Filter::equals("user", b"bob b");
    let errors = Filter::parse("is:error").unwrap();
    assert_eq!(Filter::default().and(ann.clone()), ann);
    assert_eq!(ann.clone().and(ann.clone()).to_string(), "user:ann");
    let both = errors.clone().and(ann);
    assert_eq!(both.to_string(), "is:error user:ann");
    assert_eq!(
        both.without("user").and(bob).to_string(),
        "is:error user:\"bob b\""
    );
    assert_eq!(
        Filter::equals("user", b"x").without("user"),
        Filter::default()
    );
    let either = Filter::parse("a OR b").unwrap();
    assert_eq!(either.and(errors).to_string(), "(a OR b) is:error");
    let odd = Filter::equals("user", b"a*\xff\",\\\n");
    assert_eq!(odd.to_string(), r#"user:"a*\xff\",\\\x0a""#);
    assert_eq!(Filter::parse(&odd.to_string()).unwrap(), odd);
    for (field, value, text) in [
        ("tokens", "12", "tokens:12"),
        ("tokens", "", "tokens:\"\""),
        ("tokens", "many", "tokens:\"many\""),
        ("latency", "2s", "latency:2s"),
        ("latency", "a,b", "latency:\"a,b\""),
    ] {
        let filter = Filter::equals(field, value.as_bytes());
        assert_eq!(filter.to_string(), text);
        assert_eq!(Filter::parse(text).unwrap(), filter);
    }
    assert_eq!(matching("tokens:\"many\""), "");
}

#[test]
fn a_scan_stops_when_told_and_covers_its_range() {
    let mut log = Log::default();
    for _ in 0..5000 {
        log.append(&page());
    }
    let snapshot = log.snapshot();
    let (mut end, mut parts) = (snapshot.range().end, 0);
    scan(
        &plan("type:tool.call"),
        &snapshot,
        snapshot.range(),
        |part| {
            assert_eq!(part.range.end, end);
            end = part.range.start;
            parts += 1;
            ControlFlow::Continue(())
        },
    );
    assert_eq!(end, snapshot.range().start);
    assert!(parts > 1);
    let mut asked = 0;
    scan(&plan("key"), &snapshot, snapshot.range(), |_| {
        asked += 1;
        ControlFlow::Break(())
    });
    assert_eq!(asked, 1);
}
