//! Records carried on with a function that a test stands in for, and a clock it holds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Answer, Invocation, InvocationError, Work};
use crate::handler::Environment;
use crate::input::object;
use crate::services::{firehose, iam, kinesis, lambda, s3};
use crate::store::Store;

/// An account with a bucket `bucket`, a stream `s`, and a function `f` whose answers a test gives.
struct Account {
    folder: tempfile::TempDir,
    store: Store,
    now: Cell<SystemTime>,
    /// Events the function was invoked with.
    events: RefCell<Vec<Value>>,
}

/// An operation of a service.
type Service = fn(&Environment, &str, &serde_json::Map<String, Value>) -> Result<Value, crate::AwsError>;
/// What answers in place of a Lambda function.
type Function<'a> = &'a dyn Fn(&Value) -> Answer;

impl Account {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("s3")).unwrap();
        let account = Self {
            folder,
            store: Store::in_memory().unwrap(),
            // 2026-11-24T01:00:00Z
            now: Cell::new(UNIX_EPOCH + Duration::from_hours(498_745)),
            events: RefCell::new(Vec::new()),
        };
        account.within(|environment| s3::bucket::create(environment, "bucket").unwrap());
        account.call(kinesis::call, "CreateStream", json!({ "StreamName": "s", "ShardCount": 1 }));
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        account.call(iam::call, "CreateRole", json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust }));
        account
    }

    fn within<R>(&self, work: impl FnOnce(&Environment) -> R) -> R {
        let folder = self.folder.path();
        self.store
            .transaction(|tx| {
                let now = self.now.get();
                Ok(work(&Environment { tx, account: "123456789012", region: "us-west-2", now, folder }))
            })
            .unwrap()
    }

    #[track_caller]
    fn call(&self, service: Service, operation: &str, input: Value) -> Value {
        self.within(|environment| service(environment, operation, &object(input)).unwrap())
    }

    fn put(&self, data: &str) {
        let input = json!({ "StreamName": "s", "PartitionKey": "k", "Data": BASE64.encode(data) });
        self.call(kinesis::call, "PutRecord", input);
    }

    fn later(&self, seconds: u64) {
        self.now.set(self.now.get() + Duration::from_secs(seconds));
    }

    /// Carries records on until nothing is due.
    fn carry_on(&self, function: Function<'_>) {
        let invoke = |_: &str, invocation: &Invocation| {
            let event = serde_json::from_slice(&invocation.payload).unwrap();
            let answer = function(&event);
            self.events.borrow_mut().push(event);
            Some(answer)
        };
        let now = || self.now.get();
        let work = Work {
            store: &self.store,
            account: "123456789012",
            folder: self.folder.path(),
            now: &now,
            invoke: &invoke,
        };
        while work.round().unwrap() {}
    }

    /// Objects of the bucket by key without the file's name, with their content.
    fn objects(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let keys = self.store.transaction(|tx| tx.list::<Value>("s3/object", "bucket")).unwrap();
        for (key, _) in keys {
            let bytes =
                self.within(|environment| s3::object::read(environment, "bucket", &key, None).unwrap().unwrap());
            let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let mut text = String::new();
            if std::path::Path::new(&key).extension().is_some_and(|extension| extension == "gz") {
                flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            } else {
                text = String::from_utf8(bytes).unwrap();
            }
            found.entry(folder).or_default().push(text);
        }
        found
    }

    fn delivery_stream(&self, extra: Value) {
        let mut destination = json!({
            "BucketARN": "arn:aws:s3:::bucket",
            "RoleARN": "arn:aws:iam::123456789012:role/r",
            "BufferingHints": { "SizeInMBs": 64, "IntervalInSeconds": 60 },
        });
        destination.as_object_mut().unwrap().extend(object(extra));
        let input = json!({
            "DeliveryStreamName": "d",
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {
                "KinesisStreamARN": "arn:aws:kinesis:us-west-2:123456789012:stream/s",
                "RoleARN": "arn:aws:iam::123456789012:role/r",
            },
            "ExtendedS3DestinationConfiguration": destination,
        });
        self.call(firehose::call, "CreateDeliveryStream", input);
    }

    /// A delivery stream with a function and partitions by day.
    fn transforming(&self) {
        self.delivery_stream(json!({
            "Prefix": "data/day=!{partitionKeyFromLambda:day}/",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
            "CompressionFormat": "GZIP",
            "DynamicPartitioningConfiguration": { "Enabled": true },
            "ProcessingConfiguration": { "Enabled": true, "Processors": [{
                "Type": "Lambda",
                "Parameters": [
                    { "ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:us-west-2:123456789012:function:f:live" },
                    { "ParameterName": "BufferIntervalInSeconds", "ParameterValue": "30" },
                ],
            }] },
        }));
    }

    fn mapping(&self, extra: Value) {
        let code = json!({ "ZipFile": BASE64.encode(empty_zip()) });
        let function = json!({
            "FunctionName": "f", "Runtime": "provided.al2023", "Handler": "bootstrap",
            "Role": "arn:aws:iam::123456789012:role/r", "Code": code,
        });
        self.call(lambda::call, "CreateFunction", function);
        let mut input = json!({
            "FunctionName": "f",
            "EventSourceArn": "arn:aws:kinesis:us-west-2:123456789012:stream/s",
            "StartingPosition": "TRIM_HORIZON",
        });
        input.as_object_mut().unwrap().extend(object(extra));
        self.call(lambda::call, "CreateEventSourceMapping", input);
    }

    /// The data of the records of each event so far.
    fn batches(&self) -> Vec<Vec<String>> {
        let events = self.events.borrow();
        events.iter().map(|event| data_of(event, "Records", "/kinesis/data")).collect()
    }
}

/// The end of an archive without entries.
fn empty_zip() -> Vec<u8> {
    let mut zip = b"PK\x05\x06".to_vec();
    zip.resize(22, 0);
    zip
}

fn data_of(event: &Value, list: &str, pointer: &str) -> Vec<String> {
    let records = event[list].as_array().unwrap();
    let text = |record: &Value| record.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    records.iter().map(|record| String::from_utf8(BASE64.decode(text(record)).unwrap()).unwrap()).collect()
}

/// A function that takes the first ten characters as the day, drops what says so and fails what says so.
#[expect(clippy::unnecessary_wraps, reason = "functions can fail")]
fn by_day(event: &Value) -> Answer {
    let records: Vec<_> = event["records"]
        .as_array()
        .unwrap()
        .iter()
        .zip(data_of(event, "records", "/data"))
        .map(|(record, text)| {
            let result = match text.get(11..) {
                Some("drop") => "Dropped",
                Some("fail") => "ProcessingFailed",
                _ => "Ok",
            };
            json!({
                "recordId": record["recordId"],
                "result": result,
                "data": BASE64.encode(format!("{text}\n")),
                "metadata": { "partitionKeys": { "day": text.get(..10) } },
            })
        })
        .collect();
    Ok(json!({ "records": records }).to_string().into_bytes())
}

#[test]
fn a_stream_is_delivered_by_day_through_a_function() {
    let account = Account::new();
    account.put("2026-01-01 before the delivery stream was there");
    account.transforming();
    for text in ["2026-01-31 a", "2026-02-01 b", "2026-01-31 drop", "2026-01-31 c", "2026-01-31 fail"] {
        account.put(text);
    }
    account.carry_on(&by_day);
    assert!(account.events.borrow().is_empty(), "the buffer of the function is neither full nor old");
    account.later(30);
    account.carry_on(&by_day);
    let event = account.events.borrow()[0].clone();
    assert_eq!(event["deliveryStreamArn"], "arn:aws:firehose:us-west-2:123456789012:deliverystream/d");
    assert_eq!(event["sourceKinesisStreamArn"], "arn:aws:kinesis:us-west-2:123456789012:stream/s");
    assert_eq!(event["records"][0]["kinesisRecordMetadata"]["shardId"], "shardId-000000000000");
    assert_eq!(event["records"][0]["approximateArrivalTimestamp"], 1_795_482_000_000_u64);
    assert!(account.objects().is_empty(), "the buffers of the objects are neither full nor old");
    account.later(60);
    account.carry_on(&by_day);
    let objects = account.objects();
    assert_eq!(objects["data/day=2026-01-31"], ["2026-01-31 a\n2026-01-31 c\n"]);
    assert_eq!(objects["data/day=2026-02-01"], ["2026-02-01 b\n"]);
    let error: Value = serde_json::from_str(&objects["errors/processing-failed/2026-11-24"][0]).unwrap();
    assert_eq!(error["errorCode"], "Lambda.ProcessingFailedStatus");
    assert_eq!(BASE64.decode(error["rawData"].as_str().unwrap()).unwrap(), b"2026-01-31 fail");
    assert_eq!(objects.len(), 3);
    // Everything was delivered once.
    account.later(3600);
    account.carry_on(&by_day);
    assert_eq!(account.objects(), objects);
    assert_eq!(account.events.borrow().len(), 1);
}

#[test]
fn a_batch_that_fails_is_tried_three_times_more_with_the_same_ids() {
    let account = Account::new();
    account.transforming();
    account.put("2026-01-31 a");
    account.later(30);
    account.carry_on(&|_| Err(InvocationError::TimedOut("Task timed out".to_owned())));
    {
        let events = account.events.borrow();
        assert_eq!(events.len(), 4);
        assert!(events.iter().all(|event| event == &events[0]));
    }
    account.later(60);
    account.carry_on(&by_day);
    let objects = account.objects();
    let error: Value = serde_json::from_str(&objects["errors/processing-failed/2026-11-24"][0]).unwrap();
    assert_eq!((&error["errorCode"], &error["attemptsMade"]), (&json!("Lambda.FunctionTimedOut"), &json!(4)));
    assert_eq!(objects.len(), 1);
}

#[test]
fn an_answer_that_breaks_the_contract_fails_the_batch() {
    let missing = |_: &Value| Ok(json!({ "records": [] }).to_string().into_bytes());
    let twice = |event: &Value| {
        let record = json!({ "recordId": event["records"][0]["recordId"], "result": "Ok", "data": "" });
        Ok(json!({ "records": [record, record] }).to_string().into_bytes())
    };
    let no_key = |event: &Value| {
        let record = json!({ "recordId": event["records"][0]["recordId"], "result": "Ok", "data": "" });
        Ok(json!({ "records": [record] }).to_string().into_bytes())
    };
    let functions: [(Function<'_>, &str); 4] = [
        (&missing, "Lambda.MissingRecordId"),
        (&twice, "Lambda.DuplicatedRecordId"),
        (&no_key, "DynamicPartitioning.MetadataExtractionFailed"),
        (&|_| Ok(b"nonsense".to_vec()), "Lambda.JsonProcessingException"),
    ];
    for (function, code) in functions {
        let account = Account::new();
        account.transforming();
        account.put("2026-01-31 a");
        account.later(30);
        account.carry_on(function);
        account.later(60);
        account.carry_on(function);
        let objects = account.objects();
        let error: Value = serde_json::from_str(&objects["errors/processing-failed/2026-11-24"][0]).unwrap();
        assert_eq!(error["errorCode"], code);
    }
}

#[test]
fn an_invocation_without_an_answer_is_repeated_by_the_next_process() {
    let account = Account::new();
    account.transforming();
    account.put("2026-01-31 a");
    account.later(30);
    let first = RefCell::new(Value::Null);
    let now = || account.now.get();
    let killed = |_: &str, invocation: &Invocation| {
        *first.borrow_mut() = serde_json::from_slice(&invocation.payload).unwrap();
        None
    };
    let folder = account.folder.path();
    let work = Work { store: &account.store, account: "123456789012", folder, now: &now, invoke: &killed };
    while work.round().unwrap() {}
    account.put("2026-01-31 later");
    account.carry_on(&by_day);
    // The batch is the same, though there are more records now.
    assert_eq!(account.events.borrow()[0], *first.borrow());
    account.later(90);
    account.carry_on(&by_day);
    account.later(90);
    account.carry_on(&by_day);
    let lines: Vec<_> = account.objects()["data/day=2026-01-31"].concat().lines().map(str::to_owned).collect();
    assert_eq!(lines, ["2026-01-31 a", "2026-01-31 later"]);
}

#[test]
fn records_that_are_put_directly_get_line_feeds() {
    let account = Account::new();
    account.call(
        firehose::call,
        "CreateDeliveryStream",
        json!({ "DeliveryStreamName": "d", "ExtendedS3DestinationConfiguration": {
            "BucketARN": "arn:aws:s3:::bucket",
            "RoleARN": "arn:aws:iam::123456789012:role/r",
            "Prefix": "p/",
            "BufferingHints": { "SizeInMBs": 1, "IntervalInSeconds": 60 },
            "ProcessingConfiguration": { "Enabled": true, "Processors": [{ "Type": "AppendDelimiterToRecord" }] },
        } }),
    );
    let put = |data: &[u8]| {
        let record = json!({ "Data": BASE64.encode(data) });
        account.call(firehose::call, "PutRecord", json!({ "DeliveryStreamName": "d", "Record": record }))
    };
    let batch = json!({ "DeliveryStreamName": "d", "Records": [{ "Data": BASE64.encode("a") }, { "Data": BASE64.encode("b") }] });
    let answer = account.call(firehose::call, "PutRecordBatch", batch);
    assert_eq!(answer["FailedPutCount"], 0);
    assert_ne!(answer["RequestResponses"][0]["RecordId"], answer["RequestResponses"][1]["RecordId"]);
    account.carry_on(&by_day);
    assert!(account.objects().is_empty());
    account.later(60);
    account.carry_on(&by_day);
    assert_eq!(account.objects()["p/2026/11/24/01"], ["a\nb\n"]);
    // A full buffer does not wait.
    put(&vec![b'x'; 1_000_000]);
    put(&vec![b'x'; 100_000]);
    account.carry_on(&by_day);
    assert_eq!(account.objects()["p/2026/11/24/01"].len(), 2);
    let keys = account.store.transaction(|tx| tx.list::<Value>("s3/object", "bucket")).unwrap();
    assert!(keys[0].0.starts_with("p/2026/11/24/01/d-1-2026-11-24-01-0"), "{keys:?}");
}

#[test]
fn what_s3_refuses_is_tried_again() {
    let account = Account::new();
    account.delivery_stream(json!({ "BucketARN": "arn:aws:s3:::later" }));
    account.put("a");
    account.carry_on(&by_day);
    account.later(60);
    account.carry_on(&by_day);
    account.within(|environment| s3::bucket::create(environment, "later").unwrap());
    account.later(60);
    account.carry_on(&by_day);
    let keys = account.store.transaction(|tx| tx.list::<Value>("s3/object", "later")).unwrap();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_function_gets_batches_in_order() {
    let account = Account::new();
    account.mapping(json!({ "BatchSize": 2, "MaximumBatchingWindowInSeconds": 10 }));
    for text in ["a", "b", "c"] {
        account.put(text);
    }
    let fine = |_: &Value| Ok(b"null".to_vec());
    account.carry_on(&fine);
    assert_eq!(account.batches(), [vec!["a", "b"]]);
    account.later(10);
    account.carry_on(&fine);
    assert_eq!(account.batches(), [vec!["a", "b"], vec!["c"]]);
    let record = account.events.borrow()[0]["Records"][0].clone();
    assert_eq!(record["eventSourceARN"], "arn:aws:kinesis:us-west-2:123456789012:stream/s");
    assert_eq!(record["eventID"].as_str().unwrap().split(':').next(), Some("shardId-000000000000"));
    let list = account.call(lambda::call, "ListEventSourceMappings", json!({ "FunctionName": "f" }));
    assert_eq!(list["EventSourceMappings"][0]["LastProcessingResult"], "OK");
}

#[test]
fn a_bad_record_is_found_by_halving_and_given_up() {
    let account = Account::new();
    account.mapping(json!({
        "BisectBatchOnFunctionError": true,
        "MaximumRetryAttempts": 1,
        "DestinationConfig": { "OnFailure": { "Destination": "arn:aws:s3:::bucket" } },
    }));
    for text in ["a", "b", "bad", "c"] {
        account.put(text);
    }
    let picky = |event: &Value| {
        let data = data_of(event, "Records", "/kinesis/data");
        if data.iter().any(|text| text == "bad") {
            Err(InvocationError::Failed("bad".to_owned()))
        } else {
            Ok(b"null".to_vec())
        }
    };
    account.carry_on(&picky);
    account.later(1);
    account.carry_on(&picky);
    let expected: [&[&str]; 6] = [&["a", "b", "bad", "c"], &["a", "b"], &["bad", "c"], &["bad"], &["bad"], &["c"]];
    assert_eq!(account.batches(), expected);
    let objects = account.objects();
    let (folder, content) = objects.first_key_value().unwrap();
    assert!(folder.starts_with("aws/lambda/") && folder.ends_with("/shardId-000000000000/2026/11/24"), "{folder}");
    let given_up: Value = serde_json::from_str(&content[0]).unwrap();
    assert_eq!(given_up["KinesisBatchInfo"]["batchSize"], 1);
    assert_eq!(given_up["requestContext"]["condition"], "RetryAttemptsExhausted");
}

#[test]
fn a_partial_answer_is_taken_up_at_the_first_failure() {
    let account = Account::new();
    account.mapping(json!({ "FunctionResponseTypes": ["ReportBatchItemFailures"] }));
    for text in ["a", "b", "c"] {
        account.put(text);
    }
    let once = Cell::new(true);
    let partial = |event: &Value| {
        let second = &event["Records"][1]["kinesis"]["sequenceNumber"];
        let failures = if once.replace(false) { json!([{ "itemIdentifier": second }]) } else { json!([]) };
        Ok(json!({ "batchItemFailures": failures }).to_string().into_bytes())
    };
    account.carry_on(&partial);
    account.later(1);
    account.carry_on(&partial);
    assert_eq!(account.batches(), [vec!["a", "b", "c"], vec!["b", "c"]]);
}

#[test]
fn children_of_a_shard_wait_for_it() {
    let account = Account::new();
    account.mapping(json!({ "MaximumBatchingWindowInSeconds": 10 }));
    account.put("a");
    account.call(kinesis::call, "UpdateShardCount", json!({ "StreamName": "s", "TargetShardCount": 2 }));
    account.put("b");
    account.later(10);
    account.carry_on(&|_| Ok(Vec::new()));
    assert_eq!(account.batches(), [["a"], ["b"]]);
}
