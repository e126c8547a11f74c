//! The order of a session's events at both ends of a run, so that runs can be joined: what follows what, and who waits for an
//! answer.

use super::Seen;
use crate::model::Ms;
use crate::project::turns::Speaker;
use crate::store::Symbol;

/// A type and when it came.
type Step = (Symbol, Option<Ms>);

/// An answer: when, and how long it took by its own word, ms.
type Answer = (Option<Ms>, Option<f64>);

/// When something was asked.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Question(Option<Ms>);

/// What a run of one session's events shows at its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    /// The first two types; the second where there is one.
    head: [Option<Step>; 2],
    /// The last two types, the last one last.
    tail: [Option<Step>; 2],
    /// An answer before any question.
    answer: Option<Answer>,
    /// A question was asked.
    asked: bool,
    /// A question without an answer: when it was asked.
    open: Option<Question>,
}

/// What happened where two runs of a session meet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seam {
    /// A type, the next one, and the time between, where both are known.
    pub pair: Option<(Symbol, Symbol, Option<Ms>)>,
    /// Paths of three types across it.
    pub paths: [Option<[Symbol; 3]>; 2],
    /// From a question to its answer, ms.
    pub turn_ms: Option<f64>,
}

impl Pace {
    pub(super) fn of(seen: &Seen) -> Self {
        let step = Some((seen.kind, seen.ms));
        let asks = seen.speaker == Some(Speaker::User);
        let answers = seen.speaker == Some(Speaker::Assistant);
        Self {
            head: [step, None],
            tail: [None, step],
            answer: answers.then_some((seen.ms, seen.latency_ms)),
            asked: asks,
            open: asks.then_some(Question(seen.ms)),
        }
    }

    /// Joins what comes right after it.
    pub(super) fn join(&mut self, later: &Self) -> Seam {
        let seam = Seam {
            pair: self.pair(later),
            paths: [
                path([self.tail[0], self.tail[1], later.head[0]]),
                path([self.tail[1], later.head[0], later.head[1]]),
            ],
            turn_ms: self.turn(later),
        };
        self.join_ends(later);
        self.join_speakers(later);
        seam
    }

    fn pair(&self, later: &Self) -> Option<(Symbol, Symbol, Option<Ms>)> {
        let ((from, left), (to, came)) = (self.tail[1]?, later.head[0]?);
        let gap_ms = left
            .zip(came)
            .and_then(|(left, came)| came.checked_sub(left));
        Some((from, to, gap_ms))
    }

    /// The answer's own latency counts where it is the longer: ids may have been given all at once.
    #[expect(clippy::cast_precision_loss, reason = "spans within a session")]
    fn turn(&self, later: &Self) -> Option<f64> {
        let (Question(asked_ms), (came_ms, own_ms)) = (self.open?, later.answer?);
        let span = asked_ms
            .zip(came_ms)
            .and_then(|(asked, came)| came.checked_sub(asked));
        let span = span.map(|ms| ms as f64);
        match (span, own_ms) {
            (Some(span), Some(own)) => Some(span.max(own)),
            (span, own) => span.or(own),
        }
    }

    fn join_ends(&mut self, later: &Self) {
        let [first, second] = self.head;
        self.head = match (first, second) {
            (None, _) => later.head,
            (first, None) => [first, later.head[0]],
            both => [both.0, both.1],
        };
        self.tail = match later.tail {
            [None, None] => self.tail,
            [None, last] => [self.tail[1], last],
            both => both,
        };
    }

    fn join_speakers(&mut self, later: &Self) {
        if !self.asked && self.answer.is_none() {
            self.answer = later.answer;
        }
        if later.asked {
            self.open = later.open;
        } else if later.answer.is_some() {
            self.open = None;
        }
        self.asked |= later.asked;
    }

    pub(super) fn renamed(mut self, rename: &mut impl FnMut(Symbol) -> Symbol) -> Self {
        for step in self.head.iter_mut().chain(&mut self.tail).flatten() {
            step.0 = rename(step.0);
        }
        self
    }
}

fn path(steps: [Option<Step>; 3]) -> Option<[Symbol; 3]> {
    let [Some(a), Some(b), Some(c)] = steps else {
        return None;
    };
    Some([a.0, b.0, c.0])
}
