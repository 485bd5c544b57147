//! An apply that is killed at any moment, and run again.

use std::process::Stdio;
use std::time::Duration;

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// Kills an apply after it has reported so many lines of progress; false where it had ended before.
fn kill_after(test: &TestEnvironment, lines: usize) -> bool {
    let mut child = test
        .command(&["apply", BLUEPRINT, "--sandbox", "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut seen = 0;
    let mut line = String::new();
    while seen < lines && std::io::BufRead::read_line(&mut reader, &mut line).unwrap() > 0 {
        seen += 1;
    }
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running && seen == lines
}

#[test]
fn an_apply_killed_at_ten_moments_is_completed_by_the_next_one() {
    let reference = TestEnvironment::with_blueprints();
    reference.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let complete = contents(&reference);
    // One line of progress for each resource, more or less: these cover everything from before the first stack to the
    // last association.
    for lines in [0, 1, 2, 4, 7, 11, 16, 22, 28, 34] {
        let test = TestEnvironment::with_blueprints();
        // Slow enough to be killed in the middle.
        std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
        test.write(".callform/sandbox/faults.json", r#"{ "delay_ms": { "step": 3 } }"#);
        kill_after(&test, lines);
        std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
        test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
        test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
        test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
        assert_eq!(contents(&test), complete, "killed after {lines} lines");
    }
}

/// Kinds and names of all Connect objects in the sandbox: nothing may be there twice. Hierarchy groups carry their
/// parent's random id in their name.
fn contents(test: &TestEnvironment) -> Vec<(String, String)> {
    let database = rusqlite::Connection::open(test.path(".callform/sandbox/state.db")).unwrap();
    database.busy_timeout(Duration::from_mins(1)).unwrap();
    let mut statement = database
        .prepare(
            "SELECT kind, COALESCE(name, '') FROM document
             WHERE kind LIKE 'connect/%' AND kind NOT IN ('connect/reference', 'connect/client-token')",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
    let mut contents: Vec<_> = rows
        .map(|row| row.map(|(kind, name)| (kind, name.rsplit('/').next().unwrap_or_default().to_owned())).unwrap())
        .collect();
    contents.sort();
    contents
}
