//! Task templates.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::input::Input;
use super::operation::{
    ID, Member, NEXT_TOKEN, Operation, Shape, TEXT, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::{FLOW, TASK_TEMPLATE};

const NAME: Shape = Shape::Text(1, 100);
const DESCRIPTION: Member = optional("Description", Shape::Text(0, 255));
const STATUS: Shape = Shape::OneOf(&["ACTIVE", "INACTIVE"]);
const OBJECT: Shape = Shape::Object(&[]);
const FIELD_TYPE: Shape = Shape::OneOf(&[
    "NAME",
    "DESCRIPTION",
    "SCHEDULED_TIME",
    "QUICK_CONNECT",
    "URL",
    "NUMBER",
    "TEXT",
    "TEXT_AREA",
    "DATE_TIME",
    "BOOLEAN",
    "SINGLE_SELECT",
    "EMAIL",
    "SELF_ASSIGN",
    "EXPIRY_DURATION",
]);
const FIELDS: Shape = Shape::List(
    0,
    50,
    &Shape::Object(&[
        required("Id", Shape::Object(&[optional("Name", NAME)])),
        DESCRIPTION,
        optional("Type", FIELD_TYPE),
        optional("SingleSelectOptions", Shape::List(0, 50, &NAME)),
    ]),
);
const PATH: &str = "/instance/{InstanceId}/task/template";
const PATH_OF_ONE: &str = "/instance/{InstanceId}/task/template/{TaskTemplateId}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateTaskTemplate",
        "PUT",
        PATH,
        &[
            required("Name", NAME),
            DESCRIPTION,
            optional("ContactFlowId", ID),
            optional("SelfAssignFlowId", ID),
            optional("ContactHooks", OBJECT),
            optional("Constraints", OBJECT),
            optional("Defaults", OBJECT),
            optional("Status", STATUS),
            required("Fields", FIELDS),
            optional("ClientToken", Shape::Text(0, 500)),
        ],
        create,
    ),
    operation("GetTaskTemplate", "GET", PATH_OF_ONE, &[query("snapshotVersion", "SnapshotVersion", TEXT)], get),
    operation(
        "UpdateTaskTemplate",
        "POST",
        PATH_OF_ONE,
        &[
            optional("Name", NAME),
            DESCRIPTION,
            optional("ContactFlowId", ID),
            optional("SelfAssignFlowId", ID),
            optional("ContactHooks", OBJECT),
            optional("Constraints", OBJECT),
            optional("Defaults", OBJECT),
            optional("Status", STATUS),
            optional("Fields", FIELDS),
        ],
        update,
    ),
    operation("DeleteTaskTemplate", "DELETE", PATH_OF_ONE, &[], delete),
    operation(
        "ListTaskTemplates",
        "GET",
        PATH,
        &[query("status", "Status", STATUS), query("name", "Name", NAME), NEXT_TOKEN, max_results(100)],
        list,
    ),
];

/// The members that an update replaces, all of them.
const MEMBERS: &[&str] = &[
    "Name",
    "Description",
    "ContactFlowId",
    "SelfAssignFlowId",
    "ContactHooks",
    "Constraints",
    "Defaults",
    "Status",
    "Fields",
];

fn refused(reason: &str, message: String) -> AwsError {
    let property = json!([{"PropertyPath": "Fields", "Reason": reason, "Message": message}]);
    AwsError::new(400, "PropertyValidationException", message).with("PropertyList", property)
}

/// One field has the task's name, and a flow or a quick connect says where tasks go.
fn check(environment: &Environment, input: &Input, body: &Document) -> Result<(), AwsError> {
    let fields = body.get("Fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let count =
        |wanted: &str| fields.iter().filter(|field| field.get("Type").and_then(Value::as_str) == Some(wanted)).count();
    if count("NAME") != 1 {
        let text = "A task template has exactly one field of type NAME.".to_owned();
        return Err(refused("REQUIRED_PROPERTY_MISSING", text));
    }
    if text(body, "ContactFlowId").is_empty() && count("QUICK_CONNECT") == 0 {
        let text = "ContactFlowId or a field of type QUICK_CONNECT is required.".to_owned();
        return Err(refused("REQUIRED_PROPERTY_MISSING", text));
    }
    for member in ["ContactFlowId", "SelfAssignFlowId"] {
        if let Some(flow) = body.get(member).and_then(Value::as_str) {
            document::referred(environment, &FLOW, input.instance(), flow)?;
        }
    }
    Ok(())
}

/// A name that is taken is a property's fault for this type.
fn save(environment: &Environment, input: &Input, body: Document, own: Option<&str>) -> Result<Document, AwsError> {
    check(environment, input, &body)?;
    document::check_name(environment, &TASK_TEMPLATE, input.instance(), &body, own)
        .map_err(|error| refused("RESOURCE_NAME_ALREADY_EXISTS", error.message))?;
    match own {
        None => document::create(environment, &TASK_TEMPLATE, input.instance(), body),
        Some(_) => document::save(environment, &TASK_TEMPLATE, input.instance(), body),
    }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let token = input.text("ClientToken");
    document::once_per_token(environment, input.operation(), input.instance(), token, || {
        let mut body = input.pick(MEMBERS);
        body.entry("Status").or_insert_with(|| "ACTIVE".into());
        body.insert("InstanceId".to_owned(), input.instance().into());
        body.insert("CreatedTime".to_owned(), document::timestamp(environment));
        let body = save(environment, input, body, None)?;
        Ok(json!({"Id": body.get("Id"), "Arn": body.get("Arn")}))
    })
}

fn find(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    document::find(environment, &TASK_TEMPLATE, input.instance(), input.need("TaskTemplateId")?)
}

fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    document::hide(&mut body, &["LastModifiedRegion"]);
    Ok(body.into())
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let old = find(environment, input)?;
    let mut body = old.clone();
    document::hide(&mut body, MEMBERS);
    body.extend(input.pick(MEMBERS));
    for kept in ["Name", "Status", "Fields"] {
        if let Some(value) = old.get(kept) {
            body.entry(kept).or_insert_with(|| value.clone());
        }
    }
    let mut body = save(environment, input, body, Some(text(&old, "Id")))?;
    document::hide(&mut body, &["LastModifiedRegion", "Tags"]);
    Ok(body.into())
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    document::remove(environment, &TASK_TEMPLATE, input.instance(), input.need("TaskTemplateId")?)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wanted = |name: &str, body: &Document| input.text(name).is_none_or(|wanted| text(body, name) == wanted);
    let accepts = |body: &Document| wanted("Status", body) && wanted("Name", body);
    let page = page::stored(environment, input, &[&TASK_TEMPLATE], Some(&accepts))?;
    Ok(page.list("TaskTemplates", |_, body| {
        let members = ["Id", "Arn", "Name", "Description", "Status", "LastModifiedTime", "CreatedTime"];
        members.iter().filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect()
    }))
}
