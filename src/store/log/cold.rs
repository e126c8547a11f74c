//! Entries that are seldom looked at, in less memory: sealed chunks beyond the newest ones are packed and compressed.
//!
//! What anyone reads does not depend on it, so neither `version` nor `reshaped` grows.

use std::sync::Arc;

use super::Log;
use crate::store::{Chunk, Seq};

impl Log {
    /// Sealed chunks that are still plain, but for the newest of them that take up to `hot_bytes`: at most `most`, the newest
    /// first, each with the place of its first row.
    #[must_use]
    pub fn overdue(&self, hot_bytes: usize, most: usize) -> Vec<(Seq, Arc<Chunk>)> {
        let mut hot = 0;
        let plain = self
            .chunks
            .iter()
            .rev()
            .filter(|slot| !slot.chunk.is_cold());
        let beyond = plain.filter(|slot| {
            hot += slot.chunk.memory_bytes();
            hot > hot_bytes && slot.chunk.summary.is_some()
        });
        beyond
            .take(most)
            .map(|slot| (slot.base, Arc::clone(&slot.chunk)))
            .collect()
    }

    /// Freezes the chunk that begins at `base`, if there is one. `made` is what was made of it elsewhere, and of what: a chunk
    /// that has got a mark since is frozen anew.
    pub fn freeze(&mut self, base: Seq, made: Option<&(Arc<Chunk>, Arc<Chunk>)>) {
        let at = self.chunks.partition_point(|slot| slot.base < base);
        let slot = self.chunks.get_mut(at).filter(|slot| slot.base == base);
        let Some(slot) = slot.filter(|slot| slot.chunk.summary.is_some() && !slot.chunk.is_cold())
        else {
            return;
        };
        slot.chunk = match made {
            Some((from, frozen)) if Arc::ptr_eq(from, &slot.chunk) => Arc::clone(frozen),
            _ => Arc::new(slot.chunk.frozen()),
        };
    }

    /// Bytes of cold entries that were thawed because someone looked at them.
    #[must_use]
    pub fn thawed_bytes(&self) -> usize {
        let payloads = self.chunks.iter().map(|slot| &slot.chunk.payloads);
        payloads.map(crate::store::Payloads::thawed_bytes).sum()
    }

    /// Gives up what was thawed for a look.
    pub fn cool(&mut self) {
        for slot in &mut self.chunks {
            if slot.chunk.payloads.thawed_bytes() > 0 {
                slot.chunk = Arc::new(slot.chunk.cooled());
            }
        }
    }
}
