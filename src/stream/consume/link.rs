//! A link that breaks and is mended.

use std::time::Duration;

use tokio::time::sleep;

use super::Consumer;
use crate::stream::StreamError;

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What is known of the connections.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Health {
    /// The last command ended in an error that may pass.
    broken: bool,
    /// A read is under way. Still so when the next call begins: it was dropped, and with it perhaps entries.
    pub(super) reading: bool,
    /// Failures in a row.
    failures: u32,
}

impl Health {
    fn wait(self) -> Duration {
        match self.failures {
            0 => Duration::ZERO,
            n => (FIRST_WAIT * 2_u32.saturating_pow((n - 1).min(10))).min(LONGEST_WAIT),
        }
    }
}

impl Consumer {
    /// Connects anew where something broke, after a wait.
    pub(super) async fn mend(&mut self) -> Result<(), StreamError> {
        if !self.health.broken && !self.health.reading {
            return Ok(());
        }
        sleep(self.health.wait()).await;
        self.ahead = None;
        // First the one whose read may be under way: the server sees that it has gone before it is asked what is pending.
        let reopened = match self.waiting.reopen().await {
            Ok(()) => self.asking.reopen().await,
            failed => failed,
        };
        if let Err(error) = reopened {
            self.health.broken = true;
            self.health.failures += 1;
            return Err(error);
        }
        self.health.broken = false;
        self.health.reading = false;
        // What the server gave and we never saw is pending now, and newer than all that we saw.
        self.recovering.get_or_insert(self.newest);
        Ok(())
    }

    /// Notes how a call ended, and says it in the words of a consumer.
    pub(super) fn watched<T>(&mut self, ended: Result<T, StreamError>) -> Result<T, StreamError> {
        match ended {
            Ok(done) => {
                self.health.failures = 0;
                Ok(done)
            }
            Err(error) => {
                if error.may_pass() {
                    self.health.broken = true;
                    self.health.failures = self.health.failures.saturating_add(1);
                }
                Err(self.explained(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_longer_up_to_a_limit() {
        let wait = |failures| {
            let health = Health {
                failures,
                ..Health::default()
            };
            health.wait().as_millis()
        };
        let waits = [0, 1, 2, 3, 6, 7, 1_000].map(wait);
        assert_eq!(waits, [0, 100, 200, 400, 3_200, 5_000, 5_000]);
    }
}
