//! The limit: pages asked for one ahead, read and thrown away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::seed::{STREAM, ids};

const PAGE: u64 = 1_000;
const BUFFER: usize = 1 << 18;
/// Follows the reply to a page, so that its end is seen without reading it.
const END: &[u8] = b"+PONG\r\n";

/// What went over the wire, and how long that took.
pub struct Drained {
    pub took: Duration,
    pub bytes: u64,
}

/// All entries, by `XRANGE` or `XREVRANGE`.
pub fn drain(address: &str, command: &str, entries: u64) -> Drained {
    let mut socket = TcpStream::connect(address).expect("a connection");
    socket
        .set_nodelay(true)
        .expect("small requests leave at once");
    let newest_first = command == "XREVRANGE";
    let pages = entries.div_ceil(PAGE);
    let request = |page: u64| {
        let page = if newest_first { pages - 1 - page } else { page };
        let (low, high) = ids(&(page * PAGE..((page + 1) * PAGE).min(entries)));
        let (from, to) = if newest_first {
            (high, low)
        } else {
            (low, high)
        };
        format!("{command} {STREAM} {from} {to} COUNT {PAGE}\r\nPING\r\n")
    };
    let mut buffer = vec![0; BUFFER];
    let (mut bytes, mut asked, mut ended, mut kept) = (0, 0, 0, 0);
    let start = Instant::now();
    while ended < pages {
        while asked < pages.min(ended + 2) {
            socket
                .write_all(request(asked).as_bytes())
                .expect("it is sent");
            asked += 1;
        }
        let came = socket
            .read(buffer.get_mut(kept..).unwrap_or_default())
            .expect("entries come");
        assert_ne!(came, 0, "the server went away");
        bytes += came as u64;
        let seen = buffer.get(..kept + came).unwrap_or_default();
        ended += memmem::find_iter(seen, END).count() as u64;
        // An end may be cut in two; a whole one is not to be counted again.
        kept = if seen.ends_with(END) {
            0
        } else {
            seen.len().min(END.len() - 1)
        };
        let tail = seen.len() - kept..seen.len();
        buffer.copy_within(tail, 0);
    }
    Drained {
        took: start.elapsed(),
        bytes: bytes - pages * END.len() as u64,
    }
}
