//! One record, one line.

use std::borrow::Cow;

/// A JSON text on a line of its own, with the line feed. All bytes stay but space around it and line breaks in it.
///
/// Readers of JSON lines, Athena's among them, take one value of a line: a record without a line feed hides the next one,
/// and a record of several lines is none.
///
/// `json` must be valid JSON: only there is a line break never part of a string.
pub(crate) fn one_line(json: &str) -> Cow<'_, [u8]> {
    let trimmed = json.trim_ascii();
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if !trimmed.bytes().any(|byte| is_break(&byte)) {
        if let Some(line) = json.strip_suffix('\n')
            && line.len() == trimmed.len()
        {
            return Cow::Borrowed(json.as_bytes());
        }
        return Cow::Owned([trimmed.as_bytes(), b"\n"].concat());
    }
    // Whole lines go, with the indentation after them.
    let mut line = Vec::with_capacity(trimmed.len());
    for part in trimmed.as_bytes().split(is_break) {
        line.extend_from_slice(part.trim_ascii());
    }
    line.push(b'\n');
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let value = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).unwrap();
        let line = one_line(json);
        assert_eq!(std::str::from_utf8(&line).unwrap(), expected);
        assert_eq!(value(&line), value(json.as_bytes()));
        assert!(line.len() <= json.len() + 1);
    }

    #[test]
    fn a_line_keeps_its_bytes() {
        check(r#"{"a" : 1.50,"b":"\u00e9 \n"}"#, "{\"a\" : 1.50,\"b\":\"\\u00e9 \\n\"}\n");
        check("{\"a\":1}\n", "{\"a\":1}\n");
        check(" {\"a\":1}\r\n\n", "{\"a\":1}\n");
    }

    #[test]
    fn several_lines_become_one() {
        check("{\n  \"a\": [\r\n    1,\n    2\n  ],\n\n  \"b\": \"x  y\"\n}\n", "{\"a\": [1,2],\"b\": \"x  y\"}\n");
    }
}
