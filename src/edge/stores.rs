//! Run stores by the name of their root.

use super::store_dir::StoreDir;
use crate::commands;
use crate::domain::{Code, Diagnostic};
use crate::store::Place;

/// Folders, and buckets by their URL.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stores;

impl commands::Stores for Stores {
    fn open(&self, root: &str) -> Result<Box<dyn Place + '_>, Diagnostic> {
        if root.contains("://") {
            return Err(Code::BadUsage.at("--store").what(format!("is {root:?}, expected a folder")));
        }
        Ok(Box::new(StoreDir::at(root)))
    }
}
