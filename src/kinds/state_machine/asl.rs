//! What Step Functions refuses in a definition, and what of it only shows when it runs.
//!
//! Source: the Amazon States Language specification, and AWS Step Functions Developer Guide.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::yaml::Node;
use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};

use crate::model::Kind;

const TYPES: [&str; 8] = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

/// Seconds of anything, at most.
const MOST_SECONDS: f64 = 99_999_999.0;
/// Characters of a state's name.
const LONGEST_NAME: usize = 80;
/// Integrations of their own that wait; all others go by `.waitForTaskToken`.
const WAITS: &str = ".waitForTaskToken";

/// Reports what is wrong with a definition.
pub(super) fn check(root: &Node, is_express: bool, diagnostics: &mut Diagnostics) {
    let mut checker = Checker { is_express, names: BTreeMap::new(), diagnostics };
    checker.machine(root);
}

/// All tasks of a definition, those inside of others as well.
pub(super) fn tasks(machine: &Node) -> Vec<&Node> {
    let states = machine.get("States").map(Node::entries).unwrap_or_default();
    let mut found = Vec::new();
    for state in states.iter().map(|entry| &entry.value) {
        if state.get("Type").and_then(Node::as_str) == Some("Task") {
            found.push(state);
        }
        found.extend(inside(state).into_iter().flat_map(tasks));
    }
    found
}

/// The machines inside of a state.
fn inside(state: &Node) -> Vec<&Node> {
    let branches = state.get("Branches").map(Node::items).unwrap_or_default().iter();
    branches.chain(state.get("ItemProcessor")).chain(state.get("Iterator")).collect()
}

/// What a task has to be allowed on something of a kind that it names; `None` where nothing follows from it.
pub(super) fn action(resource: &str, kind: Kind) -> Option<String> {
    let service = match kind {
        Kind::Lambda | Kind::LambdaAlias => "lambda",
        Kind::SqsQueue => "sqs",
        Kind::Topic => "sns",
        Kind::Table => "dynamodb",
        Kind::StateMachine => "states",
        _ => return None,
    };
    let Some((_, integration)) = resource.split_once(":states:::") else {
        // A function as the resource itself.
        return (service == "lambda").then(|| "lambda:InvokeFunction".to_owned());
    };
    let integration = integration.strip_prefix("aws-sdk:").unwrap_or(integration);
    let (named, operation) = integration.split_once(':')?;
    let named = if named == "sfn" { "states" } else { named };
    let operation = operation.split('.').next()?;
    if named != service {
        return None;
    }
    if service == "lambda" && operation == "invoke" {
        return Some("lambda:InvokeFunction".to_owned());
    }
    let (first, rest) = operation.split_at_checked(1)?;
    Some(format!("{service}:{}{rest}", first.to_ascii_uppercase()))
}

struct Checker<'d> {
    is_express: bool,
    /// Names of states; there is one of each in a whole machine.
    names: BTreeMap<String, Span>,
    diagnostics: &'d mut Diagnostics,
}

impl Checker<'_> {
    fn refuse(&mut self, span: Span, title: impl Into<String>, help: &str) {
        self.diagnostics.push(Diagnostic::error("state-machine", title).at(span, "").help(help));
    }

    fn machine(&mut self, machine: &Node) {
        let states = machine.get("States").map(Node::entries).unwrap_or_default();
        let Some(start) = machine.get("StartAt").filter(|start| start.as_str().is_some()) else {
            self.refuse(
                machine.span,
                "a state machine says where it starts",
                "Add `\"StartAt\"` with the name of a state.",
            );
            return;
        };
        if states.is_empty() {
            self.refuse(machine.span, "a state machine has states", "Add `\"States\"` with at least one.");
            return;
        }
        let known: BTreeSet<&str> = states.iter().map(|entry| entry.key.value.as_str()).collect();
        let mut leads: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        self.leads_to(start, &known);
        for entry in states {
            self.name(&entry.key.value, entry.key.span);
            self.state(&entry.key.value, &entry.value, entry.key.span);
            let targets = targets(&entry.value);
            for target in &targets {
                self.leads_to(target, &known);
            }
            leads.insert(&entry.key.value, targets.into_iter().filter_map(Node::as_str).collect());
        }
        let mut reached = BTreeSet::new();
        let mut ahead: Vec<&str> = start.as_str().into_iter().collect();
        while let Some(name) = ahead.pop() {
            if reached.insert(name) {
                ahead.extend(leads.get(name).into_iter().flatten());
            }
        }
        for entry in states.iter().filter(|entry| !reached.contains(entry.key.value.as_str())) {
            self.diagnostics.push(
                Diagnostic::error("unreachable-state", "nothing leads to this state")
                    .at(entry.key.span, "")
                    .help("Name it in `Next`, `Default` or a `Catch`, or take it out."),
            );
        }
    }

    fn leads_to(&mut self, target: &Node, known: &BTreeSet<&str>) {
        let Some(name) = target.as_str().filter(|name| !known.contains(name)) else { return };
        let diagnostic =
            Diagnostic::error("unknown-state", format!("there is no state `{name}` here")).at(target.span, "");
        self.diagnostics.push(match did_you_mean(name, known.iter().copied()) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => {
                diagnostic.note("A state leads to those beside it; not into a `Parallel` or `Map`, nor out of one.")
            }
        });
    }

    fn name(&mut self, name: &str, span: Span) {
        if name.chars().count() > LONGEST_NAME {
            self.refuse(span, "the name of a state has 80 characters at most", "Shorten it.");
        }
        if let Some(first) = self.names.insert(name.to_owned(), span) {
            self.diagnostics.push(
                Diagnostic::error("state-machine", format!("two states are named `{name}`"))
                    .at(span, "")
                    .also(first, "and so is this one")
                    .help("Names are unique in a whole state machine, inside of `Parallel` and `Map` as well."),
            );
        }
    }

    fn state(&mut self, name: &str, state: &Node, span: Span) {
        let kind = state.get("Type").and_then(Node::as_str).unwrap_or_default();
        if !TYPES.contains(&kind) {
            let help = format!("It is one of {}.", TYPES.join(", "));
            self.refuse(span, format!("the state `{name}` has no type that there is"), &help);
            return;
        }
        let next = usize::from(state.get("Next").is_some());
        let ends = usize::from(state.get("End").is_some_and(|end| end.to_json() == true));
        let ways = next + ends;
        match kind {
            "Choice" | "Succeed" | "Fail" if ways > 0 => {
                self.refuse(span, format!("a `{kind}` has neither `Next` nor `End`"), "Remove it.");
            }
            "Choice" | "Succeed" | "Fail" => {}
            _ if ways != 1 => self.refuse(
                span,
                format!("the state `{name}` has to say what follows"),
                "Give it either `Next` or `\"End\": true`.",
            ),
            _ => {}
        }
        match kind {
            "Task" => self.task(state, span),
            "Wait" => self.wait(state, span),
            "Choice" if state.get("Choices").is_none_or(|choices| choices.items().is_empty()) => {
                self.refuse(span, "a `Choice` has choices", "Add `\"Choices\"`.");
            }
            "Parallel" | "Map" if inside(state).is_empty() => {
                self.refuse(
                    span,
                    format!("a `{kind}` has states inside"),
                    "Add `\"Branches\"` or `\"ItemProcessor\"`.",
                );
            }
            _ => {}
        }
        self.retries(state);
        for machine in inside(state) {
            self.machine(machine);
        }
    }

    fn task(&mut self, state: &Node, span: Span) {
        let Some(resource) = state.get("Resource") else {
            self.refuse(span, "a task has a resource", "Add `\"Resource\"`, such as `arn:aws:states:::lambda:invoke`.");
            return;
        };
        let what = resource.as_str().unwrap_or_default();
        let timeout = self.seconds(state, "TimeoutSeconds", 1.0);
        let heartbeat = self.seconds(state, "HeartbeatSeconds", 1.0);
        if let (Some(timeout), Some(heartbeat)) = (timeout, heartbeat)
            && heartbeat >= timeout
        {
            self.refuse(
                span,
                "a heartbeat comes before the timeout",
                "Make `HeartbeatSeconds` less than `TimeoutSeconds`.",
            );
        }
        if self.is_express && (what.contains(".sync") || what.ends_with(WAITS)) {
            self.refuse(
                resource.span,
                "an express state machine waits for nothing",
                "Take `.sync` or `.waitForTaskToken` away, or make it `type: standard`.",
            );
        }
        let is_limited = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"]
            .iter()
            .any(|name| state.get(name).is_some());
        if what.ends_with(WAITS) && !is_limited {
            self.diagnostics.push(
                Diagnostic::error("waits-for-ever", "this task waits for an answer without a limit")
                    .at(resource.span, "")
                    .note("Where the answer is lost, the execution goes on waiting, for up to a year.")
                    .help("Add `TimeoutSeconds` or `HeartbeatSeconds`."),
            );
        }
    }

    fn wait(&mut self, state: &Node, span: Span) {
        let ways = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        if ways.iter().filter(|name| state.get(name).is_some()).count() != 1 {
            self.refuse(span, "a `Wait` says once how long", "Give one of `Seconds`, `Timestamp` and their `…Path`.");
        }
        self.seconds(state, "Seconds", 0.0);
    }

    /// A number of seconds; what is a text is an expression.
    fn seconds(&mut self, state: &Node, name: &str, least: f64) -> Option<f64> {
        let node = state.get(name)?;
        let value = node.to_json().as_f64()?;
        if !(least..=MOST_SECONDS).contains(&value) {
            self.refuse(node.span, format!("`{name}` is {least} to 99,999,999"), "");
        }
        Some(value)
    }

    fn retries(&mut self, state: &Node) {
        for list in ["Retry", "Catch"].iter().filter_map(|name| state.get(name)) {
            let all = list.items();
            for (index, one) in all.iter().enumerate() {
                let errors = one.get("ErrorEquals").map(Node::items).unwrap_or_default();
                let has_all = errors.iter().any(|error| error.as_str() == Some("States.ALL"));
                if errors.is_empty() {
                    self.refuse(one.span, "it is not said which errors", "Add `\"ErrorEquals\": [\"States.ALL\"]`.");
                } else if has_all && (errors.len() > 1 || index + 1 < all.len()) {
                    self.refuse(one.span, "`States.ALL` stands alone, and last", "Move it to the end of the list.");
                }
                self.seconds(one, "IntervalSeconds", 1.0);
                let too_little =
                    one.get("BackoffRate").filter(|rate| rate.to_json().as_f64().is_some_and(|it| it < 1.0));
                if let Some(rate) = too_little {
                    self.refuse(rate.span, "`BackoffRate` is 1 or more", "With 2 each wait is twice the last one.");
                }
                let negative = one.get("MaxAttempts").filter(|most| most.to_json().as_f64().is_some_and(|it| it < 0.0));
                if let Some(most) = negative {
                    self.refuse(most.span, "`MaxAttempts` is 0 or more", "");
                }
            }
        }
    }
}

/// The states that a state leads to.
fn targets(state: &Node) -> Vec<&Node> {
    let of_list = |name: &str| state.get(name).map(Node::items).unwrap_or_default().iter();
    let lists = of_list("Choices").chain(of_list("Catch")).filter_map(|one| one.get("Next"));
    state.get("Next").into_iter().chain(state.get("Default")).chain(lists).collect()
}

#[cfg(test)]
mod tests {
    use callform_source::SourceMap;
    use callform_source::yaml::{self, Limits};

    use super::*;

    /// Codes of what is wrong with states, of which the first is `A`.
    fn codes(states: &str, is_express: bool) -> Vec<&'static str> {
        let mut sources = SourceMap::default();
        let file = sources.add("machine.json", format!(r#"{{"StartAt":"A","States":{{{states}}}}}"#));
        let mut diagnostics = Diagnostics::default();
        let node = yaml::parse(&sources, file, &Limits::default(), &mut diagnostics).unwrap();
        check(&node, is_express, &mut diagnostics);
        diagnostics.iter().map(|one| one.code).collect()
    }

    #[test]
    fn what_is_right_passes() {
        let task = r#""A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":9,
            "Retry":[{"ErrorEquals":["X"],"BackoffRate":1},{"ErrorEquals":["States.ALL"]}],
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"Next":"B"}"#;
        let rest = r#""B":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"Next":"D"},
            "C":{"Type":"Fail"},"D":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"C"}],"Default":"E"},
            "E":{"Type":"Wait","SecondsPath":"$.s","Next":"F"},"F":{"Type":"Succeed"}"#;
        assert_eq!(codes(&format!("{task},{rest}"), false), Vec::<&str>::new());
        assert_eq!(codes(&format!("{task},{rest}"), true), ["state-machine"]);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let one = |state: &str, code: &str| assert_eq!(codes(state, false), [code], "{state}");
        one(r#""A":{"Type":"Pass","Next":"B"}"#, "unknown-state");
        one(
            r#""B":{"Type":"Pass","End":true},"A":{"Type":"Pass","Next":"C"},"C":{"Type":"Succeed"}"#,
            "unreachable-state",
        );
        one(r#""A":{"Type":"Pass"}"#, "state-machine");
        one(r#""A":{"Type":"Pass","Next":"A","End":true}"#, "state-machine");
        one(r#""A":{"Type":"Succeed","End":true}"#, "state-machine");
        one(r#""A":{"Type":"Parse","End":true}"#, "state-machine");
        one(r#""A":{"Type":"Task","End":true}"#, "state-machine");
        one(r#""A":{"Type":"Wait","Seconds":100000000,"End":true}"#, "state-machine");
        one(r#""A":{"Type":"Wait","End":true}"#, "state-machine");
        one(r#""A":{"Type":"Choice","Choices":[]}"#, "state-machine");
        one(r#""A":{"Type":"Choice","Choices":[{"Next":"B"}]}"#, "unknown-state");
        one(r#""A":{"Type":"Choice","Choices":[{"Next":"A"}],"Default":"B"}"#, "unknown-state");
        one(
            r#""A":{"Type":"Task","Resource":"r","End":true,"Catch":[{"ErrorEquals":["X"],"Next":"B"}]}"#,
            "unknown-state",
        );
        one(
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5}]}"#,
            "state-machine",
        );
        one(
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":0}]}"#,
            "state-machine",
        );
        one(
            r#""A":{"Type":"Task","Resource":"r","End":true,"Retry":[{"ErrorEquals":["X","States.ALL"]}]}"#,
            "state-machine",
        );
        one(
            r#""A":{"Type":"Task","Resource":"r","TimeoutSeconds":5,"HeartbeatSeconds":5,"End":true}"#,
            "state-machine",
        );
        one(
            r#""A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","End":true}"#,
            "waits-for-ever",
        );
        one(
            r#""A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"A"}}}]}"#,
            "unknown-state",
        );
        one(
            r#""A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}]}"#,
            "state-machine",
        );
        one(r#""A":{"Type":"Map","End":true}"#, "state-machine");
    }

    #[test]
    fn actions_follow_from_what_a_task_does() {
        let of = |resource: &str, kind| action(resource, kind);
        assert_eq!(of("${lambda/x}", Kind::LambdaAlias).as_deref(), Some("lambda:InvokeFunction"));
        assert_eq!(
            of("arn:aws:states:::lambda:invoke.waitForTaskToken", Kind::Lambda).as_deref(),
            Some("lambda:InvokeFunction")
        );
        assert_eq!(of("arn:aws:states:::sqs:sendMessage", Kind::SqsQueue).as_deref(), Some("sqs:SendMessage"));
        assert_eq!(of("arn:aws:states:::aws-sdk:dynamodb:query", Kind::Table).as_deref(), Some("dynamodb:Query"));
        assert_eq!(of("arn:aws:states:::dynamodb:putItem", Kind::SqsQueue), None);
        assert_eq!(
            of("arn:aws:states:::states:startExecution", Kind::StateMachine).as_deref(),
            Some("states:StartExecution")
        );
        assert_eq!(of("arn:aws:states:::dynamodb:putItem", Kind::Queue), None);
    }
}
