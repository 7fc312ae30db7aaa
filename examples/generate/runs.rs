//! The example runs as text, from a seed and integers alone.
//!
//! **0/1 runs** (`baseline`, `candidate`, `candidate-worse`, `candidate-same`): 2,000 questions about
//! 453 passages of 3 to 6 questions. A question is answered correctly with a chance of 250 to 900 in
//! 1000, drawn for its passage and then for itself. A candidate shifts that chance by its effect,
//! which differs between passages but is the stated one on average, and keeps most of the
//! baseline's luck, as two versions of one model do.
//!
//! **Graded runs** (`baseline-graded`, `candidate-graded`): 560 summaries graded in hundredths, 480 of
//! them in four epochs and 80 in one: 2,000 rows.
//!
//! The true effects stand in `ABOUT` and, as the field `about`, in the files themselves.

use std::fmt::Write as _;

/// What each file is, with the true effect that it was made with.
const ABOUT: [(&str, &str, &str); 6] = [
    ("baseline.json", "model-a", "the baseline of the 0/1 runs"),
    ("candidate.json", "model-b", "true effect over baseline.json: +0.06 accuracy"),
    ("candidate-worse.json", "model-b-quantized", "true effect over baseline.json: -0.06 accuracy"),
    ("candidate-same.json", "model-a-rerun", "true effect over baseline.json: 0, the same model drawn again"),
    ("baseline-graded.json", "model-a", "the baseline of the graded runs"),
    ("candidate-graded.json", "model-b", "true effect over baseline-graded.json: +0.05 judge score"),
];

/// Every file: its name and its text.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let texts = [
        binary(None),
        binary(Some(Candidate { seed: 2, effect: 60, spread: 40, same_luck: 70 })),
        binary(Some(Candidate { seed: 3, effect: -60, spread: 40, same_luck: 70 })),
        binary(Some(Candidate { seed: 7, effect: 0, spread: 0, same_luck: 0 })),
        graded(None),
        graded(Some(5)),
    ];
    let files = ABOUT.into_iter().zip(texts);
    files.map(|((file, model, about), rows)| (file, text(file, model, about, &rows))).collect()
}

fn text(file: &str, model: &str, about: &str, rows: &[String]) -> String {
    let run = file.trim_end_matches(".json");
    let (task, metric) =
        if run.ends_with("graded") { ("summaries", "judge_score") } else { ("reading", "accuracy") };
    let mut out = format!(
        "{{\"about\": \"Made up by examples/generate: {about}.\",\n \"run_id\": \"{run}\", \
         \"model_id\": \"{model}\", \"task_id\": \"{task}\", \"metric_name\": \"{metric}\",\n \"items\": [\n"
    );
    out.push_str(&rows.join(",\n"));
    out.push_str("\n]}\n");
    out
}

/// How a candidate differs from the baseline of the 0/1 runs.
struct Candidate {
    seed: u64,
    /// Mean shift of the chance of a correct answer, in thousandths.
    effect: i64,
    /// Largest deviation of a passage's shift from the mean.
    spread: u64,
    /// In how many of 100 questions the candidate has the luck that the baseline had.
    same_luck: u64,
}

const QUESTIONS: usize = 2000;

fn binary(candidate: Option<Candidate>) -> Vec<String> {
    let mut world = SplitMix64(1);
    let mut own = SplitMix64(candidate.as_ref().map_or(0, |c| c.seed));
    let mut rows = Vec::new();
    let mut passage = 0;
    while rows.len() < QUESTIONS {
        passage += 1;
        let size = 3 + world.below(4);
        let easy = 350 + world.below(451);
        let shift = candidate.as_ref().map_or(0, |c| c.effect + own.around(c.spread));
        for question in 1..=size {
            let chance = easy as i64 + world.around(100);
            let mut luck = world.below(1000) as i64;
            if let Some(candidate) = &candidate {
                let keeps = own.below(100) < candidate.same_luck;
                let fresh = own.below(1000) as i64;
                luck = if keeps { luck } else { fresh };
            }
            let score = u8::from(luck < chance + shift);
            if rows.len() < QUESTIONS {
                rows.push(format!(
                    "{{\"item_id\": \"p{passage:03}-q{question}\", \"score\": {score}, \
                     \"cluster_id\": \"p{passage:03}\"}}"
                ));
            }
        }
    }
    rows
}

/// Scores in hundredths: 30 to 70 for the summary, up to 15 more or less in each epoch, and for the
/// candidate 5 more on average, up to 8 off that for the summary.
fn graded(candidate: Option<u64>) -> Vec<String> {
    let mut world = SplitMix64(11);
    let mut own = SplitMix64(candidate.unwrap_or(12));
    let mut rows = Vec::new();
    for summary in 1..=560 {
        let quality = 30 + world.below(41) as i64;
        let shift = if candidate.is_some() { 5 + own.around(8) } else { 0 };
        let epochs = if summary % 7 == 0 { 1 } else { 4 };
        for epoch in 0..epochs {
            let score = quality + shift + own.around(15);
            let mut row = format!("{{\"item_id\": \"s{summary:03}\", \"score\": 0.{score:02}");
            // Writing to a String cannot fail.
            let _ = write!(row, ", \"epoch\": {epoch}}}");
            rows.push(row);
        }
    }
    rows
}

/// SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195): enough for examples, the
/// same numbers everywhere, and short enough to be read here.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n - 1`.
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number from `-n` to `n`, 0 on average.
    fn around(&mut self, n: u64) -> i64 {
        self.below(2 * n + 1) as i64 - n as i64
    }
}
