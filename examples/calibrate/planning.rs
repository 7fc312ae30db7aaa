//! Does planning keep its word? The power that is found where `Design` promises .80.

use evalsig::domain::{Alpha, Claim};
use evalsig::inference::methods::{ExactUnconditional, HallT, IntersectionUnion, Saddlepoint};
use evalsig::inference::planning::{Ask, Design};
use evalsig::inference::{Inversion, Unit};
use evalsig::numerics::stream::Stream;
use evalsig::numerics::tails;
use rayon::prelude::*;

use super::{ALPHA, Runs, as_units, count, fewest, guarded, head, rate};

/// What is simulated, at the number of units that was planned.
enum World {
    Normal,
    /// Sevenths of a scale with many ties.
    Lattice,
    /// Clusters of `size` items, or of sizes 1, 2, 3 and so on around it.
    Clusters {
        icc: f64,
        size: f64,
        unequal: bool,
    },
}

/// Designs whose units are given and whose effect is what `detectable` answers: no rounding up of units
/// blurs the power. The lines of 0/1 scores are enumerated, so they have no error.
pub(super) fn planning(runs: Runs) {
    println!("## Planning: the power that was promised, .80\n");
    println!(
        "Each line plans with the spread known, for `units` units: the effect is the one that planning calls detectable\n\
         with power .80 (for equivalence the margin, the truth being 0), and `needed` is what planning asks for when that\n\
         effect is named. `formula` is the power there of the items that the large-sample formula (z, no degrees of freedom)\n\
         asks for. Power of 0/1 scores is enumerated over every outcome of the exact test.\n"
    );
    head(&["design", "claim", "units", "effect", "needed", "power", "power, formula", "runs"]);
    let above = |min_delta: f64| Claim::Above { min_delta };
    let within = Claim::Within { margin: 1.0 };
    let mut line = 0;
    let mut graded = |name: &str, design: Design, claim: Claim, units: u64, world: World| {
        line += 1;
        simulated(runs, line, name, design, claim, units, &world);
    };
    for (units, claim) in [
        (6, above(0.0)),
        (7, above(0.0)),
        (9, above(-0.1)),
        (12, above(0.0)),
        (20, above(0.05)),
        (50, above(0.0)),
        (200, above(-0.02)),
        (3000, above(0.0)),
    ] {
        graded("graded, normal", Design::Graded { sd: 0.35 }, claim, units, World::Normal);
    }
    graded("graded, in quarters", Design::Graded { sd: 0.3162 }, above(0.0), 60, World::Lattice);
    for units in [10, 40, 300] {
        graded("graded, normal", Design::Graded { sd: 0.35 }, within, units, World::Normal);
    }
    for (units, icc, size, unequal, claim) in [
        (6, 0.1, 20.0, false, above(0.0)),
        (8, 0.3, 10.0, false, above(-0.02)),
        (13, 0.5, 20.0, false, above(0.0)),
        (13, 0.2, 10.0, true, above(0.0)),
        (20, 0.1, 20.0, false, above(-0.02)),
        (36, 0.3, 8.0, false, above(0.0)),
        (36, 0.3, 8.0, true, above(0.0)),
        (100, 0.2, 5.0, false, above(0.01)),
        (100, 0.2, 10.0, true, above(0.0)),
        (12, 0.2, 20.0, false, within),
        (50, 0.2, 10.0, false, within),
    ] {
        let seen_size = if unequal { size * 4.0 / 3.0 } else { size };
        let design = Design::Clustered { sd: 0.5, icc, mean_size: size, seen_size };
        let name = format!("clusters of {}{size}, icc {icc}", if unequal { "1 to 2 x " } else { "" });
        graded(&name, design, claim, units, World::Clusters { icc, size, unequal });
    }
    for (items, q, claim) in [
        (15, 0.6, above(0.0)),
        (25, 0.4, above(0.0)),
        (60, 0.2, above(0.0)),
        (200, 0.1, above(0.0)),
        (1000, 0.05, above(0.01)),
        (60, 0.1, above(-0.1)),
        (200, 0.03, above(-0.05)),
        (619, 0.1, above(-0.03)),
        (1500, 0.2, above(-0.02)),
        (3000, 0.15, above(-0.01)),
        (100, 0.1, within),
        (500, 0.1, within),
    ] {
        enumerated(items, q, claim);
    }
    for (q, claim, truth) in [
        (0.3, above(0.0), 0.2),
        (0.1, above(0.0), 0.04),
        (0.05, above(0.0), 0.05),
        (0.1, above(-0.03), 0.0),
        (0.02, above(-0.05), 0.0),
        (0.1, within_by(0.05), 0.0),
    ] {
        asked(q, claim, truth);
    }
    println!();
}

fn within_by(margin: f64) -> Claim {
    Claim::Within { margin }
}

/// The other way round: an effect is named, and the items that planning asks for are tried.
fn asked(q: f64, claim: Claim, truth: f64) {
    let design = Design::TwoValued { discordance: q, step: 1.0 };
    let name = format!("0/1, discordance {q}");
    let needed = design.needed(&ask(claim), truth).map_or(0, |need| need.items);
    let old = by_formula(&design, claim, truth);
    println!(
        "| {name} | {} | {needed} | {truth:.4} | {needed} | {:.3} | {:.3} | enumerated |",
        match claim {
            Claim::Within { margin } => format!("within {margin}"),
            Claim::Above { .. } => described(claim),
        },
        exactly(needed, q, claim, truth),
        exactly(old, q, claim, truth)
    );
}

fn ask(claim: Claim) -> Ask {
    Ask { claim, alpha: Alpha::new(ALPHA).unwrap_or_else(|| unreachable!("a constant")), power: 0.8 }
}

/// The claim and the truth at the edge of what is detectable, and that edge.
fn planned(design: &Design, claim: Claim, units: u64) -> Option<(Claim, f64, f64)> {
    let x = design.detectable(&ask(claim), units)?;
    Some(match claim {
        Claim::Above { min_delta } => (claim, min_delta + x, min_delta + x),
        Claim::Within { .. } => (Claim::Within { margin: x }, 0.0, x),
    })
}

fn described(claim: Claim) -> String {
    match claim {
        Claim::Above { min_delta } => format!("above {min_delta:+}"),
        Claim::Within { .. } => "equivalent".into(),
    }
}

/// Units that the formula of large samples asks for.
fn by_formula(design: &Design, claim: Claim, truth: f64) -> u64 {
    let reach = tails::normal_isf(ALPHA) + tails::normal_isf(0.2);
    let se = reach.recip() * (truth - claim.lower_null());
    let items = (1_u64..).map(|k| 1_u64 << k).find(|n| design.standard_error(*n) <= se).unwrap_or(u64::MAX);
    let (mut low, mut high) = (0, items);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if design.standard_error(middle) <= se { high = middle } else { low = middle }
    }
    high
}

fn simulated(runs: Runs, line: u64, name: &str, design: Design, claim: Claim, units: u64, world: &World) {
    let Some((claim_at, truth, effect)) = planned(&design, claim, units) else {
        println!("| {name} | {} | {units} | none | | | | |", described(claim));
        return;
    };
    let needed = design
        .needed(&ask(claim_at), truth)
        .map_or("none".into(), |need| need.clusters.unwrap_or(need.items).to_string());
    let total = runs.of(match units {
        0..=60 => 2000,
        61..=400 => 1000,
        _ => 500,
    });
    let old = match design {
        Design::Clustered { mean_size, .. } => {
            (by_formula(&design, claim_at, truth) as f64 / mean_size).ceil() as u64
        }
        _ => by_formula(&design, claim_at, truth),
    };
    let sd = match design {
        Design::Graded { sd } | Design::Clustered { sd, .. } => sd,
        Design::TwoValued { .. } => unreachable!("enumerated"),
    };
    let hits = count(total, 9_000_000 + line, |stream, run| {
        [units, old].map(|k| {
            let sample = draw(stream, world, sd, truth, k);
            shows(&sample, claim_at, run)
        })
    });
    println!(
        "| {name} | {} | {units} | {effect:.4} | {needed} | {} | {} | {total} |",
        described(claim),
        rate(hits[0], total),
        rate(hits[1], total)
    );
}

fn draw(stream: &mut Stream, world: &World, sd: f64, truth: f64, units: u64) -> Vec<Unit> {
    match world {
        World::Normal => as_units(&(0..units).map(|_| truth + sd * stream.normal()).collect::<Vec<_>>()),
        World::Lattice => {
            let quarter = |stream: &mut Stream| match stream.unit() {
                u if u < 0.4 => 0.0,
                u if u < 0.75 => 0.25,
                u if u < 0.95 => 0.5,
                _ => 0.75,
            };
            let signed = |stream: &mut Stream| {
                let size = quarter(stream);
                if stream.unit() < 0.5 { size } else { -size }
            };
            as_units(&(0..units).map(|_| truth + signed(stream)).collect::<Vec<_>>())
        }
        World::Clusters { icc, size, unequal } => (0..units)
            .map(|_| {
                let m = if *unequal { 1.0 + f64::from(stream.below((2.0 * size) as u32 - 1)) } else { *size };
                let luck = (m * (1.0 - icc)).sqrt() * stream.normal() + m * icc.sqrt() * stream.normal();
                Unit { sum: m * truth + sd * luck, size: m }
            })
            .collect(),
    }
}

fn shows(units: &[Unit], claim: Claim, run: u64) -> bool {
    if units.len() < 2 {
        return false;
    }
    if units.len() > 2000 {
        let d: Vec<f64> = units.iter().map(|unit| unit.sum).collect();
        return proven(&IntersectionUnion { test: Saddlepoint::new(&d), guard: HallT::new(&d) }, claim);
    }
    proven(&guarded(units, run), claim)
}

fn proven(test: &impl Inversion, claim: Claim) -> bool {
    match claim {
        Claim::Above { min_delta } => test.p_greater(min_delta) <= ALPHA,
        Claim::Within { margin } => test.p_greater(-margin) <= ALPHA && test.p_less(margin) <= ALPHA,
    }
}

fn enumerated(items: u64, q: f64, claim: Claim) {
    let design = Design::TwoValued { discordance: q, step: 1.0 };
    let name = format!("0/1, discordance {q}");
    let Some((claim_at, truth, effect)) = planned(&design, claim, items) else {
        println!("| {name} | {} | {items} | none | | | | |", described(claim));
        return;
    };
    let needed = design.needed(&ask(claim_at), truth).map_or("none".into(), |need| need.items.to_string());
    let old = by_formula(&design, claim_at, truth);
    println!(
        "| {name} | {} | {items} | {effect:.4} | {needed} | {:.3} | {:.3} | enumerated |",
        described(claim),
        exactly(items, q, claim_at, truth),
        exactly(old, q, claim_at, truth)
    );
}

/// P(the exact test shows the claim), every outcome weighted.
fn exactly(n: u64, q: f64, claim: Claim, truth: f64) -> f64 {
    let q = q.max(truth.abs());
    let pi = 0.5 + 0.5 * truth / q;
    let spread = 8.0 * (n as f64 * q * (1.0 - q)).sqrt() + 12.0;
    let (first, last) = ((n as f64 * q - spread).max(0.0) as u64, ((n as f64 * q + spread) as u64).min(n));
    let shown: Vec<f64> = (first..=last)
        .into_par_iter()
        .map(|m| {
            let null = claim.lower_null();
            let k =
                fewest(m, |broken, fixed| ExactUnconditional::new(n, broken, fixed).p_greater(null) <= ALPHA);
            let lower = tails::binomial_ge(k, m, pi);
            let both = match claim {
                Claim::Above { .. } => lower,
                Claim::Within { .. } if 2 * k > m => 0.0,
                Claim::Within { .. } => lower - tails::binomial_ge(m - k + 1, m, pi),
            };
            tails::binomial_ln_pmf(m, n, q).exp() * both
        })
        .collect();
    shown.iter().sum()
}
