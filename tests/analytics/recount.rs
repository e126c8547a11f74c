//! Random events, and the read model that counting them one by one gives.

use std::collections::BTreeMap;

use lookback::model::{EntryId, Flags, Mapping, decode};

use crate::stage::{STREAM, Stage};

/// Names and values.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// Chance that is the same in every run (xorshift, Marsaglia 2003).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// Appends random events, as agents write them, with some that are broken.
pub fn add(stage: &Stage, chance: &mut Chance, count: u64) {
    let mut pipe = redis::pipe();
    for _ in 0..count {
        let command = pipe.cmd("XADD").arg(STREAM).arg("*").ignore();
        let kinds = [
            "message.added",
            "search.performed",
            "session.started",
            "session.ended",
            "error.occurred",
        ];
        let kind = kinds[usize::try_from(chance.below(5)).unwrap()];
        command.arg("type").arg(kind);
        command
            .arg("session_id")
            .arg(format!("s-{}", chance.below(40)));
        command
            .arg("timestamp")
            .arg(1_700_000_000 + chance.below(1_000_000));
        if chance.below(2) == 0 {
            command.arg("latency_ms").arg(format!(
                "{}.{}",
                chance.below(150_000),
                chance.below(1_000)
            ));
        }
        if chance.below(2) == 0 {
            command.arg("tokens").arg(chance.below(5_000));
        }
        match chance.below(20) {
            0 => drop(command.arg("latency_ms").arg("many")),
            1 => drop(command.arg("x").arg(&b"\xff\x00"[..])),
            _ => {}
        }
    }
    pipe.query::<()>(&mut stage.server.connection()).unwrap();
}

/// What the fields have to be, by reading the whole stream.
pub fn recount(stage: &Stage) -> BTreeMap<String, String> {
    let entries: Vec<(String, Fields)> = stage.server.run(&format!("XRANGE {STREAM} - +"));
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut more: BTreeMap<String, String> = BTreeMap::new();
    let mut times: Vec<i64> = Vec::new();
    for (id, fields) in &entries {
        let id: EntryId = id.parse().unwrap();
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(n, v)| (n.as_slice(), v.as_slice()))
            .collect();
        let event = decode(STREAM.as_bytes(), id, &fields, &Mapping::default());
        let mut count = |field: &str, n: u64| *counts.entry(field.to_owned()).or_default() += n;
        count("total_events", 1);
        count(&format!("type:{}", String::from_utf8_lossy(&event.kind)), 1);
        for (flag, field) in [
            (Flags::ERROR, "errors"),
            (Flags::START, "sessions_started"),
            (Flags::END, "sessions_ended"),
        ] {
            if event.flags.has(flag) {
                count(field, 1);
            }
        }
        if let Some(ms) = event.latency_ms {
            count("latency_count", 1);
            count(
                "latency_sum_us",
                format!("{:.0}", ms * 1_000.0).parse().unwrap(),
            );
            count(&format!("latency_ms:{}", bucket(ms)), 1);
        }
        if let Some(tokens) = event.tokens {
            count("tokens", tokens);
        }
        times.push(event.time_ms.unwrap_or(i64::try_from(id.ms).unwrap()));
        if let Some(session) = &event.session {
            redis::cmd("PFADD")
                .arg("recount")
                .arg(session.as_ref())
                .query::<u64>(&mut stage.server.connection())
                .unwrap();
        }
        more.insert("through".to_owned(), id.to_string());
    }
    more.insert(
        "first_event_ms".to_owned(),
        times.iter().min().unwrap().to_string(),
    );
    more.insert(
        "last_event_ms".to_owned(),
        times.iter().max().unwrap().to_string(),
    );
    more.insert(
        "sessions".to_owned(),
        stage.server.run::<u64>("PFCOUNT recount").to_string(),
    );
    stage.server.run::<u64>("DEL recount");
    let types = counts
        .keys()
        .filter(|field| field.starts_with("type:"))
        .count();
    more.insert("types".to_owned(), types.to_string());
    let of = |field: &str| {
        f64::from(u32::try_from(counts.get(field).copied().unwrap_or_default()).unwrap_or(u32::MAX))
    };
    more.insert(
        "error_rate".to_owned(),
        format!("{:.6}", of("errors") / of("total_events")),
    );
    if let Some(sum) = counts.get("latency_sum_us") {
        let sum: f64 = sum.to_string().parse().unwrap();
        more.insert(
            "average_latency_ms".to_owned(),
            format!("{:.3}", sum / of("latency_count") / 1_000.0),
        );
    }
    more.extend(
        counts
            .into_iter()
            .filter(|(_, n)| *n > 0)
            .map(|(field, n)| (field, n.to_string())),
    );
    more
}

fn bucket(ms: f64) -> String {
    let steps = [1.0, 2.0, 3.0, 5.0, 7.0];
    let mut decade = 1.0;
    while decade < 1e5 {
        for step in steps {
            if ms <= step * decade {
                return (step * decade).to_string();
            }
        }
        decade *= 10.0;
    }
    if ms <= 1e5 {
        "100000".to_owned()
    } else {
        "inf".to_owned()
    }
}

/// What the fields are, without those that a recount cannot know.
pub fn kept(stage: &Stage) -> BTreeMap<String, String> {
    let mut kept: BTreeMap<String, String> = stage.server.run(&format!("HGETALL {STREAM}:metrics"));
    kept.remove("settled");
    kept.remove("updated_at_ms");
    kept
}
