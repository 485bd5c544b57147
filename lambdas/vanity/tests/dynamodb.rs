//! The real handlers against two implementations of DynamoDB that know nothing of each other: the sandbox's and moto's.

#![expect(clippy::unwrap_used, reason = "an environment that cannot be made is a failed test")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use callform_lambda::{Aws, Environment, Invocation};
use serde_json::{Value, json};
use vanity::function::{Answer, Caller, LastCallers, Vanity};

/// 2026-11-30, a Monday.
const MONDAY: u64 = 1_796_000_400;

/// The functions with tables of their own.
struct Center {
    vanity: Vanity,
    callers: LastCallers,
    aws: Aws,
    name: String,
}

impl Center {
    async fn new(url: &str, name: &str) -> Self {
        let aws = Aws::local(url);
        let (numbers, calls) = (format!("{name}-numbers"), format!("{name}-calls"));
        create_tables(&Client::new(aws.config().await), &numbers, &calls).await;
        let environment = Environment::from([
            ("NUMBERS_TABLE", numbers.as_str()),
            ("CALLS_TABLE", calls.as_str()),
            ("COMPANY", "AABuild"),
            ("RETENTION_DAYS", "30"),
        ]);
        Self {
            vanity: Vanity::with(&environment, Aws::local(url)).unwrap(),
            callers: LastCallers::with(&environment, Aws::local(url)).unwrap(),
            aws,
            name: name.to_owned(),
        }
    }

    async fn call(&self, contact: &str, address: &str, seconds: u64) -> Answer {
        self.vanity.answer(event(contact, address), at(seconds)).await.unwrap()
    }

    async fn last(&self, request: Value, seconds: u64) -> Vec<Caller> {
        self.callers.answer(serde_json::from_value(request).unwrap(), at(seconds)).await.unwrap()
    }

    /// All items of a table as text, in a fixed order.
    async fn items(&self, table: &str) -> Vec<String> {
        let table = format!("{}-{table}", self.name);
        let client = Client::new(self.aws.config().await);
        let scan = client.scan().table_name(table).consistent_read(true).send().await.unwrap();
        let mut items: Vec<String> = scan.items().iter().map(shown).collect();
        items.sort();
        items
    }
}

/// The attributes of an item in a fixed order, those of maps in it too.
fn shown(item: &HashMap<String, AttributeValue>) -> String {
    let mut attributes: Vec<String> =
        item.iter().map(|(name, value)| format!("{name}: {}", shown_value(value))).collect();
    attributes.sort();
    attributes.join(", ")
}

fn shown_value(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(map) => format!("{{ {} }}", shown(map)),
        AttributeValue::L(list) => format!("[{}]", list.iter().map(shown_value).collect::<Vec<_>>().join(", ")),
        other => format!("{other:?}"),
    }
}

fn event(contact: &str, address: &str) -> Value {
    json!({
        "Name": "ContactFlowEvent",
        "Details": {
            "ContactData": { "ContactId": contact, "CustomerEndpoint": { "Address": address, "Type": "TELEPHONE_NUMBER" } },
            "Parameters": {},
        },
    })
}

fn at(seconds: u64) -> Invocation {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    Invocation { request_id: "r-1".to_owned(), at, deadline: at + Duration::from_secs(8) }
}

async fn create_tables(client: &Client, numbers: &str, calls: &str) {
    let text = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let create = client.create_table().billing_mode(BillingMode::PayPerRequest);
    create
        .table_name(numbers)
        .attribute_definitions(text("phone"))
        .attribute_definitions(text("company"))
        .key_schema(key("phone", KeyType::Hash))
        .key_schema(key("company", KeyType::Range))
        .send()
        .await
        .unwrap();
    let by_day = GlobalSecondaryIndex::builder()
        .index_name("by_day")
        .key_schema(key("day", KeyType::Hash))
        .key_schema(key("at", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    let create = client.create_table().billing_mode(BillingMode::PayPerRequest);
    create
        .table_name(calls)
        .attribute_definitions(text("contact"))
        .attribute_definitions(text("day"))
        .attribute_definitions(text("at"))
        .key_schema(key("contact", KeyType::Hash))
        .global_secondary_indexes(by_day)
        .send()
        .await
        .unwrap();
}

/// An event of a flow that names the company, as the original's flow did.
fn event_for(contact: &str, address: &str, company: &str) -> Value {
    let mut event = event(contact, address);
    event["Details"]["Parameters"]["companyName"] = company.into();
    event
}

/// V3: the original never told the phone path which company it worked for.
async fn v3_the_company_is_preferred(url: &str) {
    let center = Center::new(url, "company").await;
    let answer = center.call("c-1", "+18002228453", MONDAY).await;
    assert_eq!((answer.get("status"), answer.get("count"), answer.get("stored")), ("ok", "3", "yes"));
    assert_eq!(answer.get("option_1"), "1-800-AABUILD", "the one of the environment");
    let answer = center.vanity.answer(event_for("c-2", "+18002228453", "Tile"), at(MONDAY)).await.unwrap();
    assert_eq!(answer.get("option_1"), "1-800-CAB-TILE", "the one that comes with the call");
    let refused = center.vanity.answer(event_for("c-3", "+18002228453", "日本"), at(MONDAY)).await.unwrap_err();
    assert!(refused.to_string().starts_with("the parameter `companyName`:"), "{refused}");
    let companies = |callers: Vec<Caller>| callers.into_iter().map(|caller| caller.company).collect::<Vec<_>>();
    let expected = [Some("Tile".to_owned()), Some("AABuild".to_owned())];
    assert_eq!(companies(center.last(json!({}), MONDAY).await), expected);
}

/// V8: nothing was unique, nothing kept; Connect tries a failed function again, up to three times.
async fn v8_three_equal_invocations_are_one_write(url: &str) {
    let center = Center::new(url, "retries").await;
    let first = center.call("c-1", "+18002228453", MONDAY).await;
    let kept = (center.items("numbers").await, center.items("calls").await);
    assert_eq!((kept.0.len(), kept.1.len()), (1, 1));
    for later in [1, 2] {
        assert_eq!(center.call("c-1", "+18002228453", MONDAY + later).await, first);
    }
    let (one, two, three) = tokio::join!(
        center.call("c-1", "+18002228453", MONDAY + 3),
        center.call("c-1", "+18002228453", MONDAY + 3),
        center.call("c-1", "+18002228453", MONDAY + 3),
    );
    assert!([one, two, three].iter().all(|answer| *answer == first));
    assert_eq!((center.items("numbers").await, center.items("calls").await), kept);
    // Another call of the same number is a call, and no new ranking.
    center.call("c-2", "+18002228453", MONDAY + 60).await;
    assert_eq!(center.items("numbers").await, kept.0);
    assert_eq!(center.items("calls").await.len(), 2);
}

async fn the_best_five_are_kept_and_three_are_spoken(url: &str) {
    let center = Center::new(url, "five").await;
    let answer = center.call("c-1", "+12003569377", MONDAY).await;
    let numbers = center.items("numbers").await;
    assert_eq!(numbers[0].matches("written: ").count(), 5, "{numbers:?}");
    assert!(numbers[0].contains("1-200-FLOWERS") && numbers[0].contains("phone: S(\"+12003569377\")"), "{numbers:?}");
    assert!(numbers[0].contains(&format!("expires: N(\"{}\")", MONDAY + 30 * 86_400)), "{numbers:?}");
    assert_eq!(answer.options().count(), 3);
    let calls = center.items("calls").await;
    assert_eq!(calls[0].matches("S(\"1-200-").count(), 3, "{calls:?}");
}

/// What is kept for one company is neither overwritten by what is kept for another, nor taken for it.
async fn each_company_has_its_own_ranking(url: &str) {
    let center = Center::new(url, "companies").await;
    let own = center.call("c-1", "+18002228453", MONDAY).await;
    let before = center.items("numbers").await;
    let other = center.vanity.answer(event_for("c-2", "+18002228453", "Tile"), at(MONDAY + 1)).await.unwrap();
    let both = center.items("numbers").await;
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both.contains(&before[0]), "the first is as it was: {both:?}");
    let of = |company: &str| {
        let company = format!("company: S(\"{company}\")");
        both.iter().find(|item| item.contains(&company)).cloned().unwrap_or_default()
    };
    assert!(of("AABuild").contains("1-800-AABUILD"), "{both:?}");
    assert!(of("Tile").contains("1-800-CAB-TILE") && !of("Tile").contains("AABUILD"), "{both:?}");
    // Again, each in turn: the same answers, and nothing is written.
    assert_eq!(center.call("c-3", "+18002228453", MONDAY + 2).await, own);
    assert_eq!(center.vanity.answer(event_for("c-4", "+18002228453", "Tile"), at(MONDAY + 3)).await.unwrap(), other);
    assert_eq!(center.items("numbers").await, both);
}

/// Words of one's own, another keypad: the ranking that is kept is a new one.
async fn new_words_replace_the_ranking(url: &str) {
    let center = Center::new(url, "versions").await;
    center.call("c-1", "+18002228453", MONDAY).await;
    let before = center.items("numbers").await;
    let tables = ["numbers", "calls"].map(|table| format!("{}-{table}", center.name));
    let environment = Environment::from([
        ("NUMBERS_TABLE", tables[0].as_str()),
        ("CALLS_TABLE", tables[1].as_str()),
        ("COMPANY", "AABuild"),
        ("WORDS", "CABT = 19000"),
    ]);
    let vanity = Vanity::with(&environment, Aws::local(url)).unwrap();
    let answer = vanity.answer(event("c-2", "+18002228453"), at(MONDAY)).await.unwrap();
    assert_eq!(answer.get("option_1"), "1-800-AABUILD");
    assert!(answer.options().any(|option| option == "1-800-CABT-453"), "{answer:?}");
    let after = center.items("numbers").await;
    assert_eq!(after.len(), 1);
    assert_ne!(after, before);
}

/// V4, V5: whoever calls, there is an answer and a record, and no address of a person is kept.
async fn every_caller_is_answered_and_recorded(url: &str) {
    let center = Center::new(url, "callers").await;
    let addresses = [
        ("anonymous", "withheld"),
        ("", "withheld"),
        ("911", "short"),
        ("+447700900123", "unsupported"),
        ("sip:mary.jane@example.com", "unsupported"),
        ("mary jane", "invalid"),
        ("+15550100134", "none"),
        ("+12003569377;ext=12", "ok"),
    ];
    for (place, (address, status)) in (0..).zip(addresses) {
        let answer = center.call(&format!("c-{place}"), address, MONDAY + place).await;
        assert_eq!((answer.get("status"), answer.get("stored")), (status, "yes"), "{address}");
    }
    let last = center.last(json!({ "limit": 100 }), MONDAY + 100).await;
    let statuses: Vec<&str> = last.iter().rev().map(|caller| caller.status.as_str()).collect();
    assert_eq!(statuses, addresses.map(|(_, status)| status));
    let phones: Vec<Option<&str>> = last.iter().rev().map(|caller| caller.phone.as_deref()).collect();
    let expected =
        [None, None, Some("911"), Some("+447700900123"), None, None, Some("+15550100134"), Some("+12003569377")];
    assert_eq!(phones, expected);
}

/// A peer of the original sorted by the names of weekdays.
async fn the_last_callers_come_newest_first(url: &str) {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    let center = Center::new(url, "recency").await;
    // Two weekdays, two months, and one too long ago; written out of order.
    let times =
        [MONDAY, MONDAY + DAY + HOUR, MONDAY - 3 * DAY, MONDAY + DAY, MONDAY - 40 * DAY, MONDAY - HOUR, MONDAY + 1];
    for (place, time) in times.iter().enumerate() {
        center.call(&format!("c-{place}"), "+12003569377", *time).await;
    }
    let contacts = |callers: Vec<Caller>| callers.into_iter().map(|caller| caller.contact).collect::<Vec<_>>();
    let now = MONDAY + 2 * DAY;
    let last = center.last(json!({}), now).await;
    assert_eq!(last[0].at, "2026-12-01T02:00:00.000Z");
    assert_eq!(last[0].options[0], "1-200-FLOWERS");
    assert_eq!(contacts(last), ["c-1", "c-3", "c-6", "c-0", "c-5"]);
    assert_eq!(contacts(center.last(json!({ "limit": 2 }), now).await), ["c-1", "c-3"]);
    assert_eq!(contacts(center.last(json!({ "limit": 50 }), now).await).len(), 6, "a month is looked through");
    assert_eq!(contacts(center.last(json!({ "limit": 50, "days": 60 }), now).await).len(), 7);
    assert_eq!(contacts(center.last(json!({ "days": 2 }), now).await), ["c-1", "c-3"]);
    for wrong in [json!({ "limit": 0 }), json!({ "limit": 101 }), json!({ "days": 93 })] {
        let request = serde_json::from_value(wrong).unwrap();
        let error = center.callers.answer(request, at(now)).await.unwrap_err();
        assert!(error.to_string().contains("must be between 1 and"), "{error}");
    }
}

/// Every event of Amazon Connect that others published, twice: the second time changes nothing.
async fn the_events_of_others_are_answered(url: &str) {
    let Some(samples) = samples() else { return };
    let center = Center::new(url, "samples").await;
    let mut events = 0;
    for path in samples {
        let Ok(event) = serde_json::from_str::<Value>(&std::fs::read_to_string(&path).unwrap_or_default()) else {
            continue;
        };
        if event["Details"]["ContactData"].is_null() {
            continue;
        }
        events += 1;
        let answer = center.vanity.answer(event.clone(), at(MONDAY)).await.unwrap();
        assert_eq!(answer.get("stored"), "yes", "{}", path.display());
        let json = serde_json::to_value(&answer).unwrap();
        assert!(json.as_object().unwrap().values().all(Value::is_string), "{json}");
        let kept = (center.items("numbers").await, center.items("calls").await);
        assert_eq!(center.vanity.answer(event, at(MONDAY + 5)).await.unwrap(), answer);
        assert_eq!((center.items("numbers").await, center.items("calls").await), kept);
    }
    assert!(events >= 4, "{events} events among the samples");
}

/// All JSON files of the samples, where they are there.
fn samples() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let Ok(folders) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no sample events at {}", folder.display());
        return None;
    };
    let files = folders.flatten().filter_map(|folder| std::fs::read_dir(folder.path()).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    paths.sort();
    Some(paths)
}

async fn every_scenario(url: &str) {
    Box::pin(v3_the_company_is_preferred(url)).await;
    Box::pin(v8_three_equal_invocations_are_one_write(url)).await;
    Box::pin(the_best_five_are_kept_and_three_are_spoken(url)).await;
    Box::pin(each_company_has_its_own_ranking(url)).await;
    Box::pin(new_words_replace_the_ranking(url)).await;
    Box::pin(every_caller_is_answered_and_recorded(url)).await;
    Box::pin(the_last_callers_come_newest_first(url)).await;
    Box::pin(the_events_of_others_are_answered(url)).await;
}

#[tokio::test]
async fn v3_v8_and_all_scenarios_hold_on_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let options = callform_sandbox::Options {
        folder: folder.path().join("sandbox"),
        port: 0,
        region: "us-west-2".to_owned(),
        faults: None,
    };
    let sandbox = callform_sandbox::start(options).await.unwrap();
    Box::pin(every_scenario(sandbox.url())).await;
    sandbox.stop().await;
}

#[tokio::test]
async fn v3_v8_and_all_scenarios_hold_on_moto() {
    let Some(python) = std::env::var_os("CALLFORM_TEST_PYTHON") else {
        assert!(std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
        eprintln!("SKIPPED: no moto; run the tests with `cargo xtask test`");
        return;
    };
    let moto = Moto::start(Path::new(&python));
    Box::pin(every_scenario(&moto.url)).await;
}

/// A server of moto's; ended when it goes out of scope.
struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    fn start(python: &Path) -> Self {
        let mut child = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("Running on ").map(|(_, url)| url.trim().to_owned()));
        // The server stops when nobody takes what it logs.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: url.expect("moto says where it listens") }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// V8: a table that cannot be reached is logged, and the caller is answered.
#[tokio::test]
async fn v8_a_table_that_cannot_be_reached_keeps_nobody_waiting_for_an_answer() {
    // A port that nobody listens on: taken, and given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let environment = Environment::from([("NUMBERS_TABLE", "n"), ("CALLS_TABLE", "c")]);
    let vanity = Vanity::with(&environment, Aws::local(&format!("http://127.0.0.1:{port}"))).unwrap();
    let answer = vanity.answer(event("c-1", "+12003569377"), at(MONDAY)).await.unwrap();
    assert_eq!((answer.get("option_1"), answer.get("stored")), ("1-200-FLOWERS", "no"));
}

/// V8: a table that takes the request and never answers. The flow of `KWGlobal` waits 4 seconds; the clock is tokio's own,
/// which jumps to the next timeout.
#[tokio::test(start_paused = true)]
async fn v8_a_table_that_hangs_keeps_nobody_waiting_for_longer_than_the_flow_does() {
    const FLOW: Duration = Duration::from_secs(4);
    // The kernel takes connections to it, and nobody ever reads what comes in.
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", hanging.local_addr().unwrap());
    let environment = Environment::from([("NUMBERS_TABLE", "n"), ("CALLS_TABLE", "c")]);
    let vanity = Vanity::with(&environment, Aws::local(&url)).unwrap();
    let answer = tokio::time::timeout(FLOW, vanity.answer(event("c-1", "+12003569377"), at(MONDAY)));
    let answer = answer.await.expect("an answer before the flow gives up").unwrap();
    assert_eq!((answer.get("option_1"), answer.get("stored")), ("1-200-FLOWERS", "no"));
    let callers = LastCallers::with(&environment, Aws::local(&url)).unwrap();
    let request = serde_json::from_value(json!({})).unwrap();
    let error = tokio::time::timeout(FLOW, callers.answer(request, at(MONDAY))).await.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("the calls cannot be read"), "{error}");
    assert!(hanging.accept().is_ok(), "the table was asked");
}

/// V6: the original's handler returned `{ statusCode, body: { options: […], status } }`; Connect takes a flat map of
/// strings. Looks at what the handler returns, whatever the caller's address is, as it goes out.
#[tokio::test(start_paused = true)]
async fn v6_what_the_handler_returns_is_a_flat_map_of_strings() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let environment = Environment::from([("NUMBERS_TABLE", "n"), ("CALLS_TABLE", "c"), ("COMPANY", "AABuild")]);
    let vanity = Vanity::with(&environment, Aws::local(&format!("http://127.0.0.1:{port}"))).unwrap();
    for address in ["+18002228453", "+15550100134", "anonymous", "911", "+447700900123", "hello"] {
        let returned = vanity.answer(event("c-1", address), at(MONDAY)).await.unwrap();
        let json = serde_json::to_value(returned).unwrap();
        let members = json.as_object().expect("a map");
        assert!(members.values().all(Value::is_string), "{address}: {json}");
        assert!(members.contains_key("status") && members.contains_key("option_1"), "{address}: {json}");
    }
}

#[test]
fn a_function_whose_settings_are_wrong_says_which() {
    let error = |name: &str, value: &str| {
        let environment = Environment::from([("NUMBERS_TABLE", "n"), ("CALLS_TABLE", "c"), (name, value)]);
        Vanity::start(&environment).unwrap_err().to_string()
    };
    assert!(error("COMPANY", "42").starts_with("COMPANY: the company's name has no"));
    assert_eq!(error("WORDS", "tea\npot = x"), "WORDS: line 2: the weight `x` is no whole number from 0 to 20000");
    assert!(error("KEYPAD", "dvorak").contains("there are e161, classic and qz-on-1"));
}

#[test]
fn a_function_without_tables_says_which_variable_is_missing() {
    let error = Vanity::start(&Environment::from([("NUMBERS_TABLE", "n")])).unwrap_err();
    assert!(error.to_string().contains("CALLS_TABLE"), "{error}");
    let environment = Environment::from([("NUMBERS_TABLE", "n"), ("CALLS_TABLE", "c"), ("RETENTION_DAYS", "-1")]);
    assert!(Vanity::start(&environment).unwrap_err().to_string().contains("RETENTION_DAYS"));
}
