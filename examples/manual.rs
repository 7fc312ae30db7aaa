//! Writes the man pages of every command, and completions for shells: `cargo run --example manual FOLDER`.
//!
//! They are part of a release and not of the binary, which stays smaller for it. The same bytes from the same commit.

use std::path::PathBuf;

use clap_complete::Shell;

#[allow(clippy::disallowed_methods, reason = "a program of its own: it writes the files it is for")]
fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("target/manual"), PathBuf::from);
    let (pages, completions) = (folder.join("man1"), folder.join("completions"));
    std::fs::create_dir_all(&pages)?;
    std::fs::create_dir_all(&completions)?;
    let mut command = evalsig::cli::command();
    clap_mangen::generate_to(command.clone(), &pages)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut command, "evalsig", &completions)?;
    }
    Ok(())
}
