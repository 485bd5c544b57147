//! What the service refuses when a test case is published.
//!
//! A test case that is only saved is not looked at. The messages are those of the service where they were seen, each with
//! the name of its kind before it (?).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    ActionKind, EntryPoint, FlowActionKind, InitializationData, Instruction, MAXIMUM_CONTENT_LENGTH, Observation,
    TestCaseContent, VERSION,
};

/// A test case as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// `Content`: a JSON text.
    pub content: &'a str,
    /// `EntryPoint`.
    pub entry_point: Option<&'a Value>,
    /// `InitializationData`: a JSON text.
    pub initialization_data: Option<&'a str>,
}

/// One entry of `Problems` of an `InvalidTestCaseException`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is, such as `Observations[0].Event`; the service does not say.
    pub path: String,
    /// What it is about.
    pub kind: ProblemKind,
    /// The service's text.
    pub text: String,
}

/// What a problem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The content as a whole.
    Content,
    /// An observation.
    Observation,
    /// An event.
    Event,
    /// An action.
    Action,
    /// What a flow action is overridden for, or observed on.
    FlowActionParameters,
    /// The entry point.
    EntryPoint,
    /// The initialization data.
    InitializationData,
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, text: impl Into<String>) -> Self {
        Self { path: String::new(), kind, text: text.into() }
    }

    /// The resource of a flow action is missing. The service's name for the problem is known, its text is not (?).
    pub(super) fn parameters(kind: FlowActionKind) -> Self {
        Self::new(ProblemKind::FlowActionParameters, format!("Invalid parameters for {}", kind.name()))
    }

    pub(super) fn at(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// The message of the service.
    pub fn message(&self) -> String {
        let name = match self.kind {
            ProblemKind::Content | ProblemKind::EntryPoint | ProblemKind::InitializationData => {
                return self.text.clone();
            }
            ProblemKind::Observation => "InvalidObservationProblem",
            ProblemKind::Event => "InvalidEventProblem",
            ProblemKind::Action => "InvalidActionProblem",
            ProblemKind::FlowActionParameters => "InvalidFlowActionParametersProblem",
        };
        format!("{name}: {}", self.text)
    }
}

/// What the service refuses; empty where it publishes the test case.
pub fn problems(draft: &Draft) -> Vec<Problem> {
    let mut found = Vec::new();
    let is_chat = entry_point(draft.entry_point, &mut found);
    if let Some(Err(problem)) = draft.initialization_data.map(InitializationData::from_text) {
        found.push(problem.at("InitializationData"));
    }
    let refuse = |path: &str| Problem::new(ProblemKind::Content, "Invalid test case content").at(path);
    match TestCaseContent::from_text(draft.content) {
        _ if draft.content.chars().count() > MAXIMUM_CONTENT_LENGTH => found.push(refuse("Content")),
        Err(error) => found.push(refuse(error.path())),
        // Another version fails to deserialize, and nothing else of the content is looked at.
        Ok(content) if content.version != VERSION => found.push(refuse("Version")),
        Ok(content) => content_problems(&content, is_chat, &mut found),
    }
    found
}

/// True for a chat. A test case that is published without an entry point is refused like one with an empty one (?).
fn entry_point(json: Option<&Value>, found: &mut Vec<Problem>) -> bool {
    match EntryPoint::from_json(json.unwrap_or(&Value::Null)) {
        Ok(entry) => matches!(entry, EntryPoint::Chat { .. }),
        Err(problem) => {
            found.push(problem.at("EntryPoint"));
            false
        }
    }
}

fn content_problems(content: &TestCaseContent, is_chat: bool, found: &mut Vec<Problem>) {
    let names: BTreeSet<&str> = content.observations.iter().map(|one| one.identifier.as_str()).collect();
    if content.observations.is_empty() {
        found.push(Problem::new(ProblemKind::Content, "Invalid test case content").at("Observations"));
    }
    let mut seen = Seen::default();
    for (index, observation) in content.observations.iter().enumerate() {
        let path = format!("Observations[{index}]");
        check(observation, &path, &names, is_chat, found);
        unique(observation, &path, &mut seen, found);
    }
}

/// The identifiers that were there already, of each kind.
#[derive(Default)]
struct Seen<'a> {
    observations: BTreeSet<&'a str>,
    events: BTreeSet<&'a str>,
    actions: BTreeSet<&'a str>,
}

/// Identifiers are documented to be unique; the wording is not known (?).
fn unique<'a>(observation: &'a Observation, path: &str, seen: &mut Seen<'a>, found: &mut Vec<Problem>) {
    let twice = |kind, identifier: &str| Problem::new(kind, format!("Duplicate identifier: {identifier}"));
    let name = observation.identifier.as_str();
    if !seen.observations.insert(name) {
        found.push(twice(ProblemKind::Observation, name).at(path));
    }
    if let Some(event) = observation.event.identifier.as_deref().filter(|event| !seen.events.insert(event)) {
        found.push(twice(ProblemKind::Event, event).at(format!("{path}.Event")));
    }
    for (index, action) in observation.actions().iter().enumerate() {
        if !seen.actions.insert(&action.identifier) {
            found.push(twice(ProblemKind::Action, &action.identifier).at(format!("{path}.Actions[{index}]")));
        }
    }
}

fn check(observation: &Observation, path: &str, names: &BTreeSet<&str>, is_chat: bool, found: &mut Vec<Problem>) {
    found.extend(usage(observation).map(|problem| problem.at(format!("{path}.Usage"))));
    found.extend(observation.event.meaning().err().map(|problem| problem.at(format!("{path}.Event"))));
    for next in observation.next_observations().iter().filter(|next| !names.contains(next.as_str())) {
        let text = format!("Invalid next observation identifier: {next}");
        found.push(Problem::new(ProblemKind::Observation, text).at(format!("{path}.Transitions")));
    }
    for (index, action) in observation.actions().iter().enumerate() {
        let path = format!("{path}.Actions[{index}]");
        match action.meaning() {
            Err(problem) => found.push(problem.at(&path)),
            Ok(ActionKind::Send(Instruction::Dtmf(_))) if is_chat => {
                let text = "DTMF input is not supported for Chat entry point";
                found.push(Problem::new(ProblemKind::Action, text).at(&path));
            }
            Ok(_) => {}
        }
        let next = action.transitions.as_ref().and_then(|transitions| transitions.next_action.as_deref());
        // The documentation ends with the empty text; the service refuses it.
        if let Some(next) = next.filter(|next| !observation.actions().iter().any(|one| one.identifier == *next)) {
            let text = format!("Invalid next action identifier: {next}");
            found.push(Problem::new(ProblemKind::Action, text).at(format!("{path}.Transitions")));
        }
    }
}

/// The four words are told apart by case; `Times` is needed for all but `Always`.
fn usage(observation: &Observation) -> Option<Problem> {
    let usage = observation.usage.as_ref()?;
    let invalid = |text: &str| Some(Problem::new(ProblemKind::Observation, text));
    match usage.get("Type").and_then(Value::as_str) {
        Some("Always") => None,
        // The wording is not known (?).
        Some("Exactly" | "AtLeast" | "AtMost") if usage.get("Times").and_then(Value::as_u64).is_none() => {
            invalid("Invalid usage times")
        }
        Some("Exactly" | "AtLeast" | "AtMost") => None,
        _ => invalid("Invalid usage type"),
    }
}
