//! Values out of bytes: what a property needs beside the bytes themselves is drawn from their beginning.

use super::poison::Of;

/// Bytes that are used up from the front. When none are left every value is zero or empty.
pub(super) struct Draw<'a>(&'a [u8]);

impl<'a> Draw<'a> {
    pub(super) fn of(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `end`, which is at least 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let number = if end <= 256 {
            usize::from(self.byte())
        } else {
            usize::from(self.byte()) << 8 | usize::from(self.byte())
        };
        number % end.max(1)
    }

    /// One decision in four is about a suite: they are large.
    pub(super) fn of_what(&mut self) -> Of {
        if self.below(4) == 0 { Of::Suite } else { Of::Pair }
    }

    /// What is left, as text: broken UTF-8 is mended.
    pub(super) fn rest(self) -> String {
        String::from_utf8_lossy(self.0).into_owned()
    }
}
