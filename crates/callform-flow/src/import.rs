//! Exported flow JSON whose ARNs become names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::references::marker_of_name;
use crate::{DecodeError, Flow};

/// A flow read from exported JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The flow, with markers where an ARN of the map stood.
    pub flow: Flow,
    /// Every ARN the map does not name, sorted. A flow with ARNs of another instance is refused there.
    pub unresolved: Vec<String>,
    /// ARNs of the map that the flow does not have, sorted.
    pub unused: Vec<String>,
}

/// Reads exported flow JSON. `arns` tells what each ARN is called in the blueprint: `queue/customer_service`, or
/// `queue/builtin/BasicQueue` for an object every instance has.
///
/// An ARN is replaced wherever it is a whole word: alone, in a longer text, or with a version behind it. The editor's
/// metadata is left out of `unresolved`; it means nothing to the service.
pub fn from_json(json: &Value, arns: &BTreeMap<String, String>) -> Result<Imported, DecodeError> {
    let mut flow = Flow::from_json(json)?;
    let mut replacement = Replacement { arns, used: BTreeSet::new(), unresolved: BTreeSet::new() };
    for action in &mut flow.actions {
        action.parameters.values_mut().for_each(|value| replacement.apply(value));
    }
    let unused = arns.keys().filter(|arn| !replacement.used.contains(arn.as_str())).cloned().collect();
    Ok(Imported { unresolved: replacement.unresolved.into_iter().collect(), unused, flow })
}

struct Replacement<'a> {
    arns: &'a BTreeMap<String, String>,
    used: BTreeSet<&'a str>,
    unresolved: BTreeSet<String>,
}

impl Replacement<'_> {
    fn apply(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if text.contains("arn:") => *text = self.replace(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.apply(member)),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn replace(&mut self, text: &str) -> String {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("arn:") {
            let (before, from_arn) = rest.split_at(start);
            let (arn, after) = from_arn.split_at(end_of_arn(from_arn));
            replaced.push_str(before);
            if let Some((known, address)) = self.named(arn) {
                let (kind, name) = address.split_once('/').unwrap_or(("", address));
                replaced.push_str(&marker_of_name(kind, name));
                replaced.push_str(&arn[known.len()..]);
            } else {
                self.unresolved.insert(arn.to_owned());
                replaced.push_str(arn);
            }
            rest = after;
        }
        replaced + rest
    }

    /// The entry of an ARN, or of the ARN without its version (`:$LATEST`, `:3`).
    fn named(&mut self, arn: &str) -> Option<(&str, &str)> {
        let without_version = arn.rsplit_once(':').map_or(arn, |(before, _)| before);
        let (known, address) = self.arns.get_key_value(arn).or_else(|| self.arns.get_key_value(without_version))?;
        self.used.insert(known);
        Some((known, address))
    }
}

/// Length of an ARN at the beginning of a text.
fn end_of_arn(text: &str) -> usize {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-_:/.$@+=".contains(character);
    text.find(|character| !is_part(character)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::references::{builtin_marker, marker};

    const INSTANCE: &str = "arn:aws:connect:us-west-2:123456789012:instance/i";

    #[test]
    fn arns_become_markers() {
        let queue = format!("{INSTANCE}/queue/q");
        let function = "arn:aws:lambda:us-west-2:123456789012:function:vanity".to_owned();
        let prompt = format!("{INSTANCE}/prompt/p");
        let json = json!({
            "Version": "2019-10-30",
            "StartAction": "a",
            "Metadata": { "ActionMetadata": { "a": { "queue": { "id": queue } } } },
            "Actions": [{
                "Identifier": "a",
                "Type": "Whatever",
                "Parameters": {
                    "QueueId": queue,
                    "Text": format!("({queue}), {INSTANCE}/queue/q2!"),
                    "Lambda": format!("{function}:live"),
                    "Messages": [{ "PromptId": prompt }],
                },
                "Transitions": {},
            }],
        });
        let arns = BTreeMap::from([
            (queue, "queue/sales".to_owned()),
            (function, "lambda/vanity".to_owned()),
            (prompt, "prompt/builtin/Beep.wav".to_owned()),
            ("arn:aws:unused".to_owned(), "queue/unused".to_owned()),
        ]);
        let imported = from_json(&json, &arns).expect("a flow");
        let parameters = &imported.flow.actions[0].parameters;
        assert_eq!(parameters["QueueId"], marker("queue", "sales"));
        assert_eq!(parameters["Text"], format!("({}), {INSTANCE}/queue/q2!", marker("queue", "sales")));
        assert_eq!(parameters["Lambda"], format!("{}:live", marker("lambda", "vanity")));
        assert_eq!(parameters["Messages"][0]["PromptId"], builtin_marker("prompt", "Beep.wav"));
        assert_eq!(imported.unresolved, [format!("{INSTANCE}/queue/q2")]);
        assert_eq!(imported.unused, ["arn:aws:unused"]);
    }

    #[test]
    fn what_is_no_flow_is_refused() {
        assert!(from_json(&json!({}), &BTreeMap::new()).is_err());
    }
}
