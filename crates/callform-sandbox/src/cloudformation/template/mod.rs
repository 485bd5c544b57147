//! Templates: what they say, whether they are well-formed, and what their functions come to.

pub(crate) mod cidr;
pub(crate) mod conditions;
pub(crate) mod dependencies;
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

use super::failure::validation;
use crate::error::AwsError;

/// A template as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The text as it was sent.
    pub(crate) text: String,
    /// The document with its transforms carried out; `None` where it has none, or they are not carried out yet.
    pub(crate) processed: Option<String>,
    document: Map<String, Value>,
    /// The transforms it declares.
    transforms: Vec<String>,
}

static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

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

    /// A section such as `Resources`; empty where the template has none.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        self.document.get(name).and_then(Value::as_object).unwrap_or(&NOTHING)
    }

    /// A top-level member.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.document.get(name)
    }

    /// Names of the top-level members.
    pub(crate) fn member_names(&self) -> impl Iterator<Item = &str> {
        self.document.keys().map(String::as_str)
    }

    /// The description.
    pub(crate) fn description(&self) -> Option<&str> {
        self.member("Description").and_then(Value::as_str)
    }

    /// A member of a resource's definition.
    pub(crate) fn resource_member(&self, logical_id: &str, member: &str) -> Option<&Value> {
        self.section("Resources").get(logical_id)?.get(member)
    }

    /// The type of each resource, by logical ID, in the template's order.
    pub(crate) fn resource_types(&self) -> impl Iterator<Item = (&str, &str)> {
        let resources = self.section("Resources").iter();
        resources.filter_map(|(id, definition)| Some((id.as_str(), definition.get("Type")?.as_str()?)))
    }

    /// The transforms it declares.
    pub(crate) fn transforms(&self) -> Vec<&str> {
        self.transforms.iter().map(String::as_str).collect()
    }

    /// True where the template may use the functions of `AWS::LanguageExtensions`.
    pub(crate) fn has_extensions(&self) -> bool {
        self.transforms().contains(&transform::EXTENSIONS)
    }

    /// The capability its IAM resources need: one that allows names of one's own where they have such.
    pub(crate) fn required_capability(&self) -> Option<(&'static str, Vec<&str>)> {
        const NAMES: [&str; 6] =
            ["RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName", "PolicyName"];
        let iam: Vec<(&str, &str)> =
            self.resource_types().filter(|(_, type_name)| type_name.starts_with("AWS::IAM::")).collect();
        let named = iam.iter().any(|(id, type_name)| {
            let properties = self.resource_member(id, "Properties");
            let inline_policy = matches!(*type_name, "AWS::IAM::Policy" | "AWS::IAM::RolePolicy");
            !inline_policy && NAMES.iter().any(|name| properties.and_then(|all| all.get(*name)).is_some())
        });
        let mut types: Vec<&str> = iam.into_iter().map(|(_, type_name)| type_name).collect();
        types.dedup();
        (!types.is_empty()).then_some((if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }, types))
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

/// The two halves of `A.B.C`: the resource and its attribute.
pub(crate) fn split_attribute(name: &str) -> Option<(&str, &str)> {
    name.split_once('.').filter(|(resource, attribute)| !resource.is_empty() && !attribute.is_empty())
}

#[cfg(test)]
mod tests;
