//! One event of a function.

use serde_json::{Map, Value, json};

use super::source::Source;
use crate::error::AwsError;

/// One event of a function.
pub(super) struct Event<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) name: &'a str,
    pub(super) properties: &'a Map<String, Value>,
    /// `Ref` of the function, or of its alias.
    pub(super) target: &'a Value,
}

impl Event<'_> {
    /// The logical ID of what an event makes: the function's with the event's name.
    pub(super) fn id(&self) -> String {
        format!("{}{}", self.source.id, self.name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    pub(super) fn required(&self, name: &str) -> Result<&Value, AwsError> {
        self.get(name).ok_or_else(|| self.wrong(format!("Missing required property '{name}'.")))
    }

    pub(super) fn wrong(&self, why: impl std::fmt::Display) -> AwsError {
        self.source.wrong(format!("Event with id [{}] is invalid. {why}", self.name))
    }

    /// The ARN of the function, or of its alias, whose `Ref` is an ARN.
    pub(super) fn arn(&self) -> Value {
        match self.target.get("Ref").and_then(Value::as_str) {
            Some(id) if id == self.source.id => json!({ "Fn::GetAtt": [id, "Arn"] }),
            _ => self.target.clone(),
        }
    }

    /// The properties of some names.
    pub(super) fn taken(&self, names: &[&str]) -> Map<String, Value> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.get(name)?.clone()))).collect()
    }

    pub(super) fn permission(&self, principal: &str, more: Value) -> Value {
        let mut permission =
            json!({ "Action": "lambda:InvokeFunction", "FunctionName": self.target, "Principal": principal });
        if let (Some(permission), Value::Object(more)) = (permission.as_object_mut(), more) {
            permission.extend(more);
        }
        self.source.resource("AWS::Lambda::Permission", permission, &[])
    }
}
