//! A resource of the model, and what everything it becomes has in common.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::cloudformation::template::transform::surroundings::{SERVERLESS, failed};
use crate::error::AwsError;
use crate::services::s3::upload::hexadecimal;

pub(super) const FUNCTION: &str = "AWS::Serverless::Function";
pub(super) const TABLE: &str = "AWS::Serverless::SimpleTable";
pub(super) const LAYER: &str = "AWS::Serverless::LayerVersion";
pub(super) const API: &str = "AWS::Serverless::Api";
pub(super) const HTTP_API: &str = "AWS::Serverless::HttpApi";

/// A resource of the model.
pub(super) struct Source<'a> {
    pub(super) id: &'a str,
    pub(super) properties: Map<String, Value>,
    pub(super) definition: &'a Map<String, Value>,
}

impl Source<'_> {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(super) fn wrong(&self, why: impl std::fmt::Display) -> AwsError {
        invalid(self.id, why)
    }

    /// Refuses properties that are not in a list.
    pub(super) fn check(&self, type_name: &str, known: &[&str]) -> Result<(), AwsError> {
        match self.properties.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(self.wrong(format!(
                "property {name} not defined for resource of type {type_name}, or not supported by the sandbox"
            ))),
        }
    }

    /// A resource with this one's condition, and other members of its definition.
    pub(super) fn resource(&self, type_name: &str, properties: Value, members: &[&str]) -> Value {
        let mut resource = Map::new();
        resource.insert("Type".to_owned(), type_name.into());
        for member in ["Condition"].iter().chain(members) {
            if let Some(value) = self.definition.get(*member) {
                resource.insert((*member).to_owned(), value.clone());
            }
        }
        resource.insert("Properties".to_owned(), properties);
        Value::Object(resource)
    }
}

pub(super) fn invalid(id: &str, why: impl std::fmt::Display) -> AwsError {
    failed(
        SERVERLESS,
        format!(
            "Invalid Serverless Application Specification document. Number of errors found: 1. Resource with id [{id}] is invalid. {why}"
        ),
    )
}

/// The first ten characters of a value's digest: what logical IDs that change with their content end in.
pub(super) fn short_digest(value: &Value) -> String {
    hexadecimal(&Sha256::digest(value.to_string())).chars().take(10).collect()
}

/// Tags as lists have them, with the one that the model adds to what it makes.
pub(super) fn tags(own: Option<&Value>) -> Value {
    let created = json!({ "Key": "lambda:createdBy", "Value": "SAM" });
    let own = own.and_then(Value::as_object).into_iter().flatten();
    [created].into_iter().chain(own.map(|(key, value)| json!({ "Key": key, "Value": value }))).collect()
}

/// Bucket and key of `s3://bucket/key`, or the members of an object, under the names that a property has for them.
pub(super) fn location(source: &Source, value: &Value, names: [&str; 3]) -> Result<Value, AwsError> {
    let [bucket, key, version] = names;
    let mut found = Map::new();
    match value {
        Value::String(uri) => {
            let place = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
            let Some((own, path)) = place.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()) else {
                return Err(source.wrong(format!(
                    "'{uri}' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter. Local paths are uploaded by `package` of the tool in use."
                )));
            };
            let (path, id) = path.split_once("?versionId=").map_or((path, None), |(path, id)| (path, Some(id)));
            found.insert(bucket.to_owned(), own.into());
            found.insert(key.to_owned(), path.into());
            found.extend(id.map(|id| (version.to_owned(), id.into())));
        }
        Value::Object(members) => {
            for (from, to) in [("Bucket", bucket), ("Key", key), ("Version", version)] {
                found.extend(members.get(from).map(|value| (to.to_owned(), value.clone())));
            }
            if found.len() < 2 {
                return Err(source.wrong("A place in S3 needs Bucket and Key."));
            }
        }
        _ => return Err(source.wrong("A place in S3 is an URI, or an object with Bucket and Key.")),
    }
    Ok(Value::Object(found))
}
