//! Replies that come while those before them are decoded: the server is asked for the next one as soon as one is here.

use tokio::sync::mpsc;

use super::merge::{Pace, beyond};
use super::paging::{Asked, Range};
use super::resp::Seen;
use super::wire::{Window, Wire, Within};
use crate::source::{Direction, IdRange};

/// Replies that are on their way or wait to be taken.
const MOST_REPLIES: usize = 3;

type Taken = mpsc::Sender<(Window, Within)>;
type Place<'a> = mpsc::Permit<'a, (Window, Within)>;

/// What is to be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// What is left to fetch.
    pub left: IdRange,
    /// From which end.
    pub direction: Direction,
    /// How many entries at once.
    pub pace: Pace,
    /// Entries that are wanted at most.
    pub limit: usize,
    /// Replies that are wanted at most.
    pub replies: usize,
}

/// The replies, in order. Ends after one that is an error, or larger than was wanted.
#[derive(Debug)]
pub struct Ahead {
    coming: mpsc::Receiver<(Window, Within)>,
    /// Replies that may still be taken.
    replies: usize,
}

impl Ahead {
    /// Asks for them, on a task of its own. Redirections are errors here.
    pub fn new(wire: &mut Wire, key: &[u8], course: Course) -> Self {
        let (taken, coming) = mpsc::channel(MOST_REPLIES);
        tokio::spawn(course.run(wire.bulk_range(key), taken));
        Self {
            coming,
            replies: course.replies,
        }
    }

    /// What was asked for, and what came; `None` after the last.
    pub async fn next(&mut self) -> Option<(Window, Within)> {
        self.replies = self.replies.saturating_sub(1);
        self.coming.recv().await
    }

    /// Whether as many were taken as were wanted.
    pub fn is_over(&self) -> bool {
        self.replies == 0
    }
}

impl Course {
    /// The next request, at most `limit` entries.
    pub fn window(&self) -> Window {
        Window {
            from: self.left.from,
            to: self.left.to,
            count: self.pace.count().min(self.limit).max(1),
        }
    }

    async fn run(mut self, range: Range, taken: Taken) {
        // Whoever stops taking replies ends this; one that is on its way is read to its end, so that the connection stays good.
        while self.replies > 0
            && let Ok(place) = taken.reserve().await
        {
            let window = self.window();
            let most = Pace::most_bytes(window.count);
            let goes_on = match range.begin(window, self.direction, most).await {
                Ok(asked) => self.run_on(window, asked, place, &taken).await,
                Err(error) => {
                    place.send((window, Err(error)));
                    false
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Takes replies for as long as there is a place for the next one, which is asked for before the one that came is looked at.
    /// Nobody waits for a place while the connection is in use. Whether there is more to ask for.
    async fn run_on<'a>(
        &mut self,
        mut window: Window,
        mut asked: Asked<'a>,
        mut place: Place<'a>,
        taken: &'a Taken,
    ) -> bool {
        loop {
            let arrived = match asked.arrived().await {
                Ok(arrived) => arrived,
                Err(error) => {
                    place.send((window, Err(error)));
                    return false;
                }
            };
            let seen = arrived.seen();
            let goes_on = seen.is_some_and(|seen| self.goes_on(window, seen));
            let next = (goes_on && self.replies > 0).then(|| taken.try_reserve());
            let Some(Ok(next)) = next else {
                let came = arrived.last();
                let goes_on = goes_on && matches!(came, Ok(Some(_)));
                place.send((window, came));
                return goes_on;
            };
            let ahead = self.window();
            let (came, still) = arrived.then(ahead, Pace::most_bytes(ahead.count)).await;
            place.send((window, came));
            let Some(still) = still else { return false };
            (window, asked, place) = (ahead, still, next);
        }
    }

    /// Learns from a reply; whether there is more to ask for.
    fn goes_on(&mut self, window: Window, seen: Seen) -> bool {
        self.replies -= 1;
        self.limit = self.limit.saturating_sub(seen.entries);
        self.pace.note(seen.entries, seen.bytes);
        let left = (seen.entries >= window.count)
            .then(|| beyond(self.left, seen.last, self.direction))
            .flatten();
        self.left = left.unwrap_or(self.left);
        left.is_some() && self.limit > 0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fmt::Write as _;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::sync::Mutex;

    use super::*;
    use crate::model::EntryId;
    use crate::source::redis::bulk::Bulk;
    use crate::source::redis::connect::Connector;
    use crate::source::{Access, RedisSpec};

    const KEY: &[u8] = b"s";

    /// Answers as a server does that holds the entries 1-0 to `newest`-0.
    async fn serve(mut socket: DuplexStream, newest: u64) {
        let mut came = Vec::new();
        while socket.read_buf(&mut came).await.unwrap_or(0) > 0 {
            let text = String::from_utf8(came.clone()).unwrap();
            let words: Vec<&str> = text.split("\r\n").skip(2).step_by(2).collect();
            // `XREVRANGE s TO FROM COUNT n`.
            let [_, _, to, from, _, count] = words.as_slice() else {
                continue;
            };
            let ms = |id: &str| id.parse::<EntryId>().unwrap().ms;
            let ids = (ms(from).max(1)..=ms(to).min(newest)).rev();
            let ids: Vec<u64> = ids.take(count.parse().unwrap()).collect();
            let mut reply = format!("*{}\r\n", ids.len());
            for id in ids {
                let id = format!("{id}-0");
                let fields = "*2\r\n$1\r\na\r\n$1\r\nb\r\n";
                let length = id.len();
                write!(reply, "*2\r\n${length}\r\n{id}\r\n{fields}").unwrap();
            }
            came.clear();
            socket.write_all(reply.as_bytes()).await.unwrap();
        }
    }

    /// Two that ask over one connection.
    fn two(newest: u64) -> [Range; 2] {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(serve(theirs, newest));
        let slot = Arc::new(Mutex::new(Some(Bulk::over(ours))));
        let spec = RedisSpec {
            // Nobody answers there: no second connection can be opened.
            url: "127.0.0.1:1".to_owned(),
            password: None,
            streams: Vec::new(),
            access: Access::ReadOnly,
        };
        let connector = Connector::new(&spec).unwrap();
        [(); 2].map(|()| Range::new(connector.clone(), Arc::clone(&slot), KEY))
    }

    fn course(count: usize, limit: usize, replies: usize) -> Course {
        Course {
            left: IdRange::ALL,
            direction: Direction::Reverse,
            pace: Pace::new(count),
            limit,
            replies,
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_ahead_is_every_entry_once_in_order_and_no_more_than_was_wanted() {
        for (newest, count, limit, replies, wanted) in [
            (0, 5, 100, 9, 0),
            (4, 5, 100, 9, 4),
            (5, 5, 100, 9, 5),
            (3_000, 1, usize::MAX, usize::MAX, 3_000),
            (3_000, 200, 1_234, usize::MAX, 1_234),
            (3_000, 200, usize::MAX, 2, 1_200),
        ] {
            let [range, other] = two(newest);
            let (taken, mut coming) = mpsc::channel(MOST_REPLIES);
            tokio::spawn(course(count, limit, replies).run(range, taken));
            let mut ids = Vec::new();
            while let Some((window, came)) = coming.recv().await {
                let entries = came.unwrap().unwrap();
                assert!(entries.len() <= window.count);
                ids.extend(entries.iter().map(|entry| entry.id.ms));
            }
            let want: Vec<u64> = (1..=newest).rev().take(wanted).collect();
            assert_eq!(ids, want, "{newest} {count} {limit} {replies}");
            // No reply is left on the way.
            let one = course(1, 1, 1).window();
            let came = other.ask(one, Direction::Reverse, usize::MAX).await;
            assert_eq!(came.unwrap().unwrap().len(), usize::from(newest > 0));
        }
    }

    #[tokio::test]
    async fn the_connection_is_free_while_nobody_takes_what_came() {
        let [range, other] = two(3_000);
        let (taken, mut coming) = mpsc::channel(MOST_REPLIES);
        tokio::spawn(course(1, usize::MAX, usize::MAX).run(range, taken));
        let waiting = async {
            while coming.len() < MOST_REPLIES {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap();
        let one = course(1, 1, 1).window();
        let asked = other.ask(one, Direction::Reverse, usize::MAX);
        let came = tokio::time::timeout(Duration::from_secs(20), asked).await;
        assert_eq!(
            came.unwrap().unwrap().unwrap().first().unwrap().id.ms,
            3_000
        );
        let mut last = None;
        while let Some((_, came)) = coming.recv().await {
            last = came.unwrap().unwrap().last().map(|entry| entry.id.ms);
        }
        assert_eq!(last, Some(1));
    }
}
