//! The clock is moved while a server works: schedules, rules and executions, each at its own time.

use std::time::Duration;

use callform_sandbox::{Options, start};
use serde_json::{Value, json};

use crate::http::{call as request, json as call};

const ROLE: &str = "arn:aws:iam::123456789012:role/r";

fn ask(url: &str, target: &str, input: &Value) -> Value {
    let reply = call(url, target, &input.to_string());
    assert_eq!(reply.status, 200, "{target} {}", reply.text());
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

fn make(url: &str) {
    let wait = json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 90, "End": true } } });
    let machine = json!({ "name": "m", "definition": wait.to_string(), "roleArn": ROLE });
    let machine = ask(url, "AWSStepFunctions.CreateStateMachine", &machine)["stateMachineArn"].clone();
    let schedule = json!({
        "ScheduleExpression": "cron(0/5 * * * ? *)",
        "FlexibleTimeWindow": { "Mode": "OFF" },
        "Target": { "Arn": machine, "RoleArn": ROLE, "Input": "{\"at\":\"<aws.scheduler.scheduled-time>\"}" },
    });
    let headers = [("content-type", "application/json")];
    let made = request(url, "scheduler", "POST", "/schedules/s", &headers, schedule.to_string().as_bytes()).unwrap();
    assert_eq!(made.status, 200, "{}", made.text());
    ask(url, "AmazonSQS.CreateQueue", &json!({ "QueueName": "q" }));
    ask(url, "AWSEvents.PutRule", &json!({ "Name": "r", "ScheduleExpression": "rate(20 minutes)" }));
    let target = json!({ "Id": "1", "Arn": "arn:aws:sqs:us-west-2:123456789012:q", "InputPath": "$.time" });
    ask(url, "AWSEvents.PutTargets", &json!({ "Rule": "r", "Targets": [target] }));
}

fn milliseconds(time: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a time")]
    time.as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_hour_passes_as_an_hour_does() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { folder: folder.path().to_owned(), port: 0, region: "us-west-2".to_owned(), faults: None };
    let running = start(options).await.unwrap();
    let url = running.url().to_owned();
    tokio::task::spawn_blocking({
        let url = url.clone();
        move || make(&url)
    })
    .await
    .unwrap();
    running.advance(Duration::from_hours(1)).await.unwrap();
    let seen = tokio::task::spawn_blocking(move || {
        let machine = "arn:aws:states:us-west-2:123456789012:stateMachine:m";
        let executions = ask(&url, "AWSStepFunctions.ListExecutions", &json!({ "stateMachineArn": machine }));
        let queue = json!({ "QueueUrl": "q", "MaxNumberOfMessages": 10 });
        (executions["executions"].as_array().unwrap().clone(), ask(&url, "AmazonSQS.ReceiveMessage", &queue))
    })
    .await
    .unwrap();
    running.stop().await;
    let (executions, messages) = seen;
    assert_eq!(executions.len(), 12);
    let times: Vec<(i64, Option<i64>)> = executions
        .iter()
        .map(|one| (milliseconds(&one["startDate"]).unwrap(), milliseconds(&one["stopDate"])))
        .collect();
    for (start, stop) in &times {
        assert_eq!(start % 300_000, 0, "at the time of the schedule");
        assert!(stop.is_none_or(|stop| stop == start + 90_000), "{start} {stop:?}");
    }
    assert!(times.iter().filter(|(_, stop)| stop.is_some()).count() >= 11, "{times:?}");
    assert_eq!(messages["Messages"].as_array().unwrap().len(), 3);
}
