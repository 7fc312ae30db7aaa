//! Where the bytes of a run come from. `edge/` opens files; a reader asks for as much as it needs.

use std::io::{self, Cursor, Read, Seek};

use crate::domain::Diagnostic;

/// Bytes that are read from any place on.
pub trait Stream: Read + Seek {}

impl<T: Read + Seek> Stream for T {}

/// An open file. It may be handed to another thread, which then is the one that reads it.
pub trait Source: Send {
    /// Its path, as people name it.
    fn path(&self) -> &str;

    /// Its length in bytes when it was opened.
    fn size(&self) -> u64;

    /// Its bytes from the start; every stream has a place of its own.
    fn stream(&self) -> Box<dyn Stream + '_>;

    /// Takes these bytes of it to where nobody else can change them, to be read in any order: in
    /// memory, unless the place has more room.
    ///
    /// # Errors
    /// Those of the bytes, and of the place that they are kept in.
    fn private_copy(&self, bytes: &mut dyn Read) -> io::Result<Box<dyn Stream>> {
        let mut copy = Vec::new();
        bytes.read_to_end(&mut copy)?;
        Ok(Box::new(Cursor::new(copy)))
    }

    /// Whether nothing shows that its bytes changed since it was opened.
    fn is_unchanged(&self) -> bool;

    /// The folder it lies in, where it lies in one.
    fn folder(&self) -> Option<&dyn Folder>;
}

/// A folder that holds a run: one file of scores, and others that tell of them.
pub trait Folder: Send {
    /// Its path, as people name it.
    fn path(&self) -> &str;

    /// The names of what lies in it, in ascending order.
    ///
    /// # Errors
    /// `file-unreadable`.
    fn names(&self) -> Result<Vec<String>, Diagnostic>;

    /// A folder that lies in it; `None` where the name leads to none, or folders in folders are not looked into.
    fn folder(&self, name: &str) -> Option<Box<dyn Folder>> {
        let _ = name;
        None
    }

    /// Opens a file that lies in it, under the same rules as a file that was named by a person.
    ///
    /// # Errors
    /// `file-unreadable`, with the path as the place; also where the name leads elsewhere.
    fn open(&self, name: &str) -> Result<Box<dyn Source>, Diagnostic>;
}

/// What a path names: a run file, or a folder in which a tool wrote one run.
pub enum FileOrFolder {
    /// A file.
    File(Box<dyn Source>),
    /// A folder.
    Folder(Box<dyn Folder>),
}

/// Bytes that are in memory already.
pub struct InMemory<B> {
    /// Where they came from.
    pub path: String,
    /// The bytes.
    pub bytes: B,
}

impl<B: AsRef<[u8]> + Send> Source for InMemory<B> {
    fn path(&self) -> &str {
        &self.path
    }

    fn size(&self) -> u64 {
        self.bytes.as_ref().len() as u64
    }

    fn stream(&self) -> Box<dyn Stream + '_> {
        Box::new(Cursor::new(self.bytes.as_ref()))
    }

    fn is_unchanged(&self) -> bool {
        true
    }

    fn folder(&self) -> Option<&dyn Folder> {
        None
    }
}
