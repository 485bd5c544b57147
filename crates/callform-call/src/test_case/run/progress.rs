//! How far a test case has come: which observations are active, what is overridden, what is to be done.
//!
//! It is told what happens, and knows nothing of what makes it happen.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::matching::{includes, is_similar};
use super::report::{Outcome, Record, RecordStatus, Report};
use crate::test_case::{
    Action, ActionKind, Criterion, EventKind, FlowAction, FlowActionKind, Instruction, Message, Observation, Strategy,
    TestCaseContent,
};

/// The contact as a test case reads it.
pub(super) trait Look {
    /// The value of a JSONPath.
    fn value(&self, path: &str) -> Option<String>;
    /// A text with its JSONPaths filled in.
    fn fill(&self, text: &str) -> String;
    /// The name of the recording that has an id.
    fn recording(&self, id: &str) -> String;
}

/// Something that happens.
pub(super) enum Seen<'a> {
    /// The test begins.
    Begin,
    /// The test ends.
    Completed,
    /// The customer heard or read something.
    Heard(&'a Heard),
    /// An action of the flow begins.
    Started {
        /// Its type.
        kind: FlowActionKind,
        /// Whether the resource is the one that is named.
        is: &'a dyn Fn(&str) -> bool,
    },
}

/// All that was said from one input to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// Texts, in order.
    pub(super) texts: Vec<String>,
    /// Names of recordings, in order.
    pub(super) recordings: Vec<String>,
}

impl Heard {
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.recordings.is_empty()
    }

    fn text(&self) -> String {
        self.texts.join(" ")
    }
}

/// A run.
pub(super) struct Progress<'a> {
    began: Timestamp,
    /// The observations with how far each has come.
    observations: Vec<Observed<'a>>,
    overrides: VecDeque<(FlowAction, Strategy)>,
    instructions: VecDeque<Instruction>,
    outcome: Option<(Outcome, Timestamp)>,
    records: Vec<Record>,
}

struct Observed<'a> {
    observation: &'a Observation,
    is_active: bool,
    matched: u64,
    failed: bool,
    times: Times,
}

/// How often an observation is matched. Uses other than exactly once were never seen at work (?).
#[derive(Clone, Copy)]
struct Times {
    /// After so many matches it is done, and what follows becomes active.
    enough: u64,
    /// After so many it is no longer active.
    most: u64,
}

impl Times {
    fn of(observation: &Observation) -> Self {
        let usage = observation.usage.as_ref();
        let member = |name: &str| usage.and_then(|usage| usage.get(name));
        let times = member("Times").and_then(Value::as_u64).unwrap_or(1);
        match member("Type").and_then(Value::as_str) {
            Some("AtLeast") => Self { enough: times, most: u64::MAX },
            Some("AtMost") => Self { enough: 1, most: times },
            Some("Always") => Self { enough: 1, most: u64::MAX },
            _ => Self { enough: times, most: times },
        }
    }
}

impl<'a> Progress<'a> {
    /// A run that begins.
    pub(super) fn new(content: &'a TestCaseContent, began: Timestamp) -> Self {
        let start: Vec<&str> = content.start().map(|one| one.identifier.as_str()).collect();
        let observed = |observation: &'a Observation| Observed {
            observation,
            is_active: start.contains(&observation.identifier.as_str()),
            matched: 0,
            failed: false,
            times: Times::of(observation),
        };
        let mut progress = Self {
            began,
            observations: content.observations.iter().map(observed).collect(),
            overrides: VecDeque::new(),
            instructions: VecDeque::new(),
            outcome: None,
            records: Vec::new(),
        };
        progress.record(began, None, RecordStatus::Passed, json!({"Type": "INITIATION"}));
        progress
    }

    /// The contact has begun.
    pub(super) fn start(&mut self, contact: &str) {
        let content = json!({"Type": "EXECUTION_START", "ContactId": contact});
        self.record(self.began, None, RecordStatus::Passed, content);
    }

    /// Whether the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.outcome.is_some()
    }

    /// What the customer is to do next.
    pub(super) fn next_instruction(&mut self) -> Option<Instruction> {
        self.instructions.pop_front()
    }

    /// The oldest override of an action on a resource, which is used up by it; `None` where that is one that does not fit.
    pub(super) fn take(
        &mut self,
        kind: FlowActionKind,
        is: impl Fn(&str) -> bool,
        fits: impl Fn(&Strategy) -> bool,
    ) -> Option<Strategy> {
        let is_it = |(action, _): &(FlowAction, Strategy)| action.kind == kind && is(&action.resource);
        let at = self.overrides.iter().position(is_it).filter(|at| fits(&self.overrides[*at].1))?;
        self.overrides.remove(at).map(|(_, strategy)| strategy)
    }

    /// Something happens: every active observation that waits for it is matched.
    pub(super) fn see(&mut self, at: Timestamp, seen: &Seen, look: &dyn Look) {
        // Those that become active by this event wait for the next one.
        let waiting: Vec<usize> =
            (0..self.observations.len()).filter(|one| self.observations[*one].is_active).collect();
        for index in waiting {
            if self.is_over() {
                return;
            }
            let observation = self.observations[index].observation;
            if matches(observation, seen, look) {
                self.matched(index, observation, at, seen, look);
            }
        }
    }

    fn matched(&mut self, index: usize, observation: &'a Observation, at: Timestamp, seen: &Seen, look: &dyn Look) {
        let mut done = Vec::new();
        let mut ends = None;
        for action in observation.chain() {
            let (status, further, end) = self.act(observation, action, look);
            let mut entry = Map::new();
            entry.insert("Identifier".to_owned(), action.identifier.as_str().into());
            entry.insert("Type".to_owned(), action.action_type.as_str().into());
            entry.insert("Status".to_owned(), status.name().into());
            entry.extend(further);
            done.push(Value::from(entry));
            ends = end;
            if ends.is_some() {
                break;
            }
        }
        let has_failed = matches!(ends, Some(Outcome::CheckFailed { .. }));
        let status = if has_failed { RecordStatus::Failed } else { RecordStatus::Passed };
        let mut content = json!({
            "Type": "OBSERVATION",
            "Identifier": observation.identifier,
            "Status": status.name(),
            "Event": {"Type": observation.event.event_type, "Properties": observation.event.properties},
            "Actions": done,
        });
        if let Seen::Heard(heard) = seen {
            content["ActualEvent"] = json!({"Type": "MessageReceived", "Properties": {"Text": heard.text()}});
        }
        self.record(at, Some(&observation.identifier), status, content);
        self.count(index, has_failed);
        match ends {
            // A check at the end may still fail.
            Some(outcome) if has_failed && matches!(self.outcome, Some((Outcome::Passed, _))) => {
                self.outcome = Some((outcome, at));
            }
            Some(outcome) => self.end(at, outcome, look),
            None => {}
        }
    }

    fn count(&mut self, index: usize, has_failed: bool) {
        let observed = &mut self.observations[index];
        observed.matched += 1;
        observed.failed |= has_failed;
        observed.is_active = !has_failed && observed.matched < observed.times.most;
        if has_failed || observed.matched != observed.times.enough {
            return;
        }
        let next = observed.observation.next_observations();
        for other in &mut self.observations {
            if next.contains(&other.observation.identifier) && other.matched < other.times.most {
                other.is_active = true;
            }
        }
    }

    /// Carries out one action: how it went, what the record says of it, and whether the run ends by it.
    fn act(
        &mut self,
        observation: &Observation,
        action: &Action,
        look: &dyn Look,
    ) -> (RecordStatus, Option<(String, Value)>, Option<Outcome>) {
        let passed = RecordStatus::Passed;
        match action.meaning() {
            Ok(ActionKind::Send(instruction)) => self.instructions.push_back(instruction),
            Ok(ActionKind::Override(change)) => self.overrides.push_back((change.action, change.strategy)),
            Ok(ActionKind::EndTest) => return (passed, None, Some(Outcome::Passed)),
            Ok(ActionKind::LogData(expressions)) => {
                let value = |path: &str| look.value(path).map_or(Value::Null, Value::from);
                let data: Map<String, Value> =
                    expressions.into_iter().map(|(label, path)| (label, value(&path))).collect();
                return (passed, Some(("Data".to_owned(), data.into())), None);
            }
            Ok(ActionKind::Assert(assertion)) => {
                let value = look.value(&assertion.namespace);
                let holds =
                    value.as_deref().is_some_and(|it| assertion.operator.holds(it, &look.fill(&assertion.operand)));
                let actual = ("ActualValue".to_owned(), value.clone().map_or(Value::Null, Value::from));
                if !holds {
                    let outcome = Outcome::CheckFailed {
                        observation: observation.identifier.clone(),
                        action: action.identifier.clone(),
                        namespace: assertion.namespace,
                        actual: value.map_or_else(|| "not set".to_owned(), |value| format!("\"{value}\"")),
                    };
                    // The service's choice between going on and ending here is not known (?).
                    return (RecordStatus::Failed, Some(actual), Some(outcome));
                }
                return (passed, Some(actual), None);
            }
            // A run begins with a test case that has no problems.
            Err(_) => {}
        }
        (passed, None, None)
    }

    /// Ends the run. Observations of its end are matched, whatever it ends by.
    pub(super) fn end(&mut self, at: Timestamp, outcome: Outcome, look: &dyn Look) {
        if self.is_over() {
            return;
        }
        self.outcome = Some((outcome, at));
        for index in self.active() {
            let observation = self.observations[index].observation;
            if matches(observation, &Seen::Completed, look) {
                self.matched(index, observation, at, &Seen::Completed, look);
            }
        }
    }

    /// Ends the run because nothing did within its time.
    pub(super) fn time_out(&mut self, at: Timestamp, look: &dyn Look) {
        if self.is_over() {
            return;
        }
        let is_missing = |observed: &&mut Observed| {
            observed.is_active
                && observed.matched < observed.times.enough
                && !matches(observed.observation, &Seen::Completed, look)
        };
        let mut waited_for = Vec::new();
        for observed in self.observations.iter_mut().filter(is_missing) {
            observed.failed = true;
            waited_for.push(observed.observation.identifier.clone());
        }
        for identifier in waited_for.clone() {
            let content = json!({"Type": "OBSERVATION", "Identifier": identifier, "Status": "FAILED", "Actions": []});
            self.record(at, Some(&identifier), RecordStatus::Failed, content);
        }
        self.end(at, Outcome::TimedOut { waited_for }, look);
    }

    /// The observations that are active now.
    fn active(&self) -> Vec<usize> {
        (0..self.observations.len()).filter(|one| self.observations[*one].is_active).collect()
    }

    /// What came of it.
    pub(super) fn report(mut self, now: Timestamp) -> Report {
        let (outcome, ended) = self.outcome.take().unwrap_or((Outcome::TimedOut { waited_for: Vec::new() }, now));
        let (kind, reasons) = match &outcome {
            Outcome::Passed => ("SUCCESS", json!([])),
            Outcome::TimedOut { .. } => ("TIMEOUT", json!(["OBSERVE_EVENT"])),
            Outcome::CheckFailed { .. } => ("FAILURE", json!(["ASSERT"])),
            Outcome::NotStarted(_) => ("FAILURE", json!(["INITIALIZATION_FAILURE"])),
        };
        let status = if outcome == Outcome::Passed { RecordStatus::Passed } else { RecordStatus::Failed };
        let reason = json!({"Type": kind, "Message": outcome.to_string(), "FailureReasons": reasons});
        self.record(ended, None, status, json!({"Type": "COMPLETION", "CompletionReason": reason}));
        let count = |fits: &dyn Fn(&Observed) -> bool| self.observations.iter().filter(|one| fits(one)).count();
        // Of a run that did not start nothing is counted.
        let has_started = !matches!(outcome, Outcome::NotStarted(_));
        Report {
            began: self.began,
            ended,
            total: if has_started { self.observations.len() } else { 0 },
            passed: count(&|one| !one.failed && one.matched > 0),
            failed: count(&|one| one.failed),
            outcome,
            records: self.records,
        }
    }

    fn record(&mut self, at: Timestamp, observation: Option<&str>, status: RecordStatus, content: Value) {
        self.records.push(Record { at, observation: observation.map(str::to_owned), status, content });
    }
}

fn matches(observation: &Observation, seen: &Seen, look: &dyn Look) -> bool {
    let Ok(event) = observation.event.meaning() else { return false };
    match (event, seen) {
        (EventKind::TestInitiated, Seen::Begin) | (EventKind::TestCompleted, Seen::Completed) => true,
        (EventKind::MessageReceived { message, criterion: Some(criterion) }, Seen::Heard(heard)) => {
            hears(heard, &message, criterion, look)
        }
        (EventKind::FlowActionStarted(action), Seen::Started { kind, is }) => {
            action.kind == *kind && is(&action.resource)
        }
        _ => false,
    }
}

fn hears(heard: &Heard, message: &Message, criterion: Criterion, look: &dyn Look) -> bool {
    let expected = match message {
        Message::Text(text) | Message::Ssml(text) => look.fill(text),
        Message::Prompt(name) | Message::Media { uri: name } => {
            return heard.recordings.contains(&look.recording(&look.fill(name)));
        }
    };
    match criterion {
        Criterion::Inclusion => includes(&heard.text(), &expected),
        Criterion::Similarity => is_similar(&heard.text(), &expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_case::{Answer, Assertion, Operator, Override};

    struct Nothing;

    impl Look for Nothing {
        fn value(&self, path: &str) -> Option<String> {
            (path == "$.Queue.Name").then(|| "Parcels".to_owned())
        }

        fn fill(&self, text: &str) -> String {
            text.replace("$.Attributes.name", "Mary")
        }

        fn recording(&self, id: &str) -> String {
            id.to_owned()
        }
    }

    fn time() -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    fn hears(text: &str) -> EventKind {
        let message = Message::Text(text.to_owned());
        EventKind::MessageReceived { message, criterion: Some(Criterion::Inclusion) }
    }

    fn press(key: &str) -> ActionKind {
        ActionKind::Send(Instruction::Dtmf(key.to_owned()))
    }

    fn check(operand: &str) -> ActionKind {
        let operand = operand.to_owned();
        ActionKind::Assert(Assertion { namespace: "$.Queue.Name".to_owned(), operator: Operator::Equals, operand })
    }

    fn observation(name: &str, event: &EventKind, actions: &[ActionKind], next: &[&str]) -> Observation {
        let actions = actions.iter().enumerate().map(|(at, kind)| (format!("{name}-{at}"), kind.clone())).collect();
        Observation::new(name, event, actions, next.iter().map(|next| (*next).to_owned()).collect())
    }

    fn say(progress: &mut Progress, text: &str) {
        let heard = Heard { texts: vec![text.to_owned()], recordings: Vec::new() };
        progress.see(time(), &Seen::Heard(&heard), &Nothing);
    }

    fn start(progress: &mut Progress, kind: FlowActionKind, resource: &str) {
        progress.see(time(), &Seen::Started { kind, is: &|wanted| wanted == resource }, &Nothing);
    }

    #[test]
    fn observations_follow_one_another() {
        let queue = FlowAction::new(FlowActionKind::TransferContactToQueue, "q");
        let content = TestCaseContent::new(vec![
            observation("menu", &hears("press 1"), &[press("1")], &["queue"]),
            observation("queue", &EventKind::FlowActionStarted(queue), &[check("Parcels"), ActionKind::EndTest], &[]),
            observation("later", &EventKind::TestCompleted, &[], &[]),
        ]);
        let mut progress = Progress::new(&content, time());
        progress.start("contact");
        start(&mut progress, FlowActionKind::TransferContactToQueue, "q");
        say(&mut progress, "Hello.");
        assert_eq!(progress.next_instruction(), None);
        say(&mut progress, "Please press 1, $.Attributes.name.");
        say(&mut progress, "Please press 1.");
        assert_eq!(progress.next_instruction(), Some(Instruction::Dtmf("1".to_owned())));
        assert_eq!(progress.next_instruction(), None, "it is matched once");
        start(&mut progress, FlowActionKind::TransferContactToQueue, "other");
        assert!(!progress.is_over());
        start(&mut progress, FlowActionKind::TransferContactToQueue, "q");
        assert!(progress.is_over());
        let report = progress.report(time());
        assert_eq!(report.outcome, Outcome::Passed);
        assert_eq!((report.total, report.passed, report.failed), (3, 3, 0));
        let types: Vec<&str> = report.records.iter().map(|record| record.content["Type"].as_str().unwrap()).collect();
        let observed = "OBSERVATION";
        assert_eq!(types, ["INITIATION", "EXECUTION_START", observed, observed, observed, "COMPLETION"]);
        let of: Vec<_> = report.records.iter().filter_map(|record| record.observation.as_deref()).collect();
        assert_eq!(of, ["menu", "queue", "later"]);
    }

    #[test]
    fn a_check_that_does_not_hold_ends_the_run() {
        let wrong = observation("begin", &EventKind::TestInitiated, &[check("Letters"), ActionKind::EndTest], &[]);
        let content = TestCaseContent::new(vec![wrong]);
        let mut progress = Progress::new(&content, time());
        progress.see(time(), &Seen::Begin, &Nothing);
        let report = progress.report(time());
        assert_eq!(report.outcome.to_string(), "begin-0 of begin does not hold: $.Queue.Name is \"Parcels\"");
        assert_eq!((report.passed, report.failed), (0, 1));
        let last = &report.records.last().unwrap().content["CompletionReason"];
        assert_eq!(last["Type"], "FAILURE");
    }

    #[test]
    fn what_never_comes_is_a_failure_by_time() {
        let content = TestCaseContent::new(vec![
            observation("menu", &hears("hello"), &[], &["end"]),
            observation("end", &hears("bye"), &[ActionKind::EndTest], &["never"]),
            observation("never", &hears("x"), &[], &[]),
        ]);
        let mut progress = Progress::new(&content, time());
        say(&mut progress, "Hello");
        progress.time_out(time(), &Nothing);
        let report = progress.report(time());
        assert_eq!(report.outcome, Outcome::TimedOut { waited_for: vec!["end".to_owned()] });
        assert_eq!((report.total, report.passed, report.failed), (3, 1, 1));
    }

    #[test]
    fn overrides_are_used_up_by_the_oldest_first() {
        let lambda = |answer: &str| {
            let action = FlowAction::new(FlowActionKind::InvokeLambdaFunction, "f");
            let strategy = Strategy::Answer(Answer::Data { loaded: answer.to_owned(), delay: 0 });
            ActionKind::Override(Override { action, strategy })
        };
        let begin = observation("begin", &EventKind::TestInitiated, &[lambda("1"), lambda("2")], &[]);
        let content = TestCaseContent::new(vec![begin]);
        let mut progress = Progress::new(&content, time());
        progress.see(time(), &Seen::Begin, &Nothing);
        let mut take = |kind, resource: &str| match progress.take(kind, |wanted| wanted == resource, |_| true) {
            Some(Strategy::Answer(Answer::Data { loaded, .. })) => Some(loaded),
            _ => None,
        };
        let invoke = FlowActionKind::InvokeLambdaFunction;
        assert_eq!(take(invoke, "g"), None);
        assert_eq!(take(FlowActionKind::ConnectParticipantWithLexBot, "f"), None);
        assert_eq!(take(invoke, "f").as_deref(), Some("1"));
        assert_eq!(take(invoke, "f").as_deref(), Some("2"));
        assert_eq!(take(invoke, "f"), None, "then the function answers itself");
    }

    #[test]
    fn usage_says_how_often_something_is_matched() {
        let mut content = TestCaseContent::new(vec![
            observation("twice", &hears("hello"), &[press("1")], &["next"]),
            observation("next", &hears("hello"), &[press("2")], &[]),
        ]);
        content.observations[0].usage = json!({"Type": "Exactly", "Times": 2}).as_object().cloned();
        let mut progress = Progress::new(&content, time());
        let mut pressed = Vec::new();
        for _ in 0..4 {
            say(&mut progress, "hello");
            while let Some(Instruction::Dtmf(key)) = progress.next_instruction() {
                pressed.push(key);
            }
        }
        assert_eq!(pressed, ["1", "1", "2"]);
    }
}
