//! JSON to [`Flow`].

use std::fmt;

use serde_json::{Map, Value};

use super::{Action, ConditionBranch, ErrorBranch, Flow, OmittedMembers, Transitions, member};

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
    let mut members = Members::new(json, Path::ROOT)?;
    if members.all.contains_key("modules") && !members.all.contains_key("Actions") {
        return Err(DecodeError::LegacyExport);
    }
    let version = members.string("Version")?;
    let start_action = members.string("StartAction")?;
    let metadata = members.optional_object("Metadata")?.cloned();
    let settings = members.take_any("Settings").cloned();
    let actions = members.list("Actions")?.ok_or_else(|| members.missing("Actions"))?;
    let actions = actions
        .iter()
        .enumerate()
        .map(|(index, item)| action(item, Path { outer: None, name: "Actions", index: Some(index) }))
        .collect::<Result<_, _>>()?;
    Ok(Flow { version, start_action, actions, metadata, settings, other: members.rest() })
}

fn action(json: &Value, path: Path<'_>) -> Result<Action, DecodeError> {
    let mut members = Members::new(json, path)?;
    let identifier = members.string("Identifier")?;
    let action_type = members.string("Type")?;
    let parameters = members.optional_object("Parameters")?;
    let omitted = OmittedMembers { parameters: parameters.is_none(), transitions: !members.has("Transitions") };
    let transitions = match members.take("Transitions") {
        Some(json) => transitions(json, path.member("Transitions"))?,
        None => Transitions::default(),
    };
    Ok(Action {
        identifier,
        action_type,
        parameters: parameters.cloned().unwrap_or_default(),
        transitions,
        other: members.rest(),
        omitted,
    })
}

fn transitions(json: &Value, path: Path<'_>) -> Result<Transitions, DecodeError> {
    let mut members = Members::new(json, path)?;
    let next_action = members.optional_string("NextAction")?;
    let errors = members.branches("Errors", error_branch)?;
    let conditions = members.branches("Conditions", condition_branch)?;
    Ok(Transitions { next_action, errors, conditions, other: members.rest() })
}

fn error_branch(json: &Value, path: Path<'_>) -> Result<ErrorBranch, DecodeError> {
    let mut members = Members::new(json, path)?;
    let error_type = members.string("ErrorType")?;
    let next_action = members.string("NextAction")?;
    Ok(ErrorBranch { error_type, next_action, other: members.rest() })
}

fn condition_branch(json: &Value, path: Path<'_>) -> Result<ConditionBranch, DecodeError> {
    let mut members = Members::new(json, path)?;
    let next_action = members.string("NextAction")?;
    let condition = members.take_any("Condition").ok_or_else(|| members.missing("Condition"))?;
    let mut condition = Members::new(condition, path.member("Condition"))?;
    let operator = condition.string("Operator")?;
    let operands = condition.list("Operands")?.ok_or_else(|| condition.missing("Operands"))?.to_vec();
    let (other_of_condition, other) = (condition.rest(), members.rest());
    Ok(ConditionBranch { next_action, operator, operands, other_of_condition, other })
}

/// Where something stands in the document. Written out only where something is wrong there.
#[derive(Clone, Copy)]
struct Path<'a> {
    outer: Option<&'a Path<'a>>,
    name: &'static str,
    index: Option<usize>,
}

impl Path<'_> {
    /// The document itself.
    const ROOT: Path<'static> = Path { outer: None, name: "", index: None };

    fn member(&self, name: &'static str) -> Path<'_> {
        Path { outer: Some(self), name, index: None }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(outer) = self.outer.filter(|outer| !outer.name.is_empty()) {
            write!(f, "{outer}.")?;
        }
        f.write_str(self.name)?;
        self.index.map_or(Ok(()), |index| write!(f, "[{index}]"))
    }
}

/// Most members of one object that the language defines.
const MOST_MEMBERS: usize = 5;

/// The members of one object, and which of them have been taken.
struct Members<'a, 'p> {
    all: &'a Map<String, Value>,
    taken: [&'static str; MOST_MEMBERS],
    count: usize,
    path: Path<'p>,
}

impl<'a, 'p> Members<'a, 'p> {
    fn new(json: &'a Value, path: Path<'p>) -> Result<Self, DecodeError> {
        match json {
            Value::Object(all) => Ok(Self { all, taken: [""; MOST_MEMBERS], count: 0, path }),
            _ => Err(DecodeError::WrongType {
                path: if path.name.is_empty() { "(the document)".to_owned() } else { path.to_string() },
                expected: "an object",
            }),
        }
    }

    fn has(&self, name: &str) -> bool {
        member(self.all, name).is_some_and(|value| !value.is_null())
    }

    fn at(&self, name: &'static str) -> String {
        self.path.member(name).to_string()
    }

    fn missing(&self, name: &'static str) -> DecodeError {
        DecodeError::Missing { path: self.at(name) }
    }

    fn wrong_type(&self, name: &'static str, expected: &'static str) -> DecodeError {
        DecodeError::WrongType { path: self.at(name), expected }
    }

    /// Takes a member, a null too.
    fn take_any(&mut self, name: &'static str) -> Option<&'a Value> {
        let value = member(self.all, name)?;
        self.mark(name);
        Some(value)
    }

    fn mark(&mut self, name: &'static str) {
        if let Some(place) = self.taken.get_mut(self.count) {
            *place = name;
            self.count += 1;
        }
    }

    /// Takes a member. A null stays among the others, where encoding finds it again.
    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        let value = member(self.all, name).filter(|value| !value.is_null())?;
        self.mark(name);
        Some(value)
    }

    /// What has not been taken.
    fn rest(self) -> Map<String, Value> {
        if self.count == self.all.len() {
            return Map::new();
        }
        let taken = &self.taken[..self.count];
        let rest = self.all.iter().filter(|(name, _)| !taken.contains(&name.as_str()));
        rest.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn string(&mut self, name: &'static str) -> Result<String, DecodeError> {
        self.optional_string(name)?.ok_or_else(|| self.missing(name))
    }

    fn optional_string(&mut self, name: &'static str) -> Result<Option<String>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong_type(name, "a string")),
        }
    }

    fn optional_object(&mut self, name: &'static str) -> Result<Option<&'a Map<String, Value>>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(self.wrong_type(name, "an object")),
        }
    }

    fn list(&mut self, name: &'static str) -> Result<Option<&'a [Value]>, DecodeError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(_) => Err(self.wrong_type(name, "a list")),
        }
    }

    fn branches<T>(
        &mut self,
        name: &'static str,
        branch: impl Fn(&'a Value, Path<'_>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| branch(item, Path { outer: Some(&self.path), name, index: Some(index) }))
            .collect::<Result<_, _>>()
            .map(Some)
    }
}
