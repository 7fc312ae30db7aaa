//! How often does a suite give a wrong answer? Judges generated suites with `suite::judge_suite`, and prints Markdown.
//!
//! ```text
//! cargo run --release --example suites                    # every table
//! cargo run --release --example suites -- --runs 200      # fewer runs a cell
//! cargo run --release --example suites -- pooled slices
//! ```
//!
//! Every number is determined by the seed below: two runs print the same bytes, on any number of threads.
#![expect(clippy::print_stdout, reason = "the tables are what this program is for")]
#![expect(clippy::disallowed_methods, reason = "a program of its own: its arguments are its input")]
#![expect(clippy::indexing_slicing, reason = "places are those of the designs just made")]

#[path = "suites/cells.rs"]
mod cells;
#[path = "suites/data.rs"]
mod data;

use cells::{Cell, Wanted};
use evalsig::numerics::stream::{Purpose, Streams};
use rayon::prelude::*;

const SEED: u64 = 20_261_126;
/// Resamples a test where a method draws any.
const RESAMPLES: u32 = 499;
/// Runs of the cheapest cells.
const RUNS: f64 = 2000.0;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `--runs 400`: those of the cheapest cells.
    let after = arguments.iter().skip_while(|a| *a != "--runs").nth(1);
    let most: f64 = after.and_then(|runs| runs.parse().ok()).unwrap_or(RUNS);
    let wanted: Vec<&String> = arguments.iter().filter(|a| a.starts_with(char::is_alphabetic)).collect();
    println!("Seed {SEED}, {RESAMPLES} resamples a test, evalsig {}.\n", env!("CARGO_PKG_VERSION"));
    println!("| truth | counted | rate | wanted | runs |\n|---|---|---|---|---|");
    for (number, cell) in (0_u64..).zip(cells::cells(RESAMPLES)) {
        if wanted.is_empty() || wanted.iter().any(|name| *name == cell.group) {
            let runs = ((most * cell.share) as u64).max(20);
            lines(&cell, number, runs);
        }
    }
}

/// Measures a cell and prints a row for each thing counted.
fn lines(cell: &Cell, number: u64, runs: u64) {
    let streams = Streams::new(SEED ^ (number << 32), Purpose::Simulation);
    let all: Vec<Vec<bool>> =
        (0..runs).into_par_iter().map(|run| (cell.trial)(&mut streams.replicate(run), run)).collect();
    for (place, (counted, wanted)) in cell.counted.iter().enumerate() {
        let hits = all.iter().filter(|run| run[place]).count();
        let rate = hits as f64 / runs as f64;
        let error = (rate * (1.0 - rate) / runs as f64).sqrt();
        // Two errors of a rate that is exactly as wanted.
        let of = |wanted: f64| 2.0 * (wanted * (1.0 - wanted) / runs as f64).sqrt();
        let (limit, holds) = match *wanted {
            Wanted::AtMost(most) => (format!("at most {most}"), rate <= most + of(most)),
            Wanted::AtLeast(least) => (format!("at least {least}"), rate >= least - of(least)),
            Wanted::Anything => ("shown only".to_owned(), true),
        };
        let mark = if holds { "" } else { " (does not hold)" };
        println!("| {} | {counted} | {rate:.3} ± {error:.3} | {limit}{mark} | {runs} |", cell.truth);
    }
}
