//! Numbers as people read them, the same in every output and every locale.

/// A signed difference in score units: `+0.0232`; tiny ones as `+3.1e-7` rather than `+0.0000`.
#[must_use]
pub fn signed(value: f64) -> String {
    match value {
        v if v.is_infinite() => if v > 0.0 { "unbounded above" } else { "unbounded below" }.into(),
        0.0 => "0".into(),
        v if v.abs() < 0.001 => format!("{v:+.1e}"),
        v => format!("{v:+.4}"),
    }
}

/// A number as people write it, with up to nine decimals: `0.05`, `50`, `1e-7`.
#[must_use]
pub fn plain(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        format!("{value:e}")
    } else {
        format!("{}", (value * 1e9).round() / 1e9)
    }
}

/// A p-value: `0.0312`, `3.5e-9`; never a bare 0 for a number that is not.
#[must_use]
pub fn p_value(value: f64) -> String {
    if value != 0.0 && value < 0.001 { format!("{value:.1e}") } else { format!("{value:.4}") }
}

/// A share as a percentage: `95 %`, `97.5 %`, `12.3 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let tenths = (share * 1000.0).round() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

/// A count with thousands separated: `12,032`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, p_value, percent, signed};

    #[test]
    fn numbers_read_well() {
        assert_eq!([signed(0.023_188), signed(-3.14e-7), signed(-0.0)], ["+0.0232", "-3.1e-7", "0"]);
        assert_eq!([p_value(3.55e-9), p_value(0.05), p_value(1.0)], ["3.5e-9", "0.0500", "1.0000"]);
        assert_eq!([percent(0.95), percent(0.975), percent(0.0)], ["95 %", "97.5 %", "0 %"]);
        assert_eq!(
            [count(7), count(1000), count(12_032), count(1_234_567)],
            ["7", "1,000", "12,032", "1,234,567"]
        );
    }
}
