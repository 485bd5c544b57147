//! Vanity numbers on the command line.

use crate::support::TestEnvironment;

#[test]
fn a_number_is_ranked_without_a_blueprint() {
    let test = TestEnvironment::empty();
    let shown = test.expect(0, &["vanity", "1-800-222-8453", "--company", "AABUILD"]).stdout;
    assert!(shown.contains("1. 1-800-AABUILD    46,935  “1, 8 0 0, aabuild”\n"), "{shown}");
    let json = test.json(&["vanity", "+12003569377", "--format=json"]);
    assert_eq!(json["options"][0]["written"], "1-200-FLOWERS");
    let again = test.json(&["vanity", "(200) 356-9377", "--format=json"]);
    assert_eq!(again, json);
}

#[test]
fn what_is_no_number_is_refused_with_the_reason() {
    let test = TestEnvironment::empty();
    let refused = test.expect(1, &["vanity", "+447700900123"]);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("North American"), "{}", refused.stderr);
    let refused = test.expect(1, &["vanity", "anonymous", "--format=json"]);
    assert!(refused.stdout.contains("withheld"), "{}", refused.stdout);
    test.expect(64, &["vanity"]);
}
