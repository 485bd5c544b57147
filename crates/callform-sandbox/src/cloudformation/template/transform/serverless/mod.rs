//! `AWS::Serverless-2016-10-31`: functions, tables, APIs and layers in short.
//!
//! | type | becomes |
//! |---|---|
//! | `AWS::Serverless::Function` | function, role, version and alias, what its events need |
//! | `AWS::Serverless::SimpleTable` | table of DynamoDB |
//! | `AWS::Serverless::LayerVersion` | layer version |
//! | `AWS::Serverless::Api`, `AWS::Serverless::HttpApi` | API with deployment and stage; also the ones that events imply |
//!
//! Everything else of it is refused by its name. Source: the serverless application model's specification, and its
//! page "Generated CloudFormation resources".

mod api;
mod event;
mod events;
mod function;
mod policies;
mod source;
mod translation;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::surroundings::{SERVERLESS, failed};
use crate::error::AwsError;
use source::{API, FUNCTION, HTTP_API, LAYER, Source, TABLE, invalid, location, short_digest};
use translation::{Apis, Translation};

pub(super) fn expand(mut document: Map<String, Value>) -> Result<Map<String, Value>, AwsError> {
    let globals = document.shift_remove("Globals");
    let globals = globals.as_ref().and_then(Value::as_object);
    check_globals(globals)?;
    let Some(Value::Object(resources)) = document.shift_remove("Resources") else {
        return Err(failed(SERVERLESS, "'Resources' section is required"));
    };
    let mut translation =
        Translation { resources: Map::new(), conditions: Map::new(), apis: Apis::default(), renamed: BTreeMap::new() };
    // What events add to other resources comes last.
    for (id, resource) in &resources {
        let type_name = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        if !type_name.starts_with("AWS::Serverless::") {
            translation.resources.insert(id.clone(), resource.clone());
        }
    }
    for (id, resource) in &resources {
        let type_name = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        let Some(kind) = type_name.strip_prefix("AWS::Serverless::") else { continue };
        let Some(definition) = resource.as_object() else { continue };
        let own = definition.get("Properties").cloned().unwrap_or_else(|| json!({}));
        let global = globals.and_then(|globals| globals.get(kind)).cloned().unwrap_or_else(|| json!({}));
        let Value::Object(properties) = merged(global, own) else {
            return Err(invalid(id, "Properties have to be an object."));
        };
        let source = Source { id, properties, definition };
        match type_name {
            FUNCTION => function::translate(&mut translation, &source)?,
            TABLE => table(&mut translation, &source)?,
            LAYER => layer(&mut translation, &source)?,
            API => api::declare(&mut translation, &source, false)?,
            HTTP_API => api::declare(&mut translation, &source, true)?,
            other => return Err(invalid(id, format!("The sandbox does not support the type {other}."))),
        }
    }
    api::finish(&mut translation)?;
    let Translation { resources, conditions, renamed, .. } = translation;
    document.insert("Resources".to_owned(), Value::Object(resources));
    if !conditions.is_empty() {
        let own = document.entry("Conditions").or_insert_with(|| json!({}));
        if let Value::Object(own) = own {
            own.extend(conditions);
        }
    }
    for section in ["Resources", "Outputs"] {
        if let Some(content) = document.get_mut(section) {
            rename(content, &renamed);
        }
    }
    Ok(document)
}

fn check_globals(globals: Option<&Map<String, Value>>) -> Result<(), AwsError> {
    let known = ["Function", "Api", "HttpApi", "SimpleTable", "LayerVersion"];
    match globals.and_then(|globals| globals.keys().find(|name| !known.contains(&name.as_str()))) {
        None => Ok(()),
        Some(name) => Err(failed(
            SERVERLESS,
            format!(
                "'Globals' section is invalid. '{name}' is not supported. Must be one of the following values - {known:?}"
            ),
        )),
    }
}

/// A global setting with a resource's own: objects are merged, lists follow each other, everything else is replaced.
fn merged(global: Value, own: Value) -> Value {
    let is_function = |value: &Value| crate::cloudformation::template::references::function(value).is_some();
    match (global, own) {
        (Value::Object(global), Value::Object(own))
            if !is_function(&Value::Object(global.clone())) && !is_function(&Value::Object(own.clone())) =>
        {
            let mut all = global;
            for (name, value) in own {
                let value = match all.shift_remove(&name) {
                    Some(global) => merged(global, value),
                    None => value,
                };
                all.insert(name, value);
            }
            Value::Object(all)
        }
        (Value::Array(global), Value::Array(own)) => global.into_iter().chain(own).collect(),
        (_, own) => own,
    }
}

/// References to what is called otherwise now: `Ref` of a layer, `<function>.Alias` and `<function>.Version`.
fn rename(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match (name.as_str(), &mut *member) {
                    ("Ref", Value::String(id)) => {
                        if let Some(new) = renamed.get(id.as_str()) {
                            id.clone_from(new);
                        }
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        for (old, new) in renamed {
                            *text = text.replace(&format!("${{{old}}}"), &format!("${{{new}}}"));
                        }
                    }
                    _ => rename(member, renamed),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, renamed)),
        _ => {}
    }
}

fn table(translation: &mut Translation, source: &Source) -> Result<(), AwsError> {
    source.check(
        TABLE,
        &[
            "PrimaryKey",
            "ProvisionedThroughput",
            "TableName",
            "SSESpecification",
            "Tags",
            "PointInTimeRecoverySpecification",
        ],
    )?;
    let key = source.get("PrimaryKey");
    let member = |name: &str| key.and_then(|key| key.get(name)).cloned();
    let name = member("Name").unwrap_or_else(|| "id".into());
    let kind = match member("Type").as_ref().and_then(Value::as_str).unwrap_or("String") {
        "String" => "S",
        "Number" => "N",
        "Binary" => "B",
        other => return Err(source.wrong(format!("'PrimaryKey' is invalid: the type {other} does not exist."))),
    };
    let mut properties = Map::new();
    properties.insert("AttributeDefinitions".to_owned(), json!([{ "AttributeName": name, "AttributeType": kind }]));
    properties.insert("KeySchema".to_owned(), json!([{ "AttributeName": name, "KeyType": "HASH" }]));
    match source.get("ProvisionedThroughput") {
        Some(throughput) => properties.insert("ProvisionedThroughput".to_owned(), throughput.clone()),
        None => properties.insert("BillingMode".to_owned(), "PAY_PER_REQUEST".into()),
    };
    for name in ["TableName", "SSESpecification", "PointInTimeRecoverySpecification"] {
        properties.extend(source.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    if let Some(Value::Object(own)) = source.get("Tags") {
        let tags = own.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        properties.insert("Tags".to_owned(), tags.collect());
    }
    let members = ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"];
    let resource = source.resource("AWS::DynamoDB::Table", Value::Object(properties), &members);
    translation.resources.insert(source.id.to_owned(), resource);
    Ok(())
}

fn layer(translation: &mut Translation, source: &Source) -> Result<(), AwsError> {
    let known = [
        "LayerName",
        "Description",
        "ContentUri",
        "CompatibleArchitectures",
        "CompatibleRuntimes",
        "LicenseInfo",
        "RetentionPolicy",
    ];
    source.check(LAYER, &known)?;
    let content = source.get("ContentUri").ok_or_else(|| source.wrong("Missing required property 'ContentUri'."))?;
    let mut properties = Map::new();
    properties.insert("Content".to_owned(), location(source, content, ["S3Bucket", "S3Key", "S3ObjectVersion"])?);
    let name = source.get("LayerName").cloned().unwrap_or_else(|| source.id.into());
    properties.insert("LayerName".to_owned(), name);
    for name in ["Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"] {
        properties.extend(source.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let properties = Value::Object(properties);
    // A layer version cannot be changed: another content is another resource.
    let id = format!("{}{}", source.id, short_digest(&properties));
    let mut resource = source.resource("AWS::Lambda::LayerVersion", properties, &["DependsOn", "Metadata"]);
    resource["DeletionPolicy"] = source.get("RetentionPolicy").cloned().unwrap_or_else(|| "Retain".into());
    translation.renamed.insert(source.id.to_owned(), id.clone());
    translation.resources.insert(id, resource);
    Ok(())
}
