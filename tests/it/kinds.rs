//! What `docs/kinds.md` says against what others know.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{ROOT, TestEnvironment, copy, foreign_python};

const TYPES: &str = "
import json, pathlib, cfnlint
folder = pathlib.Path(cfnlint.__file__).parent / 'data/schemas/providers'
for name in sorted(json.loads((folder / 'us-west-2.json').read_text())):
    if name.startswith('AWS::Connect::'):
        print(name)
";

/// Every type of Connect that cfn-lint knows has a row: a kind, or the way out.
#[test]
fn every_type_of_connect_has_a_row() {
    let Some(python) = foreign_python() else { return };
    let output = Command::new(python).args(["-c", TYPES]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(listed.lines().count() >= 39, "{}", String::from_utf8_lossy(&output.stderr));
    let page = std::fs::read_to_string(format!("{ROOT}/docs/kinds.md")).unwrap();
    let missing: Vec<&str> = listed.lines().filter(|name| !page.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Kinds whose templates are looked at as a whole; those of older kinds are in the snapshots of `KWGlobal`.
const LOOKED_AT: [&str; 24] = [
    "alarm",
    "approved_origin",
    "bot",
    "bot_alias",
    "bot_version",
    "event_rule",
    "flow_module_alias",
    "flow_module_version",
    "flow_version",
    "hours",
    "integration",
    "kms_alias",
    "kms_key",
    "predefined_attribute",
    "queue_policy",
    "resource",
    "schedule",
    "sqs_queue",
    "state_machine",
    "task_template",
    "topic",
    "topic_policy",
    "topic_subscription",
    "view",
];

#[test]
fn what_becomes_of_each_kind() {
    let test = TestEnvironment::empty();
    copy(&Path::new(ROOT).join("tests/data/everything"), &test.path("everything"));
    test.expect(0, &["render", "everything/everything.yaml", "--out", "out"]);
    let text = std::fs::read_to_string(test.path("out/everything.template.json")).unwrap();
    let template: Value = serde_json::from_str(&text).unwrap();
    let mut found: BTreeMap<&str, &Value> = BTreeMap::new();
    for resource in template["Resources"].as_object().unwrap().values() {
        let address = resource["Metadata"]["Callform"]["Address"].as_str().unwrap();
        if LOOKED_AT.contains(&address.split('/').next().unwrap()) {
            found.insert(address, resource);
        }
    }
    for kind in LOOKED_AT {
        assert!(found.keys().any(|address| address.starts_with(&format!("{kind}/"))), "{kind}");
    }
    insta::assert_json_snapshot!(found);
}
