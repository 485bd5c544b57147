//! Prompts: recordings that flows play.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::s3::{bucket, object};

use super::document::{self, Document, text};
use super::error::{invalid_parameter, invalid_request};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, max_results, operation, optional, required};
use super::page;
use super::resource::PROMPT;
use super::search::{Fields, nothing_special};

const NAME: Shape = Shape::Text(1, 127);
const DESCRIPTION: Shape = Shape::Text(0, 250);
const URI: Shape = Shape::Text(1, 2000);
const PATH_OF_ONE: &str = "/prompts/{InstanceId}/{PromptId}";
/// Where each prompt's recording came from, by prompt id.
const SOURCE: &str = "connect/prompt-source";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreatePrompt",
        "PUT",
        "/prompts/{InstanceId}",
        &[required("Name", NAME), required("S3Uri", URI), optional("Description", DESCRIPTION), TAGS],
        create,
    ),
    operation("DescribePrompt", "GET", PATH_OF_ONE, &[], describe),
    operation(
        "UpdatePrompt",
        "POST",
        PATH_OF_ONE,
        &[optional("Name", NAME), optional("Description", DESCRIPTION), optional("S3Uri", URI)],
        update,
    ),
    operation("DeletePrompt", "DELETE", PATH_OF_ONE, &[], delete),
    operation("ListPrompts", "GET", "/prompts-summary/{InstanceId}", &[NEXT_TOKEN, max_results(1000)], list),
    operation("SearchPrompts", "POST", "/search-prompts", SEARCH_100, search),
    operation("GetPromptFile", "GET", "/prompts/{InstanceId}/{PromptId}/file", &[], file),
];

const FIELDS: Fields =
    Fields { text: &[("name", "Name"), ("description", "Description"), ("resourceID", "PromptId")], words: &[] };

/// Bucket and key of `s3://bucket/key` or `https://bucket.s3.region.amazonaws.com/key`.
fn object_of(uri: &str) -> Option<(&str, &str)> {
    let (bucket, key) = if let Some(rest) = uri.strip_prefix("s3://") {
        rest.split_once('/')?
    } else {
        let (host, key) = uri.strip_prefix("https://")?.split_once('/')?;
        let (bucket, service) = host.split_once(".s3")?;
        (service.starts_with('.') && service.ends_with(".amazonaws.com")).then_some((bucket, key))?
    };
    (!bucket.is_empty() && !key.is_empty()).then_some((bucket, key))
}

/// Refuses a URI that leads to no object. Which of its errors the service chooses is not known (?).
fn check_source(environment: &Environment, uri: &str) -> Result<(), AwsError> {
    let (bucket, key) =
        object_of(uri).ok_or_else(|| invalid_parameter(format!("{uri} is not the URI of an S3 object")))?;
    let found = bucket::find(environment, bucket)?.is_some() && object::read(environment, bucket, key, None)?.is_some();
    if found { Ok(()) } else { Err(invalid_request(format!("The S3 object {uri} does not exist."))) }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let uri = input.need("S3Uri")?;
    check_source(environment, uri)?;
    let body = input.pick(&["Name", "Description", "Tags"]);
    let body = document::create(environment, &PROMPT, input.instance(), body)?;
    environment.tx.put(SOURCE, input.instance(), text(&body, "PromptId"), None, &uri)?;
    Ok(named(&body))
}

/// Makes a prompt that comes with a new instance.
pub(super) fn create_builtin(environment: &Environment, instance: &str, name: &str) -> Result<(), AwsError> {
    let mut body = Document::new();
    body.insert("Name".to_owned(), name.into());
    document::create(environment, &PROMPT, instance, body).map(drop)
}

fn named(body: &Document) -> Value {
    json!({"PromptARN": body.get("PromptARN"), "PromptId": body.get("PromptId")})
}

fn find(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    document::find(environment, &PROMPT, input.instance(), input.need("PromptId")?)
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({"Prompt": find(environment, input)?}))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    let id = text(&body, "PromptId").to_owned();
    document::assign(&mut body, input, &["Name", "Description"]);
    document::check_name(environment, &PROMPT, input.instance(), &body, Some(&id))
        .map_err(|error| invalid_request(error.message))?;
    if let Some(uri) = input.text("S3Uri") {
        check_source(environment, uri)?;
        environment.tx.put(SOURCE, input.instance(), &id, None, &uri)?;
    }
    document::save(environment, &PROMPT, input.instance(), body).map(|body| named(&body))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let id = input.id("PromptId")?;
    document::remove(environment, &PROMPT, input.instance(), id)?;
    environment.tx.delete(SOURCE, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&PROMPT], None)?;
    Ok(page.list("PromptSummaryList", |kind, body| document::summary(kind, &body, &[])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(page::search(environment, input, &PROMPT, &FIELDS, &nothing_special)?.search("Prompts"))
}

/// The address of the recording. Prompts that came with the instance have a recording only in the service itself.
fn file(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let id = text(&body, "PromptId");
    let source: Option<String> = environment.tx.get(SOURCE, input.instance(), id)?;
    let url = match source.as_deref().and_then(object_of) {
        Some((bucket, key)) => format!("https://{bucket}.s3.{}.amazonaws.com/{key}", environment.region),
        None => format!("https://prompt.connect.{}.amazonaws.com/{id}", environment.region),
    };
    Ok(json!({
        "PromptPresignedUrl": url,
        "LastModifiedTime": body.get("LastModifiedTime"),
        "LastModifiedRegion": body.get("LastModifiedRegion"),
    }))
}
