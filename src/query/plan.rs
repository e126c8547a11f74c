//! A filter made ready to run: times resolved, patterns compiled, column predicates before text.

use super::Filter;
use super::ast::{Expr, Order, Pattern, State, Term, Test};
use super::matcher::{Matcher, TextSearch};
use super::number::{duration_ms, number};
use crate::model::{EntryId, Flags, Mapping, Ms, Zone};

/// What relative times and clock times in a filter refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The present, ms since the epoch.
    pub ms: Ms,
    /// The zone of clock times.
    pub zone: Zone,
}

/// A filter made ready to run. Shared by `Arc` with scans on other tasks.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) root: Option<Node>,
    pub(super) mapping: Mapping,
    /// Tables of verdicts that a run needs.
    pub(super) tables: usize,
    needs_sessions: bool,
}

/// A part of a plan. In an `All` and an `Any` the cheap ones stand first.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Check(Check),
}

/// One test, by the place where its answer is found.
#[derive(Clone, Debug)]
pub(super) enum Check {
    /// All of these marks.
    Flags(Flags),
    /// Ids within, both ends included.
    Ids(EntryId, EntryId),
    /// A number of a column.
    Number(NumberColumn, NumberTest),
    /// Strings of a column; the verdict on each is kept in this table.
    Symbols(SymbolColumn, Matcher, usize),
    /// The session has one and it ended, or did not; kept in this table.
    Session { ended: bool, table: usize },
    /// The text of the values.
    Text(TextSearch),
    /// Any other field; the table tells which names are it.
    Field(Path, Matcher, usize),
    /// Nothing matches.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SymbolColumn {
    Stream,
    Kind,
    Session,
    User,
    Role,
    /// By its short id.
    Fingerprint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberColumn {
    Tokens,
    Latency,
}

/// A comparison of numbers.
#[derive(Clone, Debug)]
pub(super) enum NumberTest {
    Known,
    AnyOf(Vec<f64>),
    Order(Order, f64),
}

impl NumberTest {
    /// The same test of other numbers.
    pub(super) fn map(self, change: impl Fn(f64) -> f64) -> Self {
        match self {
            Self::Known => Self::Known,
            Self::AnyOf(numbers) => Self::AnyOf(numbers.into_iter().map(change).collect()),
            Self::Order(order, bound) => Self::Order(order, change(bound)),
        }
    }
}

/// A field's name, and the ways in which it may be a path into JSON.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) name: String,
    /// Every split at a dot: the field before it, the path behind it.
    pub(super) splits: Vec<(String, Vec<String>)>,
}

impl Filter {
    /// Makes the filter ready to run.
    #[must_use]
    pub fn plan(&self, now: Now) -> Plan {
        let mut planner = Planner {
            now,
            tables: 0,
            needs_sessions: false,
        };
        let root = self.expr().map(|expr| planner.node(expr));
        Plan {
            root,
            mapping: Mapping::default(),
            tables: planner.tables,
            needs_sessions: planner.needs_sessions,
        }
    }
}

impl Plan {
    /// Whether the answer for an entry depends on whether its session ends later (`is:open`, `is:ended`).
    #[must_use]
    pub fn needs_sessions(&self) -> bool {
        self.needs_sessions
    }

    /// Fields inside wrapped entries are looked up by this mapping.
    #[must_use]
    pub fn with_mapping(self, mapping: Mapping) -> Self {
        Self { mapping, ..self }
    }
}

struct Planner {
    now: Now,
    tables: usize,
    needs_sessions: bool,
}

impl Planner {
    fn node(&mut self, expr: &Expr) -> Node {
        match expr {
            Expr::All(parts) => Node::All(self.cheap_first(parts)),
            Expr::Any(parts) => Node::Any(self.cheap_first(parts)),
            Expr::Not(inner) => Node::Not(Box::new(self.node(inner))),
            Expr::Term(term) => self.term(term),
        }
    }

    fn cheap_first(&mut self, parts: &[Expr]) -> Vec<Node> {
        let mut nodes: Vec<Node> = parts.iter().map(|part| self.node(part)).collect();
        nodes.sort_by_key(Node::cost);
        nodes
    }

    fn term(&mut self, term: &Term) -> Node {
        match term {
            Term::Word(bytes) => text(TextSearch::word(bytes)),
            Term::Regex(pattern) => text(TextSearch::regex(pattern)),
            Term::Compare { field, test } => self.comparison(field, test),
            Term::Is(states) => Node::Any(states.iter().map(|state| self.state(*state)).collect()),
            Term::Has(field) => self.has(field),
            Term::Since(when) => ids(when.resolve(self.now).first_id(), EntryId::MAX),
            Term::Until(when) => ids(EntryId::MIN, when.resolve(self.now).last_id()),
        }
    }

    fn comparison(&mut self, field: &str, test: &Test) -> Node {
        let found = match field {
            "id" => id_checks(test).unwrap_or_else(|| self.field(field, Matcher::of(test))),
            "tokens" => number_check(NumberColumn::Tokens, test),
            "latency" => number_check(NumberColumn::Latency, test),
            _ => match symbol_column(field) {
                Some(column) => self.symbols(column, Matcher::of(test)),
                None => self.field(field, Matcher::of(test)),
            },
        };
        match test {
            Test::Differs(_) => Node::Not(Box::new(found)),
            _ => found,
        }
    }

    fn has(&mut self, field: &str) -> Node {
        match field {
            "id" => ids(EntryId::MIN, EntryId::MAX),
            "tokens" => Node::Check(Check::Number(NumberColumn::Tokens, NumberTest::Known)),
            "latency" => Node::Check(Check::Number(NumberColumn::Latency, NumberTest::Known)),
            _ => match symbol_column(field) {
                Some(column) => self.symbols(column, Matcher::Anything),
                None => self.field(field, Matcher::Anything),
            },
        }
    }

    fn state(&mut self, state: State) -> Node {
        Node::Check(match state {
            State::Error => Check::Flags(Flags::ERROR),
            State::Late => Check::Flags(Flags::LATE),
            State::Duplicate => Check::Flags(Flags::DUPLICATE),
            State::Open => self.session(false),
            State::Ended => self.session(true),
        })
    }

    fn session(&mut self, ended: bool) -> Check {
        self.needs_sessions = true;
        let table = self.table();
        Check::Session { ended, table }
    }

    fn symbols(&mut self, column: SymbolColumn, matcher: Matcher) -> Node {
        Node::Check(Check::Symbols(column, matcher, self.table()))
    }

    fn field(&mut self, name: &str, matcher: Matcher) -> Node {
        Node::Check(Check::Field(Path::of(name), matcher, self.table()))
    }

    fn table(&mut self) -> usize {
        self.tables += 1;
        self.tables - 1
    }
}

impl Node {
    /// What a row costs, roughly: a column, text, a look into the fields.
    fn cost(&self) -> u32 {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
            Self::Not(inner) => inner.cost(),
            Self::Check(check) => check.cost(),
        }
    }
}

impl Check {
    /// What a row costs, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Never => 0,
            Self::Flags(_) | Self::Ids(..) | Self::Number(..) => 1,
            Self::Symbols(..) | Self::Session { .. } => 2,
            Self::Text(search) if search.value_by_value => 5,
            Self::Text(search) if search.is_word() => 3,
            Self::Text(_) => 4,
            Self::Field(..) => 6,
        }
    }
}

impl Path {
    fn of(name: &str) -> Self {
        let splits = name.match_indices('.').filter_map(|(at, _)| {
            let steps = name.get(at + 1..)?.split('.').map(str::to_owned);
            Some((name.get(..at)?.to_owned(), steps.collect()))
        });
        Self {
            name: name.to_owned(),
            splits: splits.collect(),
        }
    }
}

fn text(search: Option<TextSearch>) -> Node {
    Node::Check(search.map_or(Check::Never, Check::Text))
}

fn ids(from: EntryId, to: EntryId) -> Node {
    Node::Check(Check::Ids(from, to))
}

fn symbol_column(field: &str) -> Option<SymbolColumn> {
    Some(match field {
        "stream" => SymbolColumn::Stream,
        "type" => SymbolColumn::Kind,
        "session" => SymbolColumn::Session,
        "user" => SymbolColumn::User,
        "role" => SymbolColumn::Role,
        "fingerprint" => SymbolColumn::Fingerprint,
        _ => return None,
    })
}

/// Comparisons with entry ids; `None` where the value is none, and the field `id` of the event is meant.
fn id_checks(test: &Test) -> Option<Node> {
    match test {
        Test::Matches(patterns) | Test::Differs(patterns) => {
            let each = patterns.iter().map(|p| one_id(p.as_literal()?));
            Some(Node::Any(each.collect::<Option<_>>()?))
        }
        Test::Equals(bytes) => one_id(bytes),
        Test::Order(order, bytes) => {
            let id = EntryId::from_bytes(bytes)?;
            Some(match order {
                Order::Greater if id == EntryId::MAX => Node::Check(Check::Never),
                Order::Less if id == EntryId::MIN => Node::Check(Check::Never),
                Order::Greater => ids(id.next(), EntryId::MAX),
                Order::AtLeast => ids(id, EntryId::MAX),
                Order::Less => ids(EntryId::MIN, id.prev()),
                Order::AtMost => ids(EntryId::MIN, id),
            })
        }
        Test::Regex(_) => None,
    }
}

fn one_id(bytes: &[u8]) -> Option<Node> {
    let id = EntryId::from_bytes(bytes)?;
    Some(ids(id, id))
}

fn number_check(column: NumberColumn, test: &Test) -> Node {
    let read = |bytes: &[u8]| match column {
        NumberColumn::Tokens => number(bytes),
        NumberColumn::Latency => number(bytes).or_else(|| duration_ms(bytes)),
    };
    let check = match test {
        Test::Matches(patterns) | Test::Differs(patterns) => {
            let each = patterns.iter().filter_map(Pattern::as_literal);
            Some(NumberTest::AnyOf(each.filter_map(read).collect()))
        }
        Test::Equals(bytes) => read(bytes).map(|n| NumberTest::AnyOf(vec![n])),
        Test::Order(order, bytes) => read(bytes).map(|n| NumberTest::Order(*order, n)),
        Test::Regex(_) => None,
    };
    Node::Check(check.map_or(Check::Never, |test| Check::Number(column, test)))
}
