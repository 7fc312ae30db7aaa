//! Planning and distribution functions beside the golden file.

use evalsig::domain::Sides;
use evalsig::inference::{Unit, icc, planning};
use evalsig::numerics::tails;

use super::ours::Case;
use crate::support::samples::alpha;

pub(super) fn design(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let one = case.inputs["one_sided"].as_bool().unwrap_or(case.inputs["alternative"] != "two-sided");
    let sides = if one { Sides::One } else { Sides::Two };
    let level = alpha(case.number("alpha"));
    let power = case.inputs["power"].as_f64().unwrap_or(0.0);
    match case.category {
        "required_n_margin" => {
            let (planned, null) = (case.number("true_delta"), case.number("margin"));
            let n = planning::required_n(planned, null, case.number("sd"), 1.0, level, power, sides);
            Some(n.map(|n| n as f64).into_iter().collect())
        }
        "power_noncentral_t" => {
            let dz = case.number("dz");
            match field {
                "power" => Some(vec![planning::power_t(dz, case.number("n"), level, sides)]),
                "n" | "R_power_t_test_n" => planning::required_n_t(dz, level, power, sides).map(|n| vec![n]),
                "n_ceil" => planning::required_n_t(dz, level, power, sides).map(|n| vec![n.ceil()]),
                _ => None,
            }
        }
        _ => {
            let (sd, n) = (case.number("sd_diff"), case.number("n"));
            let deff = match (case.inputs["n_clusters"].as_f64(), case.inputs["icc"].as_f64()) {
                (Some(k), Some(rho)) => {
                    let unit = Unit { sum: 0.0, size: n / k };
                    icc::design_effect(&vec![unit; k as usize], rho)
                }
                _ => 1.0,
            };
            let mde = planning::mde(sd, n, deff, level, power, sides);
            let power_at = |delta| vec![planning::power_for_delta(delta, sd, n, deff, level, sides)];
            match field {
                "mde" => Some(vec![mde]),
                "deff" => Some(vec![deff]),
                "power_at_mde" => Some(power_at(mde)),
                "power_at_half_mde" => Some(power_at(mde / 2.0)),
                "required_n_for_mde" => {
                    planning::required_n(mde, 0.0, sd, deff, level, power, sides).map(|n| vec![n as f64])
                }
                _ => None,
            }
        }
    }
}

pub(super) fn special(case: &Case<'_>, field: &str) -> Option<Vec<f64>> {
    let args = case.list("args");
    let whole = |x: f64| x as u64;
    let (value, ln) = match (case.inputs["fn"].as_str()?, args.as_slice()) {
        ("norm_sf", [z]) => (tails::normal_sf(*z), tails::normal_ln_sf(*z)),
        ("t_sf", [t, df]) => (tails::student_sf(*t, *df), tails::student_ln_sf(*t, *df)),
        ("binom_sf_ge", [k, n]) => {
            (tails::binomial_ge(whole(*k), whole(*n), 0.5), tails::binomial_ln_ge(whole(*k), whole(*n), 0.5))
        }
        ("betainc", [x, a, b]) => (tails::beta_reg(*a, *b, *x), tails::beta_ln_reg(*a, *b, *x)),
        ("norm_ppf", [p]) if *p < 0.5 => (-tails::normal_isf(*p), f64::NAN),
        ("norm_ppf", [p]) => (tails::normal_isf(1.0 - p), f64::NAN),
        ("t_ppf", [p, df]) => (tails::student_isf(1.0 - p, *df), f64::NAN),
        ("beta_ppf", [p, a, b]) => (tails::beta_inv(*p, *a, *b), f64::NAN),
        _ => return None,
    };
    match field {
        "value" => Some(vec![value]),
        "log10" => Some(vec![ln / std::f64::consts::LN_10]),
        _ => None,
    }
}
