//! The rules of a `Choice`.

use serde_json::Value;

use super::read::{Place, Reader};
use super::{Language, Rule};
use crate::choice::{Operand, Operator, Test};
use crate::jsonata;
use crate::path::Path;

/// Tests inside of one another, at most.
const DEEPEST: usize = 64;

impl Reader {
    pub(super) fn rules(&mut self, place: &Place) -> Vec<Rule> {
        let list = place.get("Choices").and_then(Value::as_array).filter(|list| !list.is_empty());
        let Some(list) = list else {
            self.refuse(place.below("Choices"), "A `Choice` has choices");
            return Vec::new();
        };
        let mut rules = Vec::new();
        for (index, entry) in list.iter().enumerate() {
            let pointer = format!("{}/Choices/{index}", place.pointer);
            let Some(object) = entry.as_object() else {
                self.refuse(pointer, "A choice is an object");
                continue;
            };
            let own = Place { object, pointer: &pointer, language: place.language };
            let Some(next) = own.text("Next") else {
                self.refuse(own.below("Next"), "It leads to a state");
                continue;
            };
            let Some(test) = self.test(&own, 0) else { continue };
            let output = match place.language {
                Language::Jsonata => self.template(&own, "Output"),
                Language::JsonPath => None,
            };
            rules.push(Rule { test, next: next.to_owned(), assign: self.assign(&own), output });
        }
        rules
    }

    fn test(&mut self, place: &Place, depth: usize) -> Option<Test> {
        if depth == DEEPEST {
            self.refuse(place.pointer, "The rule is nested too deeply");
            return None;
        }
        if place.language == Language::Jsonata {
            return self.condition(place);
        }
        for (field, several) in [("And", Test::All as fn(Vec<Test>) -> Test), ("Or", Test::Any)] {
            if let Some(value) = place.get(field) {
                let entries = value.as_array().filter(|entries| !entries.is_empty());
                if entries.is_none() {
                    self.refuse(place.below(field), format!("`{field}` has rules"));
                }
                let mut tests = Vec::new();
                for (index, entry) in entries.into_iter().flatten().enumerate() {
                    let pointer = format!("{}/{field}/{index}", place.pointer);
                    tests.extend(self.nested(entry, &pointer, depth));
                }
                return Some(several(tests));
            }
        }
        if let Some(value) = place.get("Not") {
            return Some(Test::Not(Box::new(self.nested(value, &place.below("Not"), depth)?)));
        }
        self.comparison(place)
    }

    fn nested(&mut self, value: &Value, pointer: &str, depth: usize) -> Option<Test> {
        let Some(object) = value.as_object() else {
            self.refuse(pointer, "A rule is an object");
            return None;
        };
        self.test(&Place { object, pointer, language: Language::JsonPath }, depth + 1)
    }

    fn condition(&mut self, place: &Place) -> Option<Test> {
        match place.get("Condition") {
            Some(Value::Bool(fixed)) => Some(Test::Fixed(*fixed)),
            Some(Value::String(text)) if jsonata::expression(text).is_some() => {
                let source = jsonata::expression(text)?;
                if let Some(why) = jsonata::problem(source) {
                    self.refuse(place.below("Condition"), why);
                }
                Some(Test::Condition(source.to_owned()))
            }
            _ => {
                self.refuse(place.below("Condition"), "A `Condition` is an expression `{% … %}`, true or false");
                None
            }
        }
    }

    fn comparison(&mut self, place: &Place) -> Option<Test> {
        let text = place.text("Variable").unwrap_or_default();
        let variable = match Path::read(text) {
            Ok(path) => path,
            Err(error) => {
                self.refuse(place.below("Variable"), format!("`{text}` is no path: {error}"));
                return None;
            }
        };
        let found: Vec<_> = place
            .object
            .iter()
            .filter_map(|(field, value)| {
                let (name, is_path) = match field.strip_suffix("Path") {
                    Some(name) if Operator::read(name).is_some() => (name, true),
                    _ => (field.as_str(), false),
                };
                Some((field, Operator::read(name)?, is_path, value))
            })
            .collect();
        let [(field, operator, is_path, value)] = found[..] else {
            self.refuse(place.pointer, "A rule compares once");
            return None;
        };
        let operand = if is_path {
            let text = value.as_str().unwrap_or_default();
            match Path::read(text) {
                Ok(path) => Operand::Path(path, text.to_owned()),
                Err(error) => {
                    self.refuse(place.below(field), format!("`{text}` is no path: {error}"));
                    return None;
                }
            }
        } else if operator.takes(value) {
            Operand::Value(value.clone())
        } else {
            self.refuse(place.below(field), format!("`{value}` cannot be compared like this"));
            return None;
        };
        Some(Test::Compare { variable, text: text.to_owned(), operator, operand })
    }
}
