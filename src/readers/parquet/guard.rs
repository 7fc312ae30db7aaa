//! What a file may unpack to. Counts in a damaged or hostile file ask for memory before anything
//! shows that they are wrong, and an allocation that fails ends the process without a word.

use ::parquet::basic::Encoding;
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::ColumnDescriptor;

use super::malformed;
use crate::domain::Diagnostic;

/// What any file may unpack to, in bytes.
const FREE: u64 = 256 << 20;
/// What each byte of a file may unpack to beyond that. Real runs stay below 100: their item ids differ.
const RATIO: u64 = 256;
/// What a row costs besides its texts.
const ROW: u64 = 32;

/// How many bytes may still be unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(u64);

impl Limit {
    pub(super) fn for_file(bytes: usize) -> Self {
        Self(FREE.saturating_add(RATIO.saturating_mul(bytes as u64)))
    }

    /// # Errors
    /// `run-malformed` where so many rows cannot be meant.
    pub(super) fn check_rows(self, rows: usize) -> std::result::Result<(), Diagnostic> {
        if ROW.saturating_mul(rows as u64) > self.0 {
            return Err(malformed(format!("declares {rows} rows, far more than a file of its size holds"))
                .next("the file is damaged: write it again"));
        }
        Ok(())
    }

    /// Counts one row and its texts.
    ///
    /// # Errors
    /// `run-malformed` once the file has unpacked to more than it may.
    pub(super) fn spend(&mut self, text: usize) -> std::result::Result<(), Diagnostic> {
        match self.0.checked_sub(ROW + text as u64) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(malformed("unpacks to far more text than a file of its size holds")
                .next("shorten the item ids and cluster ids, or write the run as RunFrame JSON")),
        }
    }
}

/// Pages whose counts were checked against their sizes before a decoder believes them.
pub(super) struct Guard {
    pages: Box<dyn PageReader>,
    limit: Limit,
    rows_left: i64,
    nullable: bool,
}

impl Guard {
    pub(super) fn new(
        pages: Box<dyn PageReader>,
        limit: Limit,
        rows: i64,
        column: &ColumnDescriptor,
    ) -> Self {
        Self { pages, limit, rows_left: rows, nullable: column.max_def_level() > 0 }
    }

    fn check(&mut self, page: &Page) -> Result<()> {
        let wrong = |what: &str| Err(ParquetError::General(what.to_owned()));
        let size = page.buffer().len() as u64;
        match self.limit.0.checked_sub(size) {
            Some(left) => self.limit.0 = left,
            None => return wrong("pages unpack to far more than a file of its size holds"),
        }
        match page {
            // Every value of a dictionary takes at least four bytes: a length or a number.
            Page::DictionaryPage { num_values, .. } if u64::from(*num_values) > size / 4 => {
                wrong("a dictionary declares more values than it has room for")
            }
            Page::DictionaryPage { .. } => Ok(()),
            Page::DataPage { num_values, .. } | Page::DataPageV2 { num_values, .. } => {
                self.rows_left -= i64::from(*num_values);
                if self.rows_left < 0 {
                    return wrong("its pages hold more rows than the file declares");
                }
                if is_delta(page.encoding()) && delta_counts_fit(page, self.nullable) != Some(true) {
                    return wrong("a page declares more values than rows");
                }
                Ok(())
            }
        }
    }
}

fn is_delta(encoding: Encoding) -> bool {
    matches!(
        encoding,
        Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY
    )
}

/// Whether every count in a delta-encoded page is at most its number of rows. The decoder makes room
/// for as many values as the page says before it looks for them.
fn delta_counts_fit(page: &Page, nullable: bool) -> Option<bool> {
    let bytes = page.buffer().as_ref();
    let (rows, levels) = match page {
        Page::DataPageV2 { num_values, def_levels_byte_len, rep_levels_byte_len, .. } => {
            (*num_values, u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len))
        }
        Page::DataPage { num_values, def_level_encoding: Encoding::RLE, .. } if nullable => {
            (*num_values, 4 + u64::from(u32::from_le_bytes(*bytes.first_chunk()?)))
        }
        Page::DataPage { num_values, .. } if nullable => (*num_values, u64::from(num_values.div_ceil(8))),
        Page::DataPage { num_values, .. } | Page::DictionaryPage { num_values, .. } => (*num_values, 0),
    };
    let mut rest = bytes.get(usize::try_from(levels).ok()?..)?;
    let fits = |count: u64| count <= u64::from(rows);
    // Lengths of prefixes stand before those of the suffixes; each is a sequence of its own.
    if page.encoding() == Encoding::DELTA_BYTE_ARRAY && !fits(skip_deltas(&mut rest)?) {
        return Some(false);
    }
    Some(fits(skip_deltas(&mut rest)?))
}

/// Moves behind a sequence of delta-packed integers; returns how many it declares.
fn skip_deltas(rest: &mut &[u8]) -> Option<u64> {
    let (block, miniblocks, count) = (varint(rest)?, varint(rest)?, varint(rest)?);
    varint(rest)?; // the first value
    let per_miniblock = block.checked_div(miniblocks)?;
    let mut left = count.saturating_sub(1);
    while left > 0 {
        varint(rest)?; // the least delta of the block
        let (widths, behind) = rest.split_at_checked(usize::try_from(miniblocks).ok()?)?;
        *rest = behind;
        for width in widths {
            if left > 0 {
                let bytes = u64::from(*width).checked_mul(per_miniblock)? / 8;
                *rest = rest.get(usize::try_from(bytes).ok()?..)?;
                left = left.saturating_sub(per_miniblock.max(1));
            }
        }
    }
    Some(count)
}

/// An integer in groups of seven bits, the lowest first.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

impl Iterator for Guard {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Guard {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        if let Some(page) = &page {
            self.check(page)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}
