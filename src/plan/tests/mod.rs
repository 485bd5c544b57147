mod importing;
mod simulator;
mod tampering;

use proptest::prelude::*;
use serde_json::json;

use self::simulator::Account;
use super::*;
use crate::model::{Address, Association, Instance, Kind, Model, Target, Value};
use crate::render::fixture::{Center, arn, arns, content, kwglobal, large, open, queue_config};
use crate::render::{Placement, render};

#[track_caller]
fn plan(model: &Model, account: &Account) -> Plan {
    let (artifacts, diagnostics) = render(model, &Placement::of(&account.inventory));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let made = build(&artifacts, model, &account.inventory).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(contradictions(&made, &account.inventory), [""; 0]);
    made
}

/// Applies the model and checks that nothing is left to do.
#[track_caller]
fn apply(model: &Model, account: &mut Account) -> Plan {
    let made = plan(model, account);
    account.play(&made);
    let again = plan(model, account);
    assert!(again.is_empty(), "{:?}\n{:#?}", again.effective_changes().collect::<Vec<_>>(), again.steps);
    assert_eq!(again.effective_changes().count(), 0);
    made
}

fn saved(plan: &Plan) -> String {
    SavedPlan::new(plan.clone(), "blueprints/kwglobal.yaml", Vec::new()).text().unwrap()
}

/// One line per change and per property.
fn lines(plan: &Plan) -> Vec<String> {
    plan.effective_changes()
        .flat_map(|change| {
            let head = format!("{:?} {}", change.action, change.address);
            let text = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
            let properties = change
                .properties
                .iter()
                .map(|property| format!("  {}: {} -> {}", property.path, text(&property.before), text(&property.after)))
                .collect::<Vec<_>>();
            std::iter::once(head).chain(properties)
        })
        .collect()
}

fn deployed() -> (Center, Account) {
    let center = kwglobal();
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    account.log.clear();
    (center, account)
}

#[test]
fn both_circles_are_solved_in_one_apply() {
    let mut account = Account::empty();
    let made = apply(&kwglobal().model, &mut account);
    assert_eq!(
        account.log,
        [
            "upload 1",
            "create kwglobal-instance",
            "create kwglobal-numbers",
            "create kwglobal (transitional)",
            "update kwglobal",
            "associate main"
        ]
    );
    let summary = made.summary();
    assert_eq!((summary.create, summary.change, summary.delete), (18, 0, 0));
}

#[test]
fn the_transitional_template_leaves_out_only_what_has_to_wait() {
    let made = plan(&kwglobal().model, &Account::empty());
    let Some(Step::Stacks(operations)) = made.steps.get(3) else { panic!("{:#?}", made.steps) };
    let resources = &operations[0].template["Resources"];
    assert_eq!(resources["QueueCustomerService"]["Properties"].get("QuickConnectArns"), None);
    assert_ne!(resources["QueueConsulting"]["Properties"].get("QuickConnectArns"), None);
    let stub = resources["FlowMainMenu"]["Properties"]["Content"].to_string();
    assert!(stub.contains("DisconnectParticipant"), "{stub}");
    let live = resources["FlowCallback"]["Properties"]["Content"].to_string();
    assert!(live.contains("Please hold"), "{live}");
    assert_eq!(resources["HoursBusiness"], made_final(&made, "kwglobal")["Resources"]["HoursBusiness"]);
}

fn made_final<'a>(plan: &'a Plan, stack: &str) -> &'a serde_json::Value {
    plan.steps
        .iter()
        .rev()
        .find_map(|step| match step {
            Step::Stacks(operations) => operations.iter().find(|operation| operation.stack == stack),
            _ => None,
        })
        .map(|operation| &operation.template)
        .unwrap()
}

#[test]
fn exactly_the_four_edits_are_planned() {
    let (mut center, mut account) = deployed();
    let hours = center.resource(Kind::Hours, "business");
    hours.properties.insert("Config".to_owned(), Value::List(vec![open("MONDAY", 9, 17), open("SATURDAY", 9, 15)]));
    let queue = center.resource(Kind::Queue, "consulting");
    queue.properties.insert("QuickConnectArns".to_owned(), arns(Kind::QuickConnect, &["mary", "customer_service"]));
    let profile = center.resource(Kind::RoutingProfile, "consulting");
    let configs = vec![queue_config("customer_service", 3, 15), queue_config("consulting", 1, 0)];
    profile.properties.insert("QueueConfigs".to_owned(), Value::List(configs));
    let targets = [(Kind::Queue, "customer_service"), (Kind::Hours, "business"), (Kind::Flow, "callback")];
    let flow = center.resource(Kind::Flow, "main_menu");
    flow.properties.insert("Content".to_owned(), content("Welcome", &targets));
    let made = plan(&center.model, &account);
    let lines = lines(&made);
    assert_eq!(
        lines[..6],
        [
            "Update hours/business",
            r#"  Config[MONDAY]: {"Day":"MONDAY","StartTime":{"Hours":9,"Minutes":0},"EndTime":{"Hours":18,"Minutes":0}} -> {"Day":"MONDAY","StartTime":{"Hours":9,"Minutes":0},"EndTime":{"Hours":17,"Minutes":0}}"#,
            "Update queue/consulting",
            r#"  QuickConnectArns[]: "quick_connect/management" -> -"#,
            "Update routing_profile/consulting",
            "  QueueConfigs[VOICE queue/customer_service]/Priority: 2 -> 3",
        ]
    );
    assert_eq!(lines[6], "Update flow/main_menu");
    assert_eq!(made.effective_changes().count(), 4);
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["update kwglobal"]);
}

#[test]
fn an_edit_of_comments_changes_nothing() {
    let (mut center, account) = deployed();
    center.model.digest = "1".repeat(64);
    assert!(plan(&center.model, &account).is_empty());
}

#[test]
fn a_new_member_of_a_circle_leaves_live_resources_alone_meanwhile() {
    let (mut center, mut account) = deployed();
    center.queue("sales", &["customer_service"]);
    let config = crate::render::fixture::object([("QueueArn", arn(Kind::Queue, "sales"))]);
    center.quick_connect("sales", "QUEUE", ("QueueConfig", config));
    let queue = center.resource(Kind::Queue, "customer_service");
    queue.properties.insert("QuickConnectArns".to_owned(), arns(Kind::QuickConnect, &["sales", "mary"]));
    let made = plan(&center.model, &account);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let live = &first[0].template["Resources"]["QueueCustomerService"]["Properties"]["QuickConnectArns"];
    assert_eq!(live.as_array().map(Vec::len), Some(3), "as deployed: {live}");
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
}

#[test]
fn what_cannot_change_in_place_is_replaced_and_says_why() {
    let (mut center, mut account) = deployed();
    let number = center.resource(Kind::PhoneNumber, "main");
    number.properties.insert("Type".to_owned(), "TOLL_FREE".into());
    let made = plan(&center.model, &account);
    let change_of = |name: &str| made.effective_changes().find(|change| change.address.to_string() == name).unwrap();
    let change = change_of("phone_number/main");
    assert_eq!(change.action, Action::Replace);
    assert_eq!(change.reasons, [Reason::CreateOnly(vec!["Type".to_owned()])]);
    assert_eq!(change.irreversible.as_deref(), Some("the number is released"));
    assert_eq!(
        change_of("queue/customer_service").reasons,
        [Reason::TargetReplaced(Address::new(Kind::PhoneNumber, "main"))]
    );
    apply(&center.model, &mut account);
}

#[test]
fn what_cannot_refer_to_something_else_is_replaced_with_it() {
    let mut center = kwglobal();
    let group = |name: &str, parent: Option<&str>| {
        let mut properties =
            crate::render::fixture::properties([("InstanceArn", Value::instance_arn()), ("Name", name.into())]);
        let parent = parent.map(|parent| ("ParentGroupArn".to_owned(), arn(Kind::HierarchyGroup, parent)));
        properties.extend(parent);
        properties
    };
    for (name, parent) in [("acme", None), ("other", None), ("north", Some("acme")), ("inner", Some("north"))] {
        center.add(Kind::HierarchyGroup, name, group(name, parent));
    }
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    center.resource(Kind::HierarchyGroup, "north").properties = group("north", Some("other"));
    let made = apply(&center.model, &mut account);
    let replaced: Vec<_> = made.effective_changes().map(|change| (change.action, change.reasons.clone())).collect();
    let north = Address::new(Kind::HierarchyGroup, "north");
    assert_eq!(
        replaced,
        [
            (Action::Replace, vec![Reason::CreateOnly(vec!["ParentGroupArn".to_owned()])]),
            (Action::Replace, vec![Reason::TargetReplaced(north)]),
        ]
    );
}

#[test]
fn a_changed_username_is_refused() {
    let (mut center, account) = deployed();
    let user = center.resource(Kind::User, "mary.jane");
    user.properties.insert("Username".to_owned(), "mary.smith".into());
    let mary = Address::new(Kind::User, "mary.jane");
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(
        build(&artifacts, &center.model, &account.inventory),
        Err(PlanError::RenamedUser { address: mary.clone(), before: mary })
    );
}

#[test]
fn a_resource_that_lost_its_old_name_is_not_made_twice() {
    let (mut center, account) = deployed();
    center.resource(Kind::Queue, "consulting").logical_id = "QueueAdvice".to_owned();
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(
        build(&artifacts, &center.model, &account.inventory),
        Err(PlanError::Forgotten {
            address: Address::new(Kind::Queue, "consulting"),
            logical_id: "QueueConsulting".to_owned()
        })
    );
}

#[test]
fn another_flow_for_a_number_is_noted_in_the_stack() {
    let (mut center, mut account) = deployed();
    center.model.associations[0].flow = "builtin/flow/Default outbound".parse().unwrap();
    account.inventory.builtins.insert((Kind::Flow, "Default outbound".to_owned()), "f0".to_owned());
    let made = apply(&center.model, &mut account);
    assert_eq!(made.effective_changes().count(), 1);
    assert_eq!(account.log, ["update kwglobal-numbers", "associate main"]);
    let number = &account.inventory.stacks["kwglobal-numbers"].template["Resources"]["PhoneNumberMain"];
    assert_eq!(number["Metadata"]["Callform"]["Flow"], "builtin/flow/Default outbound");
}

#[test]
fn protection_alone_is_a_change() {
    let (mut center, mut account) = deployed();
    center.resource(Kind::Queue, "consulting").prevent_destroy = true;
    let made = apply(&center.model, &mut account);
    assert_eq!(made.effective_changes().map(|change| change.action).collect::<Vec<_>>(), [Action::Update]);
}

#[test]
fn replaced_flows_are_referred_to_by_their_new_identifier() {
    let (mut center, mut account) = deployed();
    let flow = center.resource(Kind::Flow, "callback");
    flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
    flow.properties.insert("Name".to_owned(), "Please hold".into());
    apply(&center.model, &mut account);
}

/// The error of a plan.
#[track_caller]
fn refused(model: &Model, account: &Account) -> PlanError {
    let (artifacts, _) = render(model, &Placement::of(&account.inventory));
    build(&artifacts, model, &account.inventory).unwrap_err()
}

#[test]
fn a_name_that_is_still_taken_is_refused() {
    let (mut center, account) = deployed();
    let flow = center.resource(Kind::Flow, "callback");
    flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
    let text = refused(&center.model, &account).to_string();
    assert!(text.starts_with("flow/callback has to be made anew"), "{text}");

    // What leaves has its name until the end, and what is renamed may have it.
    for goes in [true, false] {
        let mut center = kwglobal();
        center.queue("sales", &[]);
        let mut account = Account::empty();
        apply(&center.model, &mut account);
        center.queue("orders", &[]);
        center.resource(Kind::Queue, "orders").properties.insert("Name".to_owned(), "sales".into());
        if goes {
            center.model.resources.shift_remove(&Address::new(Kind::Queue, "sales"));
        } else {
            center.resource(Kind::Queue, "sales").properties.insert("Name".to_owned(), "Sales and more".into());
        }
        let [address, by] = ["orders", "sales"].map(|name| Address::new(Kind::Queue, name));
        let taken = PlanError::NameTaken { address, name: "sales".to_owned(), by: Some(by) };
        assert_eq!(refused(&center.model, &account), taken);
    }
}

#[test]
fn renamed_keys_are_no_changes() {
    let (mut center, mut account) = deployed();
    let mut resource = center.model.resources.shift_remove(&Address::new(Kind::QuickConnect, "management")).unwrap();
    resource.address.name = "boss".to_owned();
    center.model.resources.insert(resource.address.clone(), resource);
    for queue in ["consulting", "customer_service"] {
        let Value::List(items) = &mut center.resource(Kind::Queue, queue).properties["QuickConnectArns"] else {
            panic!("a list")
        };
        items[1] = arn(Kind::QuickConnect, "boss");
    }
    let made = apply(&center.model, &mut account);
    assert!(made.is_empty());
    let renamed = made.changes.iter().find(|change| change.renamed_from.is_some()).unwrap();
    assert_eq!(renamed.address.to_string(), "quick_connect/boss");
}

#[test]
fn a_renamed_member_of_a_circle_is_no_difference_between_two_blueprints() {
    let (before, mut center) = (kwglobal(), kwglobal());
    let mut resource = center.model.resources.shift_remove(&Address::new(Kind::QuickConnect, "consulting")).unwrap();
    resource.address.name = "advice".to_owned();
    center.model.resources.insert(resource.address.clone(), resource);
    let Value::List(items) = &mut center.resource(Kind::Queue, "customer_service").properties["QuickConnectArns"]
    else {
        panic!("a list")
    };
    items[0] = arn(Kind::QuickConnect, "advice");
    let (old, new) = (offline(&before), offline(&center));
    assert!(json!(new.stacks[2].parameters.keys().collect::<Vec<_>>()).to_string().contains("QuickConnectIds"));
    assert_eq!(lines(&compare(side(&before, &old), side(&center, &new))), [""; 0]);
}

#[test]
fn removed_resources_are_deleted_and_retained_ones_kept() {
    let (mut center, mut account) = deployed();
    center.model.resources.shift_remove(&Address::new(Kind::Table, "vanity_numbers"));
    center.model.resources.shift_remove(&Address::new(Kind::Role, "vanity"));
    let made = apply(&center.model, &mut account);
    assert_eq!(lines(&made), ["Delete role/vanity", "Retain table/vanity_numbers"]);
}

#[test]
fn a_flow_that_answers_a_number_is_deleted_after_the_number_has_another() {
    let (mut center, mut account) = deployed();
    center.model.resources.shift_remove(&Address::new(Kind::Flow, "main_menu"));
    center.flow("callback", "CUSTOMER_QUEUE", content("Please hold", &[]));
    center.flow("new_menu", "CONTACT_FLOW", content("Hello", &[]));
    center.model.associations[0].flow = Target::Resource(Address::new(Kind::Flow, "new_menu"));
    let made = apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        ["update kwglobal-numbers", "update kwglobal (transitional)", "associate main", "update kwglobal"]
    );
    assert!(lines(&made).contains(&r#"  Flow: "flow/main_menu" -> "flow/new_menu""#.to_owned()), "{:?}", lines(&made));
}

#[test]
fn a_number_without_a_flow_is_disassociated() {
    let (mut center, mut account) = deployed();
    center.model.associations.clear();
    let made = apply(&center.model, &mut account);
    assert_eq!(lines(&made)[0], "Disassociate phone_number/main");
    assert_eq!(account.log, ["update kwglobal-numbers", "disassociate main"]);
}

#[test]
fn an_association_made_by_hand_is_set_right() {
    let (center, mut account) = deployed();
    for flow in account.inventory.phone_number_flows.values_mut() {
        *flow = "builtin-1".to_owned();
    }
    let made = apply(&center.model, &mut account);
    assert_eq!(
        lines(&made),
        ["Associate phone_number/main", r#"  Flow: "builtin/flow/Default queue transfer" -> "flow/main_menu""#]
    );
    assert_eq!(made.summary().change, 1);
}

#[test]
fn half_made_stacks_are_cleared_away_first() {
    let center = kwglobal();
    let mut account = Account::empty();
    let first = plan(&center.model, &account);
    account.play(&Plan { steps: first.steps[..4].to_vec(), ..first });
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "ROLLBACK_COMPLETE".to_owned();
    account.log.clear();
    let made = apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        ["upload 1", "delete kwglobal", "create kwglobal (transitional)", "update kwglobal", "associate main"]
    );
    let reasons = &made.effective_changes().next().unwrap().reasons;
    assert_eq!(*reasons, [Reason::StackIncomplete]);
}

#[test]
fn an_interrupted_apply_is_taken_up_where_it_stopped() {
    let center = kwglobal();
    let steps = plan(&center.model, &Account::empty()).steps.len();
    for done in 0..=steps {
        let mut account = Account::empty();
        let first = plan(&center.model, &account);
        account.play(&Plan { steps: first.steps[..done].to_vec(), ..first });
        apply(&center.model, &mut account);
    }
}

#[test]
fn a_failed_rollback_is_continued_first() {
    let (mut center, mut account) = deployed();
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "UPDATE_ROLLBACK_FAILED".to_owned();
    center.resource(Kind::Queue, "consulting").properties.insert("MaxContacts".to_owned(), Value::Integer(20));
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["continue rollback kwglobal", "update kwglobal"]);
}

#[test]
fn a_busy_stack_refuses_a_plan() {
    let (center, mut account) = deployed();
    account.inventory.stacks.get_mut("kwglobal").unwrap().status = "UPDATE_IN_PROGRESS".to_owned();
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    let refused = build(&artifacts, &center.model, &account.inventory);
    assert_eq!(refused, Err(PlanError::Busy { stack: "kwglobal".to_owned(), status: "UPDATE_IN_PROGRESS".to_owned() }));
}

#[test]
fn prevented_deletions_refuse_a_plan() {
    let mut center = kwglobal();
    center.resource(Kind::PhoneNumber, "main").prevent_destroy = true;
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    let prevented = |action| Err(PlanError::Prevented { address: Address::new(Kind::PhoneNumber, "main"), action });
    assert_eq!(destroy("kwglobal", "us-west-2", &account.inventory), prevented(Action::Delete));
    center.resource(Kind::PhoneNumber, "main").properties.insert("Type".to_owned(), "TOLL_FREE".into());
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(build(&artifacts, &center.model, &account.inventory), prevented(Action::Replace));
}

#[test]
fn tags_alone_update_the_stacks() {
    let (mut center, mut account) = deployed();
    center.model.tags.insert("owner".to_owned(), "support".to_owned());
    let made = apply(&center.model, &mut account);
    assert_eq!(made.stack_changes.len(), 3);
    assert_eq!(made.stack_changes[0].properties[0].path, "Tags[owner]");
    assert_eq!(account.log, ["update kwglobal-instance", "update kwglobal-numbers", "update kwglobal"]);
}

#[test]
fn destroy_keeps_the_protected_instance_and_says_so() {
    let (_, mut account) = deployed();
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    account.play(&made);
    assert_eq!(account.log, ["disassociate main", "delete kwglobal", "delete kwglobal-numbers"]);
    let retained: Vec<String> = made
        .changes
        .iter()
        .filter(|change| change.action == Action::Retain)
        .map(|change| change.address.to_string())
        .collect();
    assert_eq!(retained, ["table/vanity_numbers", "instance/kwglobal"]);
    assert_eq!(account.inventory.stacks.len(), 1);
}

#[test]
fn several_stacks_are_made_in_waves_and_taken_down_in_reverse() {
    let center = large(300, 700);
    let mut account = Account::with_instance();
    apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        [
            "create large-numbers",
            "create large (transitional)",
            "create large-2",
            "update large",
            "create large-3",
            "create large-4"
        ]
    );
    account.log.clear();
    account.tearing_down = true;
    let made = destroy("large", "us-west-2", &account.inventory).unwrap();
    account.play(&made);
    assert_eq!(
        account.log,
        ["delete large-3", "delete large-4", "delete large-2", "delete large", "delete large-numbers"]
    );
}

#[test]
fn saved_plans_read_back() {
    let made = plan(&kwglobal().model, &Account::empty());
    assert_eq!(SavedPlan::read(&saved(&made)).unwrap().plan, made);
    let other = saved(&made).replacen("\"format_version\": 2", "\"format_version\": 3", 1);
    assert!(matches!(SavedPlan::read(&other), Err(PlanFileError::OtherFormat { found: 3 })));
}

#[test]
fn a_secret_somebody_wrote_into_a_template_is_neither_in_the_plan_nor_saved() {
    let (mut center, mut account) = deployed();
    let secret = Value::Secret("{{resolve:secretsmanager:kwglobal/mary}}".to_owned());
    center.resource(Kind::User, "mary.jane").properties.insert("Password".to_owned(), secret);
    let stack = account.inventory.stacks.get_mut("kwglobal").unwrap();
    stack.template["Resources"]["UserMaryJane"]["Properties"]["Password"] = json!("hunter2");
    let made = plan(&center.model, &account);
    let lines = lines(&made);
    assert!(lines.iter().any(|line| line.starts_with("  Password: \"(secret)\" -> ")), "{lines:?}");
    assert!(!saved(&made).contains("hunter2"));

    let Some(Step::Stacks(operations)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let mut operation = operations[0].clone();
    operation.template["Resources"]["UserMaryJane"]["Properties"]["Password"] = json!("hunter2");
    let held = Plan { steps: vec![Step::Stacks(vec![operation])], ..made };
    let refused = SavedPlan::new(held, "x.yaml", Vec::new()).text().unwrap_err().to_string();
    assert!(
        refused.contains("Resources/UserMaryJane/Properties/Password") && !refused.contains("hunter2"),
        "{refused}"
    );
}

#[test]
fn the_base_says_what_moved() {
    let (center, mut account) = deployed();
    let made = plan(&center.model, &account);
    assert_eq!(made.base.moved(&account.inventory), [""; 0]);
    let number = account.inventory.stacks["kwglobal-numbers"].physical_ids["PhoneNumberMain"].clone();
    let stack = account.inventory.stacks.get_mut("kwglobal").unwrap();
    stack.parameters.insert("QuickConnectIds".to_owned(), "x".to_owned());
    stack.template["Resources"]["QueueConsulting"]["Properties"]["MaxContacts"] = json!(7);
    stack.tags.insert("owner".to_owned(), "support".to_owned());
    stack.status = "UPDATE_ROLLBACK_FAILED".to_owned();
    for flow in account.inventory.phone_number_flows.values_mut() {
        *flow = "other".to_owned();
    }
    assert!(account.inventory.phone_number_flows.keys().any(|key| number.ends_with(key)));
    account.inventory.stacks.remove("kwglobal-instance");
    assert_eq!(
        made.base.moved(&account.inventory),
        [
            "the stack kwglobal is UPDATE_ROLLBACK_FAILED now, and was UPDATE_COMPLETE",
            "queue consulting of the stack kwglobal was changed",
            "the parameter QuickConnectIds of the stack kwglobal was changed",
            "the tag owner of the stack kwglobal was added",
            "the stack kwglobal-instance was deleted",
            "phone number main is answered by other now",
        ]
    );
}

#[test]
fn what_nobody_refers_to_makes_no_plan_stale() {
    let (center, mut account) = deployed();
    let made = plan(&center.model, &account);
    account.inventory.builtins.insert((Kind::Flow, "Made by hand".to_owned()), "x".to_owned());
    assert_eq!(made.base.moved(&account.inventory), [""; 0]);
}

/// A center whose stacks are as small as a test needs: each resource is put into one of three stacks.
fn scattered(center: &Center, stacks: &[usize]) -> Placement {
    let names = ["small", "small-2", "small-3"];
    let ids = center.model.resources.values().map(|resource| resource.logical_id.clone());
    let stacks = ids.zip(stacks.iter().cycle()).map(|(id, stack)| (id, names[stack % 3].to_owned())).collect();
    Placement { stacks, ..Placement::default() }
}

fn small(queues: &[Vec<usize>], flows: &[Vec<usize>]) -> Center {
    let mut center = large(5, 3);
    center.model.center = "small".to_owned();
    center.model.instance = Instance::Existing("small".to_owned());
    for (number, quick_connects) in queues.iter().enumerate() {
        let names: Vec<String> = quick_connects.iter().map(|to| format!("q{to:04}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        center.queue(&format!("q{number:04}"), &names);
    }
    for (number, targets) in flows.iter().enumerate() {
        let names: Vec<String> = targets.iter().filter(|to| **to < flows.len()).map(|to| format!("f{to}")).collect();
        let targets: Vec<(Kind, &str)> = names.iter().map(|name| (Kind::Flow, name.as_str())).collect();
        center.flow(&format!("f{number}"), "CONTACT_FLOW", content("Hello", &targets));
    }
    if !flows.is_empty() {
        center.model.associations.push(Association {
            phone_number: Address::new(Kind::PhoneNumber, "main"),
            flow: Target::Resource(Address::new(Kind::Flow, format!("f{}", flows.len() - 1))),
            span: center.model.resources[0].span,
        });
    }
    center
}

/// Physical ids by logical ID.
fn physical_ids(account: &Account) -> std::collections::BTreeMap<String, String> {
    account.inventory.stacks.values().flat_map(|stack| stack.physical_ids.clone()).collect()
}

fn offline(center: &Center) -> crate::render::Artifacts {
    render(&center.model, &Placement::default()).0
}

fn side<'a>(center: &'a Center, artifacts: &'a crate::render::Artifacts) -> Side<'a> {
    Side { model: &center.model, artifacts }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// From any center to any other, wherever the resources lie: no step needs what is not there, and at the end
    /// nothing is left to do.
    #[test]
    fn every_way_from_one_center_to_another_works(
        first in (prop::collection::vec(prop::collection::vec(0_usize..5, 0..3), 0..5),
                  prop::collection::vec(prop::collection::vec(0_usize..4, 0..3), 0..4)),
        second in (prop::collection::vec(prop::collection::vec(0_usize..5, 0..3), 0..5),
                   prop::collection::vec(prop::collection::vec(0_usize..4, 0..3), 0..4)),
        stacks in prop::collection::vec(0_usize..3, 1..12),
        renamed in prop::option::of(0_usize..4),
    ) {
        let before = small(&first.0, &first.1);
        let mut account = Account::with_instance();
        let (artifacts, _) = render(&before.model, &scattered(&before, &stacks));
        let made = build(&artifacts, &before.model, &account.inventory).unwrap();
        account.play(&made);
        prop_assert!(plan(&before.model, &account).is_empty());

        let mut after = small(&second.0, &second.1);
        if let Some(number) = renamed.filter(|number| *number < second.1.len()) {
            let flow = after.resource(Kind::Flow, &format!("f{number}"));
            flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
            flow.properties.insert("Name".to_owned(), "Please hold".into());
        }
        let ids = physical_ids(&account);
        let made = apply(&after.model, &mut account);
        let replaced: Vec<String> = physical_ids(&account)
            .into_iter()
            .filter(|(logical_id, id)| ids.get(logical_id).is_some_and(|before| before != id))
            .map(|(logical_id, _)| logical_id)
            .collect();
        let mut predicted: Vec<String> =
            made.changes.iter().filter(|change| change.action == Action::Replace).map(|c| c.logical_id.clone()).collect();
        predicted.sort();
        prop_assert_eq!(replaced, predicted);

        let (old, new) = (offline(&before), offline(&after));
        let (old, new) = (side(&before, &old), side(&after, &new));
        prop_assert!(!compare(old, old).has_changes());
        prop_assert!(!compare(new, new).has_changes());
        // Without an account, the same is found as with one.
        prop_assert_eq!(lines(&compare(old, new)), lines(&made));
    }
}

#[test]
fn parameters_say_what_they_stand_for() {
    let made = plan(&kwglobal().model, &Account::empty());
    let Some(Step::Stacks(operations)) = made.steps.get(3) else { panic!("{:#?}", made.steps) };
    let instance = simulator::reference("instance");
    assert_eq!(
        operations[0].parameters["InstanceArn"],
        ParameterValue::Join(vec![Identifier::AfterApply {
            reference: instance,
            stack: "kwglobal-instance".to_owned(),
            logical_id: "InstanceKwglobal".to_owned(),
        }])
    );
    assert_eq!(
        operations[0].parameters["SecurityProfileIds"],
        ParameterValue::Join(vec![Identifier::Lookup("builtin/security_profile/Agent".parse().unwrap())])
    );
    assert_eq!(json!(made.steps[3])["stacks"][0]["parameters"]["ArtifactBucket"], json!("artifact-bucket"));
}

/// A deployment of the days when numbers shared the stack of everything else.
fn deployed_together() -> (Center, Account) {
    let center = kwglobal();
    let mut account = Account::empty();
    let everything = center.model.resources.values().filter(|resource| resource.address.kind != Kind::Instance);
    let stacks = everything.map(|resource| (resource.logical_id.clone(), "kwglobal".to_owned())).collect();
    let (artifacts, _) = render(&center.model, &Placement { stacks, ..Placement::default() });
    account.play(&build(&artifacts, &center.model, &account.inventory).unwrap());
    account.log.clear();
    (center, account)
}

#[test]
fn numbers_stay_in_their_stack_and_new_ones_are_claimed_one_at_a_time_in_another() {
    let (mut center, mut account) = deployed_together();
    let before = physical_ids(&account);
    assert!(plan(&center.model, &account).steps.is_empty());
    for name in ["second", "third"] {
        let number = center.resource(Kind::PhoneNumber, "main").clone();
        let number = crate::model::Resource {
            address: Address::new(Kind::PhoneNumber, name),
            logical_id: format!("PhoneNumber{name}"),
            ..number
        };
        center.model.resources.insert(number.address.clone(), number);
    }
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["create kwglobal-numbers (transitional)", "update kwglobal-numbers"]);
    let after = physical_ids(&account);
    assert!(before.iter().all(|(logical_id, id)| after.get(logical_id) == Some(id)));
    let second = &account.inventory.stacks["kwglobal-numbers"].template["Resources"]["PhoneNumberthird"];
    assert_eq!(second["DependsOn"], json!(["PhoneNumbersecond"]));
}

#[test]
fn what_was_kept_is_imported_before_anything_is_made() {
    let mut center = kwglobal();
    center.resource(Kind::Table, "vanity_numbers").named_by_default = Some("TableName");
    center.resource(Kind::Table, "vanity_numbers").properties.insert("TableName".to_owned(), "kwglobal-v".into());
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    let stack = account.inventory.stacks["kwglobal"].clone();
    let kept = crate::inventory::KeptResource {
        resource_type: "AWS::DynamoDB::Table".to_owned(),
        physical_id: stack.physical_ids["TableVanityNumbers"].clone(),
        definition: Some(stack.template["Resources"]["TableVanityNumbers"]["Properties"].clone()),
    };
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    account.tearing_down = true;
    account.play(&made);
    account.tearing_down = false;
    account.inventory.kept.insert("TableVanityNumbers".to_owned(), kept.clone());
    account.log.clear();
    let again = plan(&center.model, &account);
    let Some(Step::Stacks(first)) = again.steps.get(1) else { panic!("{:#?}", again.steps) };
    assert_eq!((first[0].kind, first[0].stack.as_str()), (OperationKind::Import, "kwglobal"));
    let table = &first[0].template["Resources"]["TableVanityNumbers"];
    assert_eq!(table["Properties"]["TableName"], kept.physical_id.as_str());
    assert_eq!(first[0].imports["TableVanityNumbers"].identifier["TableName"], kept.physical_id);
    apply(&center.model, &mut account);
    assert_eq!(account.inventory.stacks["kwglobal"].physical_ids["TableVanityNumbers"], kept.physical_id);

    // Another key makes it another table, which gets the next name.
    account.inventory.stacks.retain(|name, _| name == "kwglobal-instance");
    account.inventory.phone_number_flows.clear();
    let key = crate::model::Value::Object(
        [("AttributeName".to_owned(), "caller".into()), ("KeyType".to_owned(), "HASH".into())].into_iter().collect(),
    );
    let list = crate::model::Value::List(vec![key]);
    center.resource(Kind::Table, "vanity_numbers").properties.insert("KeySchema".to_owned(), list);
    let other = plan(&center.model, &account);
    assert!(!other.changes.iter().any(|change| change.action == Action::Import));
    let names: Vec<&serde_json::Value> = other
        .steps
        .iter()
        .flat_map(|step| match step {
            Step::Stacks(operations) => operations.as_slice(),
            _ => &[],
        })
        .filter_map(|operation| operation.template.pointer("/Resources/TableVanityNumbers/Properties/TableName"))
        .collect();
    assert!(names.iter().all(|name| name.as_str().unwrap() != kept.physical_id) && !names.is_empty(), "{names:?}");
}

#[test]
fn a_table_without_a_name_gets_none() {
    let (mut center, account) = deployed();
    let table = center.resource(Kind::Table, "vanity_numbers");
    table.named_by_default = Some("TableName");
    table.properties.insert("TableName".to_owned(), "kwglobal-vanity_numbers".into());
    assert!(plan(&center.model, &account).steps.is_empty());
}

#[test]
fn another_instance_is_refused_with_the_way_to_it() {
    let (mut center, mut account) = deployed();
    let instance = Address::new(Kind::Instance, "kwglobal");
    center.resource(Kind::Instance, "kwglobal").properties.insert("InstanceAlias".to_owned(), "other".into());
    let error = refused(&center.model, &account);
    let PlanError::InstanceReplaced { address, properties, inside } = &error else { panic!("{error}") };
    assert_eq!((address, properties.as_slice()), (&instance, ["`InstanceAlias`".to_owned()].as_slice()));
    assert!(*inside > 10, "{inside}");
    assert!(error.help().is_some_and(|help| help.contains("two steps")), "{error}");

    // A comparison without an account says the same of everything in it.
    let before = kwglobal();
    let (old, new) = (offline(&before), offline(&center));
    let made = compare(side(&before, &old), side(&center, &new));
    for change in made.changes.iter().filter(|change| change.resource_type.starts_with("AWS::Connect::")) {
        let expected = if change.address.kind == Kind::PhoneNumber { Action::Update } else { Action::Replace };
        assert_eq!(change.action, expected, "{}", change.address);
    }

    let moved = account.inventory.instance.as_mut().unwrap();
    moved.arn = moved.arn.replace('1', "2");
    let error = refused(&kwglobal().model, &account);
    assert!(matches!(error, PlanError::OtherInstance { .. }), "{error}");
    assert!(error.help().is_some(), "{error}");
}

/// A center with two levels, and groups on both.
fn with_hierarchy(levels: &[&str], groups: &[(&str, Option<&str>)]) -> Center {
    let mut center = kwglobal();
    let names = ["LevelOne", "LevelTwo"].into_iter().zip(levels);
    let named =
        |(level, name): (&'static str, &&str)| (level, crate::render::fixture::object([("Name", (*name).into())]));
    let structure = Value::Object(names.map(named).map(|(level, name)| (level.to_owned(), name)).collect());
    let properties = crate::render::fixture::properties([
        ("InstanceArn", Value::instance_arn()),
        ("UserHierarchyStructure", structure),
    ]);
    center.add(Kind::HierarchyLevels, "levels", properties);
    for (name, parent) in groups {
        let mut properties =
            crate::render::fixture::properties([("InstanceArn", Value::instance_arn()), ("Name", (*name).into())]);
        let parent = parent.map(|parent| ("ParentGroupArn".to_owned(), arn(Kind::HierarchyGroup, parent)));
        properties.extend(parent);
        center.add(Kind::HierarchyGroup, name, properties);
    }
    center
}

#[test]
fn a_level_goes_after_the_groups_on_it() {
    let mut account = Account::empty();
    apply(&with_hierarchy(&["Company", "City"], &[("acme", None), ("oslo", Some("acme"))]).model, &mut account);
    account.log.clear();
    let made = apply(&with_hierarchy(&["Company"], &[("acme", None)]).model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let resources = &first[0].template["Resources"];
    let levels =
        resources.as_object().unwrap().values().find(|one| one["Type"] == "AWS::Connect::UserHierarchyStructure");
    assert_eq!(levels.unwrap()["Properties"]["UserHierarchyStructure"]["LevelTwo"]["Name"], "City");
    assert!(!resources.to_string().contains("group/oslo"), "{resources:#}");
    // Renaming a level need not wait for anything.
    account.log.clear();
    apply(&with_hierarchy(&["Firm"], &[("acme", None)]).model, &mut account);
    assert_eq!(account.log, ["update kwglobal"]);
}

fn with_status(order: i64) -> Center {
    let mut center = kwglobal();
    let properties = crate::render::fixture::properties([
        ("InstanceArn", Value::instance_arn()),
        ("Name", "Lunch".into()),
        ("State", "ENABLED".into()),
        ("DisplayOrder", Value::Integer(order)),
    ]);
    center.add(Kind::AgentStatus, "lunch", properties);
    center.resource(Kind::AgentStatus, "lunch").deletion_policy = crate::model::DeletionPolicy::Retain;
    center
}

#[test]
fn an_agent_status_that_leaves_is_disabled_and_said_to_stay() {
    let mut account = Account::empty();
    apply(&with_status(3).model, &mut account);
    account.log.clear();
    let made = apply(&kwglobal().model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let status = first[0].template["Resources"].as_object().unwrap();
    let status = status.values().find(|one| one["Type"] == "AWS::Connect::AgentStatus").unwrap();
    assert_eq!(status["Properties"]["State"], "DISABLED");
    assert_eq!(status["Properties"].get("DisplayOrder"), None);
    let change = made.effective_changes().find(|change| change.address.kind == Kind::AgentStatus).unwrap();
    assert_eq!((change.action, change.reasons.last()), (Action::Retain, Some(&Reason::CannotBeDeleted)));
}

#[test]
fn an_agent_status_that_is_there_comes_under_management() {
    let (_, mut account) = deployed();
    let arn = format!("{}/agent-state/theirs", account.inventory.instance.as_ref().unwrap().arn);
    let there = crate::inventory::ObservedStatus { arn: arn.clone(), state: "DISABLED".to_owned() };
    account.inventory.agent_statuses.insert("Lunch".to_owned(), there);
    let made = apply(&with_status(4).model, &mut account);
    assert_eq!(lines(&made), ["Import agent_status/lunch"]);
    assert_eq!(account.log, ["import into kwglobal (transitional)", "update kwglobal"]);
    let Step::Stacks(operations) = &made.steps[0] else { panic!("{:#?}", made.steps) };
    let import = operations[0].imports.values().next().unwrap();
    assert_eq!(import.identifier["AgentStatusArn"], arn);
    let status = operations[0].template["Resources"].as_object().unwrap();
    let status = status.values().find(|one| one["Type"] == "AWS::Connect::AgentStatus").unwrap();
    assert_eq!(status["Properties"]["State"], "DISABLED", "as it is");
}
