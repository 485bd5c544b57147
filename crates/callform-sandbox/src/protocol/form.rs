//! Query strings and forms.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The decoded parameters of a query string, in their order.
pub fn query_parameters(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        })
        .collect()
}

/// The decoded members of a form.
pub fn form(body: &[u8]) -> BTreeMap<String, String> {
    query_parameters(&String::from_utf8_lossy(body)).into_iter().collect()
}

/// Undoes percent encoding; bytes that are no UTF-8 become U+FFFD. `plus` is a space in queries and forms, itself in
/// paths.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        match first {
            b'+' if plus_is_space => bytes.push(b' '),
            b'%' => match hexadecimal(others) {
                Some(byte) => {
                    bytes.push(byte);
                    rest = others.get(2..).unwrap_or_default();
                }
                None => bytes.push(b'%'),
            },
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hexadecimal(bytes: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(bytes.get(..2)?).ok()?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Percent-encodes all but unreserved characters and `/`.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                encoded.extend(
                    [byte >> 4, byte & 15]
                        .into_iter()
                        .filter_map(|digit| char::from_digit(digit.into(), 16))
                        .map(|digit| digit.to_ascii_uppercase()),
                );
            }
        }
    }
    encoded
}

/// A form of the query protocol as the input it stands for: `Tags.member.1.Key=a` is `{"Tags": [{"Key": "a"}]}`. All
/// scalars are text, and a structure with members `1`, `2`, … counts as a list too.
pub fn to_input(form: &BTreeMap<String, String>) -> Map<String, Value> {
    let mut root = Node::default();
    for (name, value) in form {
        if name == "Action" || name == "Version" {
            continue;
        }
        let mut node = &mut root;
        // A name of a hundred dots is no request of any client; deeper parts stay one name.
        for part in name.splitn(16, '.') {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.value = Some(value.clone());
    }
    match root.into_value() {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn into_value(mut self) -> Value {
        if self.children.is_empty() {
            return self.value.map_or(Value::Null, Value::String);
        }
        if let Some(members) = self.children.remove("member") {
            return members.into_value();
        }
        if self.children.keys().all(|name| name.parse::<usize>().is_ok()) {
            let mut entries: Vec<_> = self
                .children
                .into_iter()
                .map(|(name, node)| (name.parse::<usize>().unwrap_or_default(), node))
                .collect();
            entries.sort_by_key(|(index, _)| *index);
            return entries.into_iter().map(|(_, node)| node.into_value()).collect();
        }
        Value::Object(self.children.into_iter().map(|(name, node)| (name, node.into_value())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decodes_percent_and_plus() {
        assert_eq!(decode("a%20b+c%2Fd%zz%4", true), "a b c/d%zz%4");
        assert_eq!(decode("a+b", false), "a+b");
        assert_eq!(decode("%E4%BD%A0%+1", false), "你%+1");
        assert_eq!(encode("a b/你"), "a%20b/%E4%BD%A0");
    }

    #[test]
    fn nests_members() {
        let form = form(b"Action=CreateRole&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=x&RoleName=r");
        assert_eq!(
            Value::Object(to_input(&form)),
            json!({"RoleName": "r", "Tags": [{"Key": "a", "Value": "x"}, {"Key": "b"}]})
        );
    }
}
