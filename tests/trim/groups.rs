//! What consumer groups need stays.

use std::cell::Cell;
use std::collections::BTreeSet;

use lookback::stream::trim::{Look, Order, Trimmer};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Place, STREAM, shown};

#[test]
fn what_is_pending_or_undelivered_stays_and_the_group_is_named() {
    let place = Place::new();
    place.fill(1, 100);
    place.group("slow", 60, 20);
    place.group("behind", 35, 35);
    place.group("done", 100, 100);
    let seen = place.trimmed("--max-len 10");
    assert_eq!(
        (&seen["would_remove"], &seen["wanted"]),
        (&20.into(), &90.into())
    );
    let held = &seen["held_back_by"];
    assert_eq!(
        (
            &held[0]["group"],
            &held[0]["reason"],
            &held[0]["from"],
            &held[0]["pending"]
        ),
        (
            &"slow".into(),
            &"pending".into(),
            &"21-0".into(),
            &40.into()
        )
    );
    assert_eq!(
        (&held[1]["group"], &held[1]["reason"], &held[1]["from"]),
        (&"behind".into(), &"undelivered".into(), &"35-1".into())
    );
    assert_eq!(held.as_array().map(Vec::len), Some(2));
    let told = shown(&place.trim("--max-len 10"));
    for words in [
        "held back by  group slow: 40 pending, the oldest 21-0 ",
        "group behind: nothing delivered behind 35-0 ",
        "70 entries are held back",
    ] {
        assert!(told.contains(words), "`{words}` in {told}");
    }
    place.trimmed("--max-len 10 --yes --exact");
    assert_eq!(place.ids(), (21..=100).collect::<Vec<_>>());
    // Again: nothing more can go.
    let again = place.trimmed("--max-len 10 --yes --exact");
    assert_eq!((&again["removed"], place.length()), (&0.into(), 80));
}

#[test]
fn force_goes_past_them_and_tells_their_losses() {
    let place = Place::new();
    place.fill(1, 100);
    place.group("slow", 60, 20);
    place.group("new", 0, 0);
    place.group("done", 100, 100);
    let seen = place.trimmed("--max-len 10 --force");
    let losses = serde_json::json!([
        {"group": "new", "pending": 0, "undelivered": 90},
        {"group": "slow", "pending": 40, "undelivered": 30},
    ]);
    assert_eq!(
        (&seen["would_remove"], &seen["losses"]),
        (&90.into(), &losses)
    );
    assert_eq!(place.length(), 100);
    place.trimmed("--max-len 10 --force --yes --exact");
    assert_eq!(place.length(), 10);
    // What is pending and gone holds nothing back any more.
    place.fill(101, 120);
    let _: redis::Value = place.run(&format!("XREADGROUP GROUP slow c STREAMS {STREAM} >"));
    let _: redis::Value = place.run(&format!("XREADGROUP GROUP done c STREAMS {STREAM} >"));
    let _: () = place.run(&format!("XGROUP DESTROY {STREAM} new"));
    for n in 91..=120 {
        let _: u64 = place.run(&format!("XACK {STREAM} slow {n}-0"));
        let _: u64 = place.run(&format!("XACK {STREAM} done {n}-0"));
    }
    assert_eq!(place.trimmed("--max-len 10 --yes --exact")["removed"], 20);
}

#[test]
fn a_group_that_comes_between_the_look_and_the_removal_keeps_everything() {
    let place = Place::new();
    let _: () = place.run("ACL SETUSER bob on >pw ~* +@all -@scripting");
    for user in ["", "bob:pw@"] {
        let _: u64 = place.run(&format!("DEL {STREAM}"));
        place.fill(1, 100);
        let mut spec = place.spec();
        spec.url = spec.url.replace("redis://", &format!("redis://{user}"));
        runtime().block_on(async {
            let order = Order {
                max_len: Some(10),
                exact: true,
                ..Order::default()
            };
            let mut trimmer = Trimmer::writing(&spec).await.unwrap();
            let plan = trimmer
                .plan(STREAM.as_bytes(), &order, Look::ToBorder, &|| false)
                .await
                .unwrap();
            assert_eq!(plan.would_remove, 90);
            place.group("late", 0, 0);
            let error = trimmer
                .trim(&plan, &order, None, &|| false)
                .await
                .unwrap_err();
            assert!(
                error.to_string().contains("group `late` came to need"),
                "{error}"
            );
            assert_eq!(place.length(), 100);
            // The same where it was made anew with older ids.
            let _: u64 = place.run(&format!("DEL {STREAM}"));
            place.fill(1, 50);
            let error = trimmer
                .trim(&plan, &order, None, &|| false)
                .await
                .unwrap_err();
            assert!(error.to_string().contains("made anew"), "{error}");
            assert_eq!(place.length(), 50);
        });
    }
}

#[test]
fn where_others_took_entries_meanwhile_no_more_goes_than_was_to() {
    let place = Place::new();
    let _: () = place.run("ACL SETUSER bob on >pw ~* +@all -@scripting");
    for user in ["", "bob:pw@"] {
        let _: u64 = place.run(&format!("DEL {STREAM}"));
        place.fill(1, 100);
        let mut spec = place.spec();
        spec.url = spec.url.replace("redis://", &format!("redis://{user}"));
        runtime().block_on(async {
            let order = Order {
                max_len: Some(50),
                exact: true,
                ..Order::default()
            };
            let mut trimmer = Trimmer::writing(&spec).await.unwrap();
            let plan = trimmer
                .plan(STREAM.as_bytes(), &order, Look::ToBorder, &|| false)
                .await
                .unwrap();
            let _: u64 = place.run(&format!("XDEL {STREAM} 90-0 91-0"));
            let error = trimmer
                .trim(&plan, &order, None, &|| false)
                .await
                .unwrap_err();
            assert!(error.to_string().contains("others took entries"), "{error}");
            assert_eq!(place.length(), 98);
            // Where age decides, as much goes as is too old.
            let order = Order {
                before_ms: Some(51),
                ..order
            };
            let plan = trimmer
                .plan(STREAM.as_bytes(), &order, Look::ToBorder, &|| false)
                .await
                .unwrap();
            let _: u64 = place.run(&format!("XDEL {STREAM} 92-0"));
            assert_eq!(
                trimmer
                    .trim(&plan, &order, None, &|| false)
                    .await
                    .unwrap()
                    .removed,
                50
            );
            assert_eq!(place.length(), 47);
        });
    }
}

#[test]
fn a_connection_that_looks_does_not_trim() {
    let place = Place::new();
    place.fill(1, 50);
    runtime().block_on(async {
        let order = Order {
            max_len: Some(10),
            ..Order::default()
        };
        let mut trimmer = Trimmer::looking(&place.spec()).await.unwrap();
        let plan = trimmer
            .plan(STREAM.as_bytes(), &order, Look::Beyond, &|| false)
            .await
            .unwrap();
        assert!(trimmer.trim(&plan, &order, None, &|| false).await.is_err());
    });
    assert_eq!(place.length(), 50);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// A group: where it begins, how many it is given, which of these it acknowledges.
type Given = (u64, u64, Vec<bool>);

#[derive(Debug)]
struct Case {
    entries: u64,
    groups: Vec<Given>,
    keep: u64,
    by_age: bool,
    exact: bool,
    scripts: bool,
}

fn case() -> impl Strategy<Value = Case> {
    let group = (0..70_u64, 0..70_u64, vec(proptest::bool::weighted(0.8), 70));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (0..70_u64, vec(group, 0..4), 0..80_u64, flags).prop_map(|(entries, groups, keep, flags)| {
        Case {
            entries,
            groups,
            keep,
            by_age: flags.0,
            exact: flags.1,
            scripts: flags.2,
        }
    })
}

#[test]
fn whatever_groups_were_given_and_acknowledged_nothing_goes_that_they_need() {
    let place = Place::new();
    let _: () = place.run("ACL SETUSER bob on >pw ~* +@all -@scripting");
    let runtime = runtime();
    let (gone, held) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&case(), |case| {
            let needed = prepare(&place, &case);
            let mut spec = place.spec();
            if !case.scripts {
                spec.url = spec.url.replace("redis://", "redis://bob:pw@");
            }
            let order = Order {
                max_len: (!case.by_age).then_some(case.keep),
                before_ms: case.by_age.then_some(case.keep),
                exact: case.exact,
                force: false,
            };
            let (plan, outcome) = runtime.block_on(async {
                let mut trimmer = Trimmer::writing(&spec).await.unwrap();
                let plan = trimmer
                    .plan(STREAM.as_bytes(), &order, Look::Beyond, &|| false)
                    .await
                    .unwrap();
                let outcome = trimmer.trim(&plan, &order, None, &|| false).await.unwrap();
                (plan, outcome)
            });
            let left: BTreeSet<u64> = place.ids().into_iter().collect();
            prop_assert!(
                needed.is_subset(&left),
                "{:?} of {needed:?}",
                needed.difference(&left).collect::<Vec<_>>()
            );
            let wanted = if case.by_age {
                case.entries.min(case.keep.saturating_sub(1))
            } else {
                case.entries.saturating_sub(case.keep)
            };
            let most = needed.first().map_or(wanted, |first| wanted.min(first - 1));
            prop_assert!(plan.would_remove <= wanted && outcome.removed <= plan.would_remove);
            prop_assert_eq!(left.len() as u64, case.entries - outcome.removed);
            prop_assert_eq!(plan.would_remove, most, "what nobody needs goes");
            if case.exact {
                prop_assert_eq!(outcome.removed, plan.would_remove);
            }
            gone.set(gone.get() + u64::from(outcome.removed > 0));
            held.set(held.get() + u64::from(!plan.held_by.is_empty()));
            Ok(())
        })
        .unwrap();
    let (gone, held) = (gone.get(), held.get());
    assert!(gone > 5 && held > 5, "{gone} trimmed, {held} held back");
}

/// Fills the stream and its groups; what they need.
fn prepare(place: &Place, case: &Case) -> BTreeSet<u64> {
    let _: u64 = place.run(&format!("DEL {STREAM}"));
    if case.entries == 0 {
        return BTreeSet::new();
    }
    place.fill(1, case.entries);
    let mut needed = BTreeSet::new();
    for (n, (start, given, done)) in case.groups.iter().enumerate() {
        let start = (*start).min(case.entries);
        let _: () = place.run(&format!("XGROUP CREATE {STREAM} g{n} {start}-0"));
        let end = (start + given).min(case.entries);
        if end > start {
            let _: redis::Value = place.run(&format!(
                "XREADGROUP GROUP g{n} c COUNT {} STREAMS {STREAM} >",
                end - start
            ));
        }
        for (id, done) in (start + 1..=end).zip(done) {
            if *done {
                let _: u64 = place.run(&format!("XACK {STREAM} g{n} {id}-0"));
            } else {
                needed.insert(id);
            }
        }
        needed.extend(end + 1..=case.entries);
    }
    needed
}
