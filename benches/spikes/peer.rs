//! The rule that is found most often: over the mean and three spreads of the trailing buckets. Alarms are joined to episodes as
//! ours are, so that the numbers can be compared.

use std::collections::VecDeque;

use lookback::project::spikes::Series;

use super::traffic::{Figures, float};

const WINDOW: usize = 120;
const SPREADS: f64 = 3.0;
/// A silence is so many empty buckets, as alert rules have it.
const EMPTY: u64 = 30;
const COOLDOWN: u64 = 6;
const FEWEST: usize = 6;

/// The buckets in which an episode was raised.
pub fn alarms(series: Series, figures: &[Figures]) -> Vec<u64> {
    let mut alarms = Vec::new();
    let mut last: Option<u64> = None;
    for at in alerts(series, figures) {
        if last.is_none_or(|last| at > last + 1 + COOLDOWN) {
            alarms.push(at);
        }
        last = Some(at);
    }
    alarms
}

fn alerts(series: Series, figures: &[Figures]) -> Vec<u64> {
    let mut window: VecDeque<f64> = VecDeque::new();
    let (mut alerts, mut empty) = (Vec::new(), 0);
    for (at, bucket) in (0..).zip(figures) {
        let value = match series {
            Series::Events => Some(bucket.events),
            Series::Errors => Some(bucket.errors),
            Series::Latency => bucket.p95_ms,
            Series::Silence => {
                empty = if bucket.events > 0.0 { 0 } else { empty + 1 };
                if empty >= EMPTY {
                    alerts.push(at);
                }
                None
            }
        };
        let Some(value) = value else { continue };
        let count = float(window.len().max(1) as u64);
        let mean = window.iter().sum::<f64>() / count;
        let square = window.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
        if window.len() >= FEWEST && value > mean + SPREADS * square.sqrt() {
            alerts.push(at);
        }
        window.push_back(value);
        if window.len() > WINDOW {
            window.pop_front();
        }
    }
    alerts
}
