//! `demo`: the interface over simulated agents, or what they do written to Redis.

mod publish;

use super::args::Global;
use super::failure::{Failure, Status};
use super::interface::InterfaceOptions;
use super::setup::Setup;
use super::wait_for;
use super::watch::show;
use crate::app::layout::ScreenId;
use crate::app::metrics::Length;
use crate::app::playhead::Speed;
use crate::app::reopen::Reopen;
use crate::query::Filter;
use crate::source::{DemoSpec, Spec};

/// Arguments of `demo`.
#[derive(clap::Args, Clone, Debug)]
pub struct DemoArgs {
    /// Events a second, in the mean
    #[arg(long, value_name = "N", default_value = "12", value_parser = rate)]
    pub rate: f64,
    /// Sessions open at once, in the mean
    #[arg(long, value_name = "N", default_value = "40", value_parser = sessions)]
    pub sessions: usize,
    /// Same seed, same agents
    #[arg(long, value_name = "N", default_value = "1")]
    pub seed: u64,
    /// Write their events to Redis instead of showing them, from now on until Ctrl-C
    #[arg(long)]
    pub publish: bool,
}

impl DemoArgs {
    fn spec(&self) -> DemoSpec {
        DemoSpec {
            rate: self.rate,
            sessions: self.sessions,
            seed: self.seed,
        }
    }
}

/// Opens the interface, or publishes.
///
/// # Errors
/// Flags that have no meaning here; a terminal that cannot be used; a server that does not take the events.
pub fn run(args: &DemoArgs, global: &Global) -> Result<Status, Failure> {
    if args.publish {
        refuse_input(global)?;
        return wait_for(publish::run(args, &Setup::new(global)?));
    }
    refuse_source(global, "demo simulates its events")?;
    let setup = Setup::offline(global)?;
    let config = &setup.config;
    show(InterfaceOptions {
        spec: Spec::Demo(args.spec()),
        history: config.history,
        memory_bytes: config.memory_bytes,
        filter: Filter::default(),
        mapping: setup.mapping(),
        zone: setup.zone(),
        color: config.color,
        mouse: config.mouse,
        drawing: config.drawing,
        ascii: setup.ascii,
        at: None,
        screen: ScreenId::default(),
        window: Length::default(),
        speed: Speed::default(),
        reopen: Reopen::Impossible(
            "the demo is another one each time: no command opens this view".to_owned(),
        ),
        record: setup.record,
        access: setup.access,
        spikes: config.spikes,
        alarm: config.alarm.clone(),
    })
}

/// Refuses flags that choose a source or a range, where there is neither.
///
/// # Errors
/// Names the first of them, and why it has no meaning.
pub fn refuse_source(global: &Global, why: &str) -> Result<(), Failure> {
    let server = [
        ("--redis", global.redis.is_some()),
        ("--stream", !global.streams.is_empty()),
    ];
    refuse(&[&server[..], &inputs(global)].concat(), why)
}

/// The same where a server is written to.
fn refuse_input(global: &Global) -> Result<(), Failure> {
    let record = ("--record", global.record.is_some());
    let given = [&inputs(global)[..], &[record]].concat();
    refuse(&given, "demo --publish only writes")
}

fn inputs(global: &Global) -> [(&'static str, bool); 4] {
    [
        ("--file", !global.files.is_empty()),
        ("--archive", !global.archive.is_empty()),
        ("--since", global.since.is_some()),
        ("--until", global.until.is_some()),
    ]
}

fn refuse(given: &[(&'static str, bool)], why: &str) -> Result<(), Failure> {
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(Failure::usage(
            format!("{why}, so {flag} has no meaning here"),
            "watch reads a source: lookback watch --help",
        )),
        None => Ok(()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "this is no number".to_owned())?;
    if rate.is_finite() && rate > 0.0 {
        Ok(rate)
    } else {
        Err("a rate is more than 0".to_owned())
    }
}

fn sessions(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("at least 1 session is needed".to_owned()),
        Ok(n) => Ok(n),
    }
}
