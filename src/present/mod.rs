//! What people and programs read. Pure, and every renderer of a decision takes the view that was made from the
//! envelope: what is shown is what was recorded.

pub mod check;
mod columns;
pub mod comment;
pub mod decision;
pub mod design;
pub mod doctor;
pub mod evidence;
pub mod export;
pub mod history;
pub mod json;
pub mod layout;
pub mod markdown;
pub mod mde;
pub mod mirror;
pub mod page;
pub mod plan;
pub mod plots;
pub mod policy;
pub mod run;
pub mod runner;
pub mod safe;
pub mod sample;
pub mod screen;
pub mod svg;
pub mod terminal;
pub mod verify;
pub mod watch;
