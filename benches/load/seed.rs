//! A stream as the reference producer writes it, about 415 bytes an entry on the wire, with ids that count up.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;

pub const STREAM: &str = "memory:events";
/// The id of the first entry, ms; the next is one more.
pub const FIRST: u64 = 1_700_000_000_000;

const BATCH: u64 = 2_000;
const SAID: [&str; 4] = [
    "Please look at the next step of the plan: the answer depends on what the tool said before, and on the export of March.",
    "The setting lives in notes/2026.md; I changed it and ran the check again. Both warnings are gone, as far as I can see here.",
    "Yes, and keep the old name for now.",
    "Let me break this into steps: first the export, then the invoice, then the mail to the customer with both, and last the note.",
];

/// Appends that many entries: written here while a thread reads the answers.
pub fn fill(address: &str, entries: u64) {
    let mut socket = TcpStream::connect(address).expect("a connection");
    let answers = socket.try_clone().expect("the same connection");
    let reading = std::thread::spawn(move || read_answers(answers, entries));
    let mut requests = String::new();
    for from in (0..entries).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        requests.clear();
        for n in from..(from + BATCH).min(entries) {
            push(&mut requests, n);
        }
        socket.write_all(requests.as_bytes()).expect("it is sent");
    }
    reading.join().expect("every entry is taken");
}

/// Each answer is an id of two lines.
fn read_answers(mut socket: TcpStream, entries: u64) {
    let mut buffer = vec![0; 1 << 16];
    let mut lines = 0;
    while lines < entries * 2 {
        let came = socket.read(&mut buffer).expect("answers come");
        assert_ne!(came, 0, "the server went away");
        let came = buffer.get(..came).unwrap_or_default();
        assert_ne!(
            came.first(),
            Some(&b'-'),
            "{}",
            String::from_utf8_lossy(came)
        );
        lines += memchr::memchr_iter(b'\n', came).count() as u64;
    }
}

/// The ids of these entries: the first and the last.
pub fn ids(entries: &Range<u64>) -> (String, String) {
    let id = |n: u64| format!("{}-0", FIRST + n);
    (id(entries.start), id(entries.end.saturating_sub(1)))
}

fn push(out: &mut String, n: u64) {
    let mut fields: Vec<(&str, String)> = vec![
        (
            "id",
            format!("evt-{}", 1_700_000_000_000_000_000 + n * 1_000_003),
        ),
        ("type", String::new()),
        (
            "session_id",
            format!("sess-{:08x}", n * 7919 % 5000 * 65_537),
        ),
        ("user_id", format!("user-{}", n % 500)),
        ("timestamp", (1_700_000_000 + n / 1000).to_string()),
    ];
    let kind = match n % 40 {
        7 => {
            fields.push((
                "error",
                format!("no answer after {} ms", 10_000 + n % 90_000),
            ));
            fields.push(("code", "tool_timeout".to_owned()));
            fields.push(("latency_ms", (n * 17 % 9_000).to_string()));
            "error.occurred"
        }
        8 => {
            fields.push(("duration_minutes", format!("{}.5", n % 60)));
            fields.push(("total_messages", (n % 90).to_string()));
            "session.ended"
        }
        9 => {
            fields.push(("ip", format!("10.0.0.{}", n % 254)));
            fields.push(("user_agent", "agent/1.4".to_owned()));
            "session.started"
        }
        10..=12 => {
            fields.push(("query", format!("invoice {}", n % 10_000)));
            fields.push(("results_count", (n % 20).to_string()));
            fields.push(("threshold", "0.75".to_owned()));
            fields.push(("latency_ms", (n * 17 % 300).to_string()));
            "search.performed"
        }
        _ => {
            message(&mut fields, n);
            "message.added"
        }
    };
    if let Some(place) = fields.get_mut(1) {
        kind.clone_into(&mut place.1);
    }
    xadd(out, n, &fields);
}

fn message(fields: &mut Vec<(&str, String)>, n: u64) {
    let said = SAID
        .get(usize::try_from(n % 4).unwrap_or(0))
        .copied()
        .unwrap_or_default();
    let role = if n.is_multiple_of(2) {
        "user"
    } else {
        "assistant"
    };
    fields.push(("message_id", format!("msg-{}", n % 500)));
    fields.push(("role", role.to_owned()));
    fields.push(("length", said.len().to_string()));
    fields.push(("tokens", (said.len() / 4).to_string()));
    fields.push(("content", said.to_owned()));
    if role == "assistant" {
        fields.push(("latency_ms", (n * 31 % 2_000).to_string()));
    }
}

fn xadd(out: &mut String, n: u64, fields: &[(&str, String)]) {
    let words = 3 + fields.len() * 2;
    write!(out, "*{words}\r\n").expect("text");
    let id = format!("{}-0", FIRST + n);
    let pairs = fields.iter().flat_map(|(name, value)| [*name, value]);
    for word in ["XADD", STREAM, &id].into_iter().chain(pairs) {
        write!(out, "${}\r\n{word}\r\n", word.len()).expect("text");
    }
}
