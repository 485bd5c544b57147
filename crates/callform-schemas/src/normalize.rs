//! Turns scalars into the type the schema wants, as CloudFormation does before it calls a resource's handler.

use serde_json::{Map, Value};

use crate::schema::ResourceSchema;
use crate::validate::{scalar_text, types};

impl ResourceSchema {
    /// The properties with every scalar in the type of its schema: a parameter's `"5"` becomes the integer 5, a
    /// number in a text property becomes text. What fits no type stays as it is.
    #[must_use]
    pub fn normalize(&self, properties: &Value) -> Value {
        self.normalized(&self.document, properties)
    }

    fn normalized(&self, node: &Value, value: &Value) -> Value {
        let Value::Object(node) = self.resolve(node) else { return value.clone() };
        match value {
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| {
                        let value = self
                            .member_schema(node, name)
                            .map_or_else(|| value.clone(), |schema| self.normalized(schema, value));
                        (name.clone(), value)
                    })
                    .collect(),
            ),
            Value::Array(items) => {
                let schema = node.get("items").unwrap_or(&Value::Null);
                Value::Array(items.iter().map(|item| self.normalized(schema, item)).collect())
            }
            scalar => normalized_scalar(node, scalar),
        }
    }

    fn member_schema<'a>(&'a self, node: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
        if let Some(schema) = node.get("properties").and_then(|properties| properties.get(name)) {
            return Some(schema);
        }
        let patterns = node.get("patternProperties").and_then(Value::as_object);
        patterns
            .into_iter()
            .flatten()
            .find(|(pattern, _)| self.matches(pattern, name))
            .map(|(_, schema)| schema)
            .or_else(|| node.get("additionalProperties"))
    }
}

fn normalized_scalar(node: &Map<String, Value>, scalar: &Value) -> Value {
    let mut wanted = types(node);
    let (Some(only), None) = (wanted.next(), wanted.next()) else { return scalar.clone() };
    let converted = match (only, scalar) {
        ("string", Value::Number(_) | Value::Bool(_)) => scalar_text(scalar).map(Value::from),
        ("integer", Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        ("number", Value::String(text)) => {
            text.parse::<i64>().ok().map(Value::from).or_else(|| text.parse::<f64>().ok().map(Value::from))
        }
        ("boolean", Value::String(text)) => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    converted.unwrap_or_else(|| scalar.clone())
}
