//! What a live center is like, and commands that need not be told where it is.

use serde_json::Value;

use crate::support::TestEnvironment;

const CENTER: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
hours: { business: { time_zone: UTC, open: { daily: 24h } } }
queues:
  orders: { hours: business }
  returns: { hours: business, prevent_destroy: true }
phone_numbers:
  main: { country: US, type: DID, flow: welcome }
flows:
  welcome: { type: inbound, steps: [{ say: Hello }, hang_up] }
";

#[test]
fn the_center_shows_its_numbers_and_identifiers() {
    let test = TestEnvironment::empty();
    test.write("callform.yaml", CENTER);
    let none = test.expect(1, &["show", "--sandbox"]);
    assert!(none.stderr.contains("shop is not live"), "{}", none.stderr);
    let applied = test.expect(0, &["apply", "--sandbox", "--yes"]);
    assert!(applied.stderr.contains("sign in at https://shop"), "{}", applied.stderr);

    let shown: Value = test.json(&["show", "--sandbox", "--format", "json"]);
    assert_eq!(shown["center"], "shop");
    assert!(shown["url"].as_str().unwrap().starts_with("https://shop"), "{shown:#}");
    assert!(shown["instance"].as_str().unwrap().contains(":instance/"), "{shown:#}");
    let number = &shown["phone_numbers"][0];
    assert_eq!((&number["address"], &number["flow"]), (&"phone_number/main".into(), &"welcome".into()));
    assert!(number["number"].as_str().unwrap().starts_with("+1"), "{number}");
    let line = format!("phone number main: {}, answered by welcome", number["number"].as_str().unwrap());
    assert!(applied.stderr.contains(&line), "{}", applied.stderr);
    let queue = shown["resources"].as_array().unwrap().iter().find(|one| one["address"] == "queue/orders").unwrap();
    assert_eq!(queue["name"], "Orders");
    assert!(queue["id"].as_str().unwrap().contains("/queue/"), "{queue}");
    let human = test.expect(0, &["show", "--sandbox"]);
    assert!(human.stdout.contains(&line), "{}", human.stdout);
    assert!(human.stdout.contains("queue orders `Orders`: arn:"), "{}", human.stdout);
}

#[test]
fn a_blueprint_under_its_usual_name_need_not_be_named() {
    let test = TestEnvironment::empty();
    let none = test.run(&["check"]);
    assert_ne!(none.code, 0);
    assert!(none.stderr.contains("callform.yaml"), "{}", none.stderr);
    test.write("blueprint.yaml", CENTER);
    test.expect(0, &["check"]);
    test.expect(2, &["plan", "--sandbox", "--detailed-exitcode"]);
    // The more telling name comes first.
    test.write("callform.yaml", CENTER.replace("center: shop", "center: store"));
    let checked = test.expect(0, &["check"]);
    assert!(checked.stderr.contains("store:"), "{}", checked.stderr);
}

#[test]
fn who_has_no_credentials_is_told_how_to_get_some() {
    let test = TestEnvironment::empty();
    test.write("callform.yaml", CENTER);
    let mut command = test.command(&["plan"]);
    command.env("HOME", test.path("")).env("AWS_EC2_METADATA_DISABLED", "true");
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("aws sso login") && told.contains("AWS_ACCESS_KEY_ID"), "{told}");
    assert!(told.contains("--sandbox"), "{told}");
    assert!(!told.contains("CredentialsNotLoaded"), "{told}");
}

#[test]
fn what_is_allowed_can_be_pasted_and_may_be_a_pattern() {
    let test = TestEnvironment::empty();
    let more = ["a", "b"].map(|name| format!("  {name}: {{ hours: business }}\n")).concat();
    test.write("callform.yaml", CENTER.replace("phone_numbers:", &format!("{more}phone_numbers:")));
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    test.write("callform.yaml", CENTER);
    let refused = test.expect(1, &["apply", "--sandbox", "--yes", "--allow", "queue/aa", "--allow", "hours/business"]);
    assert!(refused.stderr.contains("  --allow queue/a \\\n  --allow queue/b\n"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--allow queue/aa allows nothing: did you mean queue/a?"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--allow hours/business allows nothing: what it names"), "{}", refused.stderr);
    test.expect(0, &["apply", "--sandbox", "--yes", "--allow", "queue/*"]);

    // What must not go: the plan, and where it is.
    test.edit("callform.yaml", "  returns: { hours: business, prevent_destroy: true }\n", "");
    let refused = test.expect(1, &["plan", "--sandbox"]);
    assert!(refused.stdout.contains("- queue returns"), "{}", refused.stdout);
    assert!(refused.stderr.contains("queue/returns has `prevent_destroy: true`"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--> the stack shop, not in the blueprint any more"), "{}", refused.stderr);
}

#[test]
fn another_alias_is_refused_with_two_steps() {
    let test = TestEnvironment::empty();
    test.write("callform.yaml", CENTER);
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    test.edit("callform.yaml", "alias: shop", "alias: store");
    for command in ["plan", "apply"] {
        let mut arguments = vec![command, "--sandbox"];
        arguments.extend((command == "apply").then_some(["--yes", "--allow", "*"]).into_iter().flatten());
        let refused = test.expect(1, &arguments);
        assert!(refused.stderr.contains("the instance cannot be made anew in one apply"), "{}", refused.stderr);
        assert!(refused.stderr.contains("two steps"), "{}", refused.stderr);
    }
    // The center is as it was; the two steps lead to the new one.
    test.write("old.yaml", CENTER);
    test.expect(0, &["plan", "old.yaml", "--sandbox", "--detailed-exitcode"]);
    test.edit("callform.yaml", "center: shop", "center: store");
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn a_group_with_a_slash_stands_beside_a_group_of_a_group() {
    let test = TestEnvironment::empty();
    let hierarchy = r#"hierarchy:
  levels: [Company, Area]
  groups:
    "Sales/EMEA": { North: {} }
    Sales: { EMEA: {} }
"#;
    test.write("callform.yaml", format!("{CENTER}{hierarchy}"));
    let applied = test.expect(0, &["apply", "--sandbox", "--yes"]);
    assert!(applied.stdout.contains("+ group Sales/EMEA\n"), "{}", applied.stdout);
    assert!(applied.stdout.contains("+ group Sales\\/EMEA\n"), "{}", applied.stdout);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "--sandbox", "--detailed-exitcode"]);
}
