//! Fields of entries that are seldom looked at: the values of a few hundred rows at a time as one LZ4 block.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::plain::{Plain, start};
use super::shapes::{Shape, Shapes};
use crate::store::Column;

/// Rows of a block: enough for the repetition between entries to pay, few enough to thaw one in some 30 µs.
pub(super) const BLOCK_ROWS: usize = 256;

/// Fields as shapes and compressed text.
#[derive(Debug)]
pub(super) struct Cold {
    shapes: Arc<Shapes>,
    /// One a row.
    shape_of: Column<u32>,
    /// Of each row's text.
    lengths: Column<u32>,
    blocks: Vec<Block>,
}

#[derive(Debug)]
struct Block {
    packed: Arc<[u8]>,
    bytes: usize,
    /// Kept for those who look at an entry; says nothing that `packed` does not.
    thawed: OnceLock<Box<[u8]>>,
}

impl Block {
    fn of(text: &[u8]) -> Self {
        Self {
            packed: lz4_flex::block::compress(text).into(),
            bytes: text.len(),
            thawed: OnceLock::new(),
        }
    }

    fn thaw(&self, into: &mut Vec<u8>) {
        into.resize(self.bytes, 0);
        let read = lz4_flex::block::decompress_into(&self.packed, into);
        debug_assert_eq!(read.ok(), Some(self.bytes), "we compressed it ourselves");
    }

    fn text(&self) -> &[u8] {
        self.thawed.get_or_init(|| {
            let mut text = Vec::new();
            self.thaw(&mut text);
            text.into_boxed_slice()
        })
    }
}

impl Cold {
    pub(super) fn of(plain: &Plain) -> Self {
        let lengths = (0..plain.len()).map(|row| {
            let length = plain.text(row).len();
            u32::try_from(length).unwrap_or(u32::MAX)
        });
        let blocks = (0..plain.len()).step_by(BLOCK_ROWS).map(|first| {
            let last = (first + BLOCK_ROWS).min(plain.len()) - 1;
            let end = plain.ends.get(last).copied().unwrap_or_default();
            let text = plain.values.get(start(&plain.ends, first)..end);
            Block::of(text.unwrap_or_default())
        });
        Self {
            lengths: lengths.collect::<Column<u32>>().packed(),
            shape_of: plain
                .shape_of
                .iter()
                .copied()
                .collect::<Column<u32>>()
                .packed(),
            blocks: blocks.collect(),
            shapes: Arc::new(plain.shapes.clone()),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lengths.len()
    }

    pub(super) fn shape(&self, row: usize) -> Option<&Shape> {
        self.shapes.get(self.shape_of.get(row)?)
    }

    pub(super) fn text(&self, row: usize) -> &[u8] {
        let Some(block) = self.blocks.get(row / BLOCK_ROWS) else {
            return &[];
        };
        block.text().get(self.range(row)).unwrap_or_default()
    }

    /// Where a row stands in its block.
    fn range(&self, row: usize) -> Range<usize> {
        let first = row / BLOCK_ROWS * BLOCK_ROWS;
        let before: usize = self.lengths.range(first..row).map(|n| n as usize).sum();
        before..before + self.lengths.get(row).unwrap_or(0) as usize
    }

    /// The block that holds a row, thawed into `text`, with the ends of its rows; the rows.
    pub(super) fn block(
        &self,
        row: usize,
        text: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) -> Range<usize> {
        let first = row / BLOCK_ROWS * BLOCK_ROWS;
        let rows = first..(first + BLOCK_ROWS).min(self.len());
        text.clear();
        ends.clear();
        if let Some(block) = self.blocks.get(row / BLOCK_ROWS) {
            block.thaw(text);
            ends.extend(self.lengths.range(rows.clone()).scan(0, |end, length| {
                *end += length as usize;
                Some(*end)
            }));
        }
        rows
    }

    /// All of it, plain.
    pub(super) fn thawed(&self) -> Plain {
        let mut plain = Plain {
            shapes: (*self.shapes).clone(),
            shape_of: self.shape_of.iter().collect(),
            ..Plain::default()
        };
        let mut text = Vec::new();
        for block in &self.blocks {
            block.thaw(&mut text);
            plain.values.extend_from_slice(&text);
        }
        plain
            .ends
            .extend(self.lengths.iter().scan(0, |end, length| {
                *end += length as usize;
                Some(*end)
            }));
        plain
    }

    pub(super) fn cooled(&self) -> Self {
        let blocks = self.blocks.iter().map(|block| Block {
            packed: Arc::clone(&block.packed),
            bytes: block.bytes,
            thawed: OnceLock::new(),
        });
        Self {
            shapes: Arc::clone(&self.shapes),
            shape_of: self.shape_of.clone(),
            lengths: self.lengths.clone(),
            blocks: blocks.collect(),
        }
    }

    pub(super) fn thawed_bytes(&self) -> usize {
        let thawed = self.blocks.iter().filter_map(|block| block.thawed.get());
        thawed.map(|text| text.len()).sum()
    }

    pub(super) fn value_bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.bytes).sum()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let blocks = self.blocks.iter();
        blocks
            .map(|b| b.packed.len() + 16 + size_of::<Block>())
            .sum::<usize>()
            + self.shapes.memory_bytes()
            + self.shape_of.memory_bytes()
            + self.lengths.memory_bytes()
    }
}
