//! [`TestCaseContent`] to JSON.

use serde_json::{Map, Value};

use super::{Action, ActionTransitions, Event, Observation, ObservationTransitions, TestCaseContent};

/// An object of the members that are there, in this order, and then of those that the language does not define.
fn object<const N: usize>(members: [(&str, Option<Value>); N], other: &Map<String, Value>) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.extend(value.map(|value| (name.to_owned(), value)));
    }
    object.extend(other.iter().map(|(name, value)| (name.clone(), value.clone())));
    object.into()
}

fn text(text: Option<&String>) -> Option<Value> {
    text.map(|text| text.as_str().into())
}

fn map(map: Option<&Map<String, Value>>) -> Option<Value> {
    map.map(|map| map.clone().into())
}

pub(super) fn content(content: &TestCaseContent) -> Value {
    object(
        [
            ("Version", text(Some(&content.version))),
            ("Metadata", map(content.metadata.as_ref())),
            ("Observations", Some(content.observations.iter().map(observation).collect())),
        ],
        &content.other,
    )
}

fn observation(observation: &Observation) -> Value {
    object(
        [
            ("Identifier", text(Some(&observation.identifier))),
            ("Event", Some(event(&observation.event))),
            ("Actions", observation.actions.as_ref().map(|actions| actions.iter().map(action).collect())),
            ("Usage", map(observation.usage.as_ref())),
            ("Transitions", observation.transitions.as_ref().map(observation_transitions)),
        ],
        &observation.other,
    )
}

fn event(event: &Event) -> Value {
    object(
        [
            ("Identifier", text(event.identifier.as_ref())),
            ("Type", text(Some(&event.event_type))),
            ("Actor", text(event.actor.as_ref())),
            ("Properties", map(event.properties.as_ref())),
        ],
        &event.other,
    )
}

fn action(action: &Action) -> Value {
    object(
        [
            ("Identifier", text(Some(&action.identifier))),
            ("Type", text(Some(&action.action_type))),
            ("Parameters", map(action.parameters.as_ref())),
            ("Transitions", action.transitions.as_ref().map(action_transitions)),
        ],
        &action.other,
    )
}

fn observation_transitions(transitions: &ObservationTransitions) -> Value {
    let next = transitions.next_observations.as_ref().map(|next| next.iter().map(String::as_str).collect());
    object([("NextObservations", next)], &transitions.other)
}

fn action_transitions(transitions: &ActionTransitions) -> Value {
    object([("NextAction", text(transitions.next_action.as_ref()))], &transitions.other)
}
