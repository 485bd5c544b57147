//! SARIF 2.1.0 (OASIS standard), as code-scanning services read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::place::{Place, full_text, omission, severity_word};
use crate::{Annotation, Diagnostic, Diagnostics, SourceMap};

/// What SARIF says besides the diagnostics.
pub struct Sarif<'a> {
    /// The folder that paths are given relative to, as an absolute path with `/`; others stay as they are.
    pub base: &'a str,
    /// What a rule is about, by its code.
    pub about: &'a dyn Fn(&str) -> Option<String>,
}

/// SARIF 2.1.0, for code scanning.
///
/// Paths are given as relative URIs with `/`, or as `file:` URIs where they are absolute and not below the base;
/// columns count characters.
pub fn sarif(diagnostics: &Diagnostics, sources: &SourceMap, told: &Sarif<'_>) -> String {
    let shown = diagnostics.shown();
    let rules: BTreeSet<&str> = shown.list.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let results: Vec<Value> =
        shown.list.iter().map(|diagnostic| result(diagnostic, &rules, sources, told.base)).collect();
    let rules = rules.iter().map(|code| match (told.about)(code) {
        Some(about) => {
            json!({ "id": code, "shortDescription": { "text": about }, "fullDescription": { "text": about } })
        }
        None => json!({ "id": code }),
    });
    let omitted = shown.omitted.into_iter().map(|((severity, code), count)| {
        json!({ "level": severity_word(severity), "message": { "text": omission(severity, code, count) } })
    });
    let omitted: Vec<Value> = omitted.collect();
    let mut run = json!({
        "tool": {
            "driver": {
                "name": "callform",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.collect::<Vec<_>>(),
            },
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    if !omitted.is_empty() {
        run["invocations"] = json!([{ "executionSuccessful": true, "toolExecutionNotifications": omitted }]);
    }
    super::pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }))
}

fn result(diagnostic: &Diagnostic, rules: &[&str], sources: &SourceMap, base: &str) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": rules.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": severity_word(diagnostic.severity),
        "message": { "text": full_text(diagnostic) },
        "locations": diagnostic.primary.iter().map(|at| location(at, sources, base)).collect::<Vec<_>>(),
    });
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().enumerate().map(|(index, at)| {
            let mut related = location(at, sources, base);
            related["id"] = (index + 1).into();
            related["message"] = json!({ "text": at.label });
            related
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(at: &Annotation, sources: &SourceMap, base: &str) -> Value {
    let Place { start, end } = Place::of(sources, at.span);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&start.path, base) },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        },
    })
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// A path as a URI reference (RFC 3986): bytes that are neither unreserved nor `/` are percent-encoded. An absolute path
/// is relative to the base, or has a scheme.
fn uri(path: &str, base: &str) -> String {
    let path = path.replace('\\', "/");
    let below = path.strip_prefix(base).and_then(|rest| if base.is_empty() { None } else { rest.strip_prefix('/') });
    let path = below.unwrap_or(&path);
    let has_drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if has_drive {
        uri.push_str("file:///");
    }
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => {
                let [high, low] = [byte >> 4, byte & 0xF].map(|digit| char::from(HEX[usize::from(digit)]));
                uri.extend(['%', high, low]);
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_uris() {
        assert_eq!(super::uri("blueprints\\kw global/é.yaml", ""), "blueprints/kw%20global/%C3%A9.yaml");
        assert_eq!(super::uri("/home/me/shop/a.yaml", "/home/me/shop"), "a.yaml");
        assert_eq!(super::uri("/home/me/shopping/a.yaml", "/home/me/shop"), "file:///home/me/shopping/a.yaml");
        assert_eq!(super::uri("/home/me/a b.yaml", ""), "file:///home/me/a%20b.yaml");
        assert_eq!(super::uri("C:\\shop\\a.yaml", ""), "file:///C%3A/shop/a.yaml");
    }
}
