//! How often somebody looks at what is followed, and when next: what is read just before is the freshest that can be shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A gap between two looks that nobody goes below, and when the last one was. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub struct Beat {
    gap: Duration,
    looked: Arc<Mutex<Option<Instant>>>,
}

/// It is read at least this part of the gap before the next look, to be there by then.
const LEAST_LEAD: u32 = 16;
/// And at most this part. Whoever looks later than it after the look was due is not waited for.
const MOST: u32 = 4;

impl Beat {
    /// Of somebody who looks no more often than this; zero is somebody who wants each entry at once.
    #[must_use]
    pub fn every(gap: Duration) -> Self {
        Self {
            gap,
            looked: Arc::default(),
        }
    }

    /// The least time between two looks.
    #[must_use]
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// Somebody looked.
    pub fn looked(&self, at: Instant) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// When to read again what was read at `read`, so that it is there for the look after the last one, where reading took so long.
    fn next(&self, read: Instant, took: Duration) -> Instant {
        let lead = took.clamp(self.gap / LEAST_LEAD, self.gap / MOST);
        let wait = self.gap.saturating_sub(lead);
        let earliest = read + wait;
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.map_or(earliest, |at| {
            (at + wait).clamp(earliest, earliest + self.gap / MOST)
        })
    }

    /// Rests until it is worth reading again, after what was read at `read` and took so long. Where the look that shows it comes
    /// late, the next one does too: so it asks twice.
    pub(super) async fn rest(&self, read: Instant, took: Duration) {
        tokio::time::sleep_until(self.next(read, took).into()).await;
        tokio::time::sleep_until(self.next(read, took).into()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_next_is_read_just_before_and_a_late_look_is_followed_but_not_waited_for() {
        let ms = Duration::from_millis;
        let (beat, before) = (Beat::every(ms(160)), Instant::now());
        let read = before + ms(100);
        let next = |took| beat.next(read, ms(took));
        assert_eq!(next(2), read + ms(150));
        beat.looked(read + ms(7));
        assert_eq!(next(2), read + ms(157));
        assert_eq!(next(20), read + ms(147));
        assert_eq!(next(1_000), read + ms(127));
        beat.looked(read + ms(500));
        assert_eq!(next(2), read + ms(190));
        // It looked before, and has not seen this yet.
        beat.looked(before);
        assert_eq!(next(2), read + ms(150));
    }
}
