//! What takes a branch, in words.

use super::{spaced, stores_input, values};
use crate::layout::{Outlet, Taken};
use crate::{Action, ConditionBranch};

/// All that takes an outlet, in one label: `Pressed 1, 2`, `Otherwise, Error`.
pub fn outcomes(action: &Action, outlet: &Outlet<'_>) -> String {
    let mut label = String::new();
    for taken in &outlet.taken {
        let next = outcome(action, *taken);
        if label.is_empty() {
            label = next;
            continue;
        }
        let short = match (label.starts_with(PRESSED), next.strip_prefix(PRESSED)) {
            (true, Some(key)) => key,
            _ => &next,
        };
        label = format!("{label}, {short}");
    }
    label
}

const PRESSED: &str = "Pressed ";

/// What takes a branch of an action.
pub fn outcome(action: &Action, taken: Taken<'_>) -> String {
    match taken {
        Taken::Next if action.transitions.errors().is_empty() && action.transitions.conditions().is_empty() => {
            "Next".to_owned()
        }
        Taken::Next => "Success".to_owned(),
        Taken::Condition(branch) => condition(action, branch),
        Taken::Error(error) => error_in_words(action, error),
    }
}

fn condition(action: &Action, branch: &ConditionBranch) -> String {
    let operand = branch.operands.iter().map(values::scalar).collect::<Vec<_>>().join(", ");
    match (action.action_type.as_str(), branch.operator.as_str(), operand.as_str()) {
        ("GetParticipantInput", "Equals", key) if !stores_input(action) => format!("{PRESSED}{key}"),
        ("CheckHoursOfOperation", "Equals", "True") => "In hours".to_owned(),
        ("CheckHoursOfOperation", "Equals", "False") => "Out of hours".to_owned(),
        ("Loop", _, "ContinueLooping") => "Looping".to_owned(),
        ("Loop", _, "DoneLooping") => "Complete".to_owned(),
        ("MessageParticipantIteratively", _, "MessagesInterrupted") => "Interrupted".to_owned(),
        ("Wait", _, "WaitCompleted") => "Time is up".to_owned(),
        ("DistributeByPercentage", "NumberLessThan", below) => share(action, branch, below),
        (
            "ConnectParticipantWithLexBot" | "ConnectParticipantWithAgenticCX" | "InvokeFlowModule" | "ShowView",
            "Equals",
            name,
        ) => name.to_owned(),
        ("Wait" | "CheckOutboundCallStatus" | "CheckVoiceId", "Equals", name) => spaced(name),
        (_, operator, operand) => format!("{} {operand}", sign(operator)),
    }
}

fn sign(operator: &str) -> String {
    match operator {
        "Equals" => "=".to_owned(),
        "NumberGreaterThan" => ">".to_owned(),
        "NumberGreaterOrEqualTo" => "≥".to_owned(),
        "NumberLessThan" => "<".to_owned(),
        "NumberLessOrEqualTo" => "≤".to_owned(),
        "TextStartsWith" => "starts with".to_owned(),
        "TextEndsWith" => "ends with".to_owned(),
        "TextContains" => "contains".to_owned(),
        other => spaced(other),
    }
}

/// Branches of chance compare with one more than the percentages so far: `< 51`, `< 81` are 50 and 30 percent.
fn share(action: &Action, branch: &ConditionBranch, below: &str) -> String {
    let bound = |branch: &ConditionBranch| values::scalar(branch.operands.first()?).parse::<i64>().ok();
    let earlier = action.transitions.conditions().iter().take_while(|other| *other != branch).filter_map(bound).last();
    match below.parse::<i64>() {
        Ok(below) => format!("{} %", below.saturating_sub(earlier.unwrap_or(1))),
        Err(_) => format!("< {below}"),
    }
}

fn error_in_words(action: &Action, error: &str) -> String {
    let words = match (error, action.action_type.as_str()) {
        ("NoMatchingError", _) => "Error",
        ("NoMatchingCondition", "GetParticipantInput") => "Other key",
        ("NoMatchingCondition", "ConnectParticipantWithLexBot") => "No intent",
        ("NoMatchingCondition", _) => "Otherwise",
        ("InputTimeLimitExceeded" | "TimeLimitExceeded", _) => "Timeout",
        ("QueueAtCapacity", _) => "At capacity",
        ("InvalidPhoneNumber" | "InvalidCallbackNumber", _) => "Invalid number",
        ("CallbackNumberNotDialable", _) => "Not dialable",
        ("ConnectionTimeLimitExceeded", _) => "No answer",
        ("NoneFoundError" | "NoneFound", _) => "None found",
        ("MultipleFoundError" | "MultipleFound", _) => "Several found",
        _ => return super::capitalized(&spaced(error)),
    };
    words.to_owned()
}
