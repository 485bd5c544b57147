//! Strings in a JSON text.

/// A JSON text in which every string and number that is named has become `null`; the names of members, which cannot, an
/// empty string. All other bytes stay.
pub(super) fn blanked(json: &[u8], is_named: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        let end = match byte {
            b'"' => end_of_string(json, at),
            b'-' | b'0'..=b'9' => {
                at + 1 + json[at + 1..].iter().take_while(|byte| b"+-.eE0123456789".contains(byte)).count()
            }
            _ => {
                out.push(*byte);
                at += 1;
                continue;
            }
        };
        let token = &json[at..end];
        let text = match serde_json::from_slice(token) {
            Ok(serde_json::Value::String(text)) => text,
            _ => String::from_utf8_lossy(token).into_owned(),
        };
        let is_member = json[end..].trim_ascii_start().first() == Some(&b':');
        out.extend_from_slice(match (is_named(&text), is_member) {
            (false, _) => token,
            (true, true) => b"\"\"",
            (true, false) => b"null",
        });
        at = end;
    }
    out
}

/// The byte after the string that begins at a quotation mark.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_goes() {
        let json = r#"{ "a" : "x-1", "b":["x-1", "y\"x-1"], "x-1": {"c":"\u0078-1"}, "n": 17, "m":-1.50e3,"k":"x" }"#;
        let expected = r#"{ "a" : null, "b":[null, null], "": {"c":null}, "n": null, "m":-1.50e3,"k":"x" }"#;
        let out = blanked(json.as_bytes(), |text| text.contains("x-1") || text == "17");
        assert_eq!(std::str::from_utf8(&out).unwrap(), expected);
        assert!(serde_json::from_slice::<serde_json::Value>(&out).is_ok());
    }
}
