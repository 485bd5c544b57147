//! Views: pages of agents' guides.

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{invalid_request, not_found};
use super::flow_documents::{Qualifier, digest, qualified, version_key};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::VIEW;
use super::search::{Fields, nothing_special};

const NAME: Shape = Shape::Text(1, 255);
const DESCRIPTION: Shape = Shape::Text(0, 4096);
const STATUS: Shape = Shape::OneOf(&["PUBLISHED", "SAVED"]);
const TYPE: Shape = Shape::OneOf(&["CUSTOMER_MANAGED", "AWS_MANAGED"]);
const CONTENT: Shape =
    Shape::Object(&[optional("Template", TEXT), optional("Actions", Shape::List(0, 1000, &Shape::Text(1, 255)))]);
const PATH_OF_ONE: &str = "/views/{InstanceId}/{ViewId}";
const VERSIONS: &str = "/views/{InstanceId}/{ViewId}/versions";

/// Published views by version, and the highest version of each.
const VERSION: &str = "connect/view-version";
const COUNTER: &str = "connect/view-version-counter";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateView",
        "PUT",
        "/views/{InstanceId}",
        &[
            required("Status", STATUS),
            required("Content", CONTENT),
            required("Name", NAME),
            optional("Description", DESCRIPTION),
            optional("ClientToken", Shape::Text(0, 500)),
            TAGS,
        ],
        create,
    ),
    operation("DescribeView", "GET", PATH_OF_ONE, &[], describe),
    operation("DeleteView", "DELETE", PATH_OF_ONE, &[], delete),
    operation(
        "ListViews",
        "GET",
        "/views/{InstanceId}",
        &[query("type", "Type", TYPE), NEXT_TOKEN, max_results(100)],
        list,
    ),
    operation("SearchViews", "POST", "/search-views", SEARCH_100, search),
    operation(
        "UpdateViewContent",
        "POST",
        PATH_OF_ONE,
        &[required("Status", STATUS), required("Content", CONTENT)],
        update_content,
    ),
    operation(
        "UpdateViewMetadata",
        "POST",
        "/views/{InstanceId}/{ViewId}/metadata",
        &[optional("Name", NAME), optional("Description", DESCRIPTION)],
        update_metadata,
    ),
    operation(
        "CreateViewVersion",
        "PUT",
        VERSIONS,
        &[optional("VersionDescription", DESCRIPTION), optional("ViewContentSha256", Shape::Text(1, 64))],
        create_version,
    ),
    operation(
        "DeleteViewVersion",
        "DELETE",
        "/views/{InstanceId}/{ViewId}/versions/{ViewVersion}",
        &[],
        delete_version,
    ),
    operation("ListViewVersions", "GET", VERSIONS, &[NEXT_TOKEN, max_results(100)], list_versions),
];

const FIELDS: Fields = Fields {
    text: &[("name", "Name"), ("description", "Description"), ("resourceID", "Id")],
    words: &[("ViewTypeCondition", "Type"), ("ViewStatusCondition", "Status")],
};

/// The answer about one view, which has a time of change but no region.
fn shown(mut body: Document) -> Value {
    document::hide(&mut body, &["LastModifiedRegion"]);
    json!({ "View": body })
}

/// Puts content and status of a request into a document. The template must be JSON.
fn set_content(input: &Input, body: &mut Document) -> Result<(), AwsError> {
    let content = input.object("Content").cloned().unwrap_or_default();
    let template: Result<Value, _> = serde_json::from_str(text(&content, "Template"));
    if template.is_err() {
        return Err(invalid_request("The template of the view is not JSON."));
    }
    let sha = digest(&Value::Object(content.clone()).to_string());
    body.insert("Content".to_owned(), content.into());
    body.insert("ViewContentSha256".to_owned(), sha.into());
    body.insert("Status".to_owned(), input.need("Status")?.into());
    Ok(())
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let token = input.text("ClientToken");
    document::once_per_token(environment, input.operation(), input.instance(), token, || {
        let mut body = input.pick(&["Name", "Description", "Tags"]);
        body.insert("Type".to_owned(), "CUSTOMER_MANAGED".into());
        body.insert("CreatedTime".to_owned(), document::timestamp(environment));
        set_content(input, &mut body)?;
        let body = document::create(environment, &VIEW, input.instance(), body)?;
        Ok(shown(body))
    })
}

fn find(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    let (id, _) = qualified(input.need("ViewId")?);
    document::find(environment, &VIEW, input.instance(), id)
}

/// A view, or one of its versions: `<id>:3`, or `<id>:$LATEST` for the last one.
fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let (id, qualifier) = qualified(input.need("ViewId")?);
    let Qualifier::Named(name) = qualifier else { return Ok(shown(body)) };
    let number = if name == "$LATEST" { latest(environment, input, id)? } else { name.parse().unwrap_or_default() };
    let version: Option<Document> = environment.tx.get(VERSION, input.instance(), &version_key(id, number))?;
    let version = version.ok_or_else(|| not_found(format!("Version {name} of the view {id} was not found.")))?;
    Ok(shown(version))
}

fn latest(environment: &Environment, input: &Input, id: &str) -> Result<u64, AwsError> {
    Ok(environment.tx.get(COUNTER, input.instance(), id)?.unwrap_or_default())
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let id = text(&body, "Id");
    for key in environment.tx.keys_by_name(VERSION, input.instance(), id)? {
        environment.tx.delete(VERSION, input.instance(), &key)?;
    }
    environment.tx.delete(COUNTER, input.instance(), id)?;
    document::remove(environment, &VIEW, input.instance(), id)?;
    Ok(json!({}))
}

fn summary(body: &Document, further: &[&str]) -> Value {
    let members = ["Id", "Arn", "Name", "Type", "Description"].iter().chain(further);
    members.filter_map(|name| Some(((*name).to_owned(), body.get(*name)?.clone()))).collect::<Map<_, _>>().into()
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wanted = input.text("Type");
    let accepts = |body: &Document| wanted.is_none_or(|wanted| text(body, "Type") == wanted);
    let page = page::stored(environment, input, &[&VIEW], Some(&accepts))?;
    Ok(page.list("ViewsSummaryList", |_, body| summary(&body, &["Status"])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &VIEW, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        document::hide(body, &["LastModifiedRegion"]);
    }
    Ok(page.search("Views"))
}

fn update_content(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    set_content(input, &mut body)?;
    let body = document::save(environment, &VIEW, input.instance(), body)?;
    Ok(shown(body))
}

fn update_metadata(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    document::assign(&mut body, input, &["Name", "Description"]);
    let id = text(&body, "Id").to_owned();
    document::check_name(environment, &VIEW, input.instance(), &body, Some(&id))?;
    document::save(environment, &VIEW, input.instance(), body)?;
    Ok(json!({}))
}

/// Freezes the content under the next number; without a change since the last one, returns that.
fn create_version(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    let id = text(&body, "Id").to_owned();
    let sha = text(&body, "ViewContentSha256").to_owned();
    if input.text("ViewContentSha256").is_some_and(|given| given != sha) {
        return Err(invalid_request("ViewContentSha256 is not the digest of the content."));
    }
    let last = latest(environment, input, &id)?;
    let before: Option<Document> = environment.tx.get(VERSION, input.instance(), &version_key(&id, last))?;
    if let Some(before) = before.filter(|before| text(before, "ViewContentSha256") == sha) {
        return Ok(shown(before));
    }
    let number = last + 1;
    body.insert("Arn".to_owned(), format!("{}:{number}", text(&body, "Arn")).into());
    body.insert("Id".to_owned(), format!("{id}:{number}").into());
    body.insert("Version".to_owned(), number.into());
    body.extend(input.pick(&["VersionDescription"]));
    environment.tx.put(COUNTER, input.instance(), &id, None, &number)?;
    environment.tx.put(VERSION, input.instance(), &version_key(&id, number), Some(&id), &body)?;
    Ok(shown(body))
}

fn delete_version(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let given = input.need("ViewVersion")?;
    let key = version_key(text(&body, "Id"), given.parse().unwrap_or_default());
    if environment.tx.delete(VERSION, input.instance(), &key)? {
        Ok(json!({}))
    } else {
        Err(not_found(format!("Version {given} was not found.")))
    }
}

fn list_versions(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let mut entries = Vec::new();
    for key in environment.tx.keys_by_name(VERSION, input.instance(), text(&body, "Id"))?.iter().rev() {
        let version: Option<Document> = environment.tx.get(VERSION, input.instance(), key)?;
        entries.extend(version.map(|version| summary(&version, &["Version", "VersionDescription"])));
    }
    page::in_memory(input, "ViewVersionSummaryList", entries).map(Value::from)
}
