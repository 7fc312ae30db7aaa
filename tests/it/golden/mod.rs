//! Every value of the golden file (`tests/golden/golden_stats.json`: R, scipy, statsmodels, mpmath, exact
//! enumeration) in one table, at its own tolerance: what our functions answer is compared, and what none
//! of them answers is named with the reason.

mod formulas;
mod ours;

use std::collections::BTreeMap;

use evalsig::numerics::tails;
use serde_json::Value;

use self::ours::{Case, numbers, ours};

/// Fields compared, cases they are of, and fields of the file that hold no value ("undefined").
const COMPARED: (usize, usize, usize) = (976, 110, 10);

/// Fields that no function of ours answers: how many, and why.
const UNUSED: &[(&str, usize, &str)] = &[
    ("bootstrap_exact.frac_boot_le_0", 1, "a percentile interval's p; ours inverts the test"),
    ("bootstrap_exact.n_resamples_enumerated", 1, "a remark on how the file was made"),
    ("cluster_robust.msb", 1, "one item a cluster: no analysis of variance within clusters"),
    ("cluster_robust.n0", 1, "the same"),
    (
        "e_value.lambdas",
        1,
        "betting draws its orders; the unit tests of `betting_first` meet the capital in file order",
    ),
    ("e_value.ln_K", 1, "the same"),
    ("mcnemar.bonett_price_ci95", 19, "an approximate interval; Tango's is offered"),
    ("mcnemar.chi2_cc", 18, "no continuity correction; only its tail, `chi2_cc_p`, is ours"),
    ("mcnemar.fay_lumbard_ci95", 15, "another exact test's interval; ours inverts its own"),
    ("mcnemar.fay_lumbard_lower95", 14, "the same"),
    ("mcnemar.newcombe10_ci95", 13, "an approximate interval; Tango's is offered"),
    ("mcnemar.note_zero", 1, "a remark"),
    ("mcnemar.uncond_z_greater", 15, "without Berger and Boos' confidence set; `_bb1e-4` is ours"),
    ("mcnemar.uncond_z_two", 15, "the same"),
    ("mcnemar.wald_se", 19, "only within `wald_ci95`"),
    ("multiplicity.by", 6, "Benjamini and Yekutieli's adjustment is not offered"),
    ("paired_t_aggregated.df", 1, "a billion items are never written out; `t` and the p-values are met"),
    ("paired_t_aggregated.mean", 1, "the same"),
    ("paired_t_aggregated.n", 1, "the same"),
    ("paired_t_aggregated.sd", 1, "the same"),
    ("paired_t_aggregated.se", 1, "the same"),
    (
        "sequential_boundary.asympcs_one_sided",
        4,
        "no boundary with estimated variance; `watch` uses e-values",
    ),
    ("sequential_boundary.asympcs_two_sided_rho_inv", 4, "the same"),
    ("sequential_boundary.evalsig_half_width", 4, "the same"),
];

/// Values of the file that are wrong, with those that hold instead (mpmath at 400 digits, by an integral
/// and by a sum of binomial terms). I_0.5(200, 300) cannot exceed 1 as the file has it; its
/// t_sf(37, 1e9) is off by 2.2e-10, twice its own tolerance.
const WRONG: [(&str, f64); 2] = [
    ("special_betainc_0.5_200_300", 0.999_996_456_519_735_6),
    ("special_t_sf_37_1000000000.0", 5.728_258_428_777_57e-300),
];

/// Answers that are formulas where the file has an exact count, with the error they own up to.
const LOOSER: [(&str, f64); 1] = [
    // 900 items: too many sums and sizes to count; the saddlepoint is good to .1 %.
    ("signflip_lattice_2000.p_greater", 1e-3),
];

/// A field, its name within the case, and what is expected.
type Field = (String, Value);

/// The fields of a case, those of nested tables by their path. Words become part of the name and expect
/// a yes.
fn fields(case: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    for (name, value) in case["expected"].as_object().expect("expected values") {
        match value {
            Value::Object(inner) => {
                found.extend(inner.iter().map(|(field, value)| (format!("{name}/{field}"), value.clone())));
            }
            Value::String(word) => found.push((format!("{name}={word}"), Value::Bool(true))),
            _ => found.push((name.clone(), value.clone())),
        }
    }
    if let Some((_, value)) = WRONG.iter().find(|(wrong, _)| case["id"] == *wrong) {
        found = vec![("value".into(), Value::from(*value)), ("log10".into(), Value::from(value.log10()))];
    }
    found
}

/// Fields compared, their worst error in units of what is allowed, and where it is.
#[derive(Default)]
struct Row {
    cases: usize,
    fields: usize,
    worst: (f64, String),
}

#[test]
fn golden_values_are_met() {
    let golden: Value =
        serde_json::from_str(include_str!("../../golden/golden_stats.json")).expect("the golden file");
    let cases = golden["cases"].as_array().expect("cases");
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut unused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut undefined, mut failures) = (0, Vec::new());
    for case in cases {
        let text = |name: &str| case[name].as_str().expect("a name");
        let view = Case { id: text("id"), category: text("category"), inputs: &case["inputs"] };
        let row = rows.entry(view.category).or_default();
        let before = row.fields;
        for (field, expected) in fields(case) {
            let place = format!("{}.{field}", view.id);
            if expected.is_null() {
                // An answer without a number ("no number of items suffices") is met by one without.
                let met = ours(&view, &field).is_some_and(|found| found.is_empty());
                *(if met { &mut row.fields } else { &mut undefined }) += 1;
                continue;
            }
            let Some(found) = ours(&view, &field) else {
                let name = field.split('=').next().unwrap_or_default();
                *unused.entry(format!("{}.{name}", view.category)).or_default() += 1;
                continue;
            };
            row.fields += 1;
            let looser = LOOSER.iter().find(|(name, _)| *name == place).map(|(_, error)| *error);
            let allowed = looser.or(case["rel_tol"].as_f64()).unwrap_or(0.0).max(1e-15);
            let expected = numbers(&expected);
            if found.len() != expected.len() {
                failures.push(format!("{place}: {found:?} for {expected:?}"));
            }
            for (found, expected) in found.iter().zip(&expected) {
                let error = error(*found, *expected);
                if error > row.worst.0 {
                    row.worst = (error, place.clone());
                }
                if error.is_nan() || error > allowed {
                    failures.push(format!("{place}: {found} for {expected}, off by {error:.1e}"));
                }
            }
        }
        row.cases += usize::from(row.fields > before);
    }
    for (category, Row { cases, fields, worst: (error, place) }) in &rows {
        println!("{category}: {cases} cases, {fields} fields, worst {error:.1e} at {place}");
    }
    let compared: usize = rows.values().map(|row| row.fields).sum();
    let used: usize = rows.values().map(|row| row.cases).sum();
    println!("golden: {used} of {} cases, {compared} fields compared, {undefined} undefined", cases.len());
    println!("not offered: {unused:#?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!((compared, used, undefined), COMPARED);
    let named: BTreeMap<String, usize> =
        UNUSED.iter().map(|(name, count, _)| ((*name).to_owned(), *count)).collect();
    assert_eq!(unused, named);
}

/// Relative, also in the far tails. Where the expected double underflowed to 0, the logarithm in the next
/// field is what counts.
fn error(found: f64, expected: f64) -> f64 {
    if found == expected || (expected == 0.0 && found.abs() < 1e-300) {
        0.0
    } else {
        (found / expected - 1.0).abs()
    }
}

#[test]
fn what_the_file_has_wrong_is_met_at_its_true_value() {
    let [(_, beta), (_, student)] = WRONG;
    assert!(error(tails::beta_reg(200.0, 300.0, 0.5), beta) < 1e-15);
    assert!(error(tails::student_sf(37.0, 1e9), student) < 1e-12);
}
