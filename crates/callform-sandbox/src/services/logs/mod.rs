//! Amazon CloudWatch Logs: log groups with their retention, streams and events. Nothing expires.

mod events;

use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const KIND: &str = "logs/group";

/// Days that a retention may have.
const RETENTIONS: [i64; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The service.
pub(crate) static SERVICE: Service = service("CloudWatch Logs", "InvalidParameterException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("CreateLogGroup", create),
    operation("DescribeLogGroups", describe),
    operation("DeleteLogGroup", on_group),
    operation("PutRetentionPolicy", on_group),
    operation("DeleteRetentionPolicy", on_group),
    operation("AssociateKmsKey", on_group),
    operation("DisassociateKmsKey", on_group),
    operation("TagResource", on_group),
    operation("UntagResource", on_group),
    operation("ListTagsForResource", on_group),
    operation("TagLogGroup", on_group),
    operation("UntagLogGroup", on_group),
    operation("ListTagsLogGroup", on_group),
    operation("CreateLogStream", on_group),
    operation("DeleteLogStream", on_group),
    operation("DescribeLogStreams", on_group),
    operation("PutLogEvents", on_group),
    operation("GetLogEvents", on_group),
    operation("FilterLogEvents", on_group),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("logGroupNamePrefix").unwrap_or_default();
    let pattern = input.text("logGroupNamePattern").unwrap_or_default();
    let groups = environment.tx.list::<Map<String, Value>>(KIND, environment.region)?;
    let groups = groups.into_iter().filter(|(name, _)| name.starts_with(prefix) && name.contains(pattern)).map(
        |(_, mut group)| {
            group.remove("Tags");
            Value::Object(group)
        },
    );
    let size = usize::try_from(input.number("limit").unwrap_or(50)).unwrap_or(50).max(1);
    let (groups, next) = page(groups.collect(), input.text("nextToken"), size);
    let mut answer = json!({ "logGroups": groups });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(answer)
}

/// Writes the lines of a text into a stream, which is made where it is not there yet, as is its group.
pub(crate) fn write(environment: &Environment, group: &str, stream: &str, text: &str) -> Result<(), AwsError> {
    if environment.tx.get::<Value>(KIND, environment.region, group)?.is_none() {
        let input = crate::input::object(json!({ "logGroupName": group }));
        create(environment, &Input::new(&input, "InvalidParameterException"))?;
    }
    events::write(environment, group, stream, text)
}

fn group_name<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    if let Some(name) = input.text("logGroupName") {
        return Ok(name);
    }
    let arn = input.text("resourceArn").or_else(|| input.text("resourceIdentifier")).unwrap_or_default();
    let name = arn.split(":log-group:").nth(1).unwrap_or_default().trim_end_matches(":*");
    if name.is_empty() { input.need("logGroupName") } else { Ok(name) }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("logGroupName")?;
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/#".contains(&byte);
    if name.len() > 512 || !name.bytes().all(right) {
        return Err(input.wrong(format!("1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+")));
    }
    if environment.tx.get::<Value>(KIND, environment.region, name)?.is_some() {
        return Err(AwsError::new(400, "ResourceAlreadyExistsException", "The specified log group already exists"));
    }
    let arn = format!("arn:aws:logs:{}:{}:log-group:{name}", environment.region, environment.account);
    let mut group = Map::new();
    group.insert("logGroupName".to_owned(), name.into());
    group.insert("creationTime".to_owned(), epoch_milliseconds(environment.now).into());
    group.insert("metricFilterCount".to_owned(), 0.into());
    group.insert("arn".to_owned(), format!("{arn}:*").into());
    group.insert("logGroupArn".to_owned(), arn.into());
    group.insert("storedBytes".to_owned(), 0.into());
    group.insert("logGroupClass".to_owned(), input.text("logGroupClass").unwrap_or("STANDARD").into());
    input.copy(&["kmsKeyId", "deletionProtectionEnabled"], &mut group);
    tags::add(&mut group, tags::from_object(&input.object("tags")));
    environment.tx.put(KIND, environment.region, name, None, &group)?;
    Ok(Value::Null)
}

fn on_group(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (operation, name) = (input.operation(), group_name(input)?);
    let mut group = environment
        .tx
        .get::<Map<String, Value>>(KIND, environment.region, name)?
        .ok_or_else(|| AwsError::new(400, "ResourceNotFoundException", "The specified log group does not exist."))?;
    match operation {
        "CreateLogStream" | "DeleteLogStream" | "DescribeLogStreams" | "PutLogEvents" | "GetLogEvents"
        | "FilterLogEvents" => return events::call(environment, operation, name, input),
        "DeleteLogGroup" => {
            events::clear(environment, name)?;
            environment.tx.delete(KIND, environment.region, name)?;
            return Ok(Value::Null);
        }
        "ListTagsForResource" | "ListTagsLogGroup" => return Ok(json!({ "tags": tags::stored(&group) })),
        "PutRetentionPolicy" => {
            let days = input.number("retentionInDays").unwrap_or_default();
            if !RETENTIONS.contains(&days) {
                return Err(input.wrong(format!(
                    "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint"
                )));
            }
            group.insert("retentionInDays".to_owned(), days.into());
        }
        "DeleteRetentionPolicy" => {
            group.remove("retentionInDays");
        }
        "AssociateKmsKey" => {
            group.insert("kmsKeyId".to_owned(), input.need("kmsKeyId")?.into());
        }
        "DisassociateKmsKey" => {
            group.remove("kmsKeyId");
        }
        "TagResource" | "TagLogGroup" => tags::add(&mut group, tags::from_object(&input.object("tags"))),
        "UntagLogGroup" => tags::remove(&mut group, &input.texts("tags")),
        "UntagResource" => tags::remove(&mut group, &input.texts("tagKeys")),
        _ => return Err(AwsError::unsupported("CloudWatch Logs", operation)),
    }
    environment.tx.put(KIND, environment.region, name, None, &group)?;
    Ok(Value::Null)
}
