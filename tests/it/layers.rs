//! The order of the rooms is a rule: a module names only rooms above its own, and no two files name each
//! other. These tests read the sources, so that an arrow that runs back fails here and not in a year of knots.

mod arrows;
mod effects;
mod files;
mod lines;
mod names;
mod parse;
