//! Identifiers as names, while definitions are compared.
//!
//! A symbol is a private-use character, a reference (`queue/consulting`, `queue/consulting#id`) or the name of a pseudo
//! parameter, and another private-use character. Texts can contain symbols; no text of a blueprint can be mistaken for
//! one.

use serde_json::{Map, Value as Json, json};

use crate::model::{Address, Attribute, Kind, Reference, Target};
use crate::render::{ArnForm, arn_form};

const START: char = '\u{E000}';
const END: char = '\u{E001}';
/// The symbol of the artifact bucket's name.
pub(crate) const ARTIFACT_BUCKET: &str = "artifact bucket";

/// The symbol around any text.
pub(super) fn symbol(inner: &str) -> String {
    format!("{START}{inner}{END}")
}

/// The symbol of a reference; the ARN of a Connect resource is also what `Ref` gives, and so it is where it is all there is.
pub(crate) fn of(target: &Target, attribute: Attribute) -> String {
    let kind = target.kind();
    let attribute = match attribute {
        Attribute::Ref if matches!(arn_form(kind), ArnForm::InInstance(_) | ArnForm::Whole(_)) => Attribute::Arn,
        other => other,
    };
    symbol(&Reference { target: target.clone(), attribute }.to_string())
}

/// What is inside, where the text is exactly one symbol.
pub(super) fn only(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(START)?.strip_suffix(END)?;
    (!inner.contains([START, END])).then_some(inner)
}

/// A part of a text.
pub(crate) enum Part<'a> {
    Literal(&'a str),
    Symbol(&'a str),
}

pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        let Some((inner, after)) = after.split_once(END) else { break };
        parts.push(Part::Literal(before));
        parts.push(Part::Symbol(inner));
        rest = after;
    }
    parts.push(Part::Literal(rest));
    parts
}

/// The resources whose symbols are in a value.
pub(super) fn mentioned(json: &Json) -> Vec<Address> {
    let mut found = Vec::new();
    collect_mentioned(json, &mut found);
    found
}

fn collect_mentioned(json: &Json, found: &mut Vec<Address>) {
    match json {
        Json::String(text) if text.contains(START) => {
            for part in parts(text) {
                let Part::Symbol(inner) = part else { continue };
                if let Ok(Reference { target: Target::Resource(address), .. }) = inner.parse() {
                    found.push(address);
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect_mentioned(item, found)),
        Json::Object(members) => members.values().for_each(|member| collect_mentioned(member, found)),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// True where a value has the symbol of the instance, or of something built into it.
pub(super) fn is_of_instance(json: &Json) -> bool {
    let names_it = |text: &str| {
        parts(text).into_iter().any(|part| match part {
            Part::Symbol(inner) => inner
                .parse::<Reference>()
                .is_ok_and(|reference| matches!(reference.target, Target::Instance | Target::Builtin { .. })),
            Part::Literal(_) => false,
        })
    };
    match json {
        Json::String(text) => text.contains(START) && names_it(text),
        Json::Array(items) => items.iter().any(is_of_instance),
        Json::Object(members) => members.values().any(is_of_instance),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A value in which a resource has another identifier than now.
pub(super) fn renewed(json: &Json, renewed: &Address) -> Json {
    let is_renewed = |target: &Target| match target {
        Target::Resource(address) => address == renewed,
        Target::Instance | Target::Builtin { .. } => renewed.kind == Kind::Instance,
    };
    match json {
        Json::String(text) if text.contains(START) => {
            let part = |part: Part<'_>| match part {
                Part::Literal(text) => text.to_owned(),
                Part::Symbol(inner) => match inner.parse::<Reference>() {
                    Ok(reference) if is_renewed(&reference.target) => symbol(&format!("new {inner}")),
                    _ => symbol(inner),
                },
            };
            json!(parts(text).into_iter().map(part).collect::<String>())
        }
        Json::Array(items) => items.iter().map(|item| self::renewed(item, renewed)).collect(),
        Json::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), self::renewed(member, renewed)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Puts the symbol of an ARN in place of an ARN that is spelled out around the symbol of a bare identifier.
pub(super) fn join_arns(text: String) -> String {
    if !text.contains("#id") && !text.contains("#ref") {
        return text;
    }
    let mut joined = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(START) {
        let Some((inner, after)) = after.split_once(END) else { break };
        joined.push_str(before);
        rest = after;
        match around(inner) {
            Some((reference, prefix, suffix)) if joined.ends_with(&prefix) && after.starts_with(&suffix) => {
                joined.truncate(joined.len() - prefix.len());
                joined.push_str(&of(&reference.target, Attribute::Arn));
                rest = after.get(suffix.len()..).unwrap_or_default();
            }
            _ => joined.push_str(&symbol(inner)),
        }
    }
    joined.push_str(rest);
    joined
}

/// The texts before and after a bare identifier in its ARN.
fn around(inner: &str) -> Option<(Reference, String, String)> {
    let reference: Reference = inner.parse().ok()?;
    if reference.attribute == Attribute::Arn {
        return None;
    }
    match arn_form(reference.target.kind()) {
        ArnForm::InInstance(segment) => {
            let prefix = format!("{}/{segment}/", of(&Target::Instance, Attribute::Arn));
            Some((reference, prefix, String::new()))
        }
        ArnForm::ById(text) | ArnForm::ByName(text) => {
            let (prefix, suffix) = text.split_once("${Id}")?;
            Some((reference, pseudo_symbols(prefix), suffix.to_owned()))
        }
        ArnForm::Whole(_) => None,
    }
}

fn pseudo_symbols(text: &str) -> String {
    ["AWS::Partition", "AWS::Region", "AWS::AccountId"]
        .into_iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("${{{name}}}"), &symbol(name)))
}

/// A value for people: `queue/consulting` where it is nothing but a reference, `${queue/consulting}` inside texts.
pub(crate) fn readable(json: &Json) -> Json {
    match json {
        Json::String(text) => json!(readable_text(text)),
        Json::Array(items) => items.iter().map(readable).collect(),
        Json::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), readable(member))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A flow document in which references are told from texts: `${queue/consulting}`, wherever one stands.
pub(crate) fn with_addresses(json: &Json) -> Json {
    match json {
        Json::String(text) => match only(text) {
            Some(inner) => json!(format!("${{{}}}", without_attribute(inner))),
            None => json!(readable_text(text)),
        },
        Json::Array(items) => items.iter().map(with_addresses).collect(),
        Json::Object(members) => {
            let named = members.iter().map(|(name, member)| (name.clone(), with_addresses(member)));
            named.collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

pub(crate) fn readable_text(text: &str) -> String {
    if let Some(inner) = only(text) {
        return without_attribute(inner).to_owned();
    }
    parts(text)
        .into_iter()
        .map(|part| match part {
            Part::Literal(literal) => literal.to_owned(),
            // As the blueprint has it: without an attribute it would be the ARN.
            Part::Symbol(inner) => format!("${{{}}}", inner.replacen('#', ".", 1)),
        })
        .collect()
}

fn without_attribute(inner: &str) -> &str {
    inner.strip_suffix("#id").or_else(|| inner.strip_suffix("#ref")).unwrap_or(inner)
}
