//! What is asked of a long session's steps again and again, kept by step, so that no question walks all of them.
//!
//! Invariant: each answer is what looking at all steps before gives.

use std::ops::Range;

use super::Step;
use crate::model::{EntryId, Flags};
use crate::project::findings::{Place, Silence};
use crate::project::timeline::SILENCE_MS;
use crate::store::Log;

/// Steps between two remembered habits.
const SPACING: usize = 256;

/// The outline of a session.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Steps that failed, ascending.
    errors: Vec<usize>,
    /// Steps that came after a silence, ascending.
    after_silence: Vec<usize>,
    /// How it kept silent before each step whose number is a multiple of [`SPACING`].
    habits: Vec<Silence>,
    habit: Silence,
}

impl Outline {
    /// Takes in the step with this number, which is the next one; `before` is the one before it.
    pub(super) fn push(
        &mut self,
        number: usize,
        step: &Step,
        before: Option<&Step>,
        (id, flags): (EntryId, Flags),
    ) {
        if number.is_multiple_of(SPACING) {
            self.habits.push(self.habit);
        }
        push(&mut self.habit, step, (id, flags));
        if step.is_error {
            self.errors.push(number);
        }
        if before.is_some_and(|before| step.ms.saturating_sub(before.ms) >= SILENCE_MS) {
            self.after_silence.push(number);
        }
    }

    /// Numbers of those steps that failed, among these.
    #[must_use]
    pub fn errors(&self, steps: Range<usize>) -> &[usize] {
        within(&self.errors, steps)
    }

    /// Numbers of those steps that came after a silence of at least [`SILENCE_MS`], among these.
    #[must_use]
    pub fn after_silence(&self, steps: Range<usize>) -> &[usize] {
        within(&self.after_silence, steps)
    }

    /// How the session kept silent in the first `count` of its steps.
    pub(super) fn silence(&self, log: &Log, steps: &[Step], count: usize) -> Silence {
        let count = count.min(steps.len());
        let at = count / SPACING;
        let mut silence = self.habits.get(at).copied().unwrap_or(self.habit);
        let rest = at * SPACING..count;
        for step in steps.get(rest).unwrap_or_default() {
            if let Some(entry) = log.get(step.seq) {
                push(&mut silence, step, (entry.id(), entry.flags()));
            }
        }
        silence
    }
}

fn push(silence: &mut Silence, step: &Step, (id, flags): (EntryId, Flags)) {
    if !step.repeated {
        let place = Place {
            id,
            seq: Some(step.seq),
        };
        silence.push(place, flags);
    }
}

fn within(numbers: &[usize], steps: Range<usize>) -> &[usize] {
    let at = |step: usize| numbers.partition_point(|number| *number < step);
    numbers
        .get(at(steps.start)..at(steps.end))
        .unwrap_or_default()
}
