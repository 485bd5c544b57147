//! Phone numbers: searched, claimed, moved and released, and the flow each one starts.
//!
//! All numbers are fictional: `+<calling code> 555 01…`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{invalid_parameter, not_found};
use super::input::Input;
use super::instance::{need_target, target};
use super::number_pool::{self, COUNTRY, TYPE};
use super::operation::{
    INSTANCE as INSTANCE_MEMBER, Member, NEXT_TOKEN, Operation, Shape, TAGS, TEXT, max_results, operation, optional,
    query, required, required_query, search_size,
};
use super::resource::{FLOW, INSTANCE, PHONE_NUMBER};
use super::{page, quota, tags};

const INSTANCE_ID: Member = optional("InstanceId", Shape::Text(1, 100));
const TARGET: Member = optional("TargetArn", TEXT);
const TOKEN: Member = optional("ClientToken", Shape::Text(0, 500));
const LONG_TOKEN: Member = optional("NextToken", Shape::Text(1, 100_000));
const DESCRIPTION: Member = optional("PhoneNumberDescription", Shape::Text(0, 500));
const PREFIX: Member = optional("PhoneNumberPrefix", Shape::Text(1, 12));
const PATH_OF_ONE: &str = "/phone-number/{PhoneNumberId}";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "SearchAvailablePhoneNumbers",
        "POST",
        "/phone-number/search-available",
        &[
            TARGET,
            INSTANCE_ID,
            required("PhoneNumberCountryCode", COUNTRY),
            required("PhoneNumberType", TYPE),
            PREFIX,
            search_size(10),
            LONG_TOKEN,
        ],
        search_available,
    ),
    operation(
        "ClaimPhoneNumber",
        "POST",
        "/phone-number/claim",
        &[TARGET, INSTANCE_ID, required("PhoneNumber", Shape::Text(2, 16)), DESCRIPTION, TAGS, TOKEN],
        claim,
    ),
    operation("DescribePhoneNumber", "GET", PATH_OF_ONE, &[], describe),
    operation("UpdatePhoneNumber", "PUT", PATH_OF_ONE, &[TARGET, INSTANCE_ID, TOKEN], update),
    operation(
        "ReleasePhoneNumber",
        "DELETE",
        PATH_OF_ONE,
        &[query("clientToken", "ClientToken", Shape::Text(0, 500))],
        release,
    ),
    operation(
        "UpdatePhoneNumberMetadata",
        "PUT",
        "/phone-number/{PhoneNumberId}/metadata",
        &[DESCRIPTION, TOKEN],
        update_metadata,
    ),
    operation(
        "AssociatePhoneNumberContactFlow",
        "PUT",
        "/phone-number/{PhoneNumberId}/contact-flow",
        &[INSTANCE_MEMBER, required("ContactFlowId", Shape::Text(1, 500))],
        associate_flow,
    ),
    operation(
        "DisassociatePhoneNumberContactFlow",
        "DELETE",
        "/phone-number/{PhoneNumberId}/contact-flow",
        &[required_query("instanceId", "InstanceId", Shape::Text(1, 100))],
        disassociate_flow,
    ),
    operation(
        "ListPhoneNumbersV2",
        "POST",
        "/phone-number/list",
        &[
            TARGET,
            INSTANCE_ID,
            search_size(1000),
            LONG_TOKEN,
            optional("PhoneNumberCountryCodes", Shape::List(0, 10, &COUNTRY)),
            optional("PhoneNumberTypes", Shape::List(0, 6, &TYPE)),
            PREFIX,
        ],
        list_v2,
    ),
    operation(
        "ListPhoneNumbers",
        "GET",
        "/phone-numbers-summary/{InstanceId}",
        &[
            query("phoneNumberTypes", "PhoneNumberTypes", Shape::List(0, 6, &TYPE)),
            query("phoneNumberCountryCodes", "PhoneNumberCountryCodes", Shape::List(0, 10, &COUNTRY)),
            NEXT_TOKEN,
            max_results(1000),
        ],
        list,
    ),
];

/// Numbers that were released and when, in milliseconds since 1970: the service does not give them out again for up to
/// 180 days. Source: Amazon Connect Administrator Guide, "Release a phone number".
const RELEASED: &str = "connect/released-phone-number";
/// Country and type of the numbers outside of the pool that a search has found.
const OFFERED: &str = "connect/offered-phone-number";
/// How long a released number is gone, and how long its release counts, in milliseconds.
const COOL_DOWN: u64 = 180 * 24 * 3_600_000;
/// The flow of each number, by number id, in the number's instance.
pub(super) const VOICE_FLOW: &str = "connect/phone-number-flow";

fn all(environment: &Environment) -> Result<Vec<Document>, AwsError> {
    let numbers = environment.tx.list::<Document>(PHONE_NUMBER.document, "")?;
    Ok(numbers.into_iter().map(|(_, body)| body).collect())
}

/// The numbers that were released in the last 180 days.
fn released(environment: &Environment) -> Result<Vec<String>, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let released = environment.tx.list::<u64>(RELEASED, "")?;
    let recent = released.into_iter().filter(|(_, when)| now.saturating_sub(*when) < COOL_DOWN);
    Ok(recent.map(|(number, _)| number).collect())
}

/// The numbers that cannot be claimed: those that are, and those that were until lately.
fn taken(environment: &Environment) -> Result<BTreeSet<String>, AwsError> {
    let claimed = all(environment)?.into_iter().map(|body| text(&body, "PhoneNumber").to_owned());
    Ok(released(environment)?.into_iter().chain(claimed).collect())
}

/// Refuses a claim of an account that released twice as many numbers as it may have within 180 days. Source: Amazon
/// Connect Administrator Guide, "Claim a phone number"; the error's code is that of the model which fits best (?).
fn check_churn(environment: &Environment) -> Result<(), AwsError> {
    let Some(quota) = quota::applied(environment, &PHONE_NUMBER)? else { return Ok(()) };
    let released = released(environment)?.len();
    if released >= quota.saturating_mul(2) {
        let message = format!(
            "{released} phone numbers were released in the last 180 days, which is 200 % of the quota of {quota}: no number can be claimed until the oldest release is 180 days ago."
        );
        return Err(invalid_parameter(message));
    }
    Ok(())
}

fn search_available(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    need_target(environment, input)?;
    let (country, kind) = (input.need("PhoneNumberCountryCode")?, input.need("PhoneNumberType")?);
    let prefix = format!("+{}", input.text("PhoneNumberPrefix").unwrap_or_default().trim_start_matches('+'));
    let taken = taken(environment)?;
    let mut numbers: Vec<String> =
        number_pool::numbers(country, kind).filter(|number| number.starts_with(&prefix)).collect();
    if numbers.is_empty() {
        numbers = number_pool::with_prefix(country, kind, &prefix);
        // What such a number is does not follow from its digits.
        for number in &numbers {
            environment.tx.put(OFFERED, "", number, None, &(country, kind))?;
        }
    }
    let entries = numbers
        .into_iter()
        .filter(|number| !taken.contains(number))
        .map(|number| json!({"PhoneNumber": number, "PhoneNumberCountryCode": country, "PhoneNumberType": kind}))
        .collect();
    page::in_memory(input, "AvailableNumbersList", entries).map(Value::from)
}

fn claim(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let instance = need_target(environment, input)?;
    let number = input.need("PhoneNumber")?;
    let token = input.text("ClientToken").filter(|token| !token.is_empty());
    document::refuse_other_request(environment, input, "")?;
    document::once_per_token(environment, "ClaimPhoneNumber", "", token, || {
        let offered = environment.tx.get::<(String, String)>(OFFERED, "", number)?;
        let (country, kind) = number_pool::owner(number)
            .map(|(country, kind)| (country.to_owned(), kind.to_owned()))
            .or(offered)
            .ok_or_else(|| unavailable(number))?;
        if taken(environment)?.contains(number) {
            return Err(unavailable(number));
        }
        check_churn(environment)?;
        let mut body = input.pick(&["PhoneNumber", "PhoneNumberDescription", "Tags"]);
        body.extend(members(json!({
            "PhoneNumberCountryCode": country,
            "PhoneNumberType": kind,
            "TargetArn": INSTANCE.arn_of(environment, "", &instance),
            "InstanceId": instance,
            "PhoneNumberStatus": {"Status": "IN_PROGRESS"},
        })));
        let id = document::new_id();
        tags::check(body.get("Tags").and_then(Value::as_object))?;
        body.entry("Tags").or_insert_with(|| json!({}));
        body.insert("PhoneNumberArn".to_owned(), PHONE_NUMBER.arn_of(environment, "", &id).into());
        body.insert("PhoneNumberId".to_owned(), id.into());
        put(environment, &body)?;
        Ok(json!({
            "PhoneNumberId": body.get("PhoneNumberId"),
            "PhoneNumberArn": body.get("PhoneNumberArn"),
        }))
    })
}

fn unavailable(number: &str) -> AwsError {
    invalid_parameter(format!("Phone number not available: {number}"))
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn find(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    document::find(environment, &PHONE_NUMBER, "", input.need("PhoneNumberId")?)
}

/// Writes a number. Its documents have no time of change, as the service shows none.
fn put(environment: &Environment, body: &Document) -> Result<(), AwsError> {
    environment.tx.put(PHONE_NUMBER.document, "", text(body, "PhoneNumberId"), None, body)
}

fn is_claimed(body: &Document) -> bool {
    body.get("PhoneNumberStatus").and_then(|status| status.get("Status")).and_then(Value::as_str) == Some("CLAIMED")
}

/// The first description of a number still finds the claim in progress; the next one finds it done.
fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = find(environment, input)?;
    if !is_claimed(&body) {
        let mut claimed = body.clone();
        claimed.insert("PhoneNumberStatus".to_owned(), json!({"Status": "CLAIMED"}));
        put(environment, &claimed)?;
    }
    Ok(json!({ "ClaimedPhoneNumberSummary": body }))
}

/// Moves a number to another instance, without its flow.
fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    let instance = need_target(environment, input)?;
    if instance != text(&body, "InstanceId") {
        environment.tx.delete(VOICE_FLOW, text(&body, "InstanceId"), text(&body, "PhoneNumberId"))?;
        body.insert("TargetArn".to_owned(), INSTANCE.arn_of(environment, "", &instance).into());
        body.insert("InstanceId".to_owned(), instance.into());
        put(environment, &body)?;
    }
    Ok(json!({"PhoneNumberId": body.get("PhoneNumberId"), "PhoneNumberArn": body.get("PhoneNumberArn")}))
}

fn update_metadata(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = find(environment, input)?;
    document::assign(&mut body, input, &["PhoneNumberDescription"]);
    put(environment, &body)?;
    Ok(json!({}))
}

fn release(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    release_one(environment, &find(environment, input)?)?;
    Ok(json!({}))
}

fn release_one(environment: &Environment, body: &Document) -> Result<(), AwsError> {
    let id = text(body, "PhoneNumberId");
    environment.tx.delete(VOICE_FLOW, text(body, "InstanceId"), id)?;
    environment.tx.delete(PHONE_NUMBER.document, "", id)?;
    environment.tx.put(RELEASED, "", text(body, "PhoneNumber"), None, &epoch_milliseconds(environment.now))
}

/// Releases the numbers of an instance that is deleted.
pub(super) fn release_all(environment: &Environment, instance: &str) -> Result<(), AwsError> {
    for body in all(environment)?.iter().filter(|body| text(body, "InstanceId") == instance) {
        release_one(environment, body)?;
    }
    Ok(())
}

/// The number of a request, which must belong to its instance.
fn of_instance(environment: &Environment, input: &Input) -> Result<Document, AwsError> {
    let body = find(environment, input)?;
    if text(&body, "InstanceId") == input.instance() {
        Ok(body)
    } else {
        Err(not_found(format!("The phone number {} was not found.", text(&body, "PhoneNumberId"))))
    }
}

/// Links a number to a flow in place of any earlier one.
fn associate_flow(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_instance(environment, input)?;
    let flow = document::referred_id(environment, &FLOW, input.instance(), input.need("ContactFlowId")?)?;
    environment.tx.put(VOICE_FLOW, input.instance(), text(&body, "PhoneNumberId"), None, &flow)?;
    Ok(json!({}))
}

fn disassociate_flow(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let body = of_instance(environment, input)?;
    environment.tx.delete(VOICE_FLOW, input.instance(), text(&body, "PhoneNumberId"))?;
    Ok(json!({}))
}

/// The numbers that a listing asks for, sorted by id.
fn wanted(environment: &Environment, input: &Input, instance: Option<&str>) -> Result<Vec<Document>, AwsError> {
    let (types, countries) = (input.texts("PhoneNumberTypes"), input.texts("PhoneNumberCountryCodes"));
    let prefix = input.text("PhoneNumberPrefix").unwrap_or_default().trim_start_matches('+');
    let one_of = |wanted: &[&str], value: &str| wanted.is_empty() || wanted.contains(&value);
    let mut numbers = all(environment)?;
    numbers.retain(|body| {
        instance.is_none_or(|instance| text(body, "InstanceId") == instance)
            && one_of(&types, text(body, "PhoneNumberType"))
            && one_of(&countries, text(body, "PhoneNumberCountryCode"))
            && text(body, "PhoneNumber").trim_start_matches('+').starts_with(prefix)
    });
    Ok(numbers)
}

fn list_v2(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let instance = target(environment, input)?;
    let entry = |mut body: Document| {
        body.remove("Tags");
        body.remove("PhoneNumberStatus");
        Value::Object(body)
    };
    let entries = wanted(environment, input, instance.as_deref())?.into_iter().map(entry).collect();
    page::in_memory(input, "ListPhoneNumbersSummaryList", entries).map(Value::from)
}

/// The older listing, whose ARNs name the instance and cannot be used for tags.
fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let instance = INSTANCE.arn_of(environment, "", input.instance());
    let entry = |body: &Document| {
        json!({
            "Id": body.get("PhoneNumberId"),
            "Arn": format!("{instance}/phone-number/{}", text(body, "PhoneNumberId")),
            "PhoneNumber": body.get("PhoneNumber"),
            "PhoneNumberType": body.get("PhoneNumberType"),
            "PhoneNumberCountryCode": body.get("PhoneNumberCountryCode"),
        })
    };
    let entries = wanted(environment, input, Some(input.instance()))?.iter().map(entry).collect();
    page::in_memory(input, "PhoneNumberSummaryList", entries).map(Value::from)
}
