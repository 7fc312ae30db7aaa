//! The cells of a row, by what they are for.

use super::super::fingerprint;
use super::super::labels::{Found, Labels};
use super::super::scalar::Scalar;
use super::columns::{Asked, ColumnRole, Columns, ItemText, NAMES};
use crate::domain::{Diagnostic, Score, Unscored};

/// One value of a row.
pub(in crate::readers) trait Cell {
    /// The value as it is.
    fn scalar(&self) -> Scalar<'_>;

    /// The value as it is, but digits as a number.
    fn whole(&self) -> Scalar<'_> {
        self.scalar()
    }

    /// The fingerprint of the value; 0 where there is none.
    fn fingerprint(&self) -> u64 {
        fingerprint::of_text(&fingerprint::of_scalar(&self.scalar()))
    }

    /// The text, where the value is a number that is written as one.
    fn quoted_number(&self) -> Option<&str> {
        None
    }

    /// The value as a score.
    fn score(&self) -> Result<Score, Unscored>;

    /// The fields that hold cluster and slice, where the value is an object.
    fn labels<'o>(&self, clusters: &mut Labels<'o>, slices: &mut Labels<'o>) -> Found<'_> {
        let _ = (clusters, slices);
        [None, None]
    }
}

/// The cells of a row by what they are for.
pub(super) struct CellsByRole<'r, C> {
    pub(super) names: [Option<&'r C>; NAMES.len()],
    pub(super) id: Option<(usize, usize, &'r C)>,
    pub(super) cluster: Option<(usize, usize, &'r C)>,
    pub(super) slice: Option<(usize, &'r C)>,
    pub(super) epoch: Option<&'r C>,
    pub(super) metadata: Option<&'r C>,
    pub(super) target: Option<(usize, &'r C)>,
    pub(super) input: Option<(usize, &'r C)>,
    pub(super) values: Vec<(usize, &'r C)>,
}

/// Sorts the cells of the next row.
///
/// # Errors
/// As [`Columns::find`].
pub(super) fn sort<'r, N: AsRef<str>, C: Cell>(
    columns: &mut Columns,
    asked: &Asked<'_>,
    row: &'r [(N, C)],
) -> Result<CellsByRole<'r, C>, Diagnostic> {
    let values = Vec::with_capacity(row.len());
    let mut sorted = CellsByRole {
        names: [None; NAMES.len()],
        id: None,
        cluster: None,
        slice: None,
        epoch: None,
        metadata: None,
        target: None,
        input: None,
        values,
    };
    let better = |kept: &Option<(usize, usize, &'r C)>, rank| kept.is_none_or(|(best, ..)| rank < best);
    columns.next_row();
    for (at, (name, cell)) in row.iter().enumerate() {
        let (column, role, text) = columns.find(at, name.as_ref(), asked)?;
        if columns.is_slice(column) {
            sorted.slice = Some((column, cell));
        }
        match text {
            ItemText::Target(rank) if sorted.target.is_none_or(|(best, _)| rank < best) => {
                sorted.target = Some((rank, cell));
            }
            ItemText::Input(rank) if sorted.input.is_none_or(|(best, _)| rank < best) => {
                sorted.input = Some((rank, cell));
            }
            _ => {}
        }
        match role {
            ColumnRole::Id(rank) if better(&sorted.id, rank) => sorted.id = Some((rank, column, cell)),
            ColumnRole::Cluster(rank) if better(&sorted.cluster, rank) => {
                sorted.cluster = Some((rank, column, cell));
            }
            ColumnRole::Name(index) => {
                if let Some(slot) = sorted.names.get_mut(index) {
                    *slot = Some(cell);
                }
            }
            ColumnRole::Epoch => sorted.epoch = Some(cell),
            ColumnRole::Metadata => sorted.metadata = Some(cell),
            ColumnRole::Value => sorted.values.push((column, cell)),
            ColumnRole::Id(_) | ColumnRole::Cluster(_) | ColumnRole::Unread => {}
        }
    }
    Ok(sorted)
}
