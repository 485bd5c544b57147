//! What Step Functions refuses in a definition, and what of it only shows when it runs. The rules are those of
//! [`callform_states`]; here they get their places in the file.

use callform_source::yaml::Node;
use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};
use callform_states::definition::What;
use callform_states::{Machine, Problem, Type};

use crate::model::Kind;

/// Integrations of their own that wait; all others go by `.waitForTaskToken`.
const WAITS: &str = ".waitForTaskToken";

/// Reports what is wrong with a definition.
pub(super) fn check(root: &Node, is_express: bool, diagnostics: &mut Diagnostics) {
    let kind = if is_express { Type::Express } else { Type::Standard };
    for problem in Machine::read(&root.to_json().to_string(), kind).err().unwrap_or_default() {
        diagnostics.push(told(root, &problem));
    }
    for task in tasks(root) {
        limit(task, diagnostics);
    }
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

/// The place of a problem.
struct Place {
    span: Span,
    /// The states beside it, or beside what it is about.
    states: Vec<String>,
}

/// The node of a pointer, as far as it leads. A name of a state is its key.
fn place(root: &Node, pointer: &str) -> Place {
    let mut place = Place { span: root.span, states: Vec::new() };
    let mut node = root;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let entry = node.entries().iter().find(|entry| entry.key.value == name);
        if let Some(entry) = entry {
            if name == "States" {
                place.states = entry.value.entries().iter().map(|entry| entry.key.value.clone()).collect();
            }
            let is_state = place.states.contains(&name);
            place.span = if is_state { entry.key.span } else { entry.value.span };
            node = &entry.value;
        } else if let Some(item) = name.parse().ok().and_then(|index: usize| node.items().get(index)) {
            place.span = item.span;
            node = item;
        } else {
            break;
        }
    }
    if pointer.ends_with("/StartAt") {
        let machine = node_at(root, pointer.trim_end_matches("/StartAt"));
        let states = machine.and_then(|machine| machine.get("States")).map(Node::entries).unwrap_or_default();
        place.states = states.iter().map(|entry| entry.key.value.clone()).collect();
    }
    place
}

fn node_at<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    pointer.split('/').skip(1).try_fold(root, |node, part| {
        let name = part.replace("~1", "/").replace("~0", "~");
        node.get(&name).or_else(|| node.items().get(name.parse::<usize>().ok()?))
    })
}

/// A problem as people are told of it.
fn told(root: &Node, problem: &Problem) -> Diagnostic {
    let place = place(root, &problem.pointer);
    match &problem.what {
        What::UnknownState(name) => {
            let unknown =
                Diagnostic::error("unknown-state", format!("there is no state `{name}` here")).at(place.span, "");
            match did_you_mean(name, place.states.iter().map(String::as_str)) {
                Some(meant) => unknown.help(format!("Did you mean `{meant}`?")),
                None => {
                    unknown.note("A state leads to those beside it; not into a `Parallel` or `Map`, nor out of one.")
                }
            }
        }
        What::Unreachable => Diagnostic::error("unreachable-state", "nothing leads to this state")
            .at(place.span, "")
            .help("Name it in `Next`, `Default` or a `Catch`, or take it out."),
        What::SameName(first) => Diagnostic::error("state-machine", "two states have this name")
            .at(place.span, "")
            .also(self::place(root, first).span, "and so has this one")
            .help("Names are unique in a whole state machine, inside of `Parallel` and `Map` as well."),
        What::Refused => Diagnostic::error("state-machine", problem.message.clone())
            .at(place.span, "")
            .note("Step Functions refuses the definition."),
    }
}

/// Reports a task that waits without a limit.
fn limit(task: &Node, diagnostics: &mut Diagnostics) {
    let Some(resource) = task.get("Resource") else { return };
    let limits = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
    let is_limited = limits.iter().any(|name| task.get(name).is_some());
    if resource.as_str().is_some_and(|what| what.ends_with(WAITS)) && !is_limited {
        diagnostics.push(
            Diagnostic::error("waits-for-ever", "this task waits for an answer without a limit")
                .at(resource.span, "")
                .note("Where the answer is lost, the execution goes on waiting, for up to a year.")
                .help("Add `TimeoutSeconds` or `HeartbeatSeconds`."),
        );
    }
}

#[cfg(test)]
mod tests {
    use callform_source::SourceMap;
    use callform_source::yaml::{self, Limits};

    use std::collections::BTreeSet;

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
    fn problems_have_their_place_and_their_help() {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"Bee"},"Be":{"Type":"Parallel","Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Succeed"}}}],"End":true}}}"#;
        let mut sources = SourceMap::default();
        let file = sources.add("machine.json", text.to_owned());
        let mut diagnostics = Diagnostics::default();
        let node = yaml::parse(&sources, file, &Limits::default(), &mut diagnostics).unwrap();
        check(&node, false, &mut diagnostics);
        let found: Vec<_> = diagnostics.iter().map(|one| (one.code, format!("{one:?}"))).collect();
        let codes: BTreeSet<&str> = found.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, BTreeSet::from(["unknown-state", "unreachable-state", "state-machine"]));
        let unknown = found.iter().find(|(code, _)| *code == "unknown-state").unwrap();
        assert!(unknown.1.contains("Did you mean `Be`?"), "{}", unknown.1);
        assert_ne!(place(&node, "/States/A").span, place(&node, "/States/Be/Branches/0/States/A").span);
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
        one(r#""A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"B"}]}"#, "unknown-state");
        one(
            r#""A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"A"}],"Default":"B"}"#,
            "unknown-state",
        );
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
