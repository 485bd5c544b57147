//! What functions are told and allowed because of their manifests.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Span, Spanned, did_you_mean};
use serde_json::Value as Json;

use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Attribute, Kind, Reference, Target, TextPart, Value};
use crate::blueprint::{Function, FunctionInstance, FunctionParameter, FunctionParameterType, Lambda};

/// Variables and statements of one function.
#[derive(Default)]
pub(crate) struct Needs {
    pub(crate) variables: Vec<(String, Value)>,
    pub(crate) statements: Vec<Value>,
}

impl Needs {
    /// The instance, and what may be done with it and its contacts. Which resources each action takes is in the Service
    /// Authorization Reference, "Actions, resources, and condition keys for Amazon Connect".
    fn of_instance(&mut self, instance: &FunctionInstance) {
        self.variables.push((instance.environment.clone(), Value::instance_arn()));
        self.statements.extend(statement(&instance.actions, vec![Value::instance_arn()]));
        self.statements.extend(statement(&instance.contact_actions, vec![below(Target::Instance, "/contact/*")]));
    }
}

impl Resolver<'_> {
    /// What a function needs, with the values the blueprint has for it.
    pub(crate) fn needs(&mut self, key: &Spanned<String>, lambda: &Lambda) -> Needs {
        let Some(function) = self.loaded.functions.get(&key.value) else {
            self.with_without_manifest(lambda);
            return Needs::default();
        };
        self.unknown_parameters(lambda, function);
        let mut needs = Needs::default();
        if let Some(instance) = &function.instance {
            needs.of_instance(instance);
        }
        for (name, parameter) in &function.parameters {
            let given = lambda.with.as_ref().and_then(|with| with.value.get(name));
            let value = match (given, &parameter.default) {
                (Some(given), _) => given.clone(),
                (None, Some(default)) => Spanned::new(default.clone(), key.span),
                (None, None) if parameter.optional => continue,
                (None, None) => {
                    self.missing_parameter(lambda, key, name, parameter);
                    continue;
                }
            };
            self.need(&mut needs, name, parameter, &value);
        }
        needs
    }

    fn with_without_manifest(&mut self, lambda: &Lambda) {
        let Some(with) = &lambda.with else { return };
        let help = if lambda.bundle.is_some() {
            "Functions declare their parameters in `functions.yaml` beside their sources. Use `environment:` without one."
        } else {
            "Use `environment:` and `statements:`; only functions of `bundle:` declare parameters."
        };
        self.diagnostics.push(
            Diagnostic::error("function-parameters", "this function declares no parameters")
                .at(with.span, "")
                .help(help),
        );
    }

    fn unknown_parameters(&mut self, lambda: &Lambda, function: &Function) {
        let names = || function.parameters.keys().map(|name| name.value.as_str());
        for name in lambda.with.iter().flat_map(|with| with.value.keys()) {
            if function.parameters.contains_key(name) {
                continue;
            }
            let diagnostic = Diagnostic::error("unknown-parameter", format!("unknown parameter `{name}`"))
                .at(name.span, "the function does not know it");
            self.diagnostics.push(match did_you_mean(name, names()) {
                Some(similar) => diagnostic.help(format!("Did you mean `{similar}`?")),
                None if function.parameters.is_empty() => diagnostic.help("The function has no parameters."),
                None => diagnostic.help(format!(
                    "The function takes {}.",
                    names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                )),
            });
        }
    }

    fn missing_parameter(&mut self, lambda: &Lambda, key: &Spanned<String>, name: &str, parameter: &FunctionParameter) {
        let span = lambda.with.as_ref().map_or(key.span, |with| with.span);
        self.diagnostics.push(
            Diagnostic::error("missing-parameter", format!("parameter `{name}` is missing"))
                .at(span, format!("needs `{name}`"))
                .help(format!(
                    "Add `{name}:` ({}) under `with:`. {}",
                    words(parameter.r#type),
                    sentence(&parameter.about)
                )),
        );
    }

    fn need(&mut self, needs: &mut Needs, name: &str, parameter: &FunctionParameter, value: &Spanned<Json>) {
        let text = match (&value.value, parameter.r#type) {
            (Json::String(text), FunctionParameterType::Text) => text.clone(),
            (Json::Number(number), FunctionParameterType::Text) => number.to_string(),
            (Json::Number(number), FunctionParameterType::Number) if number.is_u64() => number.to_string(),
            (Json::Bool(flag), FunctionParameterType::Flag) => flag.to_string(),
            (Json::String(key), kind) if kind_of(kind).is_some() => key.clone(),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("wrong-type", format!("parameter `{name}` has the wrong type"))
                        .at(value.span, format!("expected {}", words(parameter.r#type)))
                        .help(format!("`{name}`: {}", sentence(&parameter.about))),
                );
                return;
            }
        };
        if !parameter.values.is_empty() && !parameter.values.contains(&text) {
            self.not_among(name, parameter, &text, value.span);
            return;
        }
        let Some(kind) = kind_of(parameter.r#type) else {
            needs.variables.push((parameter.environment.clone(), text.into()));
            return;
        };
        if !self.defines(kind, &text) {
            self.unknown(kind, &text, value.span);
            return;
        }
        let address = Address::new(kind, text);
        let target = Target::Resource(address.clone());
        let attribute = match parameter.r#type {
            FunctionParameterType::Queue | FunctionParameterType::Flow => Attribute::Id,
            _ => Attribute::Ref,
        };
        let reference = Value::Reference(Reference { target, attribute });
        needs.variables.push((parameter.environment.clone(), reference));
        needs.statements.extend(statement(&parameter.actions, vec![Value::arn_of(address.clone())]));
        needs
            .statements
            .extend(statement(&parameter.object_actions, vec![below(Target::Resource(address.clone()), "/*")]));
        needs.statements.extend(self.using_key_of(kind, &Spanned::new(address.name.clone(), value.span)));
        if kind == Kind::Table {
            self.table_fits(name, parameter, &address.name, value.span);
        }
        if !parameter.index_actions.is_empty() {
            let named = parameter.indexes.keys().cloned().collect();
            let indexes = if parameter.indexes.is_empty() { self.indexes_of(&address.name) } else { named };
            if indexes.is_empty() {
                self.diagnostics.push(
                    Diagnostic::error("missing-index", format!("the table for `{name}` has no index"))
                        .at(value.span, "the function looks for items by another key than the table's own")
                        .help(format!("Add `indexes:` to the table. {}", sentence(&parameter.about))),
                );
            }
            let resources = indexes
                .iter()
                .map(|index| below(Target::Resource(address.clone()), &format!("/index/{index}")))
                .collect();
            needs.statements.extend(statement(&parameter.index_actions, resources));
        }
    }

    fn not_among(&mut self, name: &str, parameter: &FunctionParameter, text: &str, span: Span) {
        let values = || parameter.values.iter().map(String::as_str);
        let diagnostic = Diagnostic::error("unknown-value", format!("`{name}` cannot be `{text}`")).at(span, "");
        let all = || values().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        let help = did_you_mean(text, values())
            .map_or_else(|| format!("It is one of {}.", all()), |similar| format!("Did you mean `{similar}`?"));
        self.diagnostics.push(diagnostic.help(help));
    }

    fn indexes_of(&self, table: &str) -> BTreeSet<String> {
        let tables = &self.blueprint().tables;
        let Some((_, table)) = tables.iter().find(|(key, _)| key.value == table) else { return BTreeSet::new() };
        table.indexes.keys().chain(table.local_indexes.keys()).map(|name| name.value.clone()).collect()
    }
}

fn statement(actions: &[String], resources: Vec<Value>) -> Option<Value> {
    if actions.is_empty() || resources.is_empty() {
        return None;
    }
    let actions = actions.iter().map(|action| Value::from(action.as_str())).collect::<Vec<_>>();
    Some(Members::new().with("Effect", "Allow").with("Action", actions).with("Resource", resources).into())
}

/// What lies below something, by its ARN.
fn below(target: Target, path: &str) -> Value {
    Value::Text(vec![
        TextPart::Reference(Reference { target, attribute: Attribute::Arn }),
        TextPart::Literal(path.to_owned()),
    ])
}

/// The kind of resource that a parameter names; none for plain values.
fn kind_of(parameter: FunctionParameterType) -> Option<Kind> {
    match parameter {
        FunctionParameterType::Table => Some(Kind::Table),
        FunctionParameterType::Bucket => Some(Kind::Bucket),
        FunctionParameterType::Stream => Some(Kind::Stream),
        FunctionParameterType::DeliveryStream => Some(Kind::DeliveryStream),
        FunctionParameterType::Queue => Some(Kind::Queue),
        FunctionParameterType::Flow => Some(Kind::Flow),
        FunctionParameterType::Text | FunctionParameterType::Number | FunctionParameterType::Flag => None,
    }
}

fn words(parameter: FunctionParameterType) -> &'static str {
    match parameter {
        FunctionParameterType::Text => "text",
        FunctionParameterType::Number => "a whole number",
        FunctionParameterType::Flag => "true or false",
        FunctionParameterType::Table => "the key of a table",
        FunctionParameterType::Bucket => "the key of a bucket",
        FunctionParameterType::Stream => "the key of a stream",
        FunctionParameterType::DeliveryStream => "the key of a delivery stream",
        FunctionParameterType::Queue => "the key of a queue",
        FunctionParameterType::Flow => "the key of a flow",
    }
}

pub(crate) fn sentence(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}
