//! Rules: what is done when something happens to contacts. They are kept, and none of them is carried out.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, text, timestamp};
use super::error::invalid_parameter;
use super::input::Input;
use super::operation::{Member, NEXT_TOKEN, Operation, Shape, max_results, operation, optional, query, required};
use super::page;
use super::resource::RULE;

const EVENTS: Shape = Shape::OneOf(&[
    "OnPostCallAnalysisAvailable",
    "OnRealTimeCallAnalysisAvailable",
    "OnRealTimeChatAnalysisAvailable",
    "OnPostChatAnalysisAvailable",
    "OnAfterCallWorkAvailable",
    "OnAfterChatWorkAvailable",
    "OnEmailAnalysisAvailable",
    "OnZendeskTicketCreate",
    "OnZendeskTicketStatusUpdate",
    "OnSalesforceCaseCreate",
    "OnContactEvaluationSubmit",
    "OnMetricDataUpdate",
    "OnCaseCreate",
    "OnCaseUpdate",
    "OnSlaBreach",
    "OnAlertUpdate",
    "OnSchedulePublish",
    "OnScheduleUpdate",
    "OnScheduleTimeOffRequestActivity",
]);
const ACTIONS: Shape = Shape::List(
    1,
    100,
    &Shape::Object(&[required(
        "ActionType",
        Shape::OneOf(&[
            "CREATE_TASK",
            "ASSIGN_CONTACT_CATEGORY",
            "GENERATE_EVENTBRIDGE_EVENT",
            "SEND_NOTIFICATION",
            "CREATE_CASE",
            "UPDATE_CASE",
            "ASSIGN_SLA",
            "END_ASSOCIATED_TASKS",
            "END_ASSOCIATED_EMAILS",
            "SUBMIT_AUTO_EVALUATION",
            "EXTRACT_INFORMATION",
            "SEND_IN_APP_NOTIFICATION",
        ]),
    )]),
);
const STATUS: Shape = Shape::OneOf(&["DRAFT", "PUBLISHED"]);
const NAME: Member = required("Name", Shape::Text(1, 200));
const FUNCTION: Member = required("Function", Shape::Text(1, usize::MAX));

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateRule",
        "POST",
        "/rules/{InstanceId}",
        &[
            NAME,
            required(
                "TriggerEventSource",
                Shape::Object(&[
                    required("EventSourceName", EVENTS),
                    optional("IntegrationAssociationId", Shape::Text(1, 200)),
                ]),
            ),
            FUNCTION,
            required("Actions", ACTIONS),
            required("PublishStatus", STATUS),
            optional("ClientToken", Shape::Text(0, 500)),
        ],
        create,
    ),
    operation("DescribeRule", "GET", "/rules/{InstanceId}/{RuleId}", &[], describe),
    operation(
        "UpdateRule",
        "PUT",
        "/rules/{InstanceId}/{RuleId}",
        &[NAME, FUNCTION, required("Actions", ACTIONS), required("PublishStatus", STATUS)],
        update,
    ),
    operation("DeleteRule", "DELETE", "/rules/{InstanceId}/{RuleId}", &[], delete),
    operation(
        "ListRules",
        "GET",
        "/rules/{InstanceId}",
        &[
            query("publishStatus", "PublishStatus", STATUS),
            query("eventSourceName", "EventSourceName", EVENTS),
            max_results(200),
            NEXT_TOKEN,
        ],
        list,
    ),
];

const SETTABLE: &[&str] = &["Name", "Function", "Actions", "PublishStatus"];

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &RULE, input.instance(), input.need("RuleId")?)
}

fn check_characters(input: &Input) -> Result<(), AwsError> {
    let is_of_names = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if input.need("Name")?.chars().all(is_of_names) {
        return Ok(());
    }
    Err(invalid_parameter("Name may have letters, digits, `.`, `_` and `-` alone"))
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    check_characters(input)?;
    document::once_per_token(environment, input.operation(), input.instance(), input.text("ClientToken"), || {
        let mut body = input.pick(SETTABLE);
        body.extend(input.pick(&["TriggerEventSource"]));
        body.insert("CreatedTime".to_owned(), timestamp(environment));
        let body = document::create(environment, &RULE, input.instance(), body)?;
        Ok(created(&RULE, &body, ["RuleId", "RuleArn"]))
    })
}

/// The time of the last change has a name of its own here.
fn shown(mut body: Document) -> Document {
    body.extend(body.get("LastModifiedTime").cloned().map(|time| ("LastUpdatedTime".to_owned(), time)));
    document::hide(&mut body, &["LastModifiedTime", "LastModifiedRegion"]);
    body
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = shown(of_path(environment, input)?);
    let account = environment.account;
    body.insert("LastUpdatedBy".to_owned(), format!("arn:aws:iam::{account}:root").into());
    Ok(json!({ "Rule": body }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    check_characters(input)?;
    let mut body = of_path(environment, input)?;
    let id = text(&body, "RuleId").to_owned();
    assign(&mut body, input, SETTABLE);
    document::check_name(environment, &RULE, input.instance(), &body, Some(&id))?;
    document::save(environment, &RULE, input.instance(), body)?;
    Ok(json!({}))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    document::remove(environment, &RULE, input.instance(), input.need("RuleId")?)?;
    Ok(json!({}))
}

fn event(body: &Document) -> &str {
    body.get("TriggerEventSource")
        .and_then(|source| source.get("EventSourceName"))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let accepts = |body: &Document| {
        input.text("PublishStatus").is_none_or(|status| text(body, "PublishStatus") == status)
            && input.text("EventSourceName").is_none_or(|source| event(body) == source)
    };
    let page = page::stored(environment, input, &[&RULE], Some(&accepts))?;
    Ok(page.list("RuleSummaryList", |_, body| {
        let body = shown(body);
        let actions = body.get("Actions").and_then(Value::as_array).into_iter().flatten();
        let actions: Vec<Value> = actions.map(|action| json!({ "ActionType": action.get("ActionType") })).collect();
        let mut entry = json!({ "EventSourceName": event(&body), "ActionSummaries": actions });
        for member in ["Name", "RuleId", "RuleArn", "PublishStatus", "CreatedTime", "LastUpdatedTime"] {
            entry[member] = body.get(member).cloned().unwrap_or_default();
        }
        entry
    }))
}
