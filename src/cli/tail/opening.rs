//! The first entries of `tail -n`: history comes newest page first and has to be printed oldest first, before what is live.

use std::sync::Arc;

use crate::store::{History, Page};

/// Holds pages back until the history that was asked for is complete.
#[derive(Debug)]
pub struct Opening {
    missing: u64,
    older: Vec<Arc<Page>>,
    newer: Vec<Arc<Page>>,
}

impl Opening {
    /// Waits for so many entries of history; for none, lets everything through at once.
    pub fn of(entries: u64) -> Self {
        Self {
            missing: entries,
            older: Vec::new(),
            newer: Vec::new(),
        }
    }

    /// A live page; returns what can be printed now, in order.
    pub fn newer(&mut self, page: Arc<Page>) -> Vec<Arc<Page>> {
        if self.missing == 0 {
            return vec![page];
        }
        self.newer.push(page);
        Vec::new()
    }

    /// A page of history; returns what can be printed now, in order.
    pub fn older(&mut self, page: Arc<Page>) -> Vec<Arc<Page>> {
        self.missing = self.missing.saturating_sub(page.len() as u64);
        self.older.push(page);
        if self.missing == 0 {
            self.release()
        } else {
            Vec::new()
        }
    }

    /// How far history has come; returns what can be printed now, in order.
    pub fn history(&mut self, history: History) -> Vec<Arc<Page>> {
        let complete = history
            .wanted
            .is_some_and(|wanted| history.loaded >= wanted);
        if history.at_start || history.idle || complete {
            self.release()
        } else {
            Vec::new()
        }
    }

    /// Everything held back, in order; nothing is held back any more.
    pub fn release(&mut self) -> Vec<Arc<Page>> {
        self.missing = 0;
        let newer = std::mem::take(&mut self.newer);
        self.older.drain(..).rev().chain(newer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryId;
    use crate::store::PageBuilder;

    fn page(ms: u64) -> Arc<Page> {
        let mut builder = PageBuilder::new(Arc::default());
        builder.push(b"s", EntryId::new(ms, 0), &[]);
        Arc::new(builder.finish())
    }

    fn order(pages: &[Arc<Page>]) -> Vec<u64> {
        let first = |page: &Arc<Page>| page.id_range().map_or(0, |(first, _)| first.ms);
        pages.iter().map(first).collect()
    }

    #[test]
    fn history_is_printed_oldest_first_and_before_what_is_live() {
        let mut opening = Opening::of(2);
        assert!(opening.older(page(20)).is_empty());
        assert!(opening.newer(page(30)).is_empty());
        assert_eq!(order(&opening.older(page(10))), [10, 20, 30]);
        assert_eq!(order(&opening.newer(page(40))), [40]);
    }

    #[test]
    fn a_short_log_does_not_hold_anything_back() {
        let mut opening = Opening::of(100);
        assert!(opening.older(page(20)).is_empty());
        let done = History {
            at_start: true,
            ..History::default()
        };
        assert_eq!(order(&opening.history(done)), [20]);
        assert_eq!(order(&Opening::of(0).newer(page(1))), [1]);
    }
}
