//! Writes the example runs: `cargo run --example generate [FOLDER]`, by default into `examples/runs`.
//!
//! The same bytes on every machine; a test compares them with the files that are committed.

use std::path::PathBuf;

mod runs;

#[allow(clippy::disallowed_methods, reason = "a program of its own: it writes the files it is for")]
fn main() -> std::io::Result<()> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/runs");
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from(here), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    for (name, text) in runs::all() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
