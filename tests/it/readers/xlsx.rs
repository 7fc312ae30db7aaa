//! Excel workbooks: what other programs write, which sheet is read, and every way in which a workbook can be crooked.

use std::fs;

use evalsig::domain::{Code, Diagnostic, Unscored};
use evalsig::readers::{Format, ReadOptions, Reading, read};
use proptest::prelude::*;
use serde_json::Value;

use super::damage::{every_cut_is_refused, no_flip_loses_a_row};
use crate::support::runs::rows;
use crate::support::xlsx::{members, sheet, table, workbook, zipped};
use crate::support::zip::{Member, archive};
use crate::support::{Session, repository};

/// Written by tests/golden/make_xlsx.py.
fn golden(name: &str) -> Vec<u8> {
    fs::read(repository("tests/golden/xlsx").join(name)).unwrap()
}

fn by(bytes: &[u8], metric: &str, run: &str) -> Result<Reading, Diagnostic> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    read(bytes, None, &ReadOptions { metric: some(metric), run_id: some(run), ..ReadOptions::default() })
}

fn refusal(bytes: &[u8]) -> String {
    by(bytes, "", "").unwrap_err().to_string()
}

fn ids(reading: &Reading) -> Vec<String> {
    reading.run.rows().map(|row| row.id.to_owned()).collect()
}

/// One sheet, called scores.
fn scores(rows: &str) -> Vec<u8> {
    workbook(&[("scores", rows.to_owned())])
}

#[test]
fn workbooks_of_other_programs_are_read_as_openpyxl_reads_them() {
    let expected: Value = serde_json::from_slice(&golden("expected.json")).unwrap();
    let sheets = expected["sheets"].as_array().unwrap();
    assert_eq!(sheets.len(), 7);
    for said in sheets {
        let text = |key: &str| said[key].as_str().unwrap();
        let run = if text("file") == "two-runs.xlsx" { text("sheet") } else { "" };
        let reading =
            by(&golden(text("file")), text("metric"), run).unwrap_or_else(|e| panic!("{said}: {e}"));
        let found: Vec<f64> = reading.run.scores().collect();
        assert_eq!(
            (reading.format, reading.run.len() as u64),
            (Format::Xlsx, said["rows"].as_u64().unwrap())
        );
        assert_eq!(found.len() as u64, said["scored"].as_u64().unwrap(), "{said}");
        let mean = found.iter().sum::<f64>() / found.len() as f64;
        assert!((mean - said["mean"].as_f64().unwrap()).abs() < 1e-12, "{said}: {mean}");
    }
    let reading = by(&golden("scores.xlsx"), "score", "").unwrap();
    assert_eq!(reading.run.unscored(), [(Unscored::Missing, 1)].into());
    assert_eq!(ids(&reading)[..3], ["Größe & <0>", "q1", "q2"]);
    assert_eq!(reading.notes, ["The sheet \"scores\" was read: 1 other sheet names no items."]);
    assert_eq!(
        refusal(&golden("scores.xlsx")),
        "scores: columns: the file holds 2 metrics: \"score\", \"correct\"; choose one with --metric [run-ambiguous]"
    );
}

#[test]
fn dates_and_times_name_items_as_text() {
    let reading = by(&golden("dates.xlsx"), "", "").unwrap();
    assert_eq!(ids(&reading), ["2026-03-01", "2026-03-01T10:30:00", "10:30:00", "36:00:00"]);
}

#[test]
fn a_formula_counts_by_its_result_and_is_refused_without_one() {
    assert_eq!(
        refusal(&golden("formulas.xlsx")),
        "scores!B3: holds a formula without its result: the program that wrote the file did not compute it; open the workbook in a \
         spreadsheet program and save it, or write values [run-malformed]"
    );
    assert_eq!(
        refusal(&golden("errors.xlsx")),
        "scores!C7: holds the error #DIV/0!; correct the formula, or clear the cell: an empty cell is an item without a score \
         [run-malformed]"
    );
    let with = |cell: &str| {
        scores(
            &(table("item_id,score\nq1,1")
                + &format!("<row r=\"3\"><c r=\"A3\" t=\"str\"><v>q2</v></c>{cell}</row>")),
        )
    };
    let score = |cell: &str| by(&with(cell), "", "").map(|reading| rows(&reading.run)[1].3);
    assert_eq!(score("<c r=\"B3\"><f>B2/4</f><v>0.25</v></c>"), Ok(Some(0.25)));
    // A result that is an empty text is a result.
    assert_eq!(score("<c r=\"B3\" t=\"str\"><f>IF(1,\"\")</f><v></v></c>"), Ok(None));
    assert_eq!(score("<c r=\"B3\" t=\"b\"><f>TRUE()</f><v>1</v></c>"), Ok(Some(1.0)));
    for error in ["#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"] {
        let said = score(&format!("<c r=\"B3\" t=\"e\"><v>{error}</v></c>")).unwrap_err().to_string();
        assert!(said.starts_with(&format!("scores!B3: holds the error {error}")), "{said}");
    }
    // In a column that has no name it is no business of the run's.
    let beside = by(&with("<c r=\"B3\"><v>0</v></c><c r=\"C3\" t=\"e\"><v>#N/A</v></c>"), "", "").unwrap();
    assert_eq!(beside.notes, ["1 cell stands in a column without a name and was not read: scores!C3."]);
}

#[test]
fn of_several_sheets_with_items_each_is_a_run() {
    let two = workbook(&[
        ("base", table("item_id,score\nq1,1\nq2,0")),
        ("remarks", table("who,what\nme,nothing")),
        ("new", table("item_id,score,run_id\nq1,0.5,r7")),
        ("template", table("item_id,score")),
    ]);
    assert_eq!(
        refusal(&two),
        "run_id: 2 sheets name items, and each is a run: \"base\", \"new\"; choose one with --baseline-run or --candidate-run \
         (doctor: --run-id) [run-ambiguous]"
    );
    for (sheet, items) in [("base", 2), ("new", 1)] {
        let reading = by(&two, "", sheet).unwrap();
        assert_eq!((reading.run.metadata().run_id.as_str(), reading.run.len()), (sheet, items));
    }
    let error = by(&two, "", "remarks").unwrap_err().to_string();
    assert!(error.starts_with("run_id: no run is \"remarks\"; the file holds \"base\", \"new\""), "{error}");
    // One table alone is as CSV is: rows may name its run.
    let one = workbook(&[("new", table("item_id,score,run_id\nq1,0.5,r7\nq1,0,r8"))]);
    assert!(
        refusal(&one).starts_with("new: run_id: the file holds 2 runs: \"r7\", \"r8\""),
        "{}",
        refusal(&one)
    );
    assert_eq!(by(&one, "", "r8").unwrap().run.len(), 1);
    // Without a column that names items --id says which does.
    let other = workbook(&[("a", table("question,score\nx,1")), ("b", table("name,score\ny,1"))]);
    assert!(
        refusal(&other).starts_with("no sheet has a column that names the item in its first row"),
        "{}",
        refusal(&other)
    );
    let asked = ReadOptions { id: Some("name".into()), ..ReadOptions::default() };
    assert_eq!(ids(&read(&other, None, &asked).unwrap()), ["y"]);
}

#[test]
fn two_sheets_of_one_workbook_are_compared_and_the_decision_comes_out_again() {
    let session = Session::new();
    let run = |shift: usize| -> String {
        let rows: String =
            (0..60).map(|at| format!("\nq{at},{}", u8::from(!(at + shift).is_multiple_of(3)))).collect();
        table(&format!("item_id,score{rows}"))
    };
    fs::write(session.path("runs.xlsx"), workbook(&[("old", run(0)), ("new", run(1))])).unwrap();
    let both = "--baseline runs.xlsx --candidate runs.xlsx";
    let gate = format!(
        "gate {both} --baseline-run old --candidate-run new --equivalence 0.5 --output json --release-id v1"
    );
    let ran = session.run(&gate).exits(0).json();
    assert_eq!(ran["inputs"]["baseline"]["run_id"], "old");
    assert_eq!(ran["inputs"]["candidate"]["format"], "xlsx");
    session.run(&format!("verify --release-id v1 {both}")).exits(0);
    let same = session.run(&format!("gate {both} --equivalence 0.5")).exits(65);
    assert!(same.stderr.contains("2 sheets name items"), "{}", same.stderr);
}

#[test]
fn rows_and_cells_are_named_as_excel_names_them() {
    for (text, expected) in [
        ("item_id,score\nq1,1\n\nq1,0", "scores: row 4"),
        ("item_id,score\nq1,1\n,0.5", "scores: row 3: item_id: is null, expected a string or an integer"),
        ("item_id,score\n1.5,1", "scores: row 2: item_id: is 1.5, expected a string or an integer"),
        ("item_id,score\n123456789012345678,1", "scores: row 2: item_id: is 1.2345678901234568e17"),
        ("item_id,score,score\nq1,1,1", "scores: the column \"score\" stands twice"),
        ("item_id,answer\nq1,yes", "scores: no column holds numbers; there are \"item_id\", \"answer\""),
        ("item_id,epoch,score\nq1,1.5,1", "scores: row 2: epoch: is 1.5, expected a whole number"),
    ] {
        let said = refusal(&scores(&table(text)));
        assert!(said.starts_with(expected), "{text:?}\n{said}");
    }
    let commas = sheet(&[
        vec!["item_id".into(), "score".into()],
        vec!["q1".into(), "0,5".into()],
        vec!["q2".into(), "1".into()],
    ]);
    let said = refusal(&scores(&commas));
    assert!(said.starts_with("scores: row 2: score: is \"0,5\": is that a decimal comma?"), "{said}");
    assert!(refusal(&workbook(&[("empty", String::new())])).starts_with("has no rows"));
}

#[test]
fn what_stands_beside_the_table_is_told() {
    let rows = "item_id,score,,remark\nq1,1,7\n\nq2,0,,why,8,9\n,,x".replace("remark", "");
    let reading = by(&scores(&table(&rows)), "", "").unwrap();
    assert_eq!(ids(&reading), ["q1", "q2"]);
    assert_eq!(
        reading.notes,
        ["5 cells stand in columns without a name and were not read: the first is scores!C2."]
    );
}

#[test]
fn other_documents_are_refused_by_name() {
    let of = |members: &[&str]| {
        archive(&members.iter().map(|name| Member::stored(name, b"x")).collect::<Vec<_>>())
    };
    let ods = archive(&[Member::stored("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]);
    for (bytes, what) in [
        (
            vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
            "is an old Excel workbook (.xls) or one with a password, which is not read; save it as an Excel workbook (.xlsx)",
        ),
        (
            ods,
            "is an OpenDocument file (.ods), which is not read; save the sheet as an Excel workbook (.xlsx) or as CSV",
        ),
        (
            of(&["[Content_Types].xml", "xl/workbook.bin"]),
            "is a binary Excel workbook (.xlsb), which is not read; save the table as",
        ),
        (of(&["[Content_Types].xml", "word/document.xml"]), "is a Word document"),
        (of(&["docProps/app.xml", "ppt/presentation.xml"]), "is a PowerPoint presentation"),
    ] {
        let said = refusal(&bytes);
        assert!(said.starts_with(what) && said.ends_with("[format-unknown]"), "{said}");
    }
    assert!(
        refusal(&of(&["[Content_Types].xml", "xl/other.xml"])).starts_with("cannot be read as a workbook")
    );
}

#[test]
fn damage_is_refused_wherever_it_stands() {
    for (name, metric) in [("scores.xlsx", "score"), ("dates.xlsx", "score")] {
        every_cut_is_refused(&golden(name), metric, |_| false);
        no_flip_loses_a_row(&golden(name), metric, 3);
    }
}

/// What a library that believes the file would end the process by, or read as something else.
#[test]
fn hostile_workbooks_are_refused_before_memory_is_asked_for() {
    let usual = table("item_id,score\nq1,1\nq2,0");
    let with = |extra: &[(&str, String)]| {
        let mut all = members(&[("scores", usual.clone())]);
        all.extend(extra.iter().map(|(name, text)| ((*name).to_owned(), text.clone())));
        zipped(&all)
    };
    let sst = |count: &str| format!("<sst uniqueCount=\"{count}\"><si><t>x</t></si></sst>");
    assert!(by(&with(&[("xl/sharedStrings.xml", sst("1"))]), "", "").is_ok());
    for count in ["99999999999999", "x", "-1", "18446744073709551616"] {
        let said = refusal(&with(&[("xl/sharedStrings.xml", sst(count))]));
        assert!(
            said.starts_with("xl/sharedStrings.xml: declares more texts")
                || said.starts_with("(not shown): declares more texts"),
            "{said}"
        );
    }
    // Each of many formats has a copy of one long name.
    let font = format!("<fonts><font><name val=\"{}\"/></font></fonts>", "n".repeat(1 << 20));
    let formats =
        format!("<styleSheet>{font}<cellXfs>{}</cellXfs></styleSheet>", "<xf fontId=\"0\"/>".repeat(4000));
    assert!(refusal(&with(&[("xl/styles.xml", formats)])).contains("unpacks to far more"));
    let bomb = " ".repeat(300 << 20);
    assert!(refusal(&with(&[("xl/media/image1.png", bomb)])).contains("unpacks to far more"));
    // A size that lies.
    let mut lying: Vec<Member> = members(&[("scores", usual.clone())])
        .iter()
        .map(|(name, text)| Member::deflated(name, text.as_bytes()))
        .collect();
    lying[4].size = 10;
    let said = refusal(&archive(&lying));
    assert!(said.contains("larger than its declared uncompressed size"), "{said}");
    // Names that only some programs tell apart.
    assert!(
        refusal(&with(&[("XL/workbook.xml", "<workbook/>".into())]))
            .starts_with("has two members by one name")
    );
    assert!(
        refusal(&with(&[("xl\\workbook.xml", "<workbook/>".into())]))
            .starts_with("has two members by one name")
    );
}

#[test]
fn one_cell_in_the_last_corner_costs_nothing() {
    let far = table("item_id,score\nq1,1") + "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let reading = by(&scores(&far), "", "").unwrap();
    assert_eq!(reading.run.len(), 1);
    assert_eq!(
        reading.notes,
        ["1 cell stands in a column without a name and was not read: scores!XFD1048576."]
    );
}

#[test]
fn cells_that_programs_read_differently_are_refused() {
    let with = |row: &str| scores(&(table("item_id,score\nq1,1") + row));
    let cell = |name: &str, inside: &str| {
        format!("<row r=\"3\"><c r=\"A3\" t=\"str\"><v>q2</v></c><c r=\"{name}\"{inside}</c></row>")
    };
    for (row, what) in [
        (cell("B3", "><v>1&#46;5</v>"), "a cell holds more than one value"),
        (cell("B3", "><v>1<!-- -->5</v>"), "a cell holds more than one value"),
        (cell("B3", "><v>1</v><v>0</v>"), "a cell holds more than one value"),
        (cell("B3", " t=\"s\"><v> 0</v>"), "a cell holds more than one value"),
        (cell("B3", " t=\"n\" t=\"b\"><v>1</v>"), "a cell holds more than one value"),
        (cell("ZZZZ3", "><v>1</v>"), "a cell stands outside"),
        (cell("XFE3", "><v>1</v>"), "a cell stands outside"),
        (cell("B1048577", "><v>1</v>"), "a cell stands outside"),
        (cell("A3", "><v>1</v>"), "stands twice, or behind a later cell"),
        (cell("B2", "><v>1</v>"), "stands twice, or behind a later cell"),
        ("<row r=\"99999999999\"/>".to_owned(), "a cell stands outside"),
        (cell("B3", " t=\"s\"><v>7</v>"), "cannot be read as a workbook"),
        (cell("B3", " t=\"x\"><v>7</v>"), "cannot be read as a workbook"),
    ] {
        let said = refusal(&with(&row));
        assert!(said.contains(what), "{row}\n{said}");
    }
}

#[test]
fn hostile_names_are_escaped_and_lists_are_bounded() {
    let names: Vec<String> = (0..30).map(|at| format!("\u{202e}{at}\u{1b}[2J{}", "x".repeat(300))).collect();
    let sheets: Vec<(&str, String)> =
        names.iter().map(|name| (name.as_str(), table("item_id,score\nq1,1"))).collect();
    let said = refusal(&workbook(&sheets));
    assert!(said.starts_with("run_id: 30 sheets name items") && said.contains("and 22 more"), "{said}");
    assert!(said.len() < 2048 && !said.contains(['\u{1b}', '\u{202e}']), "{said}");
    let said = refusal(&workbook(&[("a\n::error::b", table("item_id,score\nq1,"))]));
    assert!(!said.contains('\n'), "{said}");
    // What no column names as a run is not quoted.
    let keys = workbook(&[("passwords", table("site,password\nbank,hunter2"))]);
    let said = refusal(&keys);
    assert!(!said.contains("hunter2") && !said.contains("bank") && !said.contains("passwords"), "{said}");
    let twice = workbook(&[("a", table("item_id,score\nq1,1")), ("a", table("item_id,score\nq1,0"))]);
    assert!(refusal(&twice).starts_with("has two sheets that are called"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// A sheet and a CSV file with the same cells are the same run.
    #[test]
    fn a_sheet_is_the_table_that_csv_is(
        cells in prop::collection::vec(("[a-zäß ]{1,6}", "[0-9]{1,3}(\\.[0-9]{1,4})?|true|false||n/a|N/A", "[a-c]"), 1..12),
        blank in any::<bool>(),
    ) {
        let mut grid = vec![vec!["item_id".to_owned(), "score".to_owned(), "cluster".to_owned()]];
        grid.extend(cells.iter().enumerate().map(|(at, (id, score, cluster))| vec![format!("{at}{id}"), score.clone(), cluster.clone()]));
        if blank {
            grid.insert(1, Vec::new());
        }
        let csv: String = grid.iter().map(|row| row.join(",") + "\n").collect();
        let (sheet, csv) = (by(&scores(&sheet(&grid)), "score", ""), by(csv.as_bytes(), "score", ""));
        match (sheet, csv) {
            (Ok(sheet), Ok(csv)) => {
                prop_assert_eq!(rows(&sheet.run), rows(&csv.run));
                prop_assert_eq!(sheet.run.unscored(), csv.run.unscored());
            }
            (Err(sheet), Err(csv)) => prop_assert_eq!((sheet.code, sheet.what), (csv.code, csv.what)),
            (sheet, csv) => prop_assert!(false, "{:?}\n{:?}", sheet, csv),
        }
    }
}

#[test]
fn the_format_can_be_named_and_is_told_by_the_first_member() {
    let bytes = golden("scores.xlsx");
    let asked = ReadOptions { metric: Some("score".into()), ..ReadOptions::default() };
    assert_eq!(read(&bytes, Some(Format::Xlsx), &asked).unwrap().format, Format::Xlsx);
    let error = read(&bytes, Some(Format::Inspect), &asked).map(|reading| reading.format).unwrap_err();
    assert_eq!(error.code, Code::FormatUnknown);
}
