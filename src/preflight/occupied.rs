//! What an instance has only one of, and what somebody else has put there: the levels of the hierarchy, and where each
//! kind of data is stored.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::{Check, Finding, Severity};

use super::facts::{Answer, Facts, Questions};
use super::sides::{Resource, Sides};

const LEVELS: &str = "AWS::Connect::UserHierarchyStructure";
const STORAGE: &str = "AWS::Connect::InstanceStorageConfig";

/// Asks what there is of what the plan makes, in an instance that exists.
pub(super) fn ask(sides: &Sides, questions: &mut Questions) {
    if questions.instance.is_none() {
        return;
    }
    questions.levels = new(sides, LEVELS).next().is_some();
    questions.storage.extend(new(sides, STORAGE).filter_map(|one| Some(one.text("ResourceType")?.to_owned())));
}

/// What is taken.
pub(super) fn check(sides: &Sides, facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (Some(levels), Some(answer)) = (new(sides, LEVELS).next(), &facts.levels) {
        findings.extend(of_levels(&levels, answer));
    }
    for storage in new(sides, STORAGE) {
        let kind = storage.text("ResourceType").unwrap_or_default();
        match facts.storage.get(kind) {
            Some(Ok(Some(place))) => findings.push(finding(
                Severity::Error,
                &storage,
                format!("the instance stores this in {place} already, and has one place for it"),
                Some("leave it out of `storage:`, or remove what is there first".to_owned()),
            )),
            Some(Err(reason)) => findings.push(unknown(&storage, reason)),
            Some(Ok(None)) | None => {}
        }
    }
    findings
}

fn of_levels(levels: &Resource, answer: &Answer<Vec<String>>) -> Option<Finding> {
    let there = match answer {
        Ok(there) => there,
        Err(reason) => return Some(unknown(levels, reason)),
    };
    let wanted = names(levels.properties);
    if there.is_empty() {
        return None;
    }
    let (has, would) = (there.join(", "), wanted.join(", "));
    if wanted.starts_with(there) {
        let message = format!("the instance has the levels {has} already, which come under management and are kept");
        return Some(finding(Severity::Warning, levels, message, None));
    }
    Some(finding(
        Severity::Error,
        levels,
        format!("the instance has the levels {has} already, and they would become {would}"),
        Some(format!("begin `levels:` with {has}, as they are; or remove them from the instance first")),
    ))
}

/// The names of the levels in a structure, from the top.
pub fn names(structure: &Value) -> Vec<String> {
    let levels = structure.get("UserHierarchyStructure").and_then(Value::as_object);
    let by_level: BTreeMap<usize, String> = levels
        .into_iter()
        .flatten()
        .filter_map(|(level, name)| {
            let number =
                ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"].iter().position(|one| one == level)?;
            Some((number, name.get("Name")?.as_str()?.to_owned()))
        })
        .collect();
    by_level.into_values().collect()
}

/// Resources of a type that the plan makes.
fn new<'s, 'a>(sides: &'s Sides<'a>, kind: &'static str) -> impl Iterator<Item = Resource<'a>> + use<'s, 'a> {
    let is_new = move |resource: &&Resource| !sides.before.iter().any(|old| old.logical_id == resource.logical_id);
    sides.after.iter().filter(move |resource| resource.kind == kind).filter(is_new).cloned()
}

fn unknown(resource: &Resource, reason: &str) -> Finding {
    finding(Severity::Note, resource, format!("what the instance has there is not known: {reason}"), None)
}

fn finding(severity: Severity, resource: &Resource, message: String, help: Option<String>) -> Finding {
    Finding { severity, check: Check::Name, addresses: resource.address().into_iter().collect(), message, help }
}
