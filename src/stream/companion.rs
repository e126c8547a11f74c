//! Keys that belong to a stream: `<stream>:dead`, `<stream>:metrics` and the like.
//!
//! Invariant: in a cluster a companion lies in the stream's slot, so that one script can change both. A stream whose name has
//! a hash tag gives it to its companions; for another one the whole name becomes the tag
//! (a name with a `}` and no tag has no companions there: the server answers CROSSSLOT;
//! <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags>).

/// The key of what belongs to `stream` under the name `what`; `clustered` where slots count.
#[must_use]
pub fn companion(stream: &[u8], what: &str, clustered: bool) -> Vec<u8> {
    let mut key = Vec::with_capacity(stream.len() + what.len() + 3);
    if clustered && !has_tag(stream) {
        key.push(b'{');
        key.extend_from_slice(stream);
        key.push(b'}');
    } else {
        key.extend_from_slice(stream);
    }
    key.push(b':');
    key.extend_from_slice(what.as_bytes());
    key
}

/// Whether the name has a hash tag: something between the first `{` and the first `}` after it.
fn has_tag(key: &[u8]) -> bool {
    let open = key.iter().position(|b| *b == b'{');
    let tail = open.and_then(|at| key.get(at + 1..)).unwrap_or_default();
    tail.iter()
        .position(|b| *b == b'}')
        .is_some_and(|at| at > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_companion_lies_in_the_slot_of_its_stream() {
        let key = |stream: &str, clustered| {
            String::from_utf8_lossy(&companion(stream.as_bytes(), "dead", clustered)).into_owned()
        };
        assert_eq!(key("memory:events", false), "memory:events:dead");
        assert_eq!(key("memory:events", true), "{memory:events}:dead");
        assert_eq!(key("{a}:events", true), "{a}:events:dead");
    }
}
