//! Lines of a plain file from its end to its start, in pages that are each in the order of the file.
//!
//! Invariant: the pages depend on how long the stretches are, and not on how many threads read them.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::crew::{self, Crew};
use super::cuts::Cuts;
use super::ids::{self, Fallback};
use super::lines::{Lines, Reading, Stretch};
use crate::model::{EntryId, Mapping};
use crate::store::{Page, PageBuilder};

/// Reads one file backwards.
#[derive(Debug)]
pub struct Backwards {
    lines: Arc<Lines>,
    /// For what no thread of the crew reads.
    reading: Reading,
    cuts: Cuts,
    /// How many may read ahead.
    threads: usize,
    crew: Option<Crew>,
    ceiling: EntryId,
    /// Lines that were longer than is kept.
    pub cut: u64,
}

/// A run of entries, to be taken from its end.
#[derive(Debug, Default)]
pub struct Block {
    page: Arc<Page>,
    /// Those that were not taken yet.
    rows: usize,
}

impl Block {
    fn new(page: Page) -> Self {
        Self {
            rows: page.len(),
            page: Arc::new(page),
        }
    }

    /// The id of its last entry.
    pub fn last(&self) -> Option<EntryId> {
        self.page.columns.id.get(self.rows.checked_sub(1)?)
    }

    /// Takes the last entry off: its page, and the row there.
    pub fn pop(&mut self) -> Option<(Arc<Page>, usize)> {
        self.rows = self.rows.checked_sub(1)?;
        Some((Arc::clone(&self.page), self.rows))
    }

    /// The last entries as one page, at most `count`; the others stay.
    pub fn take(&mut self, count: usize, mapping: &Arc<Mapping>) -> Page {
        if self.rows == self.page.len() && self.rows <= count {
            self.rows = 0;
            return Arc::unwrap_or_clone(std::mem::take(&mut self.page));
        }
        let from = self.rows.saturating_sub(count);
        let mut page = PageBuilder::new(Arc::clone(mapping));
        for row in from..std::mem::replace(&mut self.rows, from) {
            page.copy(&self.page, row);
        }
        page.finish()
    }
}

impl Backwards {
    /// From `end`, which is just after a newline or the start of the file, in stretches of at most `most_bytes`.
    pub fn new(lines: Lines, end: u64, most_bytes: u64) -> Self {
        let lines = Arc::new(lines);
        Self {
            cuts: Cuts::new(Arc::clone(&lines), end, most_bytes),
            reading: Reading::new(&lines.mapping),
            lines,
            threads: 0,
            crew: None,
            ceiling: EntryId::MAX,
            cut: 0,
        }
    }

    /// Reads ahead on several threads, once the stretches are long.
    pub fn ahead(mut self) -> Self {
        self.threads = crew::threads();
        self
    }

    /// The lines before those handed out so far; `None` at the start of the file.
    pub fn block(&mut self) -> io::Result<Option<Block>> {
        while let Some((range, stretch)) = self.next()? {
            let page = self.settle(range, stretch)?;
            if !page.is_empty() {
                return Ok(Some(Block::new(page)));
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> io::Result<Option<(Range<u64>, Stretch)>> {
        if self.threads == 0 || !self.cuts.are_long() {
            let Some(range) = self.cuts.next()? else {
                return Ok(None);
            };
            let fallback = self.lines.fallback;
            let stretch = self.reading.read(&self.lines, &range, fallback)?;
            return Ok(Some((range, stretch)));
        }
        let new = || Crew::new(&self.lines, self.threads);
        let crew = self.crew.get_or_insert_with(new);
        while !crew.is_busy()
            && let Some(range) = self.cuts.next()?
        {
            crew.ask(range);
        }
        let taken = crew.take();
        taken.map(|(range, read)| Ok((range, read?))).transpose()
    }

    /// The ids of a stretch depend on what comes after it only where it is out of order, or begins with lines that claim none.
    fn settle(&mut self, range: Range<u64>, stretch: Stretch) -> io::Result<Page> {
        self.cut += u64::from(stretch.is_cut);
        let mut page = stretch.page;
        let ms = self.ceiling.ms;
        let is_apart = range.start == 0 || self.ceiling == EntryId::MAX;
        if stretch.begins_unclaimed && !is_apart && ms != self.lines.fallback.ms {
            let again = self.reading.read(&self.lines, &range, Fallback { ms })?;
            page = again.page;
        }
        let page = below(page, self.ceiling, &self.lines.mapping);
        self.ceiling = page.columns.id.first().unwrap_or(self.ceiling);
        Ok(page)
    }
}

/// The same entries with ids up to `ceiling`.
fn below(page: Page, ceiling: EntryId, mapping: &Arc<Mapping>) -> Page {
    let mut ids: Vec<EntryId> = page.columns.id.iter().collect();
    ids::lower(&mut ids, ceiling);
    if page.columns.id.iter().eq(ids.iter().copied()) {
        return page;
    }
    let mut lowered = PageBuilder::new(Arc::clone(mapping));
    for (row, id) in ids.into_iter().enumerate() {
        let stream = page.columns.stream.get(row).unwrap_or_default();
        let fields = page.payloads.named(row, &page.strings);
        lowered.push(page.strings.get(stream), id, &fields);
    }
    lowered.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::source::file::forward::Assembler;

    const FALLBACK: Fallback = Fallback { ms: 3 };

    fn lines(text: &[u8]) -> io::Result<Lines> {
        let mut file = tempfile::tempfile()?;
        file.write_all(text)?;
        Ok(Lines {
            file,
            stream: b"s".to_vec(),
            mapping: Arc::default(),
            fallback: FALLBACK,
        })
    }

    /// Every entry, oldest first: its id and its values.
    fn entries(pages: &[Page]) -> Vec<(EntryId, Vec<u8>)> {
        let rows = pages
            .iter()
            .flat_map(|page| (0..page.len()).map(move |row| (page, row)));
        let entry = |(page, row): (&Page, usize)| {
            let id = page.columns.id.get(row).unwrap_or_default();
            (id, page.payloads.text(row).to_vec())
        };
        rows.map(entry).collect()
    }

    /// The pages, the last of them first.
    fn read(text: &[u8], most_bytes: u64, threads: usize) -> io::Result<Vec<Page>> {
        let mut backwards = Backwards::new(lines(text)?, text.len() as u64, most_bytes);
        backwards.threads = threads;
        let mut pages = Vec::new();
        while let Some(mut block) = backwards.block()? {
            pages.push(block.take(usize::MAX, &Arc::default()));
        }
        Ok(pages)
    }

    fn forwards(text: &[u8]) -> Vec<(EntryId, Vec<u8>)> {
        let mut lines = Assembler::new(b"s".to_vec(), Arc::default(), 0, EntryId::MIN);
        let pages = [lines.take(text, FALLBACK), lines.end(FALLBACK)];
        entries(&pages.into_iter().flatten().collect::<Vec<_>>())
    }

    /// Lines that claim these ids, or none: as entries, as events with a time, and as text.
    fn text(claims: &[(Option<u64>, bool)], is_whole: bool) -> Vec<u8> {
        let line = |(at, (claim, is_entry)): (usize, &(Option<u64>, bool))| match (claim, is_entry)
        {
            (Some(ms), true) => format!("{{\"id\":\"{ms}-0\",\"fields\":{{\"n\":\"{at}\"}}}}\n"),
            (Some(ms), false) => format!("{{\"ts\":{},\"n\":{at}}}\n", 1_700_000_000_000 + ms),
            (None, true) => format!("  a line of text {at}\r\n"),
            (None, false) => format!("\n{{\"lookback\":\"a note\"}}\n{{\"n\":\"{at}\"}}\n"),
        };
        let lines: String = claims.iter().enumerate().map(line).collect();
        let end = if is_whole {
            lines.len()
        } else {
            lines.trim_end().len()
        };
        lines.into_bytes().into_iter().take(end).collect()
    }

    proptest! {
        #[test]
        fn how_many_read_and_where_the_file_is_cut_changes_no_entry(
            claims in prop::collection::vec((prop::option::of(0..400_u64), any::<bool>()), 0..120),
            is_whole: bool,
            most_bytes in prop_oneof![1..300_u64, 300..9_000_u64],
            threads in 1..5_usize,
        ) {
            let text = text(&claims, is_whole);
            let alone = read(&text, most_bytes, 0)?;
            prop_assert_eq!(&read(&text, most_bytes, threads)?, &alone);
            let mut oldest_first = alone;
            oldest_first.reverse();
            let values = |entries: Vec<(EntryId, Vec<u8>)>| entries.into_iter().map(|entry| entry.1).collect::<Vec<_>>();
            let backwards = entries(&oldest_first);
            prop_assert!(backwards.is_sorted_by_key(|entry| entry.0));
            prop_assert_eq!(values(backwards), values(forwards(&text)));
        }

        #[test]
        fn a_file_in_order_is_the_same_log_however_it_is_read(
            claiming in prop::collection::vec(any::<bool>(), 0..120),
            most_bytes in prop_oneof![1..300_u64, 300..9_000_u64],
            threads in 0..5_usize,
        ) {
            // Lines that claim nothing stand anywhere behind the first that does.
            let claim = |(at, claims): (u64, bool)| ((at == 0 || claims).then_some(at + 1), true);
            let claims: Vec<_> = (0..).zip(claiming).map(claim).collect();
            let text = text(&claims, true);
            let mut pages = read(&text, most_bytes, threads)?;
            pages.reverse();
            prop_assert_eq!(entries(&pages), forwards(&text));
        }
    }
}
