//! A file that another process appends to at a fixed rate, followed: that nothing is lost, and the processor time it takes.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use lookback::source::Start;
use lookback::store::{Arrival, Log};

use crate::lines;

/// How this program is told to be the one that writes.
pub const WRITES: &str = "--append";
/// Writes of a second.
const WRITES_A_SECOND: u64 = 1_000;

/// What following took.
pub struct Followed {
    /// Of one core, of this whole program.
    pub share: f64,
    /// From the writer's end until the last line was here.
    pub behind: Duration,
}

/// Appends `rate` lines a second until `entries` are written.
pub fn append(path: &Path, rate: u64, entries: u64) {
    let mut file = OpenOptions::new().append(true).open(path).expect("a file");
    let step = rate / WRITES_A_SECOND;
    let texts: Vec<Vec<u8>> = (0..entries)
        .step_by(usize::try_from(step).unwrap_or(1))
        .map(|from| lines::text(from..(from + step).min(entries)))
        .collect();
    let start = Instant::now();
    for (due, text) in (0_u64..).zip(texts) {
        let due = Duration::from_micros(due * 1_000_000 / WRITES_A_SECOND);
        sleep(due.saturating_sub(start.elapsed()));
        file.write_all(&text).expect("room on the disk");
    }
}

/// Follows a file that grows so fast for so many entries, from nothing.
pub async fn follow(path: &Path, rate: u64, entries: u64) -> Followed {
    std::fs::write(path, "").expect("room on the disk");
    let mut feed = crate::spec(path).follow(Start::History(1_000), Arc::default());
    let mut writer = start_writer(path, rate, entries);
    let (mut log, mut before, mut ended) = (Log::default(), None, None);
    while log.len() < entries {
        let arrival = feed.arrivals.recv().await.expect("the file is followed");
        if let Arrival::Newer { page, .. } = arrival {
            before = before.or_else(|| Some((cpu(), Instant::now())));
            log.append(&page);
        }
        if ended.is_none() && writer.try_wait().expect("it runs").is_some() {
            ended = Some(Instant::now());
        }
    }
    let (used, since) = before.expect("entries came");
    let share = cpu().saturating_sub(used).as_secs_f64() / since.elapsed().as_secs_f64();
    assert!(writer.wait().expect("it ends").success());
    // Each line once, in order.
    let ids = log.chunks(log.first()..log.end());
    let ids = ids.flat_map(|(_, chunk, _)| chunk.columns.id.iter().collect::<Vec<_>>());
    assert!(ids.eq((0..entries).map(lines::id)), "a line is missing");
    Followed {
        share,
        behind: ended.map_or(Duration::ZERO, |ended| ended.elapsed()),
    }
}

fn start_writer(path: &Path, rate: u64, entries: u64) -> Child {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.arg(WRITES).arg(path);
    command.args([rate.to_string(), entries.to_string()]);
    command.spawn().expect("this program can be started again")
}

/// Processor time of this program so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15, the second being a name in brackets.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let ticks = rest.split(' ').skip(12).take(2);
    let ticks: u64 = ticks.filter_map(|word| word.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
