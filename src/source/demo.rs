//! placeholder
use super::*;
pub const STREAM: &str = "memory:events";
#[derive(Debug)]
pub struct SimulatedEvent;
#[derive(Debug)]
pub struct Simulation;
pub fn follow(
    _: DemoSpec,
    _: Start,
    _: Arc<Mapping>,
    _: mpsc::Sender<Arrival>,
    _: mpsc::Receiver<Request>,
) {
}
pub fn read(
    _: &DemoSpec,
    _: IdRange,
    _: Direction,
    _: Arc<Mapping>,
) -> mpsc::Receiver<Result<Page, SourceError>> {
    mpsc::channel(1).1
}
