//! One resource: what was last applied against what is live.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use callform_aws::{Beside, Repair};
use callform_flow::compare::{describe_difference, same};
use callform_schemas::{PropertyPointer, ResourceSchema};
use serde_json::{Map, Value as Json, json};

use super::names::Names;
use super::{Addition, additions, filled_in};
use crate::inventory::Told;
use crate::plan::{Definition, PropertyChange, differences};

/// How two sides of a resource differ.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// What differs; `before` is what was last applied.
    pub(super) differences: Vec<PropertyChange>,
    /// What was added by hand that the template does not name.
    pub(super) additions: Vec<Addition>,
    /// Paths that could not be compared although the template names them.
    pub(super) not_compared: Vec<String>,
    /// Calls that take back what is beside the template.
    pub(super) repairs: Vec<Repair>,
    /// Why something beside the template could not be read.
    pub(super) unknown: Option<String>,
}

/// What was read of a resource.
#[derive(Clone, Copy)]
pub(super) struct Live<'a> {
    pub(super) properties: &'a Map<String, Json>,
    /// Paths that were not read.
    pub(super) unread: &'a [String],
    /// What CloudFormation says about these.
    pub(super) told: Option<&'a Told>,
}

/// Compares a definition with live properties. Paths in `unread` were not read; tags of the stack are handed on to
/// every resource that takes tags.
pub(super) fn compare(
    names: &Names,
    definition: &Definition,
    stack_tags: &BTreeMap<String, String>,
    Live { properties, unread, told }: Live,
) -> Comparison {
    let mut comparison = Comparison::default();
    let mut wanted = resolved(names, &definition.properties, &mut comparison.not_compared);
    let mut live = Json::Object(properties.clone());
    for path in unread {
        if told.is_some_and(|told| take_told(told, path, &mut live)) {
            continue;
        }
        let pointer: Vec<&str> = path.split('/').collect();
        if remove(&pointer, &mut wanted) {
            comparison.not_compared.push(path.clone());
        }
        remove(&pointer, &mut live);
    }
    for path in &comparison.not_compared {
        remove(&[path.as_str()], &mut live);
    }
    let schema = callform_schemas::get(&definition.resource_type);
    if let Some(schema) = schema
        && !unread.iter().any(|path| Some(path) == schema.tag_property.as_ref())
    {
        add_stack_tags(schema, &mut wanted, stack_tags);
    }
    let whole = schema.map_or_else(|| live.clone(), |schema| schema.normalize(&live));
    let mut wanted = readable_part(schema, &wanted);
    let mut live = readable_part(schema, &live);
    filled_in::settle(&definition.resource_type, &mut wanted, &mut live);
    comparison.additions = additions::find(schema, &wanted, &live, &whole);
    comparison.differences.extend(content(names, &mut wanted, &mut live));
    let found = differences(&definition.resource_type, &names.symbolic(&wanted), &names.symbolic(&live));
    comparison.differences.extend(found);
    in_order(&mut comparison.differences);
    comparison
}

/// Items that were added to a list by hand are told in the order of their names: AWS has none that says anything.
fn in_order(differences: &mut [PropertyChange]) {
    let list = |one: &PropertyChange| one.before.is_none().then(|| one.path.split('[').next().map(str::to_owned));
    for run in differences.chunk_by_mut(|one, other| list(one).is_some() && list(one) == list(other)) {
        run.sort_by_cached_key(|one| natural(&format!("{} {}", one.path, one.after.as_ref().unwrap_or(&Json::Null))));
    }
}

/// Text in which numbers sort by their value.
fn natural(text: &str) -> String {
    let mut sortable = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            let _cannot_fail = write!(sortable, "{:0>20}", std::mem::take(&mut digits));
        }
        sortable.push(letter);
    }
    sortable
}

/// Takes a property that was not read as CloudFormation found it; false where the template does not name it.
fn take_told(told: &Told, path: &str, live: &mut Json) -> bool {
    let mut names = path.split('/').take_while(|name| *name != "*");
    let Some(name) = names.next() else { return false };
    let named = names.fold(told.expected.get(name), |value, part| value?.get(part));
    let (Some(_), Json::Object(live)) = (named, live) else { return false };
    match (told.actual.get(name), live.get_mut(name)) {
        (Some(Json::Object(found)), Some(Json::Object(members))) => {
            members.extend(found.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        (Some(found), _) => drop(live.insert(name.to_owned(), found.clone())),
        (None, Some(Json::Object(_))) => {}
        (None, _) => drop(live.shift_remove(name)),
    }
    true
}

/// Compares what CloudFormation says it expected and found.
pub(super) fn compare_as_told(names: &Names, resource_type: &str, told: &Told) -> Vec<PropertyChange> {
    let schema = callform_schemas::get(resource_type);
    let expected = readable_part(schema, &Json::Object(told.expected.clone()));
    let mut actual = same_form(&expected, readable_part(schema, &Json::Object(told.actual.clone())));
    let is_map = |path: &str| schema.is_some_and(|schema| schema.is_map(path));
    keep_named(&expected, &mut actual, "", &is_map);
    differences(resource_type, &names.symbolic(&expected), &names.symbolic(&actual))
}

/// Adds what a resource has that its template does not name and CloudFormation does not look at.
pub(super) fn add_beside(names: &Names, definition: &Definition, beside: &[Beside], comparison: &mut Comparison) {
    for one in beside {
        comparison.differences.push(PropertyChange {
            path: one.path.clone(),
            before: one.before.clone(),
            after: Some(names.readable(&one.after)),
            description: Vec::new(),
        });
        let mut repair = one.repair.clone();
        if let Repair::UpdateFunctionCode { code, .. } = &mut repair {
            *code = code_of(names, definition);
        }
        comparison.repairs.push(repair);
    }
}

/// Bucket and key of a function's code.
fn code_of(names: &Names, definition: &Definition) -> Option<(String, String)> {
    let code = names.resolve(definition.properties.get("Code")?)?;
    let text = |name: &str| code.get(name).and_then(Json::as_str).map(str::to_owned);
    Some((text("S3Bucket")?, text("S3Key")?))
}

/// The definition's properties with identifiers. What has none that is known is left out and noted.
fn resolved(names: &Names, properties: &Json, not_compared: &mut Vec<String>) -> Json {
    let mut resolved = Map::new();
    for (name, value) in properties.as_object().into_iter().flatten() {
        match names.resolve(value) {
            Some(value) => {
                resolved.insert(name.clone(), value);
            }
            None => not_compared.push(name.clone()),
        }
    }
    Json::Object(resolved)
}

/// Removes a property; true where it was there.
fn remove(path: &[&str], value: &mut Json) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match value {
        Json::Array(items) if *first == "*" => {
            let removed: Vec<bool> = items.iter_mut().map(|item| remove(rest, item)).collect();
            removed.contains(&true)
        }
        Json::Object(members) if rest.is_empty() => members.shift_remove(*first).is_some(),
        Json::Object(members) => members.get_mut(*first).is_some_and(|member| remove(rest, member)),
        _ => false,
    }
}

/// CloudFormation gives a resource its stack's tags; its own win.
fn add_stack_tags(schema: &ResourceSchema, wanted: &mut Json, stack_tags: &BTreeMap<String, String>) {
    let (Some(property), Json::Object(wanted), false) = (&schema.tag_property, wanted, stack_tags.is_empty()) else {
        return;
    };
    let Json::Array(own) = wanted.entry(property).or_insert_with(|| json!([])) else { return };
    for (key, value) in stack_tags {
        if !own.iter().any(|tag| tag.get("Key").and_then(Json::as_str) == Some(key)) {
            own.push(json!({ "Key": key, "Value": value }));
        }
    }
}

/// The properties in the schema's types, without what cannot be read or is not the template's to say, and without
/// empty values: AWS does not tell them from absent ones.
fn readable_part(schema: Option<&ResourceSchema>, properties: &Json) -> Json {
    let Some(schema) = schema else { return without_empty(properties) };
    let mut properties = schema.normalize(properties);
    for pointer in schema.write_only.iter().chain(&schema.read_only) {
        PropertyPointer::remove(pointer, &mut properties);
    }
    if let Some(Json::Array(tags)) = schema.tag_property.as_ref().and_then(|property| properties.get_mut(property)) {
        tags.retain(|tag| !tag.get("Key").and_then(Json::as_str).is_some_and(|key| key.starts_with("aws:")));
    }
    without_empty(&properties)
}

fn without_empty(value: &Json) -> Json {
    match value {
        Json::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), without_empty(member)))
            .filter(|(_, member)| !is_empty(member))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(items) => items.iter().map(without_empty).collect(),
        Json::Number(number) => whole(number),
        other => other.clone(),
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// `5.0` is `5`.
fn whole(number: &serde_json::Number) -> Json {
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "the value has no fraction and is far below 2^53")]
        Some(value) if number.is_f64() && value.fract() == 0.0 && value.abs() < 9e15 => json!(value as i64),
        _ => Json::Number(number.clone()),
    }
}

/// Takes flow content out of both sides and compares it by its meaning: saving a flow again in the console's editor
/// changes the text and not the flow.
fn content(names: &Names, wanted: &mut Json, live: &mut Json) -> Option<PropertyChange> {
    let (Some(wanted), Some(live)) = (wanted.as_object_mut(), live.as_object_mut()) else { return None };
    let document =
        |side: &Map<String, Json>| -> Option<Json> { serde_json::from_str(side.get("Content")?.as_str()?).ok() };
    let (old, new) = (document(wanted)?, document(live)?);
    wanted.shift_remove("Content");
    live.shift_remove("Content");
    if same(&old, &new) {
        return None;
    }
    let (old, new) = (names.readable(&old), names.readable(&new));
    let description = describe_difference(&old, &new);
    Some(PropertyChange { path: "Content".to_owned(), before: Some(old), after: Some(new), description })
}

/// The member that names a parameter of a processor.
const PARAMETER: &str = "ParameterName";

/// True for lists whose items have names of their own and no order.
fn keyed(items: &[Json]) -> bool {
    !items.is_empty() && items.iter().all(|item| item.get(PARAMETER).is_some())
}

/// Leaves out of the live side what the template does not name, as CloudFormation does: members of structures, not
/// those of maps.
fn keep_named(expected: &Json, actual: &mut Json, path: &str, is_map: &dyn Fn(&str) -> bool) {
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => {
            actual.retain(|name, _| expected.contains_key(name) || is_map(path));
            for (name, value) in expected {
                if let Some(live) = actual.get_mut(name) {
                    keep_named(value, live, &format!("{path}/{name}"), is_map);
                }
            }
        }
        (Json::Array(expected), Json::Array(actual)) if keyed(expected) && keyed(actual) => {
            // Firehose has the parameters of a processor in an order of its own, and more than one gave.
            let of = |item: &Json| item.get(PARAMETER).cloned();
            let found = expected.iter().filter_map(|wanted| actual.iter().find(|item| of(item) == of(wanted)));
            *actual = found.cloned().collect();
        }
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            let path = format!("{path}/0");
            expected.iter().zip(actual).for_each(|(value, live)| keep_named(value, live, &path, is_map));
        }
        _ => {}
    }
}

/// The actual value with scalars and documents in the form the expected side has them in.
fn same_form(expected: &Json, actual: Json) -> Json {
    let document = |text: &str| serde_json::from_str::<Json>(text).ok().filter(Json::is_object);
    match (expected, actual) {
        (Json::Object(expected), Json::Object(actual)) => actual
            .into_iter()
            .map(|(name, live)| {
                let live = match expected.get(&name) {
                    Some(value) => same_form(value, live),
                    None => live,
                };
                (name, live)
            })
            .collect::<Map<_, _>>()
            .into(),
        (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
            expected.iter().zip(actual).map(|(value, live)| same_form(value, live)).collect()
        }
        (Json::Object(_), Json::String(text)) => document(&text).unwrap_or(Json::String(text)),
        (Json::String(text), actual @ Json::Object(_)) if document(text).as_ref() == Some(&actual) => expected.clone(),
        (Json::String(text), actual @ (Json::Number(_) | Json::Bool(_))) if is_written(&actual, text) => {
            expected.clone()
        }
        (Json::Number(_) | Json::Bool(_), Json::String(text)) if is_written(expected, &text) => expected.clone(),
        (_, actual) => actual,
    }
}

/// True where a scalar is written like this.
fn is_written(scalar: &Json, text: &str) -> bool {
    scalar.to_string().as_str() == text
}
