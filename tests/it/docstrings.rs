//! A public function of statistics has an example that runs: what a reader tries first.

use crate::tree;

#[test]
fn every_public_function_of_inference_decision_and_suite_has_an_example() {
    let missing = ["src/inference", "src/decision", "src/suite"].map(without_example).concat();
    assert!(missing.is_empty(), "an example that runs is missing:\n{}", missing.join("\n"));
}

#[test]
fn an_example_is_told_from_a_formula() {
    let found = |doc: &str| functions(&format!("{doc}#[must_use]\npub fn f(x: f64) -> f64 {{\n")).len();
    let missing = |doc: &str| {
        functions(&format!("{doc}#[must_use]\npub fn f(x: f64) -> f64 {{\n")).iter().filter(|f| !f.1).count()
    };
    assert_eq!((found(""), missing("")), (1, 1));
    assert_eq!(missing("/// ```text\n/// x = 1\n/// ```\n"), 1);
    assert_eq!(missing("/// ```\n/// assert_eq!(f(1.0), 1.0);\n/// ```\n"), 0);
    assert_eq!(missing("/// ```text\n/// x = 1\n/// ```\n/// ```\n/// f(1.0);\n/// ```\n"), 0);
    assert!(
        functions("pub(crate) fn f() {}\nfn g() {}\n#[cfg(test)]\nmod tests {\n pub fn h() {}\n}").is_empty()
    );
}

/// "file: function" for each public function without an example.
fn without_example(room: &str) -> Vec<String> {
    let files: Vec<String> =
        tree::files(room, ".rs").into_iter().filter(|f| !f.ends_with("/tests.rs")).collect();
    let all: Vec<(String, Vec<(String, bool)>)> =
        files.into_iter().map(|file| (file.clone(), functions(&tree::read(&file)))).collect();
    assert!(all.iter().any(|(_, found)| !found.is_empty()), "no public function found in {room}");
    all.iter()
        .flat_map(|(file, found)| found.iter().filter(|f| !f.1).map(move |f| format!("{file}: {}", f.0)))
        .collect()
}

/// The public functions of a source, and whether each has an example.
fn functions(source: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut doc: Vec<&str> = Vec::new();
    let mut lines = source.lines().map(str::trim_start).peekable();
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" && lines.peek().is_some_and(|next| next.starts_with("mod tests")) {
            break;
        }
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim());
        } else if !line.starts_with('#') {
            let rest = line.strip_prefix("pub const fn ").or_else(|| line.strip_prefix("pub fn "));
            if let Some(rest) = rest {
                let name = rest.split(['(', '<']).next().unwrap_or_default();
                found.push((name.to_owned(), has_example(&doc)));
            }
            doc.clear();
        }
    }
    found
}

/// Whether a block of code opens that is Rust and runs.
fn has_example(doc: &[&str]) -> bool {
    let fences = doc.iter().filter_map(|line| line.strip_prefix("```"));
    fences.step_by(2).any(|language| language.is_empty() || language == "rust")
}
