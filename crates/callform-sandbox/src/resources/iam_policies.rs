//! `AWS::IAM::ManagedPolicy` and `AWS::IAM::Policy`.

use serde_json::{Value, json};

use super::iam_role::decoded;
use crate::handler::properties::{
    call, differs, document, find, forget, invalid, list, name_or_generated, need, not_found, physical_name, recall,
    remember, texts, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::iam;

pub(super) struct ManagedPolicy;

impl ResourceHandler for ManagedPolicy {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let answer = call(
            context,
            iam::call,
            "CreatePolicy",
            json!({
                "PolicyName": name_or_generated(context, properties, "ManagedPolicyName", 128),
                "PolicyDocument": document(properties.get("PolicyDocument").unwrap_or(&Value::Null)),
                "Path": properties.get("Path"),
                "Description": properties.get("Description"),
            }),
        )?;
        let arn = answer["Policy"]["Arn"].as_str().unwrap_or_default().to_owned();
        attach(context, &arn, &[], &roles(properties)?)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let arn = json!({ "PolicyArn": physical_id });
        let Some(answer) = find(context, iam::call, "GetPolicy", arn.clone())? else {
            return Ok(None);
        };
        let policy = &answer["Policy"];
        let mut key = arn.clone();
        key["VersionId"] = policy["DefaultVersionId"].clone();
        let version = call(context, iam::call, "GetPolicyVersion", key)?;
        let entities = call(context, iam::call, "ListEntitiesForPolicy", arn)?;
        let roles = entities["PolicyRoles"].as_array().into_iter().flatten().map(|role| role["RoleName"].clone());
        let mut properties = Properties::new();
        properties.insert("PolicyArn".to_owned(), physical_id.into());
        properties.insert("ManagedPolicyName".to_owned(), policy["PolicyName"].clone());
        properties.insert("Roles".to_owned(), roles.collect());
        properties.insert("PolicyDocument".to_owned(), decoded(&version["PolicyVersion"]["Document"]));
        for member in [
            "Path",
            "Description",
            "PolicyId",
            "DefaultVersionId",
            "AttachmentCount",
            "IsAttachable",
            "CreateDate",
            "UpdateDate",
        ] {
            properties.insert(member.to_owned(), policy[member].clone());
        }
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        if differs(old, new, "PolicyDocument") {
            let arn = json!({ "PolicyArn": physical_id });
            let versions = call(context, iam::call, "ListPolicyVersions", arn)?;
            // A policy has at most five versions: the oldest that is not the default goes.
            let versions = versions["Versions"].as_array().cloned().unwrap_or_default();
            if versions.len() >= 5
                && let Some(oldest) = versions.iter().rev().find(|version| version["IsDefaultVersion"] == false)
            {
                let key = json!({ "PolicyArn": physical_id, "VersionId": oldest["VersionId"] });
                call(context, iam::call, "DeletePolicyVersion", key)?;
            }
            call(
                context,
                iam::call,
                "CreatePolicyVersion",
                json!({
                    "PolicyArn": physical_id,
                    "PolicyDocument": document(new.get("PolicyDocument").unwrap_or(&Value::Null)),
                    "SetAsDefault": true,
                }),
            )?;
        }
        attach(context, physical_id, &roles(old)?, &roles(new)?)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let arn = json!({ "PolicyArn": physical_id });
        let live = self.read(context, physical_id)?.ok_or_else(|| not_found("AWS::IAM::ManagedPolicy", physical_id))?;
        attach(context, physical_id, &texts(&live, "Roles"), &[])?;
        let versions = call(context, iam::call, "ListPolicyVersions", arn.clone())?;
        for version in versions["Versions"].as_array().into_iter().flatten() {
            if version["IsDefaultVersion"] == false {
                let key = json!({ "PolicyArn": physical_id, "VersionId": version["VersionId"] });
                call(context, iam::call, "DeletePolicyVersion", key)?;
            }
        }
        call(context, iam::call, "DeletePolicy", arn).map(|_| ())
    }
}

/// The sandbox has roles; users and groups would be ignored silently.
fn roles(properties: &Properties) -> HandlerResult<Vec<String>> {
    for other in ["Users", "Groups"] {
        if !list(properties, other).is_empty() {
            return Err(invalid(format!("The sandbox does not support {other} of policies.")));
        }
    }
    Ok(texts(properties, "Roles"))
}

fn attach(context: &Context, arn: &str, old: &[String], new: &[String]) -> HandlerResult<()> {
    for role in old.iter().filter(|role| !new.contains(role)) {
        find(context, iam::call, "DetachRolePolicy", json!({ "RoleName": role, "PolicyArn": arn }))?;
    }
    for role in new.iter().filter(|role| !old.contains(role)) {
        call(context, iam::call, "AttachRolePolicy", json!({ "RoleName": role, "PolicyArn": arn }))?;
    }
    Ok(())
}

pub(super) struct InlinePolicy;

const INLINE: &str = "AWS::IAM::Policy";

impl ResourceHandler for InlinePolicy {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let id = physical_name(context, 128);
        let roles = roles(properties)?;
        if roles.is_empty() {
            return Err(invalid("At least one of [Groups, Roles, Users] must be non-empty."));
        }
        put(context, properties, &roles)?;
        remember(context, INLINE, &id, &own(properties))?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(mut properties) = recall(context, INLINE, physical_id)? else {
            return Ok(None);
        };
        let name = need(&properties, "PolicyName")?.to_owned();
        let mut live = Vec::new();
        for role in texts(&properties, "Roles") {
            let key = json!({ "RoleName": role, "PolicyName": name });
            if let Some(answer) = find(context, iam::call, "GetRolePolicy", key)? {
                properties.insert("PolicyDocument".to_owned(), decoded(&answer["PolicyDocument"]));
                live.push(Value::from(role));
            }
        }
        if live.is_empty() {
            return Ok(None);
        }
        properties.insert("Roles".to_owned(), live.into());
        properties.insert("Id".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let (before, after) = (roles(old)?, roles(new)?);
        let renamed = differs(old, new, "PolicyName");
        for role in before.iter().filter(|role| renamed || !after.contains(role)) {
            let key = json!({ "RoleName": role, "PolicyName": need(old, "PolicyName")? });
            find(context, iam::call, "DeleteRolePolicy", key)?;
        }
        put(context, new, &after)?;
        remember(context, INLINE, physical_id, &own(new))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let properties = recall(context, INLINE, physical_id)?.ok_or_else(|| not_found(INLINE, physical_id))?;
        for role in texts(&properties, "Roles") {
            let key = json!({ "RoleName": role, "PolicyName": need(&properties, "PolicyName")? });
            find(context, iam::call, "DeleteRolePolicy", key)?;
        }
        forget(context, INLINE, physical_id).map(|_| ())
    }
}

/// What IAM does not keep of an inline policy: where it was put.
fn own(properties: &Properties) -> Properties {
    properties
        .iter()
        .filter(|(name, _)| *name != "PolicyDocument")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn put(context: &Context, properties: &Properties, roles: &[String]) -> HandlerResult<()> {
    for role in roles {
        call(
            context,
            iam::call,
            "PutRolePolicy",
            json!({
                "RoleName": role,
                "PolicyName": need(properties, "PolicyName")?,
                "PolicyDocument": document(properties.get("PolicyDocument").unwrap_or(&Value::Null)),
            }),
        )?;
    }
    Ok(())
}
