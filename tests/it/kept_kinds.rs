//! `retain: true` of every kind: what a destroyed center kept comes back as what it was, with what changed meanwhile.

use serde_json::json;

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "shop.yaml";

const HEAD: &str = "center: shop
region: us-west-2
instance: { alias: shop-kept, inbound: true, outbound: true }
lambdas: { lookup: { code: lookup.zip, name: lookup } }
";

/// A kind: the address of what is kept, its section, and what is changed between destroying and applying again.
struct Row {
    address: &'static str,
    section: &'static str,
    change: (&'static str, &'static str),
}

const fn row(address: &'static str, section: &'static str, change: (&'static str, &'static str)) -> Row {
    Row { address, section, change }
}

const ROWS: [Row; 20] = [
    row(
        "topic/news",
        "topics: { news: { name: shop-news, display_name: News, retain: true, subscriptions: [{ queue: all }] } }
sqs_queues: { all: {} }",
        ("display_name: News", "display_name: Letters"),
    ),
    row(
        "topic/own",
        "topics: { own: { name: shop-own, kms_key: k, retain: true } }
kms_keys: { k: { retain: false } }",
        ("kms_key: k", "kms_key: none"),
    ),
    row(
        "sqs_queue/orders",
        "sqs_queues: { orders: { name: shop-orders, retention: 2d, dead_letters: lost, retain: true }, lost: {} }",
        ("retention: 2d", "retention: 3d"),
    ),
    row(
        "state_machine/caring",
        "state_machines: { caring: { name: shop-caring, definition: caring.json, retain: true } }",
        ("retain: true", "retain: true, tracing: true"),
    ),
    row(
        "bot/orders",
        "bots:
  orders:
    retain: true
    description: Orders
    locales: { en_US: { intents: { track: { utterances: [where is it], fulfill: lookup } } } }",
        ("description: Orders", "description: All orders"),
    ),
    row(
        "predefined_attribute/Product",
        "predefined_attributes: { Product: { values: [Routers, Phones], retain: true } }",
        ("[Routers, Phones]", "[Routers, Lamps]"),
    ),
    row(
        "schedule/nightly",
        "schedules: { nightly: { name: shop-nightly, when: rate(5 minutes), lambda: lookup, retain: true } }",
        ("5 minutes", "7 minutes"),
    ),
    row(
        "resource/letters",
        "resources: { letters: { type: AWS::SNS::Topic, retain: true, properties: { TopicName: letters, DisplayName: A } } }",
        ("DisplayName: A", "DisplayName: B"),
    ),
    row(
        "resource/log",
        "resources:
  log: { type: AWS::Logs::LogGroup, retain: true, properties: { LogGroupName: /shop/log, RetentionInDays: 7 } }",
        ("RetentionInDays: 7", "RetentionInDays: 14"),
    ),
    row(
        "kms_key/secrets",
        "kms_keys: { secrets: { alias: shop-secrets, description: Old, services: [connect.amazonaws.com] } }",
        ("description: Old", "description: New, rotate_every: 180d"),
    ),
    row(
        "alarm/slow",
        "alarms:
  slow: { name: shop-slow, metric: Duration, namespace: AWS/Lambda, dimensions: { FunctionName: \"${lambda/lookup.ref}\" }, statistic: p99, over: 2500, retain: true }",
        ("over: 2500", "over: 3500"),
    ),
    row(
        "event_rule/ended",
        "event_rules: { ended: { name: shop-ended, pattern: { source: [aws.connect] }, targets: [{ lambda: lookup }], retain: true } }",
        ("retain: true", "retain: true, description: Contacts that ended"),
    ),
    row(
        "view/confirm",
        "views: { confirm: { json: confirm.json, actions: [Submit, Cancel], retain: true } }",
        ("retain: true", "retain: true, description: Asks once more"),
    ),
    row(
        "task_template/follow_up",
        "task_templates: { follow_up: { flow: main, fields: { Title: { type: name, required: true } }, retain: true } }
flows: { main: { steps: [hang_up] } }",
        ("retain: true", "retain: true, description: Later"),
    ),
    row(
        "hours/day",
        "hours: { day: { time_zone: UTC, open: { daily: 24h }, retain: true } }",
        ("daily: 24h", "daily: 09:00-17:00"),
    ),
    row(
        "flow/main",
        "flows: { main: { retain: true, steps: [{ say: Good day. }, hang_up] } }",
        ("Good day.", "Good evening."),
    ),
    row(
        "flow/called",
        "flows:
  called: { retain: true, description: Asks, steps: [{ lambda: lookup, error: hang_up }, { queue: sales }, hang_up] }
queues: { sales: { hours: day } }
hours: { day: { time_zone: UTC, open: { daily: 24h } } }",
        ("description: Asks", "description: Asks first"),
    ),
    row(
        "queue/sales",
        "queues: { sales: { hours: builtin/Basic Hours, quick_connects: [sales], retain: true } }
quick_connects: { sales: { queue: sales } }",
        ("retain: true", "retain: true, max_contacts: 7"),
    ),
    row(
        "security_profile/leads",
        "security_profiles: { leads: { description: Leads, permissions: [BasicAgentAccess], retain: true } }",
        ("[BasicAgentAccess]", "[BasicAgentAccess, Users.View]"),
    ),
    row(
        "role/reader",
        "roles: { reader: { name: shop-reader, trust: [lambda.amazonaws.com], retain: true } }",
        ("retain: true", "retain: true, description: Reads"),
    ),
];

const CARING: &str =
    r#"{ "StartAt": "Look", "States": { "Look": { "Type": "Task", "Resource": "${lambda/lookup}", "End": true } } }"#;

fn center(row: &Row) -> TestEnvironment {
    let test = TestEnvironment::empty();
    let data = |name: &str| std::fs::read(format!("{}/tests/data/everything/{name}", crate::support::ROOT)).unwrap();
    test.write("lookup.zip", data("lookup.zip"));
    test.write("confirm.json", data("parts/confirm.json"));
    test.write("caring.json", CARING);
    test.write(BLUEPRINT, format!("{HEAD}{}\n", row.section));
    test
}

#[track_caller]
fn comes_back(row: &Row) {
    let address = row.address;
    let test = center(row);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, row.change.0, row.change.1);
    let plan = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    let changes = plan["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["address"] == address).unwrap();
    assert_eq!(change["action"], "import", "{address}: {change:#}");
    assert_eq!(plan["preflight"]["findings"], json!([]), "{address}");
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

/// Every third row: in one test they would take longer than all others.
fn come_back(first: usize) {
    ROWS.iter().skip(first).step_by(3).for_each(comes_back);
}

#[test]
fn what_is_kept_comes_back() {
    come_back(0);
}

#[test]
fn what_is_kept_comes_back_too() {
    come_back(1);
}

#[test]
fn what_is_kept_comes_back_as_well() {
    come_back(2);
}

#[test]
fn what_was_kept_and_cannot_come_back_is_told_before_anything_is_made() {
    let machine = row(
        "state_machine/caring",
        "state_machines: { caring: { name: shop-caring, definition: caring.json, retain: true } }",
        ("retain: true", "retain: true, type: express"),
    );
    let test = center(&machine);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, machine.change.0, machine.change.1);
    let refused = test.expect(1, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(refused.stdout.contains("kept one as `shop-caring`"), "{}", refused.stdout);
    assert!(!refused.stderr.contains("shop: "), "{}", refused.stderr);
    // A caller who may not look is told what may be there.
    test.edit(BLUEPRINT, ", type: express", "");
    let denied = json!({ "fail_operation": [{ "service": "cloudcontrolapi", "operation": "GetResource", "nth": 1,
        "code": "AccessDeniedException", "message": "not authorized to perform cloudformation:GetResource" }] });
    test.write(".callform/sandbox/faults.json", denied.to_string());
    let plan = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    let findings = plan["preflight"]["findings"].as_array().unwrap();
    let unseen = findings.iter().find(|one| one["message"].as_str().unwrap().contains("is not known"));
    assert!(unseen.is_some(), "{findings:#?}");
}
