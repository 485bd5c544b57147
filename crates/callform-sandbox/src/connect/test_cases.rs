//! Test cases: what a simulated customer does, and what is to happen then.
//!
//! A test case that is saved is kept as it is; one that is published is held against the testing language
//! (`callform_call::test_case`). Content that is saved beside what is published is a document of its own.

use callform_call::test_case::{Draft, Problem, problems};
use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{invalid_parameter, not_found};
use super::flow_documents::digest;
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, query, required,
};
use super::page;
use super::resource::{FLOW, TEST_CASE};
use super::search::{Fields, nothing_special};

const NAME: Shape = Shape::Text(1, usize::MAX);
const STATUS: Shape = Shape::OneOf(&["PUBLISHED", "SAVED"]);
const ENTRY_POINT: Shape = Shape::Object(&[
    optional("Type", Shape::OneOf(&["VOICE_CALL", "CHAT"])),
    optional(
        "VoiceCallEntryPointParameters",
        Shape::Object(&[
            optional("SourcePhoneNumber", TEXT),
            optional("DestinationPhoneNumber", TEXT),
            optional("FlowId", Shape::Text(0, 500)),
        ]),
    ),
    optional("ChatEntryPointParameters", Shape::Object(&[optional("FlowId", Shape::Text(0, 500))])),
]);
const PATH_OF_ONE: &str = "/test-cases/{InstanceId}/{TestCaseId}";

/// What is saved beside something published, by the id of the test case.
const SAVED: &str = "connect/test-case-saved";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateTestCase",
        "PUT",
        "/test-cases/{InstanceId}",
        &[
            required("Name", NAME),
            optional("Description", TEXT),
            required("Content", TEXT),
            optional("EntryPoint", ENTRY_POINT),
            optional("InitializationData", TEXT),
            optional("Status", STATUS),
            TAGS,
        ],
        create,
    ),
    operation("DescribeTestCase", "GET", PATH_OF_ONE, &[query("status", "Status", STATUS)], describe),
    operation(
        "UpdateTestCase",
        "POST",
        PATH_OF_ONE,
        &[
            optional("Name", NAME),
            optional("Description", TEXT),
            optional("Content", TEXT),
            optional("EntryPoint", ENTRY_POINT),
            optional("InitializationData", TEXT),
            optional("Status", STATUS),
        ],
        update,
    ),
    operation("DeleteTestCase", "DELETE", PATH_OF_ONE, &[], delete),
    operation("ListTestCases", "GET", "/test-cases-summary/{InstanceId}", &[NEXT_TOKEN, max_results(1000)], list),
    operation("SearchTestCases", "POST", "/search-test-cases", SEARCH_100, search),
];

const FIELDS: Fields = Fields {
    text: &[("name", "Name"), ("description", "Description"), ("resourceID", "Id")],
    words: &[("StatusCondition", "Status")],
};

/// The members that what is saved has of its own.
const VERSIONED: &[&str] = &["Content", "EntryPoint", "InitializationData"];

/// Most reasons in one error, and most characters in one of them.
const MOST_PROBLEMS: usize = 50;
const LONGEST_PROBLEM: usize = 256;

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "Tags"]);
    document::assign(&mut body, input, VERSIONED);
    // Without a word it is published, as flows are (?).
    let status = input.text("Status").unwrap_or("PUBLISHED");
    body.insert("Status".to_owned(), status.into());
    finish(environment, input, &mut body)?;
    let body = document::create(environment, &TEST_CASE, input.instance(), body)?;
    Ok(document::created(&TEST_CASE, &body, ["TestCaseId", "TestCaseArn"]))
}

/// The digest, and the checks of what is published.
fn finish(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    check_numbers(body)?;
    body.insert("TestCaseSha256".to_owned(), digest(text(body, "Content")).into());
    if text(body, "Status") == "PUBLISHED" { check(environment, input, body) } else { Ok(()) }
}

/// Numbers have to be in the form of E.164.
fn check_numbers(body: &Document) -> Result<(), AwsError> {
    let Some(voice) = body.get("EntryPoint").and_then(|entry| entry.get("VoiceCallEntryPointParameters")) else {
        return Ok(());
    };
    for member in ["SourcePhoneNumber", "DestinationPhoneNumber"] {
        let number = voice.get(member).and_then(Value::as_str);
        if number.is_some_and(|number| !is_number(number)) {
            return Err(invalid_parameter(format!("{member} must be a phone number in E.164 format")));
        }
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Holds what is published against the testing language. A flow that it begins in has to be there (?).
fn check(environment: &Environment, input: &Input, body: &Document) -> Result<(), AwsError> {
    let draft = Draft {
        content: text(body, "Content"),
        entry_point: body.get("EntryPoint"),
        initialization_data: body.get("InitializationData").and_then(Value::as_str),
    };
    let found = problems(&draft);
    if !found.is_empty() {
        return Err(refused(&found));
    }
    match flow_of(body.get("EntryPoint")) {
        Some(flow) => document::referred(environment, &FLOW, input.instance(), flow).map(drop),
        None => Ok(()),
    }
}

/// The flow that an entry point names.
fn flow_of(entry_point: Option<&Value>) -> Option<&str> {
    let groups = ["VoiceCallEntryPointParameters", "ChatEntryPointParameters"];
    let flow = |group: &str| entry_point?.get(group)?.get("FlowId")?.as_str();
    groups.into_iter().find_map(flow).filter(|flow| !flow.is_empty())
}

/// The service model calls the reasons `Problems`; a client showed them under the other name (?), so both are there.
fn refused(found: &[Problem]) -> AwsError {
    let details: Vec<Value> = found
        .iter()
        .take(MOST_PROBLEMS)
        .map(|problem| json!({"message": problem.message().chars().take(LONGEST_PROBLEM).collect::<String>()}))
        .collect();
    AwsError::new(400, "InvalidTestCaseException", "Invalid test case content")
        .with("Problems", details.clone())
        .with("problemDetails", details)
}

pub(super) fn find(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    document::find(environment, &TEST_CASE, input.instance(), input.need("TestCaseId")?)
}

/// What is saved: beside something published, or all there is.
fn saved(environment: &Environment, input: &Input, body: &Document) -> Result<Document, AwsError> {
    let own: Option<Document> = environment.tx.get(SAVED, input.instance(), text(body, "Id"))?;
    let mut body = body.clone();
    if let Some(own) = own {
        document::hide(&mut body, VERSIONED);
        body.extend(own);
        body.insert("Status".to_owned(), "SAVED".into());
    }
    Ok(body)
}

/// What is published, or saved where nothing ever was. Where nothing is saved beside it, what is published is what is
/// saved, as for flows (?).
fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let body = match input.text("Status") {
        Some("SAVED") => saved(environment, input, &body)?,
        Some("PUBLISHED") if text(&body, "Status") != "PUBLISHED" => {
            return Err(not_found(format!("The test case {} was never published.", text(&body, "Id"))));
        }
        _ => body,
    };
    Ok(json!({ "TestCase": body }))
}

/// Name and description are those of the test case; the rest goes to what is saved, and from there, where it is published,
/// to what is published. Without a status, it stays what it is (?).
fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    let id = text(&body, "Id").to_owned();
    let was_published = text(&body, "Status") == "PUBLISHED";
    let status = input.text("Status").map_or_else(|| text(&body, "Status").to_owned(), str::to_owned);
    document::assign(&mut body, input, &["Name", "Description"]);
    document::check_name(environment, &TEST_CASE, input.instance(), &body, Some(&id))?;

    let mut newest = saved(environment, input, &body)?;
    document::assign(&mut newest, input, VERSIONED);
    if newest.get("EntryPoint").and_then(Value::as_object).is_some_and(Map::is_empty) {
        newest.remove("EntryPoint");
    }
    newest.insert("Status".to_owned(), status.clone().into());
    finish(environment, input, &mut newest)?;
    if status == "SAVED" && was_published {
        let kept = VERSIONED.iter().chain(&["TestCaseSha256"]);
        let own: Document = kept.filter_map(|name| Some(((*name).to_owned(), newest.get(*name)?.clone()))).collect();
        environment.tx.put(SAVED, input.instance(), &id, None, &own)?;
    } else {
        environment.tx.delete(SAVED, input.instance(), &id)?;
        body = newest;
    }
    document::save(environment, &TEST_CASE, input.instance(), body)?;
    Ok(json!({}))
}

/// What is known of its executions goes with it (?).
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    let id = text(&body, "Id");
    environment.tx.delete(SAVED, input.instance(), id)?;
    super::test_case_executions::forget(environment, input.instance(), id)?;
    document::remove(environment, &TEST_CASE, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&TEST_CASE], None)?;
    Ok(page.list("TestCaseSummaryList", |kind, body| document::summary(kind, &body, &["Status"])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(page::search(environment, input, &TEST_CASE, &FIELDS, &nothing_special)?.search("TestCases"))
}
