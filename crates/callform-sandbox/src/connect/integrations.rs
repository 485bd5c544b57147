//! Integration associations and their use cases.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{duplicate, invalid_request, not_found};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, TAGS, TEXT, max_results, operation, optional, query, required};
use super::page;
use super::resource::INTEGRATION;

const TYPE: Shape = Shape::OneOf(&[
    "EVENT",
    "VOICE_ID",
    "PINPOINT_APP",
    "WISDOM_ASSISTANT",
    "WISDOM_KNOWLEDGE_BASE",
    "WISDOM_QUICK_RESPONSES",
    "Q_MESSAGE_TEMPLATES",
    "CASES_DOMAIN",
    "APPLICATION",
    "FILE_SCANNER",
    "SES_IDENTITY",
    "ANALYTICS_CONNECTOR",
    "CALL_TRANSFER_CONNECTOR",
    "COGNITO_USER_POOL",
    "MESSAGE_PROCESSOR",
]);
const PATH: &str = "/instance/{InstanceId}/integration-associations";
const USE_CASES: &str = "/instance/{InstanceId}/integration-associations/{IntegrationAssociationId}/use-cases";
const USE_CASE: &str = "connect/use-case";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateIntegrationAssociation",
        "PUT",
        PATH,
        &[
            required("IntegrationType", TYPE),
            required("IntegrationArn", TEXT),
            optional("SourceApplicationUrl", Shape::Text(1, 2000)),
            optional("SourceApplicationName", Shape::Text(1, 100)),
            optional("SourceType", Shape::OneOf(&["SALESFORCE", "ZENDESK", "CASES"])),
            TAGS,
        ],
        create,
    ),
    operation(
        "DeleteIntegrationAssociation",
        "DELETE",
        "/instance/{InstanceId}/integration-associations/{IntegrationAssociationId}",
        &[],
        delete,
    ),
    operation(
        "ListIntegrationAssociations",
        "GET",
        PATH,
        &[
            query("integrationType", "IntegrationType", TYPE),
            query("integrationArn", "IntegrationArn", TEXT),
            NEXT_TOKEN,
            max_results(100),
        ],
        list,
    ),
    operation(
        "CreateUseCase",
        "PUT",
        USE_CASES,
        &[required("UseCaseType", Shape::OneOf(&["RULES_EVALUATION", "CONNECT_CAMPAIGNS"])), TAGS],
        create_use_case,
    ),
    operation(
        "DeleteUseCase",
        "DELETE",
        "/instance/{InstanceId}/integration-associations/{IntegrationAssociationId}/use-cases/{UseCaseId}",
        &[],
        delete_use_case,
    ),
    operation("ListUseCases", "GET", USE_CASES, &[NEXT_TOKEN, max_results(100)], list_use_cases),
];

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&[
        "IntegrationType",
        "IntegrationArn",
        "SourceApplicationUrl",
        "SourceApplicationName",
        "SourceType",
        "Tags",
    ]);
    let held = environment.tx.list::<Document>(INTEGRATION.document, input.instance())?;
    let same =
        |one: &Document| ["IntegrationType", "IntegrationArn"].iter().all(|name| one.get(*name) == body.get(*name));
    if held.iter().any(|(_, one)| same(one)) {
        return Err(duplicate("The integration is associated with the instance already."));
    }
    body.insert("InstanceId".to_owned(), input.instance().into());
    let body = document::create(environment, &INTEGRATION, input.instance(), body)?;
    Ok(json!({
        "IntegrationAssociationId": body.get("IntegrationAssociationId"),
        "IntegrationAssociationArn": body.get("IntegrationAssociationArn"),
    }))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.id("IntegrationAssociationId")?;
    if !environment.tx.keys_by_name(USE_CASE, input.instance(), id)?.is_empty() {
        return Err(invalid_request("The integration association has use cases."));
    }
    document::remove(environment, &INTEGRATION, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wanted = |name: &str, body: &Document| input.text(name).is_none_or(|wanted| text(body, name) == wanted);
    let accepts = |body: &Document| wanted("IntegrationType", body) && wanted("IntegrationArn", body);
    let page = page::stored(environment, input, &[&INTEGRATION], Some(&accepts))?;
    Ok(page.list("IntegrationAssociationSummaryList", |_, mut body| {
        body.remove("Tags");
        body.into()
    }))
}

fn create_use_case(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let association =
        document::find(environment, &INTEGRATION, input.instance(), input.need("IntegrationAssociationId")?)?;
    let id = document::new_id();
    let arn = format!("{}/use-case/{id}", text(&association, "IntegrationAssociationArn"));
    let body = json!({"UseCaseId": id, "UseCaseArn": arn, "UseCaseType": input.text("UseCaseType")});
    let association = text(&association, "IntegrationAssociationId");
    environment.tx.put(USE_CASE, input.instance(), &id, Some(association), &body)?;
    Ok(json!({"UseCaseId": id, "UseCaseArn": arn}))
}

fn delete_use_case(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.need("UseCaseId")?;
    if environment.tx.delete(USE_CASE, input.instance(), id)? {
        Ok(json!({}))
    } else {
        Err(not_found(format!("The use case {id} was not found.")))
    }
}

fn list_use_cases(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.id("IntegrationAssociationId")?;
    document::find(environment, &INTEGRATION, input.instance(), id)?;
    let mut entries = Vec::new();
    for key in environment.tx.keys_by_name(USE_CASE, input.instance(), id)? {
        entries.extend(environment.tx.get::<Value>(USE_CASE, input.instance(), &key)?);
    }
    page::in_memory(input, "UseCaseSummaryList", entries).map(Value::from)
}
