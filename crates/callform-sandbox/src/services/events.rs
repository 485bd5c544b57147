//! Amazon EventBridge: rules and targets of the default event bus, stored; no event is delivered.

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const RULES: &str = "events/rule";
const TARGETS: &str = "events/target";

/// The service.
pub(crate) static SERVICE: Service = service("EventBridge", "ValidationException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("PutRule", put),
    operation("ListRules", list),
    operation("DescribeRule", on_rule),
    operation("DeleteRule", on_rule),
    operation("EnableRule", on_rule),
    operation("DisableRule", on_rule),
    operation("PutTargets", targets),
    operation("RemoveTargets", targets),
    operation("ListTargetsByRule", targets),
    operation("TagResource", tag),
    operation("UntagResource", tag),
    operation("ListTagsForResource", tag),
    operation("DescribeEventBus", bus),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let rules = environment.tx.list::<Map<String, Value>>(RULES, environment.region)?;
    let rules = rules.into_iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, rule)| public(rule));
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).max(1);
    let (rules, next) = page(rules.collect(), input.text("NextToken"), size);
    let mut answer = json!({ "Rules": rules });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn bus(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    if let Some(other) = input.text("Name").filter(|name| name.rsplit('/').next() != Some("default")) {
        return Err(AwsError::new(400, "ResourceNotFoundException", format!("Event bus {other} does not exist.")));
    }
    Ok(json!({
        "Name": "default",
        "Arn": format!("arn:aws:events:{}:{}:event-bus/default", environment.region, environment.account),
    }))
}

fn public(mut rule: Map<String, Value>) -> Value {
    rule.remove("Tags");
    rule.into()
}

fn not_found(name: &str) -> AwsError {
    AwsError::new(400, "ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

fn put(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    if input.text("EventBusName").is_some_and(|bus| bus.rsplit('/').next() != Some("default")) {
        return Err(AwsError::new(400, "ResourceNotFoundException", "The sandbox has the event bus default only."));
    }
    if input.value("EventPattern").is_none() && input.value("ScheduleExpression").is_none() {
        return Err(input.wrong("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if let Some(pattern) = input.text("EventPattern")
        && serde_json::from_str::<Map<String, Value>>(pattern).is_err()
    {
        return Err(AwsError::new(
            400,
            "InvalidEventPatternException",
            "Event pattern is not valid. Reason: it is no JSON object",
        ));
    }
    let old = environment.tx.get::<Map<String, Value>>(RULES, environment.region, name)?;
    let arn = format!("arn:aws:events:{}:{}:rule/{name}", environment.region, environment.account);
    let mut rule = Map::new();
    rule.insert("Name".to_owned(), name.into());
    rule.insert("Arn".to_owned(), arn.clone().into());
    rule.insert("State".to_owned(), "ENABLED".into());
    rule.insert("EventBusName".to_owned(), "default".into());
    input.copy(&["EventPattern", "ScheduleExpression", "State", "Description", "RoleArn"], &mut rule);
    // Tags of an existing rule are changed by TagResource only.
    let tags = match old {
        Some(old) => tags::stored(&old),
        None => tags::from_list(input.list("Tags")),
    };
    rule.insert("Tags".to_owned(), tags::to_list(&tags));
    environment.tx.put(RULES, environment.region, name, None, &rule)?;
    Ok(json!({ "RuleArn": arn }))
}

fn on_rule(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (operation, name) = (input.operation(), input.need("Name")?);
    let rule = environment.tx.get::<Map<String, Value>>(RULES, environment.region, name)?;
    match (operation, rule) {
        // Deleting what is not there is no error.
        ("DeleteRule", None) => Ok(Value::Null),
        (_, None) => Err(not_found(name)),
        ("DescribeRule", Some(rule)) => Ok(public(rule)),
        ("DeleteRule", Some(_)) => {
            let targets = environment.tx.get::<Vec<Value>>(TARGETS, environment.region, name)?.unwrap_or_default();
            if !targets.is_empty() {
                return Err(AwsError::new(400, "ValidationException", "Rule can't be deleted since it has targets."));
            }
            environment.tx.delete(RULES, environment.region, name)?;
            Ok(Value::Null)
        }
        (_, Some(mut rule)) => {
            let state = if operation == "EnableRule" { "ENABLED" } else { "DISABLED" };
            rule.insert("State".to_owned(), state.into());
            environment.tx.put(RULES, environment.region, name, None, &rule)?;
            Ok(Value::Null)
        }
    }
}

fn targets(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let name = input.need("Rule")?;
    if environment.tx.get::<Value>(RULES, environment.region, name)?.is_none() {
        return Err(not_found(name));
    }
    let mut targets = environment.tx.get::<Vec<Value>>(TARGETS, environment.region, name)?.unwrap_or_default();
    match operation {
        "ListTargetsByRule" => return Ok(json!({ "Targets": targets })),
        "PutTargets" => {
            for target in input.list("Targets") {
                targets.retain(|old| old.get("Id") != target.get("Id"));
                targets.push(target.clone());
            }
            if targets.len() > 5 {
                return Err(AwsError::new(
                    400,
                    "LimitExceededException",
                    "The requested resource exceeds the maximum number allowed.",
                ));
            }
        }
        "RemoveTargets" => {
            let ids = input.texts("Ids");
            targets.retain(|target| !target.get("Id").and_then(Value::as_str).is_some_and(|id| ids.contains(&id)));
        }
        _ => return Err(AwsError::unsupported("EventBridge", operation)),
    }
    if targets.is_empty() {
        environment.tx.delete(TARGETS, environment.region, name)?;
    } else {
        environment.tx.put(TARGETS, environment.region, name, None, &targets)?;
    }
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let name = input.need("ResourceARN")?.rsplit('/').next().unwrap_or_default();
    let rule = environment.tx.get::<Map<String, Value>>(RULES, environment.region, name)?;
    let mut rule = rule.ok_or_else(|| not_found(name))?;
    match operation {
        "ListTagsForResource" => return Ok(json!({ "Tags": rule.get("Tags") })),
        "TagResource" => tags::add(&mut rule, tags::from_list(input.list("Tags"))),
        "UntagResource" => tags::remove(&mut rule, &input.texts("TagKeys")),
        _ => return Err(AwsError::unsupported("EventBridge", operation)),
    }
    environment.tx.put(RULES, environment.region, name, None, &rule)?;
    Ok(json!({}))
}
