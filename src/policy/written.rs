//! Texts as a policy is written by a program.

use super::texts::is_text;

/// A text as a value of a policy: bare where every parser of YAML takes it for a text, else in double quotes.
#[must_use]
pub fn written(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if is_text(text) && text.chars().all(safe) && text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return text.to_owned();
    }
    // A text of JSON is one of YAML. What cannot be seen is escaped, which JSON leaves to the writer.
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if super::yaml::misleads(c) || !c.is_ascii() => {
                let mut units = [0; 2];
                out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn texts_are_quoted_where_they_would_be_taken_for_something_else() {
        for (text, expected) in [
            ("mmlu-pro", "mmlu-pro"),
            ("runs/a b.json", "\"runs/a b.json\""),
            ("010", "\"010\""),
            ("off", "\"off\""),
            ("store:x", "\"store:x\""),
            ("a\"b\\", r#""a\"b\\""#),
            ("a\nb", r#""a\u000ab""#),
        ] {
            assert_eq!(written(text), expected);
        }
    }
}
