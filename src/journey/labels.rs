//! What takes a way, in a caller's words.

use callform_flow::Action;
use callform_flow::wording::{self, spaced};
use serde_json::Value as Json;

use super::speech::{plain, seconds};
use super::walk::Outcome;

/// What takes a way, in the caller's words; empty where nothing in particular does.
pub(super) fn label(action: &Action, taken: &[Outcome]) -> String {
    let mut words: Vec<String> = Vec::new();
    // What is taken anyway says nothing of errors that take it too.
    let is_usual = taken.iter().any(|outcome| !matches!(outcome, Outcome::Error(_)));
    let is_worth_it = |outcome: &&Outcome| !is_usual || **outcome != Outcome::Error("NoMatchingError".to_owned());
    for outcome in taken.iter().filter(is_worth_it) {
        let next = outcome_in_words(action, outcome);
        if !next.is_empty() && !words.contains(&next) {
            words.push(next);
        }
    }
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["no key", "another key"] | ["another key", "no key"] => "no key or another".to_owned(),
        all => all.join(", "),
    }
}

fn outcome_in_words(action: &Action, outcome: &Outcome) -> String {
    let kind = action.action_type.as_str();
    match outcome {
        Outcome::Next => match kind {
            "TransferParticipantToThirdParty" => "after that call".to_owned(),
            _ => String::new(),
        },
        Outcome::If(operator, operand) => condition(action, operator, &plain(operand)),
        Outcome::Error(error) => match (error.as_str(), kind) {
            ("NoMatchingError", _) => "on an error",
            ("NoMatchingCondition", "GetParticipantInput") => "another key",
            ("NoMatchingCondition", "CheckMetricData") if is_yes_or_no(action) => "no",
            ("NoMatchingCondition", "ConnectParticipantWithLexBot") => "not understood",
            ("NoMatchingCondition", _) => "otherwise",
            ("InputTimeLimitExceeded", "GetParticipantInput") => "no key",
            ("InputTimeLimitExceeded" | "TimeLimitExceeded", _) => "no answer",
            ("QueueAtCapacity", _) => "the queue is full",
            ("InvalidPhoneNumber" | "InvalidCallbackNumber", _) => "no valid number",
            ("CallbackNumberNotDialable", _) => "cannot be called",
            ("ConnectionTimeLimitExceeded", _) => "nobody picks up",
            ("CallFailed", _) => "the call fails",
            _ => return spaced(error),
        }
        .to_owned(),
    }
}

fn is_yes_or_no(action: &Action) -> bool {
    let metric = action.parameters.get("MetricType").and_then(Json::as_str).unwrap_or_default();
    let conditions = action.transitions.conditions();
    let is_some = |operator: &str, operand: Option<&str>| operator == "NumberGreaterThan" && operand == Some("0");
    metric.starts_with("NumberOfAgents")
        && conditions.len() == 1
        && conditions.iter().all(|branch| is_some(&branch.operator, branch.operand()))
}

fn condition(action: &Action, operator: &str, operand: &str) -> String {
    match (action.action_type.as_str(), operator, operand) {
        ("GetParticipantInput", "Equals", key) if !wording::stores_input(action) => format!("key {key}"),
        ("CheckHoursOfOperation", "Equals", "True") => "open".to_owned(),
        ("CheckHoursOfOperation", "Equals", "False") => "closed".to_owned(),
        ("CheckMetricData", ..) if is_yes_or_no(action) => "yes".to_owned(),
        ("Loop", _, "ContinueLooping") => "again".to_owned(),
        ("Loop", _, "DoneLooping") => "after that".to_owned(),
        ("MessageParticipantIteratively", _, "MessagesInterrupted") => {
            let every = action.parameters.get("InterruptFrequencySeconds").and_then(Json::as_str);
            let every = every.and_then(|every| every.parse().ok()).map(seconds);
            every.map_or_else(|| "meanwhile".to_owned(), |every| format!("every {every}"))
        }
        ("Wait", _, "WaitCompleted") => "the time is up".to_owned(),
        ("DistributeByPercentage", "NumberLessThan", below) => share(action, below),
        (_, "Equals", value) => value.to_owned(),
        (_, "NumberGreaterThan", value) => format!("more than {value}"),
        (_, "NumberGreaterOrEqualTo", value) => format!("{value} or more"),
        (_, "NumberLessThan", value) => format!("less than {value}"),
        (_, "NumberLessOrEqualTo", value) => format!("{value} or less"),
        (_, other, value) => format!("{} {value}", spaced(other.strip_prefix("Text").unwrap_or(other))),
    }
}

/// Branches of chance compare with one more than the percentages so far.
fn share(action: &Action, below: &str) -> String {
    let bounds = action.transitions.conditions().iter().filter_map(|branch| branch.operand()?.parse::<i64>().ok());
    let Ok(below) = below.parse::<i64>() else { return format!("less than {below}") };
    let earlier = bounds.filter(|bound| *bound < below).max().unwrap_or(1);
    format!("{} % of the callers", below.saturating_sub(earlier))
}
