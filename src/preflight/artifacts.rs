//! Objects of S3 that have to be there: code and prompts that somebody else put there, and what an earlier apply uploaded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::inventory::Inventory;
use crate::model::Address;
use crate::plan::{Check, Finding, Plan, Severity, Step};
use crate::render::ARTIFACT_BUCKET;

use super::facts::{Facts, Questions};
use super::sides::{Resource, Sides};

/// Bucket and key.
type Object = (String, String);

/// Asks for the objects that new and changed resources need.
pub(super) fn ask(plan: &Plan, sides: &Sides, inventory: &Inventory, questions: &mut Questions) {
    questions.files.extend(needed(plan, sides, inventory).into_keys());
}

/// The objects that are not there.
pub(super) fn check(plan: &Plan, sides: &Sides, inventory: &Inventory, facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (object, addresses) in needed(plan, sides, inventory) {
        let place = format!("s3://{}/{}", object.0, object.1);
        let (severity, message) = match facts.files.get(&object) {
            Some(Ok(false)) => (Severity::Error, format!("`{place}` is not there")),
            Some(Err(reason)) => (Severity::Note, format!("whether `{place}` is there is not known: {reason}")),
            Some(Ok(true)) | None => continue,
        };
        let help = (severity == Severity::Error).then(|| "put it there first".to_owned());
        let addresses = addresses.into_iter().collect();
        findings.push(Finding { severity, check: Check::Artifact, addresses, message, help });
    }
    findings
}

/// The objects that new and changed resources name, but for those the plan uploads, with who needs them.
fn needed(plan: &Plan, sides: &Sides, inventory: &Inventory) -> BTreeMap<Object, BTreeSet<Address>> {
    let uploads = plan.steps.iter().flat_map(|step| match step {
        Step::Upload(assets) => assets.as_slice(),
        Step::ContinueRollback(_) | Step::Stacks(_) | Step::Associate(_) | Step::Repair(_) => &[],
    });
    let uploads: BTreeSet<&str> = uploads.map(|asset| asset.key.as_str()).collect();
    let before: BTreeMap<&str, &Value> =
        sides.before.iter().map(|resource| (resource.logical_id, resource.properties)).collect();
    let mut needed: BTreeMap<Object, BTreeSet<Address>> = BTreeMap::new();
    for resource in &sides.after {
        if before.get(resource.logical_id) == Some(&resource.properties) {
            continue;
        }
        let Some(object) = object_of(resource, inventory) else { continue };
        if !uploads.contains(object.1.as_str()) {
            needed.entry(object).or_default().extend(resource.address());
        }
    }
    needed
}

/// The object a resource is made of.
fn object_of(resource: &Resource, inventory: &Inventory) -> Option<Object> {
    let of_center = || inventory.artifact_bucket.clone();
    match resource.kind {
        "AWS::Lambda::Function" => {
            let code = &resource.properties["Code"];
            let bucket = match &code["S3Bucket"] {
                Value::String(bucket) => bucket.clone(),
                other if other["Ref"] == ARTIFACT_BUCKET => of_center()?,
                _ => return None,
            };
            Some((bucket, code["S3Key"].as_str()?.to_owned()))
        }
        "AWS::Connect::Prompt" => {
            let uri = &resource.properties["S3Uri"];
            let uri = if let Some(uri) = uri.as_str() {
                uri.to_owned()
            } else {
                let text = uri["Fn::Sub"].as_str()?;
                text.replace(&format!("${{{ARTIFACT_BUCKET}}}"), &of_center()?)
            };
            let (bucket, key) = uri.strip_prefix("s3://")?.split_once('/')?;
            (!uri.contains("${")).then(|| (bucket.to_owned(), key.to_owned()))
        }
        _ => None,
    }
}
