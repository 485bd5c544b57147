//! The sandbox's folder: shared by processes, emptied on demand, never mistaken for another one.

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

#[test]
fn two_commands_at_once_do_not_corrupt_it() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let plans: Vec<_> = (0..4)
        .map(|_| test.command(&["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]).spawn().unwrap())
        .collect();
    for mut plan in plans {
        assert_eq!(plan.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn reset_forgets_everything() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["sandbox", "reset"]);
    test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn reset_refuses_a_folder_that_is_no_sandbox() {
    let test = TestEnvironment::with_blueprints();
    test.expect(1, &["sandbox", "reset", "--sandbox=blueprints"]);
    assert!(test.path(BLUEPRINT).exists());
}
