//! What `docs/kinds.md` says against what others know.

use std::process::Command;

use crate::support::{ROOT, foreign_python};

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
