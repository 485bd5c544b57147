//! A blueprint that has everything: applied, compared, destroyed, applied again.

use std::path::Path;

use crate::support::{ROOT, TestEnvironment, copy, foreign_python, foreign_script};

const BLUEPRINT: &str = "everything/everything.yaml";

const OLD_NUMBER: &str = "  old: { existing: \"+15550100199\", country: US, type: DID, flow: builtin/Sample inbound flow (first contact experience) }\n";

fn environment() -> TestEnvironment {
    let test = TestEnvironment::empty();
    copy(&Path::new(ROOT).join("tests/data/everything"), &test.path("everything"));
    // A bucket and a stream of somebody else and a number that was claimed by hand are not there.
    let stream = "stream: \"arn:aws:kinesis:us-west-2:123456789012:stream/segments\"";
    test.edit(BLUEPRINT, stream, "stream: events");
    // What is retained cannot be made a second time.
    test.edit("everything/parts/routing.yaml", ", retain: true", "");
    // The same for a recording.
    test.edit(BLUEPRINT, "music: { s3: \"s3://amazon-connect-music/jazz.wav\" }", "music: { file: audio/welcome.wav }");
    // The sandbox has fictional numbers only.
    test.edit("everything/parts/routing.yaml", "prefix: \"+1833\"", "prefix: \"+155501\"");
    test.edit("everything/parts/routing.yaml", OLD_NUMBER, "");
    test.edit(BLUEPRINT, "bucket: existing/some-reports-bucket", "bucket: data");
    test
}

#[test]
fn everything_can_be_applied_and_destroyed() {
    let test = environment();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);

    let refused = test.expect(1, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("prevent_destroy"), "{}", refused.stderr);
    test.edit("everything/parts/routing.yaml", ", prevent_destroy: true", "");
    test.edit(BLUEPRINT, "  prevent_destroy: true\n", "");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let destroyed = test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(destroyed.stderr.contains("kept: table callers"), "{}", destroyed.stderr);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

/// Something of every kind that has an API of its own is changed with AWS's client, seen, and taken back.
#[test]
fn everything_that_was_changed_by_hand_is_taken_back() {
    let Some(python) = foreign_python() else { return };
    let test = environment();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let changed = {
        let serving = test.serve(&[]);
        foreign_script(&python, "change_everything.py", &[&serving.url])
    };
    assert!(changed.lines().count() >= 12, "{changed}");
    let drifted = test.expect(2, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let report: serde_json::Value = serde_json::from_str(&drifted.stdout).unwrap();
    let mut seen: Vec<&str> =
        report["resources"].as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = changed.lines().collect();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    test.expect(0, &["reconcile", BLUEPRINT, "--revert", "--sandbox", "--yes"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}
