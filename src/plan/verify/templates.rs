//! What the templates of a plan name: identifiers, items of lists, files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::operations::Operations;
use super::parameters::STRANGE;
use crate::plan::known::Known;
use crate::plan::waves::NOT_THERE_YET;
use crate::plan::{Action, Change, Step};
use crate::render::{ARTIFACT_BUCKET, words};

impl Operations<'_> {
    /// Operations that use an identifier before it is there, or another one than they say.
    pub(super) fn wrong_identifiers(&self, known: &Known) -> Vec<String> {
        let mut found = Vec::new();
        for (number, operation) in &self.all {
            let values = self.evaluated(known, *number, operation);
            let definitions = known.of_template(&operation.stack, &operation.template, values);
            for definition in definitions.values() {
                let (properties, address) = (definition.properties.to_string(), words(&definition.address));
                if properties.contains(NOT_THERE_YET) {
                    found.push(format!("{address}: it would refer to what is not there yet"));
                }
                if properties.contains(STRANGE) {
                    found.push(format!("{address}: it would refer to something else than it says"));
                }
            }
        }
        found
    }

    /// Parameters of the last operations that carry more or less than their templates select.
    pub(super) fn odd_lists(&self, known: &Known) -> Vec<String> {
        let mut found = Vec::new();
        for (number, operation) in self.last_numbered().into_values() {
            let mut selected = BTreeMap::new();
            collect_selected(&operation.template, &mut selected);
            for (name, value) in self.evaluated(known, number, operation) {
                let used = selected.get(name.as_str()).map_or(0, BTreeSet::len);
                if value.as_array().is_some_and(|items| items.len() != used) {
                    found.push(format!("stack {}: the parameter {name} is of another length", operation.stack));
                }
            }
        }
        found
    }

    /// Resources that stay as they are but for what Callform notes with them.
    pub(super) fn noted_otherwise(&self, changes: &[Change]) -> Vec<String> {
        let last = self.last_numbered();
        let stays = changes.iter().filter(|change| change.action == Action::NoOp);
        let differs = |change: &&Change| {
            let Some((_, operation)) = last.get(change.stack.as_str()) else { return false };
            let noted = format!("/Resources/{}/Metadata/Callform/Digests", change.logical_id);
            let before = self.deployed(&change.stack).and_then(|stack| stack.template.pointer(&noted));
            operation.template.pointer(&noted) != before
        };
        stays.filter(differs).map(|change| format!("{}: its digests would be others", words(&change.address))).collect()
    }

    /// Files that the last templates name and nobody has uploaded.
    pub(super) fn missing_files(&self) -> Vec<String> {
        let deployed: Vec<String> = self
            .inventory
            .stacks
            .values()
            .filter(|stack| stack.exists())
            .map(|stack| stack.template.to_string())
            .collect();
        let mut uploads: Vec<&str> = Vec::new();
        for step in &self.plan.steps {
            if let Step::Upload(assets) = step {
                uploads.extend(assets.iter().map(|asset| asset.key.as_str()));
            }
        }
        let mut needed = BTreeSet::new();
        self.last().for_each(|operation| collect_files(&operation.template, &mut needed));
        let mut found: Vec<String> = needed
            .into_iter()
            .filter(|key| !uploads.contains(key) && !deployed.iter().any(|template| template.contains(*key)))
            .map(|key| format!("the file `{key}` would not be uploaded"))
            .collect();
        let all = uploads.len();
        if uploads.into_iter().collect::<BTreeSet<_>>().len() < all {
            found.push("a file would be uploaded twice".to_owned());
        }
        found
    }
}

/// The items of list parameters that a template selects, by parameter.
fn collect_selected<'a>(json: &'a Json, found: &mut BTreeMap<&'a str, BTreeSet<&'a str>>) {
    match json {
        Json::Object(members) => {
            if let Some([index, list]) = members.get("Fn::Select").and_then(Json::as_array).map(Vec::as_slice)
                && let (Some(index), Some(name)) = (index.as_str(), list.get("Ref").and_then(Json::as_str))
            {
                found.entry(name).or_default().insert(index);
            }
            members.values().for_each(|member| collect_selected(member, found));
        }
        Json::Array(items) => items.iter().for_each(|item| collect_selected(item, found)),
        _ => {}
    }
}

/// Keys of files in the artifact bucket that a template names.
fn collect_files<'a>(json: &'a Json, found: &mut BTreeSet<&'a str>) {
    match json {
        Json::Object(members) => {
            if members.get("S3Bucket") == Some(&json!({ "Ref": ARTIFACT_BUCKET })) {
                found.extend(members.get("S3Key").and_then(Json::as_str));
            }
            let uri = members.get("Fn::Sub").and_then(Json::as_str).and_then(|uri| uri.strip_prefix("s3://${"));
            found.extend(uri.and_then(|uri| uri.strip_prefix(ARTIFACT_BUCKET)?.strip_prefix("}/")));
            members.values().for_each(|member| collect_files(member, found));
        }
        Json::Array(items) => items.iter().for_each(|item| collect_files(item, found)),
        _ => {}
    }
}
