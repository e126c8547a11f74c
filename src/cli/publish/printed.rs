//! The ids of the entries, on standard output.

use std::io::{self, Write};

use super::{IdFormat, PublishArgs};
use crate::cli::format::json::{self, Object};
use crate::cli::out::Out;
use crate::cli::setup::Setup;
use crate::stream::Receipt;

/// Prints the ids, unless nobody wants them.
pub struct Printed {
    out: Option<Out>,
    stream: Vec<u8>,
    format: IdFormat,
    text: Vec<u8>,
}

impl Printed {
    pub fn new(args: &PublishArgs, setup: &Setup, stream: &str) -> Self {
        Self {
            out: (!args.quiet).then(|| setup.out()),
            stream: stream.as_bytes().to_vec(),
            format: args.format,
            text: Vec::new(),
        }
    }

    /// Prints the ids of events that were published. A reader that has gone does not end the publishing.
    pub fn receipts(&mut self, receipts: &[Receipt]) -> io::Result<()> {
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        self.text.clear();
        for receipt in receipts {
            match self.format {
                IdFormat::Text => self.text.extend(receipt.entry.to_string().bytes()),
                IdFormat::Jsonl => object(&mut self.text, &self.stream, receipt),
            }
            self.text.push(b'\n');
        }
        match out.write_all(&self.text).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.out = None;
                Ok(())
            }
            written => written,
        }
    }
}

fn object(to: &mut Vec<u8>, stream: &[u8], receipt: &Receipt) {
    let mut object = Object::open(to);
    json::text(object.key(b"id"), &receipt.entry.to_string());
    object
        .bytes("stream", Some(stream))
        .bytes("event_id", receipt.event_id.as_deref())
        .boolean("duplicate", receipt.duplicate)
        .close();
}
