//! Entries as the reference producer writes them, with ids that count up.

use redis::{Connection, Pipeline};

pub const STREAM: &str = "memory:events";
/// The id of the first entry, ms; the next is one more.
pub const FIRST: u64 = 1_700_000_000_000;

/// Appends the entries with these numbers.
pub fn append(connection: &mut Connection, numbers: std::ops::Range<u64>) {
    let mut pipe = redis::pipe();
    for n in numbers {
        push(&mut pipe, n);
    }
    pipe.query::<()>(connection).expect("entries are appended");
}

fn push(pipe: &mut Pipeline, n: u64) {
    let error = n.is_multiple_of(8);
    let kind = if error {
        "error.occurred"
    } else {
        "message.added"
    };
    let command = pipe
        .cmd("XADD")
        .arg(STREAM)
        .arg(format!("{}-0", FIRST + n))
        .ignore();
    command
        .arg("id")
        .arg(format!("evt-{}", 1_700_000_000_000_000_000 + n * 1_000_003));
    command.arg("type").arg(kind);
    command
        .arg("session_id")
        .arg(format!("sess-{:04x}", n * 7919 % 5000));
    command.arg("user_id").arg(format!("user-{}", n % 500));
    command.arg("timestamp").arg(1_700_000_000 + n / 1000);
    command.arg("tokens").arg(n * 31 % 900);
    command.arg("latency_ms").arg(n * 17 % 3_000);
    command
        .arg("content")
        .arg("Please look at the next step of the plan: the answer depends on what the tool said before.");
    if error {
        command.arg("error").arg("Timeout after 30 s");
    }
}
