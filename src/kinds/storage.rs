//! Storage of one kind of data of the instance.

use std::collections::BTreeSet;

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Reading, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "storage",
    plural: "storage configurations",
    resource_type: "AWS::Connect::InstanceStorageConfig",
    prefix: "Storage",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "InstanceStorageConfigRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::NONE,
    outside: Outside::REGIONAL,
    live: Live::bulk(|reading| {
        Box::pin(async { reading.gateway.live_storage(reading.instance, &types_of(reading)).await })
    }),
    drift: Drift::PLAIN,
    service: Service { needs: &["ds", "iam"], ..Service::PLAIN },
    own_rules: &[],
};

/// The storage resource types that the center configures.
fn types_of(reading: &Reading<'_>) -> Vec<String> {
    let types: BTreeSet<&str> =
        reading.deployed.iter().filter_map(|properties| properties["ResourceType"].as_str()).collect();
    types.into_iter().map(str::to_owned).collect()
}
