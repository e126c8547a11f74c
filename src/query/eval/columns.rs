//! Tests that columns of numbers answer. Here, and only here, a filter goes through a column.

use super::{Ground, Run};
use crate::model::{EntryId, Flags};
use crate::query::RowSet;
use crate::query::ast::Order;
use crate::query::plan::{Check, NumberColumn, NumberTest, SymbolColumn};
use crate::store::column::Word;
use crate::store::{Column, Columns, Summary, Symbol};

/// Up to so many symbols are compared one by one, which vector code does for many rows at once.
const FEW: usize = 3;

/// What is known of the symbols of a column.
enum Holding {
    /// These are all that hold.
    Few([Symbol; FEW]),
    /// Each must be asked.
    Unknown,
}

impl Run<'_> {
    /// The rows of which a test on columns holds.
    pub(super) fn in_columns(&mut self, check: &Check, ground: &Ground<'_>) -> RowSet {
        let columns = ground.rows.columns;
        match check {
            Check::Flags(flags) => marked(*flags, ground),
            Check::Ids(from, to) => ids(columns, ground, *from, *to),
            Check::Number(column, test) => number(columns, ground, *column, test),
            Check::Symbols(column, ..) => self.symbols(check, *column, ground),
            Check::Session { .. } => self.symbols(check, SymbolColumn::Session, ground),
            Check::Text(_) | Check::Field(..) | Check::Never => RowSet::none(ground.len()),
        }
    }

    fn symbols(&mut self, check: &Check, column: SymbolColumn, ground: &Ground<'_>) -> RowSet {
        let columns = symbols_of(ground.rows.columns, column);
        if let (SymbolColumn::Fingerprint, Some(summary)) = (column, ground.summary) {
            let errors = among(ground, &summary.errors).filter(|row| {
                let symbol = columns.get(ground.range.start + row);
                symbol.is_some_and(|symbol| self.symbol(check, symbol))
            });
            return RowSet::of(ground.len(), errors);
        }
        match self.holding(check, column, ground.summary) {
            Holding::Few([a, b, c]) => select(columns, ground, |s| {
                [a, b, c].map(|one| one == s) != [false; FEW]
            }),
            Holding::Unknown => select(columns, ground, |symbol| self.symbol(check, symbol)),
        }
    }

    /// By the names that the summary lists, where few of them hold.
    fn holding(
        &mut self,
        check: &Check,
        column: SymbolColumn,
        summary: Option<&Summary>,
    ) -> Holding {
        let Some(summary) = summary else {
            return Holding::Unknown;
        };
        let kinds = summary.kinds.iter().map(|(symbol, _)| *symbol);
        match column {
            SymbolColumn::Kind => self.few(check, kinds),
            SymbolColumn::Session => self.few(check, summary.sessions.iter().copied()),
            SymbolColumn::User => self.few(check, summary.users.iter().copied()),
            SymbolColumn::Stream | SymbolColumn::Role | SymbolColumn::Fingerprint => {
                Holding::Unknown
            }
        }
    }

    fn few(&mut self, check: &Check, symbols: impl Iterator<Item = Symbol>) -> Holding {
        let mut holding = symbols.filter(|symbol| self.symbol(check, *symbol));
        let Some(first) = holding.next() else {
            return Holding::Unknown;
        };
        let few = [Some(first), holding.next(), holding.next()];
        match holding.next() {
            Some(_) => Holding::Unknown,
            None => Holding::Few(few.map(|symbol| symbol.unwrap_or(first))),
        }
    }
}

fn select<T: Word>(
    column: &Column<T>,
    ground: &Ground<'_>,
    holds: impl FnMut(T) -> bool,
) -> RowSet {
    RowSet::from_words(ground.len(), column.select(ground.range.clone(), holds))
}

/// The rows of a list that ascends, as a set of the ground counts them.
fn among<'a>(ground: &Ground<'_>, rows: &'a [u32]) -> impl Iterator<Item = usize> + use<'a> {
    let range = ground.range.clone();
    let before = rows.partition_point(|row| (*row as usize) < range.start);
    let rows = rows.get(before..).unwrap_or_default().iter();
    rows.map(|row| *row as usize)
        .take_while(move |row| *row < range.end)
        .map(move |row| row - range.start)
}

fn marked(flags: Flags, ground: &Ground<'_>) -> RowSet {
    match ground.summary {
        Some(summary) if flags == Flags::ERROR => {
            RowSet::of(ground.len(), among(ground, &summary.errors))
        }
        _ => select(&ground.rows.columns.flags, ground, |marks| marks.has(flags)),
    }
}

/// By the milliseconds; the number within one decides only in the first and in the last.
fn ids(columns: &Columns, ground: &Ground<'_>, from: EntryId, to: EntryId) -> RowSet {
    let near = select(&columns.id.ms, ground, |ms| (from.ms..=to.ms).contains(&ms));
    if from.seq == 0 && to.seq == u64::MAX {
        return near;
    }
    let edges = select(&columns.id.ms, ground, |ms| ms == from.ms || ms == to.ms);
    let out = near.and(&edges);
    let out = out.iter().filter(|row| {
        let id = columns.id.get(ground.range.start + row);
        !id.is_some_and(|id| (from..=to).contains(&id))
    });
    near.without(&RowSet::of(ground.len(), out))
}

fn symbols_of(columns: &Columns, column: SymbolColumn) -> &Column<Symbol> {
    match column {
        SymbolColumn::Stream => &columns.stream,
        SymbolColumn::Kind => &columns.kind,
        SymbolColumn::Session => &columns.session,
        SymbolColumn::User => &columns.user,
        SymbolColumn::Role => &columns.role,
        SymbolColumn::Fingerprint => &columns.fingerprint,
    }
}

fn number(
    columns: &Columns,
    ground: &Ground<'_>,
    column: NumberColumn,
    test: &NumberTest,
) -> RowSet {
    match column {
        NumberColumn::Tokens => numbers(ground, &columns.tokens, test, |tokens| {
            (tokens != u32::MAX, f64::from(tokens))
        }),
        NumberColumn::Latency => {
            let test = test.clone().map(as_latency);
            numbers(ground, &columns.latency_ms, &test, |latency| {
                (latency >= 0.0, f64::from(latency))
            })
        }
    }
}

/// The column holds 32-bit floats: 0.1 must be looked for as what 0.1 became there.
fn as_latency(wanted: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the same cut as in the column"
    )]
    let cut = wanted as f32;
    f64::from(cut)
}

/// `read` tells whether a value is known, and it. No test is chosen within a loop.
fn numbers<T: Word>(
    ground: &Ground<'_>,
    column: &Column<T>,
    test: &NumberTest,
    read: impl Fn(T) -> (bool, f64),
) -> RowSet {
    let known = |holds: &dyn Fn(f64) -> bool, value: T| {
        let (is_known, found) = read(value);
        is_known && holds(found)
    };
    match test {
        NumberTest::Known => select(column, ground, |value| read(value).0),
        NumberTest::AnyOf(wanted) => {
            let is_one = |found: f64| wanted.iter().any(|n| found.total_cmp(n).is_eq());
            select(column, ground, |value| known(&is_one, value))
        }
        NumberTest::Order(order, bound) => {
            let bound = *bound;
            match order {
                Order::Greater => ordered(ground, column, read, |found| found > bound),
                Order::AtLeast => ordered(ground, column, read, |found| found >= bound),
                Order::Less => ordered(ground, column, read, |found| found < bound),
                Order::AtMost => ordered(ground, column, read, |found| found <= bound),
            }
        }
    }
}

fn ordered<T: Word>(
    ground: &Ground<'_>,
    column: &Column<T>,
    read: impl Fn(T) -> (bool, f64),
    holds: impl Fn(f64) -> bool,
) -> RowSet {
    select(column, ground, |value| {
        let (is_known, found) = read(value);
        is_known & holds(found)
    })
}
