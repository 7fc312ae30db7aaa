//! Runs of a small suite, made by rule: the same text every time.

use super::Session;

/// Right answers to 400 items in four subjects, and how long each took. `right` says which are right.
pub(crate) fn run(right: impl Fn(usize) -> bool) -> String {
    let mut text = String::from("item_id,acc,subject,latency_ms\n");
    for item in 0..400 {
        let subject = ["algebra", "law", "physics", "poetry"][item % 4];
        let latency = 500 + (item * 7919) % 200;
        text.push_str(&format!("{item},{},{subject},{latency}\n", u8::from(right(item))));
    }
    text
}

/// Three runs of four right.
pub(crate) fn usual() -> String {
    run(|item| (item / 4) % 4 != 0)
}

/// As the usual one, and every third of the wrong ones right too.
pub(crate) fn better() -> String {
    run(|item| (item / 4) % 4 != 0 || (item / 4) % 3 == 0)
}

/// As the usual one, and a fifth of the right ones wrong.
pub(crate) fn worse() -> String {
    run(|item| (item / 4) % 4 != 0 && (item / 4) % 5 != 0)
}

/// Better in every subject but law, which falls by half.
pub(crate) fn without_law() -> String {
    run(|item| if item % 4 == 1 { (item / 4) % 4 == 1 } else { true })
}

/// A policy of two tasks, of which `math` may improve and `safety` may not get worse.
pub(crate) const POLICY: &str = "\
version: 1
defaults: {metric: acc}
tasks:
  - {name: math, baseline: base/math.csv, candidate: cand/math.csv, role: improve, margin: 0.05, margin-rationale: noise}
  - {name: safety, baseline: base/safety.csv, candidate: cand/safety.csv, role: no-regression, margin: 0.05, margin-rationale: noise}
";

/// A session with the policy, both baselines and these candidates.
pub(crate) fn session(math: &str, safety: &str) -> Session {
    let session = Session::new();
    session.write("evalsig.yml", POLICY);
    for (task, candidate) in [("math", math), ("safety", safety)] {
        session.write(&format!("base/{task}.csv"), &usual());
        session.write(&format!("cand/{task}.csv"), candidate);
    }
    session
}
