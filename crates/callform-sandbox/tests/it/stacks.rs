//! Stacks whose resources wait for functions and signals, over HTTP.

use std::path::Path;
use std::time::Duration;

use callform_sandbox::{Options, Running, start};

use crate::http::{authorization, form, send};

/// A sandbox with nothing in it.
struct Account {
    running: Running,
    /// The server runs beside the requests, which block.
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

fn is_there(program: &str) -> bool {
    let places = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];
    let found = places.iter().any(|place| Path::new(place).join(program).is_file());
    if !found {
        eprintln!("skipped: this machine has no {program}");
    }
    found
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The content of an element of an XML answer.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
}

impl Account {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let options =
            Options { folder: folder.path().to_owned(), port: 0, region: "us-west-2".to_owned(), faults: None };
        let running = runtime.block_on(start(options)).unwrap();
        Self { running, _runtime: runtime, _folder: folder }
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<String> =
            parameters.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
        let parameters = parameters.concat();
        form(self.running.url(), &format!("Action={action}&Version=2010-05-15{parameters}")).text()
    }

    /// The stack's status once it is settled.
    fn settled(&self) -> String {
        loop {
            let answer = self.call("DescribeStacks", &[("StackName", "s")]);
            let Some(status) = element(&answer, "StackStatus") else { return answer };
            if !status.ends_with("IN_PROGRESS") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn create(&self, template: &str) -> String {
        let capability = ("Capabilities.member.1", "CAPABILITY_IAM");
        self.call("CreateStack", &[("StackName", "s"), ("TemplateBody", template), capability]);
        self.settled()
    }

    fn output(&self) -> String {
        element(&self.call("DescribeStacks", &[("StackName", "s")]), "OutputValue").unwrap_or_default()
    }

    fn events(&self) -> String {
        self.call("DescribeStackEvents", &[("StackName", "s")])
    }
}

/// A stack with a custom resource by a function with this inline code.
fn template(runtime: &str, code: &str, size: u32) -> String {
    let code = code.lines().map(|line| format!("          {line}\n")).collect::<Vec<_>>().concat();
    format!(
        "Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: 'sts:AssumeRole'}}
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: {runtime}
      Handler: index.handler
      MemorySize: 512
      Timeout: 60
      Role: !GetAtt Role.Arn
      Code:
        ZipFile: |
{code}
  Thing:
    Type: Custom::Thing
    Properties:
      ServiceToken: !GetAtt Function.Arn
      Size: {size}
Outputs:
  Value: {{Value: !Sub '${{Thing}} ${{Thing.Doubled}}'}}
"
    )
}

const PYTHON: &str = r#"import cfnresponse
def handler(event, context):
    size = int(event["ResourceProperties"]["Size"])
    if size < 0 and event["RequestType"] != "Delete":
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "thing", reason="too small")
        return
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Doubled": str(2 * size)}, f"thing-{size}")
"#;

const NODE: &str = r#"const response = require("cfn-response");
exports.handler = (event, context) => {
  const size = Number(event.ResourceProperties.Size);
  if (size < 0 && event.RequestType !== "Delete") {
    response.send(event, context, response.FAILED, {}, "thing");
  } else {
    response.send(event, context, response.SUCCESS, { Doubled: String(2 * size) }, `thing-${size}`);
  }
};
"#;

/// What libraries do that know only HTTPS: the URL taken apart, its port and scheme dropped.
const BY_HTTPS: &str = r#"import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit
def handler(event, context):
    url = urlsplit(event["ResponseURL"])
    body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": "by-https", "Data": {"Doubled": "1"},
                       **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}})
    connection = HTTPSConnection(url.hostname)
    connection.request("PUT", url.path + "?" + url.query, body, {"content-type": "", "content-length": str(len(body))})
    assert connection.getresponse().status == 200
"#;

const BY_HTTPS_IN_NODE: &str = r#"const https = require("https"), url = require("url");
exports.handler = async (event) => {
  const body = JSON.stringify({ Status: "SUCCESS", PhysicalResourceId: "by-https", Data: { Doubled: "1" },
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId });
  const parsed = url.parse(event.ResponseURL);
  await new Promise((resolve, reject) => {
    const options = { hostname: parsed.hostname, port: 443, path: parsed.path, method: "PUT",
      headers: { "content-type": "", "content-length": body.length } };
    const request = https.request(options, resolve);
    request.on("error", reject);
    request.end(body);
  });
};
"#;

#[test]
fn custom_resources_are_carried_out_by_functions() {
    for (program, runtime, code) in [("python3", "python3.12", PYTHON), ("node", "nodejs22.x", NODE)] {
        if !is_there(program) {
            continue;
        }
        let account = Account::new();
        assert_eq!(account.create(&template(runtime, code, 4)), "CREATE_COMPLETE", "{}", account.events());
        assert_eq!(account.output(), "thing-4 8");
        account.call(
            "UpdateStack",
            &[
                ("StackName", "s"),
                ("TemplateBody", &template(runtime, code, 5)),
                ("Capabilities.member.1", "CAPABILITY_IAM"),
            ],
        );
        assert_eq!(account.settled(), "UPDATE_COMPLETE", "{}", account.events());
        assert_eq!(account.output(), "thing-5 10");
        account.call("DeleteStack", &[("StackName", "s")]);
        let gone = account.settled();
        assert!(gone.contains("does not exist"), "{gone}");
    }
}

#[test]
fn answers_by_https_arrive_too() {
    for (program, runtime, code) in [("python3", "python3.12", BY_HTTPS), ("node", "nodejs22.x", BY_HTTPS_IN_NODE)] {
        if is_there(program) {
            let account = Account::new();
            assert_eq!(account.create(&template(runtime, code, 1)), "CREATE_COMPLETE", "{}", account.events());
            assert_eq!(account.output(), "by-https 1");
        }
    }
}

#[test]
fn a_function_that_refuses_or_breaks_rolls_the_stack_back() {
    if !is_there("python3") {
        return;
    }
    let account = Account::new();
    let refusing = template("python3.12", PYTHON, 0).replace("Size: 0", "Size: -1");
    assert_eq!(account.create(&refusing), "ROLLBACK_COMPLETE", "{}", account.events());
    assert!(account.events().contains("Message returned: too small"), "{}", account.events());

    let account = Account::new();
    let broken = "def handler(event, context):\n    if event['RequestType'] != 'Delete':\n        raise ValueError('no luck')\n    import cfnresponse\n    cfnresponse.send(event, context, 'SUCCESS', {})\n";
    assert_eq!(account.create(&template("python3.12", broken, 0)), "ROLLBACK_COMPLETE", "{}", account.events());
    assert!(account.events().contains("did not receive a response from your Custom Resource"));
}

#[test]
fn a_wait_condition_is_signaled_over_its_url() {
    let account = Account::new();
    account.call(
        "CreateStack",
        &[
            ("StackName", "s"),
            (
                "TemplateBody",
                "Resources:
  Handle: {Type: AWS::CloudFormation::WaitConditionHandle}
  Wait: {Type: AWS::CloudFormation::WaitCondition, Properties: {Handle: !Ref Handle, Timeout: 600}}
Outputs:
  Data: {Value: !GetAtt Wait.Data}
",
            ),
        ],
    );
    let url = loop {
        let answer = account.call("DescribeStackResource", &[("StackName", "s"), ("LogicalResourceId", "Handle")]);
        match element(&answer, "PhysicalResourceId").filter(|url| !url.is_empty()) {
            Some(url) => break url.replace("&amp;", "&"),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let path = url.strip_prefix(account.running.url()).unwrap();
    let signal = br#"{"Status":"SUCCESS","UniqueId":"1","Data":"ready","Reason":""}"#;
    assert_eq!(send(account.running.url(), "PUT", path, &[], signal).unwrap().status, 200);
    assert_eq!(account.settled(), "CREATE_COMPLETE", "{}", account.events());
    assert!(account.output().contains("ready"));
    // The buckets of answers and signals hold nothing.
    let list = send(account.running.url(), "GET", "/", &[("authorization", &authorization("s3"))], b"").unwrap();
    assert!(!list.text().contains("waitcondition"), "{}", list.text());
}
