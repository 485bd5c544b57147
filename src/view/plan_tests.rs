use serde_json::{Value, json};

use super::{PlanView, Style, plan_human, plan_json, plan_markdown};
use crate::journey::CallerChange;
use crate::model::{Address, Kind};
use crate::plan::{
    Action, Base, Change, ChangeSetCheck, ChangeSetOutcome, Disagreement, HandChange, HandOutcome, Impact, LiveNumber,
    Plan, PropertyChange, Purpose, Reason, StackChange, Step,
};

pub(super) fn change(
    kind: Kind,
    name: &str,
    action: Action,
    reasons: Vec<Reason>,
    properties: Vec<PropertyChange>,
) -> Change {
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
        impact: Impact::default(),
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
    flow.impact.phone_numbers = vec![Address::new(Kind::PhoneNumber, "main")];
    flow.impact.flows = vec![flow.address.clone(), Address::new(Kind::Flow, "callback")];
    flow.impact.agents = (1..6).map(|number| Address::new(Kind::User, format!("agent.{number}"))).collect();
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
    vec![user, change(Kind::of_word("quick_connect").unwrap(), "mary", Action::Update, replaced, Vec::new())]
}

fn removals() -> Vec<Change> {
    let mut number = change(Kind::PhoneNumber, "main", Action::Delete, vec![Reason::NotInBlueprint], Vec::new());
    number.irreversible = Some("the number is released".to_owned());
    number.impact.phone_numbers = vec![Address::new(Kind::PhoneNumber, "main")];
    number.impact.queues = ["consulting", "customer_service"].map(|name| Address::new(Kind::Queue, name)).to_vec();
    let kept = vec![Reason::NotInBlueprint, Reason::DeletionPolicyRetain];
    vec![number, change(Kind::Table, "numbers", Action::Retain, kept, Vec::new())]
}

fn by_hand() -> Vec<HandChange> {
    let entry = |name: &str, property, outcome| HandChange {
        address: Address::new(Kind::Queue, name),
        stack: "kwglobal".to_owned(),
        logical_id: "X".to_owned(),
        property,
        outcome,
    };
    let contacts = Some(property("MaxContacts", json!(10), json!(7)));
    vec![
        entry("customer_service", contacts.clone(), HandOutcome::Overwritten),
        entry("same", contacts, HandOutcome::Kept),
        entry("sales", None, HandOutcome::Fails),
    ]
}

fn plan() -> Plan {
    let mut changes = vec![
        change(Kind::Queue, "sales", Action::Create, vec![Reason::NotDeployed], Vec::new()),
        change(Kind::Queue, "same", Action::NoOp, vec![Reason::Unchanged], Vec::new()),
        Change {
            renamed_from: Some(Address::new(Kind::Hours, "office")),
            ..change(Kind::Hours, "nights", Action::NoOp, vec![Reason::Unchanged], Vec::new())
        },
    ];
    changes.extend(updates());
    changes.extend(replacements());
    changes.extend(removals());
    let other_flow = vec![property("Flow", json!("flow/old"), json!("flow/main_menu"))];
    changes.push(change(Kind::PhoneNumber, "second", Action::Associate, vec![Reason::PropertiesDiffer], other_flow));
    Plan {
        purpose: Purpose::Apply,
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
        by_hand: Some(by_hand()),
        live_numbers: vec![LiveNumber {
            address: Address::new(Kind::PhoneNumber, "main"),
            flow: "flow/main_menu".to_owned(),
            schedules: Vec::new(),
        }],
        callers: Vec::new(),
        preflight: None,
        change_sets: Some(vec![ChangeSetCheck {
            stack: "kwglobal".to_owned(),
            outcome: ChangeSetOutcome::Agrees { resources: 8 },
        }]),
        steps: vec![Step::ContinueRollback(vec!["kwglobal".to_owned()])],
    }
}

/// A plan of these changes.
pub(super) fn view_of(changes: Vec<Change>) -> Plan {
    Plan { changes, ..plan() }
}

fn at_noon(plan: &Plan) -> PlanView<'_> {
    PlanView::at(plan, "2026-11-23T20:00:00Z".parse().unwrap())
}

fn human(plan: &Plan, style: Style) -> String {
    plan_human::human(&at_noon(plan), style)
}

fn markdown(plan: &Plan) -> String {
    plan_markdown::markdown(&at_noon(plan))
}

fn json_text(plan: &Plan) -> String {
    plan_json::json(&at_noon(plan))
}

#[test]
fn a_plan_on_a_terminal() {
    insta::assert_snapshot!(human(&plan(), Style { color: false, width: 80 }));
}

#[test]
fn colors_mark_the_signs_and_the_losses() {
    let text = human(&plan(), Style { color: true, width: 80 });
    assert!(text.contains("\u{1b}[32m+\u{1b}[0m queue sales"), "{text}");
    assert!(text.contains("\u{1b}[33m          ! the number is released\u{1b}[0m"), "{text}");
}

#[test]
fn long_lines_go_on_below() {
    let at = |width| human(&plan(), Style { color: false, width });
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let narrow = at(44);
    assert_eq!(words(&narrow), words(&at(400)));
    assert!(narrow.lines().all(|line| line.chars().count() <= 44 || line.starts_with("Plan:")), "{narrow}");
}

#[test]
fn a_plan_in_a_pull_request() {
    insta::assert_snapshot!(markdown(&plan()));
}

#[test]
fn pictures_take_the_room_that_is_left() {
    let says = |text: &str| {
        let action = json!({ "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": text },
            "Transitions": { "NextAction": "b", "Errors": [{ "NextAction": "b", "ErrorType": "NoMatchingError" }] } });
        let end = json!({ "Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} });
        json!({ "Version": "2019-10-30", "StartAction": "a", "Metadata": {}, "Actions": [action, end] })
    };
    let flows = (0..200).map(|number| {
        let mut content = property("Content", says("Hello"), says("Good day"));
        content.description = vec!["says something else".to_owned()];
        change(Kind::Flow, &format!("flow_{number}"), Action::Update, vec![Reason::PropertiesDiffer], vec![content])
    });
    let plan = view_of(flows.collect());
    let text = markdown(&plan);
    assert!(text.len() <= 65_536 && text.len() > 60_000, "{}", text.len());
    let pictures = text.matches("```mermaid\n").count();
    assert!((10..200).contains(&pictures), "{pictures}");
    assert_eq!(text.matches("| flow flow\\_").count(), 200, "rows come first");
    assert!(text.contains("\nNo room for the pictures of flow flow\\_"), "{text}");
    assert_eq!(text.matches("```").count(), 2 * pictures);
}

#[test]
fn many_new_resources_are_folded() {
    let mut plan = plan();
    for number in 0..30 {
        let name = format!("user_{number}");
        plan.changes.push(change(Kind::User, &name, Action::Create, vec![Reason::NotDeployed], Vec::new()));
    }
    let text = markdown(&plan);
    assert!(text.contains("<details><summary>31 to create</summary>"), "{text}");
}

#[test]
fn a_plan_for_programs() {
    let text = json_text(&plan());
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(view["format_version"], 1);
    assert_eq!(view["summary"]["change"], 7);
    assert_eq!(view["changes"].as_array().map(Vec::len), Some(12));
    insta::assert_json_snapshot!(view["changes"][6]);
    assert_eq!(view["steps"], json!([{ "step": "continue-rollback", "stacks": ["kwglobal"] }]));
}

#[test]
fn an_empty_plan_says_so() {
    let mut plan = plan();
    plan.changes.clear();
    plan.stack_changes.clear();
    plan.steps.clear();
    plan.by_hand = None;
    plan.live_numbers.clear();
    plan.change_sets = None;
    assert_eq!(human(&plan, Style { color: false, width: 80 }), "No changes: kwglobal equals its blueprint.\n");
    assert!(markdown(&plan).ends_with("No changes: kwglobal equals its blueprint.\n"));
}

#[test]
fn where_cloudformation_disagrees_the_plan_says_so() {
    let mut plan = plan();
    let outcomes = [
        ChangeSetOutcome::Differs(vec![Disagreement {
            address: Some(Address::new(Kind::Queue, "customer_service")),
            logical_id: "QueueCustomerService".to_owned(),
            plan: "update".to_owned(),
            change_set: "replace".to_owned(),
        }]),
        ChangeSetOutcome::Refused("Template error".to_owned()),
    ];
    plan.change_sets = Some(outcomes.map(|outcome| ChangeSetCheck { stack: "kwglobal".to_owned(), outcome }).into());
    let differs = "queue customer_service: the plan says update, CloudFormation's change set replace";
    let refuses = "CloudFormation refuses to update the stack kwglobal: Template error";
    let text = human(&plan, Style { color: false, width: 200 });
    assert!(text.contains(&format!("! {differs}\n! {refuses}\n")), "{text}");
    let text = markdown(&plan);
    assert!(
        text.contains("> CloudFormation sees it otherwise. queue customer\\_service: the plan says update"),
        "{text}"
    );
    let view: Value = serde_json::from_str(&json_text(&plan)).unwrap();
    assert_eq!(view["change_sets"][0]["differences"][0]["change_set"], "replace");
    assert_eq!(view["change_sets"][1]["refused"], "Template error");
}

#[test]
fn a_huge_plan_fits_into_a_comment() {
    let mut plan = plan();
    for number in 0..5_000 {
        let texts = [json!("a".repeat(300)), json!("b".repeat(300))];
        let [before, after] = texts;
        let name = format!("queue_{number}");
        let properties = (0..20).map(|_| property("Description", before.clone(), after.clone())).collect();
        plan.changes.push(change(Kind::Queue, &name, Action::Update, vec![Reason::PropertiesDiffer], properties));
        let mut gone = change(Kind::Table, &name, Action::Delete, vec![Reason::NotInBlueprint], Vec::new());
        gone.irreversible = Some("the items of the table are lost".to_owned());
        plan.changes.push(gone);
    }
    let text = markdown(&plan);
    assert!(text.len() <= 65_536, "{}", text.len());
    assert!(text.len() > 50_000, "{}", text.len());
    assert!(text.contains("<summary>5001 to delete</summary>"), "what is lost comes first");
    assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
    let left_out = text.lines().find(|line| line.contains("more changes do not fit here")).unwrap();
    let left_out: usize = left_out.split(' ').next().unwrap().parse().unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `")).count();
    let by_hand = 3;
    assert_eq!(
        rows + left_out,
        plan.told_changes().count() + plan.stack_changes.len() + by_hand - text.matches("\n- ").count()
    );
}

#[test]
fn callers_are_told_number_by_number() {
    let mut plan = plan();
    plan.callers = vec![CallerChange {
        numbers: vec![Address::new(Kind::PhoneNumber, "main"), Address::new(Kind::PhoneNumber, "toll_free")],
        lines: vec![
            "+ Main menu: after “Press 1 for sales.”: key 3 leads to queue Billing".to_owned(),
            "- Main menu: hears “Calls are ```recorded```.”".to_owned(),
            "~ Office: Mon 9:00–17:00 (was: Office: Mon 9:00–18:00)".to_owned(),
        ],
    }];
    let text = markdown(&plan);
    let told = "<summary>What callers of the numbers main, toll\\_free meet</summary>\n\n```diff\n\
        + Main menu: after “Press 1 for sales.”: key 3 leads to queue Billing\n\
        - Main menu: hears “Calls are '''recorded'''.”\n\
        ! Office: Mon 9:00–17:00 (was: Office: Mon 9:00–18:00)\n```\n";
    assert!(text.contains(told), "{text}");
    // Many lines are cut, many numbers are left out, and it is said how many.
    plan.callers = (0..400)
        .map(|number| CallerChange {
            numbers: vec![Address::new(Kind::PhoneNumber, format!("n{number}"))],
            lines: (0..50).map(|line| format!("+ line {line} of {number}")).collect(),
        })
        .collect();
    let text = markdown(&plan);
    assert!(text.len() <= 65_536, "{}", text.len());
    assert!(text.contains("+ line 39 of 0\n# and 10 more\n```"), "{text}");
    let shown = text.matches("What callers of the number ").count();
    assert!(
        shown > 10 && text.contains(&format!("No room for what callers of {} more numbers meet.", 400 - shown)),
        "{shown}"
    );
}
