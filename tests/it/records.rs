//! `callform records`, and the views over what it keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
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

#[test]
fn c10_a_person_goes_out_of_files_and_nobody_else() {
    const ONE: &str = "aaaaaaaa-0000-4000-8000-000000000001";
    const TWO: &str = "bbbbbbbb-0000-4000-8000-000000000002";
    let test = TestEnvironment::empty();
    let of = |id: &str, version, number: &str| contact_record(id, version).replace("+15550100100", number);
    let [first, later, other] = [of(ONE, 1, "+15550100134"), of(ONE, 2, ""), of(TWO, 1, "+15550100135")];
    std::fs::create_dir(test.path("folder")).unwrap();
    let lines = format!("{first}\n{other}\n");
    test.write("folder/lines.ndjson", &lines);
    test.write("list.json", format!("[\n{other},\n{later}\n]\n"));
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(format!("{later}\n{other}\n").as_bytes()).unwrap();
    test.write("packed.gz", packer.finish().unwrap());
    let files = ["folder", "list.json", "packed.gz"];
    let delete =
        |code, arguments: &[&str]| test.expect(code, &[&["records", "delete"], &files[..], arguments].concat());

    let told = delete(0, &["--number", "+15550100134"]).stdout;
    insta::assert_snapshot!(told, @r"
    looked at 3 files, 6 records
      folder/lines.ndjson: 1 record
      list.json: 1 record
      packed.gz: 1 record
    to delete: 3 records
    nothing is changed yet; `--yes` deletes it
    ");
    assert_eq!(test.read("folder/lines.ndjson"), lines);
    #[cfg(unix)]
    std::fs::set_permissions(test.path("list.json"), std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();

    let told = delete(0, &["--number", "+15550100134", "--yes", "--format=json"]).stdout;
    assert!(!told.contains("5550100") && !told.contains(ONE), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["dry_run"], &told["left"]), (&json!(false), &json!({ "texts": 0, "items": 0 })));
    assert_eq!(test.read("folder/lines.ndjson"), format!("{other}\n"));
    assert_eq!(test.read("list.json"), format!("[\n{other}\n]\n"));
    let packed = std::fs::read(test.path("packed.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(&packed[..]), &mut text).unwrap();
    assert_eq!(text, format!("{other}\n"));
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(test.path("list.json")).unwrap().permissions())
            & 0o777,
        0o640
    );

    // What cannot be looked through is no proof.
    test.write("columns.parquet", b"PAR1 and so on");
    let outcome = test.expect(1, &["records", "delete", "columns.parquet", "--contact", ONE, "--yes"]);
    assert!(outcome.stderr.contains("`columns.parquet` is Parquet: it cannot be looked through"), "{}", outcome.stderr);
    // What is cut off is named, and the rest is done.
    std::fs::create_dir(test.path("mixed")).unwrap();
    test.write("mixed/a.gz", packed.split_at(packed.len() / 2).0);
    test.write("mixed/b.ndjson", format!("{first}\n{other}\n"));
    let outcome = test.expect(1, &["records", "delete", "mixed", "--number", "+15550100134", "--yes"]);
    assert!(outcome.stderr.contains("a.gz"), "{}", outcome.stderr);
    assert_eq!(test.read("mixed/b.ndjson"), format!("{other}\n"));
    test.expect(64, &["records", "delete", "list.json"]);
    test.expect(64, &["records", "delete", "--contact", ONE]);
    test.expect(64, &["records", "delete", "list.json", "--number", "5550100134"]);
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
    let outcome = test.expect(1, &["records", "emulate", "--sandbox", "--stream=contacts", "s3://bucket/"]);
    assert!(outcome.stderr.contains("this command reads files"), "{}", outcome.stderr);
    let outcome = test.expect(1, &["records", "emulate", "--sandbox", "--stream=nowhere"]);
    assert!(outcome.stderr.contains("ResourceNotFoundException"), "{}", outcome.stderr);
}

/// What `docs/contact-records.md` says to try: records on the stream of the blueprint, by its key there, come into the
/// bucket, and are read and deleted there.
#[test]
fn the_blueprint_is_tried_out() {
    const BUCKET: &str = "s3://amazon-connect-contact-records-records-123456789012-us-west-2";
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", "blueprints/contact-records.yaml", "--sandbox", "--yes"]);
    let emulate = |code, arguments: &[&str]| {
        test.expect(code, &[&["records", "emulate", "--sandbox"], arguments].concat()).stderr
    };
    let told = emulate(0, &["--stream=call_center", "--contacts=60", "--duplicates=1"]);
    assert!(told.starts_with("sent ") && told.ends_with(" records to `call_center`\n"), "{told}");
    let told = emulate(1, &["--stream=call_centre", "--blueprint=blueprints/contact-records.yaml"]);
    assert!(told.contains("did you mean `call_center`?"), "{told}");
    test.expect(0, &["sandbox", "advance", "5m"]);

    let dedup = |place: &str| {
        let outcome = test.expect(0, &["records", "dedup", place, "--sandbox", "--format=json"]);
        let report: Value = serde_json::from_str(&outcome.stderr).unwrap();
        (outcome.stdout, report)
    };
    let (lines, report) = dedup(&format!("{BUCKET}/contact-records/"));
    assert_eq!((&report["kept"], &report["exact_duplicates"], &report["gaps"]), (&json!(60), &json!(0), &json!(0)));
    let (_, all) = dedup(BUCKET);
    assert_eq!((&all["kept"], &all["agent_events"]), (&json!(60), &json!(6)));
    let outcome = test.expect(1, &["records", "dedup", "s3://nobodys-bucket/", "--sandbox"]);
    assert!(outcome.stderr.contains("cannot read `s3://nobodys-bucket/`"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("NoSuchBucket"), "{}", outcome.stderr);

    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let number = records[0]["CustomerEndpoint"]["Address"].as_str().unwrap();
    let of_number = records.iter().filter(|record| record["CustomerEndpoint"]["Address"] == number).count();
    let place = format!("{BUCKET}/contact-records/");
    test.expect(0, &["records", "delete", &place, "--sandbox", "--number", number, "--yes"]);
    let (lines, report) = dedup(&place);
    assert_eq!(report["kept"], json!(60 - of_number));
    assert!(!lines.contains(number));

    let event = Path::new(ROOT).join("lambdas/dedup/events/firehose.json");
    let answer = test.json(&["lambda", "invoke", "dedup", "--sandbox", "--event", event.to_str().unwrap()]);
    let results: Vec<&str> =
        answer["records"].as_array().unwrap().iter().map(|entry| entry["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["Ok", "Dropped", "Ok", "Ok", "ProcessingFailed"]);
}

/// What the views of `blueprints/contact-records` show of records, run by `DuckDB`, with the days of a time zone.
fn views(test: &TestEnvironment, python: &Path, lines: &str, time_zone: &str) -> Value {
    test.write("records.ndjson", lines);
    let folder = Path::new(ROOT).join("blueprints/contact-records");
    let records = test.path("records.ndjson");
    let arguments = [folder.to_str().unwrap(), records.to_str().unwrap(), time_zone];
    serde_json::from_str(&foreign_script(python, "contact_record_views.py", &arguments)).unwrap()
}

fn many_records() -> (usize, String) {
    let recipe = Recipe { seed: 11, contacts: 5000, versions: 3, contacts_per_event: 0 };
    let all: Vec<_> = samples(recipe).collect();
    let sent = duplicated(&all, 2, 11);
    (all.len(), sent.iter().flat_map(|sample| [sample.json.as_str(), "\n"]).collect())
}

/// Against what plain code counts, in a time zone without summer time too.
#[test]
fn views_agree_with_a_reference() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let (versions, lines) = many_records();
    let current = current(&lines);
    assert_eq!(current.len(), 5000);
    for (time_zone, hours) in [("UTC", 0), ("America/Phoenix", -7)] {
        let rows = views(&test, &python, &lines, time_zone);
        assert_eq!(rows["contact_records"], json!(versions * 2), "what a naive count says");
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
            let expected: BTreeSet<String> =
                reference(view, current.values(), TimeDelta::hours(hours)).iter().map(comparable).collect();
            assert!(expected.len() > 2, "{view}");
            assert_eq!(rows, expected, "{view} in {time_zone}");
        }
    }
}

/// A leg of a call: its identifier, the first, the previous and the next one, when it began and ended.
fn leg(id: &str, [first, previous, next]: [Option<&str>; 3], began: &str, ended: &str) -> Value {
    json!({
        "Channel": "VOICE", "ContactId": id, "InstanceARN": "arn:i", "InitialContactId": first,
        "PreviousContactId": previous, "NextContactId": next, "InitiationMethod": "INBOUND",
        "InitiationTimestamp": began, "DisconnectTimestamp": ended, "LastUpdateTimestamp": ended,
    })
}

fn lines(records: &[Value]) -> String {
    records.iter().flat_map(|record| [record.to_string(), "\n".to_owned()]).collect()
}

/// A call of three legs, of which some are not in the bucket: the missing ones are counted, each once.
#[test]
fn missing_legs_are_those_that_are_named_and_not_there() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let at = |minute: u32| format!("2026-02-01T10:{minute:02}:00Z");
    let legs = [
        leg("f", [None, None, Some("m")], &at(0), &at(5)),
        leg("m", [Some("f"), Some("f"), Some("l")], &at(5), &at(9)),
        leg("l", [Some("f"), Some("m"), None], &at(9), &at(12)),
    ];
    for (here, expected) in [
        (&[0, 1, 2][..], json!([3, 0])),
        (&[0, 2], json!([2, 1])),
        (&[1, 2], json!([2, 1])),
        (&[0, 1], json!([2, 1])),
        (&[2], json!([1, 2])),
        (&[1], json!([1, 2])),
        (&[0], json!([1, 1])),
    ] {
        let records: Vec<_> = here.iter().map(|index| legs[*index].clone()).collect();
        let rows = views(&test, &python, &lines(&records), "UTC");
        let row = &rows["transfers"][0];
        assert_eq!(json!([row["legs"], row["missing_legs"]]), expected, "legs {here:?}: {row}");
        assert_eq!(row["first_contactid"], "f");
    }
    let alone = views(&test, &python, &lines(&[leg("a", [None; 3], &at(0), &at(1))]), "UTC");
    assert_eq!(alone["transfers"], json!([]), "a call of one leg has none to miss");
}

/// A call over midnight is one of both days, and begins on one.
#[test]
fn a_call_over_midnight_is_one_of_both_days() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let records = [
        leg("f", [None, None, Some("l")], "2026-01-31T23:50:00Z", "2026-02-01T00:05:00Z"),
        leg("l", [Some("f"), Some("f"), None], "2026-02-01T00:05:00.250Z", "2026-02-01T00:10:00Z"),
        leg("long", [None; 3], "2026-01-31T23:59:59Z", "2026-02-01T00:00:01Z"),
        leg("short", [None; 3], "2026-02-01T12:00:00Z", "2026-02-01T12:00:01Z"),
    ];
    let per_day = |time_zone: &str| -> Vec<Value> {
        let rows = views(&test, &python, &lines(&records), time_zone);
        let columns = ["call_date", "contacts", "calls", "calls_begun"];
        let row = |row: &Value| columns.iter().map(|column| row[*column].clone()).collect();
        rows["calls_per_day"].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(per_day("UTC"), [json!(["2026-01-31", 2, 2, 2]), json!(["2026-02-01", 2, 3, 1])]);
    // Six hours west, all of it is on one evening, and the short one on the next morning.
    assert_eq!(per_day("America/Costa_Rica"), [json!(["2026-01-31", 3, 2, 2]), json!(["2026-02-01", 1, 1, 1])]);
    assert_eq!(per_day("Asia/Tokyo"), [json!(["2026-02-01", 4, 3, 3])]);
}

/// Times with fractions are compared as times, and versions that say the same time have an order that does not depend on
/// that of the files.
#[test]
fn versions_have_one_order_whatever_they_say() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let version = |updated: &str, ended: Value, agent: Option<&str>, attribute: &str| {
        let mut record = leg("f", [None; 3], "2026-02-01T10:00:00.500Z", "2026-02-01T10:05:00Z");
        record["LastUpdateTimestamp"] = updated.into();
        record["DisconnectTimestamp"] = ended;
        record["Agent"] = agent.map_or(Value::Null, |name| json!({ "Username": name }));
        record["Attributes"] = json!({ "revision": attribute });
        record
    };
    let ended = || json!("2026-02-01T10:05:00Z");
    // From the first to the last of each pair: a fraction of a second, the end of the call, the agent, an attribute.
    let pairs = [
        [
            version("2026-02-01T10:06:00Z", ended(), None, "b"),
            version("2026-02-01T10:06:00.001Z", Value::Null, None, "a"),
        ],
        [
            version("2026-02-01T10:06:00Z", Value::Null, None, "b"),
            version("2026-02-01T10:06:00.000Z", ended(), None, "a"),
        ],
        [version("2026-02-01T10:06:00Z", ended(), None, "b"), version("2026-02-01T10:06:00Z", ended(), Some("m"), "a")],
        [version("2026-02-01T10:06:00Z", ended(), None, "a"), version("2026-02-01T10:06:00Z", ended(), None, "b")],
    ];
    for pair in &pairs {
        let mut turned = pair.clone();
        turned.reverse();
        for order in [pair, &turned] {
            let rows = views(&test, &python, &lines(order), "UTC");
            let current = &rows["current_contact_records"];
            assert_eq!(current.as_array().unwrap().len(), 1);
            assert_eq!(json!({ "revision": current[0]["attributes"]["revision"] }), pair[1]["Attributes"], "{order:?}");
        }
    }
    // The beginning of a call is the earliest time, not the smallest text.
    let legs = [
        leg("f", [None, None, Some("l")], "2026-02-01T10:00:00Z", "2026-02-01T10:05:00.500Z"),
        leg("l", [Some("f"), Some("f"), None], "2026-02-01T10:00:00.500Z", "2026-02-01T10:05:00Z"),
    ];
    let row = &views(&test, &python, &lines(&legs), "UTC")["transfers"][0];
    assert_eq!([&row["initiated"], &row["disconnected"]], ["2026-02-01T10:00:00Z", "2026-02-01T10:05:00.500Z"]);
}

/// The statements of `records compact`, run by `DuckDB`, against what plain code says is current.
#[test]
fn compaction_keeps_the_current_version_of_each_day() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    let (_, lines) = many_records();
    test.write("records.ndjson", &lines);
    let blueprint = "blueprints/contact-records.yaml";
    let sql = test.expect(0, &["records", "compact", blueprint, "--from=2026-01-01", "--to=2026-02-15"]).stdout;
    assert_eq!((sql.matches("CREATE TABLE").count(), sql.matches("INSERT INTO").count()), (1, 1), "{sql}");
    assert!(sql.starts_with("-- In the database contact_records.\n"), "{sql}");
    test.write("compact.sql", &sql);
    let folder = Path::new(ROOT).join("blueprints/contact-records");
    let paths = [test.path("records.ndjson"), test.path("compact.sql")];
    let arguments = [folder.to_str().unwrap(), paths[0].to_str().unwrap(), "UTC", paths[1].to_str().unwrap()];
    let rows: Value = serde_json::from_str(&foreign_script(&python, "contact_record_views.py", &arguments)).unwrap();
    let found: Vec<[&str; 3]> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| ["contactid", "lastupdatetimestamp", "initiation_day"].map(|column| row[column].as_str().unwrap()))
        .collect();
    let current = current(&lines);
    let expected: Vec<[&str; 3]> = current
        .iter()
        .map(|(id, record)| {
            let text = |name: &str| record[name].as_str().unwrap();
            [id.as_str(), text("LastUpdateTimestamp"), &text("InitiationTimestamp")[..10]]
        })
        .collect();
    assert_eq!(found, expected);

    let outcome = test.expect(64, &["records", "compact", blueprint, "--from=2026-02-01", "--to=2026-01-01"]);
    assert!(outcome.stderr.contains("there is no day"), "{}", outcome.stderr);
    let outcome = test.expect(1, &["records", "compact", blueprint, "--from=2026-01-01", "--run", "--sandbox"]);
    assert!(outcome.stderr.contains("StartQueryExecution"), "{}", outcome.stderr);
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
fn reference<'a>(view: &str, records: impl Iterator<Item = &'a Value>, east: TimeDelta) -> Vec<Value> {
    if view == "calls_per_day" {
        return calls_per_day(records, east);
    }
    let mut groups: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for record in records {
        let text = |name: &str| record.pointer(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let day = day(record, "InitiationTimestamp", east).to_string();
        let answered = !record["Agent"].is_null();
        let first = if record["InitialContactId"].is_null() { text("/ContactId") } else { text("/InitialContactId") };
        let key = match view {
            "handle_time" if answered => (day, text("/Queue/Name")),
            "abandons" if !record["Queue"].is_null() => (day, text("/Queue/Name")),
            "transfers" => (first, String::new()),
            _ => continue,
        };
        groups.entry(key).or_default().push(record);
    }
    groups.iter().filter_map(|(key, records)| row(view, key, records)).collect()
}

/// The day of a time, so far east of Greenwich.
fn day(record: &Value, name: &str, east: TimeDelta) -> NaiveDate {
    let time: DateTime<Utc> = record[name].as_str().unwrap().parse().unwrap();
    (time + east).date_naive()
}

fn calls_per_day<'a>(records: impl Iterator<Item = &'a Value>, east: TimeDelta) -> Vec<Value> {
    #[derive(Default)]
    struct Day<'a> {
        begun: Vec<&'a Value>,
        calls: BTreeSet<&'a str>,
        calls_begun: u64,
    }
    let mut days: BTreeMap<(NaiveDate, &str), Day<'_>> = BTreeMap::new();
    let mut first_days: BTreeMap<(&str, &str), NaiveDate> = BTreeMap::new();
    for record in records {
        let channel = record["Channel"].as_str().unwrap();
        let call = record["InitialContactId"].as_str().or(record["ContactId"].as_str()).unwrap();
        let first = day(record, "InitiationTimestamp", east);
        days.entry((first, channel)).or_default().begun.push(record);
        let mut at = first;
        while at <= day(record, "DisconnectTimestamp", east) {
            days.entry((at, channel)).or_default().calls.insert(call);
            at = at.succ_opt().unwrap();
        }
        let earliest = first_days.entry((call, channel)).or_insert(first);
        *earliest = first.min(*earliest);
    }
    for ((_, channel), first) in first_days {
        days.get_mut(&(first, channel)).unwrap().calls_begun += 1;
    }
    days.iter()
        .map(|((day, channel), Day { begun, calls, calls_begun })| {
            let count = |is: &dyn Fn(&Value) -> bool| begun.iter().filter(|record| is(record)).count();
            let method = |name: &'static str| move |record: &Value| record["InitiationMethod"] == name;
            json!({
                "call_date": day.to_string(), "channel": channel, "contacts": begun.len(), "calls": calls.len(),
                "calls_begun": calls_begun, "inbound": count(&method("INBOUND")),
                "transferred": count(&method("TRANSFER")),
                "handled": count(&|record| !record["Agent"].is_null()),
            })
        })
        .collect()
}

fn row(view: &str, (first, second): &(String, String), records: &[&Value]) -> Option<Value> {
    let count = |is: &dyn Fn(&Value) -> bool| records.iter().filter(|record| is(record)).count();
    let sum = |path: &str| records.iter().filter_map(|record| record.pointer(path)?.as_u64()).sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let share = |part: u64| part as f64 / records.len() as f64;
    Some(match view {
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
