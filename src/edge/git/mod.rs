//! Trails and the files of commits in git, read through the `git` program.

mod cat_file;
mod commit_trail;
mod history;
mod objects;
mod repository;
mod tree_steps;
mod work_tree_trail;

pub(super) use commit_trail::CommitTrail;
pub(super) use objects::GitObjects;
pub(super) use repository::{Repository, RepositoryError, can_be_revision};
pub(super) use work_tree_trail::WorkTreeTrail;
