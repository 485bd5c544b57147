//! Saved plans that somebody edited, here and there.

use proptest::prelude::*;
use serde_json::{Map, Value as Json};

use super::*;
use crate::view::{PlanView, Style, plan_contents, plan_human};

/// What is shown before a saved plan is applied, its fingerprint left out: who edits a plan can make a new one.
fn shown(plan: &Plan) -> String {
    let style = Style { color: false, width: 120 };
    let about = format!("{} {} {:?}", plan.center, plan.region, plan.base.instance);
    format!("{about}\n{}{}", plan_contents(plan, style), plan_human(&PlanView::timeless(plan), style))
}

/// Every place of a document: JSON pointers.
fn places(json: &Json, place: &str, found: &mut Vec<String>) {
    found.push(place.to_owned());
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Json::Array(items) => {
            for (position, item) in items.iter().enumerate() {
                places(item, &format!("{place}/{position}"), found);
            }
        }
        _ => {}
    }
}

/// What somebody could write in a place, as documents that differ from this one.
fn edits(value: &Json) -> Vec<Json> {
    match value {
        Json::Null => vec![Json::from("x"), json!({})],
        Json::Bool(is) => vec![Json::from(!is)],
        Json::Number(number) => vec![Json::from(number.as_i64().unwrap_or_default() + 1), Json::Null],
        Json::String(text) => vec![Json::from(format!("{text}x")), Json::from(""), Json::from("*"), Json::Null],
        Json::Array(items) => {
            let mut all = Vec::new();
            for position in 0..items.len() {
                let mut fewer = items.clone();
                let item = fewer.remove(position);
                all.push(fewer.into());
                let mut more = items.clone();
                more.insert(position, item);
                all.push(more.into());
            }
            all.push(items.iter().cloned().chain([json!({ "Effect": "Allow" })]).collect());
            all
        }
        Json::Object(members) => {
            let mut all: Vec<Json> = members
                .keys()
                .map(|name| {
                    let mut fewer: Map<String, Json> = members.clone();
                    fewer.shift_remove(name);
                    fewer.into()
                })
                .collect();
            let role = json!({ "Type": "AWS::IAM::Role", "Properties": { "RoleName": "x" } });
            for added in [role, json!({ "Ref": "x" }), json!("x")] {
                let mut more = members.clone();
                more.insert("Added".to_owned(), added);
                all.push(more.into());
            }
            all
        }
    }
}

/// Places where an edit changes nothing that is done: files are looked at when a plan is applied and have to have the
/// digest that is in their key; the order of what has no order; what the file says for who opens it.
fn is_harmless(place: &str) -> bool {
    place.contains("/upload/") && place.ends_with("/path")
}

/// A plan without the order of resources inside a template.
fn without_order(json: &Json) -> Json {
    match json {
        Json::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "DependsOn")
            .map(|(name, member)| (name.clone(), without_order(member)))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(items) => items.iter().map(without_order).collect(),
        other => other.clone(),
    }
}

/// The operations of a plan that a later step completes.
fn on_the_way(plan: &mut Json) -> impl Iterator<Item = &mut Json> {
    let steps = plan.get_mut("steps").and_then(Json::as_array_mut).into_iter().flatten();
    let operations = steps.filter_map(|step| step.get_mut("stacks")?.as_array_mut()).flatten();
    operations.filter(|operation| operation["transitional"] == true)
}

/// A plan without what is made on the way to its end, and without what only tells whether it is stale. The first are the
/// resources and tags of each operation that a later step completes.
fn essence(plan: &Json) -> (Json, Vec<[Json; 2]>) {
    let mut plan = without_order(plan);
    plan["base"]["builtins"] = Json::Null;
    for stack in plan["base"]["stacks"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        stack["status"] = Json::Null;
    }
    let made = on_the_way(&mut plan).map(|one| [one["template"]["Resources"].take(), one["tags"].take()]).collect();
    (plan, made)
}

/// True for an edited plan that does what the other one says: it leaves something out on the way at most, which its last
/// operations make.
fn does_no_more(edited: &Json, original: &Json) -> bool {
    let ((edited, some), (original, all)) = (essence(edited), essence(original));
    let fewer = |some: &Json, all: &Json, same: &dyn Fn(&Json, &Json) -> bool| match (some, all) {
        (Json::Object(some), Json::Object(all)) => {
            some.iter().all(|(name, member)| all.get(name).is_some_and(|other| same(member, other)))
        }
        _ => some == all,
    };
    let equal = |one: &Json, other: &Json| one == other;
    let resource = |one: &Json, other: &Json| {
        let (mut one, mut other) = (one.clone(), other.clone());
        let properties = [&mut one, &mut other].map(|json| json.get_mut("Properties").map_or(Json::Null, Json::take));
        one == other && fewer(&properties[0], &properties[1], &equal)
    };
    let no_more =
        |some: &[Json; 2], all: &[Json; 2]| fewer(&some[0], &all[0], &resource) && fewer(&some[1], &all[1], &equal);
    edited == original && some.len() == all.len() && some.iter().zip(&all).all(|(some, all)| no_more(some, all))
}

/// What is seen of an account when a plan is to be applied: the built-in objects that the plan names.
fn seen(plan: &Plan, account: &Account) -> crate::inventory::Inventory {
    let mut inventory = account.inventory.clone();
    let named = plan.base.builtin_names();
    inventory.builtins.retain(|builtin, _| named.contains(builtin));
    inventory
}

/// How many edits of a plan a run tries: each takes another sample of all of them, which are some thousands.
const TRIED: usize = 120;

/// Edits a plan in places that chance names, and insists that it is refused or shown otherwise.
#[track_caller]
fn edits_are_noticed(plan: &Plan, account: &Account, chosen: &[prop::sample::Index]) {
    let document = json!(plan);
    let original = shown(plan);
    assert_eq!(contradictions(plan, &account.inventory), [""; 0]);
    let mut all = Vec::new();
    places(&document, "", &mut all);
    all.retain(|place| !is_harmless(place));
    assert!(all.len() > TRIED, "{}", all.len());
    let mut silent = Vec::new();
    for chosen in chosen {
        let place = chosen.get(&all);
        let value = document.pointer(place).unwrap();
        for edit in edits(value) {
            let mut edited = document.clone();
            *edited.pointer_mut(place).unwrap() = edit.clone();
            let Ok(edited) = serde_json::from_value::<Plan>(edited) else { continue };
            let inventory = seen(&edited, account);
            // Doing less on the way may fail, and does nothing that is not said.
            let noticed = does_no_more(&json!(edited), &document)
                || !edited.moved(&inventory).is_empty()
                || !contradictions(&edited, &inventory).is_empty()
                || shown(&edited) != original;
            if !noticed {
                silent.push(format!("{place}: {value} -> {edit}"));
            }
        }
    }
    assert!(silent.is_empty(), "{} edits were not noticed:\n{}", silent.len(), silent.join("\n"));
}

fn updated() -> (Center, Account) {
    let (mut center, account) = deployed();
    center.queue("sales", &["customer_service"]);
    let config = crate::render::fixture::object([("QueueArn", arn(Kind::Queue, "sales"))]);
    center.quick_connect("sales", "QUEUE", ("QueueConfig", config));
    let queue = center.resource(Kind::Queue, "customer_service");
    queue.properties.insert("QuickConnectArns".to_owned(), quick_connects(&["sales", "mary"]));
    center.resource(Kind::PhoneNumber, "main").properties.insert("Type".to_owned(), "TOLL_FREE".into());
    center.model.resources.shift_remove(&Address::new(Kind::Role, "vanity"));
    center.model.tags.insert("owner".to_owned(), "support".to_owned());
    (center, account)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1))]

    #[test]
    fn no_edit_of_a_first_plan_goes_unnoticed(chosen in prop::collection::vec(any::<prop::sample::Index>(), TRIED)) {
        let account = Account::empty();
        edits_are_noticed(&plan(&kwglobal().model, &account), &account, &chosen);
    }

    #[test]
    fn no_edit_of_an_update_goes_unnoticed(chosen in prop::collection::vec(any::<prop::sample::Index>(), TRIED)) {
        let (center, account) = updated();
        edits_are_noticed(&plan(&center.model, &account), &account, &chosen);
    }
}

#[test]
fn a_resource_that_is_added_to_a_template_is_refused() {
    let (mut center, account) = deployed();
    center.resource(Kind::Queue, "consulting").properties.insert("MaxContacts".to_owned(), Value::Integer(20));
    let made = plan(&center.model, &account);
    let role = |metadata: Option<Json>| {
        let mut role = json!({ "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } });
        if let Some(metadata) = metadata {
            role["Metadata"] = json!({ "Callform": metadata });
        }
        role
    };
    let added = |definition: Json| {
        let mut edited = made.clone();
        let Some(Step::Stacks(operations)) = edited.steps.last_mut() else { panic!("{:#?}", edited.steps) };
        operations[0].template["Resources"]["RoleAdmin"] = definition;
        contradictions(&edited, &account.inventory)
    };
    assert_eq!(added(role(None)), ["stack kwglobal: nothing says what `RoleAdmin` is in the blueprint"]);
    assert_eq!(
        added(role(Some(json!({ "Address": "role/admin" })))),
        ["role admin of the stack kwglobal would be made, which it does not say"]
    );
    assert_eq!(
        added(role(Some(json!({ "Address": "queue/consulting" })))),
        ["stack kwglobal: `RoleAdmin` is called queue/consulting, and is something else"]
    );
}

#[test]
fn what_comes_and_goes_on_the_way_is_refused() {
    let account = Account::empty();
    let mut made = plan(&kwglobal().model, &account);
    let transitional = made.steps.iter_mut().find_map(|step| {
        let Step::Stacks(operations) = step else { return None };
        operations.iter_mut().find(|operation| operation.transitional && operation.stack == "kwglobal")
    });
    let template = &mut transitional.unwrap().template;
    let mut role = template["Resources"]["RoleVanity"].clone();
    role["Metadata"]["Callform"]["Address"] = json!("role/admin");
    template["Resources"]["RoleAdmin"] = role;
    assert_eq!(
        contradictions(&made, &account.inventory),
        ["stack kwglobal: on the way, `RoleAdmin` would be what it does not say"]
    );
}

#[test]
fn a_saved_plan_that_was_edited_is_refused() {
    let made = plan(&kwglobal().model, &Account::empty());
    let text = saved(&made);
    let edited = text.replacen("MAX_CONTACTS", "", 1).replacen("us-west-2", "us-east-1", 1);
    assert!(matches!(SavedPlan::read(&edited), Err(PlanFileError::Edited)));
    assert_eq!(SavedPlan::read(&text).unwrap().fingerprint().len(), 64);
}

#[test]
fn plans_of_other_purposes_cannot_be_saved_and_applied() {
    let (_, account) = deployed();
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    assert_eq!(contradictions(&made, &account.inventory).len(), 1);
}
