//! Reading of machines: what is there, and what is wrong.
//!
//! Source: the Amazon States Language specification, and AWS Step Functions Developer Guide.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{TYPES, is_known};
use super::{Given, Language, Machine, Problem, Selection, State, Type, What};
use crate::path::Path;
use crate::pointer::escape;
use crate::{intrinsics, jsonata, template};

/// Bytes of a definition, at most.
const LARGEST: usize = 1_048_576;
/// Characters of a state's name, at most.
const LONGEST_NAME: usize = 80;
/// Machines inside of one another, at most: an execution is written down with all that is in it.
const DEEPEST: usize = 8;

pub(super) const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";
const TARGET: &str = "MISSING_TRANSITION_TARGET";

pub(super) fn definition(text: &str, kind: Type) -> Result<Machine, Vec<Problem>> {
    let problem = |code, message: &str| {
        Err(vec![Problem { pointer: String::new(), code, message: message.to_owned(), what: What::Refused }])
    };
    if text.len() > LARGEST {
        return problem(SCHEMA, "A definition has at most 1 MB");
    }
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else {
        return problem("INVALID_JSON_DESCRIPTION", "The definition is no JSON object");
    };
    let mut reader = Reader { kind, names: BTreeMap::new(), problems: Vec::new(), depth: 0 };
    let machine = reader.machine(&object, "", None);
    match machine {
        Some(machine) if reader.problems.is_empty() => Ok(machine),
        _ => Err(reader.problems),
    }
}

pub(super) struct Reader {
    pub(super) kind: Type,
    /// Names of states, with their places: there is one of each in a whole machine.
    names: BTreeMap<String, String>,
    problems: Vec<Problem>,
    depth: usize,
}

/// The object that is read, where it is, and in which language.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) object: &'a Map<String, Value>,
    pub(super) pointer: &'a str,
    pub(super) language: Language,
}

impl<'a> Place<'a> {
    pub(super) fn below(&self, field: &str) -> String {
        format!("{}/{}", self.pointer, escape(field))
    }

    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field)
    }

    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.get(field)?.as_str()
    }
}

impl Reader {
    pub(super) fn refuse(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem {
            pointer: pointer.into(),
            code: SCHEMA,
            message: message.into(),
            what: What::Refused,
        });
    }

    pub(super) fn machine(
        &mut self,
        object: &Map<String, Value>,
        pointer: &str,
        above: Option<Language>,
    ) -> Option<Machine> {
        if self.depth == DEEPEST {
            self.refuse(pointer, format!("At most {DEEPEST} machines stand inside of one another"));
            return None;
        }
        self.depth += 1;
        let language = self.language(object, pointer, above.unwrap_or(Language::JsonPath));
        let start = object.get("StartAt").and_then(Value::as_str);
        if start.is_none() {
            self.refuse(format!("{pointer}/StartAt"), "A state machine says where it starts");
        }
        let listed = object.get("States").and_then(Value::as_object).filter(|states| !states.is_empty());
        if listed.is_none() {
            self.refuse(format!("{pointer}/States"), "A state machine has states");
        }
        let timeout = self.number(object, pointer, "TimeoutSeconds", 1.0, 99_999_999.0);
        let machine = match (start, listed) {
            (Some(start), Some(listed)) => {
                let mut states = BTreeMap::new();
                for (name, value) in listed {
                    let place = format!("{pointer}/States/{}", escape(name));
                    self.name(name, &place);
                    if let Some(state) = self.state(value, &place, language) {
                        states.insert(name.clone(), state);
                    }
                }
                self.ways(start, listed, pointer);
                Some(Machine { start: start.to_owned(), states, timeout })
            }
            _ => None,
        };
        self.depth -= 1;
        machine
    }

    fn language(&mut self, object: &Map<String, Value>, pointer: &str, above: Language) -> Language {
        match object.get("QueryLanguage") {
            None => above,
            Some(Value::String(text)) if text == "JSONata" => Language::Jsonata,
            Some(Value::String(text)) if text == "JSONPath" && above == Language::Jsonata && !pointer.is_empty() => {
                // What is JSONata as a whole has no parts in JSONPath.
                self.refuse(format!("{pointer}/QueryLanguage"), "A JSONata state machine has no JSONPath states");
                above
            }
            Some(Value::String(text)) if text == "JSONPath" => Language::JsonPath,
            Some(_) => {
                self.refuse(format!("{pointer}/QueryLanguage"), "It is `JSONPath` or `JSONata`");
                above
            }
        }
    }

    fn name(&mut self, name: &str, pointer: &str) {
        if name.chars().count() > LONGEST_NAME {
            self.refuse(pointer, "The name of a state has at most 80 characters");
        }
        if let Some(first) = self.names.insert(name.to_owned(), pointer.to_owned()) {
            let message = format!("The name of a state is there once in a state machine; `{name}` is also at {first}");
            let what = What::SameName(first);
            self.problems.push(Problem { pointer: pointer.to_owned(), code: "DUPLICATE_STATE_NAME", message, what });
        }
    }

    /// Every way leads to a state, and one leads to every state.
    fn ways(&mut self, start: &str, states: &Map<String, Value>, pointer: &str) {
        let mut leads = |from: String, to: &str| {
            if !states.contains_key(to) {
                let message = format!("There is no state `{to}` here");
                let what = What::UnknownState(to.to_owned());
                self.problems.push(Problem { pointer: from, code: TARGET, message, what });
            }
        };
        leads(format!("{pointer}/StartAt"), start);
        let mut ahead = vec![start];
        let mut reached = BTreeSet::new();
        let mut by_state = BTreeMap::new();
        for (name, state) in states {
            let targets = targets(state);
            for (field, target) in &targets {
                leads(format!("{pointer}/States/{}/{field}", escape(name)), target);
            }
            by_state.insert(name.as_str(), targets);
        }
        while let Some(name) = ahead.pop() {
            if reached.insert(name) {
                ahead.extend(by_state.get(name).into_iter().flatten().map(|(_, target)| *target));
            }
        }
        for name in states.keys().filter(|name| !reached.contains(name.as_str())) {
            let message = format!("State \"{name}\" is not reachable.");
            let pointer = format!("{pointer}/States/{}", escape(name));
            self.problems.push(Problem { pointer, code: TARGET, message, what: What::Unreachable });
        }
    }

    fn state(&mut self, value: &Value, pointer: &str, above: Language) -> Option<State> {
        let Some(object) = value.as_object() else {
            self.refuse(pointer, "A state is an object");
            return None;
        };
        let kind = object.get("Type").and_then(Value::as_str).unwrap_or_default();
        if !TYPES.contains(&kind) {
            self.refuse(format!("{pointer}/Type"), format!("It is one of {}", TYPES.join(", ")));
            return None;
        }
        let language = self.language(object, pointer, above);
        let place = Place { object, pointer, language };
        for field in object.keys().filter(|field| !is_known(kind, language, field)) {
            self.refuse(place.below(field), format!("The field `{field}` is not supported here"));
        }
        self.is_followed(&place, kind);
        let kind = self.state_kind(&place, kind)?;
        Some(State {
            language,
            next: place.text("Next").map(str::to_owned),
            flow: self.flow(&place),
            assign: self.assign(&place),
            retry: self.retriers(&place),
            catch: self.catchers(&place),
            kind,
        })
    }

    fn is_followed(&mut self, place: &Place, kind: &str) {
        let next = usize::from(place.get("Next").is_some());
        let ends = usize::from(place.get("End") == Some(&Value::Bool(true)));
        let has_ways = !["Choice", "Succeed", "Fail"].contains(&kind);
        if has_ways && next + ends != 1 {
            self.refuse(place.pointer, "A state has either `Next` or `\"End\": true`");
        }
    }

    /// A value of a template: checked in the language of its state.
    pub(super) fn template(&mut self, place: &Place, field: &str) -> Option<Value> {
        let value = place.get(field)?;
        let mut found = Vec::new();
        match place.language {
            Language::JsonPath => template::problems(value, &place.below(field), &mut found),
            Language::Jsonata => jsonata::problems(value, &place.below(field), &mut found),
        }
        for (pointer, message) in found {
            self.refuse(pointer, message);
        }
        Some(value.clone())
    }

    pub(super) fn assign(&mut self, place: &Place) -> Option<Value> {
        let assign = self.template(place, "Assign")?;
        let Some(members) = assign.as_object() else {
            self.refuse(place.below("Assign"), "Variables are assigned in an object");
            return None;
        };
        for name in members.keys() {
            let bare = name.strip_suffix(".$").unwrap_or(name);
            let is_name = bare.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
                && bare.chars().all(|it| it.is_alphanumeric() || it == '_')
                && bare.chars().count() <= 80
                && bare != "states";
            if !is_name {
                self.refuse(place.below("Assign"), format!("`{bare}` is no name of a variable"));
            }
        }
        Some(assign)
    }

    pub(super) fn selection(&mut self, place: &Place, field: &str, is_reference: bool) -> Selection {
        match place.get(field) {
            None => Selection::All,
            Some(Value::Null) => Selection::Nothing,
            Some(Value::String(text)) if text == "$" => Selection::All,
            Some(Value::String(text)) => {
                let path = if is_reference { Path::read_reference(text) } else { Path::read(text) };
                match path {
                    Ok(path) => return Selection::At(path),
                    Err(error) => self.refuse(place.below(field), format!("`{text}` is no path: {error}")),
                }
                Selection::All
            }
            Some(_) => {
                self.refuse(place.below(field), "A path is a text, or null");
                Selection::All
            }
        }
    }

    /// A value that is fixed under its name, by a path under `…Path`, or an expression.
    pub(super) fn given(&mut self, place: &Place, field: &str, range: Option<(f64, f64)>) -> Option<Given> {
        let by_path = format!("{field}Path");
        if let Some(path) = place.get(&by_path) {
            if place.get(field).is_some() {
                self.refuse(place.below(&by_path), format!("There is either `{field}` or `{by_path}`"));
            }
            let text = path.as_str().unwrap_or_default();
            if let Err(why) = intrinsics::Expression::read(text) {
                self.refuse(place.below(&by_path), format!("`{text}` is no path: {why}"));
            }
            return Some(Given::Path(text.to_owned()));
        }
        let value = place.get(field)?;
        if let (Language::Jsonata, Some(source)) = (place.language, value.as_str().and_then(jsonata::expression)) {
            if let Some(why) = jsonata::problem(source) {
                self.refuse(place.below(field), why);
            }
            return Some(Given::Expression(source.to_owned()));
        }
        if let Some((least, most)) = range
            && value.as_f64().is_none_or(|number| !(least..=most).contains(&number))
        {
            self.refuse(place.below(field), format!("`{field}` is {least} to {most}"));
        }
        Some(Given::Fixed(value.clone()))
    }

    pub(super) fn number(
        &mut self,
        object: &Map<String, Value>,
        pointer: &str,
        field: &str,
        least: f64,
        most: f64,
    ) -> Option<f64> {
        let number = object.get(field)?.as_f64().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(format!("{pointer}/{field}"), format!("`{field}` is {least} to {most}"));
        }
        number
    }
}

/// The states that a state leads to, with the places where it says so.
fn targets(state: &Value) -> Vec<(String, &str)> {
    let mut found: Vec<(String, &str)> = ["Next", "Default"]
        .into_iter()
        .filter_map(|field| Some((field.to_owned(), state.get(field)?.as_str()?)))
        .collect();
    for list in ["Choices", "Catch"] {
        let entries = state.get(list).and_then(Value::as_array).into_iter().flatten().enumerate();
        found.extend(
            entries.filter_map(|(index, entry)| Some((format!("{list}/{index}/Next"), entry.get("Next")?.as_str()?))),
        );
    }
    found
}
