//! Records on their way, as foreign clients see it.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

#[test]
fn what_boto3_puts_on_a_stream_is_delivered_once() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let run = |step: &str| -> Value {
        serde_json::from_str(&foreign_script(&python, "stream_records.py", &[&serving.url, step])).unwrap()
    };
    let put = run("put");
    let expected = json!({
        "failed": 0,
        "unique": true,
        "shards": 4,
        "read": 101,
        "again": ["one"],
        "too_large": "ValidationException",
        "direct": "InvalidArgumentException",
        "tables": ["records"],
        "queries": true,
        "run": "NotImplementedException",
        "crawl": "NotImplementedException",
    });
    assert_eq!(put, expected);
    assert_eq!(run("get")["lines"], json!([]));
    // Another process moves the clock; the server's worker delivers.
    test.expect(0, &["sandbox", "advance", "5m"]);
    let mut lines: Vec<_> = (0..100).map(|number| format!("record {number}")).collect();
    lines.push("one".to_owned());
    lines.sort();
    assert_eq!(run("get")["lines"], json!(lines));
    // Nothing is delivered twice.
    test.expect(0, &["sandbox", "advance", "1h"]);
    assert_eq!(run("get")["lines"], json!(lines));
}
