//! Filters made at random: they print to what parses back to them, and a log answers them like a list.

use lookback::query::Filter;
use lookback::query::ast::{Expr, Order, Pattern, State, Term, Test};
use lookback::query::time::When;
use lookback::query::{EndedSessions, scan_page};
use lookback::store::{Log, Page, PageBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::Arc;

use super::{NOON, in_log};

fn text() -> impl Strategy<Value = Vec<u8>> {
    let awkward = "[ -~\u{e9}\u{1f600}\\n\"\\\\*,:=/-]{0,6}".prop_map(String::into_bytes);
    let words = prop_oneof![
        Just("OR"),
        Just("NOT"),
        Just("is"),
        Just("since"),
        Just("-x"),
        Just("a=b"),
        Just("=a")
    ];
    prop_oneof![
        awkward,
        vec(any::<u8>(), 0..5),
        words.prop_map(|w| w.as_bytes().to_vec())
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("type".to_owned()),
        Just("user".to_owned()),
        Just("role".to_owned()),
        Just("is".to_owned()),
        Just("content".to_owned()),
        "[ -~\u{e9}]{1,6}",
    ]
}

/// As the parser makes them: no piece between two stars is empty.
fn pattern() -> impl Strategy<Value = Pattern> {
    vec(text(), 1..4).prop_map(|pieces| {
        let last = pieces.len() - 1;
        let kept = pieces
            .into_iter()
            .enumerate()
            .filter(|(n, p)| *n == 0 || *n == last || !p.is_empty());
        Pattern(kept.map(|(_, piece)| piece).collect())
    })
}

fn regex() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("a/b"),
        Just("^x"),
        Just(r"\d+\."),
        Just("(a|b c)"),
        Just(r"\\/"),
        Just("[\"]")
    ]
    .prop_map(str::to_owned)
}

fn test() -> impl Strategy<Value = Test> {
    let order = prop_oneof![
        Just(Order::Greater),
        Just(Order::AtLeast),
        Just(Order::Less),
        Just(Order::AtMost)
    ];
    prop_oneof![
        vec(pattern(), 1..3).prop_map(Test::Matches),
        vec(pattern(), 1..3).prop_map(Test::Differs),
        text().prop_map(Test::Equals),
        (order, text()).prop_map(|(order, bytes)| Test::Order(order, bytes)),
        regex().prop_map(Test::Regex),
    ]
}

fn moment() -> impl Strategy<Value = When> {
    prop_oneof![
        Just("-10m"),
        Just("14:02"),
        Just("yesterday 9:00"),
        Just("5-3"),
        Just("2026-11-23T14:02:07Z")
    ]
    .prop_map(|text| When::parse(text).unwrap())
}

fn term() -> impl Strategy<Value = Term> {
    let state = prop_oneof![
        Just(State::Error),
        Just(State::Late),
        Just(State::Open),
        Just(State::Ended)
    ];
    let numeric = |field: &str| field == "tokens" || field == "latency";
    prop_oneof![
        3 => text().prop_map(Term::Word),
        1 => regex().prop_map(Term::Regex),
        5 => (name().prop_filter("numbers take numbers", move |f| !numeric(f)), test()).prop_map(|(field, test)| Term::Compare { field, test }),
        1 => state.prop_map(|s| Term::Is(vec![s])),
        1 => name().prop_map(Term::Has),
        1 => moment().prop_map(Term::Since),
        1 => moment().prop_map(Term::Until),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    term()
        .prop_map(Expr::Term)
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 1..4).prop_map(|parts| Expr::all(parts).unwrap()),
                vec(inner.clone(), 1..4).prop_map(|parts| Expr::any(parts).unwrap()),
                inner.prop_map(|one| Expr::Not(Box::new(one))),
            ]
        })
}

type Row = (u8, u8, u8, Option<u16>, u64);

fn row() -> impl Strategy<Value = Row> {
    (
        0_u8..3,
        0_u8..3,
        0_u8..4,
        proptest::option::of(0_u16..50),
        0_u64..50,
    )
}

fn page(rows: &[Row]) -> Page {
    let mut builder = PageBuilder::new(Arc::default());
    for (kind, user, word, tokens, ms) in rows {
        let kind = ["message.added", "error.occurred", "session.ended"][usize::from(*kind)];
        let user = ["ann", "bob", ""][usize::from(*user)];
        let word = ["key", "Kettle", "\"a\"", "x=1"][usize::from(*word)];
        let tokens = tokens.map(|t| t.to_string()).unwrap_or_default();
        let fields: [(&[u8], &[u8]); 5] = [
            (b"type", kind.as_bytes()),
            (b"user_id", user.as_bytes()),
            (b"session_id", user.as_bytes()),
            (b"content", word.as_bytes()),
            (b"tokens", tokens.as_bytes()),
        ];
        builder.push(b"s", lookback::model::EntryId::new(*ms, 0), &fields);
    }
    builder.finish()
}

/// Term by term and row by row: `AND`, `OR` and `NOT` in the plainest way.
fn naive(expr: &Expr, page: &Page, ended: &EndedSessions) -> Vec<bool> {
    let parts = |parts: &[Expr]| {
        parts
            .iter()
            .map(|p| naive(p, page, ended))
            .collect::<Vec<_>>()
    };
    let rows = 0..page.len();
    match expr {
        Expr::All(inner) => {
            let inner = parts(inner);
            rows.map(|row| inner.iter().all(|p| p[row])).collect()
        }
        Expr::Any(inner) => {
            let inner = parts(inner);
            rows.map(|row| inner.iter().any(|p| p[row])).collect()
        }
        Expr::Not(inner) => naive(inner, page, ended).iter().map(|hit| !hit).collect(),
        Expr::Term(_) => {
            let plan = Filter::of(Some(expr.clone())).plan(NOON);
            let found = scan_page(&plan, page, ended);
            rows.map(|row| found.contains(&row)).collect()
        }
    }
}

fn useful() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("key"),
        Just("type:error.*"),
        Just("user:ann"),
        Just("-user:bob"),
        Just("is:error"),
        Just("is:open"),
        Just("is:ended"),
        Just("tokens>20"),
        Just("content~^K"),
        Just("content!=key"),
        Just("since:0-20"),
        Just("until:0-30"),
        Just("id<25-0"),
        Just("/e/"),
        Just("has:tokens"),
        Just("user:"),
        Just("session>a"),
    ]
    .prop_filter_map("parses", |text| {
        Filter::parse(text).ok().map(|f| f.to_string())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_filter_prints_to_what_parses_back_to_it(expr in expr()) {
        let filter = Filter::of(Some(expr));
        let text = filter.to_string();
        let again = Filter::parse(&text);
        prop_assert_eq!(again.as_ref(), Ok(&filter), "{}", text);
    }

    #[test]
    fn no_text_panics_and_every_mistake_lies_in_it(text in "[ a-z():=<>~!,*\"\\\\/.\u{e9}0-9-]{0,24}") {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {}", error, text);
                prop_assert!(!error.picture(&text).is_empty());
            }
        }
    }

    #[test]
    fn a_log_answers_like_a_list(rows in vec(row(), 1..60), cut in 0_usize..60, parts in vec(useful(), 1..4), joined in any::<bool>()) {
        let text = parts.join(if joined { " OR " } else { " " });
        let filter = Filter::parse(&text).unwrap();
        let whole = page(&rows);
        let mut ended = EndedSessions::default();
        ended.collect(&whole);
        let want: Vec<usize> = naive(filter.expr().unwrap(), &whole, &ended).iter().enumerate().filter(|(_, hit)| **hit).map(|(row, _)| row).collect();
        let (history, live) = rows.split_at(cut.min(rows.len()));
        let mut log = Log::default();
        log.append(&page(live));
        log.prepend(&page(history));
        let plan = filter.plan(NOON);
        prop_assert_eq!(in_log(&plan, &log), want.clone(), "{}", text);
        prop_assert_eq!(scan_page(&plan, &whole, &ended), want, "{}", text);
    }
}
