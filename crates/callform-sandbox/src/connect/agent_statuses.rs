//! Agent statuses. They cannot be deleted, only disabled.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, summary, text};
use super::error::invalid_request;
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::AGENT_STATUS;
use super::search::{Fields, nothing_special};

const STATE: Shape = Shape::OneOf(&["ENABLED", "DISABLED"]);
const ORDER: Shape = Shape::Number(1, 50);
const TYPE: Shape = Shape::OneOf(&["ROUTABLE", "CUSTOM", "OFFLINE"]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateAgentStatus",
        "PUT",
        "/agent-status/{InstanceId}",
        &[
            required("Name", Shape::Text(1, 127)),
            required("State", STATE),
            optional("Description", Shape::Text(1, 250)),
            optional("DisplayOrder", ORDER),
            TAGS,
        ],
        create,
    ),
    operation("DescribeAgentStatus", "GET", "/agent-status/{InstanceId}/{AgentStatusId}", &[], describe),
    operation(
        "UpdateAgentStatus",
        "POST",
        "/agent-status/{InstanceId}/{AgentStatusId}",
        &[
            optional("Name", Shape::Text(1, 127)),
            optional("Description", Shape::Text(0, 250)),
            optional("State", STATE),
            optional("DisplayOrder", ORDER),
            optional("ResetOrderNumber", Shape::Flag),
        ],
        update,
    ),
    operation(
        "ListAgentStatuses",
        "GET",
        "/agent-status/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000), query("AgentStatusTypes", "AgentStatusTypes", Shape::List(0, 3, &TYPE))],
        list,
    ),
    operation("SearchAgentStatuses", "POST", "/search-agent-statuses", SEARCH_100, search),
];

const FIELDS: Fields = Fields {
    text: &[
        ("name", "Name"),
        ("description", "Description"),
        ("state", "State"),
        ("type", "Type"),
        ("displayOrder", "DisplayOrder"),
        ("resourceID", "AgentStatusId"),
    ],
    words: &[],
};

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &AGENT_STATUS, input.instance(), input.need("AgentStatusId")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "State", "DisplayOrder", "Tags"]);
    body.insert("Type".to_owned(), "CUSTOM".into());
    let body = document::create(environment, &AGENT_STATUS, input.instance(), body)?;
    Ok(created(&AGENT_STATUS, &body, ["AgentStatusId", "AgentStatusARN"]))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "AgentStatus": of_path(environment, input)? }))
}

/// The built-in statuses cannot be disabled (weakly attested (?)).
fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let id = text(&body, "AgentStatusId").to_owned();
    if text(&body, "Type") != "CUSTOM" && input.text("State") == Some("DISABLED") {
        return Err(invalid_request(format!("The agent status {} cannot be disabled.", text(&body, "Name"))));
    }
    assign(&mut body, input, &["Name", "Description", "State", "DisplayOrder"]);
    if input.flag("ResetOrderNumber") {
        body.remove("DisplayOrder");
    }
    document::check_name(environment, &AGENT_STATUS, input.instance(), &body, Some(&id))?;
    document::save(environment, &AGENT_STATUS, input.instance(), body)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let types = input.texts("AgentStatusTypes");
    let accepts = |body: &Document| types.is_empty() || types.contains(&text(body, "Type"));
    let page = page::stored(environment, input, &[&AGENT_STATUS], Some(&accepts))?;
    Ok(page.list("AgentStatusSummaryList", |kind, body| summary(kind, &body, &["Type"])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::search(environment, input, &AGENT_STATUS, &FIELDS, &nothing_special)?;
    Ok(page.search("AgentStatuses"))
}
