//! Events as lines, and lines of ids.

pub fn lines_of(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// So many events as lines, with ids of their own and about 200 bytes each.
pub fn events(count: usize) -> String {
    let filling = "x".repeat(100);
    let line = |n: usize| {
        format!(
            "{{\"id\":\"e{n}\",\"type\":\"message.added\",\"session_id\":\"s{}\",\"n\":{n},\"text\":\"{filling}\"}}\n",
            n % 7
        )
    };
    (0..count).map(line).collect()
}
