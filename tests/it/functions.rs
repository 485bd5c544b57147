//! Functions: built, applied, invoked, changed. The project is `tests/data/functions`.

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, copy};

const BLUEPRINT: &str = "blueprint.yaml";
const SOURCE: &str = "lambdas/probe/src/main.rs";

/// A project of its own with a blueprint that uses its function.
pub(crate) fn project() -> TestEnvironment {
    let test = TestEnvironment::empty();
    for file in ["Cargo.toml", "Cargo.lock", "lambdas"] {
        let from = std::path::Path::new(ROOT).join("tests/data/functions").join(file);
        if from.is_dir() {
            copy(&from, &test.path(file));
        } else {
            std::fs::copy(from, test.path(file)).unwrap();
        }
    }
    write_blueprint(&test);
    test
}

fn write_blueprint(test: &TestEnvironment) {
    let text = r"
center: probes
region: us-west-2
instance: { alias: probes, identity: connect-managed, inbound: true, outbound: true }
tables:
  things: { key: name, indexes: { by_owner: { key: owner } } }
lambdas:
  probe: { bundle: probe, architecture: ARCHITECTURE, with: { table: things } }
flows:
  main:
    type: inbound
    steps:
      - lambda: probe
      - hang_up
";
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    test.write(BLUEPRINT, text.replace("ARCHITECTURE", architecture));
}

/// What a plan does to the function and what belongs to it, in the plan's order.
fn changes(plan: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let changes = plan["changes"].as_array().unwrap().iter().filter(|change| change["action"] != "no-op");
    changes.map(|change| (text(&change["address"]), text(&change["action"]))).collect()
}

#[track_caller]
fn invoke(test: &TestEnvironment, event: &str) -> (Value, String) {
    test.write("event.json", event);
    let outcome = test.expect(0, &["lambda", "invoke", "probe", "--event", "event.json", "--sandbox"]);
    (serde_json::from_str(&outcome.stdout).unwrap(), outcome.stderr)
}

#[track_caller]
fn assert_settled(test: &TestEnvironment) {
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn from_sources_to_answers_and_from_change_to_version() {
    let test = project();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let (variables, log) = invoke(&test, r#"{"do":"environment"}"#);
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_VERSION"], "1");
    assert_eq!((&variables["GREETING"], &variables["PATIENCE"]), (&json!("hello"), &Value::Null));
    assert_eq!(variables["TABLE"], "probes-things");
    assert!(log.contains("REPORT RequestId: ") && log.contains("Init Duration: "), "{log}");
    assert_eq!(invoke(&test, r#"{"a":1}"#).0, json!({ "a": 1 }));
    assert_settled(&test);

    // Nothing but the function changes: code, version, alias.
    test.edit(SOURCE, "Some(\"count\") =>", "Some(\"news\") => Ok(\"42\".to_owned()),\n        Some(\"count\") =>");
    let plan = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let expected = [("lambda/probe", "update"), ("lambda_version/probe", "create"), ("lambda_alias/probe", "update")];
    assert_eq!(changes(&plan), expected.map(|(address, action)| (address.to_owned(), action.to_owned())));
    let human = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(human.stdout.contains("a new version is published"), "{}", human.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert_eq!(invoke(&test, r#"{"do":"news"}"#).0, json!(42));
    assert_eq!(invoke(&test, r#"{"do":"environment"}"#).0["AWS_LAMBDA_FUNCTION_VERSION"], "2");
    assert_settled(&test);

    // Settings are part of a version as well; what is said about the function is not.
    test.edit(BLUEPRINT, "table: things }", "table: things, greeting: good day }, description: A probe");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let variables = invoke(&test, r#"{"do":"environment"}"#).0;
    assert_eq!((&variables["GREETING"], &variables["AWS_LAMBDA_FUNCTION_VERSION"]), (&json!("good day"), &json!("3")));
    test.edit(BLUEPRINT, "description: A probe", "description: The probe");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert_eq!(invoke(&test, r#"{"do":"environment"}"#).0["AWS_LAMBDA_FUNCTION_VERSION"], "3");
    assert_settled(&test);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn failures_are_data_and_an_exit_code() {
    let test = project();
    let early = test.expect(1, &["lambda", "invoke", "probe", BLUEPRINT, "--sandbox"]);
    assert!(early.stderr.contains("not deployed"), "{}", early.stderr);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.write("event.json", r#"{"do":"fail"}"#);
    let failed = test.expect(1, &["lambda", "invoke", "probe", BLUEPRINT, "--event", "event.json", "--sandbox"]);
    let error: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!(error["errorType"], "Probe.Failure");
    test.write("event.json", "{do");
    let refused = test.expect(1, &["lambda", "invoke", "probe", BLUEPRINT, "--event", "event.json", "--sandbox"]);
    assert!(refused.stderr.contains("no JSON") && refused.stdout.is_empty(), "{}", refused.stderr);
    let unknown = test.expect(1, &["lambda", "invoke", "prob", BLUEPRINT, "--sandbox"]);
    assert!(unknown.stderr.contains("did you mean `probe`?"), "{}", unknown.stderr);
}

#[test]
fn a_zip_file_is_enough_and_without_one_it_is_said() {
    let project = project();
    let built = project.expect(0, &["lambda", "build", "--out", "zips"]);
    let zip = std::fs::read_dir(project.path("zips")).unwrap().next().unwrap().unwrap();
    assert_eq!(built.stdout.trim(), format!("zips/{}", zip.file_name().to_str().unwrap()));

    let test = TestEnvironment::empty();
    write_blueprint(&test);
    // Without its manifest the function declares nothing.
    test.edit(BLUEPRINT, ", with: { table: things }", "");
    test.expect(0, &["check", BLUEPRINT]);
    for command in [&["plan", BLUEPRINT, "--sandbox"][..], &["render", BLUEPRINT, "--out", "out"]] {
        let missing = test.expect(3, command);
        assert!(missing.stderr.contains("bundle-not-built"), "{}", missing.stderr);
    }
    std::fs::create_dir_all(test.path(".callform/lambda")).unwrap();
    std::fs::copy(zip.path(), test.path(".callform/lambda").join(zip.file_name())).unwrap();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert_eq!(invoke(&test, r#"{"b":2}"#).0, json!({ "b": 2 }));
    assert_settled(&test);
}

#[test]
fn what_is_there_is_taken_with_no_build() {
    let test = project();
    let without = test.expect(3, &["plan", BLUEPRINT, "--sandbox", "--no-build"]);
    assert!(without.stderr.contains("bundle-not-built"), "{}", without.stderr);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(SOURCE, "as you wish", "as you want");
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--no-build", "--detailed-exitcode"]);
    test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn parameters_are_checked_against_the_manifest() {
    let test = project();
    test.edit(BLUEPRINT, "with: { table: things }", "with: { tabel: things, patience: soon }");
    let outcome = test.expect(3, &["check", BLUEPRINT, "--format=json"]);
    for (code, text) in [
        ("unknown-parameter", "Did you mean `table`?"),
        ("missing-parameter", "`table`"),
        ("wrong-type", "a whole number"),
    ] {
        assert!(outcome.stdout.contains(code) && outcome.stdout.contains(text), "{code} in {}", outcome.stdout);
    }
    test.edit(BLUEPRINT, "tabel: things, patience: soon", "table: thing");
    let outcome = test.expect(3, &["check", BLUEPRINT]);
    assert!(
        outcome.stderr.contains("unknown table `thing`") && outcome.stderr.contains("`things`"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn the_role_allows_what_the_manifest_says_and_nothing_else() {
    let test = project();
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    let template: Value = serde_json::from_str(&test.read("out/probes.template.json")).unwrap();
    let mut resources = template["Resources"].as_object().unwrap().values();
    let role = resources.find(|resource| resource["Type"] == "AWS::IAM::Role").unwrap();
    let statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap();
    let actions: Vec<_> = statements.iter().map(|statement| statement["Action"].clone()).collect();
    assert_eq!(
        actions,
        [json!(["logs:CreateLogStream", "logs:PutLogEvents"]), json!(["dynamodb:GetItem"]), json!(["dynamodb:Query"])]
    );
    assert_eq!(statements[1]["Resource"], json!([{ "Fn::GetAtt": ["TableThings", "Arn"] }]));
    assert_eq!(statements[2]["Resource"], json!([{ "Fn::Sub": "${TableThings.Arn}/index/by_owner" }]));
    assert!(!statements.iter().any(|statement| statement["Resource"].to_string().contains('*')));
}

/// Processes whose program is in a folder.
#[cfg(target_os = "linux")]
fn programs_in(folder: &std::path::Path) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter(|process| process.path().join("exe").read_link().is_ok_and(|exe| exe.starts_with(folder))).count()
}

#[test]
#[cfg(target_os = "linux")]
fn a_function_dies_with_whoever_runs_it() {
    if !std::path::Path::new("/usr/bin/setpriv").is_file() {
        eprintln!("SKIPPED: no setpriv, which ties a function's life to that of the sandbox");
        return;
    }
    let test = project();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.write("event.json", r#"{"do":"spin"}"#);
    let invoke = ["lambda", "invoke", "probe", BLUEPRINT, "--event", "event.json", "--sandbox"];
    let mut running = test.command(&invoke).stdout(std::process::Stdio::null()).spawn().unwrap();
    let folder = test.path("").canonicalize().unwrap();
    while programs_in(&folder) == 0 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before the function ran");
        std::thread::yield_now();
    }
    running.kill().unwrap();
    running.wait().unwrap();
    // A function that works hard does not notice that nobody listens any more: the kernel has to end it.
    while programs_in(&folder) > 0 {
        std::thread::yield_now();
    }
}
