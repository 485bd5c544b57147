//! A claimed phone number.

use super::descriptor::{
    ArnForm, Audience, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    Touched,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "phone_number",
    plural: "phone numbers",
    resource_type: "AWS::Connect::PhoneNumber",
    prefix: "PhoneNumber",
    is_single: false,
    lowering: Some(Lowering {
        section: "phone_numbers",
        names: |blueprint| keys(&blueprint.phone_numbers),
        lower: |resolver| resolver.phone_numbers(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ById("arn:${AWS::Partition}:connect:${AWS::Region}:${AWS::AccountId}:phone-number/${Id}"),
        attribute: Some("PhoneNumberArn"),
        parameter: "PhoneNumberIds",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("the number is released"),
    reach: Reach { tells: Audience::Agents, ..Reach::listed(Touched::PhoneNumbers) },
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_phone_numbers(reading.managed))),
    drift: Drift { filled_in: &[("CountryCode", FilledIn::Anything), ("Type", FilledIn::Anything)], ..Drift::PLAIN },
    service: Service { seconds: 10, ..Service::limited("L-8F812903", "Phone numbers per instance", 5) },
    own_rules: &["/CountryCode", "/Prefix"],
};
