//! Files that tell how much of them was read.

use std::io::{Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use crate::commands::Files;
use crate::commands::progress::{Progress, Stage, Whole};
use crate::domain::Diagnostic;
use crate::readers::{FileOrFolder, Folder, Source, Stream};

/// Files whose reading is shown.
pub struct WatchedFiles<'a> {
    files: &'a dyn Files,
    progress: Arc<dyn Progress>,
}

impl<'a> WatchedFiles<'a> {
    /// The same files.
    #[must_use]
    pub fn new(files: &'a dyn Files, progress: &Arc<dyn Progress>) -> Self {
        Self { files, progress: Arc::clone(progress) }
    }
}

impl Files for WatchedFiles<'_> {
    fn open(&self, path: &str) -> std::result::Result<FileOrFolder, Diagnostic> {
        // A pipe is read to its end before it is opened, and nobody knows how long it is.
        let _stage = self.progress.begin(&format!("reading {path}"), Whole::Unknown);
        Ok(match self.files.open(path)? {
            FileOrFolder::File(source) => FileOrFolder::File(watched(source, &self.progress)),
            FileOrFolder::Folder(folder) => {
                FileOrFolder::Folder(Box::new(WatchedFolder { folder, progress: Arc::clone(&self.progress) }))
            }
        })
    }

    fn exists(&self, path: &str) -> bool {
        self.files.exists(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        self.files.is_folder(path)
    }

    fn matching(&self, pattern: &str) -> std::result::Result<Vec<String>, Diagnostic> {
        self.files.matching(pattern)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> std::result::Result<(), Diagnostic> {
        self.files.write(path, bytes)
    }

    fn current(&self, path: &str) -> std::result::Result<Option<Vec<u8>>, Diagnostic> {
        self.files.current(path)
    }

    fn replace(
        &self,
        path: &str,
        before: Option<&[u8]>,
        bytes: &[u8],
    ) -> std::result::Result<bool, Diagnostic> {
        self.files.replace(path, before, bytes)
    }
}

struct WatchedFolder {
    folder: Box<dyn Folder>,
    progress: Arc<dyn Progress>,
}

impl Folder for WatchedFolder {
    fn path(&self) -> &str {
        self.folder.path()
    }

    fn names(&self) -> std::result::Result<Vec<String>, Diagnostic> {
        self.folder.names()
    }

    fn folder(&self, name: &str) -> Option<Box<dyn Folder>> {
        let folder = self.folder.folder(name)?;
        Some(Box::new(WatchedFolder { folder, progress: Arc::clone(&self.progress) }))
    }

    fn open(&self, name: &str) -> std::result::Result<Box<dyn Source>, Diagnostic> {
        Ok(watched(self.folder.open(name)?, &self.progress))
    }
}

fn watched(source: Box<dyn Source>, progress: &Arc<dyn Progress>) -> Box<dyn Source> {
    Box::new(WatchedSource { source, progress: Arc::clone(progress) })
}

struct WatchedSource {
    source: Box<dyn Source>,
    progress: Arc<dyn Progress>,
}

impl Source for WatchedSource {
    fn path(&self) -> &str {
        self.source.path()
    }

    fn size(&self) -> u64 {
        self.source.size()
    }

    fn stream(&self) -> Box<dyn Stream + '_> {
        Box::new(WatchedStream { stream: self.source.stream(), source: self, stage: None })
    }

    fn private_copy(&self, bytes: &mut dyn Read) -> Result<Box<dyn Stream>> {
        self.source.private_copy(bytes)
    }

    fn is_unchanged(&self) -> bool {
        self.source.is_unchanged()
    }

    fn folder(&self) -> Option<&dyn Folder> {
        self.source.folder()
    }
}

/// Bytes that are counted while they are read. The stage begins with the first of them: many streams are opened for
/// a look at the head.
struct WatchedStream<'a> {
    stream: Box<dyn Stream + 'a>,
    source: &'a WatchedSource,
    stage: Option<Box<dyn Stage>>,
}

impl Read for WatchedStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let length = self.stream.read(buffer)?;
        let source = self.source;
        let stage = self.stage.get_or_insert_with(|| {
            source.progress.begin(&format!("reading {}", source.path()), Whole::Bytes(source.size()))
        });
        stage.advance(length as u64);
        Ok(length)
    }
}

impl Seek for WatchedStream<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.stream.seek(to)
    }
}
