//! Rendering: the same bytes everywhere, and nothing the linters object to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{ROOT, TestEnvironment, copy, foreign_python, foreign_script};

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

/// Templates of the complete blueprints, and of those with everything that can be written. The functions in them are
/// those that were built for the tests: built for AWS, they would take longer than everything else here.
fn templates(test: &TestEnvironment) -> Vec<PathBuf> {
    let mut blueprints: Vec<String> = files(&test.path("blueprints"))
        .into_keys()
        .filter(|name| Path::new(name).extension().is_some_and(|it| it == "yaml") && !name.contains('/'))
        .filter(|name| !name.ends_with(".tests.yaml"))
        .map(|name| format!("blueprints/{name}"))
        .collect();
    for name in ["everything", "templates"] {
        copy(&Path::new(ROOT).join("tests/data").join(name), &test.path(name));
        blueprints.push(format!("{name}/{name}.yaml"));
    }
    blueprints.iter().flat_map(|blueprint| rendered(test, blueprint)).collect()
}

/// Renders a blueprint and returns its templates.
fn rendered(test: &TestEnvironment, blueprint: &str) -> Vec<PathBuf> {
    let out = test.path("rendered").join(Path::new(blueprint).file_stem().unwrap());
    test.expect(0, &["render", blueprint, "--out", out.to_str().unwrap()]);
    let templates = files(&out).into_keys().filter(|name| name.ends_with(".template.json"));
    let templates: Vec<PathBuf> = templates.map(|name| out.join(name)).collect();
    assert!(!templates.is_empty(), "{blueprint}");
    templates
}

#[test]
fn cfn_lint_has_nothing_to_say() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    for template in templates(&test) {
        let mut lint = Command::new(python.parent().unwrap().join("cfn-lint"));
        let output = lint.args(["--regions", "us-west-2", "--"]).arg(&template).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.trim().is_empty(), "{}: {said}", template.display());
    }
}

#[test]
fn cloudformation_validate_finds_only_what_the_blueprint_itself_says() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    let templates = templates(&test);
    let paths: Vec<&str> = templates.iter().map(|template| template.to_str().unwrap()).collect();
    let said = foreign_script(&python, "validate_templates.py", &paths);
    // The blueprint with everything in it names a bot and three things that are integrated by their ARNs; there is no other
    // way. A topic invokes the live version of a function, which is an alias.
    let arn = "everything.template.json: W9002: Property 'IntegrationArn' has a hardcoded ARN - use Ref, GetAtt, or a parameter instead";
    let expected = [
        "everything.template.json: W3694: Endpoint references 'AliasLookup' (type 'AWS::Lambda::Alias') but Protocol 'lambda' expects a Lambda Function",
        arn,
        arn,
        arn,
        arn,
        "everything.template.json: W9013: Hardcoded account ID in ARN - use AWS::AccountId pseudo-parameter",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
}
