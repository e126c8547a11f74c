//! Turns of a conversation: a user's message, and the assistant's answer to it.
//!
//! A turn reaches from a user's message to the next one. Its answer is the first message of the assistant in it; a
//! message that the user follows up before there was an answer stays without one.

use super::folded::Step;
use crate::model::Ms;

/// Who speaks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The one who asks.
    User,
    /// The one who answers.
    Assistant,
}

impl Speaker {
    /// By the role that a message names; tools and systems are neither.
    #[must_use]
    pub fn of(role: &[u8]) -> Option<Self> {
        match role {
            b"user" | b"human" => Some(Self::User),
            b"assistant" | b"ai" | b"agent" | b"bot" | b"model" => Some(Self::Assistant),
            _ => None,
        }
    }
}

/// A turn, by indices of its session's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The user's message.
    pub ask: usize,
    /// The answer, if one came.
    pub answer: Option<usize>,
    /// The step after its last one.
    pub end: usize,
}

/// What a turn was like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TurnTold {
    /// From the user's message to the answer; `None` without an answer.
    pub latency_ms: Option<f64>,
    /// Failures in the turn, before its answer and after it.
    pub errors: u64,
}

impl Turn {
    /// As it looks to one who knows only the first `limit` steps; `None` where it has not begun.
    #[must_use]
    pub fn before(self, limit: usize) -> Option<Self> {
        (self.ask < limit).then(|| Self {
            answer: self.answer.filter(|answer| *answer < limit),
            end: self.end.min(limit),
            ..self
        })
    }

    /// Measures it. The answer's own latency counts where it is the longer: ids may have been given all at once.
    #[must_use]
    pub fn told(self, steps: &[Step]) -> TurnTold {
        let own = steps.get(self.ask..self.end).unwrap_or_default();
        let answer = self.answer.and_then(|at| steps.get(at));
        let errors = own.iter().filter(|step| step.is_error && !step.repeated);
        TurnTold {
            latency_ms: answer.zip(own.first()).map(|(a, ask)| waited(ask.ms, a)),
            errors: errors.count() as u64,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans within a session")]
fn waited(asked_ms: Ms, answer: &Step) -> f64 {
    let span = answer.ms.saturating_sub(asked_ms) as f64;
    answer.latency_ms.map_or(span, |own| own.max(span))
}

/// The turns of a session, kept up as its steps come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns(Vec<Turn>);

impl Turns {
    /// Takes in the step with this index, which is the next one.
    pub fn push(&mut self, index: usize, step: &Step) {
        let speaker = step.speaker.filter(|_| !step.repeated);
        if let Some(turn) = self.0.last_mut() {
            turn.end = if speaker == Some(Speaker::User) {
                index
            } else {
                index + 1
            };
            if speaker == Some(Speaker::Assistant) {
                turn.answer.get_or_insert(index);
            }
        }
        if speaker == Some(Speaker::User) {
            self.0.push(Turn {
                ask: index,
                answer: None,
                end: index + 1,
            });
        }
    }

    /// The number of turns that the first `limit` steps begin.
    #[must_use]
    pub fn count_before(&self, limit: usize) -> usize {
        self.0.partition_point(|turn| turn.ask < limit)
    }

    /// A turn by its number from 0, as the first `limit` steps have it.
    #[must_use]
    pub fn get(&self, number: usize, limit: usize) -> Option<Turn> {
        self.0.get(number)?.before(limit)
    }

    /// The turn in which a step stands, as the first `limit` steps have it.
    #[must_use]
    pub fn around(&self, index: usize, limit: usize) -> Option<Turn> {
        self.get(self.count_before(index + 1).checked_sub(1)?, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Seq;

    fn step(ms: Ms, speaker: Option<Speaker>) -> Step {
        Step {
            seq: Seq::ORIGIN.plus(ms),
            ms,
            latency_ms: None,
            speaker,
            is_error: false,
            repeated: false,
        }
    }

    fn turns(steps: &[Step]) -> Turns {
        let mut turns = Turns::default();
        for (index, step) in steps.iter().enumerate() {
            turns.push(index, step);
        }
        turns
    }

    const USER: Option<Speaker> = Some(Speaker::User);
    const ASSISTANT: Option<Speaker> = Some(Speaker::Assistant);

    #[test]
    fn the_first_answer_ends_the_wait_and_the_next_question_the_turn() {
        let failed = Step {
            is_error: true,
            ..step(2_500, None)
        };
        let steps = [
            step(0, None),
            step(1_000, USER),
            step(3_000, ASSISTANT),
            failed,
            step(4_000, ASSISTANT),
            step(5_000, USER),
        ];
        let turns = turns(&steps);
        let first = turns.get(0, steps.len()).map(|t| t.told(&steps));
        let wanted = TurnTold {
            latency_ms: Some(2_000.0),
            errors: 1,
        };
        assert_eq!(first, Some(wanted));
        let second = turns.get(1, steps.len()).map(|t| t.told(&steps).latency_ms);
        assert_eq!(second, Some(None));
        assert_eq!(turns.around(4, steps.len()).map(|t| t.ask), Some(1));
        assert_eq!(turns.around(0, steps.len()), None);
    }

    #[test]
    fn a_message_that_is_followed_up_stays_unanswered() {
        let steps = [step(0, USER), step(10, USER), step(20, ASSISTANT)];
        let turns = turns(&steps);
        assert_eq!(turns.get(0, 3).and_then(|t| t.answer), None);
        assert_eq!(turns.get(1, 3).and_then(|t| t.answer), Some(2));
    }

    #[test]
    fn the_answers_own_latency_counts_where_it_is_longer() {
        let answer = |latency_ms| Step {
            latency_ms: Some(latency_ms),
            ..step(100, ASSISTANT)
        };
        for (own, waited) in [(20.0, 100.0), (1_500.0, 1_500.0)] {
            let steps = [step(0, USER), answer(own)];
            let turn = turns(&steps).get(0, 2).map(|t| t.told(&steps).latency_ms);
            assert_eq!(turn, Some(Some(waited)));
        }
    }

    #[test]
    fn what_has_not_happened_is_not_known() {
        let steps = [step(0, USER), step(10, None), step(20, ASSISTANT)];
        let turns = turns(&steps);
        assert_eq!(turns.count_before(0), 0);
        assert_eq!(turns.get(0, 2).map(|t| (t.answer, t.end)), Some((None, 2)));
    }

    #[test]
    fn a_repeated_message_opens_no_turn_and_answers_none() {
        let again = |speaker| Step {
            repeated: true,
            ..step(5, speaker)
        };
        let steps = [step(0, USER), again(USER), again(ASSISTANT)];
        let turns = turns(&steps);
        assert_eq!(turns.count_before(3), 1);
        assert_eq!(turns.get(0, 3).and_then(|t| t.answer), None);
    }
}
