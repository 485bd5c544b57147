//! What the callers of touched numbers meet before and after.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::known::Definition;
use super::symbol::{self, Part};
use super::{Action, Change};
use crate::journey::{CallerChange, Center, Thing, compare, is_heard_of, marker_of};
use crate::model::{Address, Kind, Reference, Target};

/// What differs for the callers of the numbers that the changes touch. `live` is the flow that answers a number now, where
/// that is known; otherwise counts what was noted when it was last applied.
pub(super) fn changes(
    changes: &[Change],
    deployed: &BTreeMap<String, Definition>,
    desired: &BTreeMap<String, Definition>,
    live: &dyn Fn(&Address) -> Option<Target>,
) -> Vec<CallerChange> {
    let effective = changes.iter().filter(|change| change.action != Action::NoOp);
    let touched: BTreeSet<&Address> = effective.flat_map(|change| &change.impact.phone_numbers).collect();
    if touched.is_empty() {
        return Vec::new();
    }
    let now_named: BTreeMap<&Address, &Address> =
        deployed.values().map(|definition| (&definition.rendered_as, &definition.address)).collect();
    let noted = |definition: &Definition| {
        definition.answered_by.as_ref().map(|flow| match flow {
            Target::Resource(address) => Target::Resource((*now_named.get(address).unwrap_or(&address)).clone()),
            other => other.clone(),
        })
    };
    let before = |definition: &Definition| match live(&definition.address) {
        Some(flow @ Target::Resource(_)) => Some(flow),
        other => noted(definition).or(other),
    };
    let after = |definition: &Definition| definition.answered_by.clone();
    compare(&center(deployed, &touched, &before), &center(desired, &touched, &after))
}

/// The center of these definitions, with the touched numbers alone.
fn center(
    definitions: &BTreeMap<String, Definition>,
    touched: &BTreeSet<&Address>,
    answered_by: &dyn Fn(&Definition) -> Option<Target>,
) -> Center {
    let is_meant = |definition: &&Definition| match definition.address.kind {
        Kind::PhoneNumber => touched.contains(&definition.address),
        kind => is_heard_of(kind),
    };
    Center::of_things(definitions.values().filter(is_meant).map(|definition| Thing {
        address: definition.address.clone(),
        properties: properties(&definition.properties),
        answered_by: answered_by(definition),
    }))
}

/// Properties with markers in place of symbols, and the content of a flow as a document.
fn properties(json: &Json) -> Json {
    let member = |(name, value): (&String, &Json)| {
        let document = value.as_str().filter(|_| name == "Content").and_then(|text| serde_json::from_str(text).ok());
        (name.clone(), marked(document.as_ref().unwrap_or(value)))
    };
    json.as_object().map(|members| members.iter().map(member).collect::<Map<_, _>>()).into()
}

fn marked(json: &Json) -> Json {
    match json {
        Json::String(text) => {
            let part = |part: Part<'_>| match part {
                Part::Literal(literal) => literal.to_owned(),
                Part::Symbol(inner) => match inner.parse::<Reference>() {
                    Ok(reference) => marker_of(&reference.target),
                    Err(_) => format!("${{{inner}}}"),
                },
            };
            json!(symbol::parts(text).into_iter().map(part).collect::<String>())
        }
        Json::Array(items) => items.iter().map(marked).collect(),
        Json::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), marked(member))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}
