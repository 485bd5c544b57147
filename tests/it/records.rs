//! `callform records`, and the views over what it keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use dedup::sample::{Recipe, duplicated, samples};
use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, foreign_python, foreign_script};

fn contact_record(contact_id: &str, second: u32) -> String {
    json!({
        "ContactId": contact_id,
        "InitiationTimestamp": "2026-01-31T23:59:59Z",
        "LastUpdateTimestamp": format!("2026-02-01T00:00:{second:02}Z"),
        "CustomerEndpoint": { "Address": "+15550100100", "Type": "TELEPHONE_NUMBER" },
    })
    .to_string()
}

#[test]
fn c1_files_are_reduced_to_the_current_versions() {
    let test = TestEnvironment::empty();
    let [one, two, other] = [contact_record("c-1", 1), contact_record("c-1", 2), contact_record("c-2", 1)];
    test.write("lines.ndjson", format!("{one}\n{two}\n{one}\nHello from +15550100134\n"));
    test.write("list.json", format!("[\n{other},\n{two}\n]\n"));
    let outcome = test.expect(1, &["records", "dedup", "lines.ndjson", "list.json"]);
    assert_eq!(outcome.stdout, format!("{two}\n{other}\n"));
    insta::assert_snapshot!(outcome.stderr, @r"
    error: lines.ndjson:4: not valid JSON (byte 546)
    read                        6
    kept                        2  contact records
    exact duplicates            2  copies of a record or an event
    superseded                  1  versions with a later one
    invalid                     1  no records
    ");
    assert!(!outcome.stderr.contains("555"), "no number in what is reported");

    let report =
        test.expect(1, &["records", "dedup", "--format=json", "--out=out.ndjson", "lines.ndjson", "list.json"]);
    assert_eq!(report.stdout, "");
    assert_eq!(test.read("out.ndjson"), outcome.stdout);
    let report: Value = serde_json::from_str(&report.stderr).unwrap();
    let expected = json!({
        "format_version": 1, "read": 6, "contact_records": 5, "kept": 2, "exact_duplicates": 2, "superseded": 1,
        "agent_events": 0, "contact_events": 0, "invalid": 1, "gaps": 0, "missing_contacts": [],
        "invalid_records": [{ "file": "lines.ndjson", "line": 4, "offset": 546, "reason": "not valid JSON" }],
    });
    assert_eq!(report, expected);
}

#[test]
fn stdin_and_modes() {
    let test = TestEnvironment::empty();
    let [one, two] = [contact_record("c-1", 1), contact_record("c-1", 2)];
    let run = |arguments: &[&str]| {
        let mut command = test.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        write!(child.stdin.take().unwrap(), "{two}{one}{two}").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["records", "dedup"]), format!("{two}\n"));
    assert_eq!(run(&["records", "dedup", "-", "--every-version"]), format!("{two}\n{one}\n"));
    assert_eq!(run(&["records", "dedup", "--mode=exact"]), format!("{two}\n{one}\n"));
}

#[test]
fn folders_are_read_and_a_failure_leaves_no_file() {
    let test = TestEnvironment::empty();
    std::fs::create_dir_all(test.path("bucket/year=2026")).unwrap();
    test.write("bucket/year=2026/b.json", contact_record("c-2", 1));
    test.write("bucket/a.json", contact_record("c-1", 1));
    let outcome = test.expect(0, &["records", "dedup", "bucket"]);
    assert_eq!(outcome.stdout, format!("{}\n{}\n", contact_record("c-1", 1), contact_record("c-2", 1)));
    test.write("bucket/broken.gz", [0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let outcome = test.expect(1, &["records", "dedup", "bucket", "--out=out.ndjson"]);
    assert!(outcome.stderr.contains("cannot read `bucket/broken.gz`"), "{}", outcome.stderr);
    assert!(!test.path("out.ndjson").exists());
    let outcome = test.expect(1, &["records", "dedup", "nowhere"]);
    assert!(outcome.stderr.contains("cannot read `nowhere`"), "{}", outcome.stderr);
}

/// Emulate puts records on a stream of the sandbox, boto3 reads them, dedup keeps each once.
#[test]
fn what_is_emulated_comes_back_each_once() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    foreign_script(&python, "contact_stream.py", &["make", &serving.url, "contacts"]);
    let send = |arguments: &[&str]| {
        test.expect(0, &[&["records", "emulate", "--sandbox", "--stream=contacts"], arguments].concat()).stderr
    };
    let recipe = Recipe { seed: 7, contacts: 300, versions: 3, contacts_per_event: 10 };
    let all: Vec<_> = samples(recipe).collect();
    let told = send(&["--contacts=300", "--seed=7", "--duplicates=2"]);
    assert_eq!(told, format!("sent {} records to `contacts`\n", all.len() * 3));

    let lines = foreign_script(&python, "contact_stream.py", &["read", &serving.url, "contacts"]);
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let keys: BTreeMap<&str, &str> =
        all.iter().map(|sample| (sample.json.as_str(), sample.partition_key.as_str())).collect();
    for record in &records {
        assert_eq!(keys[record["data"].as_str().unwrap()], record["key"], "the key is the contact or the agent");
    }
    let data: String = records.iter().map(|record| record["data"].as_str().unwrap()).collect();
    test.write("stream.json", &data);
    let outcome = test.expect(0, &["records", "dedup", "stream.json", "--events=events.ndjson", "--format=json"]);
    let report: Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(report["read"], json!(all.len() * 3));
    assert_eq!((&report["kept"], &report["exact_duplicates"]), (&json!(300), &json!(all.len() * 2)));
    assert_eq!(test.read("events.ndjson").lines().count(), 30);

    // From a file, the same way.
    test.write("two.json", format!("[{},{}]", contact_record("c-1", 1), contact_record("c-2", 1)));
    assert_eq!(send(&["two.json"]), "sent 2 records to `contacts`\n");
    let outcome = test.expect(1, &["records", "emulate", "--sandbox", "--stream=nowhere"]);
    assert!(outcome.stderr.contains("ResourceNotFoundException"), "{}", outcome.stderr);
}

/// The views of `blueprints/contact-records`, run by `DuckDB`, against what plain code counts.
#[test]
fn views_agree_with_a_reference() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let recipe = Recipe { seed: 11, contacts: 5000, versions: 3, contacts_per_event: 0 };
    let all: Vec<_> = samples(recipe).collect();
    let sent = duplicated(&all, 2, 11);
    let lines: String = sent.iter().flat_map(|sample| [sample.json.as_str(), "\n"]).collect();
    test.write("records.ndjson", &lines);
    let folder = Path::new(ROOT).join("blueprints/contact-records");
    let arguments = [folder.to_str().unwrap(), test.path("records.ndjson").to_str().unwrap()].map(str::to_owned);
    let rows = foreign_script(&python, "contact_record_views.py", &arguments.each_ref().map(String::as_str));
    let rows: Value = serde_json::from_str(&rows).unwrap();

    let current = current(&lines);
    assert_eq!(rows["contact_records"], json!(all.len() * 2), "what a naive count says");
    assert_eq!(current.len(), 5000);
    let in_view: BTreeMap<&str, &str> = rows["current_contact_records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["contactid"].as_str().unwrap(), row["lastupdatetimestamp"].as_str().unwrap()))
        .collect();
    let expected: BTreeMap<&str, &str> =
        current.iter().map(|(id, record)| (id.as_str(), record["LastUpdateTimestamp"].as_str().unwrap())).collect();
    assert_eq!(in_view, expected);
    for view in ["calls_per_day", "handle_time", "abandons", "transfers"] {
        let rows: BTreeSet<String> = rows[view].as_array().unwrap().iter().map(comparable).collect();
        let expected: BTreeSet<String> = reference(view, current.values()).iter().map(comparable).collect();
        assert!(expected.len() > 2, "{view}");
        assert_eq!(rows, expected, "{view}");
    }
}

/// A row as text, fractions with ten digits: two programs round the last bit of a quotient differently.
fn comparable(row: &Value) -> String {
    let members = row.as_object().unwrap().iter().map(|(name, value)| match value {
        Value::Number(number) if number.is_f64() => format!("{name}={:.10}", number.as_f64().unwrap()),
        other => format!("{name}={other}"),
    });
    members.collect::<Vec<_>>().join(" ")
}

fn current(lines: &str) -> BTreeMap<String, Value> {
    let mut current: BTreeMap<String, Value> = BTreeMap::new();
    for line in lines.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let id = record["ContactId"].as_str().unwrap().to_owned();
        let updated = |record: &Value| record["LastUpdateTimestamp"].as_str().unwrap().to_owned();
        if current.get(&id).is_none_or(|old| updated(old) < updated(&record)) {
            current.insert(id, record);
        }
    }
    current
}

/// The rows of a view, counted without any SQL. Columns in the order of the view.
fn reference<'a>(view: &str, records: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut groups: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for record in records {
        let text = |name: &str| record.pointer(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let day = text("/InitiationTimestamp")[..10].to_owned();
        let answered = !record["Agent"].is_null();
        let first = if record["InitialContactId"].is_null() { text("/ContactId") } else { text("/InitialContactId") };
        let key = match view {
            "calls_per_day" => (day, text("/Channel")),
            "handle_time" if answered => (day, text("/Queue/Name")),
            "abandons" if !record["Queue"].is_null() => (day, text("/Queue/Name")),
            "transfers" => (first, String::new()),
            _ => continue,
        };
        groups.entry(key).or_default().push(record);
    }
    groups.iter().filter_map(|(key, records)| row(view, key, records)).collect()
}

fn row(view: &str, (first, second): &(String, String), records: &[&Value]) -> Option<Value> {
    let count = |is: &dyn Fn(&Value) -> bool| records.iter().filter(|record| is(record)).count();
    let sum = |path: &str| records.iter().filter_map(|record| record.pointer(path)?.as_u64()).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = |part: u64| part as f64 / records.len() as f64;
    let method = |name: &'static str| move |record: &Value| record["InitiationMethod"] == name;
    Some(match view {
        "calls_per_day" => {
            let chains: BTreeSet<&str> = records
                .iter()
                .map(|record| record["InitialContactId"].as_str().or(record["ContactId"].as_str()).unwrap())
                .collect();
            json!({
                "call_date": first, "channel": second, "contacts": records.len(), "calls": chains.len(),
                "inbound": count(&method("INBOUND")), "transferred": count(&method("TRANSFER")),
                "handled": count(&|record| !record["Agent"].is_null()),
            })
        }
        "handle_time" => {
            let parts = ["AgentInteractionDuration", "CustomerHoldDuration", "AfterContactWorkDuration"];
            let [talk, hold, work] = parts.map(|part| sum(&format!("/Agent/{part}")));
            json!({
                "call_date": first, "queue_name": second, "handled": records.len(), "talk_seconds": talk,
                "hold_seconds": hold, "after_contact_work_seconds": work, "handle_seconds": talk + hold + work,
                "average_handle_seconds": share(talk + hold + work),
            })
        }
        "abandons" => {
            let abandoned = |record: &Value| record["Agent"].is_null() && record["NextContactId"].is_null();
            let seconds: u64 = records
                .iter()
                .filter(|record| abandoned(record))
                .filter_map(|record| record.pointer("/Queue/Duration")?.as_u64())
                .sum();
            json!({
                "call_date": first, "queue_name": second, "queued": records.len(), "abandoned": count(&abandoned),
                "abandon_rate": share(count(&abandoned) as u64), "abandoned_queue_seconds": seconds,
            })
        }
        _ if records.len() == 1 && records[0]["NextContactId"].is_null() => return None,
        _ => {
            let time = |name: &'static str| records.iter().map(move |record| record[name].as_str().unwrap().to_owned());
            json!({
                "first_contactid": first, "legs": records.len(), "missing_legs": 0,
                "initiated": time("InitiationTimestamp").min(), "disconnected": time("DisconnectTimestamp").max(),
                "talk_seconds": sum("/Agent/AgentInteractionDuration"),
            })
        }
    })
}
