//! `raw`: what has no word.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{After, Branch, Omitted, Place, Reader, Word, key, usual_branch};
use crate::ConditionBranch;
use crate::compare::says_nothing;
use crate::compile::LITERAL;
use crate::decompile::object;

/// Stands for a branch until its steps are written.
const NOTHING: Value = Value::Array(Vec::new());

impl<'a> Reader<'a, '_> {
    /// The action as it is, unknown members and all.
    pub(super) fn raw(&self) -> Word<'a> {
        let transitions = &self.action.transitions;
        let mut raw = object([("type", json!(self.action.action_type))]);
        raw.extend(said("parameters", &self.with_references(&self.action.parameters)));
        raw.extend(said("members", &literal(&self.action.other)));
        raw.extend(said("transitions", &literal(&transitions.other)));
        let mut step = object([("raw", Value::Object(raw)), ("exact", json!(true))]);
        let mut branches = Vec::new();
        self.conditions(&mut step, &mut branches);
        self.all_errors(&mut step, &mut branches);
        let after = match transitions.next_action.as_deref() {
            Some(next) if transitions.conditions().is_empty() => {
                step.insert("next".to_owned(), json!("continue"));
                After::Action(next)
            }
            Some(next) => {
                branches.push(Branch { path: vec![key("next")], omitted: Omitted::Never, ..usual_branch(next) });
                After::Branches
            }
            None if branches.is_empty() => After::Nothing,
            None => After::Branches,
        };
        Word { step, branches, after, is_unguarded: false }
    }

    fn conditions(&self, step: &mut Map<String, Value>, branches: &mut Vec<Branch<'a>>) {
        let mut conditions = Vec::new();
        for (index, branch) in self.action.transitions.conditions().iter().enumerate() {
            conditions.push(condition(branch));
            let path = vec![key("conditions"), Place::Index(index), key("then")];
            branches.push(Branch { path, ..usual_branch(&branch.next_action) });
        }
        if !conditions.is_empty() {
            step.insert("conditions".to_owned(), Value::Array(conditions));
        }
    }

    /// Errors by their type; those apart that stand twice, of which the first is the one that is taken, and those that
    /// have members of their own.
    fn all_errors(&self, step: &mut Map<String, Value>, branches: &mut Vec<Branch<'a>>) {
        let errors = self.action.transitions.errors();
        let with_members: BTreeSet<&str> =
            errors.iter().filter(|it| !is_nothing(&it.other)).map(|it| it.error_type.as_str()).collect();
        let mut seen = BTreeSet::new();
        let mut further = Vec::new();
        for branch in errors {
            let is_first = seen.insert(branch.error_type.as_str());
            let path = if is_first && !with_members.contains(branch.error_type.as_str()) {
                vec![key("errors"), key(&branch.error_type)]
            } else {
                let mut error = object([("error", json!(branch.error_type))]);
                error.extend(said("members", &literal(&branch.other)));
                error.insert("then".to_owned(), NOTHING);
                further.push(Value::Object(error));
                vec![key("further_errors"), Place::Index(further.len() - 1), key("then")]
            };
            branches.push(Branch { path, is_failure: true, ..usual_branch(&branch.next_action) });
        }
        if !further.is_empty() {
            step.insert("further_errors".to_owned(), Value::Array(further));
        }
    }

    /// Parameters with `{ ref: … }` for the objects that have a name.
    fn with_references(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let address = |text: &str| self.objects.address(text);
        members.iter().map(|(name, value)| (name.clone(), written(value, &address))).collect()
    }
}

fn condition(branch: &ConditionBranch) -> Value {
    let operator = if branch.operator == "Equals" { Value::Null } else { json!(branch.operator) };
    let operand = branch.operand().map_or(Value::Null, |operand| json!(operand));
    let mut condition = object([("operator", operator), ("operand", operand)]);
    if branch.operand().is_none() && !branch.operands.is_empty() {
        let operands = branch.operands.iter().map(|operand| written(operand, &|_| None)).collect();
        condition.insert("operands".to_owned(), operands);
    }
    condition.extend(said("members", &literal(&branch.other)));
    condition.extend(said("condition", &literal(&branch.other_of_condition)));
    condition.insert("then".to_owned(), NOTHING);
    Value::Object(condition)
}

/// True where members say nothing.
pub(super) fn is_nothing(members: &Map<String, Value>) -> bool {
    says_nothing(members)
}

/// Members under a key, where there are any: also empty ones, which may mean something to a type that is not known.
fn said(name: &str, members: &Map<String, Value>) -> Option<(String, Value)> {
    (!members.is_empty()).then(|| (name.to_owned(), Value::Object(members.clone())))
}

fn literal(members: &Map<String, Value>) -> Map<String, Value> {
    members.iter().map(|(name, value)| (name.clone(), written(value, &|_| None))).collect()
}

/// A value with references in the place of texts that have an address; objects that look like a reference are kept
/// from being taken for one.
fn written(value: &Value, address: &dyn Fn(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) => match address(text) {
            Some(address) => json!({ "ref": address }),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| written(item, address)).collect(),
        Value::Object(members) => {
            let inner: Map<String, Value> =
                members.iter().map(|(name, value)| (name.clone(), written(value, address))).collect();
            let is_misleading = inner.len() == 1 && (inner.contains_key("ref") || inner.contains_key(LITERAL));
            if is_misleading { json!({ LITERAL: inner }) } else { Value::Object(inner) }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
