//! How messages name a row. Which line it began on is kept only where it is not the line after the row before.

/// How messages name a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::readers) enum RowsBy {
    /// By its line.
    Line,
    /// By its place in a list, from 0.
    Index,
    /// By its number in a sheet.
    Row,
}

impl RowsBy {
    /// The place of a row.
    pub(super) fn place(self, row: u64) -> String {
        match self {
            Self::Line => format!("line {row}"),
            Self::Index => format!("[{row}]"),
            Self::Row => format!("row {row}"),
        }
    }
}

/// Lines by row.
#[derive(Debug, Default)]
pub(super) struct LineNumbers(Vec<(usize, u64)>);

impl LineNumbers {
    /// Takes note of the line of the next row.
    pub(super) fn push(&mut self, row: usize, line: u64) {
        if row == 0 || self.of(row) != line {
            self.0.push((row, line));
        }
    }

    /// The line of a row.
    pub(super) fn of(&self, row: usize) -> u64 {
        let next = match self.0.last() {
            Some((from, _)) if *from <= row => self.0.len(),
            _ => self.0.partition_point(|(from, _)| *from <= row),
        };
        let (from, line) = next.checked_sub(1).and_then(|at| self.0.get(at)).copied().unwrap_or((0, 1));
        line + (row - from) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::LineNumbers;

    #[test]
    fn every_row_has_the_line_it_was_given() {
        let given = [2, 3, 5, 6, 7, 11, 12, 20];
        let mut lines = LineNumbers::default();
        given.iter().enumerate().for_each(|(row, line)| lines.push(row, *line));
        assert_eq!((0..given.len()).map(|row| lines.of(row)).collect::<Vec<_>>(), given);
        assert_eq!(lines.0.len(), 4);
    }
}
