//! Parameters: their declarations, the values given for them, and what `Ref` makes of a value.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::document::Template;
use crate::cloudformation::failure::{constraint, validation};
use crate::error::AwsError;

/// Longest value, bytes.
const LONGEST_VALUE: usize = 4096;

/// A parameter value as a request gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenParameter {
    pub(crate) key: String,
    /// `None` together with `use_previous` false: the request had neither.
    pub(crate) value: Option<String>,
    pub(crate) use_previous: bool,
}

/// A parameter of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StackParameter {
    pub(crate) key: String,
    /// The value as it was given.
    pub(crate) value: String,
    /// The value of the SSM parameter that `value` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<String>,
    /// The value is shown as `****`.
    #[serde(default)]
    pub(crate) no_echo: bool,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
}

impl StackParameter {
    /// What `Ref` of the parameter is: a list for list types.
    pub(crate) fn reference(&self) -> Value {
        let value = self.resolved.as_ref().unwrap_or(&self.value);
        if is_list(&self.type_name) {
            let items = value.split(',').map(|item| Value::from(item.trim()));
            if value.is_empty() { Value::Array(Vec::new()) } else { items.collect() }
        } else {
            Value::from(value.as_str())
        }
    }

    /// The value as Describe operations show it.
    pub(crate) fn shown(&self) -> &str {
        if self.no_echo { "****" } else { &self.value }
    }
}

/// True where an SSM parameter's name is given and its value is meant.
fn names_ssm_parameter(type_name: &str) -> bool {
    type_name.starts_with("AWS::SSM::Parameter::Value<")
}

fn is_list(type_name: &str) -> bool {
    type_name == "CommaDelimitedList"
        || type_name.starts_with("List<")
        || type_name.starts_with("AWS::SSM::Parameter::Value<List<")
        || type_name == "AWS::SSM::Parameter::Value<CommaDelimitedList>"
}

fn is_number(type_name: &str) -> bool {
    type_name == "Number" || type_name == "List<Number>"
}

/// The values of a template's parameters: those given, those the stack has, defaults.
///
/// `ssm` gives the value of an SSM parameter.
pub(crate) fn resolve(
    template: &Template,
    given: &[GivenParameter],
    previous: &[StackParameter],
    ssm: &dyn Fn(&str) -> Result<String, AwsError>,
) -> Result<Vec<StackParameter>, AwsError> {
    let declarations = template.section("Parameters");
    let unknown: Vec<&str> =
        given.iter().map(|given| given.key.as_str()).filter(|key| !declarations.contains_key(*key)).collect();
    if !unknown.is_empty() {
        return Err(validation(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))));
    }
    let mut missing = Vec::new();
    let mut resolved = Vec::new();
    for (key, declaration) in declarations {
        let type_name = text(declaration, "Type").ok_or_else(|| {
            validation(format!(
                "Template format error: [/Parameters/{key}] Every Parameters object must contain a Type member."
            ))
        })?;
        match value_of(key, declaration, given, previous) {
            Some(value) => {
                if value.len() > LONGEST_VALUE {
                    return Err(constraint(
                        &value,
                        "parameters.member.parameterValue",
                        "have length less than or equal to 4096",
                    ));
                }
                let from_ssm = names_ssm_parameter(&type_name).then(|| ssm(&value)).transpose()?;
                check(key, &type_name, declaration, from_ssm.as_ref().unwrap_or(&value))?;
                let no_echo = declaration.get("NoEcho").is_some_and(|flag| flag == true || flag == "true");
                resolved.push(StackParameter { key: key.clone(), value, resolved: from_ssm, no_echo, type_name });
            }
            None if names_ssm_parameter(&type_name) => {
                let message = format!("Parameter {key} should either have input value or default value");
                return Err(validation(message));
            }
            None => missing.push(key.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(validation(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    Ok(resolved)
}

fn value_of(key: &str, declaration: &Value, given: &[GivenParameter], previous: &[StackParameter]) -> Option<String> {
    let given = given.iter().find(|given| given.key == key);
    if given.is_some_and(|given| given.use_previous) {
        return previous.iter().find(|previous| previous.key == key).map(|previous| previous.value.clone());
    }
    given.and_then(|given| given.value.clone()).or_else(|| text(declaration, "Default"))
}

/// A scalar member as text: defaults may be numbers.
pub(crate) fn text(declaration: &Value, member: &str) -> Option<String> {
    match declaration.get(member)? {
        Value::String(text) => Some(text.clone()),
        scalar @ (Value::Number(_) | Value::Bool(_)) => Some(scalar.to_string()),
        _ => None,
    }
}

fn check(key: &str, type_name: &str, declaration: &Value, value: &str) -> Result<(), AwsError> {
    let refuse = |reason: String| {
        Err(validation(match text(declaration, "ConstraintDescription") {
            Some(description) => format!("Parameter '{key}' failed to satisfy constraint: {description}"),
            None => format!("Parameter '{key}' {reason}"),
        }))
    };
    let items: Vec<&str> =
        if is_list(type_name) && !value.is_empty() { value.split(',').map(str::trim).collect() } else { vec![value] };
    if is_number(type_name) && items.iter().any(|item| item.parse::<f64>().is_err()) {
        return Err(validation(format!("Parameter '{key}' must be a number.")));
    }
    if let Some(Value::Array(allowed)) = declaration.get("AllowedValues") {
        let allowed: Vec<String> =
            allowed.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect();
        if items.iter().any(|item| !allowed.iter().any(|one| one == item)) {
            return refuse("must be one of AllowedValues".to_owned());
        }
    }
    if let Some(pattern) = text(declaration, "AllowedPattern")
        && let Ok(regex) = Regex::new(&format!("^(?:{pattern})$"))
        && items.iter().any(|item| !regex.is_match(item))
    {
        return refuse(format!("must match pattern {pattern}"));
    }
    check_limits(declaration, &items).map_or(Ok(()), refuse)
}

/// What is wrong with a value's length or size, if anything.
fn check_limits(declaration: &Value, items: &[&str]) -> Option<String> {
    let limit = |member: &str| text(declaration, member).and_then(|limit| limit.parse::<f64>().ok());
    for item in items {
        #[expect(clippy::cast_precision_loss, reason = "lengths are at most 4,096")]
        let length = item.chars().count() as f64;
        if let Some(least) = limit("MinLength").filter(|least| length < *least) {
            return Some(format!("must contain at least {least} characters"));
        }
        if let Some(most) = limit("MaxLength").filter(|most| length > *most) {
            return Some(format!("must contain at most {most} characters"));
        }
        let number = item.parse::<f64>().unwrap_or(f64::NAN);
        if let Some(least) = limit("MinValue").filter(|least| number < *least) {
            return Some(format!("must be a number not less than {least}"));
        }
        if let Some(most) = limit("MaxValue").filter(|most| number > *most) {
            return Some(format!("must be a number not greater than {most}"));
        }
    }
    None
}

/// What `Ref` of each parameter is.
pub(crate) fn references(parameters: &[StackParameter]) -> BTreeMap<String, Value> {
    parameters.iter().map(|parameter| (parameter.key.clone(), parameter.reference())).collect()
}

/// The declarations as `GetTemplateSummary` (`summary` true) and `ValidateTemplate` list them.
pub(crate) fn declarations(template: &Template, summary: bool) -> Vec<Value> {
    let declared = template.section("Parameters").iter();
    declared
        .map(|(key, declaration)| {
            let mut listed = Map::new();
            listed.insert("ParameterKey".to_owned(), key.as_str().into());
            if let Some(default) = text(declaration, "Default") {
                listed.insert("DefaultValue".to_owned(), default.into());
            }
            let no_echo = declaration.get("NoEcho").is_some_and(|flag| flag == true || flag == "true");
            listed.insert("NoEcho".to_owned(), no_echo.into());
            if let Some(description) = text(declaration, "Description") {
                listed.insert("Description".to_owned(), description.into());
            }
            if summary {
                listed.insert("ParameterType".to_owned(), text(declaration, "Type").unwrap_or_default().into());
                let mut constraints = Map::new();
                if let Some(allowed) = declaration.get("AllowedValues") {
                    constraints.insert("AllowedValues".to_owned(), allowed.clone());
                }
                listed.insert("ParameterConstraints".to_owned(), constraints.into());
            }
            listed.into()
        })
        .collect()
}
