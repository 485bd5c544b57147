//! Names that are taken by something the center does not have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::inventory::Inventory;
use crate::kinds::{Kind, Within};
use crate::model::bare_id;
use crate::plan::{Check, Finding, OperationKind, Plan, Severity};

use super::facts::{Answer, Facts, Holder, Named, Questions};
use super::sides::{Resource, Sides, operations, resources};

/// The property with the name of a type whose names must differ within an instance, as a path. Hierarchy groups have none:
/// only those of one parent must differ (?). Nor have agent statuses, which cannot be deleted: CloudFormation takes one of
/// the same name over.
fn of_instance(resource_type: &str) -> Option<&'static str> {
    let descriptor = Kind::of_type(resource_type)?.descriptor();
    let name = descriptor.name.filter(|name| name.within == Within::Instance)?;
    descriptor.lifetime.is_deletable.then_some(name.path)
}

/// The same of a type whose names must differ within an account, or for buckets in all of AWS, as far as one can ask.
fn of_account(resource_type: &str) -> Option<&'static str> {
    let descriptor = Kind::of_type(resource_type)?.descriptor();
    descriptor.lookup.as_ref()?;
    Some(descriptor.name.filter(|name| name.within == Within::Account)?.path)
}

fn alias(resource_type: &str) -> Option<&'static str> {
    (resource_type == INSTANCE).then_some("/InstanceAlias")
}

const INSTANCE: &str = "AWS::Connect::Instance";

/// Asks what is known by the names that come with the plan.
pub(super) fn ask(sides: &Sides, questions: &mut Questions) {
    let account = questions.account.clone();
    for (resource, _) in new_names(sides, of_instance, &account) {
        questions.objects.insert(resource.kind.to_owned());
    }
    let names = new_names(sides, of_account, &account).into_iter();
    questions.names.extend(names.map(|(resource, name)| (resource.kind.to_owned(), name)));
    questions.instances |= !new_names(sides, alias, &account).is_empty();
}

/// The names that are taken.
pub(super) fn check(plan: &Plan, sides: &Sides, inventory: &Inventory, facts: &Facts) -> Vec<Finding> {
    let own: BTreeSet<&str> =
        inventory.stacks.values().flat_map(|stack| stack.physical_ids.values()).map(|id| bare_id(id)).collect();
    // What comes under management has its name already, and the plan says so.
    let imported: BTreeSet<&str> =
        operations(plan).flat_map(|operation| operation.imports.keys().map(String::as_str)).collect();
    let is_new = |(resource, _): &(Resource, String)| !imported.contains(resource.logical_id);
    let mut findings = Vec::new();
    for (resource, name) in new_names(sides, of_instance, &facts.account).into_iter().filter(is_new) {
        let Some(Ok(objects)) = facts.objects.get(resource.kind) else { continue };
        if let Some(other) =
            objects.iter().find(|other| same(resource.kind, &other.name, &name) && !own.contains(bare_id(&other.id)))
        {
            findings.push(taken(
                &resource,
                format!("the instance has something called `{}` already", other.name),
                advice(&resource, &name),
            ));
        }
    }
    let taken_over = taken_over(plan);
    for (resource, name) in new_names(sides, of_account, &facts.account).into_iter().filter(is_new) {
        match facts.names.get(&(resource.kind.to_owned(), name.clone())) {
            Some(Ok(Holder::Account)) if taken_over.contains(resource.logical_id) => {
                findings.push(comes_back(&resource, &name));
            }
            Some(Ok(Holder::Account | Holder::Other)) => {
                findings.push(taken(&resource, format!("the name `{name}` is taken"), RENAME.to_owned()));
            }
            Some(Ok(Holder::Nobody) | Err(_)) | None => {}
        }
    }
    let known = facts.instances.iter().filter_map(|answer| answer.as_ref().ok()).flatten();
    let known: Vec<&Named> = known.filter(|instance| !own.contains(instance.id.as_str())).collect();
    for (resource, name) in new_names(sides, alias, &facts.account).into_iter().filter(is_new) {
        if known.iter().any(|instance| instance.name == name) {
            let help = format!("take another alias, or use that instance: `instance: {{ existing: {name} }}`");
            findings.push(taken(&resource, format!("there is an instance called `{name}` already"), help));
        }
    }
    findings.extend(unanswered(facts));
    findings
}

const RENAME: &str = "give it another `name:`, or delete what has it";

fn advice(resource: &Resource, name: &str) -> String {
    let kind = Kind::of_type(resource.kind);
    if kind == Some(Kind::User) {
        "give the user another key, or delete the other one".to_owned()
    } else if kind.is_some_and(|kind| kind.descriptor().builtins.is_some()) {
        format!("give it another `name:`, or refer to what is there as `builtin/{name}`")
    } else {
        RENAME.to_owned()
    }
}

fn taken(resource: &Resource, message: String, help: String) -> Finding {
    let addresses = resource.address().into_iter().collect();
    Finding { severity: Severity::Error, check: Check::Name, addresses, message, help: Some(help) }
}

/// Logical IDs of named resources that CloudFormation takes over where they exist: those a stack is created with
/// (`ImportExistingResources`). A managed policy is known by its ARN, which no template names.
fn taken_over(plan: &Plan) -> BTreeSet<&str> {
    let created = operations(plan).filter(|operation| operation.kind == OperationKind::Create);
    let resources = created.flat_map(|operation| resources(&operation.template));
    resources.filter(|resource| has_its_name_for_id(resource.kind)).map(|resource| resource.logical_id).collect()
}

fn has_its_name_for_id(resource_type: &str) -> bool {
    let lookup = Kind::of_type(resource_type).and_then(|kind| kind.descriptor().lookup.as_ref());
    lookup.is_none_or(|lookup| lookup.is_physical_id)
}

fn comes_back(resource: &Resource, name: &str) -> Finding {
    Finding {
        severity: Severity::Warning,
        check: Check::Name,
        addresses: resource.address().into_iter().collect(),
        message: format!("`{name}` exists, and comes under management with what is in it"),
        help: None,
    }
}

/// Resources that come with a name they did not have before.
fn new_names<'a>(
    sides: &Sides<'a>,
    path_of: fn(&str) -> Option<&'static str>,
    account: &str,
) -> Vec<(Resource<'a>, String)> {
    let named = |resource: &Resource| {
        let name = name(resource.properties.pointer(path_of(resource.kind)?)?, account)?;
        Some((resource.logical_id.to_owned(), name))
    };
    let before: BTreeMap<String, String> = sides.before.iter().filter_map(named).collect();
    let after = sides.after.iter().filter_map(|resource| Some((resource.clone(), named(resource)?.1)));
    after.filter(|(resource, name)| before.get(resource.logical_id) != Some(name)).collect()
}

/// A name that is spelled out, but for the account's number.
pub(super) fn name(value: &Value, account: &str) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(members) => {
            let text = members.get("Fn::Sub")?.as_str()?.replace("${AWS::AccountId}", account);
            (!text.contains("${")).then_some(text)
        }
        _ => None,
    }
}

/// Usernames are the same in either case of letters (?).
fn same(kind: &str, one: &str, other: &str) -> bool {
    if Kind::of_type(kind) == Some(Kind::User) { one.eq_ignore_ascii_case(other) } else { one == other }
}

/// What could not be looked at.
fn unanswered(facts: &Facts) -> Vec<Finding> {
    fn reason<T>(answer: &Answer<T>) -> Option<&String> {
        answer.as_ref().err()
    }
    let objects = facts.objects.values().filter_map(reason);
    let names = facts.names.values().filter_map(reason);
    let instances = facts.instances.iter().filter_map(reason);
    let reasons: BTreeSet<&String> = objects.chain(names).chain(instances).collect();
    let note = |reason: &String| Finding {
        severity: Severity::Note,
        check: Check::Name,
        addresses: Vec::new(),
        message: format!("whether names are taken is not known: {reason}"),
        help: None,
    };
    reasons.into_iter().map(note).collect()
}
