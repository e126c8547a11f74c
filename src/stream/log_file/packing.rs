//! One member of a file, packed.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};

use crate::source::Packing;

/// The bytes of a member that holds `lines`.
pub fn pack(packing: Packing, lines: &[u8]) -> io::Result<Vec<u8>> {
    match packing {
        Packing::Plain => Ok(lines.to_vec()),
        Packing::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(lines)?;
            encoder.finish()
        }
        Packing::Lz4 => {
            let info = FrameInfo::new()
                .block_size(BlockSize::Max256KB)
                .content_checksum(true);
            let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(lines)?;
            encoder.finish().map_err(io::Error::other)
        }
    }
}
