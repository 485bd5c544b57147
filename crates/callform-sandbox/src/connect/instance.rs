//! Instances: created with their built-in objects, deleted with everything in them.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, TAGS, max_results, operation, optional, query, required};
use super::resource::INSTANCE;
use super::{attributes, builtins, builtins_flows, page, phone_numbers, quota, tags};

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateInstance",
        "PUT",
        "/instance",
        &[
            required("IdentityManagementType", Shape::OneOf(&["SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"])),
            required("InboundCallsEnabled", Shape::Flag),
            required("OutboundCallsEnabled", Shape::Flag),
            optional("ClientToken", Shape::Text(0, 500)),
            optional("InstanceAlias", Shape::Text(1, 45)),
            optional("DirectoryId", Shape::Text(12, 12)),
            TAGS,
        ],
        create,
    ),
    operation("DescribeInstance", "GET", "/instance/{InstanceId}", &[], describe),
    operation(
        "DeleteInstance",
        "DELETE",
        "/instance/{InstanceId}",
        &[query("clientToken", "ClientToken", Shape::Text(0, 500))],
        delete,
    ),
    operation("ListInstances", "GET", "/instance", &[NEXT_TOKEN, max_results(10)], list),
];

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    document::once_per_token(environment, "CreateInstance", "", input.text("ClientToken"), || {
        let body = new_document(environment, input)?;
        quota::check_instance_churn(environment)?;
        quota::count_instance(environment)?;
        let id = text(&body, "Id").to_owned();
        environment.tx.put(INSTANCE.document, "", &id, None, &body)?;
        attributes::create(environment, &id, &body)?;
        builtins::create(environment, &id)?;
        builtins_flows::create(environment, &id)?;
        Ok(json!({"Id": id, "Arn": body.get("Arn")}))
    })
}

fn new_document(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    let alias = input.text("InstanceAlias");
    match (alias, input.text("DirectoryId")) {
        (None, None) => return Err(invalid_request("Invalid Input. InstanceAlias or DirectoryId is required.")),
        (_, Some(directory)) if !is_directory_id(directory) => {
            return Err(invalid_request(format!("Invalid Input. {directory} is not the id of a directory.")));
        }
        (Some(alias), _) => check_alias(environment, alias)?,
        (None, Some(_)) => {}
    }
    tags::check(input.object("Tags"))?;
    let id = document::new_id();
    let mut body =
        input.pick(&["IdentityManagementType", "InstanceAlias", "InboundCallsEnabled", "OutboundCallsEnabled"]);
    let further = json!({
        "Arn": INSTANCE.arn_of(environment, &id, &id),
        "Id": id,
        "CreatedTime": document::timestamp(environment),
        "ServiceRole": format!(
            "arn:aws:iam::{}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_{}",
            environment.account,
            id.get(..20).unwrap_or_default(),
        ),
        "InstanceStatus": "CREATION_IN_PROGRESS",
        "InstanceAccessUrl": alias.map(|alias| format!("https://{alias}.my.connect.aws")),
        "Tags": input.object("Tags").cloned().unwrap_or_default(),
    });
    if let Value::Object(further) = further {
        body.extend(further.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Ok(body)
}

fn is_directory_id(id: &str) -> bool {
    id.strip_prefix("d-").is_some_and(|hex| hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')))
}

/// Letters, digits and hyphens, neither first nor last a hyphen, not `d-…`; used by no other instance.
fn check_alias(environment: &Environment, alias: &str) -> Result<(), AwsError> {
    let legal = alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !legal || alias.starts_with('-') || alias.ends_with('-') || alias.starts_with("d-") {
        return Err(invalid_request(format!("Invalid Input. {alias} is not an instance alias.")));
    }
    let instances = environment.tx.list::<Document>(INSTANCE.document, "")?;
    if instances.iter().any(|(_, body)| text(body, "InstanceAlias").eq_ignore_ascii_case(alias)) {
        return Err(invalid_request("Invalid Input. Instance alias is already used."));
    }
    Ok(())
}

/// The first description of a new instance finds it active: creation takes no time here, and only the listing shows it
/// in progress.
fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.instance_document().clone();
    if text(&body, "InstanceStatus") == "CREATION_IN_PROGRESS" {
        body.insert("InstanceStatus".to_owned(), "ACTIVE".into());
        environment.tx.put(INSTANCE.document, "", input.instance(), None, &body)?;
    }
    Ok(json!({ "Instance": body }))
}

/// Deletes the instance with everything in it; its phone numbers are released for good.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.instance();
    phone_numbers::release_all(environment, id)?;
    quota::count_instance(environment)?;
    environment.tx.delete_kinds("connect/", id)?;
    environment.tx.delete(INSTANCE.document, "", id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&INSTANCE], None)?;
    Ok(page.list("InstanceSummaryList", |_, mut body| {
        body.remove("Tags");
        body.into()
    }))
}

/// The id of the instance that an operation without an instance in its path names by `InstanceId` or `TargetArn`;
/// `None` where it names none.
pub(super) fn target(environment: &Environment, input: &Input) -> Result<Option<String>, AwsError> {
    let Some(given) = input.text("TargetArn").or(input.text("InstanceId")) else { return Ok(None) };
    let body = document::instance(environment, given)?;
    Ok(Some(text(&body, "Id").to_owned()))
}

/// The same for an operation that must name one.
pub(super) fn need_target(environment: &Environment, input: &Input) -> Result<String, AwsError> {
    target(environment, input)?.ok_or_else(|| invalid_parameter("InstanceId or TargetArn is required"))
}
