//! Names like one that was not found.

/// Suggestions at most.
const SUGGESTIONS: usize = 5;
/// Bytes of a name that are compared.
const COMPARED: usize = 64;

/// The names most like `wanted`, best first: those that contain it, or it them, then those few edits away.
#[must_use]
pub fn nearest<'a>(wanted: &[u8], names: impl IntoIterator<Item = &'a [u8]>) -> Vec<&'a [u8]> {
    let wanted = folded(wanted);
    let mut scored: Vec<(usize, &[u8])> = names
        .into_iter()
        .filter(|name| !name.is_empty())
        .filter_map(|name| Some((distance(&wanted, &folded(name))?, name)))
        .collect();
    scored.sort_unstable();
    scored.truncate(SUGGESTIONS);
    scored.into_iter().map(|(_, name)| name).collect()
}

fn folded(name: &[u8]) -> Vec<u8> {
    let kept = name.get(..COMPARED).unwrap_or(name);
    kept.to_ascii_lowercase()
}

/// `None` where there is no likeness.
fn distance(wanted: &[u8], name: &[u8]) -> Option<usize> {
    let contains = |a: &[u8], b: &[u8]| !b.is_empty() && memchr::memmem::find(a, b).is_some();
    if contains(name, wanted) || contains(wanted, name) {
        return Some(0);
    }
    let edits = edits(wanted, name);
    (edits <= 1 + wanted.len() / 4).then_some(edits)
}

/// Levenshtein's distance, one row at a time.
fn edits(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in [("", "abc", 3), ("kitten", "sitting", 3), ("abc", "abc", 0)] {
            assert_eq!(edits(a.as_bytes(), b.as_bytes()), n, "{a} {b}");
        }
    }

    #[test]
    fn names_that_contain_it_come_first_and_strangers_not_at_all() {
        let names = ["abc-124", "xx-abc-123", "other"].map(str::as_bytes);
        let found = nearest(b"ABC-123", names);
        assert_eq!(found, [b"xx-abc-123".as_slice(), b"abc-124".as_slice()]);
    }
}
