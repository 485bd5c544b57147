//! JSON to [`TestCaseContent`].

use serde_json::{Map, Value};

use super::{Action, ActionTransitions, Event, Observation, ObservationTransitions, TestCaseContent};

/// Why a text is no test case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The text is no JSON.
    #[error("the content is no JSON: {reason}")]
    NotJson {
        /// What the JSON parser says.
        reason: String,
    },
    /// A member that every test case has is missing.
    #[error("`{path}` is missing")]
    Missing {
        /// Where it should be, such as `Observations[0].Event.Type`.
        path: String,
    },
    /// A member has another JSON type than the language says.
    #[error("`{path}` must be {expected}")]
    WrongType {
        /// Where it is; `(content)` for the whole.
        path: String,
        /// What it must be, such as `a string`.
        expected: &'static str,
    },
}

impl DecodeError {
    /// Where it is, in the content.
    pub fn path(&self) -> &str {
        match self {
            Self::NotJson { .. } => "(content)",
            Self::Missing { path } | Self::WrongType { path, .. } => path,
        }
    }
}

type Decoded<T> = Result<T, DecodeError>;

/// The members of an object that were not read yet, and where the object is.
struct Members<'a> {
    path: &'a str,
    left: Map<String, Value>,
}

impl<'a> Members<'a> {
    fn of(json: &Value, path: &'a str) -> Decoded<Self> {
        match json {
            Value::Object(members) => Ok(Self { path, left: members.clone() }),
            _ => Err(wrong(if path.is_empty() { "(content)" } else { path }, "an object")),
        }
    }

    fn below(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn optional<T>(&mut self, name: &str, read: impl FnOnce(&Value, &str) -> Decoded<T>) -> Decoded<Option<T>> {
        let path = self.below(name);
        self.left.remove(name).map(|value| read(&value, &path)).transpose()
    }

    fn needed<T>(&mut self, name: &str, read: impl FnOnce(&Value, &str) -> Decoded<T>) -> Decoded<T> {
        let path = self.below(name);
        self.optional(name, read)?.ok_or(DecodeError::Missing { path })
    }
}

fn wrong(path: &str, expected: &'static str) -> DecodeError {
    DecodeError::WrongType { path: path.to_owned(), expected }
}

fn string(json: &Value, path: &str) -> Decoded<String> {
    json.as_str().map(str::to_owned).ok_or_else(|| wrong(path, "a string"))
}

fn object(json: &Value, path: &str) -> Decoded<Map<String, Value>> {
    json.as_object().cloned().ok_or_else(|| wrong(path, "an object"))
}

fn list<T>(json: &Value, path: &str, read: impl Fn(&Value, &str) -> Decoded<T>) -> Decoded<Vec<T>> {
    let entries = json.as_array().ok_or_else(|| wrong(path, "a list"))?;
    entries.iter().enumerate().map(|(index, entry)| read(entry, &format!("{path}[{index}]"))).collect()
}

pub(super) fn text(text: &str) -> Decoded<TestCaseContent> {
    let json = serde_json::from_str(text).map_err(|error| DecodeError::NotJson { reason: error.to_string() })?;
    content(&json)
}

pub(super) fn content(json: &Value) -> Decoded<TestCaseContent> {
    let mut members = Members::of(json, "")?;
    Ok(TestCaseContent {
        version: members.needed("Version", string)?,
        metadata: members.optional("Metadata", object)?,
        observations: members.needed("Observations", |json, path| list(json, path, observation))?,
        other: members.left,
    })
}

fn observation(json: &Value, path: &str) -> Decoded<Observation> {
    let mut members = Members::of(json, path)?;
    Ok(Observation {
        identifier: members.needed("Identifier", string)?,
        event: members.needed("Event", event)?,
        actions: members.optional("Actions", |json, path| list(json, path, action))?,
        usage: members.optional("Usage", object)?,
        transitions: members.optional("Transitions", observation_transitions)?,
        other: members.left,
    })
}

fn event(json: &Value, path: &str) -> Decoded<Event> {
    let mut members = Members::of(json, path)?;
    Ok(Event {
        identifier: members.optional("Identifier", string)?,
        event_type: members.needed("Type", string)?,
        actor: members.optional("Actor", string)?,
        properties: members.optional("Properties", object)?,
        other: members.left,
    })
}

fn action(json: &Value, path: &str) -> Decoded<Action> {
    let mut members = Members::of(json, path)?;
    Ok(Action {
        identifier: members.needed("Identifier", string)?,
        action_type: members.needed("Type", string)?,
        parameters: members.optional("Parameters", object)?,
        transitions: members.optional("Transitions", action_transitions)?,
        other: members.left,
    })
}

fn observation_transitions(json: &Value, path: &str) -> Decoded<ObservationTransitions> {
    let mut members = Members::of(json, path)?;
    Ok(ObservationTransitions {
        next_observations: members.optional("NextObservations", |json, path| list(json, path, string))?,
        other: members.left,
    })
}

fn action_transitions(json: &Value, path: &str) -> Decoded<ActionTransitions> {
    let mut members = Members::of(json, path)?;
    Ok(ActionTransitions { next_action: members.optional("NextAction", string)?, other: members.left })
}
