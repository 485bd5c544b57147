//! A Kinesis data stream.

use callform_aws::NamedResource;

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "stream",
    plural: "streams",
    resource_type: "AWS::Kinesis::Stream",
    prefix: "Stream",
    is_single: false,
    lowering: Some(Lowering {
        section: "streams",
        names: |blueprint| keys(&blueprint.streams),
        lower: |resolver| resolver.streams(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Id}"),
        attribute: Some("Arn"),
        parameter: "StreamNames",
    },
    name: UniqueName::in_account("/Name"),
    lookup: Some(Lookup { property: "Name", resource: NamedResource::Stream, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("records on their way are lost"),
        holds_data: true,
        is_named_by_default: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 30, ..Service::PLAIN },
    own_rules: &[],
};
