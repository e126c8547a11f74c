//! The patterns of key names, as the server matches them (<https://redis.io/docs/latest/commands/keys/>): `*`, `?`, `[ab]`,
//! `[^a]`, `[a-z]`, and `\` before a character that stands for itself.

/// Whether a name matches. Never takes longer than the product of both lengths.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut rest, mut text) = (pattern, name);
    // Where to try again: behind the last star, with one more byte taken by it.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        if let Some(after) = rest.strip_prefix(b"*") {
            again = Some((after, text));
            rest = after;
            continue;
        }
        if rest.is_empty() && text.is_empty() {
            return true;
        }
        let taken = text
            .split_first()
            .and_then(|(byte, later)| Some((one(rest, *byte)?, later)));
        if let Some(taken) = taken {
            (rest, text) = taken;
            continue;
        }
        let Some((after, [_, later @ ..])) = again else {
            return false;
        };
        again = Some((after, later));
        (rest, text) = (after, later);
    }
}

/// What is left of the pattern behind the part that takes this one byte; `None` where that does not.
fn one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [b'?', rest @ ..] => Some(rest),
        [b'[', rest @ ..] => class(rest, byte),
        [b'\\', wanted, rest @ ..] | [wanted, rest @ ..] => (*wanted == byte).then_some(rest),
        [] => None,
    }
}

/// The same for what stands behind `[`. A class that is not closed ends with the pattern.
fn class(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (wanted, mut rest) = match pattern {
        [b'^', rest @ ..] => (false, rest),
        _ => (true, pattern),
    };
    let mut found = false;
    loop {
        match rest {
            [] => break,
            [b']', after @ ..] => {
                rest = after;
                break;
            }
            [b'\\', one, after @ ..] => {
                found |= *one == byte;
                rest = after;
            }
            [from, b'-', to, after @ ..] => {
                found |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest = after;
            }
            [one, after @ ..] => {
                found |= *one == byte;
                rest = after;
            }
        }
    }
    (found == wanted).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_on_the_server() {
        for (pattern, name, wanted) in [
            ("*", "", true),
            ("memory:*", "memory:events", true),
            ("memory:*", "other:events", false),
            ("*:events:*:x", "a:events:b:events:c:x", true),
            ("*a*b*c*", "xxaxxbxx", false),
            ("e?ents", "events", true),
            ("e?ents", "eents", false),
            ("[ab]x", "bx", true),
            ("[^ab]x", "bx", false),
            ("[a-c]x", "bx", true),
            ("[c-a]x", "bx", true),
            ("[a-c]x", "dx", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            (r"[\]]", "]", true),
            ("[ab", "b", true),
            ("", "a", false),
            ("", "", true),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                wanted,
                "{pattern} {name}"
            );
        }
    }
}
