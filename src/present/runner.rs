//! What the Actions runner reads: commands in the log, and the file of outputs.

use super::safe;
use crate::domain::{Code, Diagnostic};

/// Text for the log: every line made safe.
#[must_use]
pub fn log(text: &str) -> String {
    safe::lines(text)
}

/// An annotation of level notice.
#[must_use]
pub fn notice(title: &str, message: &str) -> String {
    command("notice", title, message)
}

/// An annotation of level warning.
#[must_use]
pub fn warning(title: &str, message: &str) -> String {
    command("warning", title, message)
}

/// An annotation of level error.
#[must_use]
pub fn error(title: &str, message: &str) -> String {
    command("error", title, message)
}

/// Most bytes of the log of a step: whoever chooses the names in a run file must not choose how long it gets.
pub const LONGEST_LOG: usize = 256 * 1024;

/// The log of a step out of texts of this module. Where it would be too long, annotations stay and other lines go, the last
/// ones first.
#[must_use]
pub fn whole_log(texts: &[String]) -> String {
    let log = texts.concat();
    if log.len() <= LONGEST_LOG {
        return log;
    }
    // Text that is not ours to issue never begins a line so.
    let is_command = |line: &&str| line.starts_with("::");
    let lines = || log.split_inclusive('\n');
    let commands = lines().filter(is_command).map(str::len).sum::<usize>().min(LONGEST_LOG);
    let (mut room, mut left_out, mut kept) = ([LONGEST_LOG - commands, commands], 0, String::new());
    for line in lines() {
        let [of_lines, of_commands] = &mut room;
        let room = if is_command(&line) { of_commands } else { of_lines };
        match room.checked_sub(line.len()) {
            Some(rest) => {
                *room = rest;
                kept.push_str(line);
            }
            None => {
                *room = 0;
                left_out += 1;
            }
        }
    }
    kept + &safe::left_out_of(left_out, LONGEST_LOG)
}

/// A workflow command on a line of its own, its data escaped as the runner unescapes it.
fn command(level: &str, title: &str, message: &str) -> String {
    let data = |text: &str| safe::line(text).replace('%', "%25");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    format!("::{level} title={}::{}\n", property(title), data(message))
}

/// The block for the file behind `GITHUB_OUTPUT`: heredocs with a delimiter that is in no value, so
/// that no value can end its own heredoc and begin another output.
///
/// # Errors
/// `internal-error` if a value holds the delimiter: with a random nonce it cannot.
pub fn outputs(values: &[(&str, String)], nonce: &str) -> Result<String, Diagnostic> {
    let delimiter = format!("ghadelimiter_{nonce}");
    let mut text = String::new();
    for (name, value) in values {
        if value.contains(&delimiter) || value.contains('\n') || value.contains('\r') {
            return Err(Code::Bug.at(format!("output {name}")).what("holds a line break or the delimiter"));
        }
        text.push_str(&format!("{name}<<{delimiter}\n{value}\n{delimiter}\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LONGEST_LOG, error, log, outputs, whole_log};

    #[test]
    fn a_flood_leaves_the_verdict_in_the_log() {
        let long = log(&format!("{}\n", "x".repeat(30_000_000)));
        assert!(long.len() < 5000 && long.ends_with("… (29995904 more characters)\n"), "{}", &long[4000..]);
        let texts = [log(&"a line\n".repeat(100_000)), error("evalsig", "REJECT: not shown")];
        let whole = whole_log(&texts);
        assert!(whole.len() < LONGEST_LOG + 200 && whole.contains("::error title=evalsig::REJECT"));
        let lines = whole.matches("a line\n").count();
        let missing = format!("({} more lines were left out: at most 256 KiB are shown)\n", 100_000 - lines);
        assert!(whole.ends_with(&missing), "{}", &whole[whole.len() - 200..]);
        let texts = vec![error("t", &"e".repeat(5000)); 1000];
        assert!(whole_log(&texts).len() < LONGEST_LOG + 200);
        assert_eq!(whole_log(&["a\n".into(), "::notice title=t::b\n".into()]), "a\n::notice title=t::b\n");
    }

    /// How the runner reads the file (`FileCommandManager.cs`): first of `=` or `<<` decides, a
    /// heredoc ends at a line that is exactly the delimiter.
    fn parse(text: &str) -> Option<Vec<(String, String)>> {
        let mut found = Vec::new();
        let mut lines = text.split('\n');
        while let Some(line) = lines.next() {
            if line.is_empty() {
                continue;
            }
            let (name, delimiter) = line.split_once("<<")?;
            let mut value = Vec::new();
            loop {
                let next = lines.next()?;
                if next == delimiter {
                    break;
                }
                value.push(next);
            }
            found.push((name.to_owned(), value.join("\n")));
        }
        Some(found)
    }

    #[test]
    fn a_message_cannot_start_a_second_command() {
        let text = error("t", "a\n::stop-commands::x\r##[error]y 100%");
        assert_eq!(text.matches('\n').count(), 1);
        assert!(text.starts_with("::error title=t::a") && !text.contains("##["), "{text}");
        assert!(text.contains("100%25"));
    }

    proptest! {
        #[test]
        fn the_runner_reads_back_what_was_written(values in proptest::collection::vec("[^\n\r]{0,30}", 0..5)) {
            let named: Vec<(&str, String)> = values.iter().map(|v| ("n", v.clone())).collect();
            let text = outputs(&named, "6f1d").unwrap();
            let expected: Vec<_> = values.iter().map(|v| ("n".to_owned(), v.clone())).collect();
            prop_assert_eq!(parse(&text), Some(expected));
        }
    }
}
