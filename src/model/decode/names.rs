//! Which field names can play which role: one table, read into one hash map, so that a field costs one lookup.

mod known;

use std::sync::LazyLock;

use hashbrown::HashMap;

pub use self::known::NameNumber;
pub(super) use self::known::Names;
use crate::model::Part;

/// A role that a field can play while an entry is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Part(Part),
    /// What went wrong in words, worth reading only where something did go wrong.
    Text,
    Code,
    Status,
    Level,
    Version,
    Done,
    Usage,
    Prompt,
    Completion,
    SummaryTokens,
    /// May hold the event as JSON.
    Wrapper,
    /// May hold it inside a wrapper's JSON.
    InnerWrapper,
}

impl Slot {
    /// Slots that hold a pick; the two wrappers hold none.
    pub(super) const COUNT: usize = Part::ALL.len() + 10;

    pub(super) const fn index(self) -> Option<usize> {
        let after_parts = match self {
            Self::Part(part) => return Some(part as usize),
            Self::Text => 0,
            Self::Code => 1,
            Self::Status => 2,
            Self::Level => 3,
            Self::Version => 4,
            Self::Done => 5,
            Self::Usage => 6,
            Self::Prompt => 7,
            Self::Completion => 8,
            Self::SummaryTokens => 9,
            Self::Wrapper | Self::InnerWrapper => return None,
        };
        Some(Part::ALL.len() + after_parts)
    }
}

/// What a name can be.
#[derive(Debug, Default)]
pub(super) struct Plays {
    pub(super) name: &'static str,
    /// Slot and priority; a lower one is preferred.
    pub(super) slots: Vec<(Slot, u16)>,
    pub(super) wrapper: bool,
    pub(super) inner_wrapper: bool,
}

/// From here on a priority is weak: a strong candidate deeper in the entry is preferred to it.
pub(super) const WEAK: u16 = 32;

/// Names of the event's own time, the likeliest first.
pub const TIMES: &[&str] = &[
    "timestamp",
    "ts",
    "time",
    "created_at",
    "createdAt",
    "event_time_us",
    "occurred_at",
    "@timestamp",
    "occurredAt",
    "event_time",
    "eventTime",
    "timeUnixNano",
];

/// Names are tried in this order.
const STRONG: &[(Slot, &[&str])] = &[
    (
        Slot::Part(Part::Kind),
        &[
            "type",
            "event_type",
            "eventType",
            "event",
            "name",
            "kind",
            "action",
            "operation",
            "method",
        ],
    ),
    (
        Slot::Part(Part::Session),
        &[
            "session_id",
            "sessionId",
            "session.id",
            "session",
            "conversation_id",
            "conversationId",
            "thread_id",
            "threadId",
            "run_id",
            "runId",
            "workflow_id",
            "workflowId",
            "task_id",
            "taskId",
        ],
    ),
    (
        Slot::Part(Part::User),
        &[
            "user_id",
            "userId",
            "user",
            "actor",
            "owner",
            "account_id",
            "accountId",
            "user.id",
            "enduser.id",
        ],
    ),
    (Slot::Part(Part::Time), TIMES),
    (
        Slot::Part(Part::Latency),
        &[
            "latency_ms",
            "duration_ms",
            "elapsed_ms",
            "latencyMs",
            "durationMs",
            "elapsedMs",
            "duration",
            "working_time",
            "execution_time",
            "workingTime",
            "executionTime",
        ],
    ),
    (
        Slot::Part(Part::Tokens),
        &[
            "tokens",
            "total_tokens",
            "totalTokens",
            "usage.total_tokens",
            "gen_ai.usage.total_tokens",
        ],
    ),
    (
        Slot::Part(Part::Error),
        &[
            "error",
            "error_message",
            "errorMessage",
            "failedReason",
            "failed_reason",
            "exception",
            "exception.message",
            "error.message",
            "exc",
        ],
    ),
    (Slot::Part(Part::EventId), &["id", "event_id", "eventId"]),
    (
        Slot::Part(Part::Role),
        &["role", "speaker", "sender", "author"],
    ),
    (
        Slot::Text,
        &[
            "error_message",
            "errorMessage",
            "exception.message",
            "error.message",
            "message",
            "msg",
            "reason",
            "detail",
        ],
    ),
    (
        Slot::Code,
        &[
            "code",
            "error_code",
            "errorCode",
            "error_type",
            "errorType",
            "error.type",
            "exception_type",
            "exception.type",
            "exc_type",
        ],
    ),
    (Slot::Status, &["status"]),
    (
        Slot::Level,
        &[
            "level",
            "severity",
            "log_level",
            "loglevel",
            "log.level",
            "levelname",
        ],
    ),
    (Slot::Version, &["schema_version", "schemaVersion", "v"]),
    (Slot::Done, &["done", "complete"]),
    (Slot::Usage, &["usage", "token_usage", "usage_metadata"]),
    (
        Slot::Prompt,
        &[
            "prompt_tokens",
            "input_tokens",
            "promptTokens",
            "inputTokens",
            "usage.prompt_tokens",
            "usage.input_tokens",
            "gen_ai.usage.input_tokens",
        ],
    ),
    (
        Slot::Completion,
        &[
            "completion_tokens",
            "output_tokens",
            "completionTokens",
            "outputTokens",
            "usage.completion_tokens",
            "usage.output_tokens",
            "gen_ai.usage.output_tokens",
        ],
    ),
    (Slot::SummaryTokens, &["summary_tokens", "summaryTokens"]),
    (
        Slot::Wrapper,
        &[
            "data",
            "payload",
            "event",
            "message",
            "json_payload",
            "body",
            "__data__",
            "job",
            "value",
            "record",
        ],
    ),
    (Slot::InnerWrapper, &["data", "payload", "params"]),
];

/// Names that say little, tried after all strong ones at any depth.
const LAST_RESORT: &[(Slot, &[&str])] = &[
    (Slot::Part(Part::Kind), &["status", "level"]),
    (
        Slot::Part(Part::Session),
        &[
            "trace_id",
            "traceId",
            "correlation_id",
            "correlationId",
            "job_id",
            "jobId",
            "agent_id",
            "agentId",
            "agent",
        ],
    ),
];

static TABLE: LazyLock<HashMap<&'static [u8], Plays>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    fill(&mut table, STRONG, 0);
    fill(&mut table, LAST_RESORT, WEAK);
    table
});

fn fill(
    table: &mut HashMap<&'static [u8], Plays>,
    rows: &[(Slot, &'static [&'static str])],
    base: u16,
) {
    for (slot, names) in rows {
        for (priority, name) in (base..).zip(names.iter()) {
            let plays = table.entry(name.as_bytes()).or_default();
            plays.name = name;
            match slot {
                Slot::Wrapper => plays.wrapper = true,
                Slot::InnerWrapper => plays.inner_wrapper = true,
                slot => plays.slots.push((*slot, priority)),
            }
        }
    }
}

/// The longest name in the table is shorter.
const LONGEST: usize = 32;

/// What a field of that name can be; `None` for a name without meaning here.
pub(super) fn plays(name: &[u8]) -> Option<&'static Plays> {
    if name.len() > LONGEST {
        return None;
    }
    TABLE.get(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_too_long_to_be_found() {
        for name in TABLE.keys() {
            assert!(plays(name).is_some(), "{name:?}");
        }
    }

    #[test]
    fn every_slot_has_an_index_of_its_own() {
        let mut seen: Vec<usize> = STRONG.iter().filter_map(|(slot, _)| slot.index()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..Slot::COUNT).collect::<Vec<_>>());
    }
}
