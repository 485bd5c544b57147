//! Kinds that stand beside Connect: topics, keys and what works with them.

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, json_service};

const BLUEPRINT: &str = "center.yaml";

fn write(test: &TestEnvironment, sections: &str) {
    let head = "center: kinds\nregion: us-west-2\ninstance: { alias: kinds, inbound: true, outbound: true }\n";
    test.write(BLUEPRINT, format!("{head}{sections}"));
}

/// Applies a center, sees that nothing is left to do, changes something, and destroys it.
fn life(sections: &str, change: (&str, &str), told: &str) {
    let test = TestEnvironment::empty();
    write(&test, sections);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.edit(BLUEPRINT, change.0, change.1);
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stdout.contains(told), "{}", planned.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

/// Each of the sections has a mistake that is told with a code.
fn told(mistakes: &[(&str, &str)]) {
    let test = TestEnvironment::empty();
    for (sections, code) in mistakes {
        test.write("wrong.yaml", format!("center: w\nregion: us-west-2\ninstance: {{ existing: w }}\n{sections}"));
        let checked = test.run(&["check", "wrong.yaml"]);
        assert!(checked.code == 3 && checked.stderr.contains(code), "{sections}: {}\n{}", checked.code, checked.stderr);
    }
}

#[test]
fn topics_and_their_subscriptions_live() {
    let sections = r"topics:
  alerts: { subscriptions: [{ email: one@acme.example }, { queue: orders }] }
sqs_queues: { orders: {} }
";
    life(sections, ("one@acme.example", "other@acme.example"), "alerts.email.other@acme.example");
}

#[test]
fn keys_live_and_are_kept() {
    let sections = r"kms_keys: { data: {} }
sqs_queues: { orders: { kms_key: data } }
topics: { news: { subscriptions: [{ queue: orders }] } }
buckets: { files: { kms_key: data } }
streams: { events: { kms_key: data } }
tables: { numbers: { key: id, encryption: data } }
workgroups: { lake: { bucket: files, kms_key: data } }
";
    life(
        sections,
        ("kms_keys: { data: {} }", "kms_keys: { data: { services: [s3.amazonaws.com] } }"),
        "s3.amazonaws.com",
    );
}

/// What a key encrypted comes back together with the key.
#[test]
fn a_key_that_was_kept_comes_back() {
    let test = TestEnvironment::empty();
    let center = "center: k\nregion: us-west-2\ninstance: { alias: kk, inbound: true, outbound: true, \
        storage: { call_recordings: { bucket: files, kms_key: data } } }\n\
        kms_keys: { data: {} }\nbuckets: { files: { kms_key: data } }\n";
    test.write(BLUEPRINT, center);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let destroyed = test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(destroyed.stderr.contains("kept: kms key data"), "{}", destroyed.stderr);
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stdout.contains("kms key data"), "{}", planned.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    let keys = json_service(&test.serve(&[]), "kms", "TrentService.ListKeys", &json!({}));
    assert_eq!(keys["Keys"].as_array().unwrap().len(), 1, "{keys}");
}

#[test]
fn mistakes_of_topics_and_keys_are_found_before() {
    told(&[
        ("topics: { a: { name: x }, b: { name: x } }", "duplicate-name"),
        ("topics: { a: { subscriptions: [{}] } }", "topic-subscription"),
        ("topics: { a: { subscriptions: [{ email: a@b.example, lambda: x }] } }", "topic-subscription"),
        ("topics: { a: { subscriptions: [{ email: nobody }] } }", "topic-subscription"),
        ("topics: { a: { name: a.fifo, subscriptions: [{ email: a@b.example }] } }", "topic-subscription"),
        ("topics: { a: { subscriptions: [{ email: a@b.example, raw: true }] } }", "topic-subscription"),
        ("topics: { a: { subscriptions: [{ queue: q }] } }\nsqs_queues: { q: { name: q.fifo } }", "topic-subscription"),
        ("topics: { a: { subscriptions: [{ queue: q }] } }", "unknown-reference"),
        ("topics: { a: { subscriptions: [{ lambda: \"arn:aws:sqs:us-west-2:123456789012:q\" }] } }", "wrong-arn-kind"),
        ("topics: { a: { kms_key: seecrets } }\nkms_keys: { secrets: {} }", "invalid-kms-key"),
        ("sqs_queues: { a: { kms_key: nothing } }", "invalid-kms-key"),
        ("tables: { t: { key: id, encryption: nothing } }", "invalid-encryption"),
        (
            "topics: { a: { subscriptions: [{ queue: q }] } }\nsqs_queues: { q: { kms_key: alias/aws/sqs } }",
            "key-of-service",
        ),
        ("kms_keys: { a: { rotate_every: 30d } }", "key-rotation"),
        ("kms_keys: { a: { services: [s3] } }", "key-service"),
        ("kms_keys: { a: { alias: x }, b: { alias: alias/x } }", "key-alias"),
        ("kms_keys: { a: { alias: \"not possible\" } }", "invalid-property"),
    ]);
}

#[test]
fn alarms_live() {
    let sections = r"topics: { ops: { kms_key: none, subscriptions: [{ email: ops@acme.example }] } }
flows: { entry: { steps: [hang_up] } }
alarms:
  center: { metric: center, notify: ops }
  missed: { metric: missed-calls, over: 5, notify: ops }
";
    life(sections, ("over: 5", "over: 7"), "alarm missed");
}

#[test]
fn a_center_has_alarms_for_all_that_can_be_broken() {
    let test = TestEnvironment::empty();
    let center = "center: c\nregion: us-west-2\ninstance: { alias: c, inbound: true, outbound: true }\n\
        flows: { entry: { steps: [hang_up] }, old: { steps: [hang_up], archived: true } }\nalarms: { all: { metric: center } }\n";
    test.write(BLUEPRINT, center);
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    let template: serde_json::Value = serde_json::from_str(&test.read("out/c.template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let alarms = resources.filter(|resource| resource["Type"] == "AWS::CloudWatch::Alarm");
    let mut metrics: Vec<&str> = alarms.map(|alarm| alarm["Properties"]["MetricName"].as_str().unwrap()).collect();
    metrics.sort_unstable();
    assert_eq!(
        metrics,
        ["CallsBreachingConcurrencyQuota", "ContactFlowFatalErrors", "MisconfiguredPhoneNumbers", "ThrottledCalls"]
    );
}

#[test]
fn mistakes_of_alarms_are_found_before() {
    told(&[
        ("alarms: { a: { metric: mised-calls } }", "alarm-metric"),
        ("alarms: { a: { metric: MissedCalls } }", "alarm-metric"),
        ("alarms: { a: { metric: missed-calls, queue: q } }", "alarm-metric"),
        ("alarms: { a: { metric: queue-full } }", "alarm-metric"),
        ("alarms: { a: { metric: center, name: x } }", "alarm-metric"),
        ("alarms: { a: { metric: X, namespace: N, queue: q } }", "alarm-metric"),
        ("alarms: { a: { metric: X, namespace: N } }", "alarm-condition"),
        ("alarms: { a: { metric: missed-calls, over: 1, below: 2 } }", "alarm-condition"),
        ("alarms: { a: { metric: concurrent-calls } }", "alarm-condition"),
        ("alarms: { a: { metric: missed-calls, within: 90s } }", "alarm-period"),
        ("alarms: { a: { metric: missed-calls, within: 1h, times: 169 } }", "alarm-period"),
        ("alarms: { a: { metric: missed-calls, times: 3, out_of: 2 } }", "alarm-period"),
        ("alarms: { a: { metric: flow-errors, flow: none } }", "unknown-reference"),
        ("alarms: { a: { metric: missed-calls, notify: t } }", "unknown-reference"),
        ("alarms: { a: { metric: missed-calls, notify: t } }\ntopics: { t: {} }", "key-of-service"),
        ("alarms: { a: { name: x, metric: missed-calls }, b: { name: x, metric: missed-calls } }", "duplicate-name"),
        ("alarms: { a: { metric: missed-calls, statistic: Median } }", "alarm-statistic"),
    ]);
}

/// A definition with one task that goes on to another state.
fn machine(resource: &str, next: &str) -> String {
    format!(
        r#"{{ "StartAt": "A", "States": {{ "A": {{ "Type": "Task", "Resource": "{resource}", "TimeoutSeconds": 9, "Next": "{next}" }}, "B": {{ "Type": "Succeed" }} }} }}"#
    )
}

#[test]
fn state_machines_live_with_the_file_of_their_definition() {
    let test = TestEnvironment::empty();
    let center = "center: m\nregion: us-west-2\ninstance: { alias: m, inbound: true, outbound: true }\n\
        sqs_queues: { orders: {} }\nstate_machines: { care: { definition: care.json } }\n\
        schedules: { care: { when: rate(1 day), state_machine: care } }\n\
        event_rules: { care: { schedule: rate(1 day), targets: [{ state_machine: care }, { queue: orders }] } }\n";
    test.write(BLUEPRINT, center);
    test.write("care.json", machine("arn:aws:states:::sqs:sendMessage", "B"));
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    // Its layout is no change of a definition.
    test.write("care.json", machine("arn:aws:states:::sqs:sendMessage", "B").replace(", ", ",\n  "));
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.edit("care.json", "\"TimeoutSeconds\": 9", "\"TimeoutSeconds\": 8");
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stdout.contains("state machine care"), "{}", planned.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn mistakes_in_definitions_are_found_where_they_stand() {
    let test = TestEnvironment::empty();
    let head = "center: w\nregion: us-west-2\ninstance: { existing: w }\n";
    test.write("wrong.yaml", format!("{head}state_machines: {{ a: {{ definition: a.json }} }}"));
    for (definition, code) in [
        (machine("${lambda/none}", "B"), "unknown-reference"),
        (machine("arn:aws:states:::lambda:invoke", "C"), "unknown-state"),
        (machine("arn:aws:states:::lambda:invoke", "A"), "unreachable-state"),
        (
            machine("arn:aws:states:::lambda:invoke.waitForTaskToken", "B").replace("\"TimeoutSeconds\": 9, ", ""),
            "waits-for-ever",
        ),
        ("{ \"StartAt\": \"A\" }".to_owned(), "state-machine"),
    ] {
        test.write("a.json", &definition);
        let checked = test.run(&["check", "wrong.yaml"]);
        let is_told = checked.stderr.contains(&format!("[{code}]")) && checked.stderr.contains("--> a.json:1:");
        assert!(checked.code == 3 && is_told, "{definition}: {}\n{}", checked.code, checked.stderr);
    }
    test.write("a.json", "{ \"StartAt\": ");
    assert!(test.run(&["check", "wrong.yaml"]).stderr.contains("state-machine-file"));
    told(&[("state_machines: { a: { definition: a.json } }", "file-not-found")]);
}

#[test]
fn rules_and_schedules_live() {
    let sections = r#"sqs_queues: { orders: {}, lost: {} }
topics: { news: { kms_key: none } }
event_rules:
  ended:
    pattern: { source: [aws.connect], detail: { instanceArn: ["${instance}"] } }
    targets: [{ queue: orders, dead_letters: lost }, { topic: news }]
schedules:
  daily: { when: cron(0 8 ? * MON-FRI *), time_zone: America/Los_Angeles, queue: orders, dead_letters: lost }
"#;
    life(sections, ("cron(0 8", "cron(0 9"), "schedule daily");
}

#[test]
fn mistakes_of_rules_and_schedules_are_found_before() {
    told(&[
        ("event_rules: { a: { targets: [{ queue: q }] } }\nsqs_queues: { q: {} }", "event-source"),
        ("event_rules: { a: { pattern: { source: aws.connect }, targets: [] } }", "event-pattern"),
        ("event_rules: { a: { pattern: {}, targets: [] } }", "event-pattern"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [] } }", "event-target"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{}] } }", "event-target"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, queue: q }] } }", "event-target"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, group: g }] } }", "event-target"),
        (
            "event_rules: { a: { schedule: rate(1 day), targets: [{ queue: q }] } }\nsqs_queues: { q: { name: q.fifo } }",
            "event-target",
        ),
        ("event_rules: { a: { schedule: rate(1 days), targets: [] } }", "schedule-expression"),
        ("event_rules: { a: { schedule: at(2030-01-01T08:00:00), targets: [] } }", "schedule-expression"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ topic: t }] } }\ntopics: { t: {} }", "key-of-service"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, paths: { a: $.b } }] } }", "event-input"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, template: <a> }] } }", "event-input"),
        (
            "event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, template: a, input: {} }] } }",
            "event-input",
        ),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ lambda: x, retries: 186 }] } }", "delivery-attempts"),
        ("event_rules: { a: { schedule: rate(1 day), targets: [{ state_machine: none }] } }", "unknown-reference"),
        ("schedules: { a: { when: rate(1 day) } }", "schedule-target"),
        ("schedules: { a: { when: daily, queue: q } }", "schedule-expression"),
        ("schedules: { a: { when: rate(1 day), queue: q, window: 2d } }", "schedule-window"),
        ("schedules: { a: { when: rate(1 day), queue: q, max_age: 10s } }", "delivery-attempts"),
        ("schedules: { a: { when: rate(1 day), queue: q, time_zone: PST } }", "unknown-time-zone"),
        ("schedules: { a: { when: rate(1 day), queue: q, tags: { a: b } } }", "tags-not-possible"),
        ("schedules: { a: { when: rate(1 day), lambda: none } }", "unknown-reference"),
    ]);
}

/// The resources of a type in the template of a center, by logical ID.
fn rendered(test: &TestEnvironment, resource_type: &str) -> Vec<Value> {
    let template: Value = serde_json::from_str(&test.read("out/p.template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    resources.filter(|resource| resource["Type"] == resource_type).map(|it| it["Properties"].clone()).collect()
}

/// Statements as `who: actions`, with what they are bound to.
fn allowed(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let told = statements.map(|one| {
        let who = one["Principal"]["Service"].to_string().replace('"', "");
        let actions = one["Action"].to_string().replace('"', "");
        let bound: Vec<&String> = one["Condition"]
            .as_object()
            .into_iter()
            .flatten()
            .flat_map(|(_, it)| it.as_object().unwrap().keys())
            .collect();
        format!("{who} {actions} {bound:?}").replace('"', "")
    });
    told.collect()
}

#[test]
fn services_may_do_what_the_blueprint_says_and_nothing_else() {
    let test = TestEnvironment::empty();
    let center = r"center: p
region: us-west-2
instance: { alias: p, inbound: true, outbound: true }
kms_keys: { data: {} }
sqs_queues: { orders: { kms_key: data }, alone: {} }
topics: { news: { kms_key: data, subscriptions: [{ queue: orders }] }, quiet: {} }
alarms: { missed: { metric: missed-calls, over: 1, notify: news } }
tables: { numbers: { key: id, encryption: data } }
state_machines: { care: { definition: care.json } }
event_rules: { often: { schedule: rate(1 day), targets: [{ topic: news, dead_letters: orders }, { state_machine: care }] } }
schedules: { daily: { when: rate(1 day), queue: orders } }
";
    test.write(BLUEPRINT, center);
    let definition = r#"{ "StartAt": "A", "States": { "A": { "Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": { "TableName": "${table/numbers.ref}", "Note": "${sqs_queue/alone.ref}" }, "End": true } } }"#;
    test.write("care.json", definition);
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);

    let queues = rendered(&test, "AWS::SQS::QueuePolicy");
    assert_eq!(queues.len(), 1, "nobody sends to the other one");
    let expected =
        ["sns.amazonaws.com sqs:SendMessage [aws:SourceArn]", "events.amazonaws.com sqs:SendMessage [aws:SourceArn]"];
    assert_eq!(allowed(&queues[0]["PolicyDocument"]), expected);
    let topics = rendered(&test, "AWS::SNS::TopicPolicy");
    assert_eq!(topics.len(), 1, "SNS's own policy does for the other one");
    let of_topic = allowed(&topics[0]["PolicyDocument"]);
    let expected = [
        "cloudwatch.amazonaws.com sns:Publish [aws:SourceAccount]",
        "events.amazonaws.com sns:Publish [aws:SourceArn]",
    ];
    assert_eq!(of_topic[1..], expected);
    let keys = rendered(&test, "AWS::KMS::Key");
    let services = &keys[0]["KeyPolicy"]["Statement"][1]["Principal"]["Service"];
    assert_eq!(*services, json!(["cloudwatch.amazonaws.com", "events.amazonaws.com", "sns.amazonaws.com"]));
    assert_eq!(keys[0]["EnableKeyRotation"], true);

    let mut roles: Vec<String> = rendered(&test, "AWS::IAM::Role")
        .iter()
        .map(|role| {
            let who = &role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"][0];
            let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().iter();
            let own = statements.filter(|one| one["Resource"][0] != "*").map(|one| one["Action"].to_string());
            format!("{who}: {}", own.collect::<Vec<_>>().join(" ")).replace('"', "")
        })
        .collect();
    roles.sort_unstable();
    assert_eq!(
        roles,
        [
            "events.amazonaws.com: [states:StartExecution]",
            "scheduler.amazonaws.com: [sqs:SendMessage] [kms:Decrypt,kms:GenerateDataKey]",
            "states.amazonaws.com: [dynamodb:GetItem] [kms:Decrypt,kms:GenerateDataKey]",
        ]
    );
}

/// What comes with something that is renamed is renamed with it: made anew beside the old, it would go with the old.
#[test]
fn what_comes_with_a_renamed_thing_stays() {
    let test = TestEnvironment::empty();
    let sections = |topic: &str, queue: &str| {
        format!(
            "topics: {{ {topic} kms_key: none, subscriptions: [{{ queue: QUEUE }}, {{ email: one@acme.example }}] }} }}\n\
             sqs_queues: {{ {queue} }} }}\n\
             event_rules: {{ r: {{ schedule: rate(1 hour), targets: [{{ queue: QUEUE }}, {{ topic: TOPIC }}] }} }}\n"
        )
    };
    let before = sections("t: {", "q: {").replace("QUEUE", "q").replace("TOPIC", "t");
    let after =
        sections("t2: { renamed_from: t,", "q2: { renamed_from: q").replace("QUEUE", "q2").replace("TOPIC", "t2");
    renamed(&test, &before, &after);
}

/// Applies both, one after the other: nothing is deleted, made or made anew.
#[track_caller]
fn renamed(test: &TestEnvironment, before: &str, after: &str) {
    write(test, before);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    write(test, after);
    let plan = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    let changes = plan["changes"].as_array().unwrap().iter();
    let lost: Vec<_> = changes.filter(|one| one["action"] != "update" && one["action"] != "no-op").collect();
    assert!(lost.is_empty(), "{lost:#?}");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn what_comes_with_a_renamed_bot_or_state_machine_stays() {
    let test = TestEnvironment::empty();
    test.write("m.json", r#"{ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } }"#);
    test.write("lookup.zip", std::fs::read(format!("{ROOT}/tests/data/everything/lookup.zip")).unwrap());
    let sections = |bot: &str, machine: &str| {
        format!(
            "lambdas: {{ f: {{ code: lookup.zip }} }}\n\
             bots: {{ {bot} logs: 30d, locales: {{ en_US: {{ intents: {{ a: {{ utterances: [hello], fulfill: f }} }} }} }} }} }}\n\
             state_machines: {{ {machine} definition: m.json }} }}\n"
        )
    };
    let after = sections("b2: { renamed_from: b,", "m2: { renamed_from: m,");
    renamed(&test, &sections("b: {", "m: {"), &after);
}

/// Keys with letters that IAM does not take name policies all the same.
#[test]
fn keys_that_are_no_names_of_policies_are_applied() {
    let test = TestEnvironment::empty();
    write(&test, "sqs_queues: { q: {} }\nschedules: { 'ä b': { when: rate(1 day), queue: q } }\n");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn further_mistakes_are_found_before_and_told_once() {
    let test = TestEnvironment::empty();
    test.write("m.json", r#"{ "StartAt": "A", "States": { "A": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution", "Parameters": { "StateMachineArn": "${state_machine/m}" } } } }"#);
    for (sections, code) in [
        ("state_machines: { m: { definition: m.json } }", "state-machine"),
        ("alarms: { a: { metric: missed-calls, statistic: p101 } }", "alarm-statistic"),
        ("alarms: { a: { metric: missed-calls, statistic: sum } }", "alarm-statistic"),
        ("alarms: { a: { metric: missed-calls, times: 0 } }", "alarm-period"),
        ("sqs_queues: { q: { retention: 20d } }", "queue-retention"),
        ("kms_keys: { k: { rotate_every: 10d } }", "key-rotation"),
        ("sqs_queues: { q: {} }\nschedules: { s: { when: rate(1 day), queue: q, window: 3d } }", "schedule-window"),
        ("sqs_queues: { q: {} }\nschedules: { s: { when: rate(1 day), queue: q, retries: 500 } }", "delivery-attempts"),
        (
            "sqs_queues: { q: {} }\nevent_rules: { r: { schedule: rate(1 day), targets: [{ queue: q, retries: 500 }] } }",
            "delivery-attempts",
        ),
        (
            "sqs_queues: { q: {} }\nevent_rules: { r: { pattern: { a: [{ prefx: x }] }, targets: [{ queue: q }] } }",
            "event-pattern",
        ),
        ("bots: { b: { locales: { en_US: { intents: { \"x y\": { utterances: [hello] } } } } } }", "bot-name"),
        ("bots: { b: { name: \"x y\", locales: { en_US: { intents: { x: { utterances: [hello] } } } } } }", "bot-name"),
    ] {
        write(&test, sections);
        let checked = test.expect(3, &["check", BLUEPRINT]);
        assert_eq!(checked.stderr.matches("error[").count(), 1, "{sections}\n{}", checked.stderr);
        assert!(checked.stderr.contains(&format!("error[{code}]")), "{sections}\n{}", checked.stderr);
    }
    write(&test, "topics: { a: { name: x }, b: { name: x } }\n");
    let twice = test.expect(3, &["check", BLUEPRINT]).stderr;
    assert!(twice.contains("two topics have the same name in the account"), "{twice}");
    write(&test, "resources: { r: { type: AWS::SNS::Topic, properties: { DisplayName: \"${lambda/x.ref}\" } } }\n");
    let unknown = test.expect(3, &["check", BLUEPRINT]).stderr;
    assert!(unknown.contains("unknown lambda `x`"), "{unknown}");
}

/// Numbers that are compared as they are written, `null`, and a state machine that starts itself.
#[test]
fn what_templates_cannot_say_is_said_otherwise() {
    let test = TestEnvironment::empty();
    test.write("m.json", r#"{ "StartAt": "A", "States": { "A": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution", "Parameters": { "StateMachineArn": "${state_machine/m}" } } } }"#);
    let sections = "sqs_queues: { q: {} }
state_machines: { m: { name: again, definition: m.json } }
event_rules:
  r: { pattern: { detail: { a: [null, 1.0, 1e3, '1.0'], i: ['${instance}'] } }, targets: [{ queue: q }] }
  s: { pattern: { source: [aws.connect] }, targets: [{ queue: q }] }
";
    write(&test, sections);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    let template: Value = serde_json::from_str(&test.read("out/kinds.template.json")).unwrap();
    let resources = &template["Resources"];
    let pattern = resources["EventRuleR"]["Properties"]["EventPattern"].to_string();
    assert!(pattern.contains(r#"[null,1.0,1e3,\"1.0\"]"#), "{pattern}");
    assert_eq!(resources["EventRuleS"]["Properties"]["EventPattern"], json!({ "source": ["aws.connect"] }));
    // A queue's policy has few statements, however many rules send to it.
    let statements = &resources["QueuePolicyQ"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(statements.as_array().map(Vec::len), Some(1), "{statements}");
    assert_eq!(statements[0]["Condition"]["ArnEquals"]["aws:SourceArn"].as_array().map(Vec::len), Some(2));
}

#[test]
fn names_in_braces_can_stand_for_themselves() {
    let test = TestEnvironment::empty();
    let properties =
        "{ TopicName: \"a$${sqs_queue/q}b\", DisplayName: \"$${x} ${y} $$${sqs_queue/q.QueueName} ${AWS::Region}\" }";
    write(
        &test,
        &format!(
            "sqs_queues: {{ q: {{}} }}\nresources: {{ r: {{ type: AWS::SNS::Topic, properties: {properties} }} }}\n"
        ),
    );
    test.expect(0, &["render", BLUEPRINT, "--out", "out"]);
    let template: Value = serde_json::from_str(&test.read("out/kinds.template.json")).unwrap();
    let topic = &template["Resources"]["ResourceR"]["Properties"];
    assert_eq!(topic["TopicName"], "a${sqs_queue/q}b");
    assert_eq!(topic["DisplayName"]["Fn::Sub"], "$${!x} ${!y} $${!sqs_queue/q.QueueName} ${AWS::Region}");
}

/// What differs inside, in the words of the blueprint.
#[test]
fn plans_say_what_differs_inside() {
    let test = TestEnvironment::empty();
    test.write("m.json", r#"{ "StartAt": "A", "States": { "A": { "Type": "Succeed", "Comment": "one" } } }"#);
    let sections = r#"sqs_queues: { q: { retention: 1h }, r: {} }
bots:
  b:
    locales:
      en_US:
        voice: Joanna
        slot_types: { size: { values: { small: , large: } } }
        intents: { track: { utterances: [where is my order, track my order] }, other: { utterances: [something else] } }
alarms: { a: { metric: queue-wait, queue: calls, over: 60 } }
queues: { calls: { hours: builtin/Basic Hours } }
schedules: { s: { when: rate(1 day), queue: q, window: 5m } }
state_machines: { m: { definition: m.json } }
resources: { x: { type: AWS::SSM::Parameter, properties: { Type: String, Value: "at ${sqs_queue/q.ref}" } } }
"#;
    write(&test, sections);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit("m.json", "one", "two");
    for (from, to) in [
        ("retention: 1h", "retention: 90m"),
        ("track my order]", "track it]"),
        ("Joanna", "Matthew"),
        ("large:", "huge:"),
        ("over: 60", "over: 60, within: 10m, times: 2"),
        ("window: 5m", "window: 15m"),
        ("q.ref", "r.ref"),
    ] {
        test.edit(BLUEPRINT, from, to);
    }
    let plan = test.json(&["plan", BLUEPRINT, "--sandbox", "--no-preflight", "--format=json"]);
    let lines: Vec<&str> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|change| change["lines"].as_array().unwrap())
        .filter_map(Value::as_str)
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
