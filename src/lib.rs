//! lookback: a terminal inspector for the events that AI agents write to Redis Streams.
//!
//! The layers, each importing only those above it (`tests/architecture.rs` checks that): [`model`], [`store`], [`query`],
//! [`project`], [`source`], [`stream`], [`app`], [`ui`], [`term`], [`runtime`], [`config`] and [`cli`].

pub mod app;
pub mod cli;
pub mod config;
pub mod model;
pub mod project;
pub mod query;
pub mod runtime;
pub mod source;
pub mod store;
pub mod stream;
pub mod term;
pub mod ui;
