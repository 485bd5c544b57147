//! What IAM would say to a call: the policies of a role, evaluated. The sandbox itself allows everything.
//!
//! Allowed is what a statement allows and none denies. A statement with a condition never counts, as the simulation has
//! no values to compare; AWS's own policies, whose text the sandbox does not have, allow everything. For a role that is
//! not in the sandbox only `deny` of the caller in `faults.json` counts.

use serde_json::{Value, json};

use super::no_such;
use super::policies::default_document;
use super::roles::{RolePolicies, listed, policies_of};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::input::Input;

/// The text of AWS's own policies, as far as the sandbox knows it.
const EVERYTHING: &str = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// `SimulatePrincipalPolicy`.
pub(super) fn simulate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let source = input.need("PolicySourceArn")?;
    let Some(role) = source.split_once(":role/").and_then(|(_, path)| path.rsplit('/').next()) else {
        return Err(AwsError::new(400, "InvalidInput", format!("Invalid Entity Arn: {source} is not a role.")));
    };
    let caller = Faults::load(environment.folder)?.caller.unwrap_or_default();
    let is_caller = caller.role == role;
    let documents = match policies_of(environment, role)? {
        Some(RolePolicies { inline, attached }) => {
            let mut documents: Vec<Value> = inline.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
            for arn in attached {
                let text = default_document(environment, &arn)?.unwrap_or_else(|| EVERYTHING.to_owned());
                documents.extend(serde_json::from_str(&text).ok());
            }
            documents
        }
        None if is_caller => serde_json::from_str(EVERYTHING).into_iter().collect(),
        None => return Err(no_such("role", role)),
    };
    let resources = input.texts("ResourceArns");
    let resource = resources.first().copied().unwrap_or("*");
    let mut results = Vec::new();
    for action in input.texts("ActionNames") {
        if action.split_once(':').is_none_or(|(service, name)| service.is_empty() || name.is_empty()) {
            return Err(AwsError::new(400, "InvalidInput", format!("Invalid action name: {action}.")));
        }
        let denied = is_caller && caller.deny.iter().any(|pattern| matches(pattern, action));
        let decision = if denied { "explicitDeny" } else { decide(&documents, action, resource) };
        results.push(json!({
            "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision,
            "MatchedStatements": [], "MissingContextValues": [],
        }));
    }
    Ok(listed("EvaluationResults", results, input))
}

fn decide(documents: &[Value], action: &str, resource: &str) -> &'static str {
    let statements = documents.iter().flat_map(|document| match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        statement => vec![statement],
    });
    let meant: Vec<&Value> = statements
        .filter(|statement| statement.get("Condition").is_none())
        .filter(|statement| covers(statement, "Action", action) && covers(statement, "Resource", resource))
        .collect();
    if meant.iter().any(|statement| statement["Effect"] == "Deny") {
        "explicitDeny"
    } else if meant.is_empty() {
        "implicitDeny"
    } else {
        "allowed"
    }
}

/// Whether a statement's member, or the opposite of its `Not` form, covers a value.
fn covers(statement: &Value, member: &str, value: &str) -> bool {
    let any = |patterns: &Value| match patterns {
        Value::String(pattern) => matches(pattern, value),
        Value::Array(patterns) => patterns.iter().filter_map(Value::as_str).any(|pattern| matches(pattern, value)),
        _ => false,
    };
    match statement.get(format!("Not{member}")) {
        Some(patterns) => !any(patterns),
        None => any(&statement[member]),
    }
}

/// Whether a pattern with `*` and `?` fits a text; the case of letters does not matter, as in actions.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from) = (0, 0);
    // Where the last star stood, and how far the text was then.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(at) {
        match pattern.get(from) {
            Some(b'*') => {
                star = Some((from, at));
                from += 1;
            }
            Some(wanted) if wanted == letter || *wanted == b'?' => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((behind, before)) = star else { return false };
                star = Some((behind, before + 1));
                at = before + 1;
                from = behind + 1;
            }
        }
    }
    pattern.iter().skip(from).all(|rest| *rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text) in [
            ("*", "iam:GetRole"),
            ("connect:*", "connect:CreateQueue"),
            ("connect:create*e", "connect:CreateQueue"),
            ("s3:?et*", "s3:GetObject"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("connect:*", "connectx"), ("iam:Get", "iam:GetRole"), ("*:Delete*x", "s3:DeleteObject")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_denial_wins_and_conditions_never_count() {
        let documents = [
            json!({ "Statement": { "Effect": "Allow", "Action": "connect:*", "Resource": "*" } }),
            json!({ "Statement": [
                { "Effect": "Deny", "Action": ["connect:Delete*"], "Resource": "*" },
                { "Effect": "Allow", "NotAction": "iam:*", "Resource": "*", "Condition": { "Bool": {} } },
                { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mine/*" },
            ] }),
        ];
        let decided = |action| decide(&documents, action, "*");
        assert_eq!(decided("connect:CreateQueue"), "allowed");
        assert_eq!(decided("connect:DeleteQueue"), "explicitDeny");
        assert_eq!(decided("lambda:Invoke"), "implicitDeny");
        assert_eq!(decided("s3:GetObject"), "implicitDeny");
        let others = [json!({ "Statement": { "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" } })];
        assert_eq!(
            [decide(&others, "s3:GetObject", "*"), decide(&others, "iam:GetRole", "*")],
            ["allowed", "implicitDeny"]
        );
        assert_eq!(decide(&documents, "s3:GetObject", "arn:aws:s3:::mine/a"), "allowed");
    }
}
