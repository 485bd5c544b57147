use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::module::path;
use crate::decompile::decompile;
use crate::testing::corpus_of;
use crate::validate::{EverythingExists, problems};

#[test]
fn namespaces_become_paths() {
    for (namespace, value, expected) in [
        ("System", "Stored customer input", "$.StoredCustomerInput"),
        ("System", "Customer Number", "$.CustomerEndpoint.Address"),
        ("System", "Metrics.Queue.ARN", "$.Metrics.Queue.ARN"),
        ("System", "ContactId", "$.ContactId"),
        ("User Defined", "a key", "$.Attributes.['a key']"),
        ("External", "name", "$.External.name"),
        ("External", "$.Attributes.x", "$.Attributes.x"),
    ] {
        assert_eq!(path(namespace, value), expected);
    }
}

#[test]
fn unknown_blocks_are_kept_and_told_about() {
    let export = json!({
        "version": "1", "type": "contactFlow", "start": "a", "metadata": { "name": "Old" },
        "modules": [
            { "id": "a", "type": "Juggle", "branches": [
                { "condition": "Success", "transition": "b" }, { "condition": "Error", "transition": "b" } ],
              "parameters": [{ "name": "Balls", "value": 3 }], "metadata": {} },
            { "id": "b", "type": "Disconnect", "branches": [], "parameters": [], "metadata": {} },
        ],
    });
    let decompiled = decompile(&export, None, &BTreeMap::new()).unwrap();
    assert_eq!(decompiled.name.as_deref(), Some("Old"));
    assert!(decompiled.notes.iter().any(|note| note.contains("`Juggle`")), "{:?}", decompiled.notes);
    assert_eq!(decompiled.steps[0]["raw"], json!({ "type": "Juggle", "parameters": { "Balls": "3" } }));
    assert!(decompiled.is_exact);
}

#[test]
fn broken_exports_are_refused_with_their_place() {
    let refused = |json: Value| decompile(&json, None, &BTreeMap::new()).unwrap_err().to_string();
    assert_eq!(refused(json!({ "modules": [] })), "`start` is missing");
    assert_eq!(refused(json!({ "modules": [{ "id": "a" }], "start": "a" })), "`modules[0].type` is missing");
}

/// Former exports that Connect would not take after conversion, and why.
const UNSOUND: &[(&str, &str)] = &[];

#[test]
fn real_former_exports_become_sound_flows() {
    let exports = corpus_of("legacy-");
    let mut wrong = Vec::new();
    for (name, text) in &exports {
        let json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        let document = super::convert(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        let flow_type = document.flow_type.unwrap_or_else(|| panic!("{name} has a type"));
        let decompiled = decompile(&json, None, &BTreeMap::new()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = problems(&document.flow.to_json(), &EverythingExists, flow_type);
        let raw = decompiled.steps.iter().map(Value::to_string).filter(|step| step.contains("\"raw\""));
        raw.for_each(|step| eprintln!("{name}: {step}"));
        let is_sound = decompiled.is_exact && found.is_empty();
        if is_sound == UNSOUND.iter().any(|(known, _)| known == name) {
            wrong.push(format!("{name}: {found:?} {:?} {}", decompiled.notes, decompiled.counts.raw));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} former exports", exports.len());
}
