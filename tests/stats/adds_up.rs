//! The tally of a run is that of its parts, joined; and it stays within its bounds.

use std::sync::Arc;

use lookback::model::{EntryId, Flags, Mapping, Zone};
use lookback::project::tally::{Axis, Gather, How, SESSIONS, Tally};
use lookback::store::{Page, PageBuilder};
use proptest::prelude::*;

use super::recount::Entry;

const HOW: How = How {
    axis: Axis::Id,
    zone: Zone::Utc,
};

fn page(entries: &[Entry]) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for entry in entries {
        let fields: Vec<(&[u8], &[u8])> = entry
            .fields
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        builder.push(b"e", EntryId::new(entry.ms, entry.seq), &fields);
    }
    let mut page = builder.finish();
    for (row, flags) in page.columns.flags.values_mut().iter_mut().enumerate() {
        if row % 13 == 5 {
            *flags = flags.with(Flags::DUPLICATE);
        }
    }
    page
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_does_not_matter_where_a_run_is_cut(seed in 0_u64..1_000, mut cuts in prop::collection::vec(0_usize..300, 0..6), event in any::<bool>()) {
        let page = page(&super::entries(seed, 300));
        let how = How { axis: if event { Axis::Event } else { Axis::Id }, ..HOW };
        let whole = Tally::of(&page.columns, 0..300, &page.strings, how);
        cuts.sort_unstable();
        cuts.push(300);
        let mut joined = Tally::default();
        let mut from = 0;
        for to in cuts {
            joined.join(&Tally::of(&page.columns, from..to, &page.strings, how));
            from = to;
        }
        prop_assert_eq!(&joined, &whole);
        // And from the right.
        let mut right = Tally::of(&page.columns, 200..300, &page.strings, how);
        for part in [100..200, 0..100] {
            let mut left = Tally::of(&page.columns, part, &page.strings, how);
            left.join(&right);
            right = left;
        }
        prop_assert_eq!(right, whole);
    }
}

#[test]
fn a_million_sessions_stay_within_the_bound_and_none_is_forgotten() {
    let mut gather = Gather::new(HOW);
    let each = 20_000;
    for part in 0..50_u64 {
        let entries: Vec<Entry> = (0..each)
            .map(|n| {
                let session = part * each + n;
                Entry::new(
                    1_700_000_000_000 + session,
                    session,
                    "message.added",
                    session,
                    5,
                )
            })
            .collect();
        let page = page(&entries);
        let rows: Vec<usize> = (0..page.len()).filter(|row| row % 13 != 5).collect();
        gather.add(&page, &rows);
    }
    let tally = gather.tally();
    let kept = tally.sessions.iter().count();
    assert!(kept <= 2 * SESSIONS, "{kept}");
    assert_eq!(tally.sessions.count(), tally.events);
    assert!(tally.events > 900_000 && tally.cut().sessions == tally.events - kept as u64);
}
