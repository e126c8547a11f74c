//! Other programs that show what is written now: lnav and toolong, at the end of a file that grows.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::glass::{Glass, Link};
use crate::process;
use crate::traffic::Traffic;

/// Name, program, flags.
const PROGRAMS: [(&str, &str, &[&str]); 2] = [("lnav", "lnav", &[]), ("toolong", "tl", &[])];
/// Until it has read what is there and shows it.
const WARM_UP: Duration = Duration::from_secs(4);
/// Above this they come to stand, and would take the processor from the rest of the run.
const MOST_PER_S: u32 = 10_000;

/// What each needed, or why that is not known.
pub struct Peers(Vec<(&'static str, Result<Cost, &'static str>)>);

struct Cost {
    cpu: f64,
    bytes_per_s: f64,
}

impl Peers {
    /// Each follows for a while, one after the other.
    pub fn follow(rate: u32, time: Duration) -> Self {
        if rate > MOST_PER_S {
            return Self(Vec::new());
        }
        let costs = PROGRAMS.map(|(name, program, flags)| (name, cost(program, flags, rate, time)));
        Self(costs.into())
    }

    pub fn cpu(&self) -> String {
        self.told(|cost| format!("{:.0} %", cost.cpu * 100.0))
    }

    pub fn bytes(&self) -> String {
        self.told(|cost| format!("{:.0} KB/s", cost.bytes_per_s / 1e3))
    }

    fn told(&self, figure: impl Fn(&Cost) -> String) -> String {
        let told = self.0.iter().map(|(name, cost)| match cost {
            Ok(cost) => format!("{name} {}", figure(cost)),
            Err(why) => format!("{name} {why}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

fn cost(program: &str, flags: &[&str], rate: u32, time: Duration) -> Result<Cost, &'static str> {
    let program = process::installed(program).ok_or("is not installed")?;
    eprintln!("  {rate}/s into a file, {}", program.display());
    let folder = tempfile::tempdir().map_err(|_| "has no file")?;
    let path = folder.path().join("events.jsonl");
    let file = File::create(&path).map_err(|_| "has no file")?;
    let traffic = Traffic::into_file(file, rate);
    let path = path.to_string_lossy();
    let found = watch(&program, &[flags, &[&path]].concat(), time);
    traffic.stop();
    found
}

fn watch(program: &Path, args: &[&str], time: Duration) -> Result<Cost, &'static str> {
    // There has to be something to show.
    std::thread::sleep(Duration::from_millis(500));
    let mut glass = Glass::open(program, args, Link::Local);
    let passes = |glass: &mut Glass, until: Instant| {
        while glass.look(until).is_some() {}
        (Instant::now() >= until)
            .then_some(())
            .ok_or("ended at once")
    };
    passes(&mut glass, Instant::now() + WARM_UP)?;
    let (start, cpu, bytes) = (Instant::now(), process::cpu(glass.pid), glass.bytes);
    passes(&mut glass, start + time)?;
    let took = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let bytes_per_s = (glass.bytes - bytes) as f64 / took;
    let cpu = process::cpu(glass.pid).saturating_sub(cpu).as_secs_f64() / took;
    Ok(Cost { cpu, bytes_per_s })
}
