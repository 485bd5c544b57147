//! `AWS::SecretsManager::Secret`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, differs, find, flag, invalid, number, tag_changes, text, unique, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::secretsmanager;

pub(super) struct Secret;

impl ResourceHandler for Secret {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let generated = || format!("{}-{}", context.logical_id, unique(context));
        let answer = call(
            context,
            secretsmanager::call,
            "CreateSecret",
            json!({
                "Name": text(properties, "Name").map_or_else(generated, str::to_owned),
                "Description": properties.get("Description"),
                "KmsKeyId": properties.get("KmsKeyId"),
                "SecretString": value(properties)?,
                "Tags": properties.get("Tags"),
            }),
        )?;
        Ok(answer["ARN"].as_str().unwrap_or_default().to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let key = json!({ "SecretId": physical_id });
        let Some(secret) = find(context, secretsmanager::call, "DescribeSecret", key)? else {
            return Ok(None);
        };
        if !secret["DeletedDate"].is_null() {
            return Ok(None);
        }
        let mut properties = Properties::new();
        for member in ["Name", "Description", "KmsKeyId", "Tags"] {
            properties.insert(member.to_owned(), secret[member].clone());
        }
        properties.insert("Id".to_owned(), secret["ARN"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let changed = differs(old, new, "SecretString") || differs(old, new, "GenerateSecretString");
        call(
            context,
            secretsmanager::call,
            "UpdateSecret",
            json!({
                "SecretId": physical_id,
                "Description": text(new, "Description").unwrap_or_default(),
                "KmsKeyId": new.get("KmsKeyId"),
                "SecretString": if changed { value(new)? } else { None },
            }),
        )?;
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, secretsmanager::call, "UntagResource", json!({ "SecretId": physical_id, "TagKeys": removed }))?;
        let input = json!({ "SecretId": physical_id, "Tags": set });
        call(context, secretsmanager::call, "TagResource", input).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({ "SecretId": physical_id, "ForceDeleteWithoutRecovery": true });
        call(context, secretsmanager::call, "DeleteSecret", input).map(|_| ())
    }
}

/// The value of a secret: given, or generated.
fn value(properties: &Properties) -> HandlerResult<Option<String>> {
    if let Some(text) = text(properties, "SecretString") {
        return Ok(Some(text.to_owned()));
    }
    // A secret with neither has no value; CloudFormation generates one only where it is told to.
    let Some(generate) = properties.get("GenerateSecretString") else {
        return Ok(None);
    };
    let length = generate.get("PasswordLength").and_then(number).and_then(|length| usize::try_from(length).ok());
    let mut password = secretsmanager::random_password(length.unwrap_or(32).clamp(1, 4096));
    let excluded = generate["ExcludeCharacters"].as_str().unwrap_or_default();
    let plain = generate.get("ExcludePunctuation").is_some_and(flag);
    password =
        password
            .chars()
            .map(|own| {
                if excluded.contains(own) || (plain && own.is_ascii_punctuation()) {
                    replacement(excluded)
                } else {
                    own
                }
            })
            .collect();
    match (generate["SecretStringTemplate"].as_str(), generate["GenerateStringKey"].as_str()) {
        (Some(template), Some(key)) => {
            let mut object: Map<String, Value> =
                serde_json::from_str(template).map_err(|_| invalid("SecretStringTemplate is no JSON object."))?;
            object.insert(key.to_owned(), password.into());
            Ok(Some(Value::Object(object).to_string()))
        }
        (None, None) => Ok(Some(password)),
        _ => Err(invalid("You must provide both SecretStringTemplate and GenerateStringKey, or neither.")),
    }
}

/// A letter or digit that is not excluded.
fn replacement(excluded: &str) -> char {
    ('a'..='z').chain('A'..='Z').chain('0'..='9').find(|own| !excluded.contains(*own)).unwrap_or('a')
}
