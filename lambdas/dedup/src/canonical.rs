//! The digest of a JSON value, whatever the order of its members and the space between them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::Invalid;

/// Deeper values are refused: each level is read again by the one inside.
const DEEPEST: usize = 64;

/// The SHA-256 of a JSON text with members in the order of their names, no space, and strings escaped in one way.
///
/// Numbers stay as they are written: `1.0` and `1` differ, and no digit is ever lost.
pub fn digest(json: &str) -> Result<[u8; 32], Invalid> {
    let mut hasher = Sha256::new();
    feed(json, &mut hasher, 0)?;
    Ok(hasher.finalize().into())
}

fn feed(json: &str, hasher: &mut Sha256, depth: usize) -> Result<(), Invalid> {
    if depth > DEEPEST {
        return Err(Invalid::TooDeep);
    }
    let json = json.trim_ascii();
    match json.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(|_| Invalid::NotJson)?;
            let mut separator = "{";
            for (name, value) in &members {
                hasher.update(separator);
                feed_string(name, hasher);
                hasher.update(":");
                feed(value.get(), hasher, depth + 1)?;
                separator = ",";
            }
            hasher.update(if members.is_empty() { "{}" } else { "}" });
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| Invalid::NotJson)?;
            let mut separator = "[";
            for value in &items {
                hasher.update(separator);
                feed(value.get(), hasher, depth + 1)?;
                separator = ",";
            }
            hasher.update(if items.is_empty() { "[]" } else { "]" });
        }
        Some(b'"') => match serde_json::from_str::<Cow<'_, str>>(json) {
            Ok(text) => feed_string(&text, hasher),
            // Half of a surrogate pair: no text, but the bytes can be compared.
            Err(_) => hasher.update(json),
        },
        _ => hasher.update(json),
    }
    Ok(())
}

fn feed_string(text: &str, hasher: &mut Sha256) {
    hasher.update(serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(left: &str, right: &str, expected: bool) {
        assert_eq!(digest(left).unwrap() == digest(right).unwrap(), expected, "{left} {right}");
    }

    #[test]
    fn order_space_and_escapes_do_not_matter() {
        same(
            r#"{"a":1,"b":[1,{"c":null,"d":"é"}]}"#,
            "{ \"b\": [1, {\"d\":\"\\u00e9\", \"c\":null}],\n\"a\":1 }",
            true,
        );
        same("{}", " { } ", true);
        same("[]", "[ ]", true);
        same(r#""\ud800""#, r#" "\ud800""#, true);
    }

    #[test]
    fn everything_else_matters() {
        same(r#"{"a":1}"#, r#"{"a":"1"}"#, false);
        same("[1,2]", "[2,1]", false);
        same("[1,2]", "[12]", false);
        same("1.0", "1", false);
        same(
            "91343852333181432387730302044767688728495783935",
            "91343852333181432387730302044767688728495783936",
            false,
        );
        same(r#"{"a":{},"b":[]}"#, r#"{"a":[],"b":{}}"#, false);
        same(r#"{"a":"b\",\"c\":\"d"}"#, r#"{"a":"b","c":"d"}"#, false);
        same(r#"[""]"#, "[]", false);
    }

    #[test]
    fn it_is_the_digest_of_the_canonical_text() {
        let expected: [u8; 32] = Sha256::digest(r#"{"a":[true,{}],"b":"x"}"#).into();
        assert_eq!(digest(r#"{"b":"x","a":[true,{}]}"#).unwrap(), expected);
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(digest(&nested(DEEPEST + 1)).is_ok());
        assert_eq!(digest(&nested(DEEPEST + 2)), Err(Invalid::TooDeep));
        assert_eq!(digest(&nested(100_000)), Err(Invalid::TooDeep));
    }
}
