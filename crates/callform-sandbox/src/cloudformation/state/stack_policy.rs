//! Stack policies: which resources an update may touch, and how.
//!
//! Source: user guide, "Prevent updates to stack resources".

use serde_json::Value;

use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// Largest policy, bytes.
const LARGEST: usize = 16_384;

const ACTIONS: [&str; 4] = ["Update:Modify", "Update:Replace", "Update:Delete", "Update:*"];

/// Refuses a policy that is none.
pub(crate) fn check(text: &str) -> Result<(), AwsError> {
    let wrong = |why: String| validation(format!("Error validating stack policy: {why}"));
    if text.len() > LARGEST {
        return Err(wrong(format!("It has more than {LARGEST} bytes.")));
    }
    let policy: Value = serde_json::from_str(text).map_err(|error| wrong(format!("It is no JSON: {error}")))?;
    let statements = policy.get("Statement").and_then(Value::as_array);
    let statements = statements.ok_or_else(|| wrong("It needs Statement, a list.".to_owned()))?;
    for (index, statement) in statements.iter().enumerate() {
        let wrong = |why: &str| wrong(format!("Statement [#{}] {why}", index + 1));
        if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
            return Err(wrong("needs the Effect Allow or Deny."));
        }
        let actions = texts(statement.get("Action").or_else(|| statement.get("NotAction")));
        if actions.is_empty() || actions.iter().any(|action| !ACTIONS.contains(action)) {
            return Err(wrong("needs an Action: Update:Modify, Update:Replace, Update:Delete or Update:*."));
        }
        if statement.get("Principal").and_then(Value::as_str) != Some("*") {
            return Err(wrong("needs the Principal *."));
        }
        let resources = texts(statement.get("Resource").or_else(|| statement.get("NotResource")));
        let is_resource = |text: &str| text == "*" || text.starts_with("LogicalResourceId/");
        if resources.is_empty() || !resources.iter().all(|text| is_resource(text)) {
            return Err(wrong("needs a Resource: * or LogicalResourceId/ with the logical ID."));
        }
        let conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
        for (operator, keys) in conditions {
            let is_known = matches!(operator.as_str(), "StringEquals" | "StringLike")
                && keys.as_object().is_some_and(|keys| keys.keys().all(|key| key == "ResourceType"));
            if !is_known {
                return Err(wrong("can only have the conditions StringEquals and StringLike of ResourceType."));
            }
        }
    }
    Ok(())
}

/// Why a policy does not let an update do something to a resource; `None` where it does. Without any policy everything
/// is allowed, with one only what it allows.
pub(crate) fn refusal(policy: Option<&str>, action: &str, logical_id: &str, type_name: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy?).ok()?;
    let statements = policy.get("Statement").and_then(Value::as_array)?;
    let resource = format!("LogicalResourceId/{logical_id}");
    let matching = |effect: &str| {
        statements.iter().position(|statement| {
            statement.get("Effect").and_then(Value::as_str) == Some(effect)
                && applies(statement, action, &resource, type_name)
        })
    };
    if let Some(index) = matching("Deny") {
        let number = index + 1;
        return Some(format!(
            "Action denied by stack policy: Statement [#{number}] does not allow [{action}] for resource [{resource}]"
        ));
    }
    matching("Allow").is_none().then(|| {
        format!("Action not allowed by stack policy: no statement allows [{action}] for resource [{resource}]")
    })
}

fn applies(statement: &Value, action: &str, resource: &str, type_name: &str) -> bool {
    let any = |name: &str, text: &str| texts(statement.get(name)).iter().any(|pattern| matches(pattern, text));
    let has = |name: &str| statement.get(name).is_some();
    let of = |positive: &str, negative: &str, text: &str| {
        if has(positive) { any(positive, text) } else { !any(negative, text) }
    };
    let conditions = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    of("Action", "NotAction", action)
        && of("Resource", "NotResource", resource)
        && conditions.into_iter().all(|(operator, keys)| {
            let types = texts(keys.get("ResourceType"));
            types.iter().any(
                |pattern| {
                    if operator == "StringLike" { matches(pattern, type_name) } else { *pattern == type_name }
                },
            )
        })
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// True where a pattern with `*` and `?` is a text's.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(character) = text.get(place) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(own) if *own == '?' || own == character => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((behind, from)) => {
                    at = behind + 1;
                    place = from + 1;
                    star = Some((behind, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_none_or(|rest| rest.iter().all(|character| *character == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_decide() {
        let policy = r#"{"Statement":[
            {"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"},
            {"Effect":"Deny","Action":["Update:Replace","Update:Delete"],"Principal":"*","Resource":"LogicalResourceId/Prod*"},
            {"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*",
             "Condition":{"StringLike":{"ResourceType":["AWS::RDS::*"]}}}]}"#;
        check(policy).unwrap();
        let is_refused =
            |action: &str, id: &str, type_name: &str| refusal(Some(policy), action, id, type_name).is_some();
        assert!(!is_refused("Update:Modify", "ProdTable", "T"));
        assert!(is_refused("Update:Replace", "ProdTable", "T"));
        assert!(!is_refused("Update:Delete", "TestTable", "T"));
        assert!(is_refused("Update:Modify", "X", "AWS::RDS::DBInstance"));
        assert_eq!(refusal(None, "Update:Modify", "X", "T"), None);
        let only = r#"{"Statement":[{"Effect":"Allow","NotAction":"Update:Delete","Principal":"*","NotResource":"LogicalResourceId/A"}]}"#;
        check(only).unwrap();
        assert!(refusal(Some(only), "Update:Delete", "B", "T").is_some());
        assert!(refusal(Some(only), "Update:Modify", "A", "T").is_some());
        assert_eq!(refusal(Some(only), "Update:Modify", "B", "T"), None);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        for text in [
            "x",
            "{}",
            r#"{"Statement":[{}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Principal":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"x"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*","Condition":{"Bool":{}}}]}"#,
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
