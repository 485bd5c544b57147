//! Customer managed policies and their versions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::roles::{attached_to, listed};
use super::{check_document, check_name, encoded, exists, new_id, path};
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::services::table::{Operation, operation};
use crate::tags;

const KIND: &str = "iam/policy";

/// A policy; the store's key is its ARN.
#[derive(Serialize, Deserialize)]
struct Policy {
    name: String,
    path: String,
    id: String,
    created: String,
    updated: String,
    description: Option<String>,
    default_version: u32,
    last_version: u32,
    versions: BTreeMap<u32, Version>,
    tags: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Version {
    document: String,
    created: String,
}

fn not_found(arn: &str) -> AwsError {
    AwsError::new(404, "NoSuchEntity", format!("Policy {arn} was not found."))
}

/// Policies of AWS itself are taken as they are named; the account's own have to exist.
pub(super) fn require_attachable(environment: &Environment, arn: &str) -> Result<(), AwsError> {
    if arn.starts_with("arn:aws:iam::aws:policy/") || environment.tx.get::<Policy>(KIND, "", arn)?.is_some() {
        Ok(())
    } else {
        Err(AwsError::new(404, "NoSuchEntity", format!("Policy {arn} does not exist or is not attachable.")))
    }
}

/// The document of a policy's default version; `None` for policies that are not in the account.
pub(super) fn default_document(environment: &Environment, arn: &str) -> Result<Option<String>, AwsError> {
    let policy = environment.tx.get::<Policy>(KIND, "", arn)?;
    Ok(policy.and_then(|mut policy| policy.versions.remove(&policy.default_version)).map(|version| version.document))
}

impl Policy {
    fn describe(&self, environment: &Environment, arn: &str) -> Result<Value, AwsError> {
        Ok(json!({
            "PolicyName": self.name,
            "PolicyId": self.id,
            "Arn": arn,
            "Path": self.path,
            "DefaultVersionId": format!("v{}", self.default_version),
            "AttachmentCount": attached_to(environment, arn)?.len(),
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": true,
            "Description": self.description,
            "CreateDate": self.created,
            "UpdateDate": self.updated,
            "Tags": if self.tags.is_empty() { Value::Null } else { tags::to_list(&self.tags) },
        }))
    }

    fn describe_version(&self, number: u32, version: &Version, with_document: bool) -> Value {
        json!({
            "Document": with_document.then(|| encoded(&version.document)),
            "VersionId": format!("v{number}"),
            "IsDefaultVersion": number == self.default_version,
            "CreateDate": version.created,
        })
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    operation("CreatePolicy", create),
    operation("ListPolicies", list),
    operation("GetPolicy", on_policy),
    operation("DeletePolicy", on_policy),
    operation("CreatePolicyVersion", on_policy),
    operation("GetPolicyVersion", on_policy),
    operation("ListPolicyVersions", on_policy),
    operation("DeletePolicyVersion", on_policy),
    operation("SetDefaultPolicyVersion", on_policy),
    operation("ListEntitiesForPolicy", on_policy),
    operation("TagPolicy", on_policy),
    operation("UntagPolicy", on_policy),
    operation("ListPolicyTags", on_policy),
];

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let policies = environment.tx.list::<Policy>(KIND, "")?;
    let policies: Result<Vec<_>, _> = policies.iter().map(|(arn, policy)| policy.describe(environment, arn)).collect();
    Ok(listed("Policies", if input.text("Scope") == Some("AWS") { Vec::new() } else { policies? }, input))
}

fn on_policy(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (operation, arn) = (input.operation(), input.need("PolicyArn")?);
    let policy = environment.tx.get::<Policy>(KIND, "", arn)?.ok_or_else(|| not_found(arn))?;
    match operation {
        "GetPolicy" => Ok(json!({ "Policy": policy.describe(environment, arn)? })),
        "DeletePolicy" => delete(environment, arn, &policy),
        "GetPolicyVersion" => {
            let number = version_number(&policy, input)?;
            let version = policy.versions.get(&number).ok_or_else(|| not_found(arn))?;
            Ok(json!({ "PolicyVersion": policy.describe_version(number, version, true) }))
        }
        "ListPolicyVersions" => {
            let versions = policy.versions.iter().rev();
            let versions = versions.map(|(number, version)| policy.describe_version(*number, version, false));
            Ok(listed("Versions", versions.collect(), input))
        }
        "ListEntitiesForPolicy" => {
            let roles = attached_to(environment, arn)?.into_iter().map(|name| json!({ "RoleName": name }));
            let roles: Vec<_> = roles.collect();
            Ok(json!({ "PolicyRoles": roles, "PolicyUsers": [], "PolicyGroups": [], "IsTruncated": false }))
        }
        "ListPolicyTags" => Ok(json!({ "Tags": tags::to_list(&policy.tags), "IsTruncated": false })),
        _ => change(environment, operation, arn, policy, input),
    }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("PolicyName")?;
    check_name("policyName", name, 128)?;
    let document = input.need("PolicyDocument")?;
    check_document(document, false)?;
    let path = path(input)?;
    let arn = format!("arn:aws:iam::{}:policy{path}{name}", environment.account);
    if environment.tx.get::<Policy>(KIND, "", &arn)?.is_some() {
        return Err(exists("A policy called", name));
    }
    let now = iso8601(environment.now);
    let policy = Policy {
        name: name.to_owned(),
        path: path.to_owned(),
        id: new_id("ANPA"),
        created: now.clone(),
        updated: now.clone(),
        description: input.text("Description").map(str::to_owned),
        default_version: 1,
        last_version: 1,
        versions: BTreeMap::from([(1, Version { document: document.to_owned(), created: now })]),
        tags: tags::from_list(input.list("Tags")),
    };
    environment.tx.put(KIND, "", &arn, Some(name), &policy)?;
    Ok(json!({ "Policy": policy.describe(environment, &arn)? }))
}

fn delete(environment: &Environment, arn: &str, policy: &Policy) -> Result<Value, AwsError> {
    let conflict = |message: &str| Err(AwsError::new(409, "DeleteConflict", message));
    if !attached_to(environment, arn)?.is_empty() {
        return conflict("Cannot delete a policy attached to entities.");
    }
    if policy.versions.len() > 1 {
        return conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
        );
    }
    environment.tx.delete(KIND, "", arn)?;
    Ok(json!({}))
}

fn version_number(policy: &Policy, input: &Input) -> Result<u32, AwsError> {
    let id = input.need("VersionId")?;
    id.strip_prefix('v')
        .and_then(|number| number.parse().ok())
        .filter(|number| policy.versions.contains_key(number))
        .ok_or_else(|| AwsError::new(404, "NoSuchEntity", format!("Policy version {id} does not exist.")))
}

fn change(
    environment: &Environment,
    operation: &str,
    arn: &str,
    mut policy: Policy,
    input: &Input,
) -> Result<Value, AwsError> {
    let mut answer = json!({});
    match operation {
        "CreatePolicyVersion" => {
            let document = input.need("PolicyDocument")?;
            check_document(document, false)?;
            if policy.versions.len() >= 5 {
                return Err(AwsError::new(409, "LimitExceeded", "A managed policy can have up to 5 versions."));
            }
            policy.last_version += 1;
            let number = policy.last_version;
            let created = iso8601(environment.now);
            policy.versions.insert(number, Version { document: document.to_owned(), created: created.clone() });
            if input.flag("SetAsDefault") {
                policy.default_version = number;
            }
            policy.updated = created;
            if let Some(version) = policy.versions.get(&number) {
                answer = json!({ "PolicyVersion": policy.describe_version(number, version, false) });
            }
        }
        "DeletePolicyVersion" => {
            let number = version_number(&policy, input)?;
            if number == policy.default_version {
                return Err(AwsError::new(409, "DeleteConflict", "Cannot delete the default version of a policy."));
            }
            policy.versions.remove(&number);
        }
        "SetDefaultPolicyVersion" => policy.default_version = version_number(&policy, input)?,
        "TagPolicy" => policy.tags.extend(tags::from_list(input.list("Tags"))),
        "UntagPolicy" => {
            let keys = input.texts("TagKeys");
            policy.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        _ => return Err(AwsError::unsupported("IAM", operation)),
    }
    environment.tx.put(KIND, "", arn, Some(&policy.name), &policy)?;
    Ok(answer)
}
