//! `export` and `import` against a real Redis, by the real binary: what comes back is what went out, also after a kill at any
//! moment, and what is wrong with a file or a stream is told.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "transfer/both_ways.rs"]
mod both_ways;
#[path = "transfer/files.rs"]
mod files;
#[path = "transfer/interrupted.rs"]
mod interrupted;
#[path = "publish/place.rs"]
mod place;
#[path = "transfer/refused.rs"]
mod refused;
#[path = "transfer/verify.rs"]
mod verify;

use place::Place;

/// The files of each kind.
const ENDINGS: [&str; 3] = ["jsonl", "jsonl.gz", "jsonl.lz4"];

/// Adds so many plain entries, one each millisecond from 1,000,000 on.
fn fill(place: &Place, stream: &str, count: u64) {
    let mut from = 0;
    while from < count {
        let to = (from + 10_000).min(count);
        let mut pipe = redis::pipe();
        for n in from..to {
            let command = pipe
                .cmd("XADD")
                .arg(stream)
                .arg(format!("{}-1", 1_000_000 + n));
            command
                .arg("type")
                .arg("message.added")
                .arg("session_id")
                .arg(n % 31);
            command
                .arg("n")
                .arg(n)
                .arg("text")
                .arg("please look at the next step of the plan")
                .ignore();
        }
        pipe.query::<()>(&mut place.server.connection()).unwrap();
        from = to;
    }
}

/// The checksum of content that a line of figures names.
fn content(printed: &str, what: &str) -> String {
    let line = printed.lines().find(|line| line.starts_with(what));
    let line = line.unwrap_or_else(|| panic!("no line of {what}: {printed}"));
    line.rsplit(' ').next().unwrap().to_owned()
}

/// Every entry with all its fields, as the server tells it.
type Entries = Vec<(String, Vec<Vec<u8>>)>;

fn entries(place: &Place, stream: &str) -> Entries {
    place.server.run(&format!("XRANGE {stream} - +"))
}
