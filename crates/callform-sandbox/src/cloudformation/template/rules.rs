//! Rules: what has to hold of the parameters.
//!
//! Source: user guide, "Rules" and "Rule-specific intrinsic functions".

use serde_json::{Map, Value};

use super::parameters::StackParameter;
use super::references::single;
use super::scope::Scope;
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// Deepest nesting of functions.
const DEPTH: usize = 64;

/// Refuses parameter values of which a rule's assertion does not hold.
pub(crate) fn check(rules: &Map<String, Value>, scope: &Scope, parameters: &[StackParameter]) -> Result<(), AwsError> {
    let rules_of = RuleScope { scope, parameters };
    for (name, rule) in rules {
        let applies = match rule.get("RuleCondition") {
            Some(condition) => rules_of.holds(condition, DEPTH)?,
            None => true,
        };
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let assertions = assertions
            .filter(|assertions| !assertions.is_empty())
            .ok_or_else(|| validation(format!("Template format error: Rule {name} has to have Assertions, a list.")))?;
        if !applies {
            continue;
        }
        for assertion in assertions {
            let assert = assertion.get("Assert").ok_or_else(|| {
                validation(format!("Template format error: Every assertion of rule {name} has to have an Assert."))
            })?;
            if !rules_of.holds(assert, DEPTH)? {
                let description = assertion.get("AssertDescription").and_then(Value::as_str);
                let description = description.unwrap_or("an assertion does not hold");
                return Err(validation(format!("Template validation error: Rule {name} failed: {description}")));
            }
        }
    }
    Ok(())
}

struct RuleScope<'a> {
    scope: &'a Scope<'a>,
    parameters: &'a [StackParameter],
}

impl RuleScope<'_> {
    fn holds(&self, function: &Value, depth: usize) -> Result<bool, AwsError> {
        let depth = depth.checked_sub(1).ok_or_else(|| validation("Template error: Rules are nested too deep."))?;
        let (name, argument) = single(function).unwrap_or(("", &Value::Null));
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let all = || arguments.iter().map(|one| self.holds(one, depth)).collect::<Result<Vec<bool>, _>>();
        match (name, arguments) {
            ("Fn::And", [_, _, ..]) => Ok(all()?.into_iter().all(|holds| holds)),
            ("Fn::Or", [_, _, ..]) => Ok(all()?.into_iter().any(|holds| holds)),
            ("Fn::Not", [one]) => Ok(!self.holds(one, depth)?),
            ("Fn::Equals", [left, right]) => Ok(self.texts(left)? == self.texts(right)?),
            ("Fn::Contains", [list, value]) => {
                let list = self.texts(list)?;
                Ok(self.texts(value)?.iter().all(|value| list.contains(value)))
            }
            ("Fn::EachMemberEquals", [list, value]) => {
                let value = self.texts(value)?;
                Ok(self.texts(list)?.iter().all(|member| value.as_slice() == std::slice::from_ref(member)))
            }
            ("Fn::EachMemberIn", [list, other]) => {
                let other = self.texts(other)?;
                Ok(self.texts(list)?.iter().all(|member| other.contains(member)))
            }
            ("Fn::ValueOf" | "Fn::ValueOfAll", _) => Err(validation(format!(
                "The sandbox does not support {name} in Rules: it knows no attributes of what parameters name."
            ))),
            _ => Err(validation(format!(
                "Template error: Rules cannot have {} here",
                if name.is_empty() { "anything but functions" } else { name }
            ))),
        }
    }

    /// A value as a list of texts.
    fn texts(&self, value: &Value) -> Result<Vec<String>, AwsError> {
        if let Some(("Fn::RefAll", Value::String(type_name))) = single(value) {
            let of_type = self.parameters.iter().filter(|parameter| {
                parameter.type_name == *type_name || parameter.type_name == format!("List<{type_name}>")
            });
            return Ok(of_type.flat_map(|parameter| flat(&parameter.reference())).collect());
        }
        if let Some((name @ ("Fn::ValueOf" | "Fn::ValueOfAll"), _)) = single(value) {
            return Err(validation(format!(
                "The sandbox does not support {name} in Rules: it knows no attributes of what parameters name."
            )));
        }
        if let Some(("Ref", Value::String(name))) = single(value)
            && !self.scope.parameters.contains_key(name)
        {
            return Err(validation(format!("Template error: Rules can only refer to parameters, not to {name}")));
        }
        Ok(self.scope.evaluate(value)?.map(|value| flat(&value)).unwrap_or_default())
    }
}

fn flat(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
