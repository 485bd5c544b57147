//! The deployed template with what was added by hand.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::FlowType;
use serde_json::{Map, Value as Json, json};

use super::parameters::{Renewed, Slot};
use super::{deleted, of_stack};
use crate::drift::filled_in;
use crate::drift::unfinished::noted;
use crate::drift::{Addition, DriftReport, DriftStatus};
use crate::inventory::DeployedStack;
use crate::kinds::Kind;

/// What a stack's template becomes so that CloudFormation learns of additions.
pub(super) struct Learned<'a> {
    pub(super) stack: &'a DeployedStack,
    /// The template with additions; none where the deployed one will do.
    pub(super) template: Option<Json>,
    /// Other stacks that have to be done first: something is made anew here that cannot do without what is made anew
    /// there.
    pub(super) needs: BTreeSet<String>,
    /// True where the deployed template has to follow.
    pub(super) takes_away: bool,
    /// The deployed template with the properties that cannot be taken away.
    pub(super) with_defaults: Option<Json>,
    /// False where nothing but the end of an interrupted revert is left to do.
    pub(super) drifted: bool,
}

/// The templates of a stack that drifted, or whose revert was interrupted; none for others. `stack` is as it is meant,
/// `deployed` as an interrupted revert left it; `formerly` has the physical ids of what is or was made anew.
pub(super) fn learned<'a>(
    stack: &'a DeployedStack,
    deployed: &DeployedStack,
    report: &DriftReport,
    renewed: &Renewed,
    formerly: &BTreeMap<String, Vec<String>>,
) -> Option<Learned<'a>> {
    let mut drifted = of_stack(report, &stack.name);
    // What is beside a template is nothing to CloudFormation.
    drifted.retain(|one| one.status == DriftStatus::Deleted || one.differences.len() > one.repairs.len());
    let unfinished = report.unfinished.contains(&stack.name);
    if drifted.is_empty() && !unfinished {
        return None;
    }
    let mut template = stack.template.clone();
    let mut with_defaults = stack.template.clone();
    for (logical_id, path, default) in defaults_left(stack, deployed) {
        for template in [&mut template, &mut with_defaults] {
            add(properties(template, &logical_id), &path, &default);
        }
    }
    let mut takes_away = false;
    for resource in &drifted {
        if let Some(schema) = callform_schemas::get(&resource.resource_type)
            && let Some(property) = &schema.tag_property
        {
            for key in &resource.stack_tags {
                // CloudFormation need not know that a tag of the stack is gone.
                let tag = json!({ "Key": key, "Value": stack.tags.get(key) });
                takes_away = true;
                add_tag(properties(&mut template, &resource.logical_id), property, tag);
            }
        }
        for addition in &resource.additions {
            let default = default_of(&resource.resource_type, addition);
            takes_away |= default.is_none();
            if let Some(default) = &default {
                add(properties(&mut with_defaults, &resource.logical_id), &addition.path, default);
            }
            let value = default.as_ref().unwrap_or(&addition.value);
            add(properties(&mut template, &resource.logical_id), &addition.path, value);
        }
    }
    let (slots, made_anew) = (renewed.slots(stack), deleted(&drifted));
    leave_out(&mut template, &slots, &made_anew);
    let mut needed = BTreeSet::new();
    for logical_id in made_anew {
        if let Some(properties) = properties(&mut template, logical_id) {
            needed.extend(slots.iter().filter(|slot| properties.values().any(|value| mentions(value, slot))).cloned());
        }
    }
    let is_renewed = drifted.iter().any(|one| formerly.contains_key(&one.logical_id));
    let with_defaults = (with_defaults != stack.template).then(|| noted(with_defaults, &stack.template, formerly));
    let template = noted(template, &stack.template, formerly);
    Some(Learned {
        stack,
        needs: renewed.stacks_of(stack, &needed),
        takes_away: takes_away || unfinished || is_renewed,
        with_defaults,
        template: (template != deployed.template).then_some(template),
        drifted: !drifted.is_empty(),
    })
}

/// What an interrupted revert set to what AWS fills in, and has not taken out of the template yet: logical ID, path and
/// value.
fn defaults_left(stack: &DeployedStack, deployed: &DeployedStack) -> Vec<(String, Vec<String>, Json)> {
    let mut left = Vec::new();
    let resources = deployed.template.get("Resources").and_then(Json::as_object);
    for (logical_id, resource) in resources.into_iter().flatten() {
        for path in not_removable(resource.get("Type").and_then(Json::as_str).unwrap_or_default()) {
            let value =
                |template: &Json| template.pointer(&format!("/Resources/{logical_id}/Properties/{path}")).cloned();
            if value(&stack.template).is_none()
                && let Some(value) = value(&deployed.template)
            {
                left.push((logical_id.clone(), path.split('/').map(str::to_owned).collect(), value));
            }
        }
    }
    left
}

fn add_tag(properties: Option<&mut Map<String, Json>>, property: &str, tag: Json) {
    let tags = properties.map(|properties| properties.entry(property).or_insert_with(|| json!([])));
    if let Some(Json::Array(tags)) = tags {
        tags.push(tag);
    }
}

/// Properties that a resource's handler cannot take away: the service has no call for it.
fn not_removable(resource_type: &str) -> &'static [&'static str] {
    Kind::of_type(resource_type).map_or(&[], |kind| kind.descriptor().drift.not_removable)
}

fn default_of(resource_type: &str, addition: &Addition) -> Option<Json> {
    let path = addition.path.join("/");
    let is_fixed = not_removable(resource_type).contains(&path.as_str());
    let rule = filled_in::rules(resource_type).iter().find(|(of, _)| is_fixed && *of == path)?;
    rule.1.value()
}

fn properties<'a>(template: &'a mut Json, logical_id: &str) -> Option<&'a mut Map<String, Json>> {
    let resource = template.get_mut("Resources")?.get_mut(logical_id)?.as_object_mut()?;
    resource.entry("Properties").or_insert_with(|| json!({})).as_object_mut()
}

/// Puts a value in. A list of tags is added to the tags that are there; every other list stands for the whole one.
fn add(properties: Option<&mut Map<String, Json>>, path: &[String], value: &Json) {
    let (Some(properties), Some((first, rest))) = (properties, path.split_first()) else { return };
    if !rest.is_empty() {
        return add(properties.get_mut(first).and_then(Json::as_object_mut), rest, value);
    }
    match (properties.get_mut(first), value) {
        (Some(Json::Array(tags)), Json::Array(added)) if first == "Tags" => tags.extend(added.iter().cloned()),
        _ => {
            properties.insert(first.clone(), value.clone());
        }
    }
}

/// Leaves out references to identifiers that are no longer: items of lists, and of what is made anew the content of
/// flows and everything that is optional. The deployed template, with the new identifiers, brings them back.
fn leave_out(template: &mut Json, slots: &BTreeSet<Slot>, made_anew: &BTreeSet<&str>) {
    if slots.is_empty() {
        return;
    }
    let resources = template.get_mut("Resources").and_then(Json::as_object_mut);
    for (logical_id, resource) in resources.into_iter().flatten() {
        let required: &[String] = resource
            .get("Type")
            .and_then(Json::as_str)
            .and_then(callform_schemas::get)
            .map_or(&[], |schema| schema.required.as_slice());
        let Some(Json::Object(properties)) = resource.get_mut("Properties") else { continue };
        for value in properties.values_mut() {
            if let Json::Array(items) = value {
                items.retain(|item| !mentions_any(item, slots));
            }
        }
        if made_anew.contains(logical_id.as_str()) {
            properties.retain(|name, value| required.contains(name) || !mentions_any(value, slots));
            if properties.get("Content").is_some_and(|content| mentions_any(content, slots)) {
                // A flow module has no type.
                let name = properties.get("Type").and_then(Json::as_str);
                let flow_type = FlowType::ALL.into_iter().find(|one| Some(one.api_name()) == name);
                let stub = callform_flow::compile::stub(flow_type.unwrap_or(FlowType::Module));
                properties.insert("Content".to_owned(), json!(stub.to_json().to_string()));
            }
        }
    }
}

fn mentions_any(value: &Json, slots: &BTreeSet<Slot>) -> bool {
    slots.iter().any(|slot| mentions(value, slot))
}

fn mentions(value: &Json, slot: &Slot) -> bool {
    match value {
        Json::Array(items) => items.iter().any(|item| mentions(item, slot)),
        Json::Object(members) => {
            selected(members).is_some_and(|selected| selected == *slot)
                || members.values().any(|member| mentions(member, slot))
        }
        _ => false,
    }
}

/// The place in a packed parameter that an expression selects.
fn selected(members: &Map<String, Json>) -> Option<Slot> {
    let [index, list] = members.get("Fn::Select")?.as_array()?.as_slice() else { return None };
    let position = match index {
        Json::String(text) => text.parse().ok()?,
        other => usize::try_from(other.as_u64()?).ok()?,
    };
    Some((list.get("Ref")?.as_str()?.to_owned(), position))
}
