//! Kinds that stand beside Connect: topics, keys and what works with them.

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "center.yaml";

/// Applies a center, sees that nothing is left to do, changes something, and destroys it.
fn life(sections: &str, change: (&str, &str), told: &str) {
    let test = TestEnvironment::empty();
    let head = "center: kinds\nregion: us-west-2\ninstance: { alias: kinds, inbound: true, outbound: true }\n";
    test.write(BLUEPRINT, &format!("{head}{sections}"));
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
        test.write("wrong.yaml", &format!("center: w\nregion: us-west-2\ninstance: {{ existing: w }}\n{sections}"));
        let checked = test.run(&["check", "wrong.yaml"]);
        assert!(checked.code == 3 && checked.stderr.contains(code), "{sections}: {}\n{}", checked.code, checked.stderr);
    }
}

#[test]
fn topics_and_their_subscriptions_live() {
    let sections = r#"topics:
  alerts: { subscriptions: [{ email: one@acme.example }, { queue: orders }] }
sqs_queues: { orders: {} }
"#;
    life(sections, ("one@acme.example", "other@acme.example"), "alerts.email.other@acme.example");
}

#[test]
fn keys_live_and_are_kept() {
    let sections = r#"kms_keys: { data: {} }
sqs_queues: { orders: { kms_key: data } }
topics: { news: { subscriptions: [{ queue: orders }] } }
buckets: { files: { kms_key: data } }
streams: { events: { kms_key: data } }
tables: { numbers: { key: id, encryption: data } }
workgroups: { lake: { bucket: files, kms_key: data } }
"#;
    life(
        sections,
        ("kms_keys: { data: {} }", "kms_keys: { data: { services: [s3.amazonaws.com] } }"),
        "s3.amazonaws.com",
    );
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
