//! What a service would assign: identifiers, ARNs, addresses, times. All of it follows from the step that makes the
//! resource, so that a repeated step makes the same.

use callform_schemas::ResourceSchema;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::kind::Kind;
use super::kept::{KIND, Kept, scalar};
use crate::clock::iso8601;
use crate::handler::properties::{invalid, physical_name};
use crate::handler::{Context, HandlerResult};

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Values of a status that mean that all is well, best first.
const WELL: &[&str] = &["ACTIVE", "Active", "AVAILABLE", "Available", "Deployed", "ENABLED", "READY", "COMPLETE"];

/// Invents what one resource needs.
pub(super) struct Inventor<'a> {
    context: &'a Context<'a>,
    schema: &'a ResourceSchema,
    declared: &'a Kind,
    /// The identifier in everything that is invented without a form of its own.
    uuid: String,
}

impl<'a> Inventor<'a> {
    pub(super) fn new(context: &'a Context<'a>, schema: &'a ResourceSchema, declared: &'a Kind) -> Self {
        let seed = format!("{}/{}/{}", context.stack_name, context.token, context.logical_id);
        let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, seed.as_bytes()).to_string();
        Self { context, schema, declared, uuid }
    }

    /// Adds the attributes that the schema lists. A text that the schema takes no invention for is left out, unless it
    /// identifies the resource.
    pub(super) fn fill(&self, kept: &mut Kept) -> HandlerResult<()> {
        // Attributes may be made of one another: those with a form of their own come last.
        let declared = |path: &str| self.declared.attributes.iter().find(|(name, _)| *name == path);
        let paths: Vec<String> = self.schema.read_only.iter().map(ToString::to_string).collect();
        let (formed, free): (Vec<&String>, Vec<&String>) =
            paths.iter().filter(|path| !path.contains('*')).partition(|path| declared(path).is_some());
        for path in free {
            if let Some(value) = self.invent(path, &kept.whole()) {
                kept.attributes.insert(path.clone(), value);
            } else if self.schema.primary_identifier.iter().any(|pointer| pointer.to_string() == **path) {
                return Err(invalid(format!("The sandbox cannot invent {path} of {}.", self.schema.type_name)));
            }
        }
        let mut formed: Vec<&(&str, &str)> = formed.iter().filter_map(|path| declared(path)).collect();
        formed.sort_by_key(|(path, _)| self.declared.attributes.iter().position(|(name, _)| name == path));
        for (path, form) in formed {
            let value = self.expand(path, form, &kept.whole());
            kept.attributes.insert((*path).to_owned(), value.into());
        }
        Ok(())
    }

    /// A name that the template leaves open: the usual one of stack and logical ID, as far as the schema takes it.
    pub(super) fn name(&self, path: &str, usual: &str) -> String {
        let most = self.schema.max_length_at(path).unwrap_or(usize::MAX);
        let usual: String = usual.chars().rev().take(most).collect::<Vec<_>>().into_iter().rev().collect();
        let candidates = [usual.clone(), usual.to_lowercase(), usual.replace('-', "_"), usual.replace('-', "")];
        let fitting = candidates.into_iter().find(|name| self.schema.accepts_at(path, &json!(name)));
        fitting.or_else(|| self.sample(path)).unwrap_or(usual)
    }

    fn invent(&self, path: &str, whole: &Value) -> Option<Value> {
        match self.schema.type_at(path) {
            Some("integer" | "number") => Some(json!(1)).filter(|value| self.schema.accepts_at(path, value)),
            Some("boolean") => Some(json!(false)),
            Some("array" | "object") => None,
            _ => self.text(path, whole).map(Value::from),
        }
    }

    fn text(&self, path: &str, whole: &Value) -> Option<String> {
        let choices: Vec<&str> = self.schema.choices_at(path).collect();
        if !choices.is_empty() {
            let well = WELL.iter().find(|well| choices.contains(well));
            return well.or(choices.first()).map(|choice| (*choice).to_owned());
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let (service, region, account) =
            (self.service(), self.context.environment.region, self.context.environment.account);
        let id = &self.uuid;
        let mut candidates = Vec::new();
        if ends(&["Arn", "ARN"]) {
            let kind = kebab(self.schema.type_name.rsplit("::").next().unwrap_or_default());
            if let Some(parent) = whole.get("InstanceArn").and_then(Value::as_str) {
                candidates.push(format!("{parent}/{kind}/{id}"));
            }
            let start = format!("arn:aws:{service}:{region}:{account}:{kind}");
            candidates.extend([format!("{start}/{id}"), format!("{start}/{}", self.letters(path, 10))]);
        } else if ends(&["AccountId"]) {
            candidates.push(account.to_owned());
        } else if ends(&["Time", "Date", "Timestamp", "At", "Modified", "Created", "Updated"]) {
            candidates.push(iso8601(self.context.environment.now));
        } else if ends(&["Url", "URL", "Uri", "URI"]) {
            candidates.push(format!("https://{id}.{service}.{region}.amazonaws.com"));
        } else if ends(&["Endpoint", "DomainName", "Address"]) {
            candidates.push(format!("{id}.{service}.{region}.amazonaws.com"));
        } else if ends(&["Version"]) {
            candidates.push("1".to_owned());
        }
        candidates.extend([id.clone(), self.letters(path, 10)]);
        let fitting = candidates.into_iter().find(|text| self.schema.accepts_at(path, &json!(text)));
        fitting.or_else(|| self.sample(path))
    }

    /// A text that the schema's pattern describes.
    fn sample(&self, path: &str) -> Option<String> {
        let digest = self.digest(path);
        let mut drawn = digest.iter().cycle();
        let mut draw = || drawn.next().map_or(0, |byte| u32::from(*byte));
        self.schema.sample_at(path, &mut draw).filter(|text| self.schema.accepts_at(path, &json!(text)))
    }

    /// The prefix of the service's IAM actions, which its ARNs carry.
    fn service(&self) -> String {
        use callform_schemas::{Handler, permissions};
        let actions = permissions(&self.schema.type_name, Handler::Read);
        let of_action =
            actions.first().and_then(|action| action.split_once(':')).map(|(service, _)| service.to_owned());
        of_action.unwrap_or_else(|| self.schema.type_name.split("::").nth(1).unwrap_or_default().to_lowercase())
    }

    /// A form with its placeholders filled in: `{region}`, `{account}`, `{uuid}`, `{time}`, `{letters:10}`, `{hex:17}`,
    /// `{LETTERS:13}`, `{next:/Property}` (the number after the last one of those with the same property) and
    /// `{/Property}`; `{/Property?}` is a generated name where the property is not there, `{/Property|text}` that text.
    fn expand(&self, path: &str, form: &str, whole: &Value) -> String {
        let mut text = String::new();
        let mut rest = form;
        while let Some((before, tail)) = rest.split_once('{') {
            let (placeholder, after) = tail.split_once('}').unwrap_or((tail, ""));
            text.push_str(before);
            text.push_str(&self.placeholder(path, placeholder, whole));
            rest = after;
        }
        text + rest
    }

    fn placeholder(&self, path: &str, placeholder: &str, whole: &Value) -> String {
        let (name, count) = placeholder.split_once(':').unwrap_or((placeholder, ""));
        let count = count.parse().unwrap_or_default();
        match name {
            "region" => self.context.environment.region.to_owned(),
            "account" => self.context.environment.account.to_owned(),
            "uuid" => self.uuid.clone(),
            "time" => iso8601(self.context.environment.now),
            "letters" => self.letters(path, count),
            "LETTERS" => self.letters(path, count).to_uppercase(),
            "next" => self.next(path, placeholder.strip_prefix("next:").unwrap_or_default(), whole).to_string(),
            "hex" => {
                let digest = self.digest(path);
                let digits = digest.iter().cycle().flat_map(|byte| [byte >> 4, byte & 15]);
                digits.take(count).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
            }
            property => {
                let (property, default) = property.split_once('|').unwrap_or((property, ""));
                let (property, or_generated) =
                    property.strip_suffix('?').map_or((property, false), |name| (name, true));
                let given = whole.pointer(property).and_then(scalar);
                given
                    .or_else(|| or_generated.then(|| physical_name(self.context, 64)))
                    .unwrap_or_else(|| default.to_owned())
            }
        }
    }

    /// The number after the last one: that of the resources with the same property whose attribute ends in the highest.
    fn next(&self, path: &str, property: &str, whole: &Value) -> u64 {
        let all: Vec<(String, Kept)> =
            self.context.environment.tx.list(KIND, &self.schema.type_name).unwrap_or_default();
        let same =
            all.iter().map(|(_, kept)| kept.whole()).filter(|other| other.pointer(property) == whole.pointer(property));
        let numbers = same.filter_map(|other| {
            let value = other.pointer(path)?.as_str()?.to_owned();
            value.rsplit(|letter: char| !letter.is_ascii_digit()).next()?.parse::<u64>().ok()
        });
        numbers.max().unwrap_or_default() + 1
    }

    fn letters(&self, path: &str, count: usize) -> String {
        let digest = self.digest(path);
        let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('a', char::from);
        digest.iter().cycle().take(count).map(letter).collect()
    }

    fn digest(&self, path: &str) -> Vec<u8> {
        Sha256::digest(format!("{}{path}", self.uuid)).to_vec()
    }
}

/// `EvaluationForm` as ARNs write it: `evaluation-form`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && kebab.ends_with(|last: char| last.is_ascii_lowercase()) {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}
