//! Who may invoke a function.

use serde_json::{Map, Value, json};

use super::function::{arn, load, name_and_qualifier, resolve, save};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;

pub(super) fn call(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let (name, qualifier) = name_and_qualifier(input)?;
    let mut function = load(environment, name)?;
    resolve(environment, name, &function, qualifier)?;
    let qualifier = qualifier.unwrap_or_default();
    let statements = function.policies.entry(qualifier.to_owned()).or_default();
    let nothing = || {
        AwsError::new(404, "ResourceNotFoundException", "The resource you requested does not exist.")
            .with("Type", "User")
    };
    match operation {
        "GetPolicy" => {
            if statements.is_empty() {
                return Err(nothing());
            }
            let statements: Vec<_> = statements.values().collect();
            let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
            return Ok(json!({ "Policy": policy.to_string(), "RevisionId": "1" }));
        }
        "RemovePermission" => {
            statements.remove(input.need("StatementId")?).ok_or_else(nothing)?;
            save(environment, name, &function)?;
            return Ok(Value::Null);
        }
        "AddPermission" => {}
        _ => return Err(AwsError::unsupported("Lambda", operation)),
    }
    let id = input.need("StatementId")?;
    if statements.contains_key(id) {
        return Err(AwsError::new(
            409,
            "ResourceConflictException",
            format!(
                "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
            ),
        ));
    }
    let resource = if qualifier.is_empty() { name.to_owned() } else { format!("{name}:{qualifier}") };
    let statement = statement(input, id, &arn(environment, &resource))?;
    statements.insert(id.to_owned(), statement.clone());
    save(environment, name, &function)?;
    Ok(json!({ "Statement": statement.to_string() }))
}

fn statement(input: &Input, id: &str, resource: &str) -> Result<Value, AwsError> {
    let principal = input.need("Principal")?;
    let principal = if principal == "*" {
        json!("*")
    } else if principal.ends_with(".amazonaws.com") {
        json!({ "Service": principal })
    } else if principal.starts_with("arn:") {
        json!({ "AWS": principal })
    } else {
        json!({ "AWS": format!("arn:aws:iam::{principal}:root") })
    };
    let mut condition = Map::new();
    if let Some(arn) = input.text("SourceArn") {
        condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
    }
    let mut equals = Map::new();
    for (member, key) in [("SourceAccount", "AWS:SourceAccount"), ("PrincipalOrgID", "aws:PrincipalOrgID")] {
        if let Some(value) = input.text(member) {
            equals.insert(key.to_owned(), value.into());
        }
    }
    if !equals.is_empty() {
        condition.insert("StringEquals".to_owned(), equals.into());
    }
    let mut statement = json!({
        "Sid": id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": input.need("Action")?,
        "Resource": resource,
    });
    if !condition.is_empty() {
        statement["Condition"] = condition.into();
    }
    Ok(statement)
}
