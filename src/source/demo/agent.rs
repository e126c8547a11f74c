//! One session: a person who types, an agent that thinks, searches, fails and answers, until it ends or is left alone.

use super::chance::Chance;
use super::phrases;

/// Names and values.
pub type Fields = Vec<(String, String)>;

/// What a moment is like for everybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weather {
    /// Likelihood that a step fails.
    pub failing: f64,
    /// Mean steps until a failed one is tried again.
    pub retry: f64,
    /// The burst that is under way.
    pub burst: Option<usize>,
    /// Latencies are that many times the usual.
    pub slowness: f64,
}

/// What a session does next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    Start,
    Ask,
    Think,
    Answer,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Agent {
    session: String,
    user: String,
    began_ms: u64,
    step: Step,
    asked_ms: u64,
    messages: u64,
    turns_left: u64,
    abandoned: bool,
    broken: Option<Broken>,
}

/// A tool that fails again and again, in one turn of an unlucky session.
#[derive(Clone, Copy, Debug)]
struct Broken {
    turns_left: u64,
    failures: u64,
    way: (&'static str, &'static str),
}

/// Turns of a session: median, spread and most.
const TURNS: (f64, f64, f64) = (14.0, 0.6, 120.0);
/// How many sessions are left by their user without an end.
const ABANDONED: f64 = 0.01;
/// How many sessions have a tool that fails.
const UNLUCKY: f64 = 0.045;

/// What a step gave.
pub struct Stepped {
    /// The event's kind and its own fields.
    pub kind: &'static str,
    /// Its own fields.
    pub data: Fields,
    /// How long until the next step, in mean steps; `None` when the session is over.
    pub pause: Option<f64>,
}

impl Agent {
    /// A session that begins.
    pub fn new(chance: &mut Chance, users: u64, began_ms: u64) -> Self {
        let session = format!("sess-{:08x}", chance.bits() >> 32);
        let user = format!("user-{}", chance.between(1, users.max(1)));
        let (median, spread, most) = TURNS;
        let turns_left = count(chance.around(median, spread).clamp(2.0, most));
        Self {
            session,
            user,
            began_ms,
            step: Step::Start,
            asked_ms: began_ms,
            messages: 0,
            turns_left,
            abandoned: chance.happens(ABANDONED),
            broken: chance.happens(UNLUCKY).then(|| Broken {
                turns_left: chance.between(turns_left / 2, turns_left.saturating_sub(1)),
                failures: chance.between(5, 13),
                way: chance.pick(phrases::FAILED),
            }),
        }
    }

    /// The fields that every event has.
    pub fn envelope(&self, kind: &str, at_ms: u64, chance: &mut Chance) -> Fields {
        let ns = u128::from(at_ms) * 1_000_000 + u128::from(chance.between(0, 999_999));
        let user = if kind == "summary.created" {
            ""
        } else {
            self.user.as_str()
        };
        let own = |n: &str, v: String| (n.to_owned(), v);
        vec![
            own("id", format!("evt-{ns}")),
            own("type", kind.to_owned()),
            own("session_id", self.session.clone()),
            own("user_id", user.to_owned()),
            own("timestamp", (at_ms / 1_000).to_string()),
        ]
    }

    /// Goes on.
    pub fn step(&mut self, at_ms: u64, weather: Weather, chance: &mut Chance) -> Stepped {
        match self.step {
            Step::Start => self.started(chance),
            Step::Ask => self.asked(at_ms, weather, chance),
            Step::Think | Step::Answer if chance.happens(weather.failing) => {
                failed(weather, chance)
            }
            Step::Think | Step::Answer if self.is_broken() => self.failed_again(chance),
            Step::Think => self.thought(weather, chance),
            Step::Answer => self.answered(at_ms, chance),
        }
    }

    fn is_broken(&self) -> bool {
        let due = |b: Broken| b.failures > 0 && b.turns_left >= self.turns_left;
        self.broken.is_some_and(due)
    }

    fn failed_again(&mut self, chance: &mut Chance) -> Stepped {
        let way = self.broken.as_mut().map(|broken| {
            broken.failures -= 1;
            broken.way
        });
        failure(way.unwrap_or_default(), 0.5, chance)
    }

    fn started(&mut self, chance: &mut Chance) -> Stepped {
        self.step = Step::Ask;
        let ip = format!(
            "10.{}.{}.{}",
            chance.between(0, 9),
            chance.between(0, 254),
            chance.between(1, 254)
        );
        let agent = chance.pick(phrases::AGENTS).to_owned();
        stepped(
            "session.started",
            vec![("ip", ip), ("user_agent", agent)],
            Some(0.5),
        )
    }

    fn asked(&mut self, at_ms: u64, weather: Weather, chance: &mut Chance) -> Stepped {
        if self.turns_left == 0 {
            return self.ended(at_ms);
        }
        if self.messages > 4 && chance.happens(0.02) {
            let reason = chance.pick(phrases::CLEARED).to_owned();
            return stepped("memory.cleared", vec![("reason", reason)], Some(0.5));
        }
        self.turns_left -= 1;
        self.asked_ms = at_ms;
        let (step, pause) = if chance.happens(0.4) {
            (Step::Think, 0.15)
        } else {
            (Step::Answer, 0.4)
        };
        self.step = step;
        let text = filled(chance.pick(phrases::ASKED), chance);
        let data = self.message("user", text, None);
        let pause = chance.around(pause * weather.slowness, 0.4);
        stepped("message.added", data, Some(pause))
    }

    fn thought(&mut self, weather: Weather, chance: &mut Chance) -> Stepped {
        if self.messages > 8 && chance.happens(0.15) {
            let ratio = format!("{}.{}", chance.between(2, 8), chance.between(0, 9));
            let data = vec![
                ("original_messages", self.messages.to_string()),
                ("summary_tokens", chance.between(80, 400).to_string()),
                ("compression_ratio", ratio),
            ];
            return stepped("summary.created", data, Some(0.4));
        }
        if !chance.happens(0.35) {
            self.step = Step::Answer;
        }
        let data = vec![
            ("query", filled(chance.pick(phrases::SEARCHED), chance)),
            ("results_count", chance.between(0, 20).to_string()),
            ("threshold", "0.75".to_owned()),
            (
                "latency_ms",
                whole(chance.around(60.0 * weather.slowness, 0.7)),
            ),
        ];
        let pause = chance.around(0.2 * weather.slowness, 0.4);
        stepped("search.performed", data, Some(pause))
    }

    /// The answer took as long as the person waited for it.
    fn answered(&mut self, at_ms: u64, chance: &mut Chance) -> Stepped {
        self.step = Step::Ask;
        let mut text = filled(chance.pick(phrases::ANSWERED), chance);
        for _ in 0..chance.between(0, 2) {
            text = format!("{text} {}", filled(chance.pick(phrases::ANSWERED), chance));
        }
        let latency = at_ms.saturating_sub(self.asked_ms).to_string();
        let data = self.message("assistant", text, Some(latency));
        // Some people read the answer, and never come back.
        let left_alone = self.abandoned && self.turns_left < 3;
        stepped(
            "message.added",
            data,
            (!left_alone).then(|| chance.around(1.8, 0.7)),
        )
    }

    fn ended(&self, at_ms: u64) -> Stepped {
        let seconds = at_ms.saturating_sub(self.began_ms) / 1_000;
        let minutes = format!("{}.{:02}", seconds / 60, seconds % 60 * 100 / 60);
        stepped(
            "session.ended",
            vec![
                ("duration_minutes", minutes),
                ("total_messages", self.messages.to_string()),
            ],
            None,
        )
    }

    fn message(
        &mut self,
        role: &str,
        content: String,
        latency_ms: Option<String>,
    ) -> Vec<(&'static str, String)> {
        self.messages += 1;
        let length = content.chars().count();
        let mut data = vec![
            ("message_id", format!("msg-{}", self.messages)),
            ("role", role.to_owned()),
            ("length", length.to_string()),
            ("tokens", (length / 4 + 3).to_string()),
            ("content", content),
        ];
        data.extend(latency_ms.map(|l| ("latency_ms", l)));
        data
    }
}

fn failed(weather: Weather, chance: &mut Chance) -> Stepped {
    let in_burst = weather.burst.filter(|_| chance.happens(0.85));
    let burst = in_burst.and_then(|at| phrases::BURSTS.get(at % phrases::BURSTS.len()));
    let way = burst
        .copied()
        .unwrap_or_else(|| chance.pick(phrases::FAILED));
    failure(way, weather.retry, chance)
}

fn failure(way: (&str, &str), retry: f64, chance: &mut Chance) -> Stepped {
    let (code, message) = way;
    let data = vec![
        ("error", filled(message, chance)),
        ("code", code.to_owned()),
        ("latency_ms", whole(chance.around(2_500.0, 0.6))),
    ];
    stepped("error.occurred", data, Some(chance.around(retry, 0.4)))
}

fn stepped(kind: &'static str, data: Vec<(&str, String)>, pause: Option<f64>) -> Stepped {
    let data = data.into_iter().map(|(n, v)| (n.to_owned(), v)).collect();
    Stepped { kind, data, pause }
}

fn filled(phrase: &str, chance: &mut Chance) -> String {
    let number = chance.between(2, 4_200).to_string();
    let phrase = phrase
        .replace("{n}", &number)
        .replace("{t}", chance.pick(phrases::TOPICS));
    phrase.replace("{f}", chance.pick(phrases::FILES))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the caller has clamped it"
)]
fn count(number: f64) -> u64 {
    number.round() as u64
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}
