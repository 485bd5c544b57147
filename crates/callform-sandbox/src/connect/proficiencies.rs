//! Proficiencies of users: predefined attributes with a level.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, find};
use super::error::{invalid_parameter, not_found};
use super::input::Input;
use super::operation::{NEXT_TOKEN, Operation, Shape, max_results, operation, required};
use super::page;
use super::resource::PREDEFINED_ATTRIBUTE;
use super::users::{of_path, save};

const WORD: Shape = Shape::Text(1, 100);
const WITH_LEVEL: Shape = Shape::List(
    1,
    100,
    &Shape::Object(&[
        required("AttributeName", WORD),
        required("AttributeValue", WORD),
        required("Level", Shape::Decimal(1.0, 5.0)),
    ]),
);
const WITHOUT_LEVEL: Shape =
    Shape::List(1, 100, &Shape::Object(&[required("AttributeName", WORD), required("AttributeValue", WORD)]));

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "AssociateUserProficiencies",
        "POST",
        "/users/{InstanceId}/{UserId}/associate-proficiencies",
        &[required("UserProficiencies", WITH_LEVEL)],
        associate,
    ),
    operation(
        "UpdateUserProficiencies",
        "POST",
        "/users/{InstanceId}/{UserId}/proficiencies",
        &[required("UserProficiencies", WITH_LEVEL)],
        update,
    ),
    operation(
        "DisassociateUserProficiencies",
        "POST",
        "/users/{InstanceId}/{UserId}/disassociate-proficiencies",
        &[required("UserProficiencies", WITHOUT_LEVEL)],
        disassociate,
    ),
    operation(
        "ListUserProficiencies",
        "GET",
        "/users/{InstanceId}/{UserId}/proficiencies",
        &[NEXT_TOKEN, max_results(100)],
        list,
    ),
];

fn of_user(body: &Document) -> Vec<Value> {
    body.get("Proficiencies").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn pair(proficiency: &Value) -> (&str, &str) {
    let part = |member: &str| proficiency.get(member).and_then(Value::as_str).unwrap_or_default();
    (part("AttributeName"), part("AttributeValue"))
}

/// Refuses attributes that are not there, and values they do not have.
fn check(environment: &Environment, input: &Input) -> Result<(), AwsError> {
    for proficiency in input.list("UserProficiencies") {
        let (name, value) = pair(proficiency);
        // The service's own attributes, such as `connect:Language`, whose values the sandbox does not know.
        if name.starts_with("connect:") {
            continue;
        }
        let attribute = find(environment, &PREDEFINED_ATTRIBUTE, input.instance(), name)?;
        let values = attribute.get("Values").and_then(|values| values.get("StringList")).and_then(Value::as_array);
        if values.is_none_or(|values| values.iter().all(|known| known != value)) {
            return Err(invalid_parameter(format!("The predefined attribute {name} does not have the value {value}")));
        }
    }
    Ok(())
}

/// Adds proficiencies; one the user has gets the new level.
fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    check(environment, input)?;
    let mut all = of_user(&body);
    for given in input.list("UserProficiencies") {
        all.retain(|known| pair(known) != pair(given));
        all.push(given.clone());
    }
    body.insert("Proficiencies".to_owned(), all.into());
    save(environment, input, body)
}

/// Changes the level of proficiencies the user has.
fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let mut all = of_user(&body);
    for given in input.list("UserProficiencies") {
        let (name, value) = pair(given);
        let known = all.iter_mut().find(|known| pair(known) == (name, value));
        *known.ok_or_else(|| not_found(format!("The user does not have the proficiency {name} {value}.")))? =
            given.clone();
    }
    body.insert("Proficiencies".to_owned(), all.into());
    save(environment, input, body)
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    let mut all = of_user(&body);
    all.retain(|known| input.list("UserProficiencies").iter().all(|gone| pair(gone) != pair(known)));
    body.insert("Proficiencies".to_owned(), all.into());
    save(environment, input, body)
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_path(environment, input)?;
    let mut answer = page::in_memory(input, "UserProficiencyList", of_user(&body))?;
    document::copy_change(&body, &mut answer);
    Ok(json!(answer))
}
