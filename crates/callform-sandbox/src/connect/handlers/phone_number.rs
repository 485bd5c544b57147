//! `AWS::Connect::PhoneNumber`: the first available number of its kind.

use serde_json::{Value, json};

use super::properties::{differs, present, tag_list, tags, text, text_or_empty};
use super::service::{Service, general, invalid_request, not_found};
use crate::cloudformation;
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct PhoneNumber;

const TYPE: &str = "AWS::Connect::PhoneNumber";

/// How often the handler asks whether a claim is done; the sandbox is done after the first time.
const POLLS: usize = 5;

impl ResourceHandler for PhoneNumber {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        if properties.contains_key("SourcePhoneNumberArn") {
            return Err(invalid_request("The sandbox does not import phone numbers of other services."));
        }
        let number = first_available(service, properties)?;
        if race_is_on(context)? {
            meet_others(context, properties, &number)?;
        }
        let arn = service.call_for(
            "ClaimPhoneNumber",
            json!({
                "TargetArn": properties.get("TargetArn"),
                "PhoneNumber": number,
                "PhoneNumberDescription": properties.get("Description"),
                "Tags": tags(properties),
                "ClientToken": service.client_token(),
            }),
            "PhoneNumberArn",
        )?;
        for _ in 0..POLLS {
            let number = describe(service, &arn)?.ok_or_else(|| not_found(format!("Phone number {arn} not found")))?;
            let status = number.get("PhoneNumberStatus").and_then(|status| status.get("Status"));
            if status.and_then(Value::as_str) == Some("CLAIMED") {
                return Ok(arn);
            }
        }
        Err(general(format!("The claim of the phone number {arn} is not done.")))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let number = describe(Service::new(context), physical_id)?;
        Ok(number.map(|number| {
            present(json!({
                "PhoneNumberArn": physical_id,
                "Address": number.get("PhoneNumber"),
                "TargetArn": number.get("TargetArn"),
                "Description": number.get("PhoneNumberDescription"),
                "CountryCode": number.get("PhoneNumberCountryCode"),
                "Type": number.get("PhoneNumberType"),
                "Tags": tag_list(number.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let service = Service::new(context);
        if differs(old, new, &["TargetArn"]) {
            let input = json!({"PhoneNumberId": physical_id, "TargetArn": new.get("TargetArn")});
            service.call("UpdatePhoneNumber", input)?;
        }
        if differs(old, new, &["Description"]) {
            let description = text_or_empty(new, "Description");
            let input = json!({"PhoneNumberId": physical_id, "PhoneNumberDescription": description});
            service.call("UpdatePhoneNumberMetadata", input)?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        Service::new(context).call("ReleasePhoneNumber", json!({"PhoneNumberId": physical_id})).map(drop)
    }
}

fn describe(service: Service, arn: &str) -> HandlerResult<Option<Properties>> {
    service.describe("DescribePhoneNumber", json!({"PhoneNumberId": arn}), "ClaimedPhoneNumberSummary")
}

/// Numbers that others claimed while a resource was on its way to claim them, by stack operation and logical ID.
const LOST: &str = "connect/lost-phone-number";

fn race_is_on(context: &Context) -> HandlerResult<bool> {
    let faults = Faults::load(context.environment.folder).map_err(|error| general(error.message))?;
    Ok(faults.race_for_phone_numbers)
}

/// Resources that are made at the same time have all found the same free number: who comes second finds it taken, and
/// fails. Source: hashicorp/terraform-provider-aws#45572, where a client searches and claims as the handler does.
fn meet_others(context: &Context, properties: &Properties, number: &Value) -> HandlerResult<()> {
    let tx = context.environment.tx;
    let failed = |error: AwsError| general(error.message);
    let operation = context.token.split(context.logical_id).next().unwrap_or_default();
    if let Some(lost) = tx.get::<String>(LOST, operation, context.logical_id).map_err(failed)? {
        return Err(invalid_request(format!("Phone number not available: {lost}")));
    }
    for (stack, logical_id, other) in cloudformation::state::in_creation(&context.environment, TYPE).map_err(failed)? {
        let same = ["CountryCode", "Type", "Prefix"].iter().all(|name| other.get(*name) == properties.get(*name));
        if same && stack == context.stack_name && logical_id != context.logical_id {
            tx.put(LOST, operation, &logical_id, None, number).map_err(failed)?;
        }
    }
    Ok(())
}

fn first_available(service: Service, properties: &Properties) -> HandlerResult<Value> {
    let answer = service.call(
        "SearchAvailablePhoneNumbers",
        json!({
            "TargetArn": properties.get("TargetArn"),
            "PhoneNumberCountryCode": properties.get("CountryCode"),
            "PhoneNumberType": properties.get("Type"),
            "PhoneNumberPrefix": properties.get("Prefix"),
            "MaxResults": 1,
        }),
    )?;
    let first = answer.get("AvailableNumbersList").and_then(Value::as_array).and_then(|numbers| numbers.first());
    let none = || {
        let (country, kind) = (text(properties, "CountryCode"), text(properties, "Type"));
        invalid_request(format!("There is no phone number of the type {kind} available in {country}."))
    };
    first.and_then(|number| number.get("PhoneNumber")).cloned().ok_or_else(none)
}
