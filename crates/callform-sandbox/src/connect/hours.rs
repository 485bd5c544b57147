//! Hours of operation.
//!
//! A day's hours do not pass midnight; open until midnight ends at 00:00, and 00:00 to 00:00 is the whole day.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::clock;
use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, created, find, referred, summary, text};
use super::error::{in_use, invalid_parameter};
use super::input::Input;
use super::operation::{
    NEXT_TOKEN, Operation, SEARCH_100, Shape, TAGS, TEXT, max_results, operation, optional, required,
};
use super::resource::{HOURS, QUEUE};
use super::search::{Fields, nothing_special};
use super::{hours_overrides, page, reference};

pub(super) const DAY: Shape =
    Shape::OneOf(&["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]);
pub(super) const TIME: Shape =
    Shape::Object(&[required("Hours", Shape::Number(0, 23)), required("Minutes", Shape::Number(0, 59))]);
const CONFIG: Shape = Shape::List(
    0,
    100,
    &Shape::Object(&[required("Day", DAY), required("StartTime", TIME), required("EndTime", TIME)]),
);
const PARENTS: Shape = Shape::List(0, 3, &Shape::Object(&[optional("HoursOfOperationId", TEXT)]));

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateHoursOfOperation",
        "PUT",
        "/hours-of-operations/{InstanceId}",
        &[
            required("Name", Shape::Text(1, 127)),
            required("TimeZone", TEXT),
            required("Config", CONFIG),
            optional("Description", Shape::Text(1, 250)),
            optional("ParentHoursOfOperationConfigs", PARENTS),
            TAGS,
        ],
        create,
    ),
    operation(
        "DescribeHoursOfOperation",
        "GET",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}",
        &[],
        describe,
    ),
    operation(
        "UpdateHoursOfOperation",
        "POST",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}",
        &[
            optional("Name", Shape::Text(1, 127)),
            optional("Description", Shape::Text(0, 250)),
            optional("TimeZone", TEXT),
            optional("Config", CONFIG),
        ],
        update,
    ),
    operation(
        "DeleteHoursOfOperation",
        "DELETE",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}",
        &[],
        delete,
    ),
    operation(
        "ListHoursOfOperations",
        "GET",
        "/hours-of-operations-summary/{InstanceId}",
        &[NEXT_TOKEN, max_results(1000)],
        list,
    ),
    operation("SearchHoursOfOperations", "POST", "/search-hours-of-operations", SEARCH_100, search),
    operation(
        "AssociateHoursOfOperations",
        "POST",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/associate-hours",
        &[required("ParentHoursOfOperationConfigs", PARENTS)],
        associate_parents,
    ),
    operation(
        "DisassociateHoursOfOperations",
        "POST",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/disassociate-hours",
        &[required("ParentHoursOfOperationIds", Shape::List(1, 3, &TEXT))],
        disassociate_parents,
    ),
    operation(
        "ListChildHoursOfOperations",
        "GET",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/hours",
        &[NEXT_TOKEN, max_results(100)],
        list_children,
    ),
];

const FIELDS: Fields = Fields {
    text: &[
        ("name", "Name"),
        ("description", "Description"),
        ("timezone", "TimeZone"),
        ("resourceID", "HoursOfOperationId"),
    ],
    words: &[],
};

/// How many parents hours of operation may have.
const MOST_PARENTS: usize = 3;

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &HOURS, input.instance(), input.need("HoursOfOperationId")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = input.pick(&["Name", "Description", "TimeZone", "Config", "Tags"]);
    check(&body)?;
    let parents = parents_of(environment, input)?;
    if !parents.is_empty() {
        body.insert("ParentHoursOfOperations".to_owned(), parents.into());
    }
    let body = document::create(environment, &HOURS, input.instance(), body)?;
    index(environment, input, &body)?;
    Ok(created(&HOURS, &body, ["HoursOfOperationId", "HoursOfOperationArn"]))
}

fn check(body: &Document) -> Result<(), AwsError> {
    let zone = text(body, "TimeZone");
    clock::time_zone(zone).ok_or_else(|| invalid_parameter(format!("The time zone {zone} is not valid")))?;
    body.get("Config").and_then(Value::as_array).into_iter().flatten().try_for_each(check_times)
}

/// Refuses hours that end before they start. The service's words for it were seen in the field.
pub(super) fn check_times(entry: &Value) -> Result<(), AwsError> {
    let part = |time: &str, unit: &str| entry.get(time).and_then(|time| time.get(unit)).and_then(Value::as_i64);
    let time = |time: &str| Some((part(time, "Hours")?, part(time, "Minutes")?));
    let Some(((from_hour, from_minute), (to_hour, to_minute))) = time("StartTime").zip(time("EndTime")) else {
        return Ok(());
    };
    let until_midnight = (to_hour, to_minute) == (0, 0);
    if !until_midnight && (from_hour, from_minute) > (to_hour, to_minute) {
        let message =
            format!("Start time: {from_hour}:{from_minute} cannot be greater than end time: {to_hour}:{to_minute}");
        return Err(invalid_parameter(message));
    }
    Ok(())
}

fn parents_of(environment: &Environment, input: &Input) -> Result<Vec<Value>, AwsError> {
    let configs = input.list("ParentHoursOfOperationConfigs").iter();
    let ids = configs.filter_map(|config| config.get("HoursOfOperationId").and_then(Value::as_str));
    ids.map(|id| {
        let parent = referred(environment, &HOURS, input.instance(), id)?;
        Ok(entry(&parent))
    })
    .collect()
}

/// Hours as parents and children are listed.
fn entry(body: &Document) -> Value {
    json!({
        "Id": text(body, "HoursOfOperationId"),
        "Arn": text(body, "HoursOfOperationArn"),
        "Name": text(body, "Name"),
    })
}

fn parent_list(body: &Document) -> Vec<Value> {
    body.get("ParentHoursOfOperations").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The ids of the hours that some hours are children of.
pub(super) fn parent_ids(body: &Document) -> Vec<String> {
    parent_list(body).iter().map(|parent| parent_id(parent).to_owned()).collect()
}

fn parent_id(parent: &Value) -> &str {
    parent.get("Id").and_then(Value::as_str).unwrap_or_default()
}

fn index(environment: &Environment, input: &Input, body: &Document) -> Result<(), AwsError> {
    let parents: BTreeSet<String> =
        parent_list(body).iter().map(|parent| reference::name(&HOURS, parent_id(parent))).collect();
    let own = reference::name(&HOURS, text(body, "HoursOfOperationId"));
    reference::set(environment, input.instance(), &own, &parents)
}

fn set_parents(
    environment: &Environment,
    input: &Input,
    mut body: Document,
    parents: Vec<Value>,
) -> Result<Value, AwsError> {
    if parents.len() > MOST_PARENTS {
        return Err(invalid_parameter(format!("Hours of operation may have at most {MOST_PARENTS} parents")));
    }
    body.insert("ParentHoursOfOperations".to_owned(), parents.into());
    let body = document::save(environment, &HOURS, input.instance(), body)?;
    index(environment, input, &body)?;
    Ok(json!({}))
}

fn associate_parents(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let mut parents = parent_list(&body);
    for parent in parents_of(environment, input)? {
        if parents.iter().all(|known| parent_id(known) != parent_id(&parent)) {
            parents.push(parent);
        }
    }
    set_parents(environment, input, body, parents)
}

fn disassociate_parents(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let gone: Vec<&str> = input.texts("ParentHoursOfOperationIds").into_iter().map(document::id_of).collect();
    let left = parent_list(&body).into_iter().filter(|parent| !gone.contains(&parent_id(parent))).collect();
    set_parents(environment, input, body, left)
}

fn list_children(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let own = reference::name(&HOURS, text(&body, "HoursOfOperationId"));
    let children = reference::referrers(environment, input.instance(), &HOURS, &own)?;
    let child = |id: &String| {
        let child = find(environment, &HOURS, input.instance(), id)?;
        Ok(entry(&child))
    };
    let entries = children.iter().map(child).collect::<Result<Vec<_>, AwsError>>()?;
    let mut answer = page::in_memory(input, "ChildHoursOfOperationsSummaryList", entries)?;
    document::copy_change(&body, &mut answer);
    Ok(answer.into())
}

/// The document with the names its parents have now.
fn shown(environment: &Environment, input: &Input, body: &mut Document) -> Result<(), AwsError> {
    let mut parents = parent_list(body);
    for parent in &mut parents {
        let document = find(environment, &HOURS, input.instance(), parent_id(parent))?;
        if let Value::Object(parent) = parent {
            parent.insert("Name".to_owned(), text(&document, "Name").into());
        }
    }
    if !parents.is_empty() {
        body.insert("ParentHoursOfOperations".to_owned(), parents.into());
    }
    Ok(())
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    shown(environment, input, &mut body)?;
    Ok(json!({ "HoursOfOperation": body }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let id = text(&body, "HoursOfOperationId").to_owned();
    assign(&mut body, input, &["Name", "Description", "TimeZone", "Config"]);
    check(&body)?;
    document::check_name(environment, &HOURS, input.instance(), &body, Some(&id))?;
    document::save(environment, &HOURS, input.instance(), body)?;
    Ok(json!({}))
}

/// Hours that a queue or other hours have stay. (The service's model does not declare the error here, but its own
/// description of the error names this operation as the example.)
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let id = text(&body, "HoursOfOperationId");
    let own = reference::name(&HOURS, id);
    for kind in [&QUEUE, &HOURS] {
        if let Some(user) = reference::referrers(environment, input.instance(), kind, &own)?.first() {
            let message = format!("The hours of operation are in use by the {} {user}.", kind.noun);
            return Err(in_use(message, None, id));
        }
    }
    hours_overrides::remove_all(environment, input.instance(), id)?;
    reference::set(environment, input.instance(), &own, &BTreeSet::new())?;
    document::remove(environment, &HOURS, input.instance(), id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&HOURS], None)?;
    Ok(page.list("HoursOfOperationSummaryList", |kind, body| summary(kind, &body, &[])))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut page = page::search(environment, input, &HOURS, &FIELDS, &nothing_special)?;
    for (_, body) in &mut page.entries {
        shown(environment, input, body)?;
    }
    Ok(page.search("HoursOfOperations"))
}
