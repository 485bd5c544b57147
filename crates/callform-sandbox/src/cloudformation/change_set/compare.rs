//! What an operation would do to each resource.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::detail::{self, Causes, Detail};
use super::planned::{Comparer, Fate, Planned, Rules};
use crate::cloudformation::preparation::Prepared;
use crate::cloudformation::state::difference::{self, Difference};
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::native::Native;
use crate::cloudformation::state::properties::with_stack_tags;
use crate::cloudformation::state::{self, Stack, StackResource};
use crate::cloudformation::template::evaluation::Definition;
use crate::cloudformation::template::scope::Scope;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::input::shown;

/// What would be done to a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// `Add`, `Modify`, `Remove`, `Import` or `SyncWithActual`.
    pub(crate) action: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// `True`, `False` or `Conditional`; only for `Modify`.
    pub(crate) replacement: Option<String>,
    pub(crate) policy_action: Option<String>,
    pub(crate) scope: Vec<String>,
    pub(crate) details: Vec<Detail>,
    /// The resource before and after, with its properties.
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
    /// Only where live resources were looked at.
    pub(crate) drift: Option<ResourceDrift>,
}

/// How a resource differs from what was last deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceDrift {
    /// `IN_SYNC`, `MODIFIED` or `DELETED`.
    pub(crate) status: String,
    /// Paths of properties that cannot be compared.
    pub(crate) ignored: Vec<String>,
    /// The resource as it was last deployed.
    pub(crate) deployed: Value,
}

/// What an operation would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) changes: Vec<Change>,
    /// Outputs or tags would change.
    pub(crate) changes_stack: bool,
    /// Some resource differs from what was last deployed.
    pub(crate) drifted: bool,
}

impl Comparison {
    /// True where there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty() && !self.changes_stack
    }
}

/// Works out what it would do to make a stack what a request says.
pub(crate) fn compare(
    environment: &Environment,
    registry: &HandlerRegistry,
    stack: &Stack,
    prepared: &Prepared,
    rules: Rules,
) -> Result<Comparison, AwsError> {
    let resources = state::resources(environment.tx, &stack.id)?;
    let existing: BTreeMap<String, StackResource> = resources
        .into_iter()
        .filter(StackResource::exists)
        .map(|resource| (resource.definition.logical_id.clone(), resource))
        .collect();
    let live = Live { environment, registry, stack };
    let planned = Planned { live, existing: &existing, imports: rules.imports, fates: RefCell::default() };
    let old = &stack.settings.template;
    let old_template = if old.is_empty() { None } else { Some(state::template(environment.tx, &stack.id, old)?) };
    let comparer = Comparer { planned, stack, prepared, old_template, rules };
    let mut comparison = Comparison { changes_stack: changes_stack(stack, prepared), ..Comparison::default() };
    let mut definitions: Vec<&Definition> = prepared.evaluation.resources.iter().collect();
    definitions.sort_by_key(|definition| definition.level);
    let mut changes = BTreeMap::new();
    for definition in definitions {
        if let Some(change) = comparer.change(definition, &mut comparison.drifted)? {
            changes.insert(definition.logical_id.as_str(), change);
        }
    }
    let wanted: BTreeSet<&str> =
        prepared.evaluation.resources.iter().map(|definition| definition.logical_id.as_str()).collect();
    for definition in &prepared.evaluation.resources {
        comparison.changes.extend(changes.remove(definition.logical_id.as_str()));
    }
    for (logical_id, resource) in &existing {
        if !wanted.contains(logical_id.as_str()) {
            comparison.changes.push(removal(resource));
        }
    }
    Ok(comparison)
}

/// True where outputs change, which makes an update of its own.
fn changes_stack(stack: &Stack, prepared: &Prepared) -> bool {
    let old: BTreeSet<&str> = stack.outputs.iter().map(|output| output.key.as_str()).collect();
    let new: BTreeSet<&str> = prepared.evaluation.outputs.iter().map(|output| output.key.as_str()).collect();
    let same_values = prepared.evaluation.outputs.iter().all(|output| {
        let before = stack.outputs.iter().find(|old| old.key == output.key);
        let is_text = |value: &Value| !value.is_object() && !value.is_array();
        let same = |new: &Value, old: &str| !is_text(new) || shown(new) == old;
        before.is_some_and(|before| {
            let same_export = match (&output.export, &before.export) {
                (Some(new), Some(old)) => same(new, old),
                (None, None) => true,
                _ => false,
            };
            same(&output.value, &before.value) && same_export
        })
    });
    old != new || !same_values
}

fn removal(resource: &StackResource) -> Change {
    let retains = matches!(resource.definition.deletion_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
    Change {
        action: "Remove".to_owned(),
        logical_id: resource.definition.logical_id.clone(),
        physical_id: Some(resource.physical_id.clone()),
        type_name: resource.definition.type_name.clone(),
        replacement: None,
        policy_action: Some(if retains { "Retain" } else { "Delete" }.to_owned()),
        scope: Vec::new(),
        details: Vec::new(),
        before: Some(context(&resource.definition.properties, &resource.definition)),
        after: None,
        drift: None,
    }
}

/// A resource as change sets show it.
pub(super) fn context(properties: &Value, definition: &Definition) -> Value {
    let mut context = Map::from_iter([("Properties".to_owned(), properties.clone())]);
    let members = [
        ("Metadata", definition.metadata.clone()),
        ("DeletionPolicy", definition.deletion_policy.clone().map(Value::from)),
        ("UpdateReplacePolicy", definition.update_replace_policy.clone().map(Value::from)),
    ];
    for (name, value) in members {
        context.extend(value.map(|value| (name.to_owned(), value)));
    }
    Value::Object(context)
}

impl Comparer<'_> {
    fn change(&self, definition: &Definition, drifted: &mut bool) -> Result<Option<Change>, AwsError> {
        let logical_id = definition.logical_id.as_str();
        let after = self.evaluate(&definition.properties)?;
        let Some(old) = self.planned.existing.get(logical_id) else {
            let import = self.rules.imports.get(logical_id);
            let fate = if import.is_some() { Fate::Same } else { Fate::New };
            self.planned.fates.borrow_mut().insert(logical_id.to_owned(), fate);
            return Ok(Some(addition(definition, &after, import)));
        };
        let live = if self.rules.revert_drift { Some(self.live_state(old)?) } else { None };
        *drifted |= live.as_ref().is_some_and(|(drift, _)| drift.status != "IN_SYNC");
        let change = self.modification(old, definition, &after, live);
        let fate = match change.as_ref().map(|change| (change.action.as_str(), change.replacement.as_deref())) {
            None | Some(("SyncWithActual", _)) => Fate::Same,
            Some(("Add", _) | (_, Some("True"))) => Fate::New,
            Some((_, Some("Conditional"))) => Fate::Uncertain,
            Some(_) => Fate::Modified,
        };
        self.planned.fates.borrow_mut().insert(logical_id.to_owned(), fate);
        Ok(change)
    }

    fn evaluate(&self, value: &Value) -> Result<Value, AwsError> {
        let (parameters, mappings, conditions) = (BTreeMap::new(), Map::new(), BTreeMap::new());
        let scope = Scope {
            parameters: &parameters,
            mappings: &mappings,
            conditions: &conditions,
            resources: &self.planned,
            extensions: true,
        };
        Ok(scope.evaluate(value)?.unwrap_or_default())
    }

    /// How an existing resource differs from what was last deployed, and what is live; no live properties where it is
    /// gone.
    fn live_state(&self, old: &StackResource) -> Result<(ResourceDrift, Option<Value>), AwsError> {
        let schema = callform_schemas::get(&old.definition.type_name);
        let deployed = with_stack_tags(&old.definition.type_name, &old.definition.properties, &old.stack_tags);
        let live = self.planned.live.read(old)?.map(Value::Object);
        let status = match &live {
            None => "DELETED",
            Some(live) if difference::drift(schema, &deployed, live).is_empty() => "IN_SYNC",
            Some(_) => "MODIFIED",
        };
        let write_only = schema.into_iter().flat_map(|schema| &schema.write_only);
        let ignored = write_only.filter(|pointer| !pointer.values(&deployed).is_empty()).map(ToString::to_string);
        let drift = ResourceDrift {
            status: status.to_owned(),
            ignored: ignored.collect(),
            deployed: context(&old.definition.properties, &old.definition),
        };
        Ok((drift, live))
    }

    fn modification(
        &self,
        old: &StackResource,
        definition: &Definition,
        after: &Value,
        live: Option<(ResourceDrift, Option<Value>)>,
    ) -> Option<Change> {
        let (drift, live) = live.map_or((None, None), |(drift, live)| (Some(drift), Some(live)));
        let type_name = &definition.type_name;
        if let Some(None) = live {
            let mut change = addition(definition, after, None);
            change.physical_id = Some(old.physical_id.clone());
            change.drift = drift;
            return Some(change);
        }
        let live = live.flatten();
        let schema = callform_schemas::get(type_name);
        let deployed = &old.definition.properties;
        let differences = match &live {
            None => difference::between(deployed, after),
            // Tags of the stack are the resource's, too.
            Some(live) => {
                let tagged = |properties, tags| with_stack_tags(type_name, properties, tags);
                let tags = &self.prepared.settings.tags;
                live_differences(schema, &tagged(deployed, &old.stack_tags), &tagged(after, tags), live)
            }
        };
        let mut causes = Causes { comparer: self, definition, old, live: live.as_ref() };
        let mut details = causes.details(&differences);
        details.extend(causes.dependents(&differences));
        let mut scope: Vec<String> = if details.is_empty() { Vec::new() } else { vec!["Properties".to_owned()] };
        for (member, target) in self.other_scopes(old, definition, after) {
            details.push(Detail::of_attribute(target));
            scope.push(member.to_owned());
        }
        if details.is_empty() && Native::of(type_name) == Some(Native::NestedStack) {
            // What the template's URL holds may have changed: that is seen only when it is carried out.
            details.push(Detail::of_nested_stack());
            scope.push("Properties".to_owned());
        }
        let is_synchronized = live.is_some() && differences.is_empty() && deployed != after;
        if details.is_empty() && !is_synchronized {
            return None;
        }
        let replacement = detail::replacement(&details);
        let before_properties = live.as_ref().map_or_else(|| deployed.clone(), |live| named(live, deployed, after));
        let policy = if definition.update_replace_policy.as_deref() == Some("Retain") { "Retain" } else { "Delete" };
        Some(Change {
            action: if is_synchronized && details.is_empty() { "SyncWithActual" } else { "Modify" }.to_owned(),
            logical_id: definition.logical_id.clone(),
            physical_id: Some(old.physical_id.clone()),
            type_name: type_name.clone(),
            replacement: (!details.is_empty()).then(|| replacement.to_owned()),
            policy_action: (replacement != "False").then(|| format!("ReplaceAnd{policy}")),
            scope,
            details,
            before: Some(context(&before_properties, &old.definition)),
            after: Some(context(&detail::with_unknown(after), definition)),
            drift,
        })
    }

    /// What changes besides properties: the stack's tags, metadata, policies.
    fn other_scopes(
        &self,
        old: &StackResource,
        definition: &Definition,
        after: &Value,
    ) -> Vec<(&'static str, &'static str)> {
        let tags = &self.prepared.settings.tags;
        let tagged = |tags| with_stack_tags(&definition.type_name, after, tags);
        [
            ("Tags", *tags != old.stack_tags && tagged(tags) != tagged(&old.stack_tags)),
            ("Metadata", definition.metadata != old.definition.metadata),
            ("DeletionPolicy", definition.deletion_policy != old.definition.deletion_policy),
            ("UpdateReplacePolicy", definition.update_replace_policy != old.definition.update_replace_policy),
        ]
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| (name, name))
        .collect()
    }
}

/// Where the template differs from what is live; for properties that cannot be read, or not be changed in place, from
/// what was last deployed.
fn live_differences(
    schema: Option<&callform_schemas::ResourceSchema>,
    deployed: &Value,
    after: &Value,
    live: &Value,
) -> Vec<Difference> {
    let fixed = |path: &str| schema.is_some_and(|schema| schema.is_write_only(path) || schema.is_create_only(path));
    let mut found: Vec<Difference> =
        difference::between(deployed, after).into_iter().filter(|found| fixed(&found.path)).collect();
    let drifted = difference::drift(schema, after, live).into_iter().filter(|found| !fixed(&found.path));
    // `drift` compares what is wanted with what is there; a change goes the other way.
    found.extend(drifted.map(|found| Difference { path: found.path, before: found.after, after: found.before }));
    found
}

/// The live values of what templates name.
fn named(live: &Value, deployed: &Value, after: &Value) -> Value {
    let names = deployed.as_object().into_iter().chain(after.as_object()).flatten().map(|(name, _)| name);
    let names: BTreeSet<&String> = names.collect();
    let value = |name: &String| live.get(name).or_else(|| deployed.get(name)).cloned();
    Value::Object(names.into_iter().filter_map(|name| Some((name.clone(), value(name)?))).collect())
}

fn addition(definition: &Definition, after: &Value, import: Option<&String>) -> Change {
    Change {
        action: if import.is_some() { "Import" } else { "Add" }.to_owned(),
        logical_id: definition.logical_id.clone(),
        physical_id: import.cloned(),
        type_name: definition.type_name.clone(),
        replacement: None,
        policy_action: None,
        scope: Vec::new(),
        details: Vec::new(),
        before: import.map(|_| json!({})),
        after: Some(context(&detail::with_unknown(after), definition)),
        drift: None,
    }
}
