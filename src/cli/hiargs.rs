//! What was meant. Every text becomes a value that is valid, or an error that names the flag; after
//! this nothing changes meaning.

mod doctor;
mod export;
mod mde;
mod statement;
mod store;
mod watch;

use std::str::FromStr;

use super::lowargs::{
    ColourFlag, CompareFlags, GateFlags, OutputFlag, PlainOutputFlag, SharedFlags, StoreFlags, VerifyFlags,
    ViewFlags,
};
use crate::commands::compare::CompareRequest;
use crate::commands::gate::GateRequest;
use crate::commands::keep::{Keep, Place, Stamping, StoreAt};
use crate::commands::replay::Inputs;
use crate::commands::runs::Runs;
use crate::commands::trust::TrustFrom;
use crate::commands::verify::VerifyRequest;
use crate::commands::{Output, View};
use crate::domain::{
    Alpha, Claim, ClusterRule, Code, Diagnostic, Direction, Edition, EpochRule, Fraction, Identical,
    MethodChoice, MissingRule, Plan, ProjectId, ReleaseId, Rule, Sides, TaskMismatch,
};
use crate::present::terminal::Colour;
use crate::readers::Format;
use crate::trail::{AnchorHash, Identity, Question};

pub(super) use doctor::doctor;
pub(super) use export::export;
pub(super) use mde::mde;
pub(super) use statement::statement;
pub(super) use store::{get, history, mirror};
pub(super) use watch::watch;

/// Whether the terminal takes colour: found out at the edge.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard output is a terminal that takes colour, and NO_COLOR is not set.
    pub colour: bool,
}

pub(super) fn gate(flags: &GateFlags) -> Result<GateRequest, Diagnostic> {
    let claim = match (&flags.min_delta, &flags.equivalence) {
        (Some(text), _) => above(text)?,
        (None, Some(text)) => within(text)?,
        (None, None) => {
            return Err(Code::BadUsage
                .at("--min-delta")
                .what("is missing: nothing says what the candidate must show")
                .next(
                    "--min-delta 0 claims \"better\", --min-delta 0.01 \"better by more than 0.01\", --min-delta \
                     -0.01 \"not worse by 0.01\", --equivalence 0.01 \"within 0.01 on both sides\"",
                ));
        }
    };
    let rule = parse("--rule", &flags.rule, "interval or evalsig-0.1", |t| match t {
        "interval" => Some(Rule::Interval),
        "evalsig-0.1" => Some(Rule::Evalsig01),
        _ => None,
    })?;
    if rule == Rule::Evalsig01 && matches!(claim, Claim::Within { .. }) {
        return Err(Code::BadUsage
            .at("--rule")
            .what("evalsig-0.1 knows no claim of equivalence")
            .next("use --rule interval with --equivalence"));
    }
    let identical = parse("--identical", &flags.identical, "judge or allow", |t| match t {
        "judge" => Some(Identical::Judge),
        "allow" => Some(Identical::Allow),
        _ => None,
    })?;
    let keep = match (&flags.release_id, &flags.envelope) {
        (Some(id), _) => {
            let place = Place::Folder(flags.audit_root.clone());
            Keep::Trail { place, release: release_id(id)?, stamping: stamping(flags)? }
        }
        (None, Some(path)) => Keep::File(path.clone()),
        (None, None) => Keep::Nowhere,
    };
    Ok(GateRequest {
        runs: runs(&flags.shared)?,
        plan: Plan { identical, ..plan(&flags.shared, claim, rule, Sides::One)? },
        keep,
        store: store_at(&flags.store)?,
    })
}

/// Who stamps the entry. The URL is recorded, so it must carry no secret.
fn stamping(flags: &GateFlags) -> Result<Option<Stamping>, Diagnostic> {
    let required = parse("--timestamp", &flags.timestamp, "required, best-effort or off", |t| match t {
        "required" => Some(Some(true)),
        "best-effort" => Some(Some(false)),
        "off" => Some(None),
        _ => None,
    })?;
    let (Some(url), Some(required)) = (&flags.timestamp_url, required) else { return Ok(None) };
    let uri = url.parse::<http::Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    });
    if uri.is_none() {
        return Err(Code::BadUsage
            .at("--timestamp-url")
            .what(format!("is {url:?}, expected http:// or https:// and no user name in it"))
            .next("give the address of an RFC 3161 authority; the envelope records it"));
    }
    Ok(Some(Stamping { url: url.clone(), required }))
}

pub(super) fn compare(flags: &CompareFlags) -> Result<CompareRequest, Diagnostic> {
    let claim = Claim::Above { min_delta: 0.0 };
    Ok(CompareRequest {
        runs: runs(&flags.shared)?,
        plan: plan(&flags.shared, claim, Rule::Interval, Sides::Two)?,
    })
}

pub(super) fn verify(flags: VerifyFlags) -> Result<VerifyRequest, Diagnostic> {
    let anchor = |text: &String| {
        text.parse::<AnchorHash>()
            .map_err(|why| Code::BadUsage.at("--anchor").what(format!("is {text:?}: {why}")))
    };
    let inputs = match (flags.store, flags.baseline, flags.candidate) {
        (Some(root), _, _) => Some(Inputs::Store(root)),
        (None, Some(baseline), Some(candidate)) => Some(Inputs::Files { baseline, candidate }),
        (None, _, _) => None,
    };
    Ok(VerifyRequest {
        inputs,
        path: flags.trail.into(),
        trust: TrustFrom {
            tsa_ca: flags.tsa_ca,
            key: flags.key,
            identity: flags.identity.zip(flags.issuer).map(|(name, issuer)| Identity { name, issuer }),
            trusted_root: flags.trusted_root,
        },
        question: Question {
            release_id: flags.release_id.as_deref().map(release_id).transpose()?,
            anchors: flags.anchor.iter().map(anchor).collect::<Result<_, _>>()?,
            require_anchor: flags.require_anchor,
            ..Question::default()
        },
        output: plain(flags.output),
    })
}

pub(super) fn view(flags: &ViewFlags, terminal: Terminal) -> View {
    View {
        output: match flags.output {
            OutputFlag::Tty => Output::Tty,
            OutputFlag::Json => Output::Json,
            OutputFlag::Markdown => Output::Markdown,
        },
        colour: colour(flags.color, terminal),
        quiet: flags.quiet,
        json: flags.json.clone(),
    }
}

fn colour(flag: ColourFlag, terminal: Terminal) -> Colour {
    match flag {
        ColourFlag::Always => Colour::On,
        ColourFlag::Auto if terminal.colour => Colour::On,
        ColourFlag::Auto | ColourFlag::Never => Colour::Off,
    }
}

fn plain(output: PlainOutputFlag) -> Output {
    match output {
        PlainOutputFlag::Tty => Output::Tty,
        PlainOutputFlag::Json => Output::Json,
    }
}

fn runs(flags: &SharedFlags) -> Result<Runs, Diagnostic> {
    if flags.baseline == "-" && flags.candidate == "-" {
        return Err(both_standard_input());
    }
    Ok(Runs {
        baseline: flags.baseline.clone(),
        candidate: flags.candidate.clone(),
        format: format(&flags.format)?,
        metric: flags.metric.clone(),
        baseline_run: flags.baseline_run.clone(),
        candidate_run: flags.candidate_run.clone(),
    })
}

fn plan(flags: &SharedFlags, claim: Claim, rule: Rule, default_sides: Sides) -> Result<Plan, Diagnostic> {
    let one_sided = flag("--one-sided", flags.one_sided.as_deref())?;
    Ok(Plan {
        claim,
        rule,
        alpha: alpha(&flags.alpha)?,
        power: power(&flags.power)?,
        planned_delta: flags
            .planned_delta
            .as_deref()
            .map(|t| parse("--planned-delta", t, "a finite number", number))
            .transpose()?,
        sides: match (one_sided, flags.two_sided) {
            (Some(true), _) => Sides::One,
            (Some(false), _) | (None, true) => Sides::Two,
            (None, false) => default_sides,
        },
        method: flags
            .method
            .parse::<MethodChoice>()
            .map_err(|why| Code::BadUsage.at("--method").what(format!("is {:?}, {why}", flags.method)))?,
        resamples: parse("--resamples", &flags.resamples, "a whole number from 100 to 10,000,000", |t| {
            t.parse().ok().filter(|n| (100..=10_000_000).contains(n))
        })?,
        seed: seed(&flags.seed)?,
        direction: direction(flags.lower_is_better.as_deref())?,
        cluster: cluster(flags.cluster.as_deref()),
        epochs: epochs(&flags.epochs)?,
        missing: missing(&flags.missing)?,
        min_coverage: parse("--min-coverage", &flags.min_coverage, "a share from 0 to 1", |t| {
            number(t).and_then(Fraction::new)
        })?,
        direction_named: flags.lower_is_better.is_some(),
        task_mismatch: parse("--task-mismatch", &flags.task_mismatch, "error or allow", |t| match t {
            "error" => Some(TaskMismatch::Error),
            "allow" => Some(TaskMismatch::Allow),
            _ => None,
        })?,
        identical: Identical::Judge,
        score_range: flags
            .score_range
            .as_deref()
            .map(|text| {
                parse("--score-range", text, "two numbers LO,HI with LO below HI, such as 0,1", |t| {
                    t.parse().ok()
                })
            })
            .transpose()?,
        edition: Edition::Second,
    })
}

fn store_at(flags: &StoreFlags) -> Result<Option<StoreAt>, Diagnostic> {
    let project = project(&flags.project)?;
    let days =
        |text: &String| parse("--max-baseline-age", text, "a whole number of days", |t| t.parse().ok());
    let max_age_days = flags.max_baseline_age.as_ref().map(days).transpose()?;
    Ok(flags.store.clone().map(|root| StoreAt { root, project, max_age_days }))
}

fn project(text: &str) -> Result<ProjectId, Diagnostic> {
    text.parse().map_err(|why| {
        Code::BadUsage.at("--project").what(format!("is {text:?}, which cannot name a project: {why}"))
    })
}

fn above(min_delta: &str) -> Result<Claim, Diagnostic> {
    parse("--min-delta", min_delta, &format!("a finite number {IN_UNITS}"), |t| {
        number(t).and_then(Claim::above)
    })
}

fn within(margin: &str) -> Result<Claim, Diagnostic> {
    parse("--equivalence", margin, &format!("a finite number above 0, {IN_UNITS}"), |t| {
        number(t).and_then(Claim::within)
    })
}

/// How margins are written.
const IN_UNITS: &str =
    "in units of the score: 0.01 for one point of a score from 0 to 1, without a percent sign";

/// A claim above `min_delta`, or of equivalence where that is said.
fn claim(min_delta: &str, equivalence: Option<&str>) -> Result<Claim, Diagnostic> {
    match equivalence {
        None => above(min_delta),
        Some(text) => within(text),
    }
}

fn both_standard_input() -> Diagnostic {
    Code::BadUsage
        .at("--candidate")
        .what("is standard input, and so is --baseline")
        .next("only one of the two can be read from standard input")
}

fn seed(text: &str) -> Result<u64, Diagnostic> {
    parse("--seed", text, "a whole number from 0 to 18,446,744,073,709,551,615", |t| t.parse().ok())
}

fn direction(lower_is_better: Option<&str>) -> Result<Direction, Diagnostic> {
    Ok(match flag("--lower-is-better", lower_is_better)? {
        Some(true) => Direction::LowerIsBetter,
        Some(false) | None => Direction::HigherIsBetter,
    })
}

fn epochs(text: &str) -> Result<EpochRule, Diagnostic> {
    parse("--epochs", text, "mean, first or the number of an epoch", |t| match t {
        "mean" => Some(EpochRule::Mean),
        "first" => Some(EpochRule::First),
        other => other.parse().ok().map(EpochRule::Only),
    })
}

fn missing(text: &str) -> Result<MissingRule, Diagnostic> {
    parse("--missing", text, "error or exclude", |t| match t {
        "error" => Some(MissingRule::Error),
        "exclude" => Some(MissingRule::Exclude),
        _ => None,
    })
}

fn alpha(text: &str) -> Result<Alpha, Diagnostic> {
    let alpha = parse("--alpha", text, "a number above 0 and below 0.5, such as 0.05", |t| {
        number(t).and_then(Alpha::new)
    })?;
    if alpha.get() < Alpha::TOO_LARGE {
        return Ok(alpha);
    }
    Err(Code::BadUsage
        .at("--alpha")
        .what(format!(
            "is {text:?}: with an error rate of one half or more a claim is shown and refuted by the same data"
        ))
        .next("0.05 is usual; 0.2 is the most that passes without a warning"))
}

fn power(text: &str) -> Result<Fraction, Diagnostic> {
    parse("--power", text, "a number between 0 and 1, both excluded", |t| {
        number(t).filter(|n| *n > 0.0 && *n < 1.0).and_then(Fraction::new)
    })
}

fn cluster(key: Option<&str>) -> ClusterRule {
    match key {
        None => ClusterRule::FromData,
        Some("none") => ClusterRule::Off,
        Some(key) => ClusterRule::Key(key.to_owned()),
    }
}

fn format(text: &str) -> Result<Option<Format>, Diagnostic> {
    if text == "auto" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|why| Code::BadUsage.at("--format").what(format!("is {text:?}, {why}")))
}

fn release_id(text: &str) -> Result<ReleaseId, Diagnostic> {
    ReleaseId::from_str(text).map_err(|why| {
        Code::BadReleaseId
            .at("--release-id")
            .what(format!("is {text:?}; {why}"))
            .next("use a tag such as v1.4.0")
    })
}

fn flag(name: &str, text: Option<&str>) -> Result<Option<bool>, Diagnostic> {
    text.map(|text| {
        parse(name, text, "true or false", |t| match t.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    })
    .transpose()
}

/// Only plain decimal numbers: `inf`, `nan` and blanks are refused.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|n| n.is_finite())
}

fn parse<T>(
    name: &str,
    text: &str,
    expected: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Diagnostic> {
    read(text.trim()).ok_or_else(|| Code::BadUsage.at(name).what(format!("is {text:?}, expected {expected}")))
}
