//! Flows.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::invalid_request;
use super::flow_documents::{self, FLOWS, Qualifier, qualified};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::FLOW;
use super::search::Fields;

const TYPE: Shape = Shape::OneOf(&[
    "CONTACT_FLOW",
    "CUSTOMER_QUEUE",
    "CUSTOMER_HOLD",
    "CUSTOMER_WHISPER",
    "AGENT_HOLD",
    "AGENT_WHISPER",
    "OUTBOUND_WHISPER",
    "AGENT_TRANSFER",
    "QUEUE_TRANSFER",
    "CAMPAIGN",
]);
const NAME: Shape = Shape::Text(1, usize::MAX);
const CONTENT: Shape = Shape::Text(1, 256_000);
const PATH_OF_ONE: &str = "/contact-flows/{InstanceId}/{ContactFlowId}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateContactFlow",
        "PUT",
        "/contact-flows/{InstanceId}",
        &[
            required("Name", NAME),
            required("Type", TYPE),
            optional("Description", TEXT),
            required("Content", CONTENT),
            optional("Status", Shape::OneOf(&["PUBLISHED", "SAVED"])),
            TAGS,
        ],
        create,
    ),
    operation("DescribeContactFlow", "GET", PATH_OF_ONE, &[], describe),
    operation("DeleteContactFlow", "DELETE", PATH_OF_ONE, &[], delete),
    operation(
        "ListContactFlows",
        "GET",
        "/contact-flows-summary/{InstanceId}",
        &[query("contactFlowTypes", "ContactFlowTypes", Shape::List(0, 10, &TYPE)), NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation("SearchContactFlows", "POST", "/search-contact-flows", SEARCH_100, search),
    operation(
        "UpdateContactFlowContent",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/content",
        &[required("Content", CONTENT)],
        update_content,
    ),
    operation(
        "UpdateContactFlowMetadata",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/metadata",
        &[
            optional("Name", NAME),
            optional("Description", TEXT),
            optional("ContactFlowState", Shape::OneOf(&["ACTIVE", "ARCHIVED"])),
        ],
        update_metadata,
    ),
    operation(
        "UpdateContactFlowName",
        "POST",
        "/contact-flows/{InstanceId}/{ContactFlowId}/name",
        &[optional("Name", NAME), optional("Description", TEXT)],
        update_metadata,
    ),
];

const FIELDS: Fields = Fields {
    text: &[("name", "Name"), ("description", "Description"), ("resourceID", "Id")],
    words: &[("TypeCondition", "Type"), ("StateCondition", "State"), ("StatusCondition", "Status")],
};

/// Flows that came with the instance and cannot be deleted, by id.
pub(super) const DEFAULT_FLOW: &str = "connect/default-flow";

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Type", "Description", "Tags"]);
    body.insert("State".to_owned(), "ACTIVE".into());
    body.insert("Status".to_owned(), "SAVED".into());
    let content = input.need("Content")?;
    flow_documents::set_content(&FLOWS, &mut body, content);
    let mut body = document::create(environment, &FLOW, input.instance(), body)?;
    if input.text("Status") != Some("SAVED") {
        body = flow_documents::publish(environment, &FLOWS, input.instance(), body, content)?;
    }
    Ok(json!({
        "ContactFlowId": body.get("Id"),
        "ContactFlowArn": body.get("Arn"),
        "FlowContentSha256": body.get("FlowContentSha256"),
    }))
}

/// Makes a published flow that comes with a new instance. A default flow is what a hook runs that no flow sets; it can
/// be changed but not deleted.
pub(super) fn create_builtin(
    environment: &Environment,
    instance: &str,
    [name, flow_type, content]: [&str; 3],
    default: bool,
) -> Result<(), AwsError> {
    let mut body = Document::new();
    for (member, value) in [("Name", name), ("Type", flow_type), ("State", "ACTIVE"), ("Status", "PUBLISHED")] {
        body.insert(member.to_owned(), value.into());
    }
    flow_documents::set_content(&FLOWS, &mut body, content);
    let body = document::create(environment, &FLOW, instance, body)?;
    if default {
        environment.tx.put(DEFAULT_FLOW, instance, text(&body, "Id"), None, &name)?;
    }
    Ok(())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = flow_documents::described(environment, &FLOWS, input.instance(), input.need("ContactFlowId")?)?;
    Ok(json!({ "ContactFlow": body }))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.id("ContactFlowId")?;
    if let Some(name) = environment.tx.get::<String>(DEFAULT_FLOW, input.instance(), id)? {
        return Err(invalid_request(format!("The default flow {name} cannot be deleted.")));
    }
    flow_documents::remove(environment, &FLOWS, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let types = input.texts("ContactFlowTypes");
    let accepts = |body: &Document| types.is_empty() || types.contains(&text(body, "Type"));
    let page = page::stored(environment, input, &[&FLOW], Some(&accepts))?;
    Ok(page.list("ContactFlowSummaryList", |_, body| {
        json!({
            "Id": body.get("Id"),
            "Arn": body.get("Arn"),
            "Name": body.get("Name"),
            "ContactFlowType": body.get("Type"),
            "ContactFlowState": body.get("State"),
            "ContactFlowStatus": body.get("Status"),
        })
    }))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let special = |name: &str, condition: &Value, body: &Document| {
        (name == "ContactFlowTypeCondition").then(|| condition.get("ContactFlowType") == body.get("Type"))
    };
    Ok(page::search(environment, input, &FLOW, &FIELDS, &special)?.search("ContactFlows"))
}

fn update_content(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, qualifier) = qualified(input.need("ContactFlowId")?);
    let content = input.need("Content")?;
    let body = document::find(environment, &FLOW, input.instance(), id)?;
    match qualifier {
        Qualifier::Published => {
            flow_documents::publish(environment, &FLOWS, input.instance(), body, content)?;
        }
        Qualifier::Saved => flow_documents::save_draft(environment, &FLOWS, input.instance(), body, content)?,
        Qualifier::Named(_) => return Err(invalid_request("The content of a version cannot be changed.")),
    }
    Ok(json!({}))
}

fn update_metadata(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, _) = qualified(input.need("ContactFlowId")?);
    let mut body = document::find(environment, &FLOW, input.instance(), id)?;
    document::assign(&mut body, input, &["Name", "Description"]);
    if let Some(state) = input.text("ContactFlowState") {
        body.insert("State".to_owned(), state.into());
    }
    document::check_name(environment, &FLOW, input.instance(), &body, Some(id))?;
    document::save(environment, &FLOW, input.instance(), body)?;
    Ok(json!({}))
}
