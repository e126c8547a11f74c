//! The audit file: every entry of a stream in a chain of hashes, on the disk before it is acknowledged.
//!
//! One entry a line: `{"id":"…","stream":"…","fields":{…},"n":1,"at":"…","prev":"…","hash":"…"}`, so that the file opens like any
//! other (`lookback -f audit.jsonl`). `n` counts from 1, `at` is when the line was written, `prev` the hash of the line before
//! (64 zeros in the first), `hash` the SHA-256 of the line up to `,"hash":`.
//!
//! The chain shows that a line was altered, removed, moved or put in. It cannot show that lines at the end are missing, or that
//! everything from some line on was written anew: for that, note number and hash of the last line elsewhere.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::{fs::File, io::BufReader, path::Path};
//! use lookback::model::EntryId;
//! use lookback::stream::{AuditFile, verify_chain};
//!
//! let path = Path::new("audit.jsonl");
//! let (mut audit, _) = AuditFile::open(path)?;
//! audit.append(b"memory:events", [(EntryId::new(1_700_000_000_000, 0), vec![(&b"type"[..], &b"x"[..])])])?;
//! println!("{} lines up to {}", audit.lines(), audit.head());
//!
//! let chain = verify_chain(BufReader::new(File::open(path)?), |_| {})?;
//! assert_eq!(chain.fault, None);
//! # Ok(())
//! # }
//! ```

mod against;
mod auditor;
mod fault;
mod file;
mod seal;
mod verify;
mod written;

pub use against::{Against, hold_against};
pub use auditor::Auditor;
pub use fault::{ChainFault, FaultKind};
pub use file::{Appended, AuditFile, Opened};
pub use seal::{Hash, Sealed};
pub use verify::{Chain, verify_chain};
