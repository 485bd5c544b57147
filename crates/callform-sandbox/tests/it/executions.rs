//! Executions of state machines over HTTP: what they do, wait for, and survive.

use std::time::Duration;

use callform_sandbox::{Options, Running, start};
use serde_json::{Value, json};

use crate::functions::Account;
use crate::http::{Reply, json as call};
use crate::interpreted::{PYTHON, is_there, zip};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A served sandbox.
struct Sandbox {
    folder: tempfile::TempDir,
    running: Option<Running>,
    runtime: tokio::runtime::Runtime,
}

impl Sandbox {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut sandbox = Self { folder, running: None, runtime };
        sandbox.serve();
        sandbox
    }

    fn serve(&mut self) {
        let options =
            Options { folder: self.folder.path().to_owned(), port: 0, region: "us-west-2".to_owned(), faults: None };
        self.running = Some(self.runtime.block_on(start(options)).unwrap());
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    fn advance(&self, seconds: u64) {
        let running = self.running.as_ref().unwrap();
        self.runtime.block_on(running.advance(Duration::from_secs(seconds))).unwrap();
    }

    fn client(&self) -> Client<'_> {
        Client { url: self.running.as_ref().unwrap().url() }
    }
}

/// A client of a sandbox.
#[derive(Clone, Copy)]
struct Client<'a> {
    url: &'a str,
}

impl Client<'_> {
    fn ask(self, target: &str, input: &Value) -> Reply {
        call(self.url, target, &input.to_string())
    }

    #[track_caller]
    fn call(self, target: &str, input: &Value) -> Value {
        let reply = self.ask(target, input);
        assert_eq!(reply.status, 200, "{target} {}", reply.text());
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[track_caller]
    fn states(self, operation: &str, input: &Value) -> Value {
        self.call(&format!("AWSStepFunctions.{operation}"), input)
    }

    #[track_caller]
    fn refused(self, operation: &str, input: &Value) -> String {
        let reply = self.ask(&format!("AWSStepFunctions.{operation}"), input);
        assert_eq!(reply.status, 400, "{}", reply.text());
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        body["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
    }

    #[track_caller]
    fn machine(self, name: &str, kind: &str, definition: &Value) -> String {
        let input = json!({ "name": name, "type": kind, "roleArn": ROLE, "definition": definition.to_string() });
        self.states("CreateStateMachine", &input)["stateMachineArn"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn begin(self, machine: &str, input: &Value) -> String {
        let input = json!({ "stateMachineArn": machine, "input": input.to_string() });
        self.states("StartExecution", &input)["executionArn"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn describe(self, execution: &str) -> Value {
        self.states("DescribeExecution", &json!({ "executionArn": execution }))
    }

    /// Waits until it does not run any more, and answers its output or error.
    #[track_caller]
    fn end(self, execution: &str) -> Value {
        loop {
            let described = self.describe(execution);
            match described["status"].as_str().unwrap() {
                "RUNNING" => std::thread::yield_now(),
                "SUCCEEDED" => return serde_json::from_str(described["output"].as_str().unwrap()).unwrap(),
                _ => return json!({ "error": described["error"], "cause": described["cause"] }),
            }
        }
    }

    /// Makes a machine of states, of which the first is `A`, and runs it to its end.
    #[track_caller]
    fn run(self, name: &str, states: &Value, input: &Value) -> Value {
        let machine = self.machine(name, "STANDARD", &json!({ "StartAt": "A", "States": states }));
        self.end(&self.begin(&machine, input))
    }
}

fn types(history: &Value) -> Vec<&str> {
    history["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect()
}

#[test]
fn executions_are_started_listed_told_and_stopped() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let states = json!({ "A": { "Type": "Wait", "Seconds": 3600, "Next": "B" }, "B": { "Type": "Pass", "End": true } });
    let machine = client.machine("m", "STANDARD", &json!({ "StartAt": "A", "States": states }));
    let named = json!({ "stateMachineArn": machine, "name": "one", "input": "{\"a\": 1}" });
    let first = client.states("StartExecution", &named);
    assert_eq!(first["executionArn"], "arn:aws:states:us-west-2:123456789012:execution:m:one");
    let mut same = named;
    same["input"] = "{\"a\":1}".into();
    assert_eq!(client.states("StartExecution", &same), first, "the same name and input, while it runs");
    same["input"] = "{}".into();
    assert_eq!(client.refused("StartExecution", &same), "ExecutionAlreadyExists");
    for (change, code) in [
        (json!({ "input": "{" }), "InvalidExecutionInput"),
        (json!({ "name": "a b" }), "InvalidName"),
        (json!({ "stateMachineArn": "m" }), "InvalidArn"),
        (json!({ "stateMachineArn": format!("{machine}x") }), "StateMachineDoesNotExist"),
    ] {
        let mut wrong = json!({ "stateMachineArn": machine });
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(client.refused("StartExecution", &wrong), code);
    }
    let second = client.begin(&machine, &json!({}));
    let stop = json!({ "executionArn": second, "error": "Enough", "cause": "of it" });
    client.states("StopExecution", &stop);
    let stopped = client.describe(&second);
    assert_eq!((&stopped["status"], &stopped["error"]), (&json!("ABORTED"), &json!("Enough")));
    sandbox.advance(3600);
    let arn = first["executionArn"].as_str().unwrap();
    assert_eq!(client.end(arn), json!({ "a": 1 }));
    let described = client.describe(arn);
    let seconds = |name: &str| described[name].as_f64().unwrap();
    assert!((seconds("stopDate") - seconds("startDate") - 3600.0).abs() < 1e-6, "{described}");
    let listed = |filter: Value| client.states("ListExecutions", &filter)["executions"].as_array().unwrap().len();
    assert_eq!(listed(json!({ "stateMachineArn": machine })), 2);
    assert_eq!(listed(json!({ "stateMachineArn": machine, "statusFilter": "ABORTED" })), 1);
    let whole = client.states("GetExecutionHistory", &json!({ "executionArn": arn }));
    let expected = [
        "ExecutionStarted",
        "WaitStateEntered",
        "WaitStateExited",
        "PassStateEntered",
        "PassStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(types(&whole), expected);
    let page = json!({ "executionArn": arn, "reverseOrder": true, "maxResults": 4, "includeExecutionData": false });
    let mut page = client.states("GetExecutionHistory", &page);
    assert_eq!(types(&page), ["ExecutionSucceeded", "PassStateExited", "PassStateEntered", "WaitStateExited"]);
    assert_eq!(page["events"][0]["executionSucceededEventDetails"], json!({ "outputDetails": { "truncated": false } }));
    let token = page["nextToken"].take();
    let rest = json!({ "executionArn": arn, "reverseOrder": true, "maxResults": 4, "nextToken": token });
    assert_eq!(types(&client.states("GetExecutionHistory", &rest)), ["WaitStateEntered", "ExecutionStarted"]);
    let of = client.states("DescribeStateMachineForExecution", &json!({ "executionArn": arn }));
    assert_eq!(of["stateMachineArn"], machine.as_str());
    assert_eq!(
        client.refused("DescribeExecution", &json!({ "executionArn": format!("{arn}x") })),
        "ExecutionDoesNotExist"
    );
}

#[test]
fn definitions_are_checked() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let wrong = json!({ "StartAt": "A", "States": { "A": { "Type": "Pass", "Next": "B" } } }).to_string();
    let checked = client.states("ValidateStateMachineDefinition", &json!({ "definition": wrong }));
    assert_eq!(
        (&checked["result"], &checked["diagnostics"][0]["location"]),
        (&json!("FAIL"), &json!("/States/A/Next"))
    );
    let right = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }).to_string();
    let checked = client.states("ValidateStateMachineDefinition", &json!({ "definition": right }));
    assert_eq!(checked, json!({ "result": "OK", "diagnostics": [], "truncated": false }));
    let create = json!({ "name": "m", "roleArn": ROLE, "definition": wrong });
    assert_eq!(client.refused("CreateStateMachine", &create), "InvalidDefinition");
}

#[test]
fn tasks_call_the_services_of_the_sandbox() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let key = json!([{ "AttributeName": "id", "AttributeType": "S" }]);
    client.call(
        "DynamoDB_20120810.CreateTable",
        &json!({
            "TableName": "people", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": key,
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        }),
    );
    let item = json!({ "id": { "S.$": "$.id" }, "n": { "N": "1" } });
    let put = json!({
        "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "ResultPath": null,
        "Parameters": { "TableName": "people", "Item": item, "ConditionExpression": "attribute_not_exists(id)" },
    });
    let mut first = put.clone();
    first["Next"] = "B".into();
    let mut twice = put;
    twice["Next"] = "C".into();
    twice["Catch"] =
        json!([{ "ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "C", "ResultPath": "$.e" }]);
    let get = json!({
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem", "End": true,
        "Parameters": { "TableName": "people", "Key": { "id": { "S.$": "$.id" } } },
        "ResultSelector": { "n.$": "$.Item.n.N" }, "ResultPath": "$.got",
    });
    let output = client.run("table", &json!({ "A": first, "B": twice, "C": get }), &json!({ "id": "x" }));
    assert_eq!(output["got"], json!({ "n": "1" }));
    assert_eq!(output["e"]["Error"], "DynamoDB.ConditionalCheckFailedException");
    let missing = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem", "End": true,
        "Parameters": { "TableName": "none", "Key": { "id": { "S": "x" } } },
    } });
    assert_eq!(client.run("missing", &missing, &json!({}))["error"], "DynamoDb.ResourceNotFoundException");
    let machines = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:listStateMachines", "Parameters": { "MaxResults": 1 },
        "ResultSelector": { "name.$": "$.StateMachines[0].Name" }, "End": true,
    } });
    assert_eq!(client.run("machines", &machines, &json!({})), json!({ "name": "machines" }));
    let unknown = json!({ "A": { "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask", "End": true } });
    assert_eq!(client.run("unknown", &unknown, &json!({}))["error"], "States.Runtime");
}

#[test]
fn an_execution_waits_for_another() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let inner = json!({ "StartAt": "I", "States": {
        "I": { "Type": "Wait", "Seconds": 60, "Next": "J" },
        "J": { "Type": "Choice", "Choices": [{ "Variable": "$.fail", "BooleanEquals": true, "Next": "K" }], "Default": "L" },
        "K": { "Type": "Fail", "Error": "Inner", "Cause": "why" },
        "L": { "Type": "Pass", "Result": { "done": 1 }, "End": true },
    } });
    let inner = client.machine("inner", "STANDARD", &inner);
    let outer = |form: &str| {
        json!({ "StartAt": "A", "States": { "A": {
        "Type": "Task", "Resource": format!("arn:aws:states:::states:startExecution{form}"), "End": true,
        "Parameters": { "StateMachineArn": inner, "Input.$": "$" },
    } } })
    };
    let second = client.machine("second", "STANDARD", &outer(".sync:2"));
    let first = client.machine("first", "STANDARD", &outer(".sync"));
    let plain = client.machine("plain", "STANDARD", &outer(""));
    let well = client.begin(&second, &json!({ "fail": false }));
    let text = client.begin(&first, &json!({ "fail": false }));
    let badly = client.begin(&second, &json!({ "fail": true }));
    let at_once = client.begin(&plain, &json!({ "fail": false }));
    assert!(client.end(&at_once)["ExecutionArn"].as_str().unwrap().contains(":execution:inner:"));
    sandbox.advance(61);
    assert_eq!(client.end(&well)["Output"], json!({ "done": 1 }));
    assert_eq!(client.end(&text)["Output"], "{\"done\":1}");
    let failed = client.end(&badly);
    assert_eq!(failed["error"], "States.TaskFailed");
    assert!(failed["cause"].as_str().unwrap().contains("Inner"), "{failed}");
}

#[test]
fn tokens_and_activities_are_answered_from_outside() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let url = client.call("AmazonSQS.CreateQueue", &json!({ "QueueName": "q" }))["QueueUrl"].clone();
    let states = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "HeartbeatSeconds": 60, "Parameters": { "QueueUrl": url, "MessageBody": { "token.$": "$$.Task.Token", "in.$": "$" } },
    } });
    let machine = client.machine("m", "STANDARD", &json!({ "StartAt": "A", "States": states }));
    let token = |execution: &str| loop {
        let received = client.call("AmazonSQS.ReceiveMessage", &json!({ "QueueUrl": url }));
        if let Some(body) = received["Messages"][0]["Body"].as_str() {
            let body: Value = serde_json::from_str(body).unwrap();
            // Else it would be there again when hours have passed.
            let handle = &received["Messages"][0]["ReceiptHandle"];
            client.ask("AmazonSQS.DeleteMessage", &json!({ "QueueUrl": url, "ReceiptHandle": handle }));
            assert_eq!(client.describe(execution)["status"], "RUNNING");
            return body["token"].clone();
        }
    };
    let answered = client.begin(&machine, &json!({ "a": 1 }));
    let its = token(&answered);
    sandbox.advance(50);
    client.states("SendTaskHeartbeat", &json!({ "taskToken": its }));
    sandbox.advance(50);
    client.states("SendTaskSuccess", &json!({ "taskToken": its, "output": "{\"ok\":true}" }));
    assert_eq!(client.end(&answered), json!({ "ok": true }));
    let again = json!({ "taskToken": its, "output": "1" });
    assert_eq!(client.refused("SendTaskSuccess", &again), "TaskTimedOut");
    assert_eq!(client.refused("SendTaskHeartbeat", &json!({ "taskToken": "none" })), "InvalidToken");
    let failed = client.begin(&machine, &json!({}));
    let failure = json!({ "taskToken": token(&failed), "error": "No", "cause": "reason" });
    client.states("SendTaskFailure", &failure);
    assert_eq!(client.end(&failed), json!({ "error": "No", "cause": "reason" }));
    let silent = client.begin(&machine, &json!({}));
    let late = token(&silent);
    sandbox.advance(61);
    assert_eq!(client.end(&silent)["error"], "States.HeartbeatTimeout");
    assert_eq!(client.refused("SendTaskSuccess", &json!({ "taskToken": late, "output": "1" })), "TaskTimedOut");

    let activity = client.states("CreateActivity", &json!({ "name": "work" }))["activityArn"].clone();
    let states = json!({ "A": { "Type": "Task", "Resource": activity, "TimeoutSeconds": 100, "End": true } });
    let machine = client.machine("by-hand", "STANDARD", &json!({ "StartAt": "A", "States": states }));
    let execution = client.begin(&machine, &json!({ "n": 7 }));
    let task = client.states("GetActivityTask", &json!({ "activityArn": activity, "workerName": "w" }));
    assert_eq!(task["input"], "{\"n\":7}");
    assert_eq!(client.states("GetActivityTask", &json!({ "activityArn": activity })), json!({}));
    client.states("SendTaskSuccess", &json!({ "taskToken": task["taskToken"], "output": "8" }));
    assert_eq!(client.end(&execution), json!(8));
    let history = client.states("GetExecutionHistory", &json!({ "executionArn": execution }));
    assert_eq!(types(&history)[2..5], ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]);
}

#[test]
fn items_are_read_from_and_results_written_to_buckets() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let put = |path: &str, body: &str| {
        let hash = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
        let reply = crate::http::call(client.url, "s3", "PUT", path, &hash, body.as_bytes()).unwrap();
        assert_eq!(reply.status, 200, "{}", reply.text());
    };
    put("/lists", "");
    put("/lists/people.csv", "name,number\nAda,1\nBo,2\nCy,3\n");
    let config = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
    let processor = json!({ "ProcessorConfig": config, "StartAt": "I", "States": {
        "I": { "Type": "Choice", "Choices": [{ "Variable": "$.number", "StringEquals": "2", "Next": "F" }], "Default": "P" },
        "F": { "Type": "Fail", "Error": "Two" }, "P": { "Type": "Pass", "End": true },
    } });
    let map = json!({ "A": {
        "Type": "Map", "ItemProcessor": processor, "ToleratedFailureCount": 1, "End": true,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject", "Parameters": { "Bucket": "lists", "Key.$": "$.key" },
            "ReaderConfig": { "InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW" },
        },
        "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "lists", "Prefix": "out" } },
    } });
    let machine = client.machine("m", "STANDARD", &json!({ "StartAt": "A", "States": map }));
    let execution = client.begin(&machine, &json!({ "key": "people.csv" }));
    let output = client.end(&execution);
    let get = |key: &str| -> Value {
        let reply = crate::http::call(client.url, "s3", "GET", &format!("/lists/{key}"), &[], b"").unwrap();
        serde_json::from_slice(&reply.body).unwrap()
    };
    let manifest = get(output["ResultWriterDetails"]["Key"].as_str().unwrap());
    let written = get(manifest["ResultFiles"]["SUCCEEDED"][0]["Key"].as_str().unwrap());
    let inputs: Vec<&str> = written.as_array().unwrap().iter().map(|one| one["Input"].as_str().unwrap()).collect();
    assert_eq!(inputs, [r#"{"name":"Ada","number":"1"}"#, r#"{"name":"Cy","number":"3"}"#]);
    let failed = get(manifest["ResultFiles"]["FAILED"][0]["Key"].as_str().unwrap());
    assert_eq!(failed[0]["Error"], "Two");
    let runs = client.states("ListMapRuns", &json!({ "executionArn": execution }));
    let run = client.states("DescribeMapRun", &json!({ "mapRunArn": runs["mapRuns"][0]["mapRunArn"] }));
    assert_eq!((&run["status"], &run["itemCounts"]["failed"]), (&json!("SUCCEEDED"), &json!(1)));
    assert_eq!(run["toleratedFailureCount"], 1);
    let missing = client.begin(&machine, &json!({ "key": "none.csv" }));
    assert_eq!(client.end(&missing)["error"], "States.ItemReaderFailed");
}

#[test]
fn times_pass_in_their_order_and_a_new_process_goes_on() {
    let mut sandbox = Sandbox::new();
    let client = sandbox.client();
    let url = client.call("AmazonSQS.CreateQueue", &json!({ "QueueName": "q" }))["QueueUrl"].clone();
    // Each sends its name at its times: one every 40 minutes, one every 60.
    let ticking = |name: &str, seconds: u64| {
        let states = json!({
            "A": { "Type": "Wait", "Seconds": seconds, "Next": "B" },
            "B": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "ResultPath": null, "Next": "A",
                "Parameters": { "QueueUrl": url, "MessageBody.$": "States.Format('{} {}', $.name, $$.State.EnteredTime)" },
            },
        });
        client.begin(
            &client.machine(name, "STANDARD", &json!({ "StartAt": "A", "States": states })),
            &json!({ "name": name }),
        )
    };
    ticking("slow", 3600);
    ticking("quick", 2400);
    sandbox.advance(3000);
    sandbox.stop();
    sandbox.serve();
    sandbox.advance(4500);
    let client = sandbox.client();
    let mut seen = Vec::new();
    loop {
        let received = client.call("AmazonSQS.ReceiveMessage", &json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 }));
        let Some(messages) = received["Messages"].as_array().filter(|messages| !messages.is_empty()) else { break };
        seen.extend(messages.iter().map(|message| message["Body"].as_str().unwrap().to_owned()));
    }
    let mut times: Vec<(&str, &str)> =
        seen.iter().map(|body| body.split_once(' ').map(|(name, at)| (at, name)).unwrap()).collect();
    times.sort_unstable();
    let names: Vec<&str> = times.iter().map(|(_, name)| *name).collect();
    // 2400, 3600, 4800, 7200 and 7200 seconds, whatever the clock jumped.
    assert_eq!(names[..3], ["quick", "slow", "quick"]);
    assert_eq!(names.len(), 5, "{times:?}");
}

#[test]
fn express_executions_are_waited_for() {
    let sandbox = Sandbox::new();
    let client = sandbox.client();
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.n > 1 %}", "Next": "B" }], "Default": "C" },
        "B": { "Type": "Pass", "Output": "{% $states.input.n * 2 %}", "End": true },
        "C": { "Type": "Fail", "Error": "Small", "Cause": "{% 'only ' & $states.input.n %}" },
    } });
    let machine = client.machine("x", "EXPRESS", &definition);
    let run = |n: i32| {
        let input = json!({ "stateMachineArn": machine, "input": json!({ "n": n }).to_string(), "name": "same" });
        client.states("StartSyncExecution", &input)
    };
    let well = run(4);
    assert_eq!((&well["status"], &well["output"]), (&json!("SUCCEEDED"), &json!("8")));
    let badly = run(1);
    assert_eq!((&badly["error"], &badly["cause"]), (&json!("Small"), &json!("only 1")));
    let arn = badly["executionArn"].as_str().unwrap();
    assert!(arn.contains(":express:x:same:"), "{arn}");
    assert_eq!(client.refused("DescribeExecution", &json!({ "executionArn": arn })), "ExecutionDoesNotExist");
    let standard =
        client.machine("s", "STANDARD", &json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }));
    assert_eq!(
        client.refused("StartSyncExecution", &json!({ "stateMachineArn": standard })),
        "StateMachineTypeNotSupported"
    );
}

#[test]
fn functions_run_beside_each_other_and_are_tried_again() {
    if !is_there(&PYTHON) {
        return;
    }
    let settings = json!({ "Runtime": PYTHON.runtime, "Handler": "app/index.handler", "MemorySize": 512 });
    let account = Account::with_code(&zip(&[(PYTHON.file, PYTHON.code)]), &settings);
    let client = Client { url: account.url() };
    let invoke = |payload: Value| {
        json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
            "Parameters": { "FunctionName": "probe", "Payload": payload },
        })
    };
    let mut task = invoke(json!({ "in.$": "$.a" }));
    task["OutputPath"] = "$.Payload.event".into();
    assert_eq!(client.run("plain", &json!({ "A": task }), &json!({ "a": "ä" })), json!({ "in": "ä" }));
    let bare = json!({ "A": {
        "Type": "Task", "Resource": "arn:aws:lambda:us-west-2:123456789012:function:probe", "OutputPath": "$.event", "End": true,
    } });
    assert_eq!(client.run("bare", &bare, &json!({ "b": 1 })), json!({ "b": 1 }));
    let mut failing = invoke(json!({ "fail": true }));
    failing["Retry"] = json!([{ "ErrorEquals": ["ValueError"], "MaxAttempts": 1, "IntervalSeconds": 1 }]);
    let failed = client.run("failing", &json!({ "A": failing }), &json!({}));
    assert_eq!(failed["error"], "ValueError");
    assert!(failed["cause"].as_str().unwrap().contains("no luck"), "{failed}");
    let mut missing = invoke(json!({}));
    missing["Parameters"]["FunctionName"] = "none".into();
    assert_eq!(
        client.run("missing", &json!({ "A": missing }), &json!({}))["error"],
        "Lambda.ResourceNotFoundException"
    );
    let map = json!({ "A": { "Type": "Map", "End": true, "ItemProcessor": { "StartAt": "I", "States": { "I": {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload.event.n", "End": true,
        "Parameters": { "FunctionName": "probe", "Payload": { "n.$": "$" } },
    } } } } });
    assert_eq!(client.run("map", &map, &json!([3, 1, 2])), json!([3, 1, 2]));
}
