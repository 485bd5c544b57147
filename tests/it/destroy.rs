//! Destruction: what goes, what stays, and that it can be built again.

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

#[test]
fn a_destroyed_center_keeps_what_is_retained_says_so_and_can_come_back() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let destroyed = test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(destroyed.stderr.contains("kept"), "{}", destroyed.stderr);
    assert!(destroyed.stderr.contains("instance"), "{}", destroyed.stderr);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}
