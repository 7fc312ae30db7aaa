//! A disk with a cache, as a power cut finds it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::calls::Call;

/// What a power cut leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Only names and bytes that were flushed.
    Lost,
    /// All names, and of the files the bytes that were flushed.
    Hollowed,
}

/// The folder of a session, and nothing else.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    nodes: Vec<Node>,
    /// Open files: node and position.
    open: BTreeMap<i64, (usize, usize)>,
}

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, flushed: Vec<u8> },
    Folder { names: BTreeMap<String, usize>, flushed: BTreeMap<String, usize> },
}

const ROOT: usize = 0;

impl Disk {
    /// A folder all of which is flushed.
    pub(super) fn of(folder: &Path) -> Self {
        let mut disk = Self { folder: folder.to_path_buf(), nodes: Vec::new(), open: BTreeMap::new() };
        disk.take(folder);
        disk
    }

    fn take(&mut self, path: &Path) -> usize {
        let at = self.nodes.len();
        if path.is_dir() {
            self.nodes.push(Node::Folder { names: BTreeMap::new(), flushed: BTreeMap::new() });
            let mut names = BTreeMap::new();
            for entry in fs::read_dir(path).unwrap() {
                let entry = entry.unwrap();
                names.insert(entry.file_name().into_string().unwrap(), self.take(&entry.path()));
            }
            self.nodes[at] = Node::Folder { flushed: names.clone(), names };
        } else {
            let bytes = fs::read(path).unwrap();
            self.nodes.push(Node::File { flushed: bytes.clone(), bytes });
        }
        at
    }

    /// Carries a call out; whether it changed what a power cut would leave.
    pub(super) fn play(&mut self, call: &Call) -> bool {
        if !call.succeeded() {
            return false;
        }
        let result = call.result.unwrap();
        let inside = call.within(&self.folder);
        match call.name.as_str() {
            "open" | "openat" | "openat2" | "creat" => {
                self.open.remove(&result);
                inside && self.open_file(call, result)
            }
            _ if !inside => false,
            "mkdir" | "mkdirat" => {
                let node = Node::Folder { names: BTreeMap::new(), flushed: BTreeMap::new() };
                self.put(&call.paths[0], node);
                true
            }
            "write" => {
                let (node, position) = self.open[&call.descriptor(0).unwrap()];
                let written = usize::try_from(result).unwrap();
                self.overwrite(node, position, &call.bytes(1)[..written]);
                self.open.insert(call.descriptor(0).unwrap(), (node, position + written));
                true
            }
            "lseek" => {
                let descriptor = call.descriptor(0).unwrap();
                if let Some((_, position)) = self.open.get_mut(&descriptor) {
                    *position = usize::try_from(result).unwrap();
                }
                false
            }
            "ftruncate" => {
                let (node, _) = self.open[&call.descriptor(0).unwrap()];
                let Node::File { bytes, .. } = &mut self.nodes[node] else { panic!("{call:?}") };
                bytes.resize(call.arguments[1].parse().unwrap(), 0);
                true
            }
            "fsync" | "fdatasync" => {
                let (node, _) = self.open[&call.descriptor(0).unwrap()];
                match &mut self.nodes[node] {
                    Node::File { bytes, flushed } => flushed.clone_from(bytes),
                    Node::Folder { names, flushed } => flushed.clone_from(names),
                }
                true
            }
            "rename" | "renameat" | "renameat2" => {
                let node = self.remove(&call.paths[0]);
                self.link(&call.paths[1], node);
                true
            }
            "link" | "linkat" => {
                let node = match call.paths[0].strip_prefix("/proc/self/fd") {
                    Ok(descriptor) => self.open[&descriptor.to_str().unwrap().parse().unwrap()].0,
                    Err(_) => self.find(&call.paths[0]).unwrap(),
                };
                self.link(&call.paths[1], node);
                true
            }
            "unlink" | "unlinkat" | "rmdir" => {
                self.remove(&call.paths[0]);
                true
            }
            "flock" | "chmod" | "fchmod" | "fchmodat" | "chown" | "lchown" | "fchown" | "fchownat" => false,
            _ => panic!("the model of a disk knows nothing of {call:?}"),
        }
    }

    fn open_file(&mut self, call: &Call, descriptor: i64) -> bool {
        let path = call.opened.clone().unwrap();
        let (node, created) = match self.find(&path) {
            Some(node) => (node, false),
            None if call.says("O_CREAT") || call.name == "creat" => {
                (self.put(&path, Node::File { bytes: Vec::new(), flushed: Vec::new() }), true)
            }
            // A file without a name.
            None if call.says("O_TMPFILE") => {
                self.nodes.push(Node::File { bytes: Vec::new(), flushed: Vec::new() });
                (self.nodes.len() - 1, false)
            }
            None => panic!("{call:?} opened what is not there"),
        };
        let mut position = 0;
        if let Node::File { bytes, .. } = &mut self.nodes[node] {
            if call.says("O_TRUNC") {
                bytes.clear();
            }
            if call.says("O_APPEND") {
                position = bytes.len();
            }
        }
        self.open.insert(descriptor, (node, position));
        created || call.says("O_TRUNC")
    }

    fn overwrite(&mut self, node: usize, position: usize, written: &[u8]) {
        let Node::File { bytes, .. } = &mut self.nodes[node] else { panic!("a write to a folder") };
        let end = position + written.len();
        bytes.resize(bytes.len().max(end), 0);
        bytes[position..end].copy_from_slice(written);
    }

    /// The node of a path.
    fn find(&self, path: &Path) -> Option<usize> {
        let mut at = ROOT;
        for name in path.strip_prefix(&self.folder).ok()? {
            let Node::Folder { names, .. } = &self.nodes[at] else { return None };
            at = *names.get(name.to_str()?)?;
        }
        Some(at)
    }

    fn names_of(&mut self, path: &Path) -> (&mut BTreeMap<String, usize>, String) {
        let parent = self.find(path.parent().unwrap()).unwrap_or_else(|| panic!("{path:?} has no folder"));
        let Node::Folder { names, .. } = &mut self.nodes[parent] else { panic!("{path:?} lies in a file") };
        (names, path.file_name().unwrap().to_str().unwrap().to_owned())
    }

    fn put(&mut self, path: &Path, node: Node) -> usize {
        self.nodes.push(node);
        let at = self.nodes.len() - 1;
        self.link(path, at);
        at
    }

    fn link(&mut self, path: &Path, node: usize) {
        let (names, name) = self.names_of(path);
        names.insert(name, node);
    }

    fn remove(&mut self, path: &Path) -> usize {
        let (names, name) = self.names_of(path);
        names.remove(&name).unwrap_or_else(|| panic!("{path:?} is not there"))
    }

    /// The paths of all files and folders.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.walk(ROOT, String::new(), Cut::Hollowed, &mut |path, _| {
            found.insert(path.to_owned());
        });
        found
    }

    /// Makes the folder that a power cut leaves.
    pub(super) fn spread(&self, cut: Cut, target: &Path) {
        self.walk(ROOT, String::new(), cut, &mut |path, bytes| match bytes {
            Some(bytes) => fs::write(target.join(path), bytes).unwrap(),
            None => fs::create_dir_all(target.join(path)).unwrap(),
        });
    }

    /// Says path and flushed bytes of each file, and each folder before what is in it.
    fn walk(&self, at: usize, path: String, cut: Cut, say: &mut impl FnMut(&str, Option<&[u8]>)) {
        match &self.nodes[at] {
            Node::File { flushed, .. } => say(&path, Some(flushed)),
            Node::Folder { names, flushed } => {
                say(&path, None);
                let kept = if cut == Cut::Lost { flushed } else { names };
                for (name, node) in kept {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
                    self.walk(*node, path, cut, say);
                }
            }
        }
    }
}
