//! `resources:`: what has no kind of its own is planned, guarded, watched and reverted like everything else.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, connect};

const BLUEPRINT: &str = "center.yaml";

const CENTER: &str = r#"center: further
region: us-west-2
instance: { alias: further, inbound: true, outbound: true }
resources:
  late:
    type: AWS::Connect::HoursOfOperation
    properties:
      InstanceArn: "${instance}"
      Name: Late
      TimeZone: UTC
      Config: [{ Day: FRIDAY, StartTime: { Hours: 18, Minutes: 0 }, EndTime: { Hours: 23, Minutes: 0 } }]
  topic: { type: AWS::SNS::Topic, properties: { TopicName: further-topic }, prevent_destroy: true }
  alarm:
    type: AWS::CloudWatch::Alarm
    properties:
      AlarmActions: ["${resource/topic}"]
      AlarmDescription: "${queue/sales.id} of ${instance.id}"
      ComparisonOperator: GreaterThanThreshold
      EvaluationPeriods: 1
      MetricName: QueueSize
      Namespace: AWS/Connect
      Period: 60
      Statistic: Maximum
      Threshold: 10
queues:
  sales: { hours: resource/late }
"#;

fn applied() -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test
}

#[test]
fn further_resources_are_planned_guarded_and_destroyed() {
    let test = applied();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);

    test.edit(BLUEPRINT, "TopicName: further-topic", "TopicName: other-topic");
    let refused = test.expect(1, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(refused.stderr.contains("resource/topic"), "{}", refused.stderr);
    test.edit(BLUEPRINT, ", prevent_destroy: true", "");
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(
        planned.stdout.contains("resource topic") && planned.stdout.contains("cannot change in place"),
        "{}",
        planned.stdout
    );
    // What refers to it gets the new identifier.
    assert!(planned.stdout.contains("resource alarm"), "{}", planned.stdout);
    // What is lost with a topic is known of its type.
    let refused = test.expect(1, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("subscriptions of others"), "{}", refused.stderr);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes", "--allow", "resource/topic"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn what_was_changed_by_hand_is_seen_and_taken_back() {
    let test = applied();
    let hours = |test: &TestEnvironment| -> (String, Value) {
        let serving = test.serve(&[]);
        let instances = connect(&serving, "GET", "/instance", &json!({}));
        let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
        let listed = connect(&serving, "GET", &format!("/hours-of-operations-summary/{instance}"), &json!({}));
        let all = listed["HoursOfOperationSummaryList"].as_array().unwrap();
        let id = all.iter().find(|hours| hours["Name"] == "Late").unwrap()["Id"].as_str().unwrap();
        let path = format!("/hours-of-operations/{instance}/{id}");
        let described = connect(&serving, "GET", &path, &json!({}))["HoursOfOperation"].clone();
        if described["TimeZone"] == "UTC" {
            connect(&serving, "POST", &path, &json!({ "TimeZone": "Europe/Vienna" }));
        }
        (path, described["TimeZone"].clone())
    };
    hours(&test);
    let drifted = test.expect(2, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(drifted.stdout.contains("resource late") && drifted.stdout.contains("Europe/Vienna"), "{}", drifted.stdout);
    test.expect(0, &["reconcile", BLUEPRINT, "--revert", "--sandbox", "--yes"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert_eq!(hours(&test).1, "UTC");
}

/// A saved plan is held against what it says, further resources included.
#[test]
fn further_resources_are_applied_from_a_saved_plan() {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "saved.plan"]);
    test.expect(0, &["apply", "saved.plan", "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

/// What CloudFormation replaces in a text by itself comes out once.
#[test]
fn functions_of_cloudformation_go_through() {
    let test = TestEnvironment::empty();
    let text = "center: f\nregion: us-west-2\ninstance: { existing: f }\nresources:\n  a: { type: AWS::SNS::Topic, properties: { \
                TopicName: { \"Fn::Sub\": \"x-${AWS::Region}\" }, DisplayName: { \"Fn::Join\": [\"-\", [a, { Ref: \"AWS::Region\" \
                }]] } } }\n  b: { type: AWS::SSM::Parameter, properties: { Type: String, Value: \"${resource/a.TopicName}\" } }\n";
    test.write("f.yaml", text);
    test.expect(0, &["render", "f.yaml", "--out", "out"]);
    let template: Value =
        serde_json::from_str(&std::fs::read_to_string(test.path("out/f.template.json")).unwrap()).unwrap();
    let properties = &template["Resources"]["ResourceA"]["Properties"];
    assert_eq!(properties["TopicName"], json!({ "Fn::Sub": "x-${AWS::Region}" }));
    assert_eq!(properties["DisplayName"], json!({ "Fn::Join": ["-", ["a", { "Ref": "AWS::Region" }]] }));
    let value = &template["Resources"]["ResourceB"]["Properties"]["Value"];
    assert_eq!(*value, json!({ "Fn::GetAtt": ["ResourceA", "TopicName"] }));
}

/// Sections with a mistake each, and the code it is told by.
const MISTAKES: &[(&str, &str)] = &[
    ("resources: { a: { type: topic } }", "invalid-resource-type"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { Nme: x } } }", "invalid-property"),
    ("resources: { a: { type: AWS::SQS::Queue, properties: { DelaySeconds: many } } }", "invalid-property"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: \"${queue/no}\" } } }", "unknown-reference"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: { Ref: Other } } } }", "logical-id-reference"),
    (
        "resources: { a: { type: AWS::SNS::Topic }, b: { type: AWS::SNS::Topic, properties: { TopicName: \"${resource/a.Nme}\" } } }",
        "unknown-attribute",
    ),
    ("resources: { a: { type: AWS::SNS::Topic } }\nqueues: { q: { hours: resource/a } }", "wrong-resource-type"),
    ("resources: { a: { type: AWS::SNS::Topic, depends_on: [role/x] } }", "unknown-reference"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: \"${topics/q}\" } } }", "unknown-kind"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: \"${ queue/q }\" } } }", "unknown-kind"),
    ("resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: { \"Fn::Nope\": x } } } }", "unknown-function"),
    (
        "resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: { \"Fn::If\": [c, a, b] } } } }",
        "unknown-function",
    ),
    (
        "resources: { a: { type: AWS::SNS::Topic, properties: { TopicName: { Ref: \"AWS::Nope\" } } } }",
        "logical-id-reference",
    ),
    (
        "hours: { h: { time_zone: UTC, open: {}, overrides: { a: { every: sometimes, from: 2027-01-01, till: 2027-02-01 } } } }",
        "invalid-recurrence",
    ),
    (
        "hours: { h: { time_zone: UTC, open: {}, overrides: { a: { every: 25 december, on: 2027-01-01 } } } }",
        "invalid-recurrence",
    ),
    (
        "hours: { h: { time_zone: UTC, open: {}, overrides: { a: { on: 2027-01-01, also_open: 22:00-02:00 } } } }",
        "invalid-recurrence",
    ),
    (
        "hours: { h: { time_zone: UTC, open: {}, overrides: { a: { on: 2027-01-01, open: 9:00-10:00, closed: 9:00-9:30 } } } }",
        "invalid-recurrence",
    ),
    ("hours: { h: { time_zone: UTC, open: {}, inherits: [no] } }", "unknown-reference"),
    ("users: { u: { security: [builtin/Agent], channels: { chat: { persistent: true } } } }", "channel-setting"),
    (
        "users: { u: { security: [builtin/Agent], channels: { voice: { callback_auto_accept: true } } } }",
        "channel-setting",
    ),
    ("security_profiles: { s: { flow_modules: [no] } }", "unknown-reference"),
    ("phone_numbers: { n: { source: x, country: US } }", "phone-number-without-kind"),
    ("sqs_queues: { a: { retention: 15d } }", "queue-retention"),
    ("sqs_queues: { a: { dead_letters: b } }", "unknown-reference"),
    ("sqs_queues: { a: { dead_letters: \"arn:aws:sns:us-west-2:123456789012:b\" } }", "wrong-arn-kind"),
    ("sqs_queues: { a: { name: x }, b: { name: x } }", "duplicate-name"),
];

#[test]
fn mistakes_in_further_resources_are_found_before() {
    let test = TestEnvironment::empty();
    let check = |resources: &str| {
        test.write("wrong.yaml", format!("center: w\nregion: us-west-2\ninstance: {{ existing: w }}\n{resources}"));
        test.run(&["check", "wrong.yaml"])
    };
    for (resources, code) in MISTAKES {
        let checked = check(resources);
        assert!(
            checked.code == 3 && checked.stderr.contains(code),
            "{resources}: {}\n{}",
            checked.code,
            checked.stderr
        );
    }
    // What nobody has a schema of passes, with a word.
    let checked = check("resources: { a: { type: Custom::Report, properties: { ServiceToken: x } } }");
    assert!(checked.code == 0 && checked.stderr.contains("unknown-resource-type"), "{}", checked.stderr);
}
