//! The filter language, one for the interface, every command and the configuration.
//!
//! ```text
//! filter = or ; or = and { "OR" and } ; and = not { ["AND"] not } ; not = ["-" | "NOT"] atom
//! atom   = "(" or ")" | field op value | "is:" word | "has:" field | "since:" time | "until:" time | word | "quoted text" | /regex/
//! op     = ":" (equals; glob with *; a,b = any of) | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~" (regex)
//! field  = type session user stream id role tokens latency | any field name, dotted into JSON (data.tool.name)
//! is:    = error late duplicate open ended ; time = -10m | 10m | 14:02[:07] | 2026-11-23[T14:02[:07[Z]]] | entry id
//! ```
//!
//! A value may be quoted, whole or in part; in quotes nothing is special but `\"`, `\\` and `\xNN` (a byte). `:` and `!=` take
//! stars and commas, `=` takes them literally. Text is compared exactly, numbers by size where both sides are numbers.
//! Text that is no number stands behind `tokens` and `latency` only in quotes, and no entry has it.
//! An absent field equals nothing, so `!=` holds of it. `id` is the entry id where the value is one, else the field `id`.
//!
//! Invariant: `Display` of a parsed filter parses back to the same filter.

pub mod ast;
mod display;
mod eval;
mod lex;
mod lookup;
mod matcher;
mod matches;
mod number;
mod parse;
pub mod plan;
mod row_set;
pub mod scan;
pub mod time;
mod value;
mod word;

pub use ast::{Filter, FilterError};
pub use matches::Matches;
pub use number::span_ms;
pub use plan::{Now, Plan};
pub use row_set::RowSet;
pub use scan::{EndedSessions, Pieces, Scan, scan, scan_in, scan_page};
pub use time::{Moment, parse_moment};
