//! The numbers on the glass while the program follows: when each came to stand there.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::glass::Glass;
use crate::process;
use crate::traffic::{Sent, markers};

/// What was seen in a while of following.
pub struct Watched {
    /// Of the entries that came to stand on the glass, until they did. Shortest first.
    pub shown: Vec<Duration>,
    /// Of all entries, until they or a newer one stood there. Shortest first.
    pub passed: Vec<Duration>,
    /// Of a core.
    pub cpu: f64,
    pub bytes_per_s: f64,
}

/// Waits until numbers are on the glass, and then for a while.
pub fn settle(glass: &mut Glass, within: Duration, pause: Duration) {
    glass.wait("the first entries", within, |text| {
        markers(text).next().is_some()
    });
    glass.pass(Instant::now() + pause);
}

/// Follows for so long.
pub fn watch(glass: &mut Glass, sent: &Sent, time: Duration) -> Watched {
    let mut known: BTreeSet<u64> = markers(&glass.text()).collect();
    let (mut shown, mut passed) = (Vec::new(), Vec::new());
    let (start, cpu, bytes) = (Instant::now(), process::cpu(glass.pid), glass.bytes);
    while let Some(at) = glass.look(start + time) {
        let newest = known.last().copied().unwrap_or_default();
        let now: BTreeSet<u64> = markers(&glass.text()).collect();
        let latency = |n: u64| sent.at(n).map(|since| at.saturating_duration_since(since));
        shown.extend(now.range(newest + 1..).filter_map(|n| latency(*n)));
        let newest_now = now.last().copied().unwrap_or_default();
        passed.extend((newest + 1..=newest_now).filter_map(latency));
        // A line that is being overwritten may lack its number for a moment: what was newer stays known.
        known = now.into_iter().chain([newest]).collect();
    }
    let took = start.elapsed().as_secs_f64();
    let cpu = process::cpu(glass.pid).saturating_sub(cpu).as_secs_f64() / took;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes_per_s = (glass.bytes - bytes) as f64 / took;
    shown.sort_unstable();
    passed.sort_unstable();
    assert!(
        !shown.is_empty(),
        "nothing new came to the glass\n{}",
        glass.text()
    );
    Watched {
        shown,
        passed,
        cpu,
        bytes_per_s,
    }
}

/// How long after the last XADD its entry was seen; the newest that was seen when it was not.
pub fn last_frame(
    glass: &mut Glass,
    sent: &Sent,
    last: u64,
    within: Duration,
) -> Result<Duration, Option<u64>> {
    let until = Instant::now() + within;
    let newest = |glass: &Glass| markers(&glass.text()).max();
    let mut at = Instant::now();
    while newest(glass) != Some(last) {
        at = glass.look(until).ok_or_else(|| newest(glass))?;
    }
    let since = sent.at(last).unwrap_or(at);
    Ok(at.saturating_duration_since(since))
}

/// The time that so many percent do not exceed.
pub fn share(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
