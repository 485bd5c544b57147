//! Records in and out, by the service's rules.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::call;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::object;
use crate::store::Store;

/// A store and a clock.
struct Account {
    store: Store,
    now: SystemTime,
}

impl Account {
    /// With a stream `s` of so many shards.
    fn with_stream(shards: u64) -> Self {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let account = Self { store: Store::in_memory().unwrap(), now };
        account.call("CreateStream", json!({ "StreamName": "s", "ShardCount": shards }));
        account
    }

    fn attempt(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        self.store.transaction(|tx| {
            let folder = std::path::Path::new("/nowhere");
            let environment = Environment { tx, account: "123456789012", region: "us-west-2", now: self.now, folder };
            call(&environment, operation, &object(input))
        })
    }

    #[track_caller]
    fn call(&self, operation: &str, input: Value) -> Value {
        self.attempt(operation, input).unwrap()
    }

    #[track_caller]
    fn code(&self, operation: &str, input: Value) -> String {
        self.attempt(operation, input).unwrap_err().code
    }

    fn put(&self, key: &str, data: &str) -> Value {
        let data = BASE64.encode(data);
        self.call("PutRecord", json!({ "StreamName": "s", "PartitionKey": key, "Data": data }))
    }

    fn iterator(&self, shard: u64, members: Value) -> String {
        let mut input = members;
        input["StreamName"] = "s".into();
        input["ShardId"] = format!("shardId-{shard:012}").into();
        self.call("GetShardIterator", input)["ShardIterator"].as_str().unwrap().to_owned()
    }

    fn read(&self, iterator: &str) -> (Vec<String>, Value) {
        let answer = self.call("GetRecords", json!({ "ShardIterator": iterator }));
        (texts(&answer), answer)
    }
}

fn texts(answer: &Value) -> Vec<String> {
    let records = answer["Records"].as_array().unwrap();
    let data = records.iter().map(|record| BASE64.decode(record["Data"].as_str().unwrap()).unwrap());
    data.map(|data| String::from_utf8(data).unwrap()).collect()
}

#[test]
fn records_come_out_in_order_with_growing_sequence_numbers() {
    let account = Account::with_stream(1);
    let sequences: Vec<_> =
        (0..30).map(|n| account.put("k", &n.to_string())["SequenceNumber"].as_str().unwrap().to_owned()).collect();
    assert!(sequences.is_sorted() && sequences.iter().all(|sequence| sequence.len() == 56));
    let first = account.iterator(0, json!({ "ShardIteratorType": "TRIM_HORIZON" }));
    let part = account.call("GetRecords", json!({ "ShardIterator": first, "Limit": 20 }));
    assert_eq!(texts(&part), (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    let (rest, answer) = account.read(part["NextShardIterator"].as_str().unwrap());
    assert_eq!((rest.len(), &answer["MillisBehindLatest"]), (10, &json!(0)));
    assert!(account.read(answer["NextShardIterator"].as_str().unwrap()).0.is_empty());
}

#[test]
fn every_type_of_iterator() {
    let mut account = Account::with_stream(1);
    account.put("k", "a");
    account.now += Duration::from_mins(1);
    let b = account.put("k", "b");
    let latest = account.iterator(0, json!({ "ShardIteratorType": "LATEST" }));
    account.put("k", "c");
    assert_eq!(account.read(&latest).0, ["c"]);
    let at = json!({ "ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": b["SequenceNumber"] });
    assert_eq!(account.read(&account.iterator(0, at)).0, ["b", "c"]);
    let after = json!({ "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": b["SequenceNumber"] });
    assert_eq!(account.read(&account.iterator(0, after)).0, ["c"]);
    for (seconds, expected) in [(1_700_000_000.0, 3), (1_700_000_000.5, 2), (1_700_000_060.0, 2), (1_700_000_061.0, 0)]
    {
        let time = json!({ "ShardIteratorType": "AT_TIMESTAMP", "Timestamp": seconds });
        assert_eq!(account.read(&account.iterator(0, time)).0.len(), expected, "{seconds}");
    }
    let foreign = json!({
        "StreamName": "s", "ShardId": "shardId-000000000000",
        "ShardIteratorType": "AT_SEQUENCE_NUMBER", "StartingSequenceNumber": "1",
    });
    assert_eq!(account.code("GetShardIterator", foreign), "InvalidArgumentException");
}

#[test]
fn the_hash_of_the_partition_key_chooses_the_shard() {
    let account = Account::with_stream(2);
    // MD5("a") begins with 0c, MD5("b") with 92: below and above the middle.
    assert_eq!(account.put("a", "1")["ShardId"], "shardId-000000000000");
    assert_eq!(account.put("b", "2")["ShardId"], "shardId-000000000001");
    let explicit =
        json!({ "StreamName": "s", "PartitionKey": "a", "Data": "", "ExplicitHashKey": u128::MAX.to_string() });
    assert_eq!(account.call("PutRecord", explicit)["ShardId"], "shardId-000000000001");
    let wrong =
        json!({ "StreamName": "s", "PartitionKey": "a", "Data": "", "ExplicitHashKey": format!("{}0", u128::MAX) });
    assert_eq!(account.code("PutRecord", wrong), "InvalidArgumentException");
}

#[test]
fn limits_of_records_and_requests() {
    let account = Account::with_stream(1);
    let record = |bytes: usize| json!({ "PartitionKey": "k", "Data": BASE64.encode(vec![7; bytes]) });
    let put = |records: Vec<Value>| account.attempt("PutRecords", json!({ "StreamName": "s", "Records": records }));
    assert_eq!(put(vec![record(1024 * 1024); 1]).unwrap_err().code, "ValidationException");
    for _ in 0..3 {
        assert_eq!(put(vec![record(1024 * 1024 - 1); 5]).unwrap()["FailedRecordCount"], 0);
    }
    assert_eq!(put(vec![record(1024 * 1024 - 1); 6]).unwrap_err().code, "InvalidArgumentException");
    assert_eq!(put(vec![record(1); 501]).unwrap_err().code, "ValidationException");
    let answer = put(vec![record(1); 500]).unwrap();
    let sequences: std::collections::BTreeSet<_> =
        answer["Records"].as_array().unwrap().iter().map(|result| result["SequenceNumber"].as_str()).collect();
    assert_eq!(sequences.len(), 500);
    // Nothing of a refused request is there.
    let iterator = account.iterator(0, json!({ "ShardIteratorType": "TRIM_HORIZON" }));
    let first = account.call("GetRecords", json!({ "ShardIterator": iterator }));
    // An answer has ten MB at most.
    assert_eq!(first["Records"].as_array().unwrap().len(), 10);
    let rest = account.read(first["NextShardIterator"].as_str().unwrap()).1;
    assert_eq!(rest["Records"].as_array().unwrap().len(), 505);
    assert_eq!(account.code("GetRecords", json!({ "ShardIterator": "nonsense" })), "InvalidArgumentException");
    assert_eq!(
        account.code("PutRecord", json!({ "StreamName": "t", "PartitionKey": "k", "Data": "" })),
        "ResourceNotFoundException"
    );
}

#[test]
fn what_is_older_than_the_retention_is_gone() {
    let mut account = Account::with_stream(1);
    account.put("k", "old");
    account.now += Duration::from_hours(23);
    account.put("k", "new");
    let iterator = |account: &Account| account.iterator(0, json!({ "ShardIteratorType": "TRIM_HORIZON" }));
    assert_eq!(account.read(&iterator(&account)).0, ["old", "new"]);
    account.now += Duration::from_hours(2);
    assert_eq!(account.read(&iterator(&account)).0, ["new"]);
    account.put("k", "newer");
    let kept = account.store.transaction(|tx| tx.count(super::records::KIND, "us-west-2/s/0")).unwrap();
    assert_eq!(kept, 2);
}

#[test]
fn an_iterator_expires() {
    let mut account = Account::with_stream(1);
    let iterator = account.iterator(0, json!({ "ShardIteratorType": "LATEST" }));
    account.now += Duration::from_mins(5);
    account.read(&iterator);
    account.now += Duration::from_millis(1);
    assert_eq!(account.code("GetRecords", json!({ "ShardIterator": iterator })), "ExpiredIteratorException");
}

#[test]
fn a_divided_shard_ends_and_names_its_children() {
    let account = Account::with_stream(1);
    account.put("a", "before");
    account.call(
        "UpdateShardCount",
        json!({ "StreamName": "s", "TargetShardCount": 2, "ScalingType": "UNIFORM_SCALING" }),
    );
    assert_eq!(account.put("a", "after")["ShardId"], "shardId-000000000001");
    let shards = account.call("ListShards", json!({ "StreamName": "s" }));
    assert_eq!(shards["Shards"][1]["ParentShardId"], "shardId-000000000000");
    assert!(shards["Shards"][0]["SequenceNumberRange"]["EndingSequenceNumber"].is_string());
    let (texts, answer) = account.read(&account.iterator(0, json!({ "ShardIteratorType": "TRIM_HORIZON" })));
    assert_eq!(texts, ["before"]);
    assert!(answer["NextShardIterator"].is_null());
    assert_eq!(answer["ChildShards"].as_array().unwrap().len(), 2);
    let open = account.call("ListShards", json!({ "StreamName": "s", "ShardFilter": { "Type": "AT_LATEST" } }));
    assert_eq!(open["Shards"].as_array().unwrap().len(), 2);
}

#[test]
fn shards_are_listed_in_pages() {
    let account = Account::with_stream(5);
    let first = account.call("ListShards", json!({ "StreamName": "s", "MaxResults": 3 }));
    let second = account.call("ListShards", json!({ "NextToken": first["NextToken"] }));
    assert_eq!((first["Shards"].as_array().unwrap().len(), second["Shards"].as_array().unwrap().len()), (3, 2));
    assert!(second["NextToken"].is_null());
}

#[test]
fn a_stream_is_deleted_with_its_records() {
    let account = Account::with_stream(1);
    account.put("k", "old");
    account.call("DeleteStream", json!({ "StreamName": "s" }));
    account.call("CreateStream", json!({ "StreamName": "s", "ShardCount": 1 }));
    assert!(account.read(&account.iterator(0, json!({ "ShardIteratorType": "TRIM_HORIZON" }))).0.is_empty());
}
