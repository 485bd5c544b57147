//! `raw`: what has no word.

use serde_json::{Value, json};

use super::{After, Branch, Omitted, Place, Reader, Word, key, usual_branch};
use crate::decompile::object;

impl<'a> Reader<'a, '_> {
    pub(super) fn raw(&self) -> Word<'a> {
        let transitions = &self.action.transitions;
        let parameters = self.with_references(&Value::Object(self.action.parameters.clone()));
        let mut raw = object([("type", json!(self.action.action_type))]);
        if parameters != json!({}) {
            raw.insert("parameters".to_owned(), parameters);
        }
        let mut step = object([("raw", Value::Object(raw)), ("exact", json!(true))]);
        let mut branches = Vec::new();
        let conditions: Vec<Value> = transitions
            .conditions()
            .iter()
            .map(|branch| {
                let operator = if branch.operator == "Equals" { Value::Null } else { json!(branch.operator) };
                let operand = branch.operands.first().cloned().unwrap_or_default();
                Value::Object(object([("operator", operator), ("operand", operand), ("then", json!([]))]))
            })
            .collect();
        if !conditions.is_empty() {
            step.insert("conditions".to_owned(), Value::Array(conditions));
        }
        for (index, branch) in transitions.conditions().iter().enumerate() {
            let path = vec![key("conditions"), Place::Index(index), key("then")];
            branches.push(Branch { path, ..usual_branch(&branch.next_action) });
        }
        for branch in transitions.errors() {
            let path = vec![key("errors"), key(&branch.error_type)];
            branches.push(Branch { path, is_failure: true, ..usual_branch(&branch.next_action) });
        }
        let next = transitions.next_action.as_deref();
        let after = match next {
            Some(next) if transitions.conditions().is_empty() => {
                step.insert("next".to_owned(), json!([]));
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

    fn with_references(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match self.objects.address(text) {
                Some(address) => json!({ "ref": address }),
                None => value.clone(),
            },
            Value::Array(items) => items.iter().map(|item| self.with_references(item)).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), self.with_references(v))).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}
