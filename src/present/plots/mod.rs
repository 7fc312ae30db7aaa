//! Pictures of numbers. Each takes a small struct of numbers and of texts that are written already, and a `Frame`; each
//! says in its description what there is to see, and the page puts a table with the same numbers beside it.
//!
//! No chart library: those that draw in a browser are scripts of up to 1.2 MB, and a report has none.

mod axis;
pub mod curve;
pub mod forest;
pub mod frame;
pub mod histogram;
pub mod history;
pub mod interval;
pub mod marks;
pub mod repeats;
mod scale;
pub mod strip;
pub mod two_by_two;
