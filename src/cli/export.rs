//! `export [FILTER…] -o FILE`: the entries of a range in the file format, with a note of count and checksums at the end; `export
//! --verify FILE` holds such a file against its note and against the source.
//!
//! Invariant: a file that ends with its note is whole; one that was interrupted holds whole entries and can be gone on with.

mod comparison;
pub mod figures;
mod verify;
mod writing;

use std::path::{Path, PathBuf};

use super::args::{FilterWords, Global};
use super::failure::{Failure, Status};
use super::setup::Setup;

/// Arguments of `export`.
#[derive(clap::Args, Clone, Debug)]
pub struct ExportArgs {
    /// What to export.
    #[command(flatten)]
    pub filter: FilterWords,
    /// File to write (compressed where it ends in .gz or .lz4; - is standard output)
    #[arg(short, long, value_name = "FILE", required_unless_present = "verify")]
    pub out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, conflicts_with_all = ["resume", "verify"])]
    pub force: bool,
    /// Go on with a file that was interrupted, behind its last whole entry
    #[arg(long, conflicts_with = "verify")]
    pub resume: bool,
    /// Compare a file with its note, and with the source
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub verify: Option<PathBuf>,
    /// With --verify: leave the source alone
    #[arg(long, requires = "verify")]
    pub file_only: bool,
}

/// Exports, or verifies.
///
/// # Errors
/// A wrong filter; a source that cannot be read; a file that cannot be written or does not hold.
pub async fn run(args: &ExportArgs, global: &Global, setup: &Setup) -> Result<Status, Failure> {
    match (&args.verify, &args.out) {
        (Some(path), _) => verify::run(path, args, global, setup).await,
        (None, Some(path)) if path == Path::new("-") => {
            if args.resume {
                return Err(Failure::usage(
                    "standard output cannot be gone on with",
                    "name a file with --out",
                ));
            }
            writing::to_stdout(args, setup).await
        }
        (None, Some(path)) => writing::to_file(path, args, setup).await,
        (None, None) => Err(Failure::usage(
            "there is no file to write",
            "name it with --out; - is standard output",
        )),
    }
}
