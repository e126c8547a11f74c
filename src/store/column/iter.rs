//! Goes through a column, in whichever form it is.

use std::marker::PhantomData;
use std::ops::Range;
use std::slice;

use super::Word;
use super::packed::{Codes, Packed};

/// The values of a run of rows. `fold` and what rests on it (`for_each`, `count`, `sum`) looks only once at the form.
#[derive(Clone, Debug)]
pub struct Iter<'a, T>(Form<'a, T>);

#[derive(Clone, Debug)]
enum Form<'a, T> {
    Plain(slice::Iter<'a, T>),
    Packed(&'a Packed, Range<usize>, PhantomData<T>),
}

impl<'a, T: Word> Iter<'a, T> {
    pub(super) fn plain(values: &'a [T]) -> Self {
        Self(Form::Plain(values.iter()))
    }

    /// `rows` are rows that there are.
    pub(super) fn packed(packed: &'a Packed, rows: Range<usize>) -> Self {
        Self(Form::Packed(packed, rows, PhantomData))
    }
}

impl<T: Word> Iterator for Iter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        match &mut self.0 {
            Form::Plain(values) => values.next().copied(),
            Form::Packed(packed, rows, _) => packed.get(rows.next()?).map(T::from_word),
        }
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<T> {
        match &mut self.0 {
            Form::Plain(values) => values.nth(n).copied(),
            Form::Packed(packed, rows, _) => packed.get(rows.nth(n)?).map(T::from_word),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.0 {
            Form::Plain(values) => values.len(),
            Form::Packed(_, rows, _) => rows.len(),
        };
        (left, Some(left))
    }

    fn fold<B, F: FnMut(B, T) -> B>(self, init: B, mut f: F) -> B {
        match self.0 {
            Form::Plain(values) => values.copied().fold(init, f),
            Form::Packed(packed, rows, _) => {
                let f = |acc, code| f(acc, T::from_word(packed.value(code)));
                match packed.codes() {
                    Codes::Zero(_) => rows.map(|_| 0).fold(init, f),
                    Codes::One(codes) => each(codes, rows).fold(init, f),
                    Codes::Two(codes) => each(codes, rows).fold(init, f),
                    Codes::Four(codes) => each(codes, rows).fold(init, f),
                    Codes::Eight(codes) => each(codes, rows).fold(init, f),
                }
            }
        }
    }
}

impl<T: Word> DoubleEndedIterator for Iter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        match &mut self.0 {
            Form::Plain(values) => values.next_back().copied(),
            Form::Packed(packed, rows, _) => packed.get(rows.next_back()?).map(T::from_word),
        }
    }
}

impl<T: Word> ExactSizeIterator for Iter<'_, T> {}

fn each<C: Copy + Into<u64>>(codes: &[C], rows: Range<usize>) -> impl Iterator<Item = u64> {
    let codes = codes.get(rows).unwrap_or_default();
    codes.iter().map(|code| (*code).into())
}
