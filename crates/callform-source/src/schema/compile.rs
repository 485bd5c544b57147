//! From JSON Schema to rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use regex::Regex;
use serde_json::{Map, Value};

use super::rule::{Additional, Count, Custom, Range, Rule, RuleId, Rules, Types};

/// Keywords that say nothing about what is allowed, or that only matter where they are referred to.
const ANNOTATIONS: &[&str] = &[
    "$schema",
    "$id",
    "$defs",
    "definitions",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "format",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Compiles a whole schema. The first rule is the root's. Also lists what was left out.
pub(super) fn compile(schema: &Value) -> (Rules, RuleId, Vec<String>) {
    let mut compiler =
        Compiler { root: schema, rules: Rules::default(), by_reference: BTreeMap::new(), unsupported: BTreeSet::new() };
    let root = compiler.rule(schema);
    // Sets of kinds depend on one another through references; they only grow smaller, so this comes to rest.
    while compiler.narrow() {}
    (compiler.rules, root, compiler.unsupported.into_iter().collect())
}

struct Compiler<'a> {
    root: &'a Value,
    rules: Rules,
    by_reference: BTreeMap<&'a str, RuleId>,
    unsupported: BTreeSet<String>,
}

impl<'a> Compiler<'a> {
    fn rule(&mut self, schema: &'a Value) -> RuleId {
        if let Some((reference, true)) = only_reference(schema) {
            return self.reference(reference);
        }
        let id = self.reserve();
        self.fill(id, schema);
        id
    }

    fn reserve(&mut self) -> RuleId {
        self.rules.list.push(Rule::default());
        RuleId(self.rules.list.len() - 1)
    }

    fn fill(&mut self, id: RuleId, schema: &'a Value) {
        let rule = match schema {
            Value::Object(keywords) => self.keywords(keywords),
            Value::Bool(false) => Rule { never: true, ..Rule::default() },
            _ => Rule::default(),
        };
        self.rules.list[id.0] = rule;
    }

    /// The rule of a `#/…` pointer; references to themselves are possible.
    fn reference(&mut self, reference: &'a str) -> RuleId {
        if let Some(&id) = self.by_reference.get(reference) {
            return id;
        }
        let id = self.reserve();
        self.by_reference.insert(reference, id);
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        match target {
            Some(target) => self.fill(id, target),
            None => {
                self.unsupported.insert(format!("$ref {reference}"));
            }
        }
        id
    }

    fn keywords(&mut self, keywords: &'a Map<String, Value>) -> Rule {
        let mut rule = Rule { custom: custom(keywords), ..Rule::default() };
        for (keyword, value) in keywords {
            if !self.keyword(&mut rule, keyword, value) {
                self.unsupported.insert(keyword.clone());
            }
        }
        rule
    }

    /// False for a keyword that is not known.
    fn keyword(&mut self, rule: &mut Rule, keyword: &str, value: &'a Value) -> bool {
        match keyword {
            "type" => rule.types = types(value),
            "enum" => rule.choices = value.as_array().cloned(),
            "const" => rule.choices = Some(vec![value.clone()]),
            "$ref" => {
                if let Some(reference) = value.as_str() {
                    rule.all_of.push(self.reference(reference));
                }
            }
            "allOf" => rule.all_of.extend(self.list(value)),
            "anyOf" | "oneOf" => rule.one_of.push(self.list(value)),
            "properties" => {
                for (name, schema) in value.as_object().into_iter().flatten() {
                    rule.properties.insert(name.clone(), self.rule(schema));
                }
            }
            "patternProperties" => {
                for (pattern, schema) in value.as_object().into_iter().flatten() {
                    if let Some(pattern) = self.pattern(pattern) {
                        rule.pattern_properties.push((pattern, self.rule(schema)));
                    }
                }
            }
            "additionalProperties" => {
                rule.additional = match value {
                    Value::Bool(true) => Additional::Allowed,
                    Value::Bool(false) => Additional::Forbidden,
                    schema => Additional::Checked(self.rule(schema)),
                };
            }
            "required" => {
                rule.required =
                    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            }
            "prefixItems" => rule.prefix_items = self.list(value),
            "items" => rule.items = Some(self.rule(value)),
            "pattern" => rule.pattern = value.as_str().and_then(|pattern| self.pattern(pattern)),
            _ => return bound(rule, keyword, value) || ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-"),
        }
        true
    }

    fn list(&mut self, schemas: &'a Value) -> Vec<RuleId> {
        schemas.as_array().into_iter().flatten().map(|schema| self.rule(schema)).collect()
    }

    fn pattern(&mut self, pattern: &str) -> Option<Regex> {
        let compiled = Regex::new(pattern).ok();
        if compiled.is_none() {
            self.unsupported.insert(format!("pattern {pattern}"));
        }
        compiled
    }

    /// Takes kinds that cannot pass out of every rule's `accepts`, one step; true where something changed.
    fn narrow(&mut self) -> bool {
        let mut changed = false;
        for index in 0..self.rules.list.len() {
            let rule = &self.rules.list[index];
            let mut accepts = rule.accepts.intersection(rule.types);
            if rule.never {
                accepts = Types::NONE;
            }
            if let Some(choices) = &rule.choices {
                accepts =
                    accepts.intersection(choices.iter().map(Types::of_json).fold(Types::NONE, |all, one| all | one));
            }
            for &part in &rule.all_of {
                accepts = accepts.intersection(self.rules.get(part).accepts);
            }
            for alternatives in &rule.one_of {
                let union = alternatives.iter().fold(Types::NONE, |all, &one| all | self.rules.get(one).accepts);
                accepts = accepts.intersection(union);
            }
            if accepts != rule.accepts {
                self.rules.list[index].accepts = accepts;
                changed = true;
            }
        }
        changed
    }
}

/// The target of a `$ref`, and whether nothing beside it matters.
fn only_reference(schema: &Value) -> Option<(&str, bool)> {
    let keywords = schema.as_object()?;
    let reference = keywords.get("$ref")?.as_str()?;
    Some((reference, keywords.keys().all(|keyword| keyword == "$ref" || ANNOTATIONS.contains(&keyword.as_str()))))
}

fn types(value: &Value) -> Types {
    let one = |name: &Value| name.as_str().and_then(Types::of_name).unwrap_or(Types::NONE);
    match value {
        Value::Array(names) => names.iter().map(one).fold(Types::NONE, |all, one| all | one),
        name => one(name),
    }
}

fn bound(rule: &mut Rule, keyword: &str, value: &Value) -> bool {
    let Range { minimum, exclusive_minimum, maximum, exclusive_maximum } = &mut rule.range;
    let count = |count: &mut Option<u64>| *count = value.as_u64();
    match keyword {
        "minimum" => *minimum = value.as_f64(),
        "exclusiveMinimum" => *exclusive_minimum = value.as_f64(),
        "maximum" => *maximum = value.as_f64(),
        "exclusiveMaximum" => *exclusive_maximum = value.as_f64(),
        "minLength" => count(&mut rule.length.minimum),
        "maxLength" => count(&mut rule.length.maximum),
        "minItems" => count(&mut rule.item_count.minimum),
        "maxItems" => count(&mut rule.item_count.maximum),
        "minProperties" => count(&mut rule.key_count.minimum),
        "maxProperties" => count(&mut rule.key_count.maximum),
        "uniqueItems" => rule.unique_items = value.as_bool().unwrap_or_default(),
        _ => return false,
    }
    true
}

fn custom(keywords: &Map<String, Value>) -> Custom {
    let text = |keyword: &str| keywords.get(keyword).and_then(Value::as_str);
    Custom {
        code: text("x-code").map(intern),
        title: text("x-title").map(str::to_owned),
        help: text("x-help").map(str::to_owned),
    }
}

/// Diagnostics' codes are static text. Codes of schemas are kept forever, each once, which is little: they are part of
/// the program's types.
fn intern(code: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = codes.get(code) {
        return code;
    }
    let code: &'static str = code.to_owned().leak();
    codes.insert(code);
    code
}

impl Count {
    pub(super) fn is_below(&self, count: usize) -> bool {
        self.minimum.is_some_and(|minimum| (count as u64) < minimum)
    }

    pub(super) fn is_above(&self, count: usize) -> bool {
        self.maximum.is_some_and(|maximum| (count as u64) > maximum)
    }
}
