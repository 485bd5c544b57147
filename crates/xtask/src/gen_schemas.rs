//! Condenses CloudFormation's resource schemas: the facts stay, the prose goes.
//!
//! The result is one line of JSON per resource type, sorted by type and with sorted keys, so that the same schemas
//! always give the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

/// The region whose schemas are taken: it has every Connect resource type.
const REGION: &str = "us-west-2";

/// Services whose types are all taken: those that contact centers and the stacks around them are made of.
const SERVICES: &[&str] = &[
    "Amplify",
    "ApiGateway",
    "ApiGatewayV2",
    "AppIntegrations",
    "ApplicationAutoScaling",
    "AppSync",
    "Athena",
    "AutoScaling",
    "Bedrock",
    "Cases",
    "CertificateManager",
    "CloudFront",
    "CloudWatch",
    "CodeBuild",
    "CodePipeline",
    "Cognito",
    "Connect",
    "ConnectCampaigns",
    "ConnectCampaignsV2",
    "CustomerProfiles",
    "DynamoDB",
    "ECR",
    "ECS",
    "Events",
    "EventSchemas",
    "Glue",
    "IAM",
    "KMS",
    "Kinesis",
    "KinesisFirehose",
    "KinesisVideo",
    "Lambda",
    "Lex",
    "Logs",
    "Pinpoint",
    "Pipes",
    "Route53",
    "S3",
    "SES",
    "SMSVOICE",
    "SNS",
    "SQS",
    "SSM",
    "Scheduler",
    "SecretsManager",
    "StepFunctions",
    "Transcribe",
    "VoiceID",
    "WAFv2",
    "Wisdom",
    "XRay",
];

/// Single types of further services: the network that functions and tasks run in.
const TYPES: &[&str] = &[
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
];

/// Members whose value stays as it is.
const PLAIN_KEYWORDS: &[&str] = &[
    "$ref",
    "conditionalCreateOnlyProperties",
    "const",
    "createOnlyProperties",
    "dependencies",
    "dependentRequired",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "insertionOrder",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "primaryIdentifier",
    "readOnlyProperties",
    "replacementStrategy",
    "required",
    "type",
    "typeName",
    "uniqueItems",
    "writeOnlyProperties",
];

/// Members that hold one schema (or, for `additionalProperties`, a boolean).
const SCHEMA_KEYWORDS: &[&str] = &["additionalProperties", "else", "if", "items", "not", "then"];

/// Members that hold a list of schemas.
const SCHEMA_LIST_KEYWORDS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// Members that hold schemas by name.
const SCHEMA_MAP_KEYWORDS: &[&str] = &["definitions", "patternProperties", "properties"];

/// The file beside the condensed one with what handlers may do: few ask for it, so that it is apart.
const PERMISSIONS: &str = "handler-permissions.jsonl";

/// Handlers whose permissions are taken.
const HANDLERS: [&str; 4] = ["create", "delete", "read", "update"];

/// Reads the schemas under `from` and writes the condensed file `to`, and the permissions of handlers beside it.
pub(crate) fn run(from: &Path, to: &Path) -> Result<()> {
    let files: BTreeMap<String, String> = read(&from.join("providers").join(format!("{REGION}.json")))?;
    let (mut lines, mut permissions) = (String::new(), String::new());
    for (type_name, file) in &files {
        if is_taken(type_name) {
            let schema: Value = read(&from.join("resources").join(format!("{file}.json")))?;
            lines.push_str(&serde_json::to_string(&condense(&schema))?);
            lines.push('\n');
            permissions.push_str(&serde_json::to_string(&handler_permissions(type_name, &schema))?);
            permissions.push('\n');
        }
    }
    for type_name in TYPES {
        anyhow::ensure!(files.contains_key(*type_name), "{REGION} has no schema of {type_name}");
    }
    for service in SERVICES {
        let any = files.keys().any(|type_name| service_of(type_name) == Some(service));
        anyhow::ensure!(any, "{REGION} has no types of the service {service}");
    }
    for (path, text) in [(to.to_owned(), lines), (to.with_file_name(PERMISSIONS), permissions)] {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// True for a type whose schema is kept.
fn is_taken(type_name: &str) -> bool {
    TYPES.contains(&type_name) || service_of(type_name).is_some_and(|service| SERVICES.contains(&service))
}

/// The service in a type's name.
fn service_of(type_name: &str) -> Option<&str> {
    type_name.strip_prefix("AWS::")?.split("::").next()
}

/// The actions each handler of a type may call, sorted.
fn handler_permissions(type_name: &str, schema: &Value) -> Value {
    let mut members = BTreeMap::from([("typeName", Value::from(type_name))]);
    for handler in HANDLERS {
        let listed = schema.pointer(&format!("/handlers/{handler}/permissions")).and_then(Value::as_array);
        let mut actions: Vec<&str> = listed.into_iter().flatten().filter_map(Value::as_str).collect();
        actions.sort_unstable();
        actions.dedup();
        members.insert(handler, actions.into());
    }
    object(members)
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what was expected", file.display()))
}

/// The schema with the keywords above only, keys sorted.
fn condense(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut kept = BTreeMap::new();
    for (keyword, value) in members {
        let name = keyword.as_str();
        if PLAIN_KEYWORDS.contains(&name) {
            kept.insert(name, sorted(value));
        } else if SCHEMA_KEYWORDS.contains(&name) {
            kept.insert(name, condense(value));
        } else if let (true, Value::Array(list)) = (SCHEMA_LIST_KEYWORDS.contains(&name), value) {
            let list: Vec<Value> = list.iter().map(condense).collect();
            // Alternatives that only told where a value comes from (`relationshipRef`) say nothing any more.
            if list.iter().any(|item| item.as_object().is_none_or(|item| !item.is_empty())) {
                kept.insert(name, Value::Array(list));
            }
        } else if let (true, Value::Object(map)) = (SCHEMA_MAP_KEYWORDS.contains(&name), value) {
            let map: BTreeMap<&String, Value> = map.iter().map(|(key, value)| (key, condense(value))).collect();
            kept.insert(name, object(map));
        } else if let ("tagging", Some(property)) = (name, value.get("tagProperty")) {
            kept.insert(name, Value::Object(Map::from_iter([("tagProperty".to_owned(), property.clone())])));
        }
    }
    object(kept)
}

/// The value with the keys of its objects sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => object(map.iter().map(|(key, value)| (key, sorted(value))).collect()),
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn object<K: ToString>(map: BTreeMap<K, Value>) -> Value {
    Value::Object(map.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn permissions_of_handlers_are_sorted_and_apart() {
        let schema = json!({ "handlers": {
            "create": { "permissions": ["b:Tag", "b:Create", "b:Tag"] }, "list": { "permissions": ["b:List"] } } });
        assert_eq!(
            serde_json::to_string(&handler_permissions("A::B::C", &schema)).unwrap(),
            r#"{"create":["b:Create","b:Tag"],"delete":[],"read":[],"typeName":"A::B::C","update":[]}"#
        );
    }

    #[test]
    fn prose_goes_and_facts_stay() {
        let schema = json!({
            "typeName": "A::B::C",
            "description": "About C",
            "sourceUrl": "https://example.com",
            "handlers": { "create": { "permissions": ["b:C"] } },
            "tagging": { "permissions": ["b:Tag"], "tagProperty": "/properties/Tags" },
            "properties": {
                "description": { "description": "A property of this name stays", "type": "string", "maxLength": 5 },
                "Role": { "anyOf": [{ "relationshipRef": { "typeName": "X" } }], "type": "string" },
            },
        });
        assert_eq!(
            serde_json::to_string(&condense(&schema)).unwrap(),
            r#"{"properties":{"Role":{"type":"string"},"description":{"maxLength":5,"type":"string"}},"tagging":{"tagProperty":"/properties/Tags"},"typeName":"A::B::C"}"#
        );
    }
}
