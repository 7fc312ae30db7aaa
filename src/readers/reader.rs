//! What a format implements to be read.

use super::{Content, Format, ReadOptions, Reading};
use crate::domain::Diagnostic;

/// One format: tells whether bytes are in it, and reads them.
pub trait Reader: Sync {
    /// Its name.
    fn format(&self) -> Format;

    /// Whether a file that begins so looks like this format. `head` is the first mebibyte, or all of
    /// a smaller file. May answer yes for a file that [`Reader::read`] then refuses.
    fn sniff(&self, head: &[u8]) -> bool;

    /// Whether a file that begins so, and that [`Reader::sniff`] took for this format, is a run beyond doubt: then an
    /// error may quote it. Any file may be named as a run, also one that holds keys, so a format whose `sniff` is not
    /// particular looks for the fields of a run here.
    fn recognises(&self, head: &[u8]) -> bool {
        self.sniff(head)
    }

    /// Which files of a folder with these names hold a run of this format. Only formats whose tools
    /// write a folder for each run know one.
    fn in_folder<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        let _ = names;
        Vec::new()
    }

    /// Whether a field that is asked for ([`ReadOptions::id`]) may name the items.
    fn takes_id(&self) -> bool {
        false
    }

    /// Reads the one run that the options choose.
    ///
    /// # Errors
    /// A diagnostic whose place lies inside the file (`items[41].score`); the caller puts the file
    /// before it with [`Diagnostic::within`].
    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic>;
}
