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

#[test]
fn a_folder_with_other_things_in_it_is_no_sandbox() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", "center: shop\nregion: us-west-2\ninstance: { alias: shop }\n");
    std::fs::create_dir(test.path("s3")).unwrap();
    test.write("s3/report.csv", "mine");
    let refused = test.expect(1, &["show", "shop.yaml", "--sandbox=."]);
    assert!(refused.stderr.contains("is no sandbox, and it is not empty"), "{}", refused.stderr);
    test.expect(1, &["sandbox", "reset", "--sandbox=."]);
    assert_eq!(test.read("s3/report.csv"), "mine");
    // An empty one becomes one.
    std::fs::create_dir(test.path("empty")).unwrap();
    test.expect(0, &["apply", "shop.yaml", "--sandbox=empty", "--yes"]);
}
