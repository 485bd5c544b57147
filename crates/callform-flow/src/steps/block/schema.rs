//! JSON Schema of the table's steps.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{BlockSpec, BlockStep, Field, FieldKind, Main, all};
use crate::steps::{Branch, Duration};

impl JsonSchema for BlockStep {
    fn schema_name() -> Cow<'static, str> {
        "BlockStep".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let branch = generator.subschema_for::<Branch>().to_value();
        let rows: Vec<Value> = all().map(|spec| row(spec, &branch, generator)).collect();
        let mut schema = Schema::default();
        schema.insert("anyOf".to_owned(), json!(rows));
        schema
    }
}

fn row(spec: &BlockSpec, branch: &Value, generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    let fields: Map<String, Value> =
        spec.fields.iter().map(|it| (it.key.to_owned(), of_field(it, generator))).collect();
    let main = match spec.main {
        Main::Choice(choice) => json!({ "const": choice }),
        Main::Parameter(field) => of_field(&field, generator),
        Main::Group => json!({
            "type": "object", "properties": fields, "additionalProperties": false,
            "description": spec.documentation,
        }),
    };
    properties.insert(spec.word.to_owned(), main);
    if !matches!(spec.main, Main::Group) {
        properties.extend(fields);
    }
    if spec.has_branches {
        properties.insert(
            "branches".to_owned(),
            json!({ "type": "object", "additionalProperties": branch, "description": "What to do on each result." }),
        );
    }
    for outcome in spec.outcomes {
        properties.insert(outcome.key.to_owned(), described(branch.clone(), outcome.documentation));
    }
    properties.insert(
        "name".to_owned(),
        json!({ "type": "string", "description": "Name for `goto` and the Connect editor." }),
    );
    json!({
        "type": "object",
        "description": spec.documentation,
        "properties": properties,
        "required": [spec.word],
        "additionalProperties": false,
    })
}

fn of_field(field: &Field, generator: &mut SchemaGenerator) -> Value {
    let schema = match field.kind {
        FieldKind::Text | FieldKind::Reference(_) => json!({ "type": ["string", "number", "boolean"] }),
        FieldKind::Truth(..) => json!({ "type": "boolean" }),
        FieldKind::Seconds => generator.subschema_for::<Duration>().to_value(),
        FieldKind::Words(words) => json!({ "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>() }),
        FieldKind::Json => json!({}),
    };
    described(schema, field.documentation)
}

fn described(mut schema: Value, documentation: &str) -> Value {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), json!(documentation));
    }
    schema
}
