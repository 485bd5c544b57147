//! Rendering: the same bytes everywhere, and nothing the linters object to.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::{TestEnvironment, foreign_python};

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            for (inner, content) in files(&entry.path()) {
                found.insert(format!("{name}/{inner}"), content);
            }
        } else {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    found
}

#[test]
fn two_processes_in_two_folders_render_the_same_bytes() {
    let render = || {
        let test = TestEnvironment::with_blueprints();
        test.expect(0, &["render", "blueprints/kwglobal.yaml", "--out", "out"]);
        files(&test.path("out"))
    };
    let first = render();
    assert!(first.contains_key("kwglobal.template.json"), "{:?}", first.keys());
    assert!(first.contains_key("kwglobal-instance.template.json"), "{:?}", first.keys());
    assert!(first.contains_key("flows/main_menu.json"), "{:?}", first.keys());
    assert!(first.contains_key("manifest.json"), "{:?}", first.keys());
    assert!(first == render());
}

#[test]
fn the_official_linters_have_nothing_to_say() {
    let Some(python) = foreign_python() else { return };
    let bin = python.parent().unwrap();
    for blueprint in std::fs::read_dir(Path::new(crate::support::ROOT).join("blueprints")).unwrap() {
        let name = blueprint.unwrap().file_name().into_string().unwrap();
        if Path::new(&name).extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let test = TestEnvironment::with_blueprints();
        test.expect(0, &["render", &format!("blueprints/{name}"), "--out", "out"]);
        for template in files(&test.path("out")).keys().filter(|name| name.ends_with(".template.json")) {
            let file = test.path("out").join(template);
            let output =
                Command::new(bin.join("cfn-lint")).args(["--regions", "us-west-2", "--"]).arg(&file).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && said.trim().is_empty(), "{template}: {said}");
        }
    }
}
