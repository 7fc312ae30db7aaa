//! The plain definitions that readings and numbers are held against: short, slow, and written apart from the library.

use serde_json::Value;

/// A row as another reading has it: item, epoch, score; `None` where it has no finite number.
pub type PlainRow = (String, u64, Option<f64>);

/// The lines that hold anything, as people count them.
pub fn lines(data: &[u8]) -> usize {
    let blank = |line: &&[u8]| !line.iter().all(|byte| b" \t\r\n".contains(byte));
    let text = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    text.split(|byte| *byte == b'\n').filter(blank).count()
}

/// A JSON file, where another parser takes it as strict JSON.
pub fn json(data: &[u8]) -> Option<Value> {
    let text = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    serde_json::from_slice(text).ok()
}

/// JSON as Python writes it: `NaN` and the infinities outside strings become null, and a number that no double holds
/// does. Nothing else is changed.
pub fn python_json(data: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(data).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let end = string_end(rest)?;
            out.push_str(rest.get(..end)?);
            rest = rest.get(end..)?;
        } else if first.is_ascii_alphanumeric() || first == '-' || first == '+' {
            let more = |c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c));
            let (token, after) = rest.split_at(rest.find(more).unwrap_or(rest.len()));
            let never = matches!(token, "NaN" | "Infinity" | "-Infinity");
            let too_large =
                || token.parse::<f64>().is_ok_and(f64::is_infinite) && !token.contains(['n', 'f', 'N']);
            out.push_str(if never || too_large() { "null" } else { token });
            rest = after;
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..)?;
        }
    }
    serde_json::from_str(&out).ok()
}

/// Where the string that a text begins with ends, behind its closing mark.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = true;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A name: a text, or a whole number as its digits.
pub fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

/// A score: a number, or true and false as 1 and 0.
pub fn score(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Bool(yes) => Some(if *yes { 1.0 } else { 0.0 }),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
    .filter(|number| number.is_finite())
    .map(|number| number + 0.0)
}

/// The rows of a RunFrame by its definition.
pub fn runframe_rows(run: &Value) -> Option<Vec<PlainRow>> {
    let items = run.get("items")?.as_array()?;
    let row = |item: &Value| {
        let epoch = item.get("epoch").and_then(Value::as_u64).unwrap_or(0);
        Some((name(item.get("item_id")?)?, epoch, score(item.get("score"))))
    };
    items.iter().map(row).collect()
}
