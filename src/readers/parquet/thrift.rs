//! A look at the structures of a file before the library reads them.
//!
//! Ours, because the library has no limits to set: since version 60 it bounds the lengths of lists, and the
//! rest of its hardening is open (apache/arrow-rs#9874).
//!
//! The library believes the sizes that they declare: it loops over lists that are not there, makes
//! room for texts that are not there, and calls itself once for each level of a schema. Damage to
//! one byte then costs minutes, and a hostile file ends the process. So every structure that it will
//! read is walked first, by the grammar of Thrift's compact protocol, and must be whole.

/// Deepest nesting of a schema. A RunFrame has one level; other columns may have a few more.
const DEEPEST: usize = 64;

/// Kinds of values in the compact protocol.
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Whether the footer is whole. `None` where it is not.
pub(super) fn footer(file: &[u8]) -> Option<()> {
    let end = file.len().checked_sub(8)?;
    let length = u32::from_le_bytes(*file.get(end..)?.first_chunk()?);
    let start = end.checked_sub(usize::try_from(length).ok()?)?;
    let mut walk = Walk { rest: file.get(start..end)? };
    walk.fields(
        |walk, id, kind| if id == 2 && kind == LIST { walk.schema() } else { walk.skip(kind, DEEPEST) },
    )
}

/// A page of a column chunk, by its header.
pub(super) struct StoredPage<'f> {
    /// What stands in the file.
    pub(super) stored: &'f [u8],
    /// What it says to unpack to.
    pub(super) unpacked: u64,
    /// How much of either stands before what is compressed.
    pub(super) levels: u64,
    /// Whether the rest is compressed, where the chunk is.
    pub(super) compressed: bool,
}

/// The pages of a column chunk. `None` where a header is not whole or its page goes beyond the chunk.
pub(super) fn pages(file: &[u8], (start, length): (u64, u64)) -> Option<Vec<StoredPage<'_>>> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(start.checked_add(length)?).ok()?);
    let mut walk = Walk { rest: file.get(start..end)? };
    let mut pages = Vec::new();
    while !walk.rest.is_empty() {
        let (mut raw, mut stored, mut levels, mut compressed) = (None, None, [0; 2], true);
        walk.fields(|walk, id, kind| match (id, kind) {
            (2, _) => walk.integer().map(|n| raw = Some(n)),
            (3, _) => walk.integer().map(|n| stored = Some(n)),
            // Of the second version of data pages: where the levels end, and whether what follows is compressed.
            (8, STRUCT) => walk.fields(|walk, id, kind| match (id, kind) {
                (5, _) => walk.integer().map(|n| levels[0] = n),
                (6, _) => walk.integer().map(|n| levels[1] = n),
                (7, 1 | 2) => {
                    compressed = kind == 1;
                    Some(())
                }
                _ => walk.skip(kind, DEEPEST),
            }),
            _ => walk.skip(kind, DEEPEST),
        })?;
        let (page, behind) = walk.rest.split_at_checked(usize::try_from(stored?).ok()?)?;
        walk.rest = behind;
        let [definition, repetition] = levels;
        pages.push(StoredPage {
            stored: page,
            unpacked: u64::try_from(raw?).ok()?,
            levels: u64::try_from(definition.checked_add(repetition)?).ok()?,
            compressed,
        });
    }
    Some(pages)
}

/// An integer in groups of seven bits, the lowest first.
pub(super) fn varint(rest: &mut &[u8]) -> Option<u64> {
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

struct Walk<'f> {
    rest: &'f [u8],
}

impl Walk<'_> {
    /// Walks the fields of a structure; `act` gets the id and the kind of each and consumes its value.
    fn fields(&mut self, mut act: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            id = match head >> 4 {
                0 => self.integer()?,
                delta => id.wrapping_add(i64::from(delta)),
            };
            act(self, id, head & 0x0f)?;
        }
    }

    /// Moves behind a value.
    fn skip(&mut self, kind: u8, deepest: usize) -> Option<()> {
        let deeper = deepest.checked_sub(1)?;
        match kind {
            // A truth value stands in the head of its field.
            1 | 2 => Some(()),
            3 => self.byte().map(drop),
            4..=6 => varint(&mut self.rest).map(drop),
            7 => self.bytes(8),
            8 => {
                let length = varint(&mut self.rest)?;
                self.bytes(length)
            }
            LIST | 10 => {
                let (size, kind) = self.list()?;
                (0..size).try_for_each(|_| self.skip(kind, deeper))
            }
            STRUCT => self.fields(|walk, _, kind| walk.skip(kind, deeper)),
            // Parquet has no maps.
            _ => None,
        }
    }

    /// The size of a list and the kind of its elements, which take at least a byte each.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let size = match head >> 4 {
            15 => varint(&mut self.rest)?,
            size => u64::from(size),
        };
        let kind = head & 0x0f;
        // Neither footers nor page headers have lists of truth values, and the library takes those
        // to need no bytes at all.
        (size == 0 || kind > 2 && size <= self.rest.len() as u64).then_some((size, kind))
    }

    /// Walks the schema: a tree as the list of its nodes, each with the number of its children.
    fn schema(&mut self) -> Option<()> {
        let (size, kind) = self.list()?;
        // Children that are still to come, from the root down.
        let mut open: Vec<u64> = Vec::new();
        for _ in 0..size {
            let mut children = 0;
            if kind != STRUCT {
                return None;
            }
            self.fields(|walk, id, kind| match id {
                5 => u64::try_from(walk.integer()?).ok().map(|n| children = n),
                _ => walk.skip(kind, DEEPEST),
            })?;
            if let Some(siblings) = open.last_mut() {
                *siblings -= 1;
            }
            if children > 0 {
                open.push(children);
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if children > size || open.len() > DEEPEST {
                return None;
            }
        }
        Some(())
    }

    /// A signed integer, zigzag-encoded.
    fn integer(&mut self) -> Option<i64> {
        let n = varint(&mut self.rest)?;
        Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, behind) = self.rest.split_first()?;
        self.rest = behind;
        Some(*byte)
    }

    fn bytes(&mut self, length: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(length).ok()?..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::{footer, pages, varint};

    fn file(metadata: &[u8]) -> Vec<u8> {
        let length = (metadata.len() as u32).to_le_bytes();
        [b"PAR1".as_slice(), metadata, &length, b"PAR1"].concat()
    }

    /// A schema as the numbers of children of its nodes.
    fn schema(children: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x29, 0xfc];
        let size = children.len() as u32;
        bytes.extend([(size & 0x7f) as u8 | 0x80, (size >> 7) as u8]);
        for n in children {
            bytes.extend([0x55, n << 1, 0]);
        }
        bytes.push(0);
        file(&bytes)
    }

    #[test]
    fn a_whole_footer_passes() {
        assert!(footer(&schema(&[2, 0, 1, 0])).is_some());
        assert!(footer(&file(&[0])).is_some());
    }

    #[test]
    fn sizes_that_are_not_there_are_refused() {
        assert!(footer(b"PAR1").is_none());
        assert!(footer(b"\xff\xff\xff\xffPAR1").is_none());
        // A list of 2^31 truth values, a list of 2^31 bytes, a text of 2^31 bytes, a map.
        for field in [[0x19, 0xf1].as_slice(), &[0x19, 0xf3], &[0x18], &[0x1b]] {
            let metadata = [field, &[0x80, 0x80, 0x80, 0x80, 0x08, 0]].concat();
            assert!(footer(&file(&metadata)).is_none(), "{field:?}");
        }
        // More children than nodes; nesting without end; structures without end.
        assert!(footer(&schema(&[60, 0])).is_none());
        assert!(footer(&schema(&[1; 1000])).is_none());
        assert!(footer(&file(&[0x1c; 1000])).is_none());
    }

    #[test]
    fn pages_add_up_and_stay_in_their_chunk() {
        // {2: 100, 3: 4} and four bytes, twice.
        let chunk = [0x25, 0xc8, 0x01, 0x15, 0x08, 0, 1, 2, 3, 4].repeat(2);
        let unpacked = |file: &[u8], at| {
            pages(file, at).map(|pages| pages.iter().map(|page| page.unpacked).sum::<u64>())
        };
        assert_eq!(unpacked(&chunk, (0, 20)), Some(200));
        assert_eq!(unpacked(&chunk, (0, 19)), None);
        assert_eq!(unpacked(&chunk, (1, 20)), None);
        assert_eq!(unpacked(&chunk, (u64::MAX, 2)), None);
        assert_eq!(unpacked(&[0x25, 0x01, 0x15, 0x08, 0, 1, 2, 3, 4], (0, 9)), None);
        // {2: 100, 3: 4, 8: {5: 1, 6: 2, 7: false}}
        let page = [0x25, 0xc8, 0x01, 0x15, 0x08, 0x5c, 0x55, 2, 0x15, 4, 0x12, 0, 0, 1, 2, 3, 4];
        let found = pages(&page, (0, 17)).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].levels, found[0].compressed, found[0].stored),
            (3, false, [1, 2, 3, 4].as_slice())
        );
    }

    #[test]
    fn integers_end() {
        assert_eq!(varint(&mut [0xac, 0x02].as_slice()), Some(300));
        assert_eq!(varint(&mut [0xff; 20].as_slice()), None);
        assert_eq!(varint(&mut [0x80].as_slice()), None);
    }
}
