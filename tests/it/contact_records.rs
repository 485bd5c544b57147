//! Contact records, from the stream through the real function into the bucket.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, foreign_python, foreign_script, json_service};

const BLUEPRINT: &str = "blueprints/contact-records.yaml";

#[test]
fn every_version_of_a_contact_is_delivered_once_by_the_day_of_its_initiation() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    let serving = test.serve(&[]);
    let steps = |steps: &[&str]| -> Value {
        let arguments = [&[serving.url.as_str()], steps].concat();
        serde_json::from_str(&foreign_script(&python, "contact_records.py", &arguments)).unwrap()
    };
    let run = |step: &str| steps(&[step]);
    run("put");
    test.expect(0, &["sandbox", "advance", "5m"]);
    let delivered = run("get");
    let expected = json!({
        // Three versions of one contact, twice each; one of them came to be on another day, but began on the same.
        "contact-records/year=2026/month=01/day=31": ["a 2026-01-31T23:59:00Z", "a 2026-02-01T00:05:00Z", "a 2026-02-06T10:00:00Z"],
        "contact-records/year=2026/month=02/day=01": ["b 2026-02-01T08:00:00Z"],
        "agent-events/year=2026/month=02/day=01": ["event"],
        "errors/processing-failed": ["this is no record"],
    });
    assert_eq!(delivered, expected);
    // The same records again add nothing but the bad one.
    run("put");
    test.expect(0, &["sandbox", "advance", "5m"]);
    let mut again = expected;
    again["errors/processing-failed"] = json!(["this is no record", "this is no record"]);
    assert_eq!(run("get"), again);
    the_views_count_in_the_time_zone_of_the_blueprint(&serving);
    c6_what_is_remembered_is_forgotten(&serving);
    c9_the_whole_log_tells_nothing_of_a_caller(&serving);
    run("others");
    c10_a_contact_and_a_number_are_forgotten_everywhere(&test, &steps);
}

/// What a person may ask for: in the bucket, in every version of its objects, and in the table.
fn c10_a_contact_and_a_number_are_forgotten_everywhere(test: &TestEnvironment, steps: &dyn Fn(&[&str]) -> Value) {
    const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";
    let delete = |arguments: &[&str]| {
        test.expect(0, &[&["records", "delete", "--blueprint", BLUEPRINT, "--sandbox"], arguments].concat()).stdout
    };
    let left = |text: &str| steps(&["search", text]);
    let before = left(A);
    assert!(before["versions"].as_u64().unwrap() >= 3 && before["items"] == 1, "{before}");
    let told = delete(&["--contact", A]);
    assert!(told.contains("nothing is changed yet"), "{told}");
    assert!(!told.contains(A), "{told}");
    assert_eq!(left(A), before, "only told");

    let told = delete(&["--contact", A, "--yes"]);
    // The three versions of the contact, the one of the file that was replaced, and the line of Athena's result; two
    // versions of the recording, and the mark that it was deleted.
    assert!(told.contains("deleted: 5 records, 1 item, 5 files or objects whole\n"), "{told}");
    assert!(told.ends_with("looked again: nothing is left\n"), "{told}");
    assert!(!told.contains(A), "{told}");
    let after = left(A);
    assert_eq!((&after["versions"], &after["items"]), (&json!(0), &json!(0)), "{after}");
    let result = format!("\"contactid\",\"calls\"\n\"{B}\",\"1\"\n");
    assert_eq!(after["result"], json!([result, "text/csv", { "by": "test" }]), "what else was in it stays");
    let delivered = steps(&["get"]);
    let expected = json!({
        "contact-records/year=2026/month=02/day=01": ["b 2026-02-01T08:00:00Z"],
        "agent-events/year=2026/month=02/day=01": ["event"],
        "errors/processing-failed": ["this is no record", "this is no record"],
    });
    assert_eq!(delivered, expected);
    assert!(delete(&["--contact", A, "--yes"]).contains("nothing named the person"));

    let told = delete(&["--number", "+1 555-010-0100", "--yes"]);
    assert!(told.ends_with("looked again: nothing is left\n"), "{told}");
    assert!(!told.contains("5550100"), "{told}");
    for text in [B, "5550100"] {
        let after = left(text);
        assert_eq!((&after["versions"], &after["items"]), (&json!(0), &json!(0)), "{text}: {after}");
    }
    assert_eq!(steps(&["get"])["agent-events/year=2026/month=02/day=01"], json!(["event"]));
}

/// The variable of the blueprint is in the view that the others take their days from.
fn the_views_count_in_the_time_zone_of_the_blueprint(serving: &Serving) {
    let input = json!({ "DatabaseName": "contact_records", "Name": "center_time_zone" });
    let view = json_service(serving, "glue", "AWSGlue.GetTable", &input);
    let text = view["Table"]["ViewOriginalText"].as_str().unwrap();
    let encoded = text.trim_start_matches("/* Presto View: ").trim_end_matches(" */");
    let view: Value = serde_json::from_slice(&STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(view["originalSql"], "SELECT 'UTC' AS time_zone");
}

/// The attribute that the table of the blueprint takes for the end of an item is the one that the function writes, in
/// every item, and no item ends before its contact can come again.
fn c6_what_is_remembered_is_forgotten(serving: &Serving) {
    let dynamodb = |operation: &str, input: Value| {
        json_service(serving, "dynamodb", &format!("DynamoDB_20120810.{operation}"), &input)
    };
    let tables = dynamodb("ListTables", json!({}));
    let [table] = tables["TableNames"].as_array().unwrap().as_slice() else { panic!("{tables}") };
    let end = dynamodb("DescribeTimeToLive", json!({ "TableName": table }));
    assert_eq!(end["TimeToLiveDescription"]["TimeToLiveStatus"], "ENABLED");
    let end = end["TimeToLiveDescription"]["AttributeName"].as_str().unwrap().to_owned();
    let items = dynamodb("Scan", json!({ "TableName": table, "ConsistentRead": true }));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let days: BTreeMap<_, _> = items["Items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            let seconds: u64 =
                item[&end]["N"].as_str().unwrap_or_else(|| panic!("no {end} in {item}")).parse().unwrap();
            // Written a moment ago: the days that are left, rounded up.
            let key = item["RecordKey"]["S"].as_str().unwrap();
            (key.rsplit('/').next().unwrap().chars().next().unwrap(), (seconds - now).div_ceil(86_400))
        })
        .collect();
    assert_eq!(days, BTreeMap::from([('a', 775), ('b', 775), ('d', 8)]), "two contacts and an agent event");
}

/// Every line that the processes of the function wrote, whoever wrote it.
fn c9_the_whole_log_tells_nothing_of_a_caller(serving: &Serving) {
    let logs =
        |operation: &str, input: Value| json_service(serving, "logs", &format!("Logs_20140328.{operation}"), &input);
    let groups = logs("DescribeLogGroups", json!({}));
    let names: Vec<&str> =
        groups["logGroups"].as_array().unwrap().iter().map(|group| group["logGroupName"].as_str().unwrap()).collect();
    let mut lines = Vec::new();
    for name in names {
        let mut page = json!({ "logGroupName": name });
        loop {
            let answer = logs("FilterLogEvents", page.clone());
            let events = answer["events"].as_array().unwrap();
            lines.extend(events.iter().map(|event| event["message"].as_str().unwrap().to_owned()));
            let Some(token) = answer["nextToken"].as_str() else { break };
            page["nextToken"] = token.into();
        }
    }
    assert!(lines.iter().any(|line| line.contains("transformed a batch")), "{lines:?}");
    let secrets = ["5550100", "+1555", "Jane", "this is no record"];
    let told: Vec<_> = lines.iter().filter(|line| secrets.iter().any(|secret| line.contains(secret))).collect();
    assert!(told.is_empty(), "{told:?}");
}
