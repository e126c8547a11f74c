//! The scanner of the Redis protocol: any split of any bytes gives the same entries or the same error, nothing panics, and memory
//! grows with what came. The property tests call the same function (`src/source/redis/resp/check.rs`).
//!
//! The first byte of the input says how many of those behind it are lengths of pieces; the rest is what the server sends.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((count, rest)) = input.split_first() else {
        return;
    };
    let (cuts, bytes) = rest.split_at(usize::from(*count % 16).min(rest.len()));
    lookback::source::check_resp(bytes, cuts);
});
