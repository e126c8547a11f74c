//! Which streams there are: names as given, globs looked up again and again.

use std::collections::BTreeSet;
use std::time::Duration;

use ::redis::RedisResult;
use tokio::sync::mpsc;

use super::board::Desk;
use super::connect::Use;
use super::fault::shown;
use super::track::Track;
use super::wire::Wire;
use crate::store::Trouble;

/// How often globs are looked up.
const LOOK: Duration = Duration::from_millis(1_500);
/// Streams of one glob at most.
const LIMIT: usize = 10_000;
const NEARBY: usize = 5;

/// Whether a name is a pattern.
#[must_use]
pub fn is_glob(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Names given as such and the keys that the globs match now, each once.
pub async fn find(wire: &mut Wire, names: &[String]) -> RedisResult<Vec<Vec<u8>>> {
    let mut keys: BTreeSet<Vec<u8>> = BTreeSet::new();
    for name in names {
        if is_glob(name) {
            keys.extend(wire.scan(name.as_bytes(), LIMIT).await?);
        } else {
            keys.insert(name.as_bytes().to_vec());
        }
    }
    Ok(keys.into_iter().collect())
}

/// Looks the globs up again and again, and hands on streams that are new.
pub async fn watch(
    desk: Desk,
    names: Vec<String>,
    known: Vec<Vec<u8>>,
    found: mpsc::Sender<Track>,
) {
    let globs: Vec<String> = names.into_iter().filter(|n| is_glob(n)).collect();
    if globs.is_empty() {
        return;
    }
    let mut known: BTreeSet<Vec<u8>> = known.into_iter().collect();
    let mut wire = None;
    loop {
        tokio::time::sleep(LOOK).await;
        if wire.is_none() {
            wire = Wire::open(&desk.connector, Use::Questions).await.ok();
        }
        let Some(open) = wire.as_mut() else { continue };
        // The tail tells about a lost link.
        let Ok(keys) = find(open, &globs).await else {
            wire = None;
            continue;
        };
        for key in keys {
            if known.insert(key.clone()) {
                drop(found.send(Track::at_start(key)).await);
            }
        }
    }
}

/// What to say while none of the streams exists.
pub async fn missing(wire: &mut Wire, keys: &[&[u8]]) -> Trouble {
    let names: Vec<String> = keys.iter().map(|k| format!("`{}`", shown(k))).collect();
    let verb = if names.len() == 1 { "does" } else { "do" };
    let nearby = wire.scan(b"*", NEARBY).await.unwrap_or_default();
    let nearby: Vec<String> = nearby.iter().map(|k| shown(k)).collect();
    let hint = if nearby.is_empty() {
        "waiting for the first XADD".to_owned()
    } else {
        format!(
            "waiting for the first XADD; streams here: {} (--stream NAME)",
            nearby.join(", ")
        )
    };
    Trouble::new(format!("{} {verb} not exist yet", names.join(", ")), hint)
}

/// What to say while no stream matches the globs.
pub fn unmatched(names: &[String]) -> Trouble {
    Trouble::new(
        format!("no stream matches `{}` yet", names.join("`, `")),
        "waiting for the first one; `lookback doctor` lists the streams here",
    )
}
