//! Rows of cells as lines, each column as wide as its widest cell; where a line would be wider than the terminal, a
//! block of labelled lines for each row.
//!
//! Not the crate `comfy-table`: it pads the last column, styles cells by a terminal library of its own, and
//! would replace fifteen lines.

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::layout::wrapped;
use super::screen::Width;

/// Blanks between columns, and between the labels of a block and what they say.
const GAP: usize = 2;

/// Rows, the heading first, whose cells are safe already. `style` is that of a cell, by its column and its text.
pub(super) fn lines(rows: &[Vec<String>], style: &dyn Fn(usize, &str) -> Style, width: Width) -> Vec<String> {
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len))
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    let whole = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    match rows.split_first() {
        Some((heading, rows)) if !width.fits(whole) => blocks(heading, rows, style, width),
        _ => rows.iter().map(|row| line(row, &widths, style)).collect(),
    }
}

fn line(row: &[String], widths: &[usize], style: &dyn Fn(usize, &str) -> Style) -> String {
    let mut text = String::new();
    let last = row.len().saturating_sub(1);
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        let style = style(column, cell);
        text.push_str(&format!("{style}{cell}{style:#}"));
        if column < last {
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + GAP));
        }
    }
    text
}

/// A block a row, with an empty line between two; a cell that says nothing has no line.
fn blocks(
    heading: &[String],
    rows: &[Vec<String>],
    style: &dyn Fn(usize, &str) -> Style,
    width: Width,
) -> Vec<String> {
    let label = heading.iter().map(|name| name.width()).max().unwrap_or(0) + GAP;
    let mut out = Vec::new();
    for row in rows {
        if !out.is_empty() {
            out.push(String::new());
        }
        for (column, (name, cell)) in heading.iter().zip(row).enumerate() {
            if cell.is_empty() || cell == "-" {
                continue;
            }
            let style = style(column, cell);
            let first = format!("{name}{}", " ".repeat(label.saturating_sub(name.width())));
            out.extend(wrapped(&format!("{style}{cell}{style:#}"), width, &first, &" ".repeat(label)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use anstyle::Style;
    use unicode_width::UnicodeWidthStr as _;

    use super::lines;
    use crate::present::screen::Width;

    fn table(width: Width) -> Vec<String> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let file = format!("runs/{}.parquet", "0123456789".repeat(6));
        let rows = [
            row(["TIME", "MODEL", "DELTA", "FILE"]),
            row(["2026-01-01T00:00:00Z", "模型模型", "-", &file]),
            row(["2026-01-02T00:00:00Z", "b", "+0.0200", "-"]),
        ];
        lines(&rows, &|_, _| Style::new(), width)
    }

    #[test]
    fn a_row_that_does_not_fit_becomes_a_block_of_labelled_lines() {
        let whole = table(Width::Pipe);
        let widest = whole.iter().map(|line| line.width()).max().unwrap();
        assert_eq!((whole.len(), widest), (3, 20 + 2 + 8 + 2 + 7 + 2 + 73));
        assert_eq!(table(Width::Terminal(140)), whole);
        for columns in [60, 80, 100] {
            let blocks = table(Width::Terminal(columns));
            assert!(blocks.iter().all(|line| line.width() <= columns.into()), "{columns}: {blocks:#?}");
            assert!(blocks.contains(&"MODEL  模型模型".to_owned()), "{blocks:#?}");
            assert!(blocks.contains(&"DELTA  +0.0200".to_owned()), "{blocks:#?}");
            // What a row does not say takes no line; an empty one stands between two rows.
            let labels = blocks.iter().filter(|line| line.starts_with("DELTA")).count();
            assert_eq!((labels, blocks.iter().filter(|line| line.is_empty()).count()), (1, 1));
        }
    }
}
