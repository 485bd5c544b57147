//! A Firehose delivery stream.

use super::descriptor::{
    ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "delivery_stream",
    plural: "delivery streams",
    resource_type: "AWS::KinesisFirehose::DeliveryStream",
    prefix: "DeliveryStream",
    is_single: false,
    lowering: Some(Lowering {
        section: "delivery_streams",
        names: |blueprint| keys(&blueprint.delivery_streams),
        lower: |resolver| resolver.delivery_streams(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/${Id}"),
        attribute: Some("Arn"),
        parameter: "DeliveryStreamNames",
    },
    name: UniqueName::in_account("/DeliveryStreamName"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("records on their way are lost"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 60, needs: &["iam"], ..Service::PLAIN },
    own_rules: &[],
};
