//! What a person at a terminal sees: help, lines that fit, and how far long work has come.

mod help;
#[cfg(unix)]
mod progress;
#[cfg(unix)]
mod widths;
