//! Predefined attributes: names with lists of values that users' proficiencies and contacts may have.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, assign, find, summary, text};
use super::error::{duplicate, in_use, invalid_parameter};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, SEARCH_100, Shape, max_results, operation, optional, required};
use super::resource::{PREDEFINED_ATTRIBUTE, USER};
use super::search::{Fields, nothing_special};
use super::{page, reference};

const WORD: Shape = Shape::Text(1, 100);
const VALUES: Shape = Shape::Object(&[optional("StringList", Shape::List(0, 500, &WORD))]);
const PURPOSES: Shape = Shape::List(0, 10, &WORD);
const CONFIGURATION: Shape = Shape::Object(&[optional("EnableValueValidationOnAssociation", Shape::Flag)]);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "CreatePredefinedAttribute",
        "PUT",
        "/predefined-attributes/{InstanceId}",
        &[
            required("Name", WORD),
            optional("Values", VALUES),
            optional("Purposes", PURPOSES),
            optional("AttributeConfiguration", CONFIGURATION),
        ],
        create,
    ),
    operation("DescribePredefinedAttribute", "GET", "/predefined-attributes/{InstanceId}/{Name}", &[], describe),
    operation(
        "UpdatePredefinedAttribute",
        "POST",
        "/predefined-attributes/{InstanceId}/{Name}",
        &[
            optional("Values", VALUES),
            optional("Purposes", PURPOSES),
            optional("AttributeConfiguration", CONFIGURATION),
        ],
        update,
    ),
    operation("DeletePredefinedAttribute", "DELETE", "/predefined-attributes/{InstanceId}/{Name}", &[], delete),
    operation(
        "ListPredefinedAttributes",
        "GET",
        "/predefined-attributes/{InstanceId}",
        &[NEXT_TOKEN, max_results(100)],
        list,
    ),
    operation("SearchPredefinedAttributes", "POST", "/search-predefined-attributes", SEARCH_100, search),
];

const FIELDS: Fields = Fields { text: &[("name", "Name")], words: &[] };

fn of_path(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    find(environment, &PREDEFINED_ATTRIBUTE, input.instance(), input.need("Name")?)
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let kind = &PREDEFINED_ATTRIBUTE;
    if environment.tx.get::<Document>(kind.document, input.instance(), name)?.is_some() {
        return Err(duplicate(format!("The predefined attribute {name} exists already.")));
    }
    if name.starts_with("aws:") || name.starts_with("connect:") {
        return Err(invalid_parameter("Names of predefined attributes may not begin with aws: or connect:"));
    }
    let body = input.pick(&["Name", "Values", "Purposes", "AttributeConfiguration"]);
    document::create(environment, kind, input.instance(), body)?;
    Ok(json!({}))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    Ok(json!({ "PredefinedAttribute": of_path(environment, input)? }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    assign(&mut body, input, &["Values", "Purposes", "AttributeConfiguration"]);
    document::save(environment, &PREDEFINED_ATTRIBUTE, input.instance(), body)?;
    Ok(json!({}))
}

/// How the reference index names an attribute.
pub(super) fn reference_name(attribute: &str) -> String {
    format!("predefined-attribute/{attribute}")
}

/// An attribute that is a proficiency of users stays.
fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let name = text(&body, "Name");
    if let Some(user) = reference::referrers(environment, input.instance(), &USER, &reference_name(name))?.first() {
        return Err(in_use(format!("The predefined attribute is in use by the user {user}."), None, name));
    }
    document::remove(environment, &PREDEFINED_ATTRIBUTE, input.instance(), name)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::stored(environment, input, &[&PREDEFINED_ATTRIBUTE], None)?;
    Ok(page.list("PredefinedAttributeSummaryList", |kind, body| {
        let mut entry = summary(kind, &body, &[]);
        entry.as_object_mut().map(|entry| entry.remove("Id"));
        entry
    }))
}

fn search(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let page = page::search(environment, input, &PREDEFINED_ATTRIBUTE, &FIELDS, &nothing_special)?;
    Ok(page.search("PredefinedAttributes"))
}
