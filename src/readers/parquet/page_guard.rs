//! What a file may unpack to. Counts in a damaged or hostile file ask for memory before anything
//! shows that they are wrong, and an allocation that fails ends the process without a word.

use super::errors;
use std::io::{self, Read as _};

use ::parquet::basic::{Compression, Encoding};
use ::parquet::column::page::{Page, PageMetadata, PageReader};
use ::parquet::errors::{ParquetError, Result};
use ::parquet::schema::types::ColumnDescriptor;

use super::thrift::{self, StoredPage, varint};
use crate::domain::Diagnostic;

/// What any file may unpack to, in bytes.
const FREE: u64 = 256 << 20;
/// What each byte of a file may unpack to beyond that. Real runs stay below 100: their item ids differ.
const RATIO: u64 = 256;
/// What a row costs besides its texts.
const ROW: u64 = 32;
/// Bytes of a compressed page that are fetched at a time.
const BROTLI_BUFFER: usize = 4096;

/// How many bytes may still be unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLimit(u64);

impl PageLimit {
    pub(super) fn for_file(bytes: usize) -> Self {
        Self(FREE.saturating_add(RATIO.saturating_mul(bytes as u64)))
    }

    /// # Errors
    /// `run-malformed` where so many rows cannot be meant.
    pub(super) fn check_rows(self, rows: usize) -> std::result::Result<(), Diagnostic> {
        if ROW.saturating_mul(rows as u64) > self.0 {
            return Err(errors::too_many_rows(rows));
        }
        Ok(())
    }

    /// Looks at the pages of a column chunk, which lies in the file at this offset and length.
    ///
    /// # Errors
    /// `run-malformed` where their headers are not whole, or they unpack to more than they may or say.
    pub(super) fn check_pages(
        self,
        file: &[u8],
        at: (u64, u64),
        compression: Compression,
    ) -> std::result::Result<(), Diagnostic> {
        let pages = thrift::pages(file, at).ok_or_else(errors::damaged_pages)?;
        let unpacked = pages.iter().fold(0_u64, |sum, page| sum.saturating_add(page.unpacked));
        if unpacked > self.0 {
            return Err(errors::pages_too_large());
        }
        // Of the other codecs the library unpacks into as much room as the page declares; of this one, as much as comes.
        let brotli =
            pages.iter().filter(|page| page.compressed && matches!(compression, Compression::BROTLI(_)));
        for page in brotli {
            if !fits_brotli(page) {
                return Err(errors::damaged_pages());
            }
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
            None => Err(errors::too_much_text()),
        }
    }
}

/// Whether a page that is compressed with Brotli unpacks to no more than it says. It is unpacked once for that, and
/// nothing of it is kept.
fn fits_brotli(page: &StoredPage<'_>) -> bool {
    let (Ok(levels), Some(declared)) = (usize::try_from(page.levels), page.unpacked.checked_sub(page.levels))
    else {
        return false;
    };
    let Some(packed) = page.stored.get(levels..) else { return false };
    // The library leaves a page alone that is to unpack to nothing.
    if declared == 0 {
        return true;
    }
    let unpacked = brotli::Decompressor::new(packed, BROTLI_BUFFER);
    let counted = io::copy(&mut unpacked.take(declared.saturating_add(1)), &mut io::sink());
    counted.is_ok_and(|counted| counted == declared)
}

/// Pages whose counts were checked against their sizes before a decoder believes them.
pub(super) struct PageGuard {
    pages: Box<dyn PageReader>,
    rows_left: i64,
    nullable: bool,
    has_dictionary: bool,
}

impl PageGuard {
    pub(super) fn new(pages: Box<dyn PageReader>, rows: i64, column: &ColumnDescriptor) -> Self {
        Self { pages, rows_left: rows, nullable: column.max_def_level() > 0, has_dictionary: false }
    }

    fn check(&mut self, page: &Page) -> Result<()> {
        let wrong = |what: &str| Err(ParquetError::General(what.to_owned()));
        let size = page.buffer().len() as u64;
        let Some(values) = behind_levels(page, self.nullable) else {
            return wrong("a page is too short for the nulls that it declares");
        };
        match page {
            // Every value of a dictionary takes at least four bytes: a length or a number.
            Page::DictionaryPage { num_values, .. } if u64::from(*num_values) > size / 4 => {
                wrong("a dictionary declares more values than it has room for")
            }
            Page::DictionaryPage { .. } => {
                self.has_dictionary = true;
                Ok(())
            }
            Page::DataPage { num_values, .. } | Page::DataPageV2 { num_values, .. } => {
                self.rows_left -= i64::from(*num_values);
                if self.rows_left < 0 {
                    return wrong("its pages hold more rows than the file declares");
                }
                let fits = match page.encoding() {
                    Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => self.has_dictionary,
                    encoding => deltas_fit(encoding, values, *num_values),
                };
                if fits { Ok(()) } else { wrong("a page does not fit its dictionary or its number of rows") }
            }
        }
    }
}

/// The values of a page, behind the levels that say which rows are null. `None` where the levels go
/// beyond the page.
fn behind_levels(page: &Page, nullable: bool) -> Option<&[u8]> {
    let bytes = page.buffer().as_ref();
    let levels = match page {
        Page::DataPageV2 { def_levels_byte_len, rep_levels_byte_len, .. } => {
            u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len)
        }
        Page::DataPage { def_level_encoding: Encoding::RLE, .. } if nullable => {
            4 + u64::from(u32::from_le_bytes(*bytes.first_chunk()?))
        }
        Page::DataPage { num_values, .. } if nullable => u64::from(num_values.div_ceil(8)),
        Page::DataPage { .. } | Page::DictionaryPage { .. } => 0,
    };
    bytes.get(usize::try_from(levels).ok()?..)
}

/// Whether the counts in a delta-encoded page are at most its number of rows. The decoder makes room
/// for as many values as the page says before it looks for them.
fn deltas_fit(encoding: Encoding, mut values: &[u8], rows: u32) -> bool {
    let sequences = match encoding {
        // Lengths of prefixes, then those of suffixes; each is a sequence of its own.
        Encoding::DELTA_BYTE_ARRAY => 2,
        Encoding::DELTA_BINARY_PACKED | Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
        _ => 0,
    };
    (0..sequences).all(|_| skip_deltas(&mut values).is_some_and(|count| count <= u64::from(rows)))
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

impl Iterator for PageGuard {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for PageGuard {
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::thrift::StoredPage;
    use super::fits_brotli;

    #[test]
    fn a_page_of_brotli_unpacks_to_what_it_says_and_no_more() {
        let mut writer = brotli::CompressorWriter::new(vec![1, 2, 3], 4096, 1, 22);
        writer.write_all(&vec![0; 50 << 20]).unwrap();
        let stored = writer.into_inner();
        assert!(stored.len() < 65_536, "{} bytes", stored.len());
        let page = |unpacked: u64, levels| StoredPage { stored: &stored, unpacked, levels, compressed: true };
        let whole = 50 << 20;
        assert!(fits_brotli(&page(whole + 3, 3)));
        assert!(fits_brotli(&page(3, 3)));
        for (unpacked, levels) in
            [(103, 3), (whole + 2, 3), (whole + 4, 3), (whole, 0), (2, 3), (103, 1 << 40)]
        {
            assert!(!fits_brotli(&page(unpacked, levels)), "{unpacked} behind {levels}");
        }
    }
}
