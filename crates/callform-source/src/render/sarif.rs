//! SARIF 2.1.0 (OASIS standard), as code-scanning services read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::place::{Place, full_text, severity_word};
use crate::{Annotation, Diagnostic, Diagnostics, SourceMap};

/// SARIF 2.1.0, for code scanning.
///
/// Paths are given as relative URIs with `/`; columns count characters.
pub fn sarif(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let rules: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<&str> = rules.into_iter().collect();
    let results: Vec<Value> =
        diagnostics.sorted().into_iter().map(|diagnostic| result(diagnostic, &rules, sources)).collect();
    super::pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "callform",
                    "version": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": rules.iter().map(|code| json!({ "id": code })).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn result(diagnostic: &Diagnostic, rules: &[&str], sources: &SourceMap) -> Value {
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": rules.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": severity_word(diagnostic.severity),
        "message": { "text": full_text(diagnostic) },
        "locations": diagnostic.primary.iter().map(|at| location(at, sources)).collect::<Vec<_>>(),
    });
    if !diagnostic.secondary.is_empty() {
        let related = diagnostic.secondary.iter().enumerate().map(|(index, at)| {
            let mut related = location(at, sources);
            related["id"] = (index + 1).into();
            related["message"] = json!({ "text": at.label });
            related
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(at: &Annotation, sources: &SourceMap) -> Value {
    let Place { start, end } = Place::of(sources, at.span);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&start.path) },
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

/// A path as a URI reference (RFC 3986): bytes that are neither unreserved nor `/` are percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'\\' => uri.push('/'),
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
        assert_eq!(super::uri("blueprints\\kw global/é.yaml"), "blueprints/kw%20global/%C3%A9.yaml");
    }
}
