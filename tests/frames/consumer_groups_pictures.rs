//! The frames of the screen of consumer groups that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 160×45.
pub const WIDE: &str = "";
/// 80×24.
pub const ORDINARY: &str = "";
/// 50×12.
pub const SMALL: &str = "";
