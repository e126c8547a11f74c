//! Comma-separated values by RFC 4180: CRLF at the end of lines, quotes where needed and doubled inside.

use super::{EventRow, json};
use crate::model::{Flags, SafeText, time};
use crate::project::session_state::event_time;

/// The first line.
pub const EVENT_HEADER: &[u8] =
    b"id,stream,type,session,user,time,error,latency_ms,tokens,fields\r\n";

/// One event; `safe` for a terminal, where the bytes are not kept.
pub fn event(out: &mut Vec<u8>, row: &EventRow<'_>, safe: bool) {
    let event = &row.event;
    let time = time::rfc3339(event_time(event, row.id)).unwrap_or_default();
    let latency = event.latency_ms.filter(|l| l.is_finite());
    let id = row.id.to_string();
    let mut fields = Vec::new();
    json::fields(&mut fields, &row.fields);
    let cells: [&[u8]; 10] = [
        id.as_bytes(),
        row.stream,
        &event.kind,
        event.session.as_deref().unwrap_or_default(),
        event.user.as_deref().unwrap_or_default(),
        time.as_bytes(),
        if event.flags.has(Flags::ERROR) {
            b"true"
        } else {
            b"false"
        },
        &latency
            .map(|l| l.to_string())
            .unwrap_or_default()
            .into_bytes(),
        &event
            .tokens
            .map(|t| t.to_string())
            .unwrap_or_default()
            .into_bytes(),
        &fields,
    ];
    line(out, &cells, safe);
}

/// One line of cells.
pub fn line(out: &mut Vec<u8>, cells: &[&[u8]], safe: bool) {
    for (n, value) in cells.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        if safe {
            cell(out, SafeText::line(value, usize::MAX).as_str().as_bytes());
        } else {
            cell(out, value);
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn cell(out: &mut Vec<u8>, value: &[u8]) {
    let quoted = value
        .iter()
        .any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n'));
    if !quoted {
        out.extend_from_slice(value);
        return;
    }
    out.push(b'"');
    for byte in value {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_needs_quotes_and_keeps_the_bytes() {
        let mut out = Vec::new();
        line(&mut out, &[b"a", b"b,c", b"say \"hi\"\n", b"\xff"], false);
        assert_eq!(out, b"a,\"b,c\",\"say \"\"hi\"\"\n\",\xff\r\n");
    }

    #[test]
    fn on_a_terminal_no_control_is_left() {
        let mut out = Vec::new();
        line(&mut out, &[b"\x1b[2J"], true);
        assert!(!out.contains(&0x1b));
    }
}
