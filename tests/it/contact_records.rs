//! Contact records, from the stream through the real function into the bucket.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

const BLUEPRINT: &str = "blueprints/contact-records.yaml";

#[test]
fn every_version_of_a_contact_is_delivered_once_by_the_day_of_its_initiation() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    let serving = test.serve(&[]);
    let run = |step: &str| -> Value {
        serde_json::from_str(&foreign_script(&python, "contact_records.py", &[&serving.url, step])).unwrap()
    };
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
}
