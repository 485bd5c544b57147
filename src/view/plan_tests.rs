use serde_json::{Value, json};

use super::{Style, plan_human, plan_json, plan_markdown};
use crate::model::{Address, Kind};
use crate::plan::{Action, Base, Change, FORMAT_VERSION, Plan, PropertyChange, Reason, StackChange, Step};

fn change(kind: Kind, name: &str, action: Action, reasons: Vec<Reason>, properties: Vec<PropertyChange>) -> Change {
    Change {
        address: Address::new(kind, name),
        renamed_from: None,
        stack: "kwglobal".to_owned(),
        logical_id: "X".to_owned(),
        resource_type: "AWS::Connect::X".to_owned(),
        action,
        reasons,
        properties,
        irreversible: None,
    }
}

fn property(path: &str, before: Value, after: Value) -> PropertyChange {
    let some = |value: Value| (!value.is_null()).then_some(value);
    PropertyChange { path: path.to_owned(), before: some(before), after: some(after), description: Vec::new() }
}

fn hours(from: u32, to: u32) -> Value {
    let time = |hours: u32| json!({ "Hours": hours, "Minutes": 0 });
    json!({ "Day": "MONDAY", "StartTime": time(from), "EndTime": time(to) })
}

fn updates() -> Vec<Change> {
    let update =
        |kind, name, properties| change(kind, name, Action::Update, vec![Reason::PropertiesDiffer], properties);
    let mut flow = update(Kind::Flow, "main_menu", vec![property("Content", json!({}), json!({"a": 1}))]);
    flow.properties[0].description = vec!["say_welcome: text \"Welcome\" -> \"Hello | <all>\"".to_owned()];
    let priority = "QueueConfigs[VOICE queue/consulting]/Priority";
    vec![
        update(Kind::Hours, "business", vec![property("Config[MONDAY]", hours(9, 18), hours(9, 17))]),
        update(
            Kind::Queue,
            "customer_service",
            vec![
                property("MaxContacts", json!(10), json!(20)),
                property("QuickConnectArns[]", Value::Null, json!("quick_connect/mary")),
                property("OutboundCallerConfig/OutboundCallerIdName", json!("KWGlobal"), json!("KW Global")),
            ],
        ),
        update(Kind::RoutingProfile, "consulting", vec![property(priority, json!(1), json!(2))]),
        flow,
    ]
}

fn replacements() -> Vec<Change> {
    let mut user = change(
        Kind::User,
        "mary.jane",
        Action::Replace,
        vec![Reason::CreateOnly(vec!["Username".to_owned()])],
        vec![property("Username", json!("mary.jane"), json!("mary.smith"))],
    );
    user.irreversible = Some("reports lose the history of the user".to_owned());
    let replaced = vec![Reason::TargetReplaced(Address::new(Kind::User, "mary.jane"))];
    vec![user, change(Kind::QuickConnect, "mary", Action::Update, replaced, Vec::new())]
}

fn removals() -> Vec<Change> {
    let mut number = change(Kind::PhoneNumber, "main", Action::Delete, vec![Reason::NotInBlueprint], Vec::new());
    number.irreversible = Some("the number is released".to_owned());
    let kept = vec![Reason::NotInBlueprint, Reason::DeletionPolicyRetain];
    vec![number, change(Kind::Table, "numbers", Action::Retain, kept, Vec::new())]
}

fn plan() -> Plan {
    let mut changes = vec![
        change(Kind::Queue, "sales", Action::Create, vec![Reason::NotDeployed], Vec::new()),
        change(Kind::Queue, "same", Action::NoOp, Vec::new(), Vec::new()),
    ];
    changes.extend(updates());
    changes.extend(replacements());
    changes.extend(removals());
    let other_flow = vec![property("Flow", json!("flow/old"), json!("flow/main_menu"))];
    changes.push(change(Kind::PhoneNumber, "second", Action::Associate, vec![Reason::PropertiesDiffer], other_flow));
    Plan {
        format_version: FORMAT_VERSION,
        center: "kwglobal".to_owned(),
        region: "us-west-2".to_owned(),
        environment: Some("prod".to_owned()),
        digest: "0".repeat(8),
        base: Base::default(),
        changes,
        stack_changes: vec![StackChange {
            stack: "kwglobal".to_owned(),
            properties: vec![property("Tags[owner]", Value::Null, json!("support"))],
        }],
        steps: vec![Step::ContinueRollback(vec!["kwglobal".to_owned()])],
    }
}

#[test]
fn a_plan_on_a_terminal() {
    insta::assert_snapshot!(plan_human::human(&plan(), Style { color: false, width: 80 }));
}

#[test]
fn colors_mark_the_signs_and_the_losses() {
    let text = plan_human::human(&plan(), Style { color: true, width: 80 });
    assert!(text.contains("\u{1b}[32m+\u{1b}[0m queue sales"), "{text}");
    assert!(text.contains("\u{1b}[33m          ! the number is released\u{1b}[0m"), "{text}");
}

#[test]
fn long_lines_go_on_below() {
    let at = |width| plan_human::human(&plan(), Style { color: false, width });
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let narrow = at(44);
    assert_eq!(words(&narrow), words(&at(400)));
    assert!(narrow.lines().all(|line| line.chars().count() <= 44 || line.starts_with("Plan:")), "{narrow}");
}

#[test]
fn a_plan_in_a_pull_request() {
    insta::assert_snapshot!(plan_markdown::markdown(&plan()));
}

#[test]
fn many_new_resources_are_folded() {
    let mut plan = plan();
    for number in 0..30 {
        let name = format!("user_{number}");
        plan.changes.push(change(Kind::User, &name, Action::Create, vec![Reason::NotDeployed], Vec::new()));
    }
    let text = plan_markdown::markdown(&plan);
    assert!(text.contains("<details><summary>31 new resources</summary>"), "{text}");
}

#[test]
fn a_plan_for_programs() {
    let text = plan_json::json(&plan());
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(view["format_version"], 1);
    assert_eq!(view["summary"]["change"], 6);
    assert_eq!(view["changes"].as_array().map(Vec::len), Some(10));
    insta::assert_json_snapshot!(view["changes"][5]);
    assert_eq!(view["steps"], json!([{ "step": "continue-rollback", "stacks": ["kwglobal"] }]));
}

#[test]
fn an_empty_plan_says_so() {
    let mut plan = plan();
    plan.changes.clear();
    plan.stack_changes.clear();
    plan.steps.clear();
    assert_eq!(
        plan_human::human(&plan, Style { color: false, width: 80 }),
        "No changes: kwglobal equals its blueprint.\n"
    );
    assert!(plan_markdown::markdown(&plan).ends_with("No changes.\n"));
}
