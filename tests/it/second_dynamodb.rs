//! The functions' real programs on a DynamoDB that knows nothing of the sandbox's: moto's.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

/// What machines of this processor run, as AWS names it.
const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

#[test]
fn the_programs_of_the_functions_answer_on_moto_and_the_same_event_again_changes_nothing() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    let folder = test.path(".callform/lambda");
    if !folder.join(format!("dedup-{ARCHITECTURE}.zip")).is_file() {
        eprintln!("SKIPPED: no functions for {ARCHITECTURE}");
        return;
    }
    let serving = test.serve(&[]);
    let told = foreign_script(&python, "functions_on_moto.py", &[&serving.url, folder.to_str().unwrap(), ARCHITECTURE]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let latest = json!(["2026-02-01T00:00:02.000000000Z", true]);
    let expected = json!({
        "told": ["ok", "yes", "1-KWGLOBAL-10", "1, K W global, 1 0"],
        "withheld": ["withheld", "yes", "0"],
        "callers": [["c-2", null], ["c-1", "+15945622510"]],
        "numbers": [["+15945622510", 5, true]],
        // Versions 1, 2, 1, 2, 0, 0: the oldest comes last, and is dropped or delivered once as the function is told to.
        "drop": ["Ok", "Ok", "Dropped", "Dropped", "Dropped", "Dropped"],
        "deliver": ["Ok", "Ok", "Dropped", "Dropped", "Ok", "Dropped"],
        "lines": true,
        "owners": [[["1", "r-0"], ["2", "r-1"]], [["0", "r-4"], ["1", "r-0"], ["2", "r-1"]]],
        "latest": [latest, latest, latest],
        "consumed": { "batchItemFailures": [] },
        "again": [true, true, true, true, true],
        "tables of the sandbox": [],
    });
    assert_eq!(told, expected);
}
