//! JSON to [`Flow`].

use serde_json::{Map, Value};

use super::{Action, ConditionBranch, ErrorBranch, Flow, OmittedMembers, Transitions};

/// Why a JSON value is no flow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A member that every flow has is missing.
    #[error("`{path}` is missing")]
    Missing {
        /// Where it should be, such as `Actions[0].Type`.
        path: String,
    },
    /// A member has another JSON type than the language says.
    #[error("`{path}` must be {expected}")]
    WrongType {
        /// Where it is, such as `Actions[0].Parameters`.
        path: String,
        /// What it must be, such as `a string`.
        expected: &'static str,
    },
    /// The value is the console's former export format, which the service does not accept.
    #[error(
        "this is the console's former export format (`modules`), which Connect does not take; \
         `callform flow decompile` turns it into steps"
    )]
    LegacyExport,
    /// Text inside the document is no JSON.
    #[error("`{path}` holds no JSON: {reason}")]
    NotJson {
        /// Where it is, such as `ContactFlow.Content`.
        path: String,
        /// What the JSON parser says.
        reason: String,
    },
    /// Lists and objects stand inside one another deeper than any flow has them.
    #[error("lists and objects are nested too deeply; at most {limit} levels are read")]
    TooDeep {
        /// How many levels are read.
        limit: usize,
    },
    /// A list of flows has none.
    #[error("the list is empty")]
    Empty,
    /// There are more actions than any flow has.
    #[error("the flow has {actions} actions; the service takes 250")]
    TooLarge {
        /// How many there are.
        actions: usize,
    },
}

impl DecodeError {
    /// Index of the action it is about, where it is about one.
    pub fn action(&self) -> Option<usize> {
        let (Self::Missing { path } | Self::WrongType { path, .. }) = self else { return None };
        path.split_once("Actions[")?.1.split(']').next()?.parse().ok()
    }

    /// The same about something inside of something else.
    pub(crate) fn inside(self, outer: &str) -> Self {
        let below = |path: &str| if path.starts_with('(') { outer.to_owned() } else { format!("{outer}.{path}") };
        match self {
            Self::Missing { path } => Self::Missing { path: below(&path) },
            Self::WrongType { path, expected } => Self::WrongType { path: below(&path), expected },
            Self::NotJson { path, reason } => Self::NotJson { path: below(&path), reason },
            Self::LegacyExport | Self::Empty | Self::TooDeep { .. } | Self::TooLarge { .. } => self,
        }
    }
}

/// Lists and objects inside one another that are read; real flows have a dozen.
const DEEPEST: usize = 100;

fn is_deeper(value: &Value, limit: usize) -> bool {
    match value {
        Value::Array(items) => limit == 0 || items.iter().any(|item| is_deeper(item, limit - 1)),
        Value::Object(members) => limit == 0 || members.values().any(|member| is_deeper(member, limit - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

pub(super) fn flow(json: &Value) -> Result<Flow, DecodeError> {
    if is_deeper(json, DEEPEST) {
        return Err(DecodeError::TooDeep { limit: DEEPEST });
    }
    let mut members = Members::new(json.clone(), "")?;
    if members.rest.contains_key("modules") && !members.rest.contains_key("Actions") {
        return Err(DecodeError::LegacyExport);
    }
    let version = members.string("Version")?;
    let start_action = members.string("StartAction")?;
    let metadata = members.optional_object("Metadata")?;
    let settings = members.rest.shift_remove("Settings");
    let actions = members.list("Actions")?.ok_or_else(|| members.missing("Actions"))?;
    let actions = actions
        .into_iter()
        .enumerate()
        .map(|(index, item)| action(item, &format!("Actions[{index}]")))
        .collect::<Result<_, _>>()?;
    Ok(Flow { version, start_action, actions, metadata, settings, other: members.rest })
}

fn action(json: Value, path: &str) -> Result<Action, DecodeError> {
    let mut members = Members::new(json, path)?;
    let identifier = members.string("Identifier")?;
    let action_type = members.string("Type")?;
    let parameters = members.optional_object("Parameters")?;
    let omitted = OmittedMembers { parameters: parameters.is_none(), transitions: !members.has("Transitions") };
    let transitions = match members.take("Transitions") {
        Some(json) => transitions(json, &format!("{path}.Transitions"))?,
        None => Transitions::default(),
    };
    Ok(Action {
        identifier,
        action_type,
        parameters: parameters.unwrap_or_default(),
        transitions,
        other: members.rest,
        omitted,
    })
}

fn transitions(json: Value, path: &str) -> Result<Transitions, DecodeError> {
    let mut members = Members::new(json, path)?;
    let next_action = members.optional_string("NextAction")?;
    let errors = members.branches("Errors", error_branch)?;
    let conditions = members.branches("Conditions", condition_branch)?;
    Ok(Transitions { next_action, errors, conditions, other: members.rest })
}

fn error_branch(json: Value, path: &str) -> Result<ErrorBranch, DecodeError> {
    let mut members = Members::new(json, path)?;
    let error_type = members.string("ErrorType")?;
    let next_action = members.string("NextAction")?;
    Ok(ErrorBranch { error_type, next_action, other: members.rest })
}

fn condition_branch(json: Value, path: &str) -> Result<ConditionBranch, DecodeError> {
    let mut members = Members::new(json, path)?;
    let next_action = members.string("NextAction")?;
    let condition = members.rest.shift_remove("Condition").ok_or_else(|| members.missing("Condition"))?;
    let mut condition = Members::new(condition, &format!("{path}.Condition"))?;
    let operator = condition.string("Operator")?;
    let operands = condition.list("Operands")?.ok_or_else(|| condition.missing("Operands"))?;
    Ok(ConditionBranch { next_action, operator, operands, other_of_condition: condition.rest, other: members.rest })
}

/// The members of one object that have not been taken yet.
struct Members {
    rest: Map<String, Value>,
    path: String,
}

impl Members {
    fn new(json: Value, path: &str) -> Result<Self, DecodeError> {
        match json {
            Value::Object(rest) => Ok(Self { rest, path: path.to_owned() }),
            _ => Err(DecodeError::WrongType {
                path: if path.is_empty() { "(the document)".to_owned() } else { path.to_owned() },
                expected: "an object",
            }),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.rest.get(name).is_some_and(|value| !value.is_null())
    }

    fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn missing(&self, name: &str) -> DecodeError {
        DecodeError::Missing { path: self.at(name) }
    }

    fn wrong_type(&self, name: &str, expected: &'static str) -> DecodeError {
        DecodeError::WrongType { path: self.at(name), expected }
    }

    /// Takes a member out. A null stays among the others, where encoding finds it again.
    fn take(&mut self, name: &str) -> Option<Value> {
        if self.has(name) { self.rest.shift_remove(name) } else { None }
    }

    fn string(&mut self, name: &str) -> Result<String, DecodeError> {
        self.optional_string(name)?.ok_or_else(|| self.missing(name))
    }

    fn optional_string(&mut self, name: &str) -> Result<Option<String>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong_type(name, "a string")),
        }
    }

    fn optional_object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong_type(name, "an object")),
        }
    }

    fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.wrong_type(name, "a list")),
        }
    }

    fn branches<T>(
        &mut self,
        name: &str,
        branch: impl Fn(Value, &str) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let path = self.at(name);
        let Some(items) = self.list(name)? else { return Ok(None) };
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| branch(item, &format!("{path}[{index}]")))
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
