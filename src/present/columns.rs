//! Rows of cells as lines, each column as wide as its widest cell.
//!
//! Not the crate `comfy-table`: it pads the last column, styles cells by a terminal library of its own, and
//! would replace fifteen lines.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

/// One line a row, two blanks between columns. `style` is that of a cell, by its column and its text.
pub(super) fn lines(rows: &[Vec<String>], style: &dyn Fn(usize, &str) -> Style) -> Vec<String> {
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len))
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &Vec<String>| {
        let mut text = String::new();
        let last = row.len().saturating_sub(1);
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let style = style(column, cell);
            text.push_str(&format!("{style}{cell}{style:#}"));
            if column < last {
                text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
            }
        }
        text
    };
    rows.iter().map(line).collect()
}
