//! What would another run of this kind show? The advice of `gate` and of `doctor`, never part of a verdict.

use crate::domain::number_format::{count, percent, signed};
use crate::domain::{Claim, Plan};
use crate::inference::planning::ask::{Ask, Need, Never};
use crate::inference::planning::study_design::Design;
use crate::inference::sample::Sample;

/// What the items at hand can show, and what the claim needs, by [`Design`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// What is asked of another run: the claim, what a bound may spend, the power.
    pub ask: Ask,
    /// Paired items at hand.
    pub items: u64,
    /// Independent units at hand: items, or clusters.
    pub units: u64,
    /// Whether clusters are the units.
    pub clustered: bool,
    /// Units below which no verdict exists.
    pub least_units: u64,
    /// What as many units show with the planned power: how far the truth must lie beyond the claim's value, or
    /// for an equivalence claim the smallest margin, the truth being 0. `None` where no truth that the scores
    /// allow is shown so often.
    pub reach: Option<f64>,
    /// How much the baseline leaves room to improve, where the range of scores is known.
    pub room: Option<f64>,
    /// The true improvement that is planned for; 0 for an equivalence claim of which nothing was said.
    pub planned: Option<f64>,
    /// What it needs.
    pub needed: Option<Result<Need, Never>>,
}

impl Forecast {
    /// From a sample and a plan; `None` where the sample has no spread to plan with.
    ///
    /// # Parameters
    /// - `sample`: the items at hand.
    /// - `plan`: claim, alpha, power and planned improvement.
    ///
    /// # Example
    /// ```
    /// use evalsig::domain::{Claim, Plan};
    /// use evalsig::inference::Sample;
    /// use evalsig::inference::planning::Forecast;
    ///
    /// let differences: Vec<f64> = (0..60).map(|i| if i % 3 == 0 { 0.4 } else { -0.1 }).collect();
    /// let sample = Sample::graded(vec![0.0; 60], differences, None);
    /// let forecast = Forecast::of(&sample, &Plan::of(Claim::Above { min_delta: 0.0 })).expect("differences vary");
    /// assert_eq!(forecast.items, 60);
    /// assert!(forecast.reach.expect("enough units") > 0.0);
    /// ```
    #[must_use]
    pub fn of(sample: &Sample, plan: &Plan) -> Option<Self> {
        Design::of(sample).map(|design| Self::by(&design, sample, plan))
    }

    /// The same for a design that is known already.
    #[must_use]
    pub(crate) fn by(design: &Design, sample: &Sample, plan: &Plan) -> Self {
        let (ask, items) = (Ask::of(plan), sample.len() as u64);
        let clustered = matches!(design, Design::Clustered { .. });
        let units = if clustered { sample.cluster_count().unwrap_or(0) as u64 } else { items };
        let room = room(sample);
        let planned = plan.planned_delta.or(match plan.claim {
            Claim::Above { .. } => None,
            Claim::Within { .. } => Some(0.0),
        });
        Self {
            ask,
            items,
            units,
            clustered,
            least_units: design.least_units(ask.alpha),
            reach: design.detectable(&ask, units).filter(|reach| match plan.claim {
                Claim::Above { min_delta } => room.is_none_or(|room| min_delta + reach <= room),
                Claim::Within { .. } => true,
            }),
            room,
            planned,
            needed: planned.map(|planned| design.needed(&ask, planned)),
        }
    }

    /// Whether the units at hand are what the planned improvement needs.
    #[must_use]
    pub(crate) fn enough(&self) -> bool {
        self.needed
            .is_some_and(|needed| needed.is_ok_and(|need| self.units >= need.clusters.unwrap_or(need.items)))
    }

    /// What would help another time, as one sentence without a full stop.
    #[must_use]
    pub(crate) fn sentence(&self) -> String {
        let power = percent(self.ask.power);
        match (self.planned, self.needed) {
            (Some(planned), Some(Err(Never::OutsideTheClaim))) => format!(
                "no number of items suffices: the improvement planned for, {}, does not lie within the claim; claim less, \
                 or expect more of the candidate",
                signed(planned)
            ),
            (Some(planned), Some(Err(Never::TooMany))) => format!(
                "more than a thousand million items would be needed for {power} power at a true delta of {}: claim less",
                signed(planned)
            ),
            (Some(planned), Some(Ok(need))) => {
                let aim = match self.ask.claim {
                    Claim::Above { .. } => format!("where the true improvement is {}", signed(planned)),
                    Claim::Within { .. } if planned == 0.0 => "where the two do not differ in truth".into(),
                    Claim::Within { .. } => format!("where the true delta is {}", signed(planned)),
                };
                if self.enough() {
                    format!(
                        "{} are what gives {power} power {aim}, so the truth is probably less: expect less of the candidate, \
                         or improve it",
                        self.at_hand()
                    )
                } else {
                    format!("about {} in all give {power} power {aim}", self.more(need))
                }
            }
            (_, _) => self.what_is_shown(&power),
        }
    }

    fn what_is_shown(&self, power: &str) -> String {
        match (self.reach, self.room) {
            (Some(reach), _) => format!(
                "with {} a true improvement of {} or more is shown with {power} power; name the improvement you expect \
                 with planned-delta to learn how many items it needs",
                self.at_hand(),
                signed(self.ask.claim.lower_null() + reach)
            ),
            (None, _) if self.units < self.least_units => format!(
                "with fewer than {} independent {} no verdict exists at alpha {}, whatever they show, and there are {}",
                count(self.least_units),
                self.unit_name(),
                self.ask.alpha.get(),
                count(self.units)
            ),
            (None, Some(room)) => format!(
                "with {} no improvement is shown with {power} power that the baseline leaves room for ({} at most): more \
                 items are needed, or a claim of less",
                self.at_hand(),
                signed(room)
            ),
            (None, None) => format!("{} are too few to plan with", self.at_hand()),
        }
    }

    fn unit_name(&self) -> &'static str {
        if self.clustered { "clusters" } else { "items" }
    }

    fn at_hand(&self) -> String {
        if self.clustered {
            format!("these {} clusters ({} items)", count(self.units), count(self.items))
        } else {
            format!("these {} items", count(self.items))
        }
    }

    fn more(&self, need: Need) -> String {
        match need.clusters {
            Some(clusters) => format!(
                "{} more clusters like these, {} ({} items)",
                count(clusters.saturating_sub(self.units)),
                count(clusters),
                count(need.items)
            ),
            None => {
                format!("{} more items, {}", count(need.items.saturating_sub(self.items)), count(need.items))
            }
        }
    }
}

/// How much better than the baseline can a candidate be? From the highest score that is known to be possible.
fn room(sample: &Sample) -> Option<f64> {
    if sample.two_valued.is_some() {
        let highest =
            sample.baseline.iter().chain(&sample.candidate).copied().fold(f64::NEG_INFINITY, f64::max);
        return Some(highest - sample.baseline.iter().sum::<f64>() / sample.len() as f64);
    }
    sample.span
}

#[cfg(test)]
mod tests {
    use super::Forecast;
    use crate::domain::{Claim, Plan};
    use crate::inference::sample::Sample;
    use crate::numerics::stream::{Purpose, Streams};

    fn plan(claim: Claim, planned: Option<f64>) -> Plan {
        Plan { planned_delta: planned, ..Plan::of(claim) }
    }

    /// `clusters` clusters of 9 items that share a part of their luck.
    fn clustered(clusters: u32) -> Sample {
        let mut stream = Streams::new(3, Purpose::Simulation).replicate(0);
        let (mut d, mut of) = (Vec::new(), Vec::new());
        for cluster in 0..clusters {
            let shared = 0.1 * stream.normal();
            for _ in 0..9 {
                d.push(shared + 0.3 * stream.normal());
                of.push(cluster);
            }
        }
        Sample::graded(vec![0.0; d.len()], d, Some(of))
    }

    /// A pilot of 4 clusters was told that "about 36 items" suffice: no verdict exists below 5 clusters.
    #[test]
    fn four_clusters_are_never_within_reach() {
        let sample = clustered(4);
        let claim = Claim::Above { min_delta: 0.0 };
        let told = Forecast::of(&sample, &plan(claim, Some(2.0))).expect("a spread");
        let need = told.needed.expect("planned").expect("a number");
        assert!(need.clusters.is_some_and(|k| k >= 5) && need.items >= 45 && !told.enough(), "{need:?}");
        assert_eq!((told.reach, told.units, told.least_units), (None, 4, 5));
        let alone = Forecast::of(&sample, &plan(claim, None)).expect("a spread").sentence();
        assert!(alone.contains("with fewer than 5 independent clusters no verdict exists"), "{alone}");
        assert!(told.sentence().contains("more clusters like these"), "{}", told.sentence());
    }

    #[test]
    fn an_equivalence_claim_names_the_margin_and_not_an_improvement() {
        let claim = Claim::Within { margin: 0.02 };
        let told = Forecast::of(&clustered(40), &plan(claim, None)).expect("a spread");
        assert_eq!(told.planned, Some(0.0));
        assert!(told.sentence().contains("where the two do not differ in truth"), "{}", told.sentence());
        let outside = Forecast::of(&clustered(40), &plan(claim, Some(-0.02))).expect("a spread");
        assert!(outside.sentence().contains("no number of items suffices"), "{}", outside.sentence());
    }

    #[test]
    fn no_improvement_beyond_what_scores_leave_room_for() {
        let right = |n: usize| (0..40).map(|i| f64::from(u8::from(i < n))).collect::<Vec<_>>();
        let sample = Sample { two_valued: Some(1.0), ..Sample::graded(right(36), right(38), None) };
        let told = Forecast::of(&sample, &plan(Claim::Above { min_delta: 0.05 }, None)).expect("a spread");
        assert_eq!(told.reach, None);
        assert!(told.sentence().contains("+0.1000 at most"), "{}", told.sentence());
    }
}
