//! Answers a plan for a run of entries, a chunk or a page.
//!
//! A set of candidate rows is narrowed test by test, so that an expensive test sees only what the cheap ones left.
//! What a test says of a symbol is asked once and kept.

use std::ops::Range;

use super::lookup;
use super::matcher::{Matcher, TextSearch};
use super::plan::{Check, Node, NumberColumn, NumberTest, Plan, SymbolColumn};
use super::scan::EndedSessions;
use crate::model::EntryId;
use crate::model::fingerprint::short_id;
use crate::store::column::Word;
use crate::store::payload::Piece;
use crate::store::{Column, Columns, Rows, Strings, Summary, Symbol};

/// One run of a plan over entries that share their strings.
pub(super) struct Run<'a> {
    plan: &'a Plan,
    strings: &'a Strings,
    ended: &'a EndedSessions,
    tables: Vec<Verdicts>,
}

/// What was found about each symbol so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdicts(Vec<Option<bool>>);

impl Verdicts {
    /// The verdict on a symbol, asked for at most once; a part that is absent is never what is asked for.
    pub(super) fn of(&mut self, symbol: Symbol, ask: impl FnOnce() -> bool) -> bool {
        let index = symbol.0 as usize;
        if index == 0 {
            return false;
        }
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        self.0
            .get_mut(index)
            .is_some_and(|known| *known.get_or_insert_with(ask))
    }
}

impl<'a> Run<'a> {
    pub(super) fn new(plan: &'a Plan, strings: &'a Strings, ended: &'a EndedSessions) -> Self {
        Self {
            plan,
            strings,
            ended,
            tables: vec![Verdicts::default(); plan.tables],
        }
    }

    /// The rows of `range` that match, ascending.
    pub(super) fn matches(&mut self, rows: Rows<'_>, range: Range<usize>) -> Vec<u32> {
        let all = row_numbers(range);
        match &self.plan.root {
            None => all,
            Some(root) => self.keep(root, rows, all),
        }
    }

    /// Whether a chunk with this summary may hold a match; `false` is certain.
    pub(super) fn may_match(&mut self, summary: &Summary) -> bool {
        self.plan
            .root
            .as_ref()
            .is_none_or(|root| self.possible(root, summary))
    }

    fn possible(&mut self, node: &'a Node, summary: &Summary) -> bool {
        match node {
            Node::All(parts) => parts.iter().all(|part| self.possible(part, summary)),
            Node::Any(parts) => parts.iter().any(|part| self.possible(part, summary)),
            Node::Not(_) => true,
            Node::Check(check) => self.check_possible(check, summary),
        }
    }

    fn check_possible(&mut self, check: &'a Check, summary: &Summary) -> bool {
        match check {
            Check::Flags(crate::model::Flags::ERROR)
            | Check::Symbols(SymbolColumn::Fingerprint, ..) => !summary.errors.is_empty(),
            Check::Ids(from, to) => overlaps(summary.ids, *from, *to),
            Check::Symbols(SymbolColumn::Kind, matcher, table) => {
                let mut kinds = summary.kinds.iter();
                kinds.any(|(symbol, _)| self.symbol(*table, matcher, *symbol))
            }
            Check::Symbols(SymbolColumn::Session, matcher, table) => {
                let mut sessions = summary.sessions.iter();
                sessions.any(|symbol| self.symbol(*table, matcher, *symbol))
            }
            Check::Symbols(SymbolColumn::User, matcher, table) => {
                let mut users = summary.users.iter();
                users.any(|symbol| self.symbol(*table, matcher, *symbol))
            }
            Check::Never => false,
            _ => true,
        }
    }

    fn keep(&mut self, node: &'a Node, rows: Rows<'_>, candidates: Vec<u32>) -> Vec<u32> {
        if candidates.is_empty() {
            return candidates;
        }
        match node {
            Node::All(parts) => parts
                .iter()
                .fold(candidates, |left, part| self.keep(part, rows, left)),
            Node::Any(parts) => self.keep_any(parts, rows, candidates),
            Node::Not(inner) => {
                let found = self.keep(inner, rows, candidates.clone());
                without(candidates, &found)
            }
            Node::Check(check) => self.keep_check(check, rows, candidates),
        }
    }

    /// Each part is asked only about the rows that no part before it took.
    fn keep_any(&mut self, parts: &'a [Node], rows: Rows<'_>, candidates: Vec<u32>) -> Vec<u32> {
        if let [one] = parts {
            return self.keep(one, rows, candidates);
        }
        let mut left = candidates;
        let mut all = Vec::new();
        for part in parts {
            let found = self.keep(part, rows, left.clone());
            left = without(left, &found);
            all.extend(found);
        }
        all.sort_unstable();
        all
    }

    fn keep_check(&mut self, check: &'a Check, rows: Rows<'_>, mut left: Vec<u32>) -> Vec<u32> {
        let columns = rows.columns;
        match check {
            Check::Flags(flags) => left.retain(|row| columns.has(*row as usize, *flags)),
            Check::Ids(from, to) => left.retain(|row| {
                let id = columns.id.get(*row as usize);
                id.is_some_and(|id| (*from..=*to).contains(&id))
            }),
            Check::Number(column, test) => left.retain(|row| number(columns, *column, test, *row)),
            Check::Symbols(SymbolColumn::Fingerprint, matcher, table) => {
                retain(&mut left, &columns.fingerprint, |symbol| {
                    self.group(*table, matcher, symbol)
                });
            }
            Check::Symbols(column, matcher, table) => {
                retain(&mut left, symbols(columns, *column), |symbol| {
                    self.symbol(*table, matcher, symbol)
                });
            }
            Check::Session { ended, table } => retain(&mut left, &columns.session, |symbol| {
                self.session(*table, *ended, symbol)
            }),
            Check::Text(search) => return text(search, rows, left),
            Check::Field(path, matcher, table) => {
                let mapping = &self.plan.mapping;
                let mut payloads = rows.payloads.reader();
                if let Some(names) = self.tables.get_mut(*table) {
                    left.retain(|row| {
                        let row = *row as usize;
                        let fields: Vec<_> = payloads.fields(row).collect();
                        let fields = &fields;
                        let entry = lookup::Entry { rows, row, fields };
                        lookup::matches(entry, path, names, mapping, matcher)
                    });
                }
            }
            Check::Never => left.clear(),
        }
        left
    }

    fn symbol(&mut self, table: usize, matcher: &Matcher, symbol: Symbol) -> bool {
        let strings = self.strings;
        self.tables
            .get_mut(table)
            .is_some_and(|t| t.of(symbol, || matcher.matches(strings.get(symbol))))
    }

    fn group(&mut self, table: usize, matcher: &Matcher, symbol: Symbol) -> bool {
        let strings = self.strings;
        let is_it = || matcher.matches(short_id(strings.get(symbol)).as_bytes());
        self.tables
            .get_mut(table)
            .is_some_and(|t| t.of(symbol, is_it))
    }

    fn session(&mut self, table: usize, wanted: bool, symbol: Symbol) -> bool {
        let (strings, ended) = (self.strings, self.ended);
        self.tables
            .get_mut(table)
            .is_some_and(|t| t.of(symbol, || ended.0.contains(strings.get(symbol)) == wanted))
    }
}

fn row_numbers(range: Range<usize>) -> Vec<u32> {
    let from = u32::try_from(range.start).unwrap_or(u32::MAX);
    let to = u32::try_from(range.end).unwrap_or(u32::MAX);
    (from..to).collect()
}

fn retain<T: Word>(rows: &mut Vec<u32>, column: &Column<T>, mut keep: impl FnMut(T) -> bool) {
    rows.retain(|row| column.get(*row as usize).is_some_and(&mut keep));
}

/// `rows` without `taken`; both ascend.
fn without(mut rows: Vec<u32>, taken: &[u32]) -> Vec<u32> {
    let mut taken = taken.iter().peekable();
    rows.retain(|row| taken.next_if_eq(&row).is_none());
    rows
}

fn overlaps((first, last): (EntryId, EntryId), from: EntryId, to: EntryId) -> bool {
    from <= last && first <= to
}

fn symbols(columns: &Columns, column: SymbolColumn) -> &Column<Symbol> {
    match column {
        SymbolColumn::Stream => &columns.stream,
        SymbolColumn::Kind => &columns.kind,
        SymbolColumn::Session => &columns.session,
        SymbolColumn::User => &columns.user,
        SymbolColumn::Role => &columns.role,
        SymbolColumn::Fingerprint => &columns.fingerprint,
    }
}

fn number(columns: &Columns, column: NumberColumn, test: &NumberTest, row: u32) -> bool {
    match column {
        NumberColumn::Tokens => columns.tokens(row as usize).is_some_and(|found| {
            #[expect(clippy::cast_precision_loss, reason = "the column holds 32 bits")]
            let found = found as f64;
            number_holds(test, found, |wanted| wanted)
        }),
        NumberColumn::Latency => columns
            .latency(row as usize)
            .is_some_and(|found| number_holds(test, found, as_latency)),
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

fn number_holds(test: &NumberTest, found: f64, wanted: impl Fn(f64) -> f64) -> bool {
    match test {
        NumberTest::Known => true,
        NumberTest::AnyOf(numbers) => numbers.iter().any(|n| found.total_cmp(&wanted(*n)).is_eq()),
        NumberTest::Order(order, bound) => order.holds(found.total_cmp(&wanted(*bound))),
    }
}

fn text(search: &TextSearch, rows: Rows<'_>, mut left: Vec<u32>) -> Vec<u32> {
    let mut payloads = rows.payloads.reader();
    if search.value_by_value {
        left.retain(|row| {
            let mut values = payloads.fields(*row as usize);
            values.any(|(_, value)| search.is_in(value))
        });
    } else if left.len() * 4 < rows.payloads.len() {
        left.retain(|row| search.is_in(payloads.text(*row as usize)));
    } else {
        let found = in_one_sweep(search, rows, &left);
        left.retain(|row| found.get(*row as usize).is_some_and(|hit| *hit));
    }
    left
}

/// Searches from the first to the last candidate as one text, or as few as it stands in.
fn in_one_sweep(search: &TextSearch, rows: Rows<'_>, candidates: &[u32]) -> Vec<bool> {
    let (first, last) = (candidates.first(), candidates.last());
    let mut first = first.map_or(0, |row| *row as usize);
    let last = last.map_or(0, |row| *row as usize);
    let mut found = vec![false; last + 1];
    let mut payloads = rows.payloads.reader();
    while first <= last {
        let piece = payloads.piece(first..last + 1);
        sweep(search, &piece, &mut found);
        first = piece.rows().end.max(first + 1);
    }
    found
}

/// After a match it goes on in the next row.
fn sweep(search: &TextSearch, piece: &Piece<'_>, found: &mut [bool]) {
    let rows = piece.rows();
    let (mut row, mut at) = (rows.start, 0);
    while let Some(hit) = search.find(piece.text(), at) {
        row = piece.row_of(hit, row);
        if let Some(mark) = found.get_mut(row) {
            *mark = true;
        }
        at = piece.range(row).end;
        row += 1;
        if row >= rows.end {
            break;
        }
    }
}
