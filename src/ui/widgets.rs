//! What several regions share. All of it draws through a [`canvas::Canvas`], which is where bounds are kept.

pub mod ascii;
pub mod bars;
pub mod canvas;
pub mod line;
pub mod rule;
pub mod table;
