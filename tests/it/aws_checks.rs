//! The checks for an AWS account, run against the sandbox with the real AWS CLI.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, connect, signed_call};

const CENTER: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
";

/// The folder of the AWS CLI; `None`, said aloud, where there is none.
fn aws_cli() -> Option<PathBuf> {
    let python = std::env::var_os("CALLFORM_TEST_PYTHON");
    let foreign = python.and_then(|python| Some(Path::new(&python).parent()?.to_owned()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = foreign.into_iter().chain(std::env::split_paths(&path)).find(|folder| folder.join("aws").is_file());
    if found.is_none() {
        eprintln!("SKIPPED: no AWS CLI");
    }
    found
}

#[test]
fn the_checks_run_against_the_sandbox_and_leave_nothing_behind() {
    let Some(cli) = aws_cli() else { return };
    let test = TestEnvironment::empty();
    test.write("shop.yaml", CENTER);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &json!({}));
    let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(cli).chain(std::env::split_paths(&path)));
    let output = Command::new("bash")
        .arg(Path::new(ROOT).join("examples/aws-checks/check.sh"))
        .arg(&instance)
        .env_clear()
        .env("PATH", path.unwrap())
        .env("HOME", std::env::var_os("HOME").unwrap_or_default())
        .env("AWS_CONFIG_FILE", test.path("none"))
        .env("AWS_ENDPOINT_URL", serving.url.trim_end_matches('/'))
        .env("AWS_ACCESS_KEY_ID", "any")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_REGION", "us-west-2")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    for question in ["user without", "exception whose day", "password reference", "imported"] {
        let line = said.lines().find(|line| line.starts_with(question));
        let answered = line.is_some_and(|line| line.contains(" yes") || line.contains(" no: "));
        assert!(answered, "{question}\n{said}\n{errors}");
    }
    for made in ["opening times", "secret", "bucket", "import of a bucket"] {
        assert!(said.lines().any(|line| line.starts_with(made) && line.ends_with("yes")), "{made}\n{said}\n{errors}");
    }
    assert!(!errors.contains("left behind"), "{errors}");
    let users = connect(&serving, "GET", &format!("/users-summary/{instance}"), &json!({}));
    assert_eq!(users["UserSummaryList"].as_array().map_or(0, Vec::len), 0, "{users}");
    let hours: Value = connect(&serving, "GET", &format!("/hours-of-operations-summary/{instance}"), &json!({}));
    assert!(!hours.to_string().contains("callform-check"), "{hours}");
    assert!(!signed_call(&serving, "s3", "GET", "/", "").contains("callform-check"));
}
