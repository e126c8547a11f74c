//! What the session screen is about: one session, folded at the playhead, before the last event, and at the entry that it
//! is compared with.
//!
//! Invariant: all of it is what the log, the session, the playhead and the baseline say, whichever way led there.

use crate::model::{EntryId, Mapping, Ms};
use crate::project::Finding;
use crate::project::Folded;
use crate::project::findings::Silence;
use crate::project::folded::Step;
use crate::project::session_fields::{Change, Standing, diff};
use crate::project::session_state::{SessionState, starts_known};
use crate::store::{Cursor, Log, Seq, Symbol};

/// What it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The log.
    pub log: &'a Log,
    /// How entries are decoded.
    pub mapping: &'a Mapping,
    /// The session.
    pub session: Symbol,
    /// What has happened.
    pub cursor: Cursor,
    /// What the screen speaks of.
    pub horizon: Cursor,
    /// What to compare with.
    pub baseline: Option<EntryId>,
}

/// A session at the playhead.
#[derive(Clone, Debug)]
pub struct Inspected {
    folded: Folded,
    rebuilt: u64,
    happened: usize,
    shown: usize,
    before: SessionState,
    state: SessionState,
    starts_known: bool,
    silence: Silence,
    baseline: Option<Baseline>,
}

/// The session as it stood at another entry.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The entry.
    pub id: EntryId,
    /// Its place in the log.
    pub seq: Seq,
    count: usize,
    state: SessionState,
}

impl Inspected {
    /// A session as it stands.
    #[must_use]
    pub fn new(subject: Subject<'_>) -> Self {
        let mut inspected = Self {
            folded: Folded::new(subject.log, subject.session),
            rebuilt: 0,
            happened: 0,
            shown: 0,
            before: SessionState::default(),
            state: SessionState::default(),
            starts_known: false,
            silence: Silence::default(),
            baseline: None,
        };
        inspected.refresh(subject);
        inspected
    }

    /// Brings it up to date.
    pub fn refresh(&mut self, subject: Subject<'_>) {
        self.folded.refresh(subject.log, subject.session);
        let is_same = self.folded.rebuilt() == self.rebuilt;
        self.rebuilt = self.folded.rebuilt();
        self.shown = self.folded.count_before(subject.horizon);
        self.starts_known = starts_known(subject.log, subject.cursor);
        self.move_to(subject, is_same);
        self.compare(subject, is_same);
    }

    fn move_to(&mut self, subject: Subject<'_>, is_same: bool) {
        let count = self.folded.count_before(subject.cursor);
        if is_same && count == self.happened {
            return;
        }
        let Subject { log, mapping, .. } = subject;
        let near = is_same.then_some((self.happened, &self.state));
        let one_less = count.saturating_sub(1);
        self.before = self.folded.state_after(log, mapping, one_less, near);
        let near = Some((one_less, &self.before));
        self.state = self.folded.state_after(log, mapping, count, near);
        self.happened = count;
        self.silence = self.folded.silence_after(log, count);
    }

    /// What is to be said of its silence at a moment.
    #[must_use]
    pub fn silent(&self, at_ms: Ms) -> Option<Finding> {
        self.silence.at(0, at_ms)
    }

    fn compare(&mut self, subject: Subject<'_>, is_same: bool) {
        let kept = self.baseline.take().filter(|baseline| {
            let is_here = subject.log.get(baseline.seq).is_some();
            is_same && is_here && Some(baseline.id) == subject.baseline
        });
        self.baseline = kept.or_else(|| self.baseline_at(subject));
    }

    fn baseline_at(&mut self, subject: Subject<'_>) -> Option<Baseline> {
        let Subject { log, mapping, .. } = subject;
        let id = subject.baseline?;
        let seq = log.find(id)?;
        let count = self.folded.count_before(seq.after());
        let state = self.folded.state_after(log, mapping, count, None);
        Some(Baseline {
            id,
            seq,
            count,
            state,
        })
    }

    /// The session's events, turns and states.
    #[must_use]
    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    /// How many of its events have happened.
    #[must_use]
    pub fn happened(&self) -> usize {
        self.happened
    }

    /// The events that the screen speaks of.
    #[must_use]
    pub fn shown(&self) -> &[Step] {
        self.folded.steps().get(..self.shown).unwrap_or_default()
    }

    /// The last event that has happened.
    #[must_use]
    pub fn last(&self) -> Option<&Step> {
        self.folded.steps().get(self.happened.checked_sub(1)?)
    }

    /// What it is compared with.
    #[must_use]
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_ref()
    }

    /// The state, and how the session stands at a moment.
    #[must_use]
    pub fn standing(&self, at_ms: Ms) -> Standing<'_> {
        self.standing_of(&self.state, Some(at_ms))
    }

    /// What the last event changed.
    #[must_use]
    pub fn changed_by_last(&self) -> Vec<Change<'_>> {
        let before = self.standing_of(&self.before, None);
        diff(before, self.standing_of(&self.state, None))
    }

    /// What is different at a moment from what was at the baseline, if there is one.
    #[must_use]
    pub fn compared(&self, at_ms: Ms) -> Option<Vec<Change<'_>>> {
        let baseline = self.baseline()?;
        let before = self.standing_of(&baseline.state, Some(baseline.id.ms));
        Some(diff(before, self.standing(at_ms)))
    }

    /// At a moment, or right after its last event.
    fn standing_of<'a>(&self, state: &'a SessionState, at_ms: Option<Ms>) -> Standing<'a> {
        let status = state.last_id.map(|last| {
            let at_ms = at_ms.unwrap_or(last.ms);
            state.status(at_ms, self.starts_known)
        });
        Standing { state, status }
    }
}

impl Baseline {
    /// How many of the session's events had happened there.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}
