//! Events as JSON lines: as `query --format jsonl` prints them, and `deliveries`.

use std::io::{self, Write};

use crate::cli::format::{EventRow, json};
use crate::cli::out::Out;
use crate::cli::setup::Setup;
use crate::model::{self, FieldRef, Mapping};
use crate::stream::{Batch, Delivery, Subscription};

/// Standard output.
pub(super) struct Lines {
    out: Out,
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            out: setup.out(),
            line: Vec::new(),
        }
    }

    /// Prints a batch, and flushes it.
    pub(super) fn print(
        &mut self,
        subscription: &Subscription,
        batch: &Batch,
        setup: &Setup,
    ) -> io::Result<()> {
        for delivery in &batch.deliveries {
            self.line.clear();
            write(
                &mut self.line,
                &subscription.stream,
                delivery,
                &setup.config.mapping,
            );
            self.out.write_all(&self.line)?;
        }
        self.out.flush()
    }
}

/// One line, with its end.
pub(super) fn write(out: &mut Vec<u8>, stream: &[u8], delivery: &Delivery, mapping: &Mapping) {
    let fields: Vec<FieldRef<'_>> = delivery.fields();
    let row = EventRow {
        id: delivery.id,
        stream,
        event: model::decode(stream, delivery.id, &fields, mapping),
        fields,
    };
    let deliveries = delivery.deliveries.to_string();
    json::event(out, &row, &[("deliveries", &deliveries)]);
    out.push(b'\n');
}
