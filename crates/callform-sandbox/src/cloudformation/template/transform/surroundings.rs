//! What all transforms share: their names, what they see, and how they fail.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::cloudformation::failure::validation;
use crate::cloudformation::template::functions::Evaluated;
use crate::cloudformation::template::scope::{Resources, Scope};
use crate::error::AwsError;

pub(super) const INCLUDE: &str = "AWS::Include";
pub(super) const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// What transforms can see.
pub(crate) struct Surroundings<'a> {
    /// Values of parameters and pseudo parameters.
    pub(crate) parameters: &'a BTreeMap<String, Value>,
    /// The text of an object of S3, by the URL that a template names.
    pub(crate) fetch: &'a dyn Fn(&str) -> Result<String, AwsError>,
}

/// The name of a transform, which is a text or an object with `Name`.
pub(super) fn name(transform: &Value) -> Option<String> {
    transform.as_str().or_else(|| transform.get("Name")?.as_str()).map(str::to_owned)
}

/// The refusal of a transform that is not there.
pub(super) fn unknown(name: &str) -> AwsError {
    validation(if name.starts_with("AWS::") {
        format!("The sandbox does not support the transform {name}.")
    } else {
        format!("No transform named {name} found. The sandbox does not support macros of one's own.")
    })
}

/// The failure of a transform.
pub(super) fn failed(transform: &str, why: impl std::fmt::Display) -> AwsError {
    validation(format!("Transform {transform} failed with: {why}"))
}

/// Knows no resource and no export.
struct Nothing;

impl Resources for Nothing {
    fn reference(&self, _logical_id: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Result<Option<Value>, AwsError> {
        Ok(None)
    }

    fn export(&self, _name: &str) -> Result<Option<String>, AwsError> {
        Ok(None)
    }
}

/// A value as far as parameters and mappings say what it is.
pub(super) fn evaluate(value: &Value, document: &Map<String, Value>, surroundings: &Surroundings) -> Evaluated {
    let empty = Map::new();
    Scope {
        parameters: surroundings.parameters,
        mappings: document.get("Mappings").and_then(Value::as_object).unwrap_or(&empty),
        conditions: &BTreeMap::new(),
        resources: &Nothing,
        extensions: true,
    }
    .evaluate(value)
}
