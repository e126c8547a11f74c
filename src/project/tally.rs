//! What a run of entries adds up to: counts, latencies, tokens, sessions, what follows what.
//!
//! Invariant: tallies add up. The tally of a run is that of its first part joined with that of the rest, wherever it is cut, so
//! that a window is a sum of parts that were counted before. The same code counts for the interface and for the commands.
//!
//! Bounds: of names, sessions and transitions a tally keeps as many as [`TYPES`], [`USERS`], [`SESSIONS`], [`PAIRS`] and
//! [`PATHS`] say. Beyond twice that the smallest counts go (of sessions those silent for longest), are added to a sum of the
//! others, and are told as cut ([`Cut`]).

pub mod compare;
pub mod figures;
pub mod gather;
mod pace;
pub mod patterns;
pub mod sessions;
pub mod spread;
pub mod tops;

use std::ops::Range;

pub use self::compare::{Difference, differences};
pub use self::figures::{Figures, figures};
pub use self::gather::Gather;
pub use self::patterns::{Patterns, patterns};
pub use self::sessions::{SessionTally, Sessions};
pub use self::spread::Spread;
pub use self::tops::Tops;
use super::turns::Speaker;
use crate::model::{Class, Flags, Ms, Zone};
use crate::store::{Column, Columns, Strings, Symbol};

/// Event types kept.
pub const TYPES: usize = 4_096;
/// Users kept.
pub const USERS: usize = 16_384;
/// Sessions kept.
pub const SESSIONS: usize = 131_072;
/// Pairs of types that follow each other, kept.
pub const PAIRS: usize = 4_096;
/// Paths of three types kept.
pub const PATHS: usize = 16_384;
/// The hours of a week.
pub const HOURS: usize = 7 * 24;

/// Latencies: exact while there are few different ones, then to 0.006 %.
pub type Latencies = Spread<13>;
/// Gaps: exact while there are few different ones, then to 0.8 %.
pub type Gaps = Spread<6>;

/// Whose clock tells when something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Axis {
    /// That of the entry ids, which Redis gives.
    #[default]
    Id,
    /// The producer's; events that do not tell are without a time.
    Event,
}

impl Axis {
    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Event => "event",
        }
    }
}

/// How entries are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// Whose clock tells the time.
    pub axis: Axis,
    /// In which zone hours and weekdays are.
    pub zone: Zone,
}

/// What a tally had to leave out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Event types, at least; one that comes again counts again.
    pub types: u64,
    /// Users.
    pub users: u64,
    /// Sessions: they count in the sums, not in lists.
    pub sessions: u64,
    /// Pairs and paths.
    pub paths: u64,
}

/// A path of three types in one session.
pub type Path = [Symbol; 3];

/// The sums. Symbols are those of whoever counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Events; one that repeats an event id counts as a duplicate instead.
    pub events: u64,
    /// Entries that repeat an event id, of which nothing else counts.
    pub duplicates: u64,
    /// Events that failed.
    pub errors: u64,
    /// Events of which a part could not be read.
    pub faults: u64,
    /// Tokens, of the events that name them.
    pub tokens: u64,
    /// Events that name tokens.
    pub tokens_known: u64,
    /// Events that have no time on the axis.
    pub untimed: u64,
    /// Sessions begun and ended, by the events that say so.
    pub started: u64,
    /// See `started`.
    pub ended: u64,
    /// The events' own latencies, ms.
    pub latency: Latencies,
    /// From a user's message to the answer, ms; both within the run.
    pub turns: Latencies,
    /// Entry id minus event time, ms, where the event time is no whole second and not after the id.
    pub pipeline: Latencies,
    /// Events whose time is after their entry id.
    pub ahead: u64,
    /// Events per type.
    pub kinds: Tops<Symbol>,
    /// Events per user.
    pub users: Tops<Symbol>,
    /// The sessions.
    pub sessions: Sessions,
    /// Which type follows which in a session, and after which gap.
    pub pairs: Tops<(Symbol, Symbol), Gaps>,
    /// Three types in a row in a session, with a session that did so: of all, the one with the highest symbol.
    pub paths: Tops<Path, Symbol>,
    /// Events per hour of the week.
    pub hours: Hours,
}

/// Events per hour of the week, from Monday's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours(pub [u64; HOURS]);

impl Default for Hours {
    fn default() -> Self {
        Self([0; HOURS])
    }
}

/// A row as it counts.
#[derive(Clone, Copy, Debug)]
struct Seen {
    kind: Symbol,
    session: Symbol,
    user: Symbol,
    message: bool,
    speaker: Option<Speaker>,
    /// On the axis.
    ms: Option<Ms>,
    latency_ms: Option<f64>,
    tokens: Option<u64>,
    flags: Flags,
}

impl Seen {
    fn of(columns: &Columns, row: usize, strings: &Strings, how: How) -> Self {
        let flags = columns.flags.get(row).unwrap_or_default();
        let symbol = |column: &Column<Symbol>| column.get(row).unwrap_or_default();
        let message = columns.class.get(row) == Some(Class::Message);
        let speaks = message && !flags.has(Flags::ERROR);
        Self {
            kind: symbol(&columns.kind),
            session: symbol(&columns.session),
            user: symbol(&columns.user),
            message,
            speaker: speaks
                .then(|| Speaker::of(strings.get(symbol(&columns.role))))
                .flatten(),
            ms: moment(columns, row, how.axis),
            latency_ms: columns.latency(row),
            tokens: columns.tokens(row),
            flags,
        }
    }
}

/// When a row happened on an axis.
#[must_use]
pub fn moment(columns: &Columns, row: usize, axis: Axis) -> Option<Ms> {
    match axis {
        Axis::Id => columns.id.get(row).map(|id| id.ms),
        Axis::Event => columns.time(row).and_then(|ms| Ms::try_from(ms).ok()),
    }
}

impl Tally {
    /// Of some rows, which come one after another in the log.
    #[must_use]
    pub fn of(columns: &Columns, rows: Range<usize>, strings: &Strings, how: How) -> Self {
        let mut tally = Self::default();
        tally.add(columns, rows, strings, how);
        tally
    }

    /// Takes in rows after all others; `strings` are those behind the columns' symbols.
    pub fn add(
        &mut self,
        columns: &Columns,
        rows: impl IntoIterator<Item = usize>,
        strings: &Strings,
        how: How,
    ) {
        self.add_renamed(columns, rows, strings, how, |symbol| symbol);
    }

    /// The same, with other symbols for those of the columns.
    fn add_renamed(
        &mut self,
        columns: &Columns,
        rows: impl IntoIterator<Item = usize>,
        strings: &Strings,
        how: How,
        mut rename: impl FnMut(Symbol) -> Symbol,
    ) {
        let mut clock = Clock::new(how.zone);
        for row in rows {
            let mut seen = Seen::of(columns, row, strings, how);
            if seen.flags.has(Flags::DUPLICATE) {
                self.duplicates += 1;
                continue;
            }
            for symbol in [&mut seen.session, &mut seen.user, &mut seen.kind] {
                *symbol = rename(*symbol);
            }
            self.count(&seen);
            self.time(&seen, &mut clock);
            self.time_pipeline(columns, row);
            self.follow(&seen);
        }
        self.keep_bounds();
    }

    fn count(&mut self, seen: &Seen) {
        self.events += 1;
        self.errors += u64::from(seen.flags.has(Flags::ERROR));
        self.faults += u64::from(seen.flags.has(Flags::FAULTY));
        self.started += u64::from(seen.flags.has(Flags::START));
        self.ended += u64::from(seen.flags.has(Flags::END));
        if let Some(tokens) = seen.tokens {
            self.tokens = self.tokens.saturating_add(tokens);
            self.tokens_known += 1;
        }
        if let Some(ms) = seen.latency_ms {
            self.latency.add(ms);
        }
        self.kinds.add(seen.kind, ());
        if seen.user.is_some() {
            self.users.add(seen.user, ());
        }
    }

    fn time(&mut self, seen: &Seen, clock: &mut Clock) {
        match seen.ms.and_then(|ms| clock.hour_of_week(ms)) {
            Some(hour) => {
                if let Some(count) = self.hours.0.get_mut(hour) {
                    *count += 1;
                }
            }
            None => self.untimed += 1,
        }
    }

    fn time_pipeline(&mut self, columns: &Columns, row: usize) {
        let (Some(time_ms), Some(id)) = (columns.time(row), columns.id.get(row)) else {
            return;
        };
        if time_ms % 1_000 == 0 {
            return;
        }
        match i64::try_from(id.ms).map(|id_ms| id_ms.saturating_sub(time_ms)) {
            Ok(late_ms) if late_ms >= 0 => self.pipeline.add(float(late_ms.unsigned_abs())),
            _ => self.ahead += 1,
        }
    }

    fn follow(&mut self, seen: &Seen) {
        if !seen.session.is_some() {
            return;
        }
        let mut one = SessionTally::of(seen);
        let session = self.sessions.entry(seen.session);
        let seam = session.join(&mut one);
        self.pass(seen.session, &seam);
    }

    /// What the place where two runs of a session meet adds.
    fn pass(&mut self, session: Symbol, seam: &pace::Seam) {
        if let Some(ms) = seam.turn_ms {
            self.turns.add(ms);
        }
        if let Some((from, to, gap_ms)) = seam.pair {
            let gaps = self.pairs.add((from, to), Gaps::default());
            if let Some(gap_ms) = gap_ms {
                gaps.add(float(gap_ms));
            }
        }
        for path in seam.paths.iter().flatten() {
            let example = self.paths.add(*path, session);
            *example = session.max(*example);
        }
    }

    /// Adds what comes right after it.
    pub fn join(&mut self, later: &Self) {
        self.events += later.events;
        self.duplicates += later.duplicates;
        self.errors += later.errors;
        self.faults += later.faults;
        self.tokens = self.tokens.saturating_add(later.tokens);
        self.tokens_known += later.tokens_known;
        self.untimed += later.untimed;
        self.started += later.started;
        self.ended += later.ended;
        self.latency.join(&later.latency);
        self.turns.join(&later.turns);
        self.pipeline.join(&later.pipeline);
        self.ahead += later.ahead;
        self.kinds.join(&later.kinds, |(), ()| ());
        self.users.join(&later.users, |(), ()| ());
        self.pairs.join(&later.pairs, Spread::join);
        self.paths.join(&later.paths, |example, later| {
            *example = *later.max(example);
        });
        for (count, more) in self.hours.0.iter_mut().zip(&later.hours.0) {
            *count += more;
        }
        self.join_sessions(&later.sessions);
        self.keep_bounds();
    }

    fn join_sessions(&mut self, later: &Sessions) {
        for (symbol, after) in later.iter() {
            let seam = self.sessions.entry(symbol).join(&mut after.clone());
            self.pass(symbol, &seam);
        }
        self.sessions.join_gone(later);
    }

    fn keep_bounds(&mut self) {
        self.kinds.keep(TYPES);
        self.users.keep(USERS);
        self.pairs.keep(PAIRS);
        self.paths.keep(PATHS);
        self.sessions.keep(SESSIONS);
    }

    /// What was left out.
    #[must_use]
    pub fn cut(&self) -> Cut {
        Cut {
            types: self.kinds.cut(),
            users: self.users.cut(),
            sessions: self.sessions.gone().sessions,
            paths: self.pairs.cut() + self.paths.cut(),
        }
    }

    /// The same with other symbols.
    #[must_use]
    pub fn renamed(self, mut rename: impl FnMut(Symbol) -> Symbol) -> Self {
        Self {
            kinds: self.kinds.renamed(&mut rename),
            users: self.users.renamed(&mut rename),
            pairs: self.pairs.mapped(|(from, to), gaps| {
                let pair = (rename(from), rename(to));
                (pair, gaps)
            }),
            paths: self.paths.mapped(|path, session| {
                let path = path.map(&mut rename);
                (path, rename(session))
            }),
            sessions: self.sessions.renamed(&mut rename),
            ..self
        }
    }
}

/// The hour of the week, asked for once per quarter of an hour.
struct Clock {
    zone: Zone,
    last: Option<(Ms, Option<usize>)>,
}

impl Clock {
    /// No zone changes within it.
    const QUARTER_MS: Ms = 15 * 60 * 1000;

    const fn new(zone: Zone) -> Self {
        Self { zone, last: None }
    }

    fn hour_of_week(&mut self, ms: Ms) -> Option<usize> {
        let quarter = ms / Self::QUARTER_MS;
        match self.last {
            Some((last, hour)) if last == quarter => hour,
            _ => {
                let hour = self.zone.hour_of_week(ms);
                self.last = Some((quarter, hour));
                hour
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans below 2^53 ms are exact")]
const fn float(ms: u64) -> f64 {
    ms as f64
}
