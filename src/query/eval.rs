//! Answers a plan for a run of entries, a chunk or a page, as the set of rows that match.
//!
//! A set of candidate rows is narrowed test by test, so that an expensive test sees only what the cheap ones left; what the
//! chunk's summary tells is not looked up. What a test says of a symbol is asked once and kept.

mod columns;
mod forecast;
mod text;

use std::ops::Range;

use self::forecast::{Certainty, Forecast};
use super::RowSet;
use super::lookup;
use super::matcher::Matcher;
use super::plan::{Check, Node, Path, Plan, SymbolColumn};
use super::scan::EndedSessions;
use crate::model::fingerprint::short_id;
use crate::store::{Rows, Strings, Summary, Symbol};

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

/// Entries to look at.
#[derive(Clone, Debug)]
pub(super) struct Ground<'a> {
    /// The run.
    pub rows: Rows<'a>,
    /// Which of its rows; sets count from the first of them.
    pub range: Range<usize>,
    /// What is known of the whole run.
    pub summary: Option<&'a Summary>,
}

impl Ground<'_> {
    fn len(&self) -> usize {
        self.range.len()
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

    /// The rows that match.
    pub(super) fn matches(&mut self, ground: &Ground<'_>) -> RowSet {
        let all = RowSet::all(ground.len());
        match &self.plan.root {
            None => all,
            Some(root) => self.keep(root, ground, all),
        }
    }

    /// Those of the candidates of which a part of the plan holds.
    fn keep(&mut self, node: &'a Node, ground: &Ground<'_>, left: RowSet) -> RowSet {
        if left.is_empty() {
            return left;
        }
        match self.forecast(node, ground.summary).certainty {
            Certainty::Never => return RowSet::none(ground.len()),
            Certainty::Always => return left,
            Certainty::Perhaps => {}
        }
        match node {
            Node::All(parts) => {
                let parts = self.in_order(parts, ground.summary, Forecast::narrows);
                let parts = parts.into_iter();
                parts.fold(left, |left, part| self.keep(part, ground, left))
            }
            Node::Any(parts) => self.keep_any(parts, ground, left),
            Node::Not(inner) => {
                let found = self.keep(inner, ground, left.clone());
                left.without(&found)
            }
            Node::Check(check) => self.keep_check(check, ground, &left),
        }
    }

    /// Each part is asked only about the rows that no part before it took.
    fn keep_any(&mut self, parts: &'a [Node], ground: &Ground<'_>, left: RowSet) -> RowSet {
        let (mut left, mut all) = (left, RowSet::none(ground.len()));
        for part in self.in_order(parts, ground.summary, Forecast::widens) {
            let found = self.keep(part, ground, left.clone());
            left = left.without(&found);
            all = all.or(&found);
        }
        all
    }

    fn in_order<K: Ord>(
        &mut self,
        parts: &'a [Node],
        summary: Option<&Summary>,
        key: impl Fn(&Forecast) -> K,
    ) -> Vec<&'a Node> {
        let mut keyed: Vec<(K, &Node)> = parts
            .iter()
            .map(|part| (key(&self.forecast(part, summary)), part))
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        keyed.into_iter().map(|(_, part)| part).collect()
    }

    fn keep_check(&mut self, check: &'a Check, ground: &Ground<'_>, left: &RowSet) -> RowSet {
        match check {
            Check::Text(search) => text::keep(search, ground, left),
            Check::Field(path, matcher, table) => {
                self.keep_field(path, matcher, *table, ground, left)
            }
            Check::Never => RowSet::none(ground.len()),
            _ => left.and(&self.in_columns(check, ground)),
        }
    }

    fn keep_field(
        &mut self,
        path: &Path,
        matcher: &Matcher,
        table: usize,
        ground: &Ground<'_>,
        left: &RowSet,
    ) -> RowSet {
        let mapping = &self.plan.mapping;
        let Some(names) = self.tables.get_mut(table) else {
            return RowSet::none(ground.len());
        };
        let mut payloads = ground.rows.payloads.reader();
        let start = ground.range.start;
        let found = left.iter().filter(|row| {
            let row = start + row;
            let fields: Vec<_> = payloads.fields(row).collect();
            let (rows, fields) = (ground.rows, &fields);
            let entry = lookup::Entry { rows, row, fields };
            lookup::matches(entry, path, names, mapping, matcher)
        });
        RowSet::of(left.len(), found)
    }

    /// What a test on strings says of one.
    fn symbol(&mut self, check: &Check, symbol: Symbol) -> bool {
        let (Check::Symbols(_, _, table) | Check::Session { table, .. }) = check else {
            return false;
        };
        let (strings, ended) = (self.strings, self.ended);
        let table = self.tables.get_mut(*table);
        table.is_some_and(|table| table.of(symbol, || ask(check, strings.get(symbol), ended)))
    }
}

fn ask(check: &Check, text: &[u8], ended: &EndedSessions) -> bool {
    match check {
        Check::Symbols(SymbolColumn::Fingerprint, matcher, _) => {
            matcher.matches(short_id(text).as_bytes())
        }
        Check::Symbols(_, matcher, _) => matcher.matches(text),
        Check::Session { ended: wanted, .. } => ended.0.contains(text) == *wanted,
        _ => false,
    }
}
