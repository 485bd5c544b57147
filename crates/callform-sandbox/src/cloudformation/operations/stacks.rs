//! Operations that read stacks, and small changes of their settings.

use serde_json::{Value, json};

use crate::cloudformation::answer::object;
use crate::cloudformation::failure::validation;
use crate::cloudformation::preparation::listed_parameters;
use crate::cloudformation::request::{Request, page};
use crate::cloudformation::state::events;
use crate::cloudformation::state::stack_policy;
use crate::cloudformation::state::{self, Stack, Tag};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::template::source;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::signals;

/// Items on a page of a list.
const PAGE: usize = 100;

impl Stack {
    /// True for a request that started an operation of the stack before and is only repeated.
    pub(crate) fn is_repeated(&self, request: &Request, action: &str) -> bool {
        let last = self.last_request.as_ref();
        request.text("ClientRequestToken").is_some_and(|token| {
            last.is_some_and(|(last_action, last_token)| last_action == action && last_token == token)
        })
    }

    /// Notes the request that starts an operation.
    pub(crate) fn remember(&mut self, request: &Request, action: &str) {
        self.last_request = request.text("ClientRequestToken").map(|token| (action.to_owned(), token.to_owned()));
    }

    fn drift_information(&self) -> Value {
        object(json!({
            "StackDriftStatus": self.drift_status.as_deref().unwrap_or("NOT_CHECKED"),
            "LastCheckTimestamp": self.drift_checked,
        }))
    }
}

/// The policy of a request, from its body or its URL; checked.
pub(crate) fn requested_policy(
    environment: &Environment,
    request: &Request,
    body: &str,
    url: &str,
) -> Result<Option<String>, AwsError> {
    let text = match (request.text(body), request.text(url)) {
        (Some(_), Some(_)) => return Err(validation(format!("You cannot specify both {body} and {url}"))),
        (Some(text), None) => text.to_owned(),
        (None, Some(url)) => source::fetch(environment, url)?,
        (None, None) => return Ok(None),
    };
    stack_policy::check(&text)?;
    Ok(Some(text))
}

/// Tags as Describe operations list them.
pub(crate) fn listed_tags(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({ "Key": tag.key, "Value": tag.value })).collect()
}

pub(crate) fn describe(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    if let Some(name) = request.text("StackName") {
        let stack = state::find_stack(environment.tx, name)?
            .ok_or_else(|| validation(format!("Stack with id {name} does not exist")))?;
        return Ok(json!({ "Stacks": [described(environment, &stack)?] }));
    }
    let stacks: Vec<Stack> =
        newest_first(environment)?.into_iter().filter(|stack| stack.status != StackStatus::DeleteComplete).collect();
    let (listed, next) = page(&stacks, request, PAGE)?;
    let listed: Vec<Value> = listed.iter().map(|stack| described(environment, stack)).collect::<Result<_, _>>()?;
    Ok(object(json!({ "Stacks": listed, "NextToken": next })))
}

fn newest_first(environment: &Environment) -> Result<Vec<Stack>, AwsError> {
    let mut stacks = state::stacks(environment.tx)?;
    stacks.sort_by(|left, right| (&right.created, &left.name).cmp(&(&left.created, &right.name)));
    Ok(stacks)
}

fn described(environment: &Environment, stack: &Stack) -> Result<Value, AwsError> {
    let outputs: Vec<Value> = stack
        .outputs
        .iter()
        .map(|output| {
            object(json!({
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": output.export,
            }))
        })
        .collect();
    let settings = &stack.settings;
    Ok(object(json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_set,
        "Description": settings.description,
        "Parameters": listed_parameters(&settings.parameters),
        "CreationTime": stack.created,
        "DeletionTime": stack.deleted,
        "LastUpdatedTime": stack.updated,
        "RollbackConfiguration": {},
        "StackStatus": stack.status,
        "StackStatusReason": stack.status_reason,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": settings.notification_arns,
        "TimeoutInMinutes": stack.timeout_minutes,
        "Capabilities": settings.capabilities,
        "Outputs": outputs,
        "RoleARN": settings.role_arn,
        "Tags": listed_tags(&settings.tags),
        "EnableTerminationProtection": stack.termination_protection,
        "DriftInformation": stack.drift_information(),
        "RetainExceptOnCreate": stack.retain_except_on_create,
        "ParentId": stack.parent,
        "RootId": state::root(environment.tx, stack)?,
    })))
}

pub(crate) fn list(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let wanted = request.texts("StackStatusFilter");
    let stacks: Vec<Stack> = newest_first(environment)?
        .into_iter()
        .filter(|stack| wanted.is_empty() || wanted.iter().any(|status| status == stack.status.as_str()))
        .collect();
    let (listed, next) = page(&stacks, request, PAGE)?;
    let listed: Vec<Value> = listed
        .iter()
        .map(|stack| {
            object(json!({
                "StackId": stack.id,
                "StackName": stack.name,
                "TemplateDescription": stack.settings.description,
                "CreationTime": stack.created,
                "LastUpdatedTime": stack.updated,
                "DeletionTime": stack.deleted,
                "StackStatus": stack.status,
                "StackStatusReason": stack.status_reason,
                "DriftInformation": stack.drift_information(),
                "ParentId": stack.parent,
            }))
        })
        .collect();
    Ok(object(json!({ "StackSummaries": listed, "NextToken": next })))
}

pub(crate) fn describe_events(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let before = match request.text("NextToken") {
        None => None,
        Some(token) => Some(token.parse().map_err(|_| validation(format!("Invalid NextToken: {token}")))?),
    };
    let (found, next) = events::page(environment, &stack.id, before, PAGE)?;
    let listed: Vec<Value> = found
        .into_iter()
        .map(|event| {
            let mut described = event.described(&stack);
            described["StackName"] = stack.name.clone().into();
            described
        })
        .collect();
    Ok(object(json!({ "StackEvents": listed, "NextToken": next.map(|number| number.to_string()) })))
}

pub(crate) fn set_termination_protection(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    request.required("EnableTerminationProtection")?;
    stack.termination_protection = request.flag("EnableTerminationProtection");
    state::save_stack(environment.tx, &stack)?;
    Ok(json!({ "StackId": stack.id }))
}

pub(crate) fn set_policy(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let mut stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let policy = requested_policy(environment, request, "StackPolicyBody", "StackPolicyURL")?;
    stack.policy =
        Some(policy.ok_or_else(|| validation("Either StackPolicyBody or StackPolicyURL must be specified"))?);
    state::save_stack(environment.tx, &stack)?;
    Ok(Value::Null)
}

pub(crate) fn policy(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    Ok(object(json!({ "StackPolicyBody": stack.policy })))
}

/// `SignalResource`: a signal for a wait condition with a `CreationPolicy`.
pub(crate) fn signal_resource(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let stack = state::require_stack(environment.tx, request.required("StackName")?)?;
    let logical_id = request.required("LogicalResourceId")?;
    let unique = request.required("UniqueId")?;
    request.required("Status")?;
    let success = request.one_of("Status", &["SUCCESS", "FAILURE"], "")? == "SUCCESS";
    let resource = state::resource(environment.tx, &stack.id, logical_id)?
        .ok_or_else(|| validation(format!("Resource {logical_id} does not exist for stack {}", stack.name)))?;
    if resource.status != ResourceStatus::CreateInProgress {
        let message = format!("Resource {logical_id} is in {} state and cannot be signaled", resource.status.as_str());
        return Err(validation(message));
    }
    signals::signal(environment.tx, &stack.id, logical_id, unique, success)?;
    Ok(Value::Null)
}

pub(crate) fn list_exports(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let exports = state::exports(environment.tx)?;
    let (listed, next) = page(&exports, request, PAGE)?;
    let listed: Vec<Value> = listed
        .iter()
        .map(|(name, export)| json!({ "ExportingStackId": export.stack_id, "Name": name, "Value": export.value }))
        .collect();
    Ok(object(json!({ "Exports": listed, "NextToken": next })))
}

pub(crate) fn list_imports(environment: &Environment, request: &Request) -> Result<Value, AwsError> {
    let name = request.required("ExportName")?;
    let importers = state::importers(environment.tx, name)?;
    if importers.is_empty() {
        return Err(validation(format!("Export '{name}' is not imported by any stack.")));
    }
    let (listed, next) = page(&importers, request, PAGE)?;
    Ok(object(json!({ "Imports": listed, "NextToken": next })))
}
