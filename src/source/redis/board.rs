//! One link out of the links of several lanes, and what they share.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::connect::Connector;
use super::roster::Roster;
use crate::model::Mapping;
use crate::store::{Arrival, Link, Trouble};

/// What every task of a followed source has.
#[derive(Clone)]
pub struct Desk {
    /// Makes connections.
    pub connector: Connector,
    /// Decodes.
    pub mapping: Arc<Mapping>,
    /// What is followed.
    pub roster: Roster,
    arrivals: mpsc::Sender<Arrival>,
    lanes: Arc<Mutex<Board>>,
}

#[derive(Debug, Default)]
struct Board {
    lanes: Vec<Link>,
    told: Link,
    /// Refusals told as notices, because the whole does not show them.
    aside: Vec<Trouble>,
}

impl Board {
    fn untold_refusals(&mut self, whole: &Link) -> Vec<Trouble> {
        if matches!(whole, Link::Refused(_)) {
            return Vec::new();
        }
        let refusals = self.lanes.iter().filter_map(|link| match link {
            Link::Refused(trouble) => Some(trouble.clone()),
            _ => None,
        });
        let refusals: Vec<Trouble> = refusals.collect();
        let untold = refusals.iter().filter(|t| !self.aside.contains(t));
        let untold = untold.cloned().collect();
        self.aside = refusals;
        untold
    }
}

impl Desk {
    /// Nothing told yet.
    pub fn new(
        connector: Connector,
        mapping: Arc<Mapping>,
        roster: Roster,
        arrivals: mpsc::Sender<Arrival>,
    ) -> Self {
        Self {
            connector,
            mapping,
            roster,
            arrivals,
            lanes: Arc::default(),
        }
    }

    /// Tells the receiver; waits while it is slow.
    pub async fn send(&self, arrival: Arrival) {
        // A closed receiver ends every task from above.
        drop(self.arrivals.send(arrival).await);
    }

    /// Tells of something that is no change of the link.
    pub async fn notice(&self, trouble: Trouble) {
        self.send(Arrival::Notice(trouble)).await;
    }

    /// A lane's link changed; tells when that changes the whole, and tells apart what one lane of several suffers.
    pub async fn report(&self, lane: usize, link: Link) {
        let (whole, aside) = self.settle(lane, link);
        for trouble in aside {
            self.notice(trouble).await;
        }
        if let Some(link) = whole {
            self.send(Arrival::Link(link)).await;
        }
    }

    fn settle(&self, lane: usize, link: Link) -> (Option<Link>, Vec<Trouble>) {
        let mut board = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if board.lanes.len() <= lane {
            board.lanes.resize(lane + 1, Link::Connecting);
        }
        if let Some(slot) = board.lanes.get_mut(lane) {
            *slot = link;
        }
        let whole = whole(&board.lanes);
        let aside = board.untold_refusals(&whole);
        let changed = whole != board.told;
        board.told.clone_from(&whole);
        (changed.then_some(whole), aside)
    }

    /// The lanes are laid anew.
    pub fn forget_lanes(&self) {
        self.lanes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .lanes
            .clear();
    }
}

/// The worst that concerns the server, else the best that concerns a stream.
fn whole(lanes: &[Link]) -> Link {
    let of = |wanted: fn(&Link) -> bool| lanes.iter().find(|link| wanted(link)).cloned();
    of(|l| matches!(l, Link::Lost { .. }))
        .or_else(|| of(|l| matches!(l, Link::Live)))
        .or_else(|| of(|l| matches!(l, Link::Waiting(_))))
        .or_else(|| of(|l| matches!(l, Link::Refused(_))))
        .unwrap_or(Link::Connecting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_forbidden_stream_does_not_hide_that_the_others_live() {
        let refused = || Link::Refused(Trouble::new("no", ""));
        assert_eq!(whole(&[refused(), Link::Live]), Link::Live);
        assert_eq!(whole(&[refused(), refused()]), refused());
        assert_eq!(whole(&[]), Link::Connecting);
    }
}
