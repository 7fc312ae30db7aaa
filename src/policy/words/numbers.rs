//! Numbers inside sentences.

pub(in crate::policy) use crate::domain::number_format::plain as points;

/// `1 task`, `3 tasks`.
pub(in crate::policy) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::{count, points};

    #[test]
    fn numbers_read_as_written() {
        assert_eq!(
            [0.05, 0.05 / 3.0, 1e-7, 0.0, 50.0].map(points),
            ["0.05", "0.016666667", "1e-7", "0", "50"]
        );
        assert_eq!([count(1, "task"), count(3, "task")], ["1 task", "3 tasks"]);
    }
}
