//! Phone numbers and their flows.

use serde_json::{Value, json};

use super::{World, instance_properties};
use crate::handler::HandlerErrorCode;

fn number(world: &World, further: Value) -> Value {
    let mut properties = json!({"TargetArn": world.instance, "CountryCode": "US", "Type": "DID"});
    let Value::Object(further) = further else { panic!("an object is expected") };
    properties.as_object_mut().unwrap().extend(further);
    properties
}

#[test]
fn a_number_lives_and_moves() {
    let world = World::new();
    let other = world.create("Instance", "other", &instance_properties("other"));
    let mut moved = number(&world, json!({}));
    moved["TargetArn"] = other.into();
    let tags = json!([{"Key": "center", "Value": "kwglobal"}]);
    world.live("PhoneNumber", &number(&world, json!({"Description": "Main", "Tags": tags, "Prefix": "+1555"})), &moved);
}

#[test]
fn numbers_are_never_given_out_twice() {
    let world = World::new();
    let address = |id: &str| world.read("PhoneNumber", id).unwrap()["Address"].as_str().unwrap().to_owned();
    let first = world.create("PhoneNumber", "first", &number(&world, json!({})));
    let second = world.create("PhoneNumber", "second", &number(&world, json!({})));
    assert_eq!((address(&first).as_str(), address(&second).as_str()), ("+15550100000", "+15550100001"));
    world.delete("PhoneNumber", &first).unwrap();
    let third = world.create("PhoneNumber", "third", &number(&world, json!({})));
    assert_eq!(address(&third), "+15550100002");
    for taken in ["+15550100000", "+15550100001", "+14155550100"] {
        let error = world.call("ClaimPhoneNumber", json!({"PhoneNumber": taken})).unwrap_err();
        assert_eq!(error.message, format!("Phone number not available: {taken}"));
    }
    let none = world.try_create("PhoneNumber", "none", &number(&world, json!({"CountryCode": "XX"}))).unwrap_err();
    assert_eq!(none.code, HandlerErrorCode::InvalidRequest);
}

/// Whatever prefix the service could sell: found, claimed, and what it was found as.
#[test]
fn numbers_with_any_prefix_can_be_had() {
    let world = World::new();
    let search = |country: &str, kind: &str, prefix: &str| {
        let input = json!({"PhoneNumberCountryCode": country, "PhoneNumberType": kind, "PhoneNumberPrefix": prefix});
        world.call("SearchAvailablePhoneNumbers", input).unwrap()["AvailableNumbersList"].clone()
    };
    for (country, kind, prefix, first) in [
        ("US", "DID", "+1206", "+12065550100"),
        ("US", "TOLL_FREE", "+1800356", "+18003565500"),
        ("GB", "TOLL_FREE", "+44800", "+44800555000"),
    ] {
        let found = search(country, kind, prefix);
        assert_eq!(found[0]["PhoneNumber"], first);
        assert_eq!(search(country, kind, prefix), found);
        let wanted = json!({"CountryCode": country, "Type": kind, "Prefix": prefix});
        let id = world.create("PhoneNumber", prefix, &number(&world, wanted));
        let made = world.read("PhoneNumber", &id).unwrap();
        assert_eq!(
            (&made["Address"], &made["CountryCode"], &made["Type"]),
            (&first.into(), &country.into(), &kind.into())
        );
        let next = search(country, kind, prefix);
        assert_ne!(next[0]["PhoneNumber"], first);
    }
    for (country, prefix) in [("US", "+44"), ("US", "+1800"), ("XX", "+1206")] {
        assert_eq!(search(country, "DID", prefix), json!([]), "{country} {prefix}");
    }
    // One that was found, and one that nobody has.
    world.call("ClaimPhoneNumber", json!({"PhoneNumber": "+12065550101"})).unwrap();
    let error = world.call("ClaimPhoneNumber", json!({"PhoneNumber": "+13035550101"})).unwrap_err();
    assert_eq!(error.message, "Phone number not available: +13035550101");
}

#[test]
fn a_claim_is_done_once_per_token_and_takes_a_while() {
    let world = World::new();
    let claim = |number: &str| world.call("ClaimPhoneNumber", json!({"PhoneNumber": number, "ClientToken": "token"}));
    let claimed = claim("+15550100005").unwrap();
    assert_eq!(claim("+15550100005").unwrap(), claimed);
    assert_eq!(claim("+15550100006").unwrap_err().code, "IdempotencyException");
    let status = || {
        let described = world.call("DescribePhoneNumber", json!({"PhoneNumberId": claimed["PhoneNumberId"]})).unwrap();
        described["ClaimedPhoneNumberSummary"]["PhoneNumberStatus"]["Status"].clone()
    };
    assert_eq!([status(), status()], ["IN_PROGRESS", "CLAIMED"]);
    let listed = world.call("ListPhoneNumbersV2", json!({"PhoneNumberPrefix": "+1555"})).unwrap();
    assert_eq!(listed["ListPhoneNumbersSummaryList"][0]["PhoneNumber"], "+15550100005");
    let listed = world.call("ListPhoneNumbers", json!({})).unwrap();
    let arn = listed["PhoneNumberSummaryList"][0]["Arn"].clone();
    let error = world.call("TagResource", json!({"resourceArn": arn, "tags": {"a": "b"}})).unwrap_err();
    assert_eq!(error.code, "ResourceNotFoundException");
}

#[test]
fn a_number_starts_a_flow() {
    let world = World::new();
    let id = world.create("PhoneNumber", "number", &number(&world, json!({})));
    let flow = world.flow("Sample inbound flow (first contact experience)");
    let associations = || {
        let listed = world.call("ListFlowAssociations", json!({"ResourceType": "VOICE_PHONE_NUMBER"})).unwrap();
        listed["FlowAssociationSummaryList"].clone()
    };
    assert_eq!(associations(), json!([]));
    let link =
        |flow: &str| world.call("AssociatePhoneNumberContactFlow", json!({"PhoneNumberId": id, "ContactFlowId": flow}));
    link(&world.flow("Sample AB test")).unwrap();
    link(&flow).unwrap();
    let linked = json!([{"ResourceId": id, "FlowId": flow, "ResourceType": "VOICE_PHONE_NUMBER"}]);
    assert_eq!(associations(), linked);
    let asked = world.call("BatchGetFlowAssociation", json!({"ResourceIds": [id]})).unwrap();
    assert_eq!(asked["FlowAssociationSummaryList"], linked);
    let missing = link("dddddddd-2222-4333-8444-555555555555").unwrap_err();
    assert_eq!(missing.code, "ResourceNotFoundException");
    let other = world.create("Instance", "other", &instance_properties("other"));
    let foreign = json!({"InstanceId": other, "PhoneNumberId": id, "ContactFlowId": flow});
    let error = world.call("AssociatePhoneNumberContactFlow", foreign).unwrap_err();
    assert_eq!(error.code, "ResourceNotFoundException");
    world.call("DisassociatePhoneNumberContactFlow", json!({"PhoneNumberId": id})).unwrap();
    assert_eq!(associations(), json!([]));
}
