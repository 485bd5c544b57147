//! What targets get, and what becomes of what they do not get.

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn pattern() -> Value {
    json!({ "EventPattern": json!({ "source": ["own"], "detail": { "n": [{ "numeric": [">", 0] }] } }).to_string() })
}

#[test]
fn an_event_reaches_the_targets_of_the_rules_it_matches() {
    let account = Account::new();
    account.ask(logs::call, "CreateLogGroup", json!({ "logGroupName": "/events" }));
    account.ask(sns::call, "CreateTopic", json!({ "Name": "t" }));
    let topic = "arn:aws:sns:us-west-2:123456789012:t";
    let raw = json!({ "entry": [{ "key": "RawMessageDelivery", "value": "true" }] });
    let subscription = json!({ "TopicArn": topic, "Protocol": "sqs", "Endpoint": queue("dead"), "Attributes": raw });
    account.ask(sns::call, "Subscribe", subscription);
    let transformer =
        json!({ "InputPathsMap": { "n": "$.detail.n" }, "InputTemplate": "{\"number\": <n>, \"text\": \"<n>\"}" });
    account.rule(
        "r",
        pattern(),
        json!([
            { "Id": "1", "Arn": FUNCTION },
            { "Id": "2", "Arn": queue("q"), "InputTransformer": transformer },
            { "Id": "3", "Arn": topic, "InputPath": "$.detail" },
            { "Id": "4", "Arn": "arn:aws:logs:us-west-2:123456789012:log-group:/events:*" },
        ]),
    );
    account.tell(&json!({ "n": 0 }));
    account.tell(&json!({ "n": 7 }));
    account.settle();
    assert_eq!(account.bodies("q"), [r#"{"number": 7, "text": "7"}"#]);
    assert_eq!(account.bodies("dead"), [r#"{"n":7}"#], "by the topic");
    let got = account.got.borrow();
    assert_eq!(got.len(), 1);
    assert_eq!((&got[0].1["detail"]["n"], &got[0].1["source"]), (&json!(7), &json!("own")));
    let logged = account.ask(logs::call, "FilterLogEvents", json!({ "logGroupName": "/events" }));
    let logged: Value = serde_json::from_str(logged["events"][0]["message"].as_str().unwrap()).unwrap();
    assert_eq!(logged["id"], got[0].1["id"]);
}

#[test]
fn a_bus_hands_on_to_another() {
    let account = Account::new();
    account.ask(events::call, "CreateEventBus", json!({ "Name": "own" }));
    let listens = json!({ "EventBusName": "own", "EventPattern": r#"{"source": ["own"]}"# });
    let mut rule = json!({ "Name": "r" });
    rule.as_object_mut().unwrap().extend(object(listens));
    account.ask(events::call, "PutRule", rule);
    let target = json!({ "Id": "1", "Arn": queue("q"), "InputPath": "$.detail-type" });
    account.ask(events::call, "PutTargets", json!({ "Rule": "r", "EventBusName": "own", "Targets": [target] }));
    account.tell(&json!({ "n": 1 }));
    account.settle();
    assert_eq!(account.bodies("q"), Vec::<String>::new());
    let bus = "arn:aws:events:us-west-2:123456789012:event-bus/own";
    account.rule("on", pattern(), json!([{ "Id": "1", "Arn": bus }]));
    account.tell(&json!({ "n": 1 }));
    account.settle();
    assert_eq!(account.bodies("q"), ["\"Told\""]);
}

#[test]
fn a_schedule_gives_what_it_says() {
    let account = Account::new();
    account.ask(
        sqs::call,
        "CreateQueue",
        json!({ "QueueName": "o.fifo", "Attributes": { "FifoQueue": "true", "ContentBasedDeduplication": "true" } }),
    );
    let said = "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number> <aws.scheduler.schedule-arn>";
    let input = json!({ "QueueUrl": queue("q"), "MessageBody": said }).to_string();
    let universal = json!({ "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "RoleArn": ROLE, "Input": input });
    account.schedule("universal", "at(2096-11-24T01:30:00)", json!({ "Target": universal }));
    let ordered =
        json!({ "Arn": queue("o.fifo"), "RoleArn": ROLE, "Input": "{}", "SqsParameters": { "MessageGroupId": "g" } });
    account.schedule("ordered", "at(2096-11-24T01:30:00)", json!({ "Target": ordered }));
    account.rule(
        "r",
        json!({ "EventPattern": r#"{"source": ["mine"], "detail": {"n": [1]}}"# }),
        json!([{ "Id": "1", "Arn": FUNCTION }]),
    );
    let bus = json!({
        "Arn": "arn:aws:events:us-west-2:123456789012:event-bus/default", "RoleArn": ROLE, "Input": "{\"n\": 1}",
        "EventBridgeParameters": { "Source": "mine", "DetailType": "Scheduled" },
    });
    account.schedule("event", "at(2096-11-24T01:30:00)", json!({ "Target": bus }));
    account.advance(HOUR);
    let arn = "arn:aws:scheduler:us-west-2:123456789012:schedule/default/universal";
    assert_eq!(account.bodies("q"), [format!("2096-11-24T01:30:00Z 1 {arn}")]);
    assert_eq!(account.bodies("o.fifo"), ["{}"]);
    assert_eq!(account.got.borrow()[0].1["detail-type"], "Scheduled");
}

#[test]
fn what_is_not_there_goes_to_the_dead_letters_at_once() {
    let account = Account::new();
    let gone = queue("gone");
    let dead = json!({ "Arn": queue("dead") });
    account.rule("r", pattern(), json!([{ "Id": "1", "Arn": gone, "DeadLetterConfig": dead }]));
    let target = json!({ "Arn": gone, "RoleArn": ROLE, "Input": "hello", "DeadLetterConfig": dead });
    account.tell(&json!({ "n": 1 }));
    account.settle();
    let (body, attributes) = account.messages("dead").remove(0);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["detail"]["n"], 1);
    assert_eq!(attributes["RULE_ARN"], "arn:aws:events:us-west-2:123456789012:rule/r");
    assert_eq!((&attributes["TARGET_ARN"], &attributes["RETRY_ATTEMPTS"]), (&json!(gone), &json!("0")));
    assert_eq!(attributes["ERROR_CODE"], "QueueDoesNotExist");
    account.schedule("s", "at(2096-11-24T01:30:00)", json!({ "Target": target }));
    account.advance(HOUR);
    let messages = account.messages("dead");
    let (body, attributes) = messages.iter().find(|(_, attributes)| attributes.contains_key("SCHEDULE_ARN")).unwrap();
    assert_eq!((body.as_str(), &attributes["SCHEDULED_TIME"]), ("hello", &json!("2096-11-24T01:30:00Z")));
    assert!(attributes.contains_key("EXECUTION_ID") && !attributes.contains_key("EXHAUSTED_RETRY_CONDITION"));
}

fn throttled(account: &Account, times: u64) {
    let rules: Vec<Value> = (1..=times)
        .map(|nth| json!({ "service": "sqs", "operation": "SendMessage", "nth": nth, "code": "ThrottlingException" }))
        .collect();
    std::fs::write(account.folder.path().join("faults.json"), json!({ "fail_operation": rules }).to_string()).unwrap();
}

#[test]
fn what_may_pass_is_tried_again_and_given_up_by_the_policy() {
    let account = Account::new();
    throttled(&account, 3);
    let target = |retries: u64| {
        json!([{
            "Id": "1", "Arn": queue("q"), "Input": "x", "DeadLetterConfig": { "Arn": queue("dead") },
            "RetryPolicy": { "MaximumRetryAttempts": retries },
        }])
    };
    account.rule("r", pattern(), target(3));
    account.tell(&json!({ "n": 1 }));
    // After one, two and four seconds.
    account.advance(Duration::from_secs(6));
    assert_eq!(account.bodies("q"), Vec::<String>::new());
    account.advance(Duration::from_secs(1));
    assert_eq!(account.bodies("q"), ["x"]);
    std::fs::remove_file(account.folder.path().join("faults.json")).unwrap();
    let account = Account::new();
    throttled(&account, 3);
    account.rule("r", pattern(), target(1));
    account.tell(&json!({ "n": 1 }));
    account.advance(HOUR);
    assert_eq!(account.bodies("q"), Vec::<String>::new());
    let (_, attributes) = account.messages("dead").remove(0);
    assert_eq!(
        (&attributes["EXHAUSTED_RETRY_CONDITION"], &attributes["RETRY_ATTEMPTS"]),
        (&json!("MaximumRetryAttempts"), &json!("1"))
    );
}

#[test]
fn a_function_that_fails_gets_an_event_three_times_and_then_it_is_a_dead_letter() {
    let account = Account::new();
    account.rule("r", pattern(), json!([{ "Id": "1", "Arn": FUNCTION, "Input": "{\"a\":1}" }]));
    account.fails.set(3);
    account.tell(&json!({ "n": 1 }));
    account.advance(HOUR);
    assert_eq!(account.times(), ["2096-11-24T01:00:00Z", "2096-11-24T01:01:00Z", "2096-11-24T01:03:00Z"]);
    let (body, attributes) = account.messages("dead").remove(0);
    assert_eq!((body.as_str(), &attributes["ErrorMessage"]), ("{\"a\":1}", &json!("no")));
}

#[test]
fn objects_are_told() {
    let account = Account::new();
    let put =
        |key: &str| account.within(|environment| s3::object::write(environment, "bucket", key, b"hello", "text/plain"));
    account.within(|environment| s3::bucket::create(environment, "bucket")).unwrap();
    account.rule(
        "r",
        json!({ "EventPattern": r#"{"source": ["aws.s3"], "detail": {"bucket": {"name": ["bucket"]}}}"# }),
        json!([{ "Id": "1", "Arn": queue("q") }]),
    );
    put("before").unwrap();
    let filter = "<Filter><S3Key><FilterRule><Name>prefix</Name><Value>in/</Value></FilterRule></S3Key></Filter>";
    let settings = format!(
        "<NotificationConfiguration><EventBridgeConfiguration/><CloudFunctionConfiguration><Id>i</Id><CloudFunction>{FUNCTION}</CloudFunction><Event>s3:ObjectCreated:*</Event>{filter}</CloudFunctionConfiguration><QueueConfiguration><Queue>{}</Queue><Event>s3:ObjectCreated:Put</Event></QueueConfiguration></NotificationConfiguration>",
        queue("dead")
    );
    account.within(|environment| s3::settings::put(environment, "bucket", "notification", &settings)).unwrap();
    put("in/a b").unwrap();
    put("out/c").unwrap();
    account.settle();
    let told: Vec<Value> = account.bodies("q").iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let keys: Vec<&Value> = told.iter().map(|event| &event["detail"]["object"]["key"]).collect();
    assert_eq!(keys, ["in/a b", "out/c"]);
    assert_eq!(
        (&told[0]["detail-type"], &told[0]["resources"][0]),
        (&json!("Object Created"), &json!("arn:aws:s3:::bucket"))
    );
    assert_eq!((&told[0]["detail"]["object"]["size"], &told[0]["detail"]["reason"]), (&json!(5), &json!("PutObject")));
    let got = account.got.borrow();
    assert_eq!(got.len(), 1, "the filter of the function");
    let record = &got[0].1["Records"][0];
    assert_eq!((&record["eventName"], &record["s3"]["object"]["key"]), (&json!("ObjectCreated:Put"), &json!("in/a+b")));
    assert_eq!(record["s3"]["configurationId"], "i");
    assert_eq!(account.bodies("dead").len(), 2);
}
