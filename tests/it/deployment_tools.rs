//! Deployment tools that are not ours deploy and update a small center in the sandbox: `aws cloudformation deploy`,
//! sceptre, SAM and the CDK with its bootstrap.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{ROOT, Serving, TestEnvironment, copy, foreign_node, foreign_tools, json_service};

/// A sandbox, and a folder with the tools' projects.
struct Field {
    test: TestEnvironment,
    serving: Serving,
}

impl Field {
    fn new() -> Self {
        let test = TestEnvironment::empty();
        copy(&Path::new(ROOT).join("tests/foreign/deploy"), &test.path("deploy"));
        let serving = test.serve(&[]);
        Self { test, serving }
    }

    /// Runs a tool in a folder of the projects.
    fn run(&self, folder: &str, program: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> Output {
        let folder = self.test.path("deploy").join(folder);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = [
            ("AWS_ENDPOINT_URL", self.serving.url.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-west-2"),
            ("AWS_DEFAULT_REGION", "us-west-2"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("SAM_CLI_TELEMETRY", "0"),
            ("LC_ALL", "C.UTF-8"),
            ("CDK_DISABLE_VERSION_CHECK", "1"),
            ("CI", "true"),
        ];
        command.env("PATH", path).env("HOME", self.test.path("")).envs(own);
        command.envs(variables.iter().map(|(name, value)| (*name, value.as_os_str())));
        command.output().unwrap()
    }

    #[track_caller]
    fn expect(&self, folder: &str, program: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> String {
        let output = self.run(folder, program, arguments, variables);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} {arguments:?}\n{stdout}\n{stderr}", program.display());
        format!("{stdout}{stderr}")
    }

    /// The description of the only queue there is, or none.
    fn queue(&self) -> Option<String> {
        queue(&self.serving)
    }
}

/// The description of the queue `Support`, as Connect's API tells it.
fn queue(serving: &Serving) -> Option<String> {
    let instances = crate::support::connect(serving, "GET", "/instance", &Value::Null);
    let instance = instances["InstanceSummaryList"].get(0)?["Id"].as_str()?.to_owned();
    let queues = crate::support::connect(serving, "GET", &format!("/queues-summary/{instance}"), &Value::Null);
    let queue = queues["QueueSummaryList"].as_array()?.iter().find(|queue| queue["Name"] == "Support")?.clone();
    let id = queue["Id"].as_str()?;
    let described = crate::support::connect(serving, "GET", &format!("/queues/{instance}/{id}"), &Value::Null);
    described["Queue"]["Description"].as_str().map(str::to_owned)
}

#[test]
fn aws_cloudformation_deploy() {
    let Some(tools) = foreign_tools() else { return };
    let field = Field::new();
    let aws = tools.join("deploy/bin/aws");
    let deploy = |purpose: &str| {
        let purpose = format!("Purpose={purpose}");
        let arguments = [
            "cloudformation",
            "deploy",
            "--template-file=center.yaml",
            "--stack-name=by-aws",
            "--parameter-overrides",
            "Alias=by-aws",
            purpose.as_str(),
        ];
        field.run("", &aws, &arguments, &[])
    };
    let first = deploy("first");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(field.queue().as_deref(), Some("The first queue"));
    assert!(deploy("second").status.success());
    assert_eq!(field.queue().as_deref(), Some("The second queue"));
    // Nothing to do is a failure of this tool.
    let same = deploy("second");
    assert_eq!(same.status.code(), Some(255), "{}", String::from_utf8_lossy(&same.stderr));
}

#[test]
fn sceptre() {
    let Some(tools) = foreign_tools() else { return };
    let field = Field::new();
    let sceptre = tools.join("deploy/bin/sceptre");
    field.expect("sceptre", &sceptre, &["launch", "--yes", "dev/center.yaml"], &[]);
    assert_eq!(field.queue().as_deref(), Some("The first queue"));
    field.expect("sceptre", &sceptre, &["--var=purpose=second", "launch", "--yes", "dev/center.yaml"], &[]);
    assert_eq!(field.queue().as_deref(), Some("The second queue"));
    field.expect("sceptre", &sceptre, &["delete", "--yes", "dev/center.yaml"], &[]);
    assert_eq!(field.queue(), None);
}

#[test]
fn sam() {
    let Some(tools) = foreign_tools() else { return };
    let field = Field::new();
    let sam = tools.join("sam/bin/sam");
    let deploy = |purpose: &str| {
        let purpose = format!("Purpose={purpose}");
        field.expect(
            "sam",
            &sam,
            &[
                "deploy",
                "--stack-name=by-sam",
                "--resolve-s3",
                "--capabilities=CAPABILITY_IAM",
                "--no-confirm-changeset",
                "--no-fail-on-empty-changeset",
                "--parameter-overrides",
                "Alias=by-sam",
                &purpose,
            ],
            &[],
        )
    };
    deploy("first");
    assert_eq!(field.queue().as_deref(), Some("The first queue"));
    deploy("second");
    assert_eq!(field.queue().as_deref(), Some("The second queue"));
}

#[test]
fn cdk_with_its_bootstrap() {
    let Some(modules) = foreign_node() else { return };
    let cdk = modules.join(".bin/cdk");
    if !cdk.exists() {
        assert!(std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
        eprintln!("SKIPPED: the CDK is not in {}; run the tests with `cargo xtask test`", modules.display());
        return;
    }
    let field = Field::new();
    let code: PathBuf = field.test.path("deploy/sam/src");
    let variables = [("NODE_PATH", modules.as_path()), ("GREETING", code.as_path())];
    field.expect("cdk", &cdk, &["bootstrap", "aws://123456789012/us-west-2"], &variables);
    let deploy = |purpose: &str| {
        let purpose = format!("purpose={purpose}");
        field.expect("cdk", &cdk, &["deploy", "--require-approval=never", "--context", &purpose], &variables)
    };
    deploy("first");
    assert_eq!(field.queue().as_deref(), Some("The first queue"));
    deploy("second");
    assert_eq!(field.queue().as_deref(), Some("The second queue"));
    let version = json_service(
        &field.serving,
        "ssm",
        "AmazonSSM.GetParameter",
        &serde_json::json!({ "Name": "/cdk-bootstrap/hnb659fds/version" }),
    );
    assert!(version["Parameter"]["Value"].as_str().is_some(), "{version}");
}
