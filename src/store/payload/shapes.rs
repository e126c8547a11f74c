//! Which fields entries have: those that one producer writes mostly have the same names in the same order.

use std::fmt;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::SEPARATOR;
use crate::store::Symbol;

/// The field names of some entries, in order, and how to tell their values apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    names: Box<[Symbol]>,
    /// Where a value holds the separator itself: the length of each.
    lengths: Option<Box<[u32]>>,
}

/// Shapes, each once.
#[derive(Clone, Default)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    lookup: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The shape of the entry before.
    last: u32,
    /// What came after each shape the last time: entries follow each other in much the same order.
    next: Vec<u32>,
}

/// By the shapes alone: how the lookup lies is of no meaning and different each time.
impl fmt::Debug for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shapes").field(&self.all).finish()
    }
}

impl Shape {
    /// An entry's values with their names.
    pub(super) fn split<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (Symbol, &'a [u8])> {
        let mut rest = text;
        self.names.iter().enumerate().map(move |(at, name)| {
            let length = match &self.lengths {
                Some(lengths) => lengths.get(at).map_or(0, |length| *length as usize),
                None => memchr::memchr(SEPARATOR, rest).unwrap_or(rest.len()),
            };
            let value = rest.get(..length).unwrap_or_default();
            rest = rest.get(length + 1..).unwrap_or_default();
            (*name, value)
        })
    }

    pub(super) fn renamed(&self, rename: impl Fn(Symbol) -> Symbol) -> Self {
        Self {
            names: self.names.iter().map(|name| rename(*name)).collect(),
            lengths: self.lengths.clone(),
        }
    }

    fn memory_bytes(&self) -> usize {
        let lengths = self.lengths.as_ref().map_or(0, |lengths| lengths.len());
        size_of::<Self>() + (self.names.len() + lengths) * 4
    }
}

impl Shapes {
    pub(super) fn get(&self, index: u32) -> Option<&Shape> {
        self.all.get(index as usize)
    }

    /// The number of the shape with these names, whose values do not hold the separator.
    pub(super) fn number(&mut self, names: &[Symbol]) -> u32 {
        let next = self.next.get(self.last as usize).copied();
        let follower = next.filter(|next| self.is(*next, names));
        let number = follower.unwrap_or_else(|| self.find(names));
        if let Some(next) = self.next.get_mut(self.last as usize) {
            *next = number;
        }
        self.last = number;
        number
    }

    /// Whether the shape has these names, for values that do not hold the separator.
    fn is(&self, index: u32, names: &[Symbol]) -> bool {
        let shape = self.get(index);
        shape.is_some_and(|shape| *shape.names == *names && shape.lengths.is_none())
    }

    fn find(&mut self, names: &[Symbol]) -> u32 {
        let hash = self.hasher.hash_one(names);
        match self.lookup.find(hash, |index| self.is(*index, names)) {
            Some(index) => *index,
            None => self.add(Shape {
                names: names.into(),
                lengths: None,
            }),
        }
    }

    /// The number of a shape for one entry alone.
    pub(super) fn own(&mut self, names: &[Symbol], lengths: &[u32]) -> u32 {
        self.add(Shape {
            names: names.into(),
            lengths: Some(lengths.into()),
        })
    }

    /// The number of a shape of another set.
    pub(super) fn take(&mut self, shape: &Shape) -> u32 {
        match &shape.lengths {
            Some(lengths) => self.own(&shape.names, lengths),
            None => self.number(&shape.names),
        }
    }

    fn add(&mut self, shape: Shape) -> u32 {
        let index = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let (shapes, hasher) = (&mut self.all, &self.hasher);
        let is_shared = shape.lengths.is_none();
        let hash = hasher.hash_one(&*shape.names);
        shapes.push(shape);
        self.next.push(0);
        if is_shared {
            self.lookup.insert_unique(hash, index, |index| {
                let shape = shapes.get(*index as usize);
                hasher.hash_one(shape.map_or(&[][..], |shape| &shape.names))
            });
        }
        index
    }

    pub(super) fn all(&self) -> &[Shape] {
        &self.all
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.all.iter().map(Shape::memory_bytes).sum::<usize>()
            + self.lookup.capacity() * 5
            + self.next.capacity() * 4
    }
}
