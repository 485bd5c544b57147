//! What the service publishes, and what then does not do what it says.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    ActionKind, Answer, Draft, EventKind, FlowActionKind, InitializationData, Observation, Strategy, TestCaseContent,
};

/// Something that is published and does not work as it says, or costs more than it looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where it is, such as `Observations[0].Event`.
    pub path: String,
    /// What it is.
    pub kind: WarningKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum WarningKind {
    /// `MatchingCriteria` is no object inside of `Properties`.
    #[error(
        "the message never matches, and the test runs into its time limit: `MatchingCriteria` must be an object with \
         `Type`, inside of `Properties`"
    )]
    NeverMatches,
    /// `MatchingCriteria` is an object beside `Properties`.
    #[error(
        "the test is published and then fails to start (\"invalid execution parameters\"): `MatchingCriteria` must be \
         inside of `Properties`"
    )]
    NeverStarts,
    /// The event has no identifier.
    #[error("the console cannot show an event without an `Identifier`")]
    NoEventIdentifier,
    /// `Usage` is written.
    #[error("leave `Usage` out: some of its documented forms are refused, and exactly once is what holds without it")]
    Usage,
    /// A fixed answer for hours of operation.
    #[error("a fixed answer of hours of operation was refused by the service at times; substitute other hours instead")]
    HoursAnswer,
    /// Initialization data outside of `Attributes`.
    #[error("no flow can read this: attributes belong inside of `Attributes`")]
    UnreadableData,
    /// A contact reaches a queue, and stays there.
    #[error(
        "the simulated contact waits in a queue of real agents: end the test here, or let another queue answer for this one"
    )]
    RealQueue,
    /// Nothing ends the test.
    #[error("nothing ends the test, so it fails after five minutes: end it with `EndTest`")]
    NoEnd,
    /// Nothing leads here but a circle.
    #[error("no observation that is active when the test begins leads here")]
    Unreachable,
}

/// What is published and does not do what it says. Content that is no test case has no warnings.
pub fn warnings(draft: &Draft) -> Vec<Warning> {
    let mut found = Vec::new();
    if draft.initialization_data.is_some_and(is_unreadable) {
        found.push(Warning { path: "InitializationData".to_owned(), kind: WarningKind::UnreadableData });
    }
    let Ok(content) = TestCaseContent::from_text(draft.content) else { return found };
    let reached = reached(&content);
    let substituted = substituted(&content);
    let mut ends = false;
    for (index, observation) in content.observations.iter().enumerate() {
        let path = format!("Observations[{index}]");
        let mut warn = |path: String, kind| found.push(Warning { path, kind });
        if !reached.contains(observation.identifier.as_str()) {
            warn(path.clone(), WarningKind::Unreachable);
        } else {
            ends |= ends_test(observation);
        }
        if observation.usage.is_some() {
            warn(format!("{path}.Usage"), WarningKind::Usage);
        }
        event(observation, &substituted, &mut |kind| warn(format!("{path}.Event"), kind));
        for (index, action) in observation.actions().iter().enumerate() {
            if let Ok(ActionKind::Override(change)) = action.meaning()
                && matches!(change.strategy, Strategy::Answer(Answer::InHours(_)))
            {
                warn(format!("{path}.Actions[{index}]"), WarningKind::HoursAnswer);
            }
        }
    }
    if !ends && !content.observations.is_empty() {
        found.push(Warning { path: "Observations".to_owned(), kind: WarningKind::NoEnd });
    }
    found
}

fn is_unreadable(text: &str) -> bool {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(text) else { return false };
    InitializationData::from_text(text).is_ok()
        && members.keys().any(|name| !["Attributes", "SegmentAttributes"].contains(&name.as_str()))
}

fn event(observation: &Observation, substituted: &BTreeSet<String>, warn: &mut dyn FnMut(WarningKind)) {
    if observation.event.identifier.is_none() {
        warn(WarningKind::NoEventIdentifier);
    }
    match observation.event.meaning() {
        Ok(EventKind::MessageReceived { criterion: None, .. }) => {
            warn(if never_starts(observation) { WarningKind::NeverStarts } else { WarningKind::NeverMatches });
        }
        Ok(EventKind::FlowActionStarted(action))
            if action.kind == FlowActionKind::TransferContactToQueue
                && !ends_test(observation)
                && !substituted.contains(&action.resource) =>
        {
            warn(WarningKind::RealQueue);
        }
        _ => {}
    }
}

/// Whether a test case with this observation fails to start.
pub(super) fn never_starts(observation: &Observation) -> bool {
    observation.event.other.get("MatchingCriteria").is_some_and(Value::is_object)
        && matches!(observation.event.meaning(), Ok(EventKind::MessageReceived { criterion: None, .. }))
}

fn ends_test(observation: &Observation) -> bool {
    observation.chain().iter().any(|action| matches!(action.meaning(), Ok(ActionKind::EndTest)))
}

/// The queues that another one answers for at some time.
fn substituted(content: &TestCaseContent) -> BTreeSet<String> {
    let actions = content.observations.iter().flat_map(Observation::actions);
    let changes = actions.filter_map(|action| match action.meaning() {
        Ok(ActionKind::Override(change)) if matches!(change.strategy, Strategy::Substitute(_)) => Some(change.action),
        _ => None,
    });
    changes.map(|action| action.resource).collect()
}

/// The observations that the start leads to.
fn reached(content: &TestCaseContent) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Observation> = content.start().collect();
    while let Some(observation) = open.pop() {
        if reached.insert(observation.identifier.as_str()) {
            open.extend(observation.next_observations().iter().filter_map(|next| content.observation(next)));
        }
    }
    reached
}
