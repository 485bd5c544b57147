//! Identifiers and the names they stand for, both ways.
//!
//! Comparison happens between identifiers, because every live value is one. Names come back in at the end, on both
//! sides alike, so that people can read what differs.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::inventory::Inventory;
use crate::model::{Attribute, Kind, Reference, Target};
use crate::plan::symbol::{self, Part};
use crate::plan::{Definition, Known};
use crate::render::{ArnForm, arn_form, traveling};

/// What is known about identifiers of the center and its surroundings.
pub(super) struct Names<'a> {
    inventory: &'a Inventory,
    known: &'a Known<'a>,
    place: Place<'a>,
    /// ARNs and bare ids, and the symbols of what they belong to.
    symbols: BTreeMap<String, String>,
}

/// Partition, region and account, out of the ARN of a stack.
#[derive(Clone, Copy, Default)]
struct Place<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let Some(stack) = inventory.stacks.values().next() else { return Self::default() };
        let mut parts = stack.id.split(':').skip(1);
        let partition = parts.next().unwrap_or_default();
        let region = parts.nth(1).unwrap_or_default();
        Self { partition, region, account: parts.next().unwrap_or_default() }
    }
}

impl<'a> Names<'a> {
    pub(super) fn new(inventory: &'a Inventory, known: &'a Known<'a>, deployed: &BTreeMap<String, Definition>) -> Self {
        let mut names = Self { inventory, known, place: Place::of(inventory), symbols: BTreeMap::new() };
        let resources = deployed.values().map(|definition| Target::Resource(definition.address.clone()));
        let builtins =
            inventory.builtins.keys().map(|(kind, name)| Target::Builtin { kind: *kind, name: name.clone() });
        // The last one wins: names of the center over built-in ones, `instance` also where the center makes it.
        let symbols: Vec<(String, String)> = builtins
            .chain(resources)
            .chain([Target::Instance])
            .flat_map(|target| names.identifiers_of(&target))
            .collect();
        names.symbols.extend(symbols);
        names
    }

    /// The identifiers of a target that cannot be mistaken for anything else: its ARN, and its bare id where that is
    /// no name.
    fn identifiers_of(&self, target: &Target) -> Vec<(String, String)> {
        let kind = target.kind();
        let mut attributes = vec![Attribute::Arn];
        if kind == Kind::Instance || traveling(kind) == Attribute::Id {
            attributes.push(Attribute::Id);
        }
        attributes
            .into_iter()
            .filter_map(|attribute| {
                let reference = Reference { target: target.clone(), attribute: attribute.clone() };
                Some((self.identifier(&reference)?, symbol::of(target, attribute)))
            })
            .collect()
    }

    /// The identifier a reference stands for.
    fn identifier(&self, reference: &Reference) -> Option<String> {
        let kind = reference.target.kind();
        match (&reference.target, &reference.attribute, arn_form(kind)) {
            (Target::Builtin { .. }, Attribute::Arn | Attribute::Ref, ArnForm::InInstance(segment)) => {
                let id = self.known.identifier(reference)?;
                let instance = self.inventory.instance.as_ref()?;
                Some(format!("{}/{segment}/{id}", instance.arn))
            }
            (Target::Resource(address), Attribute::Arn, ArnForm::ByName(form)) => {
                let name = self.known.physical_id(address)?;
                Some(self.with_place(&form.replace("${Id}", name)))
            }
            (Target::Resource(address), Attribute::Arn, ArnForm::ById(form))
                if !self.known.physical_id(address)?.starts_with("arn:") =>
            {
                let id = Reference { target: reference.target.clone(), attribute: Attribute::Id };
                Some(self.with_place(&form.replace("${Id}", &self.known.identifier(&id)?)))
            }
            _ => self.known.identifier(reference),
        }
    }

    fn with_place(&self, text: &str) -> String {
        text.replace("${AWS::Partition}", self.place.partition)
            .replace("${AWS::Region}", self.place.region)
            .replace("${AWS::AccountId}", self.place.account)
    }

    /// A value with identifiers in place of symbols; none where one of them stands for nothing that is known.
    pub(super) fn resolve(&self, json: &Json) -> Option<Json> {
        Some(match json {
            Json::String(text) => Json::String(self.resolve_text(text)?),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.resolve(item)).collect::<Option<_>>()?),
            Json::Object(members) => {
                let mut resolved = Map::new();
                for (name, member) in members {
                    resolved.insert(name.clone(), self.resolve(member)?);
                }
                Json::Object(resolved)
            }
            other => other.clone(),
        })
    }

    fn resolve_text(&self, text: &str) -> Option<String> {
        let mut resolved = String::with_capacity(text.len());
        for part in symbol::parts(text) {
            match part {
                Part::Literal(literal) => resolved.push_str(literal),
                Part::Symbol(inner) => resolved.push_str(&self.meaning(inner)?),
            }
        }
        Some(resolved)
    }

    fn meaning(&self, inner: &str) -> Option<String> {
        match inner {
            "AWS::Partition" => Some(self.place.partition.to_owned()),
            "AWS::Region" => Some(self.place.region.to_owned()),
            "AWS::AccountId" => Some(self.place.account.to_owned()),
            symbol::ARTIFACT_BUCKET => self.inventory.artifact_bucket.clone(),
            _ => self.identifier(&inner.parse().ok()?),
        }
    }

    /// A value with symbols in place of every identifier of something known.
    pub(super) fn symbolic(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.symbolic_text(text)),
            Json::Array(items) => items.iter().map(|item| self.symbolic(item)).collect(),
            Json::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), self.symbolic(member))).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    fn symbolic_text(&self, text: &str) -> String {
        let mut symbolic = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !is_of_identifier(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            symbolic.push_str(self.symbols.get(word).map_or(word, String::as_str));
            let next = after.find(is_of_identifier).unwrap_or(after.len());
            let (between, after) = after.split_at(next);
            symbolic.push_str(between);
            rest = after;
        }
        symbolic
    }

    /// A value for people: names in place of identifiers.
    pub(super) fn readable(&self, json: &Json) -> Json {
        symbol::readable(&self.symbolic(json))
    }

    /// The name of what a bare id of a kind belongs to; the id where it is not known.
    pub(super) fn name_of(&self, kind: Kind, id: &str) -> String {
        self.known.target_of(kind, id).map_or_else(|| id.to_owned(), ToString::to_string)
    }
}

fn is_of_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '-' | '_' | '.' | '+' | '=' | '@')
}
