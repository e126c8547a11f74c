//! The interface over agents whose events come at a steady rate, without a clock: the same each time.

use std::sync::Arc;

use lookback::app::layout::Size;
use lookback::app::{Action, Options, State, screen, update};
use lookback::model::{EntryId, FieldRef, Mapping, Ms, Zone};
use lookback::source::{DemoSpec, Simulation};
use lookback::store::{Arrival, History, Link, PageBuilder};
use lookback::ui;
use lookback::ui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

const START: Ms = 1_700_000_000_000;
const THEME: Theme = Theme {
    depth: Depth::Rgb,
    ascii: false,
};

/// The state, and what is to come.
pub struct Scene {
    pub state: State,
    agents: Simulation,
    mapping: Arc<Mapping>,
    per_s: u64,
    /// Events so far, each at its place in time.
    count: u64,
}

impl Scene {
    /// With so many events before, and so many a second from now on.
    pub fn new(size: Size, per_s: u64, before: u64) -> Self {
        let mapping = Arc::new(Mapping::default());
        let options = Options {
            place: "localhost:6379".to_owned(),
            streams: "memory:events".to_owned(),
            mapping: Arc::clone(&mapping),
            zone: Zone::Utc,
            memory_bytes: 1 << 30,
            older_count: 1_000,
        };
        let spec = DemoSpec {
            rate: 12.0,
            sessions: 40,
            seed: 7,
        };
        let mut scene = Self {
            state: State::new(options, START, size),
            agents: Simulation::before(START, &spec),
            mapping,
            per_s,
            count: 0,
        };
        scene.tell(Arrival::Link(Link::Live));
        scene.tell(Arrival::History(History {
            idle: true,
            at_start: true,
            ..History::default()
        }));
        scene.events(before);
        scene
    }

    fn tell(&mut self, arrival: Arrival) {
        self.take(Action::Arrived(arrival));
    }

    /// Something happens.
    pub fn take(&mut self, action: Action) {
        update(&mut self.state, action);
    }

    /// The next events come, in one page, and time goes by as far as they tell.
    pub fn events(&mut self, count: u64) {
        let mut page = PageBuilder::new(Arc::clone(&self.mapping));
        for event in self
            .agents
            .by_ref()
            .take(usize::try_from(count).expect("few"))
        {
            self.count += 1;
            let ms = START + self.count * 1_000 / self.per_s;
            let fields = event.fields.iter();
            let fields: Vec<FieldRef<'_>> =
                fields.map(|(n, v)| (n.as_bytes(), v.as_bytes())).collect();
            page.push(
                b"memory:events",
                EntryId {
                    ms,
                    seq: self.count,
                },
                &fields,
            );
        }
        let now_ms = START + self.count * 1_000 / self.per_s;
        self.pass(now_ms.saturating_sub(self.state.clock.now_ms));
        self.tell(Arrival::Newer {
            page: Arc::new(page.finish()),
            received_at: now_ms,
        });
    }

    /// Time goes by.
    pub fn pass(&mut self, elapsed_ms: Ms) {
        self.take(Action::Tick { elapsed_ms });
    }

    /// Draws it all.
    pub fn draw(&self, buffer: &mut Buffer) -> Option<Position> {
        ui::render(&screen(&self.state), &THEME, buffer).map(Position::from)
    }
}
