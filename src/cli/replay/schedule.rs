//! When each event is due. Pure: it is told what time it is.
//!
//! Invariant: an event's moment follows from the log alone, never from when others were written, so small delays do not add up.

use std::time::Duration;

use super::pace::{Pace, Speed};
use crate::model::Ms;

/// Lateness up to this is caught up. What held us for longer (a reader that stopped, a suspended process, a slow source) puts
/// off all that follows instead, so that the rhythm goes on and no burst makes up for it.
const CATCH_UP: Duration = Duration::from_secs(1);

/// The moments of a run of events.
#[derive(Clone, Debug)]
pub struct Schedule {
    pace: Pace,
    /// Events so far.
    count: u64,
    /// The highest moment of the log so far.
    newest_ms: Option<Ms>,
    /// Log time from the first event to that one, gaps already cut.
    offset_ms: Ms,
    put_off: Duration,
    /// The moment of the last event, had nothing held us.
    last_due: Option<Duration>,
}

impl Schedule {
    /// Begins with the first event, which is due at once.
    #[must_use]
    pub const fn new(pace: Pace) -> Self {
        Self {
            pace,
            count: 0,
            newest_ms: None,
            offset_ms: 0,
            put_off: Duration::ZERO,
            last_due: None,
        }
    }

    /// When the last event was due after the first, had nothing held us; `None` where nothing is waited for.
    #[must_use]
    pub const fn last_due(&self) -> Option<Duration> {
        self.last_due
    }

    /// Takes in the next event, of the moment `at_ms` of the log, `elapsed` after the first one was due: how long to wait for it.
    pub fn wait(&mut self, at_ms: Ms, elapsed: Duration) -> Duration {
        self.last_due = self.due(at_ms);
        let Some(due) = self.last_due else {
            return Duration::ZERO;
        };
        let due = due.saturating_add(self.put_off);
        let late = elapsed.saturating_sub(due);
        if late > CATCH_UP {
            self.put_off = self.put_off.saturating_add(late);
        }
        due.saturating_sub(elapsed)
    }

    /// The event's moment after the first one, had nothing held us; `None` where nothing is waited for.
    fn due(&mut self, at_ms: Ms) -> Option<Duration> {
        let before = self.count;
        self.count += 1;
        match self.pace {
            Pace::Rate(per_s) => Some(seconds(as_f64(before) / per_s)),
            Pace::Rhythm { speed, idle_ms } => {
                // A time that goes back has no wait, and what follows is counted from the highest.
                let gap = at_ms.saturating_sub(self.newest_ms.unwrap_or(at_ms));
                self.newest_ms = self.newest_ms.max(Some(at_ms));
                let gap = idle_ms.map_or(gap, |idle| gap.min(idle));
                self.offset_ms = self.offset_ms.saturating_add(gap);
                match speed {
                    Speed::Max => None,
                    Speed::Times(times) => Some(seconds(as_f64(self.offset_ms) / 1000.0 / times)),
                }
            }
        }
    }
}

/// As long as can be, where it is longer than that.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn as_f64(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::super::drift::Drift;
    use super::*;

    const START: Ms = 1_700_000_000_000;

    fn rhythm(times: f64, idle_ms: Option<Ms>) -> Pace {
        Pace::Rhythm {
            speed: Speed::Times(times),
            idle_ms,
        }
    }

    /// The waits in ms of a replay that writes in no time.
    fn waits(pace: Pace, offsets: &[Ms]) -> Vec<u128> {
        let mut schedule = Schedule::new(pace);
        let mut clock = Duration::ZERO;
        let wait = |offset: &Ms| {
            let wait = schedule.wait(START + offset, clock);
            clock += wait;
            wait.as_millis()
        };
        offsets.iter().map(wait).collect()
    }

    const LOG: [Ms; 6] = [0, 100, 100, 400, 200, 9_400];

    #[test]
    fn the_rhythm_is_the_logs_and_times_that_go_back_have_no_wait() {
        assert_eq!(waits(rhythm(1.0, None), &LOG), [0, 100, 0, 300, 0, 9_000]);
        assert_eq!(waits(rhythm(10.0, None), &LOG), [0, 10, 0, 30, 0, 900]);
        assert_eq!(waits(rhythm(0.5, None), &LOG), [0, 200, 0, 600, 0, 18_000]);
    }

    #[test]
    fn idle_time_is_cut_in_the_log_before_the_speed_counts() {
        assert_eq!(
            waits(rhythm(2.0, Some(2_000)), &LOG),
            [0, 50, 0, 150, 0, 1_000]
        );
    }

    #[test]
    fn a_rate_is_even_whatever_the_log_says() {
        assert_eq!(waits(Pace::Rate(4.0), &LOG), [0, 250, 250, 250, 250, 250]);
    }

    #[test]
    fn full_speed_never_waits() {
        let pace = Pace::Rhythm {
            speed: Speed::Max,
            idle_ms: None,
        };
        assert_eq!(waits(pace, &LOG), [0; 6]);
    }

    #[test]
    fn drift_counts_from_the_moments_had_nothing_held_us() {
        let (mut schedule, mut drift) = (Schedule::new(rhythm(1.0, None)), Drift::default());
        let ms = Duration::from_millis;
        // Written 5 ms late; held for 3 s, which puts off what follows; then in rhythm again.
        let late = [(0, 5), (100, 100), (200, 3_200), (1_200, 4_150)].map(|(at, written)| {
            schedule.wait(START + at, ms(written));
            let due = schedule.last_due().unwrap_or_default();
            drift.note(due, due, ms(written));
            drift.last
        });
        assert_eq!(late, [ms(5), ms(0), ms(3_000), ms(2_950)]);
        assert_eq!(drift.worst, ms(3_000));
        // Of a batch the first is the latest and the last counts at the end.
        drift.note(ms(5_000), ms(9_000), ms(9_002));
        assert_eq!((drift.worst, drift.last), (ms(4_002), ms(2)));

        let mut unheld = Schedule::new(Pace::Rhythm {
            speed: Speed::Max,
            idle_ms: None,
        });
        unheld.wait(START, Duration::ZERO);
        assert_eq!(unheld.last_due(), None);
    }

    #[test]
    fn small_delays_do_not_add_up() {
        let mut schedule = Schedule::new(rhythm(1.0, None));
        let mut clock = Duration::ZERO;
        for n in 0..1_000 {
            clock += schedule.wait(START + n * 10, clock) + Duration::from_millis(3);
        }
        assert_eq!(clock, Duration::from_millis(999 * 10 + 3));
    }

    #[test]
    fn a_long_stop_puts_off_what_follows_and_a_short_one_is_caught_up() {
        let run = |stop: Duration| {
            let mut schedule = Schedule::new(rhythm(1.0, None));
            schedule.wait(START, Duration::ZERO);
            let mut clock = stop;
            let waits = [100, 200, 5_000].map(|offset| {
                let wait = schedule.wait(START + offset, clock);
                clock += wait;
                wait.as_millis()
            });
            (waits, clock.as_millis())
        };
        assert_eq!(run(Duration::from_millis(900)), ([0, 0, 4_100], 5_000));
        assert_eq!(
            run(Duration::from_secs(60)),
            ([0, 100, 4_800], 60_000 + 4_900)
        );
    }

    #[test]
    fn moments_at_the_end_of_time_are_survived() {
        let mut schedule = Schedule::new(rhythm(1e-300, None));
        schedule.wait(0, Duration::ZERO);
        assert_eq!(schedule.wait(Ms::MAX, Duration::ZERO), Duration::MAX);
        assert_eq!(schedule.wait(Ms::MAX, Duration::MAX), Duration::ZERO);
    }
}
