//! The reference cases of `tests/golden/golden_stats.json`, for the tests of the methods.

use serde_json::Value;

/// One case: its name, inputs and expected values.
pub(crate) struct Case(Value);

/// The cases of one category, in the order of the file.
pub(crate) fn cases(category: &str) -> Vec<Case> {
    let golden: Value =
        serde_json::from_str(include_str!("../../tests/golden/golden_stats.json")).expect("valid JSON");
    let all = golden["cases"].as_array().expect("a list of cases").clone();
    let chosen: Vec<Case> = all.into_iter().filter(|c| c["category"] == category).map(Case).collect();
    assert!(!chosen.is_empty(), "no golden case in {category}");
    chosen
}

impl Case {
    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().expect("an id")
    }

    pub(crate) fn input(&self, name: &str) -> &Value {
        &self.0["inputs"][name]
    }

    pub(crate) fn count(&self, name: &str) -> u64 {
        self.input(name).as_u64().expect("a count")
    }

    pub(crate) fn list(&self, name: &str) -> Vec<f64> {
        numbers(self.input(name))
    }

    /// Follows `path` in the expected values; `None` where it is absent or null.
    pub(crate) fn expected(&self, path: &[&str]) -> Option<f64> {
        path.iter().fold(&self.0["expected"], |value, key| &value[*key]).as_f64()
    }

    pub(crate) fn expected_list(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["expected"][name])
    }
}

/// The numbers of a JSON list.
pub(crate) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// Fails unless `got` is within `relative` of `wanted` (absolute below 1e-12).
pub(crate) fn close(got: f64, wanted: f64, relative: f64, what: &str) {
    let scale = if wanted.abs() < 1e-12 { 1.0 } else { wanted.abs() };
    assert!((got - wanted).abs() <= relative * scale, "{what}: {got} for {wanted}");
}

/// Fails unless test and bounds say the same around `test`'s own bounds and at `nulls`, for a few
/// alphas: `lower > null` exactly where `p_greater(null) <= alpha`, and the mirror.
pub(crate) fn agrees(test: &impl crate::inference::inversion::Inversion, nulls: &[f64]) {
    for alpha in [0.01, 0.05, 0.3] {
        let rate = crate::domain::Alpha::new(alpha).expect("a rate");
        let (lower, upper) = (test.lower(rate), test.upper(rate));
        let around = [lower, lower.next_down(), lower.next_up(), upper, upper.next_down(), upper.next_up()];
        for null in nulls.iter().copied().chain(around).filter(|x| x.is_finite()) {
            let (p, mirror) = (test.p_greater(null), test.p_less(null));
            assert!((0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&mirror), "{p} {mirror}");
            assert_eq!(lower > null, p <= alpha, "lower {lower}, p_greater({null}) = {p}, alpha {alpha}");
            assert_eq!(upper < null, mirror <= alpha, "upper {upper}, p_less({null}) = {mirror}, {alpha}");
        }
    }
}
