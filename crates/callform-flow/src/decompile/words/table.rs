//! The words of the table of steps.

use serde_json::{Map, Value, json};

use super::{After, Reader, Word, branching, keyed, on_error};
use crate::steps::{BlockSpec, Field, FieldKind, Main, Taken, blocks};

impl<'a> Reader<'a, '_> {
    pub(super) fn table(&self) -> Option<Word<'a>> {
        blocks().filter(|spec| spec.action == self.action.action_type).find_map(|spec| self.row(spec))
    }

    fn row(&self, spec: &'static BlockSpec) -> Option<Word<'a>> {
        let mut rest = self.action.parameters.clone();
        let mut step = Map::new();
        if let Main::Parameter(field) = spec.main {
            step.insert(spec.word.to_owned(), self.take(&mut rest, &field)?);
        }
        let mut fields = Map::new();
        for field in spec.fields {
            if let Some(value) = self.take(&mut rest, field) {
                fields.insert(field.key.to_owned(), value);
            }
        }
        rest.values().all(|value| *value == json!({})).then_some(())?;
        match spec.main {
            Main::Choice(choice) => {
                step.insert(spec.word.to_owned(), json!(choice));
                step.extend(fields);
            }
            Main::Parameter(_) => step.extend(fields),
            Main::Group => drop(step.insert(spec.word.to_owned(), Value::Object(fields))),
        }
        self.with_outcomes(spec, step)
    }

    /// Takes a parameter out and says what the key's value is.
    fn take(&self, rest: &mut Map<String, Value>, field: &Field) -> Option<Value> {
        if field.path.is_empty() {
            return Some(Value::Object(std::mem::take(rest)));
        }
        let (outer, inner) = match field.path.split_once('.') {
            Some((outer, inner)) => (rest.get(outer)?.get(inner)?.clone(), Some((outer, inner))),
            None => (rest.get(field.path)?.clone(), None),
        };
        let value = self.said(field.kind, &outer)?;
        match inner {
            Some((outer, inner)) => drop(rest.get_mut(outer)?.as_object_mut()?.shift_remove(inner)),
            None => drop(rest.shift_remove(field.path)),
        }
        Some(value)
    }

    fn said(&self, kind: FieldKind, value: &Value) -> Option<Value> {
        Some(match kind {
            FieldKind::Text => json!(value.as_str()?),
            FieldKind::Reference(kind) => json!(self.object_name(value.as_str()?, kind)?),
            FieldKind::Truth(yes, no) => {
                let text = value.as_str()?;
                if text.eq_ignore_ascii_case(yes) {
                    json!(true)
                } else if text.eq_ignore_ascii_case(no) {
                    json!(false)
                } else {
                    return None;
                }
            }
            FieldKind::Seconds => super::duration(value.as_str()?.parse().ok()?),
            FieldKind::Words(words) => {
                let text = value.as_str()?;
                json!(words.iter().find(|(_, wire)| *wire == text)?.0)
            }
            FieldKind::Json => value.clone(),
        })
    }

    fn with_outcomes(&self, spec: &'static BlockSpec, step: Map<String, Value>) -> Option<Word<'a>> {
        let transitions = &self.action.transitions;
        let mut branches = Vec::new();
        let equals = self.equals()?;
        let named =
            |operand: &str| spec.outcomes.iter().find(|it| matches!(it.taken, Taken::Equals(of) if of == operand));
        for (operand, target) in &equals {
            match named(operand) {
                Some(outcome) => branches.push(Self::always(outcome.key, target)),
                None if spec.has_branches => branches.push(keyed("branches", operand, target)),
                None => return None,
            }
        }
        let mut mirrored = None;
        let mut known = 0;
        for outcome in spec.outcomes {
            let Taken::Error(error_type) = outcome.taken else { continue };
            let Some(error) = transitions.errors().iter().find(|it| it.error_type == error_type) else {
                if outcome.always {
                    return None;
                }
                continue;
            };
            known += 1;
            let target = error.next_action.as_str();
            mirrored = Some(target);
            branches.push(if outcome.always {
                on_error(outcome.key, target)
            } else {
                Self::always(outcome.key, target)
            });
        }
        (known == transitions.errors().len()).then_some(())?;
        let next = transitions.next_action.as_deref()?;
        if equals.is_empty() {
            return Some(Word { step, branches, after: After::Action(next), is_unguarded: false });
        }
        (mirrored == Some(next)).then_some(())?;
        Some(branching(step, branches))
    }
}
