//! CSV against the `csv` crate: the same records, the same names of items, the same scores.

use evalsig::readers::{self, Format, ReadOptions};

/// What names an item, best first.
const IDS: [&str; 4] = ["item_id", "sample_id", "doc_id", "id"];

/// What stands between the cells of a file, as its first line shows.
fn separator(first: &str) -> u8 {
    let cells = |separator: u8| first.split(char::from(separator)).collect::<Vec<_>>();
    let named = |separator: &u8| {
        let cells = cells(*separator);
        cells.len() > 1 && cells.iter().any(|cell| IDS.contains(&cell.trim().trim_matches('"')))
    };
    let all = [b',', b';', b'\t'];
    // Of as many cells, commas make them.
    let most =
        |separators: [u8; 3]| separators.into_iter().rev().max_by_key(|separator| cells(*separator).len());
    all.into_iter().find(named).or_else(|| most(all)).unwrap_or(b',')
}

/// All records of a file, the names of its columns first; `None` where the other parser finds an error.
pub fn records(data: &[u8]) -> Option<Vec<csv::StringRecord>> {
    let data = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    let text = std::str::from_utf8(data).ok()?;
    let separator = separator(text.lines().next().unwrap_or(""));
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(data);
    reader.records().collect::<Result<Vec<_>, _>>().ok()
}

/// Whether a file begins with the line by which a spreadsheet tells the separator, which the other parser does not know.
pub fn tells_separator(data: &[u8]) -> bool {
    let text = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data).trim_ascii_start();
    let told = text.get(..5).unwrap_or_default().to_ascii_lowercase();
    told.starts_with(b"sep=") || told.starts_with(b"\"sep=")
}

/// What both read of one file.
pub fn same_cells(data: &[u8]) {
    if tells_separator(data) {
        return;
    }
    let Ok(reading) = readers::read(data, Some(Format::Csv), &ReadOptions::default()) else { return };
    let records = records(data).expect("what we read, the csv crate reads");
    let (header, rows) = records.split_first().expect("a line of names");
    let column = |name: &str| header.iter().position(|cell| cell.trim() == name);
    let id = IDS.iter().find_map(|name| column(name)).expect("a column names the items");
    let metric = reading.run.metadata().metric_name.clone();
    let named = column("metric_name").is_some_and(|at| rows.iter().any(|row| !row[at].is_empty()));
    let score = if named { column("score") } else { column(&metric) }.expect("a column holds the scores");
    assert_eq!(reading.run.len(), rows.len());
    for (item, row) in reading.run.rows().zip(rows) {
        assert_eq!(row.len(), header.len(), "a row that is too short was read");
        assert_eq!(item.id, &row[id]);
        let cell = row[score].trim();
        let plain = match cell.to_ascii_lowercase().as_str() {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => cell.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number + 0.0),
        };
        assert_eq!(item.score.ok().map(|score| score.get()), plain, "{cell:?} of {}", item.id);
    }
}
