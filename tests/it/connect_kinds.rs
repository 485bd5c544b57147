//! Kinds of Amazon Connect that have no file of their own: applied, compared, changed by hand, taken back, destroyed.

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect};

const BLUEPRINT: &str = "center.yaml";

/// A center with this in it, applied: nothing is left to do, and nothing differs.
fn applied(sections: &str) -> TestEnvironment {
    let test = TestEnvironment::empty();
    write(&test, sections);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    is_quiet(&test);
    test
}

fn write(test: &TestEnvironment, sections: &str) {
    let head = "center: kinds\nregion: us-west-2\ninstance: { alias: kinds, inbound: true, outbound: true }\n";
    test.write(BLUEPRINT, &format!("{head}{sections}"));
}

fn is_quiet(test: &TestEnvironment) {
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

/// Calls Connect, with the id of the only instance.
fn with_connect<T>(test: &TestEnvironment, call: impl FnOnce(&Serving, &str) -> T) -> T {
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &json!({}));
    let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
    call(&serving, &instance)
}

/// What was changed by hand is told in these words, taken back, and everything can be destroyed.
fn is_taken_back(test: &TestEnvironment, words: &[&str]) {
    let drifted = test.expect(2, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    for word in words {
        assert!(drifted.stdout.contains(word), "no `{word}` in {}", drifted.stdout);
    }
    test.expect(0, &["reconcile", BLUEPRINT, "--revert", "--sandbox", "--yes"]);
    is_quiet(test);
}

const ATTRIBUTES: &str = r#"predefined_attributes:
  Language: { values: [English, Spanish], purposes: [routing] }
  Business unit: { values: [Sales], strict: true }
  Free: {}
users:
  ann:
    name: Ann Agent
    password: { secret: ann }
    profile: builtin/Basic Routing Profile
    security: [builtin/Agent]
    proficiencies: { Language: { English: 5 }, "connect:Language": { "connect:English": 3 } }
"#;

#[test]
fn predefined_attributes_come_before_the_users_that_have_them() {
    let test = applied(ATTRIBUTES);
    with_connect(&test, |serving, instance| {
        let path = format!("/predefined-attributes/{instance}/Language");
        let attribute = &connect(serving, "GET", &path, &json!({}))["PredefinedAttribute"];
        assert_eq!(attribute["Values"], json!({ "StringList": ["English", "Spanish"] }));
        connect(serving, "POST", &path, &json!({ "Values": { "StringList": ["English", "French"] } }));
        let unit = format!("/predefined-attributes/{instance}/Business%20unit");
        let open = json!({ "AttributeConfiguration": { "EnableValueValidationOnAssociation": false } });
        connect(serving, "POST", &unit, &open);
    });
    is_taken_back(&test, &["predefined attribute Language", "French", "predefined attribute Business unit"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn approved_origins_are_kept_as_they_are_written() {
    let test = applied("approved_origins: [\"https://crm.acme.example\", \"https://acme.example:8443\"]\n");
    with_connect(&test, |serving, instance| {
        let origins = connect(serving, "GET", &format!("/instance/{instance}/approved-origins"), &json!({}));
        assert_eq!(origins["Origins"].as_array().map(Vec::len), Some(2));
        let path = format!("/instance/{instance}/approved-origin?origin=https%3A%2F%2Fcrm.acme.example");
        connect(serving, "DELETE", &path, &Value::Null);
    });
    is_taken_back(&test, &["approved origin https://crm.acme.example"]);
    write(&test, "approved_origins: [\"https://acme.example:8443\"]\n");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    is_quiet(&test);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn mistakes_are_found_before() {
    let test = TestEnvironment::empty();
    let user = |proficiencies: &str| {
        format!(
            "predefined_attributes: {{ Language: {{ values: [English] }}, Bare: {{}} }}\nusers: {{ ann: {{ name: Ann A, \
             password: {{ secret: a }}, profile: builtin/Basic Routing Profile, security: [builtin/Agent], \
             proficiencies: {{ {proficiencies} }} }} }}"
        )
    };
    for (sections, code) in [
        ("predefined_attributes: { \"connect:Language\": { values: [x] } }".to_owned(), "attribute-name"),
        ("predefined_attributes: { Language: { values: [x, y, x] } }".to_owned(), "attribute-value-twice"),
        ("predefined_attributes: { Language: { values: [\"\"] } }".to_owned(), "invalid-property"),
        ("predefined_attributes: { Language: { names: [x] } }".to_owned(), "unknown-key"),
        (user("Language: { French: 3 }"), "unknown-attribute-value"),
        (user("Bare: { x: 3 }"), "unknown-attribute-value"),
        ("approved_origins: [crm.acme.example]".to_owned(), "invalid-origin"),
        ("approved_origins: [\"https://acme.example/\"]".to_owned(), "invalid-origin"),
        ("approved_origins: [\"https://a.example\", \"https://a.example\"]".to_owned(), "origin-twice"),
    ] {
        write(&test, &format!("{sections}\n"));
        let checked = test.run(&["check", BLUEPRINT]);
        assert!(checked.code == 3 && checked.stderr.contains(code), "{sections}: {}\n{}", checked.code, checked.stderr);
    }
    write(&test, &user("Language: { English: 3 }"));
    let checked = test.run(&["check", BLUEPRINT]);
    assert!(checked.code == 0 && !checked.stderr.contains("attribute-not-defined"), "{}", checked.stderr);
}
