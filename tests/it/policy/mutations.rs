//! Malformed policies: each an error that names line, key and what to write.

use evalsig::domain::Code;
use evalsig::policy::parse;

use super::FULL;

/// One line of the full policy, changed.
struct Mutation {
    what: String,
    text: String,
    line: usize,
    /// What the error must name: the path of the key.
    key: String,
}

#[test]
fn probe() {
    match parse(FULL, "p.yml") {
        Ok(p) => println!("{p:#?}"),
        Err(e) => panic!("{e}"),
    }
}
