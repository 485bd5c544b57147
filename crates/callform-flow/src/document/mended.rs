//! Broken flows, made whole enough to look at the rest of them.
//!
//! One member that is missing must not hide everything else that is wrong with a flow. What is missing is put in place,
//! and told.

use serde_json::{Map, Value, json};

use crate::json::VERSION;
use crate::{DecodeError, Flow};

/// Stands where a text is missing. No flow has it by itself, so nothing is told about it a second time.
pub(crate) const ABSENT: &str = "\u{E002}";

/// Most faults of one flow that are told.
const MOST: usize = 200;

/// Reads a flow, with what kept it from being one.
///
/// # Errors
/// Where there is nothing left that could be looked at: the first fault.
pub(super) fn flow(json: &Value) -> Result<(Flow, Vec<DecodeError>), DecodeError> {
    if let Ok(flow) = Flow::from_json(json) {
        return Ok((flow, Vec::new()));
    }
    let mut faults: Vec<DecodeError> = Vec::new();
    let mut mended = json.clone();
    loop {
        match Flow::from_json(&mended) {
            Ok(flow) => return Ok((flow, faults)),
            Err(error) if faults.len() < MOST && mend(&mut mended, &error).is_some() => faults.push(error),
            Err(error) => return Err(faults.into_iter().next().unwrap_or(error)),
        }
    }
}

/// Puts something in the place of a fault; `None` where nothing can stand there.
fn mend(json: &mut Value, error: &DecodeError) -> Option<()> {
    let (path, expected) = match error {
        DecodeError::Missing { path } => (path, None),
        DecodeError::WrongType { path, expected } => (path, Some(*expected)),
        DecodeError::LegacyExport
        | DecodeError::NotJson { .. }
        | DecodeError::TooDeep { .. }
        | DecodeError::Empty
        | DecodeError::TooLarge { .. } => return None,
    };
    let steps = steps(path);
    let (last, outer) = steps.split_last()?;
    let mut at = json;
    for step in outer {
        at = match step {
            Step::Member(name) => at.get_mut(name.as_str())?,
            Step::Item(index) => at.get_mut(index)?,
        };
    }
    let index = steps.iter().find_map(|step| if let Step::Item(index) = step { Some(*index) } else { None });
    match (last, at) {
        (Step::Member(name), Value::Object(members)) => {
            let value = instead(name, members.get(name), expected, index.unwrap_or_default())?;
            members.insert(name.clone(), value);
        }
        (Step::Item(index), Value::Array(items)) => *items.get_mut(*index)? = json!({}),
        _ => return None,
    }
    Some(())
}

/// A value that can stand for one that is missing or of another type.
fn instead(name: &str, present: Option<&Value>, expected: Option<&str>, index: usize) -> Option<Value> {
    // Numbers and truth values as texts say what was meant.
    let as_text = present.filter(|value| value.is_number() || value.is_boolean()).map(ToString::to_string);
    Some(match name {
        "Actions" => return None,
        "Version" => json!(as_text.unwrap_or_else(|| VERSION.to_owned())),
        "Identifier" => json!(as_text.unwrap_or_else(|| format!("unnamed action {}", index + 1))),
        "Operator" => json!("Equals"),
        "Operands" => json!([present.filter(|it| it.is_string()).map_or(ABSENT, |it| it.as_str().unwrap_or(ABSENT))]),
        "StartAction" | "Type" | "NextAction" | "ErrorType" => json!(as_text.unwrap_or_else(|| ABSENT.to_owned())),
        "Condition" => Value::Object(Map::new()),
        _ if expected == Some("an object") => Value::Object(Map::new()),
        _ if expected == Some("a list") => json!([]),
        _ => return None,
    })
}

enum Step {
    Member(String),
    Item(usize),
}

/// The parts of a path such as `Actions[3].Transitions.Errors[0].NextAction`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, items) = part.split_once('[').map_or((part, ""), |(name, items)| (name, items));
        steps.push(Step::Member(name.to_owned()));
        let indexes = items.split(['[', ']']).filter_map(|index| index.parse().ok());
        steps.extend(indexes.map(Step::Item));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_and_the_rest_is_there() {
        let json = json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
            { "Identifier": "a", "Type": "Compare", "Parameters": { "ComparisonValue": "$.Channel" }, "Transitions": {
                "NextAction": 7,
                "Conditions": [{ "NextAction": "b", "Condition": { "Operands": ["x"] } }, { "NextAction": "b" }],
                "Errors": [{ "ErrorType": "NoMatchingCondition" }],
            } },
            { "Type": "DisconnectParticipant", "Parameters": [], "Transitions": "none" },
            "no action",
        ] });
        let (flow, faults) = flow(&json).expect("mended");
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "`Actions[0].Transitions.NextAction` must be a string",
                "`Actions[0].Transitions.Errors[0].NextAction` is missing",
                "`Actions[0].Transitions.Conditions[0].Condition.Operator` is missing",
                "`Actions[0].Transitions.Conditions[1].Condition` is missing",
                "`Actions[0].Transitions.Conditions[1].Condition.Operator` is missing",
                "`Actions[0].Transitions.Conditions[1].Condition.Operands` is missing",
                "`Actions[1].Identifier` is missing",
                "`Actions[1].Parameters` must be an object",
                "`Actions[1].Transitions` must be an object",
                "`Actions[2]` must be an object",
                "`Actions[2].Identifier` is missing",
                "`Actions[2].Type` is missing",
            ]
        );
        assert_eq!(flow.actions.len(), 3);
        assert_eq!(flow.actions[1].identifier, "unnamed action 2");
        assert_eq!(flow.actions[0].transitions.next_action.as_deref(), Some("7"));
    }

    #[test]
    fn what_is_no_flow_stays_none() {
        for json in
            [json!({}), json!({ "Version": "2019-10-30", "StartAction": "a" }), json!(3), json!({ "Actions": 3 })]
        {
            assert!(flow(&json).is_err(), "{json}");
        }
    }
}
