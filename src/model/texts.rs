//! Texts and JSON of a blueprint that name its things inside: `${queue/sales}`.
//!
//! What is between the braces is an address, with nothing behind it for the ARN, with `.id` or `.ref` for what goes by
//! these names, or with the name of an attribute; `instance`; or a pseudo parameter of CloudFormation. Everything else
//! stays as it is written: other languages have their own `${…}`. `$${queue/sales}` is the text `${queue/sales}`.

use callform_source::{Diagnostic, Span, did_you_mean};
use serde_json::Value as Json;

use super::{Address, Attribute, Kind, Reference, Resolver, Target, TextPart, Value, members};

/// Pseudo parameters that may occur.
const PSEUDO: [&str; 5] = ["AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix"];

/// A text whose `${…}` are what `named` knows them for; what it does not know stays as it is written.
pub(super) fn parse(text: &str, mut named: impl FnMut(&str) -> Option<TextPart>) -> Value {
    let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        literal.push_str(before);
        if let Some((name, behind)) = after.split_once('}')
            && literal.ends_with('$')
            && is_name(name)
        {
            literal.push('{');
            literal.push_str(name);
            literal.push('}');
            rest = behind;
            continue;
        }
        let found = after.split_once('}').and_then(|(name, behind)| Some((named(name)?, behind)));
        let Some((part, behind)) = found else {
            literal.push_str("${");
            rest = after;
            continue;
        };
        if !literal.is_empty() {
            parts.push(TextPart::Literal(std::mem::take(&mut literal)));
        }
        parts.push(part);
        rest = behind;
    }
    literal.push_str(rest);
    if parts.is_empty() {
        return Value::String(literal);
    }
    if literal.is_empty() && parts.len() == 1 {
        match parts.remove(0) {
            TextPart::Reference(reference) => return Value::Reference(reference),
            TextPart::Pseudo(name) => return Value::Pseudo(name),
            TextPart::Literal(text) => return Value::String(text),
        }
    }
    if !literal.is_empty() {
        parts.push(TextPart::Literal(literal));
    }
    Value::Text(parts)
}

/// True for what is between the braces where it could be meant: `$${queue/sales}` stands for itself, without the first `$`.
fn is_name(text: &str) -> bool {
    PSEUDO.contains(&text)
        || matches!(text, "instance" | "instance.arn" | "instance.id")
        || text.parse::<Address>().is_ok()
}

impl Resolver<'_> {
    /// A text with references; `span` is where messages point to.
    pub(crate) fn text(&mut self, text: &str, span: Span) -> Value {
        parse(text, |name| self.named(name, span))
    }

    /// JSON with references in its texts.
    pub(crate) fn json(&mut self, json: &Json, span: Span) -> Value {
        match json {
            Json::String(text) => self.text(text, span),
            Json::Array(items) => Value::List(items.iter().map(|item| self.json(item, span)).collect()),
            // What `Fn::Sub` replaces, a text replaces by itself.
            Json::Object(all) if all.len() == 1 && all.get("Fn::Sub").is_some_and(Json::is_string) => {
                self.text(all.get("Fn::Sub").and_then(Json::as_str).unwrap_or_default(), span)
            }
            // With names of its own.
            Json::Object(all) if all.len() == 1 && all.contains_key("Fn::Sub") => members::from_json(json),
            Json::Object(all) => {
                Value::Object(all.iter().map(|(name, member)| (name.clone(), self.json(member, span))).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => members::from_json(json),
        }
    }

    /// What is between the braces; `None` for what is no name of ours.
    fn named(&mut self, text: &str, span: Span) -> Option<TextPart> {
        if let Some(name) = PSEUDO.into_iter().find(|name| *name == text) {
            return Some(TextPart::Pseudo(name));
        }
        let (target, attribute) = self.target_of(text, span)?;
        Some(TextPart::Reference(Reference { target, attribute }))
    }

    fn target_of(&mut self, text: &str, span: Span) -> Option<(Target, Attribute)> {
        if let Some(attribute) = text.strip_prefix("instance").and_then(|rest| match rest {
            "" | ".arn" => Some(Attribute::Arn),
            ".id" => Some(Attribute::Id),
            _ => None,
        }) {
            return Some((Target::Instance, attribute));
        }
        let Ok(whole) = text.parse::<Address>() else {
            self.unknown_word(text, span);
            return None;
        };
        if self.defines(whole.kind, &whole.name) {
            let (address, attribute) = self.arn_of(whole);
            return Some((Target::Resource(address), attribute));
        }
        // A name may have points of its own.
        if let Some((name, attribute)) = whole.name.rsplit_once('.')
            && self.defines(whole.kind, name)
        {
            let address = Address::new(whole.kind, name);
            return Some(match attribute {
                "arn" => {
                    let (address, attribute) = self.arn_of(address);
                    (Target::Resource(address), attribute)
                }
                "id" => (Target::Resource(address), Attribute::Id),
                "ref" => (Target::Resource(address), Attribute::Ref),
                other => {
                    self.check_attribute(&address, other, span);
                    (Target::Resource(address), Attribute::Named(other.to_owned()))
                }
            });
        }
        self.unknown(whole.kind, self.without_attribute(&whole), span);
        Some((Target::Resource(whole), Attribute::Arn))
    }

    /// The name in `lambda/lookup.ref`, where what is behind the point can be nothing but an attribute.
    fn without_attribute<'w>(&self, whole: &'w Address) -> &'w str {
        let Some((name, attribute)) = whole.name.rsplit_once('.') else { return &whole.name };
        let of_type = || {
            let schema = callform_schemas::get(self.resource_type_of(&Address::new(whole.kind, name)));
            schema.is_some_and(|schema| {
                schema.property_names().any(|name| name == attribute) || schema.is_read_only(&format!("/{attribute}"))
            })
        };
        if matches!(attribute, "arn" | "id" | "ref") || of_type() { name } else { &whole.name }
    }

    /// Reports what looks like an address, and begins with the name of a section or almost with the word of a kind. Other
    /// languages have their own `${a/b}`.
    fn unknown_word(&mut self, text: &str, span: Span) {
        let Some((word, name)) = text.trim().split_once('/') else { return };
        let of_section = Kind::ALL.iter().find(|kind| kind.section() == Some(word)).map(|kind| kind.word());
        let trimmed = text.trim() != text && Kind::of_word(word).is_some();
        let meant = of_section.or_else(|| trimmed.then_some(word)).or_else(|| {
            let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            is_word.then(|| did_you_mean(word, Kind::ALL.iter().map(|kind| kind.word())))?
        });
        if let Some(meant) = meant {
            self.diagnostics.push(
                Diagnostic::error("unknown-kind", format!("`${{{text}}}` names no kind of thing"))
                    .at(span, "")
                    .help(format!("Did you mean `${{{meant}/{name}}}`?")),
            );
        }
    }

    /// The ARN of something as others use it: of a function or a bot, the version that is live.
    fn arn_of(&self, address: Address) -> (Address, Attribute) {
        match address.kind {
            Kind::Lambda => (Address::new(Kind::LambdaAlias, address.name), Attribute::Arn),
            Kind::Bot => (Address::new(Kind::BotAlias, address.name), Attribute::Arn),
            Kind::Resource => {
                let attribute = self.arn_attribute(&address.name);
                (address, attribute)
            }
            _ => (address, Attribute::Arn),
        }
    }

    /// Reports attributes that a type has not, where its schema is known.
    fn check_attribute(&mut self, address: &Address, attribute: &str, span: Span) {
        let Some(schema) = callform_schemas::get(self.resource_type_of(address)) else { return };
        // `Fn::GetAtt` takes what the service assigns, and of some types what was given, such as a name (CloudFormation user
        // guide, return values of each type); nested attributes are written with points.
        let is_property = schema.property_names().any(|name| name == attribute);
        if !is_property && !schema.is_read_only(&format!("/{}", attribute.replace('.', "/"))) {
            let known: Vec<String> = schema.read_only.iter().map(|pointer| pointer.segments().join(".")).collect();
            self.diagnostics.push(
                Diagnostic::error("unknown-attribute", format!("{} has no attribute `{attribute}`", schema.type_name))
                    .at(span, "")
                    .help(format!("It has {}, and `.ref` for what `Ref` gives.", known.join(", "))),
            );
        }
    }

    fn resource_type_of(&self, address: &Address) -> &str {
        match self.blueprint().resources.iter().find(|(key, _)| key.value == address.name) {
            Some((_, any)) if address.kind == Kind::Resource => &any.kind.value,
            _ => address.kind.resource_type(),
        }
    }
}
