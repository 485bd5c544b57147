//! `AWS::IAM::Role`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, differs, document, find, list, name_or_generated, need, number, tag_changes, text, texts, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::protocol::form::decode;
use crate::services::iam;

pub(super) struct Role;

impl ResourceHandler for Role {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "RoleName", 64);
        call(
            context,
            iam::call,
            "CreateRole",
            json!({
                "RoleName": name,
                "AssumeRolePolicyDocument": document(properties.get("AssumeRolePolicyDocument").unwrap_or(&Value::Null)),
                "Path": properties.get("Path"),
                "Description": properties.get("Description"),
                "MaxSessionDuration": properties.get("MaxSessionDuration").and_then(number),
                "PermissionsBoundary": properties.get("PermissionsBoundary"),
                "Tags": properties.get("Tags"),
            }),
        )?;
        set_policies(context, &name, &Properties::new(), properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let name = json!({ "RoleName": physical_id });
        let Some(answer) = find(context, iam::call, "GetRole", name.clone())? else {
            return Ok(None);
        };
        let role = &answer["Role"];
        let mut properties = Properties::new();
        for member in ["RoleName", "RoleId", "Arn", "Path", "Description", "MaxSessionDuration", "Tags"] {
            properties.insert(member.to_owned(), role[member].clone());
        }
        properties
            .insert("PermissionsBoundary".to_owned(), role["PermissionsBoundary"]["PermissionsBoundaryArn"].clone());
        properties.insert("AssumeRolePolicyDocument".to_owned(), decoded(&role["AssumeRolePolicyDocument"]));
        let attached = call(context, iam::call, "ListAttachedRolePolicies", name.clone())?;
        let arns =
            attached["AttachedPolicies"].as_array().into_iter().flatten().map(|policy| policy["PolicyArn"].clone());
        properties.insert("ManagedPolicyArns".to_owned(), arns.collect());
        let mut inline = Vec::new();
        let names = call(context, iam::call, "ListRolePolicies", name)?;
        for policy in names["PolicyNames"].as_array().into_iter().flatten() {
            let key = json!({ "RoleName": physical_id, "PolicyName": policy });
            let answer = call(context, iam::call, "GetRolePolicy", key)?;
            inline.push(json!({ "PolicyName": policy, "PolicyDocument": decoded(&answer["PolicyDocument"]) }));
        }
        properties.insert("Policies".to_owned(), inline.into());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let with = |member: &str, value: Value| {
            let mut input = json!({ "RoleName": physical_id });
            input[member] = value;
            input
        };
        if differs(old, new, "AssumeRolePolicyDocument") {
            let trust = document(new.get("AssumeRolePolicyDocument").unwrap_or(&Value::Null));
            call(context, iam::call, "UpdateAssumeRolePolicy", with("PolicyDocument", trust.into()))?;
        }
        if differs(old, new, "Description") || differs(old, new, "MaxSessionDuration") {
            let mut input = with("Description", text(new, "Description").unwrap_or_default().into());
            input["MaxSessionDuration"] = new.get("MaxSessionDuration").and_then(number).unwrap_or(3600).into();
            call(context, iam::call, "UpdateRole", input)?;
        }
        if differs(old, new, "PermissionsBoundary") {
            match new.get("PermissionsBoundary") {
                Some(arn) => {
                    call(context, iam::call, "PutRolePermissionsBoundary", with("PermissionsBoundary", arn.clone()))?
                }
                None => call(context, iam::call, "DeleteRolePermissionsBoundary", with("", Value::Null))?,
            };
        }
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, iam::call, "UntagRole", with("TagKeys", removed.into()))?;
        call(context, iam::call, "TagRole", with("Tags", set.into()))?;
        set_policies(context, physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        // What the role still has of its own policies goes with it; policies that other resources put stand in the way
        // in AWS, and are gone by now in a stack that made them.
        let live = self.read(context, physical_id)?.unwrap_or_default();
        if !live.is_empty() {
            set_policies(context, physical_id, &live, &Properties::new())?;
        }
        call(context, iam::call, "DeleteRole", json!({ "RoleName": physical_id })).map(|_| ())
    }
}

/// The JSON of a percent-encoded document.
pub(super) fn decoded(value: &Value) -> Value {
    let text = decode(value.as_str().unwrap_or_default(), false);
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Attaches, detaches, puts and deletes policies to come from one set of properties to another.
fn set_policies(context: &Context, role: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    let (before, after) = (texts(old, "ManagedPolicyArns"), texts(new, "ManagedPolicyArns"));
    for (operation, arns, others) in [("DetachRolePolicy", &before, &after), ("AttachRolePolicy", &after, &before)] {
        for arn in arns.iter().filter(|arn| !others.contains(arn)) {
            let done = find(context, iam::call, operation, json!({ "RoleName": role, "PolicyArn": arn }))?;
            if done.is_none() && operation == "AttachRolePolicy" {
                return Err(crate::handler::properties::invalid(format!(
                    "Policy {arn} does not exist or is not attachable."
                )));
            }
        }
    }
    let name = |policy: &Value| policy["PolicyName"].as_str().unwrap_or_default().to_owned();
    let kept: Vec<_> = list(new, "Policies").iter().map(name).collect();
    for policy in list(old, "Policies").iter().map(name).filter(|policy| !kept.contains(policy)) {
        find(context, iam::call, "DeleteRolePolicy", json!({ "RoleName": role, "PolicyName": policy }))?;
    }
    for policy in list(new, "Policies").iter().filter(|policy| !list(old, "Policies").contains(policy)) {
        let properties = policy.as_object().cloned().unwrap_or_default();
        call(
            context,
            iam::call,
            "PutRolePolicy",
            json!({
                "RoleName": role,
                "PolicyName": need(&properties, "PolicyName")?,
                "PolicyDocument": document(&policy["PolicyDocument"]),
            }),
        )?;
    }
    Ok(())
}
