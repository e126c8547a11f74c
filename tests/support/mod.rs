//! What several integration tests share. Each test program compiles all of it and uses a part.
#![allow(
    dead_code,
    reason = "which part is used differs from one test program to the next, so `expect` cannot hold"
)]

pub mod asked;
pub mod pty;
pub mod redis_cluster;
pub mod redis_server;
