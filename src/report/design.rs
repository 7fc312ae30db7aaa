//! What a claim costs by one design and another.

use serde::Serialize;

/// The designs that a bank and its past runs allow, the cheapest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignReport {
    /// Items of the bank.
    pub bank_items: u64,
    /// Past models that the spread is known from.
    pub models: u64,
    /// The true improvement that is planned for.
    pub planned_delta: f64,
    /// The value that delta must exceed.
    pub null_value: f64,
    /// What a bound may spend.
    pub alpha: f64,
    /// The power that is planned for.
    pub power: f64,
    /// Whether costs are prices; else they are items.
    #[serde(skip)]
    pub priced: bool,
    /// Whether the bank holds repeats, so that it is known what more of them save.
    pub repeats_known: bool,
    /// The designs.
    pub rows: Vec<DesignRow>,
}

/// One design.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesignRow {
    /// What it is.
    pub design: String,
    /// Items of the design.
    pub items: u64,
    /// Answers that are asked for: of the candidate, or of both models where the baseline is run again.
    pub answers: u64,
    /// Whether the bank has as many as the power asks for.
    pub reaches: bool,
    /// What they cost.
    pub cost: f64,
    /// The command that does it.
    pub how: String,
}
