//! What several integration tests share.

pub mod pty;
pub mod redis_server;
