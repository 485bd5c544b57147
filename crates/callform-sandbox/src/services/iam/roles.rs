//! Roles with their inline policies and attachments.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{check_document, check_name, encoded, exists, new_id, no_such, path, policies};
use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::services::table::{Operation, operation};
use crate::tags;

const KIND: &str = "iam/role";

/// A role.
#[derive(Serialize, Deserialize)]
struct Role {
    path: String,
    id: String,
    arn: String,
    created: String,
    trust: String,
    description: Option<String>,
    max_session: i64,
    boundary: Option<String>,
    tags: BTreeMap<String, String>,
    inline: BTreeMap<String, String>,
    attached: BTreeSet<String>,
}

impl Role {
    fn describe(&self, name: &str) -> Value {
        json!({
            "Path": self.path,
            "RoleName": name,
            "RoleId": self.id,
            "Arn": self.arn,
            "CreateDate": self.created,
            "AssumeRolePolicyDocument": encoded(&self.trust),
            "Description": self.description,
            "MaxSessionDuration": self.max_session,
            "PermissionsBoundary": self.boundary.as_ref().map(|arn| json!({
                "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn,
            })),
            "Tags": if self.tags.is_empty() { Value::Null } else { tags::to_list(&self.tags) },
        })
    }
}

pub(super) const OPERATIONS: &[Operation] = &[
    operation("CreateRole", create),
    operation("ListRoles", list),
    operation("GetRole", on_role),
    operation("DeleteRole", on_role),
    operation("UpdateRole", on_role),
    operation("UpdateAssumeRolePolicy", on_role),
    operation("TagRole", on_role),
    operation("UntagRole", on_role),
    operation("ListRoleTags", on_role),
    operation("PutRolePolicy", on_role),
    operation("GetRolePolicy", on_role),
    operation("DeleteRolePolicy", on_role),
    operation("ListRolePolicies", on_role),
    operation("AttachRolePolicy", on_role),
    operation("DetachRolePolicy", on_role),
    operation("ListAttachedRolePolicies", on_role),
    operation("PutRolePermissionsBoundary", on_role),
    operation("DeleteRolePermissionsBoundary", on_role),
    operation("ListInstanceProfilesForRole", on_role),
];

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    let roles = environment.tx.list::<Role>(KIND, "")?;
    let roles = roles.iter().filter(|(_, role)| role.path.starts_with(prefix));
    let mut roles: Vec<_> = roles.map(|(name, role)| role.describe(name)).collect();
    // The list leaves out what GetRole tells.
    for role in &mut roles {
        role["Tags"] = Value::Null;
        role["PermissionsBoundary"] = Value::Null;
    }
    Ok(listed("Roles", roles, input))
}

fn on_role(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (operation, name) = (input.operation(), input.need("RoleName")?);
    let role = environment.tx.get::<Role>(KIND, "", name)?.ok_or_else(|| no_such("role", name))?;
    match operation {
        "GetRole" => Ok(json!({ "Role": role.describe(name) })),
        "DeleteRole" => delete(environment, name, &role),
        "ListInstanceProfilesForRole" => Ok(json!({ "InstanceProfiles": [], "IsTruncated": false })),
        "GetRolePolicy" | "ListRolePolicies" | "ListAttachedRolePolicies" | "ListRoleTags" => {
            read(operation, name, &role, input)
        }
        _ => change(environment, operation, name, role, input),
    }
}

/// A page of a list, as IAM answers it.
pub(super) fn listed(member: &str, entries: Vec<Value>, input: &Input) -> Value {
    let size = usize::try_from(input.number("MaxItems").unwrap_or(100)).unwrap_or(100).clamp(1, 1000);
    let (entries, next) = page(entries, input.text("Marker"), size);
    json!({ member: entries, "IsTruncated": next.is_some(), "Marker": next })
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("RoleName")?;
    check_name("roleName", name, 64)?;
    let trust = input.need("AssumeRolePolicyDocument")?;
    check_document(trust, true)?;
    if environment.tx.get::<Role>(KIND, "", name)?.is_some() {
        return Err(exists("Role", name));
    }
    let path = path(input)?;
    let role = Role {
        path: path.to_owned(),
        id: new_id("AROA"),
        arn: format!("arn:aws:iam::{}:role{path}{name}", environment.account),
        created: iso8601(environment.now),
        trust: trust.to_owned(),
        description: input.text("Description").map(str::to_owned),
        max_session: session(input)?,
        boundary: input.text("PermissionsBoundary").map(str::to_owned),
        tags: tags::from_list(input.list("Tags")),
        inline: BTreeMap::new(),
        attached: BTreeSet::new(),
    };
    environment.tx.put(KIND, "", name, None, &role)?;
    Ok(json!({ "Role": role.describe(name) }))
}

fn session(input: &Input) -> Result<i64, AwsError> {
    let seconds = input.number("MaxSessionDuration").unwrap_or(3600);
    if (3600..=43_200).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(input.wrong("The requested MaxSessionDuration must be between 3600 and 43200 seconds"))
    }
}

fn delete(environment: &Environment, name: &str, role: &Role) -> Result<Value, AwsError> {
    let conflict = |message: &str| Err(AwsError::new(409, "DeleteConflict", message));
    if !role.attached.is_empty() {
        return conflict("Cannot delete entity, must detach all policies first.");
    }
    if !role.inline.is_empty() {
        return conflict("Cannot delete entity, must delete policies first.");
    }
    environment.tx.delete(KIND, "", name)?;
    Ok(json!({}))
}

fn read(operation: &str, name: &str, role: &Role, input: &Input) -> Result<Value, AwsError> {
    Ok(match operation {
        "GetRolePolicy" => {
            let policy = input.need("PolicyName")?;
            let document = role.inline.get(policy).ok_or_else(|| no_such("role policy", policy))?;
            json!({ "RoleName": name, "PolicyName": policy, "PolicyDocument": encoded(document) })
        }
        "ListRolePolicies" => listed("PolicyNames", role.inline.keys().cloned().map(Value::from).collect(), input),
        "ListAttachedRolePolicies" => {
            let attached = role
                .attached
                .iter()
                .map(|arn| json!({ "PolicyName": arn.rsplit('/').next().unwrap_or_default(), "PolicyArn": arn }));
            listed("AttachedPolicies", attached.collect(), input)
        }
        "ListRoleTags" => json!({ "Tags": tags::to_list(&role.tags), "IsTruncated": false }),
        _ => return Err(AwsError::unsupported("IAM", operation)),
    })
}

fn change(
    environment: &Environment,
    operation: &str,
    name: &str,
    mut role: Role,
    input: &Input,
) -> Result<Value, AwsError> {
    match operation {
        "UpdateRole" => {
            if let Some(description) = input.text("Description") {
                role.description = Some(description.to_owned());
            }
            if input.value("MaxSessionDuration").is_some() {
                role.max_session = session(input)?;
            }
        }
        "UpdateAssumeRolePolicy" => {
            let document = input.need("PolicyDocument")?;
            check_document(document, true)?;
            document.clone_into(&mut role.trust);
        }
        "TagRole" => role.tags.extend(tags::from_list(input.list("Tags"))),
        "UntagRole" => {
            let keys = input.texts("TagKeys");
            role.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        "PutRolePermissionsBoundary" => role.boundary = Some(input.need("PermissionsBoundary")?.to_owned()),
        "DeleteRolePermissionsBoundary" => role.boundary = None,
        _ => change_policies(environment, operation, &mut role, input)?,
    }
    environment.tx.put(KIND, "", name, None, &role)?;
    Ok(json!({}))
}

fn change_policies(environment: &Environment, operation: &str, role: &mut Role, input: &Input) -> Result<(), AwsError> {
    match operation {
        "PutRolePolicy" => {
            let policy = input.need("PolicyName")?;
            check_name("policyName", policy, 128)?;
            let document = input.need("PolicyDocument")?;
            check_document(document, false)?;
            role.inline.insert(policy.to_owned(), document.to_owned());
        }
        "DeleteRolePolicy" => {
            let policy = input.need("PolicyName")?;
            role.inline.remove(policy).ok_or_else(|| no_such("role policy", policy))?;
        }
        "AttachRolePolicy" => {
            let arn = input.need("PolicyArn")?;
            policies::require_attachable(environment, arn)?;
            role.attached.insert(arn.to_owned());
        }
        "DetachRolePolicy" => {
            let arn = input.need("PolicyArn")?;
            if !role.attached.remove(arn) {
                return Err(AwsError::new(404, "NoSuchEntity", format!("Policy {arn} was not found.")));
            }
        }
        _ => return Err(AwsError::unsupported("IAM", operation)),
    }
    Ok(())
}

/// What a role may do by its policies.
pub(super) struct RolePolicies {
    /// Documents of its inline policies.
    pub(super) inline: Vec<String>,
    /// ARNs of its attached policies.
    pub(super) attached: BTreeSet<String>,
}

/// The policies of a role; `None` where there is no such role.
pub(super) fn policies_of(environment: &Environment, name: &str) -> Result<Option<RolePolicies>, AwsError> {
    let role = environment.tx.get::<Role>(KIND, "", name)?;
    Ok(role.map(|Role { inline, attached, .. }| RolePolicies { inline: inline.into_values().collect(), attached }))
}

/// Names of the roles a policy is attached to.
pub(super) fn attached_to(environment: &Environment, arn: &str) -> Result<Vec<String>, AwsError> {
    let roles = environment.tx.list::<Role>(KIND, "")?;
    Ok(roles.into_iter().filter(|(_, role)| role.attached.contains(arn)).map(|(name, _)| name).collect())
}
