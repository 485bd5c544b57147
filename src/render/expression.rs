//! Property values as template JSON: references become intrinsic functions.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::identifiers::{arn_attribute, arn_form, before_id};
use super::parameters::{ARTIFACT_BUCKET, INSTANCE_ARN, Imports, Parameters};
use crate::graph::Graph;
use crate::kinds::ArnForm;
use crate::model::{Address, Attribute, Kind, Reference, Target, TextPart, Value};

/// Where values are rendered: one stack.
pub(super) struct Scope<'a> {
    /// Logical IDs of the resources in the stack.
    pub(super) inside: &'a BTreeMap<&'a Address, &'a str>,
    pub(super) graph: &'a Graph,
}

impl Scope<'_> {
    /// The logical ID a reference can name directly; none where it has to be a parameter.
    fn logical_id(&self, from: &Address, target: &Target) -> Option<&str> {
        match target {
            Target::Resource(to) if !self.graph.is_deferred(from, to) => self.inside.get(to).copied(),
            _ => None,
        }
    }

    /// Adds what a value takes in from outside the stack.
    pub(super) fn collect_imports(&self, from: &Address, value: &Value, imports: &mut Imports) {
        for reference in value.references() {
            if self.logical_id(from, &reference.target).is_some() {
                continue;
            }
            if reference.target.kind() == Kind::Instance {
                imports.instance = true;
                continue;
            }
            let in_instance = matches!(arn_form(reference.target.kind()), ArnForm::InInstance(_));
            imports.instance |= in_instance && reference.attribute != Attribute::Id;
            imports.targets.insert(reference.target.clone());
        }
        imports.artifact_bucket |= uses_bucket(value);
    }
}

fn uses_bucket(value: &Value) -> bool {
    match value {
        Value::AssetUri(_) | Value::AssetBucket => true,
        Value::List(items) => items.iter().any(uses_bucket),
        Value::Object(members) => members.values().any(uses_bucket),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Reference(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Pseudo(_) => false,
    }
}

/// Renders the values of one resource.
pub(super) struct Expressions<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) parameters: &'a Parameters,
    /// The resource the values belong to.
    pub(super) from: &'a Address,
}

impl Expressions<'_> {
    /// A value as template JSON.
    pub(super) fn value(&self, value: &Value) -> Json {
        match value {
            Value::Bool(value) => json!(value),
            Value::Integer(value) => json!(value),
            Value::Number(value) => json!(value),
            Value::String(text) | Value::Secret(text) => json!(text),
            Value::List(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), self.value(member))).collect::<Map<_, _>>().into()
            }
            Value::Reference(reference) => self.reference(reference),
            Value::Text(parts) => self.text(parts),
            Value::AssetUri(key) => {
                json!({ "Fn::Sub": format!("s3://${{{ARTIFACT_BUCKET}}}/{}", escape(key)) })
            }
            Value::AssetBucket => json!({ "Ref": ARTIFACT_BUCKET }),
            Value::Pseudo(name) => json!({ "Ref": name }),
        }
    }

    fn reference(&self, reference: &Reference) -> Json {
        let kind = reference.target.kind();
        if let Some(logical_id) = self.scope.logical_id(self.from, &reference.target) {
            return inside(logical_id, kind, &reference.attribute);
        }
        if kind == Kind::Instance {
            return match reference.attribute {
                Attribute::Arn | Attribute::Ref | Attribute::Named(_) => json!({ "Ref": INSTANCE_ARN }),
                Attribute::Id => instance_id(),
            };
        }
        let identifier = self.select(&reference.target);
        if let (Some(version), Attribute::Id) = (kind.version_of(), &reference.attribute) {
            return json!({ "Fn::Select": [version.number_at.to_string(), { "Fn::Split": [":", identifier] }] });
        }
        match (arn_form(kind), &reference.attribute) {
            (ArnForm::InInstance(segment), Attribute::Arn | Attribute::Ref) => {
                json!({ "Fn::Join": ["/", [{ "Ref": INSTANCE_ARN }, segment, identifier]] })
            }
            (ArnForm::ById(text), Attribute::Arn | Attribute::Ref) | (ArnForm::ByName(text), Attribute::Arn) => {
                json!({ "Fn::Sub": [text, { "Id": identifier }] })
            }
            (ArnForm::InInstance(_) | ArnForm::ById(_), Attribute::Id)
            | (ArnForm::ByName(_), Attribute::Id | Attribute::Ref)
            | (ArnForm::Whole(_), _)
            // Told as `reference-across-stacks`.
            | (_, Attribute::Named(_)) => identifier,
        }
    }

    /// The identifier of an import, out of its packed parameter.
    fn select(&self, target: &Target) -> Json {
        let (parameter, position) = self.parameters.slot(target).unwrap_or_default();
        json!({ "Fn::Select": [position.to_string(), { "Ref": parameter }] })
    }

    fn text(&self, parts: &[TextPart]) -> Json {
        let mut text = String::new();
        let mut variables = Map::new();
        let mut literal = String::new();
        for part in parts {
            match part {
                TextPart::Literal(more) => literal.push_str(more),
                TextPart::Pseudo(name) => {
                    text.push_str(&escape(&std::mem::take(&mut literal)));
                    text.extend(["${", name, "}"]);
                }
                TextPart::Reference(reference) => {
                    text.push_str(&escape(&std::mem::take(&mut literal)));
                    text.push_str(&self.inline(reference, &mut variables));
                }
            }
        }
        if text.is_empty() {
            return json!(literal);
        }
        text.push_str(&escape(&literal));
        if variables.is_empty() { json!({ "Fn::Sub": text }) } else { json!({ "Fn::Sub": [text, variables] }) }
    }

    /// A reference as `Fn::Sub` writes it; adds the variables it needs.
    fn inline(&self, reference: &Reference, variables: &mut Map<String, Json>) -> String {
        let kind = reference.target.kind();
        if let Some(logical_id) = self.scope.logical_id(self.from, &reference.target) {
            return inline_inside(logical_id, kind, &reference.attribute, variables);
        }
        if kind == Kind::Instance {
            return match reference.attribute {
                Attribute::Arn | Attribute::Ref | Attribute::Named(_) => format!("${{{INSTANCE_ARN}}}"),
                Attribute::Id => {
                    variables.insert("IdOfInstance".to_owned(), instance_id());
                    "${IdOfInstance}".to_owned()
                }
            };
        }
        let (parameter, position) = self.parameters.slot(&reference.target).unwrap_or_default();
        let variable = format!("Item{position}Of{parameter}");
        variables.insert(variable.clone(), self.select(&reference.target));
        match (arn_form(kind), &reference.attribute) {
            (ArnForm::InInstance(segment), Attribute::Arn | Attribute::Ref) => {
                format!("${{{INSTANCE_ARN}}}/{segment}/${{{variable}}}")
            }
            (ArnForm::ById(text), Attribute::Arn | Attribute::Ref) | (ArnForm::ByName(text), Attribute::Arn) => {
                text.replace("${Id}", &format!("${{{variable}}}"))
            }
            (ArnForm::InInstance(_) | ArnForm::ById(_), Attribute::Id)
            | (ArnForm::ByName(_), Attribute::Id | Attribute::Ref)
            | (ArnForm::Whole(_), _)
            // Told as `reference-across-stacks`.
            | (_, Attribute::Named(_)) => format!("${{{variable}}}"),
        }
    }
}

fn instance_id() -> Json {
    json!({ "Fn::Select": ["1", { "Fn::Split": ["/", { "Ref": INSTANCE_ARN }] }] })
}

/// A reference to a resource of the same stack.
fn inside(logical_id: &str, kind: Kind, attribute: &Attribute) -> Json {
    let whole = || json!({ "Ref": logical_id });
    match attribute {
        Attribute::Ref => whole(),
        Attribute::Named(name) => json!({ "Fn::GetAtt": [logical_id, name] }),
        Attribute::Arn => match arn_attribute(kind) {
            Some(name) => json!({ "Fn::GetAtt": [logical_id, name] }),
            None => whole(),
        },
        Attribute::Id => match (kind, before_id(kind)) {
            (Kind::Instance, _) => json!({ "Fn::GetAtt": [logical_id, "Id"] }),
            // The number.
            (kind, _) if kind.version_of().is_some() => {
                json!({ "Fn::GetAtt": [logical_id, kind.number_attribute()] })
            }
            (_, Some(before)) => json!({ "Fn::Select": ["1", { "Fn::Split": [before, { "Ref": logical_id }] }] }),
            (_, None) => whole(),
        },
    }
}

fn inline_inside(logical_id: &str, kind: Kind, attribute: &Attribute, variables: &mut Map<String, Json>) -> String {
    match (attribute, arn_attribute(kind), before_id(kind)) {
        (Attribute::Named(name), ..) => format!("${{{logical_id}.{name}}}"),
        (Attribute::Arn, Some(name), _) => format!("${{{logical_id}.{name}}}"),
        (Attribute::Id, _, _) if kind == Kind::Instance => format!("${{{logical_id}.Id}}"),
        (Attribute::Id, _, Some(_)) => {
            let variable = format!("IdOf{logical_id}");
            variables.insert(variable.clone(), inside(logical_id, kind, attribute));
            format!("${{{variable}}}")
        }
        _ => format!("${{{logical_id}}}"),
    }
}

/// Text for `Fn::Sub` that stays as it is: `${` is written `${!`.
fn escape(text: &str) -> String {
    text.replace("${", "${!")
}
