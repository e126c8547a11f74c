//! How much of the memory that was allowed the log may take, and how much of that stays plain.

/// What the program takes, and what of that is not the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// What the whole program takes, bytes; 0 until it was measured.
    pub resident_bytes: usize,
    /// What it takes beside the log.
    beside_bytes: usize,
    /// The most that the log took: what it gave back may stay with the allocator, and is there for what comes.
    peak_bytes: usize,
    /// Chunks are being frozen on another task, which answers.
    pub is_freezing: bool,
}

/// The newest entries stay plain, so that they are searched fastest: about a million of the usual size.
const HOT_BYTES: usize = 256 << 20;
/// This part of what is allowed stays free: where entries come and go all the time the allocator does not fill every gap, and what
/// it has taken once it hardly gives back.
const SPARE_PART: usize = 6;

impl Memory {
    /// Notes what the program takes while the log takes `log_bytes`.
    pub fn measured(&mut self, resident_bytes: usize, log_bytes: usize) {
        self.resident_bytes = resident_bytes;
        self.peak_bytes = self.peak_bytes.max(log_bytes);
        self.beside_bytes = resident_bytes.saturating_sub(self.peak_bytes);
    }

    /// What the log may take where the program may take `allowed` bytes: never less than half of it, since below that a part of
    /// the history would be paid for with most of it.
    #[must_use]
    pub fn log_bytes(&self, allowed: usize) -> usize {
        let beside = self.beside_bytes + allowed / SPARE_PART;
        allowed - beside.min(allowed / 2)
    }

    /// What may stay plain of that.
    #[must_use]
    pub fn hot_bytes(&self, allowed: usize) -> usize {
        HOT_BYTES.min(self.log_bytes(allowed) / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_log_is_taken_off_and_what_it_gave_back_is_its_own() {
        let mut memory = Memory::default();
        assert_eq!(memory.log_bytes(1_800), 1_500);
        memory.measured(900, 700);
        assert_eq!(memory.log_bytes(1_800), 1_300);
        memory.measured(900, 400);
        assert_eq!(memory.log_bytes(1_800), 1_300);
        memory.measured(9_000, 400);
        assert_eq!(memory.log_bytes(1_800), 900);
    }
}
