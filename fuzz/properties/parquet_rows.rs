//! Parquet against the record reader of the `parquet` crate, which assembles rows by other code than the columns that
//! our reader takes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use evalsig::readers::{self, Format, ReadOptions};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

/// The rows of a file as its own tail says; `None` where the other reader does not open it.
pub fn count(data: &[u8]) -> Option<usize> {
    let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(data)).ok()?;
    usize::try_from(file.metadata().file_metadata().num_rows()).ok()
}

/// What both read of one file.
pub fn same_rows(data: &[u8]) {
    let Ok(reading) = readers::read(data, Some(Format::Parquet), &ReadOptions::default()) else { return };
    // Its asserts about files that are not what they say are not ours to answer for.
    let Ok(Some(rows)) = catch_unwind(AssertUnwindSafe(|| rows(data))) else { return };
    assert_eq!(reading.run.len(), rows.len());
    for (item, (id, epoch, score)) in reading.run.rows().zip(&rows) {
        if let Some(id) = id {
            assert_eq!(item.id, id);
        }
        if let Some(epoch) = epoch {
            assert_eq!(i64::from(item.epoch), *epoch);
        }
        if let Some(score) = score {
            assert_eq!(item.score.ok().map(|score| score.get()), score.is_finite().then_some(score + 0.0));
        }
    }
}

/// Item, epoch and score, each `None` where the column is not there or of a type that is read in another way.
type Row = (Option<String>, Option<i64>, Option<f64>);

fn rows(data: &[u8]) -> Option<Vec<Row>> {
    let file = SerializedFileReader::new(bytes::Bytes::copy_from_slice(data)).ok()?;
    let mut found = Vec::new();
    for row in file.get_row_iter(None).ok()? {
        let row = row.ok()?;
        let (mut id, mut epoch, mut score) = (None, None, None);
        for (name, field) in row.get_column_iter() {
            match (name.as_str(), field) {
                ("item_id", Field::Str(text)) => id = Some(text.clone()),
                ("epoch", Field::Int(number)) => epoch = Some(i64::from(*number)),
                ("epoch", Field::Long(number)) => epoch = Some(*number),
                ("score", Field::Double(number)) => score = Some(*number),
                _ => {}
            }
        }
        found.push((id, epoch, score));
    }
    Some(found)
}
