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
    test.write(BLUEPRINT, format!("{head}{sections}"));
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

const VIEW: &str = r"views:
  confirm: { json: confirm.json, actions: [Submit], description: Once more }
flows:
  chat:
    steps:
      - view: confirm
        with: { Heading: Sure? }
        actions: { Submit: [hang_up] }
      - hang_up
";

const TEMPLATE: &str = r#"{ "Head": { "Title": "Confirm" },
  "Body": [{ "_id": "a", "Type": "Button", "Props": { "Columns": 2, "Wide": true }, "Content": ["$.Heading"] }] }"#;

#[test]
fn flows_show_the_views_of_the_blueprint_as_they_are_published() {
    let test = TestEnvironment::empty();
    test.write("confirm.json", TEMPLATE);
    write(&test, VIEW);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    is_quiet(&test);
    with_connect(&test, |serving, instance| {
        let views = connect(serving, "POST", "/search-views", &json!({ "InstanceId": instance }));
        let view = &views["Views"][0];
        let (arn, id) = (view["Arn"].as_str().unwrap(), view["Id"].as_str().unwrap());
        let content = &view["Content"];
        let template: Value = serde_json::from_str(content["Template"].as_str().unwrap()).unwrap();
        assert_eq!(template, serde_json::from_str::<Value>(TEMPLATE).unwrap());
        let flows = connect(serving, "POST", "/search-contact-flows", &json!({ "InstanceId": instance }));
        let flow = flows["ContactFlows"].as_array().unwrap().iter().find(|flow| flow["Name"] == "Chat").unwrap();
        assert!(flow["Content"].as_str().unwrap().contains(&format!("{arn}:$LATEST")), "{flow}");
        let body = json!({ "Status": "PUBLISHED", "Content": { "Template": "{\"Body\":[]}", "Actions": ["Other"] } });
        connect(serving, "POST", &format!("/views/{instance}/{id}"), &body);
    });
    is_taken_back(&test, &["view confirm", "head title Confirm", "Other"]);
    // A file that changes is a change of the view, and of nothing else.
    test.write("confirm.json", TEMPLATE.replace("Confirm", "Really"));
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stdout.contains("view confirm") && planned.stdout.contains("1 to change"), "{}", planned.stdout);
    // What the API returns is taken as well, with its actions.
    let content = json!({ "Template": TEMPLATE, "Actions": ["Submit"], "InputSchema": "{}" });
    test.write("confirm.json", content.to_string());
    test.edit(BLUEPRINT, "actions: [Submit], ", "");
    is_quiet(&test);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

const TASKS: &str = r"flows:
  tasks: { steps: [hang_up] }
task_templates:
  follow_up:
    flow: tasks
    fields:
      Title: { type: name, required: true, default: Call again }
      Why: { type: single-select, options: [Complaint, Question], default: Question }
      Secret: { type: text, hidden: true }
";

#[test]
fn task_templates_are_forms() {
    let test = applied(TASKS);
    with_connect(&test, |serving, instance| {
        let path = format!("/instance/{instance}/task/template");
        let listed = connect(serving, "GET", &path, &Value::Null);
        let id = listed["TaskTemplates"][0]["Id"].as_str().unwrap().to_owned();
        let template = connect(serving, "GET", &format!("{path}/{id}"), &Value::Null);
        assert_eq!(template["Fields"][1]["SingleSelectOptions"], json!(["Complaint", "Question"]));
        assert_eq!(template["Constraints"]["InvisibleFields"], json!([{ "Id": { "Name": "Secret" } }]));
        let mut changed = template;
        changed["Fields"][1]["SingleSelectOptions"] = json!(["Complaint", "Praise", "Question"]);
        changed["Status"] = json!("INACTIVE");
        for name in ["Id", "Arn", "InstanceId", "CreatedTime", "LastModifiedTime", "Tags"] {
            changed.as_object_mut().unwrap().remove(name);
        }
        connect(serving, "POST", &format!("{path}/{id}"), &changed);
    });
    is_taken_back(&test, &["task template follow_up", "Praise", "INACTIVE"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn integrations_are_of_any_kind() {
    let test = applied(
        "integrations:\n  crm: { type: application, arn: \"arn:aws:app-integrations:us-west-2:123456789012:application/crm\" }\n  \
         tickets: { type: event, arn: \"arn:aws:app-integrations:us-west-2:123456789012:event-integration/t\", source: \
         zendesk, source_name: T, source_url: https://t.example }\nlex_bots:\n  desk: { alias_arn: \
         \"arn:aws:lex:us-west-2:123456789012:bot-alias/A/B\" }\n",
    );
    with_connect(&test, |serving, instance| {
        let path = format!("/instance/{instance}/integration-associations");
        let listed = connect(serving, "GET", &format!("{path}?integrationType=APPLICATION"), &Value::Null);
        let id =
            listed["IntegrationAssociationSummaryList"][0]["IntegrationAssociationId"].as_str().unwrap().to_owned();
        connect(serving, "DELETE", &format!("{path}/{id}"), &Value::Null);
    });
    is_taken_back(&test, &["integration crm"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

const MODULE: &str = r"flow_modules:
  greeting: { steps: [{ say: Hello. }], aliases: { live: { description: what flows use }, test: } }
";

/// Numbers of the versions of the module, newest first, and where the alias leads.
fn versions(serving: &Serving, instance: &str) -> (String, Vec<i64>, Value) {
    let modules = connect(serving, "GET", &format!("/contact-flow-modules-summary/{instance}"), &Value::Null);
    let id = modules["ContactFlowModulesSummaryList"][0]["Id"].as_str().unwrap();
    let path = format!("/contact-flow-modules/{instance}/{id}");
    let versions = connect(serving, "GET", &format!("{path}/versions"), &Value::Null);
    let versions = versions["ContactFlowModuleVersionSummaryList"].as_array().unwrap();
    let numbers = versions.iter().map(|version| version["Version"].as_i64().unwrap()).collect();
    let aliases = connect(serving, "GET", &format!("{path}/aliases"), &Value::Null);
    let aliases = aliases["ContactFlowModuleAliasSummaryList"].as_array().unwrap();
    let live = aliases.iter().find(|alias| alias["AliasName"] == "live").unwrap();
    (path, numbers, live.clone())
}

#[test]
fn a_module_is_published_when_its_content_changes_and_its_aliases_follow() {
    let test = applied(MODULE);
    with_connect(&test, |serving, instance| {
        let (path, numbers, live) = versions(serving, instance);
        assert_eq!((numbers, &live["Version"]), (vec![1], &json!(1)));
        // Somebody publishes by hand, and lets the alias lead there.
        connect(serving, "PUT", &format!("{path}/version"), &json!({}));
        let alias = format!("{path}/alias/{}", live["AliasId"].as_str().unwrap());
        connect(serving, "POST", &alias, &json!({ "ContactFlowModuleVersion": 2 }));
    });
    is_taken_back(&test, &["flow module alias greeting.live", "2"]);
    // A description is no content.
    test.edit(BLUEPRINT, "greeting: { steps", "greeting: { description: Greets, steps");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    with_connect(&test, |serving, instance| assert_eq!(versions(serving, instance).1, [2, 1]));
    test.edit(BLUEPRINT, "Hello.", "Good morning.");
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stdout.contains("flow module version greeting"), "{}", planned.stdout);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    is_quiet(&test);
    with_connect(&test, |serving, instance| {
        let (path, numbers, live) = versions(serving, instance);
        assert_eq!((numbers, &live["Version"]), (vec![3, 2], &json!(3)));
        let frozen = connect(serving, "GET", &format!("{path}:3"), &Value::Null);
        assert!(frozen["ContactFlowModule"]["Content"].as_str().unwrap().contains("Good morning."), "{frozen}");
    });
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

const CIRCLE: &str = r"flows:
  first: { versioned: true, steps: [{ say: First. }, { transfer: { flow: second } }] }
  second: { versioned: true, steps: [{ say: Second. }, { transfer: { flow: first } }] }
lints: { flow-version-type: allow }
";

#[test]
fn what_stands_in_for_a_flow_is_never_published() {
    let test = applied(CIRCLE);
    with_connect(&test, |serving, instance| {
        let flows = connect(serving, "GET", &format!("/contact-flows-summary/{instance}"), &Value::Null);
        let flows = flows["ContactFlowSummaryList"].as_array().unwrap();
        for (name, text) in [("First", "First."), ("Second", "Second.")] {
            let id = flows.iter().find(|flow| flow["Name"] == name).unwrap()["Id"].as_str().unwrap();
            let versions = connect(serving, "GET", &format!("/contact-flows/{instance}/{id}/versions"), &Value::Null);
            assert_eq!(versions["ContactFlowVersionSummaryList"].as_array().map(Vec::len), Some(1), "{versions}");
            let frozen = connect(serving, "GET", &format!("/contact-flows/{instance}/{id}:1"), &Value::Null);
            assert!(frozen["ContactFlow"]["Content"].as_str().unwrap().contains(text), "{frozen}");
        }
    });
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
}

/// A center with attributes, and a user with these proficiencies.
fn user(proficiencies: &str) -> String {
    format!(
        "predefined_attributes: {{ Language: {{ values: [English] }}, Bare: {{}} }}\nusers: {{ ann: {{ name: Ann A, \
         password: {{ secret: a }}, profile: builtin/Basic Routing Profile, security: [builtin/Agent], \
         proficiencies: {{ {proficiencies} }} }} }}"
    )
}

/// A task template with one more field.
fn task(field: &str) -> String {
    format!("task_templates: {{ t: {{ fields: {{ A: {{ type: name }}, C: {{ type: quick-connect }}, {field} }} }} }}")
}

/// Inputs that a view has not, and branches that nobody takes.
#[test]
fn steps_are_held_against_the_views_they_show() {
    let test = TestEnvironment::empty();
    test.write("confirm.json", TEMPLATE);
    let told = |from: &str, to: &str| {
        assert!(VIEW.contains(from), "{from}");
        write(&test, &VIEW.replace(from, to));
        test.expect(0, &["check", BLUEPRINT]).stderr
    };
    let fits = told("Heading: Sure?", "Heading: Sure?");
    assert!(!fits.contains("view-misfit"), "{fits}");
    let input = told("{ Heading: Sure? }", "{ Heading: Sure?, Headline: Sure? }");
    assert!(input.contains("view-misfit") && input.contains("no input `Headline`"), "{input}");
    assert!(input.contains("Did you mean `Heading`?"), "{input}");
    let action = told("actions: { Submit: [hang_up] }", "actions: { Sumbit: [hang_up] }");
    assert!(action.contains("no action `Sumbit`") && action.contains("Did you mean `Submit`?"), "{action}");
}

#[test]
fn steps_name_views_and_task_templates_of_the_blueprint() {
    let test = TestEnvironment::empty();
    test.write("view.json", TEMPLATE);
    let sections = "views: { v: { json: view.json, actions: [Submit] } }
task_templates: { later: { flow: f, fields: { Title: { type: name } } } }
flows: { f: { steps: [{ task: Call, template: later }, { view: v, version: 3, actions: { Submit: hang_up } }, hang_up] } }
";
    write(&test, sections);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    is_quiet(&test);
    let content = with_connect(&test, |serving, instance| {
        let flows = connect(serving, "GET", &format!("/contact-flows-summary/{instance}"), &json!({}));
        let own = flows["ContactFlowSummaryList"].as_array().unwrap().iter().find(|flow| flow["Name"] == "F").unwrap();
        let id = own["Id"].as_str().unwrap();
        connect(serving, "GET", &format!("/contact-flows/{instance}/{id}"), &json!({}))["ContactFlow"]["Content"]
            .clone()
    });
    let flow: Value = serde_json::from_str(content.as_str().unwrap()).unwrap();
    let parameters = |kind: &str| {
        let actions = flow["Actions"].as_array().unwrap();
        actions.iter().find(|action| action["Type"] == kind).unwrap()["Parameters"].clone()
    };
    let template = parameters("CreateTask")["TaskTemplateId"].as_str().unwrap().to_owned();
    assert!(template.len() == 36 && !template.contains('/'), "{template}");
    let shown = parameters("ShowView")["ViewResource"].clone();
    assert_eq!(shown["Version"], "3");
    assert!(!shown["Id"].as_str().unwrap().contains('$'), "{shown}");
}

#[test]
fn mistakes_are_found_before() {
    let test = TestEnvironment::empty();
    for (name, content) in
        [("text.json", "text"), ("list.json", "[]"), ("head.json", r#"{ "Head": {} }"#), ("view.json", TEMPLATE)]
    {
        test.write(name, content);
    }
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
        ("views: { v: { json: none.json, actions: [] } }".to_owned(), "file-not-found"),
        ("views: { v: { json: text.json, actions: [] } }".to_owned(), "view-not-json"),
        ("views: { v: { json: list.json, actions: [] } }".to_owned(), "view-template"),
        ("views: { v: { json: head.json, actions: [] } }".to_owned(), "view-template"),
        ("views: { v: { json: view.json } }".to_owned(), "view-actions"),
        ("views: { v: { json: view.json, actions: [\"!\"] } }".to_owned(), "view-actions"),
        ("views: { v: { json: view.json, actions: [Submit, Cancel, Submit] } }".to_owned(), "view-actions"),
        ("predefined_attributes: { A: { tags: { a: b } } }".to_owned(), "tags-not-possible"),
        ("flows: { f: { steps: [{ view: confirmatoin, actions: { a: hang_up } }] } }".to_owned(), "unknown-reference"),
        ("flows: { f: { steps: [{ task: Call, template: later }, hang_up] } }".to_owned(), "unknown-reference"),
        ("users: { joe: { name: J D, security: [builtin/Agent], channels: { voice: { desk_phone: \"+1\" } } } }".to_owned(), "phone-number-not-e164"),
        ("hours: { h: { time_zone: UTC, open: { daily: 24h }, overrides: { x: { every: 31 february, from: 2027-01-01, till: 2030-01-01 } } } }".to_owned(), "invalid-recurrence"),
        (
            "views: { a: { json: view.json, actions: [], name: x }, b: { json: view.json, actions: [], name: x } }".to_owned(),
            "duplicate-name",
        ),
        ("task_templates: { t: { fields: { A: { type: text }, B: { type: quick-connect } } } }".to_owned(), "task-name"),
        ("task_templates: { t: { fields: { A: { type: name } } } }".to_owned(), "task-target"),
        ("task_templates: { t: { flow: none, fields: { A: { type: name } } } }".to_owned(), "unknown-reference"),
        (task("B: { type: single-select }"), "task-options"),
        (task("B: { type: text, options: [x] }"), "task-options"),
        (task("B: { type: single-select, options: [x], default: y }"), "task-options"),
        (task("B: { type: colour }"), "unknown-value"),
        ("integrations: { i: { type: cases-domain, arn: \"arn:aws:wisdom:us-west-2:1:assistant/x\" } }".to_owned(), "wrong-arn-kind"),
        ("flow_modules: { m: { steps: [{ say: x }], aliases: { \"a b\": } } }".to_owned(), "invalid-property"),
        ("integrations: { i: { type: cases-domain, arn: domain } }".to_owned(), "wrong-arn-kind"),
        ("integrations: { i: { type: event, arn: \"arn:aws:app-integrations:us-west-2:1:x\" } }".to_owned(), "integration-source"),
        (
            "integrations: { i: { type: application, arn: \"arn:aws:app-integrations:us-west-2:1:x\", source: cases } }".to_owned(),
            "integration-source",
        ),
    ] {
        write(&test, &format!("{sections}\n"));
        let checked = test.run(&["check", BLUEPRINT]);
        assert!(checked.code == 3 && checked.stderr.contains(code), "{sections}: {}\n{}", checked.code, checked.stderr);
    }
    write(&test, &user("Language: { English: 3 }"));
    let checked = test.run(&["check", BLUEPRINT]);
    assert!(checked.code == 0 && !checked.stderr.contains("attribute-not-defined"), "{}", checked.stderr);
    write(&test, "flows: { f: { versioned: true, steps: [hang_up] } }\n");
    let checked = test.run(&["check", BLUEPRINT]);
    assert!(checked.code == 0 && checked.stderr.contains("flow-version-type"), "{}", checked.stderr);
}
