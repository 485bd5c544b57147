//! Flow modules.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::invalid_request;
use super::flow_documents::{self, MODULES, Qualifier, qualified};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::FLOW_MODULE;
use super::search::{Fields, nothing_special};

const NAME: Shape = Shape::Text(1, 127);
const DESCRIPTION: Shape = Shape::Text(0, 500);
const CONTENT: Shape = Shape::Text(1, 256_000);
const STATE: Shape = Shape::OneOf(&["ACTIVE", "ARCHIVED"]);
const PATH_OF_ONE: &str = "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateContactFlowModule",
        "PUT",
        "/contact-flow-modules/{InstanceId}",
        &[
            required("Name", NAME),
            optional("Description", DESCRIPTION),
            required("Content", CONTENT),
            TAGS,
            optional("ClientToken", Shape::Text(0, 500)),
            optional("Settings", TEXT),
            optional("ExternalInvocationConfiguration", Shape::Object(&[optional("Enabled", Shape::Flag)])),
        ],
        create,
    ),
    operation("DescribeContactFlowModule", "GET", PATH_OF_ONE, &[], describe),
    operation("DeleteContactFlowModule", "DELETE", PATH_OF_ONE, &[], delete),
    operation(
        "ListContactFlowModules",
        "GET",
        "/contact-flow-modules-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000), query("state", "ContactFlowModuleState", STATE)],
        list,
    ),
    operation("SearchContactFlowModules", "POST", "/search-contact-flow-modules", SEARCH_100, search),
    operation(
        "UpdateContactFlowModuleContent",
        "POST",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/content",
        &[optional("Content", CONTENT), optional("Settings", TEXT)],
        update_content,
    ),
    operation(
        "UpdateContactFlowModuleMetadata",
        "POST",
        "/contact-flow-modules/{InstanceId}/{ContactFlowModuleId}/metadata",
        &[optional("Name", NAME), optional("Description", DESCRIPTION), optional("State", STATE)],
        update_metadata,
    ),
];

const FIELDS: Fields = Fields {
    text: &[("name", "Name"), ("description", "Description"), ("resourceID", "Id")],
    words: &[("StateCondition", "State"), ("StatusCondition", "Status")],
};

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let token = input.text("ClientToken");
    document::refuse_other_request(environment, input, input.instance())?;
    document::once_per_token(environment, input.operation(), input.instance(), token, || {
        let mut body = input.pick(&["Name", "Description", "Tags", "Settings", "ExternalInvocationConfiguration"]);
        body.insert("State".to_owned(), "ACTIVE".into());
        let body = document::create(environment, &FLOW_MODULE, input.instance(), body)?;
        let body = flow_documents::publish(environment, &MODULES, input.instance(), body, input.need("Content")?)?;
        Ok(json!({"Id": body.get("Id"), "Arn": body.get("Arn")}))
    })
}

/// Kept with a module, but not part of its description.
const HIDDEN: &[&str] = &["LastModifiedTime", "LastModifiedRegion"];

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let given = input.need("ContactFlowModuleId")?;
    let mut body = flow_documents::described(environment, &MODULES, input.instance(), given)?;
    document::hide(&mut body, HIDDEN);
    Ok(json!({ "ContactFlowModule": body }))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    flow_documents::remove(environment, &MODULES, input.instance(), input.id("ContactFlowModuleId")?)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let state = input.text("ContactFlowModuleState");
    let accepts = |body: &Document| state.is_none_or(|state| text(body, "State") == state);
    let page = page::stored(environment, input, &[&FLOW_MODULE], Some(&accepts))?;
    Ok(page.list("ContactFlowModulesSummaryList", |_, body| {
        json!({"Id": body.get("Id"), "Arn": body.get("Arn"), "Name": body.get("Name"), "State": body.get("State")})
    }))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &FLOW_MODULE, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        document::hide(body, HIDDEN);
    }
    Ok(page.search("ContactFlowModules"))
}

fn update_content(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, qualifier) = qualified(input.need("ContactFlowModuleId")?);
    let mut body = document::find(environment, &FLOW_MODULE, input.instance(), id)?;
    body.extend(input.pick(&["Settings"]));
    let content = input.text("Content").unwrap_or(text(&body, "Content")).to_owned();
    match qualifier {
        Qualifier::Published => {
            flow_documents::publish(environment, &MODULES, input.instance(), body, &content)?;
        }
        Qualifier::Saved => flow_documents::save_draft(environment, &MODULES, input.instance(), body, &content)?,
        Qualifier::Named(_) => return Err(invalid_request("The content of a version cannot be changed.")),
    }
    Ok(json!({}))
}

fn update_metadata(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, _) = qualified(input.need("ContactFlowModuleId")?);
    let mut body = document::find(environment, &FLOW_MODULE, input.instance(), id)?;
    document::assign(&mut body, input, &["Name", "Description", "State"]);
    document::check_name(environment, &FLOW_MODULE, input.instance(), &body, Some(id))?;
    document::save(environment, &FLOW_MODULE, input.instance(), body)?;
    Ok(json!({}))
}
