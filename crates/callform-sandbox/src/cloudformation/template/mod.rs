//! Templates: what they say, whether they are well-formed, and what their functions come to.

pub(crate) mod cidr;
pub(crate) mod conditions;
pub(crate) mod dependencies;
pub(crate) mod document;
pub(crate) mod evaluation;
pub(crate) mod functions;
pub(crate) mod parameters;
pub(crate) mod references;
pub(crate) mod rules;
pub(crate) mod scope;
pub(crate) mod source;
pub(crate) mod structure;
pub(crate) mod substitution;
pub(crate) mod transform;
mod yaml;

use serde_json::{Map, Value};

pub(crate) use document::Template;

use super::failure::validation;
use crate::error::AwsError;

impl Template {
    /// Reads a template, which is JSON where it begins with a brace and YAML otherwise, and checks its structure.
    pub(crate) fn parse(text: &str) -> Result<Self, AwsError> {
        let document = read(text)?;
        let transforms = transform::declared(&document);
        let template = Self { text: text.to_owned(), processed: None, document, transforms };
        // What transforms make of it is checked when they are carried out.
        if template.transforms.is_empty() {
            structure::check(&template)?;
        } else {
            structure::check_outline(&template)?;
        }
        Ok(template)
    }

    /// A template whose transforms were carried out before.
    pub(crate) fn stored(text: String, processed: String, transforms: Vec<String>) -> Result<Self, AwsError> {
        let document = read(&processed)?;
        Ok(Self { text, processed: Some(processed), document, transforms })
    }

    /// The template with its transforms carried out.
    pub(crate) fn expanded(self, surroundings: &transform::Surroundings) -> Result<Self, AwsError> {
        if self.transforms.is_empty() || self.processed.is_some() {
            return Ok(self);
        }
        let document = transform::expand(&self.document, surroundings)?;
        let processed = Some(Value::Object(document.clone()).to_string());
        let template = Self { processed, document, ..self };
        structure::check(&template)?;
        Ok(template)
    }
}

/// Reads a document that has to be a mapping.
fn read(text: &str) -> Result<Map<String, Value>, AwsError> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let value = if start.starts_with('{') {
        serde_json::from_str(start).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            validation(format!("Template format error: JSON not well-formed. (line {line}, column {column})"))
        })?
    } else {
        yaml::read(text.trim_start_matches('\u{feff}'))?
    };
    match value {
        Value::Object(document) => Ok(document),
        _ => Err(validation("Template format error: unsupported structure.")),
    }
}

#[cfg(test)]
mod tests;
