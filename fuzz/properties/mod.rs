//! What holds of any bytes: one function a property, from bytes that anybody may have written.
//!
//! A property panics where it does not hold. The fuzz targets in `fuzz_targets/` call them one each; the package's own
//! tests (`tests/it/fuzz/`) call all of them on the seeds, and on changes of these that are drawn anew each time. This
//! folder is included by both, so it names nothing but the library's public face and other parsers.

mod draw;

pub mod csv_rows;
pub mod documents;
pub mod inference;
pub mod names;
pub mod oracle;
pub mod pages;
pub mod pairing;
pub mod parquet_rows;
pub mod poison;
pub mod policy;
pub mod readers;
pub mod runner;
pub mod runner_port;
pub mod store;
pub mod trail;

/// A property: the name of its target, and what it holds of any bytes.
pub type Property = (&'static str, fn(&[u8]));

/// Every property. `docs/fuzzing.md` says in words what each one holds.
pub const ALL: &[Property] = &[
    ("csv_rows", csv_rows::same_cells),
    ("detect", readers::detect),
    ("entry", documents::entry),
    ("envelope", documents::envelope),
    ("event", documents::event),
    ("exact_tests", inference::exact_tests),
    ("gzip", readers::gzip),
    ("inputs", names::inputs),
    ("markdown", pages::markdown),
    ("monotone", pairing::monotone),
    ("names", names::names),
    ("order", pairing::order),
    ("page", pages::page),
    ("parquet_rows", parquet_rows::same_rows),
    ("plan_and_waiver", documents::plan_and_waiver),
    ("policy", policy::policy),
    ("reader_csv", readers::csv),
    ("reader_deepeval", readers::deepeval),
    ("reader_eee", readers::eee),
    ("reader_eval", readers::eval),
    ("reader_eval_members", readers::eval_members),
    ("reader_helm", readers::helm),
    ("reader_inspect", readers::inspect),
    ("reader_jsonl", readers::jsonl),
    ("reader_lighteval", readers::lighteval),
    ("reader_lm_eval", readers::lm_eval),
    ("reader_lm_eval_folder", readers::lm_eval_folder),
    ("reader_openai_evals", readers::openai_evals),
    ("reader_parquet", readers::parquet),
    ("reader_promptfoo", readers::promptfoo),
    ("reader_runframe", readers::runframe),
    ("reader_swe_bench", readers::swe_bench),
    ("reader_tau_bench", readers::tau_bench),
    ("reader_xlsx", readers::xlsx),
    ("reader_xlsx_members", readers::xlsx_members),
    ("runner", runner::runner),
    ("signature", trail::signature),
    ("tables", pages::tables),
    ("time_stamp", trail::time_stamp),
    ("trail", trail::any),
    ("trail_changed", trail::changed),
    ("waivers", policy::waivers),
];
