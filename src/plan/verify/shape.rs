//! The form of a plan's operations: templates that have nothing in them but what Callform writes.

use std::collections::BTreeSet;

use callform_aws::Repair;
use serde_json::{Map, Value as Json, json};

use crate::inventory::SETTINGS_NOTE;
use crate::model::{Address, Kind};
use crate::plan::{OperationKind, Plan, RepairOf, StackOperation, Step};
use crate::render::AS_FOUND;
use crate::render::{ARTIFACT_BUCKET, METADATA_VERSION, declared};

/// Members of a template, of a resource, and of what Callform notes with either.
const TEMPLATE: [&str; 5] = ["AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources"];
const RESOURCE: [&str; 6] = ["Type", "DependsOn", "Properties", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];
const NOTES: [&str; 5] = ["Version", "Center", "Environment", "Digest", "Transitional"];
const NOTES_OF_RESOURCE: [&str; 6] = ["Address", "Flow", "PreventDestroy", "Digests", AS_FOUND, SETTINGS_NOTE];
const POLICIES: [&str; 3] = ["Delete", "Retain", "RetainExceptOnCreate"];

/// What is in the steps that no plan has.
pub(super) fn check(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for step in &plan.steps {
        match step {
            Step::Upload(assets) => {
                for asset in assets {
                    let name = asset.key.rsplit('/').next().unwrap_or(&asset.key);
                    let digest = name.split('.').next().unwrap_or(name);
                    if digest != asset.sha256 {
                        found.push(format!("`{}` would be uploaded under the name of something else", asset.path));
                    }
                }
            }
            Step::Stacks(operations) => {
                let names: BTreeSet<&str> = operations.iter().map(|one| one.stack.as_str()).collect();
                if names.len() < operations.len() {
                    found.push("it would do two things at once with a stack".to_owned());
                }
                found.extend(operations.iter().flat_map(|one| operation(plan, one)));
            }
            // Only `reconcile` has other calls, and its plans are not saved. Which settings these are is looked at later.
            Step::Repair(calls) => {
                let is_setting = |one: &RepairOf| matches!(one.call, Repair::UpdateInstanceAttribute { .. });
                if !calls.iter().all(is_setting) {
                    found.push("it would take back what no plan of a blueprint does".to_owned());
                }
            }
            Step::ContinueRollback(_) | Step::Associate(_) => {}
        }
    }
    found
}

fn operation(plan: &Plan, operation: &StackOperation) -> Vec<String> {
    let stack = &operation.stack;
    let mut found = Vec::new();
    if !crate::observe::belongs(stack, &plan.center) {
        found.push(format!("the stack {stack} is none of the center's"));
    }
    match operation.kind {
        OperationKind::Delete if *operation == StackOperation::delete(stack) => {}
        OperationKind::Delete | OperationKind::RevertDrift => {
            found.push(format!("stack {stack}: no plan has such an operation"));
        }
        OperationKind::Create | OperationKind::Update | OperationKind::Import => {
            found.extend(Template { plan, operation }.check().into_iter().map(|what| format!("stack {stack}: {what}")));
        }
    }
    found
}

struct Template<'a> {
    plan: &'a Plan,
    operation: &'a StackOperation,
}

impl Template<'_> {
    fn check(&self) -> Vec<String> {
        let Some(template) = self.operation.template.as_object() else { return vec!["it has no template".to_owned()] };
        let mut found = foreign("the template", template, &TEMPLATE);
        if template.get("AWSTemplateFormatVersion") != Some(&json!("2010-09-09"))
            || template.get("Description")
                != Some(&json!(format!("Contact center {}, made by Callform", self.plan.center)))
            || !self.has_right_notes(template.get("Metadata"))
        {
            found.push("its template is not of this plan".to_owned());
        }
        found.extend(self.parameters(template.get("Parameters")));
        let resources = template.get("Resources").and_then(Json::as_object);
        if resources.is_none_or(Map::is_empty) {
            found.push("its template has no resources".to_owned());
        }
        for (logical_id, definition) in resources.into_iter().flatten() {
            let others = |name: &str| resources.is_some_and(|resources| resources.contains_key(name));
            found.extend(resource(logical_id, definition, others));
        }
        let stranger = self.operation.imports.keys().find(|id| resources.is_none_or(|all| !all.contains_key(*id)));
        found.extend(stranger.map(|id| format!("it would import `{id}`, which its template does not have")));
        if (self.operation.kind == OperationKind::Import) == self.operation.imports.is_empty() {
            found.push("it imports, and says nothing of it".to_owned());
        }
        found
    }

    /// A template of an earlier apply may have another digest: it is what an import begins with.
    fn has_right_notes(&self, metadata: Option<&Json>) -> bool {
        let Some(metadata) = metadata.and_then(Json::as_object) else { return false };
        let Some(notes) = metadata.get("Callform").and_then(Json::as_object) else { return false };
        let environment = notes.get("Environment").and_then(Json::as_str);
        metadata.len() == 1
            && foreign("", notes, &NOTES).is_empty()
            && notes.get("Center").and_then(Json::as_str) == Some(self.plan.center.as_str())
            && environment == self.plan.environment.as_deref()
            && notes.get("Version") == Some(&json!(METADATA_VERSION))
            && (notes.get("Digest") == Some(&json!(self.plan.digest)) || self.operation.kind == OperationKind::Import)
            && notes.get("Transitional").is_none_or(|is| *is == json!(true) && self.operation.transitional)
    }

    fn parameters(&self, section: Option<&Json>) -> Vec<String> {
        let section = section.and_then(Json::as_object).into_iter().flatten();
        let mut found = Vec::new();
        let mut names = BTreeSet::new();
        for (name, parameter) in section {
            names.insert(name);
            if *parameter != declared(name) {
                found.push(format!("the parameter {name} is not as Callform declares it"));
            }
        }
        let given: BTreeSet<&String> = self.operation.parameters.keys().collect();
        if names != given {
            found.push("its parameters are not those of its template".to_owned());
        }
        let bucket = |value: &crate::plan::ParameterValue| *value == crate::plan::ParameterValue::ArtifactBucket;
        if self.operation.parameters.iter().any(|(name, value)| bucket(value) && name != ARTIFACT_BUCKET) {
            found.push("the artifact bucket stands for something else".to_owned());
        }
        found
    }
}

fn resource(logical_id: &str, definition: &Json, others: impl Fn(&str) -> bool) -> Vec<String> {
    let Some(members) = definition.as_object() else { return vec![format!("`{logical_id}` is no resource")] };
    let mut found = foreign(&format!("`{logical_id}`"), members, &RESOURCE);
    let metadata = members.get("Metadata").and_then(Json::as_object).filter(|metadata| metadata.len() == 1);
    let notes = metadata.and_then(|metadata| metadata.get("Callform")).and_then(Json::as_object);
    let address: Option<Address> = notes.and_then(|notes| notes.get("Address")?.as_str()?.parse().ok());
    match &address {
        None => found.push(format!("nothing says what `{logical_id}` is in the blueprint")),
        // Further resources say their own types.
        Some(Address { kind: Kind::Resource, .. }) => {}
        Some(address) if members.get("Type") != Some(&json!(address.kind.resource_type())) => {
            found.push(format!("`{logical_id}` is called {address}, and is something else"));
        }
        Some(_) => {}
    }
    found.extend(notes.into_iter().flat_map(|notes| foreign(&format!("`{logical_id}`"), notes, &NOTES_OF_RESOURCE)));
    let notes = |name: &str| notes.and_then(|notes| notes.get(name));
    let odd = notes("Flow")
        .is_some_and(|flow| flow.as_str().is_none_or(|flow| flow.parse::<crate::model::Target>().is_err()))
        || notes("PreventDestroy").is_some_and(|prevents| *prevents != json!(true))
        || notes(SETTINGS_NOTE).is_some_and(|it| it.as_object().is_none_or(|it| !it.values().all(Json::is_boolean)))
        || notes("Digests").is_some_and(|digests| !digests.is_object())
        || members.get("Properties").is_some_and(|properties| !properties.is_object())
        || ["DeletionPolicy", "UpdateReplacePolicy"].iter().any(|name| {
            members.get(*name).is_some_and(|policy| policy.as_str().is_none_or(|policy| !POLICIES.contains(&policy)))
        });
    if odd {
        found.push(format!("`{logical_id}` is not as Callform writes resources"));
    }
    let depends_on = match members.get("DependsOn") {
        None => &[],
        Some(Json::Array(items)) => items.as_slice(),
        Some(other) => std::slice::from_ref(other),
    };
    if depends_on.iter().any(|item| item.as_str().is_none_or(|name| name == logical_id || !others(name))) {
        found.push(format!("`{logical_id}` depends on what is not in the template"));
    }
    found
}

/// Members that are none of these.
fn foreign(what: &str, members: &Map<String, Json>, known: &[&str]) -> Vec<String> {
    let strangers = members.keys().filter(|name| !known.contains(&name.as_str()));
    strangers.map(|name| format!("{what} has a member `{name}`, which no plan writes")).collect()
}
