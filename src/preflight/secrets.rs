//! Secrets that CloudFormation reads while it makes or changes resources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::Address;
use crate::plan::{Check, Finding, Severity};

use super::facts::{Facts, Questions};
use super::sides::Sides;

const REFERENCE: &str = "{{resolve:secretsmanager:";
/// Colons in the ARN of a secret.
const COLONS_OF_ARN: usize = 7;

/// Asks for the secrets of new and changed resources: what stays as it is is not resolved again.
pub(super) fn ask(sides: &Sides, questions: &mut Questions) {
    questions.secrets.extend(needed(sides).into_keys());
}

/// Those that are not there.
pub(super) fn check(sides: &Sides, region: &str, facts: &Facts) -> Vec<Finding> {
    let missing = match &facts.secrets {
        None => return Vec::new(),
        Some(Err(reason)) => {
            let addresses = needed(sides).into_values().flatten().collect();
            let message = format!("whether the secrets are there is not known: {reason}");
            return vec![finding(Severity::Note, addresses, message, None)];
        }
        Some(Ok(missing)) => missing,
    };
    let told = needed(sides).into_iter().filter(|(secret, _)| missing.contains(secret));
    told.map(|(secret, addresses)| {
        let help = format!("put it into Secrets Manager of {region} first");
        finding(Severity::Error, addresses, format!("the secret `{secret}` is not there"), Some(help))
    })
    .collect()
}

fn finding(severity: Severity, addresses: BTreeSet<Address>, message: String, help: Option<String>) -> Finding {
    Finding { severity, check: Check::Artifact, addresses: addresses.into_iter().collect(), message, help }
}

/// The secrets by name or ARN, with who needs them.
fn needed(sides: &Sides) -> BTreeMap<String, BTreeSet<Address>> {
    let before: BTreeMap<&str, &Value> =
        sides.before.iter().map(|resource| (resource.logical_id, resource.properties)).collect();
    let mut needed: BTreeMap<String, BTreeSet<Address>> = BTreeMap::new();
    for resource in &sides.after {
        if before.get(resource.logical_id) == Some(&resource.properties) {
            continue;
        }
        let mut found = BTreeSet::new();
        collect(resource.properties, &mut found);
        for secret in found {
            needed.entry(secret).or_default().extend(resource.address());
        }
    }
    needed
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.extend(text.split(REFERENCE).skip(1).filter_map(|rest| secret(rest.split("}}").next()?)));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The secret of a reference: `team/mary:SecretString:password` is about `team/mary`.
fn secret(reference: &str) -> Option<String> {
    let parts = if reference.starts_with("arn:") { COLONS_OF_ARN } else { 1 };
    let id = reference.split(':').take(parts).collect::<Vec<_>>().join(":");
    // What goes on with a reference is not spelled out.
    (!id.is_empty() && !id.contains("${")).then_some(id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found_in_whatever_they_are_part_of() {
        let arn = "arn:aws:secretsmanager:us-west-2:123456789012:secret:team/li-AbCdEf";
        let properties = json!({
            "Password": "{{resolve:secretsmanager:team/mary:SecretString:password}}",
            "Two": [format!("{{{{resolve:secretsmanager:{arn}:SecretString}}}} {{{{resolve:secretsmanager:plain}}}}")],
            "Other": { "A": "{{resolve:ssm-secure:parameter}}", "B": 1 },
            "Open": { "Fn::Sub": "{{resolve:secretsmanager:${Name}:SecretString}}" },
        });
        let mut found = BTreeSet::new();
        collect(&properties, &mut found);
        assert_eq!(found, BTreeSet::from([arn.to_owned(), "plain".to_owned(), "team/mary".to_owned()]));
    }
}
