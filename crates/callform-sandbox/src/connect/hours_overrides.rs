//! Overrides of hours of operation: other hours on some dates.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, find, id_of, new_id, text, timestamp};
use super::error::{duplicate, invalid_parameter, not_found};
use super::hours::{DAY, TIME, check_times};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, SEARCH_100, Shape, max_results, operation, optional, required};
use super::page;
use super::resource::HOURS;
use super::search::{Fields, Search};

/// Documents by `<hours id>/<override id>`.
const DOCUMENT: &str = "connect/hours-of-operation-override";

const NAME: Shape = Shape::Text(1, 127);
const DESCRIPTION: Shape = Shape::Text(1, 250);
const DATE: Shape = Shape::Text(10, 10);
const CONFIG: Shape = Shape::List(
    0,
    100,
    &Shape::Object(&[optional("Day", DAY), optional("StartTime", TIME), optional("EndTime", TIME)]),
);
const RECURRENCE: Shape = Shape::Object(&[required(
    "RecurrencePattern",
    Shape::Object(&[
        required("Frequency", Shape::OneOf(&["WEEKLY", "MONTHLY", "YEARLY"])),
        required("Interval", Shape::Number(1, 6)),
        optional("ByMonth", Shape::List(0, 12, &Shape::Number(1, 12))),
        optional("ByMonthDay", Shape::List(0, 31, &Shape::Number(-1, 31))),
        optional("ByWeekdayOccurrence", Shape::List(0, 1, &Shape::Number(-1, 4))),
    ]),
)]);
const KIND: Shape = Shape::OneOf(&["STANDARD", "OPEN", "CLOSED"]);
const MEMBERS: &[&str] =
    &["Name", "Description", "Config", "EffectiveFrom", "EffectiveTill", "RecurrenceConfig", "OverrideType"];

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreateHoursOfOperationOverride",
        "PUT",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides",
        &[
            required("Name", NAME),
            optional("Description", DESCRIPTION),
            required("Config", CONFIG),
            required("EffectiveFrom", DATE),
            required("EffectiveTill", DATE),
            optional("RecurrenceConfig", RECURRENCE),
            optional("OverrideType", KIND),
        ],
        create,
    ),
    operation(
        "DescribeHoursOfOperationOverride",
        "GET",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}",
        &[],
        describe,
    ),
    operation(
        "UpdateHoursOfOperationOverride",
        "POST",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}",
        &[
            optional("Name", NAME),
            optional("Description", DESCRIPTION),
            optional("Config", CONFIG),
            optional("EffectiveFrom", DATE),
            optional("EffectiveTill", DATE),
            optional("RecurrenceConfig", RECURRENCE),
            optional("OverrideType", KIND),
        ],
        update,
    ),
    operation(
        "DeleteHoursOfOperationOverride",
        "DELETE",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides/{HoursOfOperationOverrideId}",
        &[],
        delete,
    ),
    operation(
        "ListHoursOfOperationOverrides",
        "GET",
        "/hours-of-operations/{InstanceId}/{HoursOfOperationId}/overrides",
        &[NEXT_TOKEN, max_results(100)],
        list,
    ),
    operation("SearchHoursOfOperationOverrides", "POST", "/search-hours-of-operation-overrides", SEARCH_100, search),
];

/// The service's model does not say which fields can be searched; these are the ones an override has.
const FIELDS: Fields = Fields {
    text: &[
        ("name", "Name"),
        ("description", "Description"),
        ("resourceID", "HoursOfOperationOverrideId"),
        ("hoursOfOperationId", "HoursOfOperationId"),
    ],
    words: &[],
};

fn hours(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &HOURS, input.instance(), input.need("HoursOfOperationId")?)
}

fn key(body: &Document) -> String {
    format!("{}/{}", text(body, "HoursOfOperationId"), text(body, "HoursOfOperationOverrideId"))
}

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    let (hours, id) = (id_of(input.need("HoursOfOperationId")?), input.need("HoursOfOperationOverrideId")?);
    environment
        .tx
        .get(DOCUMENT, input.instance(), &format!("{hours}/{id}"))?
        .ok_or_else(|| not_found(format!("The hours of operation override {id} was not found.")))
}

/// All overrides of some hours.
pub(super) fn of_hours(environment: &Environment, instance: &str, hours: &str) -> Result<Vec<Document>, AwsError> {
    let all = environment.tx.list::<Document>(DOCUMENT, instance)?;
    Ok(all.into_iter().map(|(_, body)| body).filter(|body| text(body, "HoursOfOperationId") == hours).collect())
}

fn check(environment: &Environment, input: &Input, body: &Document) -> Result<(), AwsError> {
    let date = |member: &str| {
        NaiveDate::parse_from_str(text(body, member), "%Y-%m-%d")
            .map_err(|_| invalid_parameter(format!("{member} is not a date")))
    };
    if date("EffectiveFrom")? > date("EffectiveTill")? {
        return Err(invalid_parameter("EffectiveFrom cannot be after EffectiveTill"));
    }
    body.get("Config").and_then(Value::as_array).into_iter().flatten().try_for_each(check_times)?;
    let name = text(body, "Name");
    if name.chars().any(|c| c.is_control() && !"\r\n\t".contains(c)) {
        return Err(invalid_parameter("Name has characters that are not allowed"));
    }
    let same = |other: &Document| text(other, "Name") == name && key(other) != key(body);
    if of_hours(environment, input.instance(), text(body, "HoursOfOperationId"))?.iter().any(same) {
        return Err(duplicate(format!("The hours of operation override {name} exists already.")));
    }
    Ok(())
}

fn save(environment: &Environment, input: &Input, mut body: Document) -> Result<(), AwsError> {
    body.insert("LastModifiedTime".to_owned(), timestamp(environment));
    body.insert("LastModifiedRegion".to_owned(), environment.region.into());
    environment.tx.put(DOCUMENT, input.instance(), &key(&body), None, &body)
}

fn shown(mut body: Document) -> Document {
    document::hide(&mut body, &["LastModifiedTime", "LastModifiedRegion"]);
    body
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let hours = hours(environment, input)?;
    let mut body = input.pick(MEMBERS);
    body.entry("OverrideType").or_insert_with(|| "STANDARD".into());
    for member in ["HoursOfOperationId", "HoursOfOperationArn"] {
        body.insert(member.to_owned(), text(&hours, member).into());
    }
    let id = new_id();
    body.insert("HoursOfOperationOverrideId".to_owned(), id.clone().into());
    check(environment, input, &body)?;
    save(environment, input, body)?;
    Ok(json!({ "HoursOfOperationOverrideId": id }))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "HoursOfOperationOverride": shown(of_path(environment, input)?) }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, MEMBERS);
    check(environment, input, &body)?;
    save(environment, input, body)?;
    Ok(json!({}))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    environment.tx.delete(DOCUMENT, input.instance(), &key(&body))?;
    Ok(json!({}))
}

/// Removes the overrides of hours that go.
pub(super) fn remove_all(environment: &Environment, instance: &str, hours: &str) -> Result<(), AwsError> {
    for body in of_hours(environment, instance, hours)? {
        environment.tx.delete(DOCUMENT, instance, &key(&body))?;
    }
    Ok(())
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let hours = hours(environment, input)?;
    let overrides = of_hours(environment, input.instance(), text(&hours, "HoursOfOperationId"))?;
    let entries = overrides.into_iter().map(|body| shown(body).into()).collect();
    let mut answer = page::in_memory(input, "HoursOfOperationOverrideList", entries)?;
    document::copy_change(&hours, &mut answer);
    Ok(answer.into())
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let date = |name: &str, condition: &Value, body: &Document| {
        (name == "DateCondition").then(|| date_condition(condition, body))
    };
    let search = Search::new(input, &FIELDS, &date)?;
    let all = environment.tx.list::<Document>(DOCUMENT, input.instance())?;
    let found: Vec<Value> =
        all.into_iter().filter(|(_, body)| search.accepts(body)).map(|(_, body)| shown(body).into()).collect();
    let total = found.len();
    let mut answer = page::in_memory(input, "HoursOfOperationOverrides", found)?;
    answer.insert("ApproximateTotalCount".to_owned(), total.into());
    Ok(answer.into())
}

/// Compares a date of an override; dates in this form order as texts do.
fn date_condition(condition: &Value, body: &Document) -> bool {
    let part = |name: &str| condition.get(name).and_then(Value::as_str).unwrap_or_default();
    let field = part("FieldName");
    let member = ["EffectiveFrom", "EffectiveTill"].into_iter().find(|member| member.eq_ignore_ascii_case(field));
    let (date, wanted) = (member.map_or("", |member| text(body, member)), part("Value"));
    !date.is_empty()
        && match part("ComparisonType") {
            "GREATER_THAN" => date > wanted,
            "LESS_THAN" => date < wanted,
            "GREATER_THAN_OR_EQUAL_TO" => date >= wanted,
            "LESS_THAN_OR_EQUAL_TO" => date <= wanted,
            _ => date == wanted,
        }
}
