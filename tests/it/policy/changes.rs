//! What a pull request changes in a policy, in words.

use evalsig::policy::{Effect, difference, parse};

use super::FULL;

/// The changes when one part of the full policy is replaced.
fn changed(from: &str, to: &str) -> Vec<(Effect, String)> {
    assert!(FULL.contains(from), "{from}");
    let [old, new] = [FULL.to_owned(), FULL.replacen(from, to, 1)].map(|text| parse(&text, "p").unwrap());
    difference(&old, &new).into_iter().map(|change| (change.effect, change.words)).collect()
}

#[test]
fn the_same_policy_in_other_words_changes_nothing() {
    assert_eq!(changed("# yaml", "# another comment\n# yaml"), []);
    assert_eq!(changed("suite:\n  rule: improve-one-regress-none\n  correction: holm\n", ""), []);
    assert_eq!(changed("alpha: 0.025", "alpha: 2.5e-2"), []);
}

#[test]
fn every_loosening_is_called_one() {
    for (from, to, words) in [
        ("    margin: 0.01\n", "    margin: 0.02\n", "mmlu-pro: margin: 0.01 -> 0.02"),
        ("alpha: 0.025", "alpha: 0.1", "mmlu-pro: alpha: 0.025 -> 0.1"),
        ("min-delta: 0.005", "min-delta: 0", "mmlu-pro: min-delta: 0.005 -> 0"),
        ("min-items: 200", "min-items: 300", "mmlu-pro: slices.min-items: 200 -> 300"),
        ("max-attempts: 3", "max-attempts: 5", "limits.max-attempts: 3 -> 5"),
        ("  max-baseline-age: 90\n", "", "limits.max-baseline-age: 90 -> none"),
        ("spending: bonferroni", "spending: none", "limits.spending: bonferroni -> none"),
        ("may-turn-green: false", "may-turn-green: true", "waivers.may-turn-green: false -> true"),
        (
            "  rule: improve-one-regress-none",
            "  rule: regress-none",
            "suite.rule: improve-one-regress-none -> regress-none",
        ),
        ("    cluster: category", "    cluster: none", "mmlu-pro: cluster: category -> none"),
        (
            "    anchor:\n      run: store:v1.0-run\n      margin: 0.03\n",
            "",
            "mmlu-pro: anchor the run v1.0-run of the store is no longer compared with",
        ),
        (
            "    slices:\n      by: category\n      min-items: 200\n      margin: 0.03\n",
            "",
            "mmlu-pro: slices by category are no longer guarded",
        ),
        (
            "  - name: gsm8k\n    role: no-regression\n    candidate: runs/cand/gsm8k.json\n    margin: 0.02\n    margin-rationale: two of a hundred problems are mislabelled\n    scale: difference\n    epochs: 3\n",
            "",
            "gsm8k: the task is removed (role no-regression)",
        ),
    ] {
        assert_eq!(changed(from, to), [(Effect::Loosens, words.to_owned())]);
        // And back again it is a tightening.
        let [old, new] = [FULL.replacen(from, to, 1), FULL.to_owned()].map(|text| parse(&text, "p").unwrap());
        let back = difference(&old, &new);
        assert_eq!((back.len(), back[0].effect), (1, Effect::Tightens), "{from}: {back:?}");
    }
}

#[test]
fn what_is_measured_is_a_change() {
    for (from, to) in [
        ("git:main:runs/base/mmlu_pro.json", "store:my-own-run"),
        ("candidate: runs/cand/gsm8k.json", "candidate: runs/other.json"),
        ("    metric: latency_ms", "    metric: cost"),
        ("name: evalsig / release", "name: another"),
        ("margin-rationale: two of", "margin-rationale: three of"),
        ("seed: 7", "seed: 8"),
    ] {
        let found = changed(from, to);
        assert!(
            !found.is_empty() && found.iter().all(|(effect, _)| *effect == Effect::Changes),
            "{from}: {found:?}"
        );
    }
    // A default changes every task that does not say otherwise.
    assert_eq!(changed("missing: error", "missing: exclude").len(), 4);
}
