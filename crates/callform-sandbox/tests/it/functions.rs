//! Functions that really run: built from `tests/data/functions`, created and invoked over HTTP.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_bundle::{Architecture, Project, Toolchain};
use callform_sandbox::{Invocation, Options, Running, start};
use serde_json::{Value, json};

use crate::http::{Reply, call as request, form, json as call};

const FUNCTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/functions");
const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

fn native() -> Architecture {
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X8664 }
}

/// The zip file of the function `probe`. Cargo builds it once and finds it fresh after that.
fn probe() -> Vec<u8> {
    let project = Project::open(Path::new(FUNCTIONS)).unwrap();
    let toolchain = Toolchain::detect(&project.folder, native()).unwrap();
    let names = BTreeSet::from(["probe".to_owned()]);
    callform_bundle::build(&project, &toolchain, &names, &mut |_| {}).unwrap().remove(0).zip
}

/// A sandbox with the function `probe`.
pub(crate) struct Account {
    folder: tempfile::TempDir,
    running: Running,
    /// Requests are blocking; the server runs beside them.
    runtime: tokio::runtime::Runtime,
}

impl Account {
    /// Makes the function with settings besides the necessary ones.
    #[expect(clippy::needless_pass_by_value, reason = "tests hand over literals")]
    fn new(settings: Value) -> Self {
        Self::with_code(&probe(), &settings)
    }

    pub(crate) fn with_code(zip: &[u8], settings: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let running = runtime.block_on(serve(folder.path()));
        let account = Self { folder, running, runtime };
        let role = form(
            account.running.url(),
            &format!("Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument={TRUST}"),
        );
        assert_eq!(role.status, 200, "{}", role.text());
        let mut function = json!({
            "FunctionName": "probe",
            "Role": "arn:aws:iam::123456789012:role/r",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            // What is about something else must not depend on how busy the machine is.
            "Timeout": 120,
            "Architectures": [native().name()],
            "Code": { "ZipFile": BASE64.encode(zip) },
        });
        function.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let created = account.rest("POST", "/2015-03-31/functions", function.to_string().as_bytes());
        assert_eq!(created.status, 201, "{}", created.text());
        account
    }

    pub(crate) fn url(&self) -> &str {
        self.running.url()
    }

    fn rest(&self, method: &str, path: &str, body: &[u8]) -> Reply {
        request(self.running.url(), "lambda", method, path, &[("content-type", "application/json")], body).unwrap()
    }

    pub(crate) fn invoke(&self, event: &str) -> Reply {
        self.invoke_with(event.as_bytes(), "", &[])
    }

    fn invoke_with(&self, event: &[u8], query: &str, headers: &[(&str, &str)]) -> Reply {
        let path = format!("/2015-03-31/functions/probe/invocations{query}");
        let mut all = vec![("x-amz-log-type", "Tail")];
        all.extend(headers);
        request(self.running.url(), "lambda", "POST", &path, &all, event).unwrap()
    }

    fn logs(&self, operation: &str, mut input: Value) -> Value {
        input["logGroupName"] = "/aws/lambda/probe".into();
        let reply = call(self.running.url(), &format!("Logs_20140328.{operation}"), &input.to_string());
        assert_eq!(reply.status, 200, "{}", reply.text());
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Stops the server and starts another in the folder.
    fn restart(mut self) -> Self {
        let path = self.folder.path().to_owned();
        self.running = self.runtime.block_on(async {
            self.running.stop().await;
            serve(&path).await
        });
        self
    }
}

async fn serve(folder: &Path) -> Running {
    let options = Options { folder: folder.to_owned(), port: 0, region: "us-west-2".to_owned(), faults: None };
    start(options).await.unwrap()
}

pub(crate) fn value(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{} {}", reply.head, reply.text()))
}

fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// The end of the log that came with an answer.
pub(crate) fn tail(reply: &Reply) -> String {
    String::from_utf8(BASE64.decode(header(reply, "x-amz-log-result").unwrap()).unwrap()).unwrap()
}

/// Checks that an invocation was answered with the function's failure.
#[track_caller]
pub(crate) fn assert_failed(reply: &Reply, error_type: &str, message: &str) {
    assert_eq!((reply.status, header(reply, "x-amz-function-error")), (200, Some("Unhandled")), "{}", reply.text());
    let error = value(reply);
    assert_eq!(error["errorType"], error_type, "{error}");
    assert!(error["errorMessage"].as_str().unwrap().ends_with(message), "{error}");
}

#[test]
fn the_environment_is_that_of_lambda_and_nothing_else() {
    let account = Account::new(json!({ "MemorySize": 256, "Environment": { "Variables": { "TABLE": "t" } } }));
    let reply = account.invoke(r#"{"do":"environment"}"#);
    let variables = value(&reply);
    for (name, expected) in [
        ("TABLE", "t"),
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/probe"),
        ("AWS_REGION", "us-west-2"),
        ("AWS_ENDPOINT_URL", account.running.url()),
        ("_HANDLER", "bootstrap"),
    ] {
        assert_eq!(variables[name], expected, "{name} in {variables}");
    }
    assert!(variables["LAMBDA_TASK_ROOT"].as_str().unwrap().starts_with(account.folder.path().to_str().unwrap()));
    let foreign: Vec<_> = variables
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !name.starts_with("AWS_") && !name.starts_with("LAMBDA_"))
        .collect();
    assert_eq!(foreign, ["LANG", "PATH", "TABLE", "TZ", "_HANDLER"]);

    let headers = value(&account.invoke(r#"{"do":"headers"}"#));
    assert_eq!(headers["lambda-runtime-invoked-function-arn"], "arn:aws:lambda:us-west-2:123456789012:function:probe");
    assert!(headers["lambda-runtime-trace-id"].as_str().unwrap().starts_with("Root=1-"));
    assert!(headers["lambda-runtime-deadline-ms"].as_str().unwrap().parse::<u64>().unwrap() > 1_700_000_000_000);
}

#[test]
fn the_runtime_api_is_for_the_function_alone() {
    let account = Account::new(json!({}));
    let variables = value(&account.invoke(r#"{"do":"environment"}"#));
    let api = variables["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap();
    // The function waits for its next event; whoever asks as well would get it in its place.
    let mut stream = TcpStream::connect(api).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_mins(1))).unwrap();
    let request = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nhost: {api}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(account.invoke(r#"{"do":"count"}"#).text(), "2");
}

#[test]
fn an_environment_is_reused_until_the_function_changes() {
    let account = Account::new(json!({}));
    let count = || account.invoke(r#"{"do":"count"}"#).text();
    let first = account.invoke(r#"{"do":"count"}"#);
    assert_eq!((first.text().as_str(), header(&first, "x-amz-executed-version")), ("1", Some("$LATEST")));
    assert!(tail(&first).contains("\tInit Duration: "), "{}", tail(&first));
    let second = account.invoke(r#"{"do":"count"}"#);
    assert_eq!(second.text(), "2");
    assert!(!tail(&second).contains("Init Duration"), "{}", tail(&second));
    let path = "/2015-03-31/functions/probe/configuration";
    assert_eq!(account.rest("PUT", path, br#"{"Timeout":4}"#).status, 200);
    assert_eq!((count(), count()), ("1".to_owned(), "2".to_owned()));
}

#[test]
fn versions_and_aliases_run_what_they_name() {
    let account = Account::new(json!({ "Environment": { "Variables": { "WHICH": "first" } } }));
    let published = account.rest("POST", "/2015-03-31/functions/probe/versions", b"{}");
    assert_eq!(value(&published)["Version"], "1");
    let alias = br#"{"Name":"live","FunctionVersion":"1"}"#;
    assert_eq!(account.rest("POST", "/2015-03-31/functions/probe/aliases", alias).status, 201);
    let changed = br#"{"Environment":{"Variables":{"WHICH":"second"}}}"#;
    assert_eq!(account.rest("PUT", "/2015-03-31/functions/probe/configuration", changed).status, 200);
    let which = |query: &str| {
        let reply = account.invoke_with(br#"{"do":"environment"}"#, query, &[]);
        let version = header(&reply, "x-amz-executed-version").unwrap().to_owned();
        (value(&reply)["WHICH"].as_str().unwrap().to_owned(), version)
    };
    assert_eq!(which(""), ("second".to_owned(), "$LATEST".to_owned()));
    assert_eq!(which("?Qualifier=1"), ("first".to_owned(), "1".to_owned()));
    assert_eq!(which("?Qualifier=live"), ("first".to_owned(), "1".to_owned()));
    let unknown = account.invoke_with(b"{}", "?Qualifier=9", &[]);
    assert_eq!((unknown.status, header(&unknown, "x-amzn-errortype")), (404, Some("ResourceNotFoundException")));
}

#[test]
fn failures_of_the_function() {
    let account = Account::new(json!({}));
    let failed = account.invoke(r#"{"do":"fail"}"#);
    assert_eq!(failed.text(), r#"{"errorType":"Probe.Failure","errorMessage":"as you wish","stackTrace":["probe"]}"#);
    assert_failed(&failed, "Probe.Failure", "as you wish");
    // A function that reports an error lives on; one that ends does not.
    assert_eq!(account.invoke(r#"{"do":"count"}"#).text(), "2");
    let exited = account.invoke(r#"{"do":"exit","code":3}"#);
    assert_failed(&exited, "Runtime.ExitError", " Error: Runtime exited with error: exit status 3");
    assert!(tail(&exited).contains("Runtime.ExitError"), "{}", tail(&exited));
    let silent = account.invoke(r#"{"do":"exit","code":0}"#);
    assert_failed(&silent, "Runtime.ExitError", "Runtime exited without providing a reason");
    assert_eq!(account.invoke(r#"{"do":"count"}"#).text(), "1");
}

#[test]
fn a_function_that_takes_too_long_is_killed() {
    let account = Account::new(json!({ "Timeout": 1 }));
    let pid = account.invoke(r#"{"do":"pid"}"#).text();
    let late = account.invoke(r#"{"do":"spin"}"#);
    assert_failed(&late, "Sandbox.Timedout", " Error: Task timed out after 1.00 seconds");
    assert!(tail(&late).contains(" Task timed out after 1.00 seconds\n"), "{}", tail(&late));
    assert!(tail(&late).ends_with("Status: timeout\tError Type: Sandbox.Timedout\t\n"), "{}", tail(&late));
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert_eq!(account.invoke(r#"{"do":"count"}"#).text(), "1");
}

#[test]
fn a_function_that_does_not_get_ready() {
    let account = Account::new(json!({ "Environment": { "Variables": { "FAIL_AT_INIT": "exit" } } }));
    let ended = account.invoke("{}");
    assert_failed(&ended, "Runtime.ExitError", "Runtime exited with error: exit status 9");
    assert!(tail(&ended).contains("no wish to start\n"), "{}", tail(&ended));
    let report = br#"{"Environment":{"Variables":{"FAIL_AT_INIT":"report"}}}"#;
    assert_eq!(account.rest("PUT", "/2015-03-31/functions/probe/configuration", report).status, 200);
    assert_failed(&account.invoke("{}"), "Probe.Init", "no wish to start");
}

#[test]
fn memory_is_measured_and_limited() {
    let account = Account::new(json!({ "MemorySize": 128 }));
    let used = |reply: &Reply| -> u64 {
        let log = tail(reply);
        let (_, rest) = log.split_once("Max Memory Used: ").unwrap();
        rest.split(' ').next().unwrap().parse().unwrap()
    };
    let little = used(&account.invoke("{}"));
    assert!((1..32).contains(&little), "{little} MB");
    let more = used(&account.invoke(r#"{"do":"grow","mb":64}"#));
    assert!((64..96).contains(&more), "{more} MB");
    let too_much = account.invoke(r#"{"do":"grow","mb":2000}"#);
    assert_failed(&too_much, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
}

#[test]
fn payloads_have_a_limit() {
    let account = Account::new(json!({}));
    let event = format!("\"{}\"", "x".repeat(6 * 1024 * 1024 - 2));
    assert_eq!(account.invoke(&event).text().len(), event.len());
    let large = account.invoke(&format!("\"x{}", &event[1..]));
    assert_eq!((large.status, header(&large, "x-amzn-errortype")), (413, Some("RequestTooLargeException")));
    let answer = account.invoke(r#"{"do":"long","bytes":7000000}"#);
    let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    assert_failed(&answer, "Function.ResponseSizeTooLarge", message);
    let no_json = account.invoke("{do");
    assert_eq!((no_json.status, header(&no_json, "x-amzn-errortype")), (400, Some("InvalidRequestContentException")));
    assert_eq!(account.invoke("").text(), "{}");
}

#[test]
fn kinds_of_invocation() {
    let account = Account::new(json!({}));
    let kind = |kind: &str, event: &[u8]| account.invoke_with(event, "", &[("x-amz-invocation-type", kind)]).status;
    assert_eq!(kind("DryRun", b"{}"), 204);
    assert_eq!(kind("Whenever", b"{}"), 400);
    assert_eq!(kind("Event", br#"{"do":"say","text":"queued"}"#), 202);
    assert_eq!(kind("Event", br#"{"do":"fail"}"#), 202);
    // A server that stops has dealt with what was queued: once where it went well, three times where it did not.
    let account = account.restart();
    let found = account.logs("FilterLogEvents", json!({ "filterPattern": "queued" }));
    assert_eq!(found["events"].as_array().unwrap().len(), 2, "{found}");
    let starts = account.logs("FilterLogEvents", json!({ "filterPattern": "\"START\" RequestId:" }));
    assert_eq!(starts["events"].as_array().unwrap().len(), 4, "{starts}");
}

#[test]
fn logs_are_kept_in_both_forms() {
    let account = Account::new(json!({ "LoggingConfig": { "LogFormat": "JSON", "LogGroup": "/aws/lambda/probe" } }));
    let reply = account.invoke(r#"{"do":"say","text":"hello"}"#);
    let records: Vec<Value> = tail(&reply).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!((&records[0]["type"], &records[1]["type"]), (&json!("platform.start"), &json!("platform.report")));
    let metrics = &records[1]["record"]["metrics"];
    assert!(metrics["maxMemoryUsedMB"].as_u64().unwrap() > 0 && metrics["initDurationMs"].as_f64().unwrap() > 0.0);
    assert_eq!(records[1]["record"]["status"], "success");
    let exited = tail(&account.invoke(r#"{"do":"exit","code":4}"#));
    let report: Value = serde_json::from_str(exited.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&report["record"]["status"], &report["record"]["errorType"]),
        (&json!("error"), &json!("Runtime.ExitError"))
    );
    let text = br#"{"LoggingConfig":{"LogFormat":"Text","LogGroup":"/aws/lambda/probe"}}"#;
    assert_eq!(account.rest("PUT", "/2015-03-31/functions/probe/configuration", text).status, 200);
    account.invoke(r#"{"do":"say","text":"goodbye"}"#);

    let streams = account.logs("DescribeLogStreams", json!({}));
    let names: Vec<_> =
        streams["logStreams"].as_array().unwrap().iter().map(|stream| &stream["logStreamName"]).collect();
    assert_eq!(names.len(), 2, "{streams}");
    let mut lines = Vec::new();
    for name in names {
        let events = account.logs("GetLogEvents", json!({ "logStreamName": name, "startFromHead": true }));
        lines.extend(
            events["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap().to_owned()),
        );
    }
    for line in ["hello", "and again: hello", "goodbye", "and again: goodbye"] {
        assert!(lines.iter().any(|found| found == line), "{line} in {lines:#?}");
    }
    for line in ["START RequestId: ", "END RequestId: ", "REPORT RequestId: "] {
        assert!(lines.iter().any(|found| found.starts_with(line)), "{line} in {lines:#?}");
    }
}

#[test]
fn many_at_once_do_not_mix() {
    let account = Account::new(json!({}));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..24)
            .map(|number| {
                let account = &account;
                scope.spawn(move || {
                    let event = format!("{{\"number\":{number}}}");
                    assert_eq!(account.invoke(&event).text(), event);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let path = "/2017-10-31/functions/probe/concurrency";
    assert_eq!(account.rest("PUT", path, br#"{"ReservedConcurrentExecutions":0}"#).status, 200);
    let throttled = account.invoke("{}");
    assert_eq!((throttled.status, header(&throttled, "x-amzn-errortype")), (429, Some("TooManyRequestsException")));
    assert_eq!(value(&throttled)["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
}

#[test]
fn functions_call_the_sandbox_they_run_in() {
    let account = Account::new(json!({}));
    let stream =
        call(account.running.url(), "Kinesis_20131202.CreateStream", r#"{"StreamName":"records","ShardCount":1}"#);
    assert_eq!(stream.status, 200, "{}", stream.text());
    let reply = account.invoke(r#"{"do":"call","target":"Kinesis_20131202.ListStreams"}"#);
    assert_eq!(value(&reply)["StreamNames"], json!(["records"]), "{}", reply.text());
}

#[test]
fn processes_end_with_the_server() {
    let account = Account::new(json!({}));
    let pid = account.invoke(r#"{"do":"pid"}"#).text();
    let process = format!("/proc/{pid}");
    assert!(Path::new(&process).exists());
    let account = account.restart();
    // Killed, and perhaps still to be cleared away by the kernel.
    while Path::new(&process).exists() {
        std::thread::yield_now();
    }
    assert_eq!(account.invoke(r#"{"do":"count"}"#).text(), "1");
}

#[test]
fn what_this_machine_cannot_run_is_named() {
    let other = if native() == Architecture::X8664 { "arm64" } else { "x86_64" };
    let account = Account::with_code(b"PK", &json!({ "Architectures": [other] }));
    let reply = account.invoke("{}");
    assert!(reply.status == 501 && reply.text().contains(&format!("functions for {other}")), "{}", reply.text());
    let runtime = br#"{"Runtime":"java21","Handler":"index.handler"}"#;
    assert_eq!(account.rest("PUT", "/2015-03-31/functions/probe/configuration", runtime).status, 200);
    let reply = account.invoke("{}");
    assert!(reply.status == 501 && reply.text().contains("java21"), "{}", reply.text());
}

#[test]
fn other_parts_of_the_sandbox_invoke_without_a_request() {
    let account = Account::new(json!({}));
    let invocation = Invocation {
        region: "us-west-2".to_owned(),
        function: "arn:aws:lambda:us-west-2:123456789012:function:probe:$LATEST".to_owned(),
        qualifier: None,
        payload: br#"{"do":"count"}"#.to_vec(),
    };
    let invoked = account.runtime.block_on(account.running.invoke(invocation)).unwrap();
    assert_eq!((invoked.payload.as_slice(), invoked.version.as_str(), invoked.failed), (&b"1"[..], "$LATEST", false));
    assert!(invoked.log.contains(&format!("REPORT RequestId: {}", invoked.request_id)), "{}", invoked.log);
}

#[test]
fn a_function_has_its_layers() {
    let account = Account::new(json!({}));
    let publish = |name: &str, zip: &[u8]| {
        let layer = json!({ "Content": { "ZipFile": BASE64.encode(zip) } });
        let path = format!("/2018-10-31/layers/{name}/versions");
        let published = account.rest("POST", &path, layer.to_string().as_bytes());
        assert_eq!(published.status, 201, "{}", published.text());
        value(&published)["LayerVersionArn"].as_str().unwrap().to_owned()
    };
    let layer = publish("program", &probe());
    assert_eq!(layer, "arn:aws:lambda:us-west-2:123456789012:layer:program:1");
    assert!(publish("program", &probe()).ends_with(":2"));
    // The function's own zip has no program: the one in the layer runs.
    let empty = BASE64.decode(zip_with_a_text()).unwrap();
    let code = json!({ "ZipFile": BASE64.encode(empty) }).to_string();
    let path = "/2015-03-31/functions/probe";
    assert_eq!(account.rest("PUT", &format!("{path}/code"), code.as_bytes()).status, 200);
    assert!(account.invoke("{}").text().contains("Couldn't find valid bootstrap"));
    let configure = |layer: &str| {
        let layers = json!({ "Layers": [layer] }).to_string();
        account.rest("PUT", &format!("{path}/configuration"), layers.as_bytes())
    };
    let refused = configure(&layer.replace("program:1", "program:9"));
    assert!(refused.status == 400 && refused.text().contains("does not exist"), "{}", refused.text());
    assert_eq!(configure(&layer).status, 200);
    let invoked = account.invoke("{}");
    assert!(!invoked.head.contains("x-amz-function-error"), "{} {}", invoked.head, invoked.text());
}

/// A zip file with a file `readme` and nothing else, in Base64.
fn zip_with_a_text() -> &'static str {
    "UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAGAAAAcmVhZG1lUEsBAhQAFAAAAAAAAAAhAAAAAAAAAAAAAAAAAAYAAAAAAAAAAAAAAAAAAAAAAHJlYWRtZVBLBQYAAAAAAQABADQAAAAkAAAAAAA="
}
