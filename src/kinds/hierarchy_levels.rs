//! The names of the hierarchy levels.

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "hierarchy",
    plural: "hierarchies",
    resource_type: "AWS::Connect::UserHierarchyStructure",
    prefix: "HierarchyLevels",
    is_single: true,
    lowering: None,
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::Whole(None),
        attribute: Some("UserHierarchyStructureArn"),
        parameter: "UserHierarchyStructureArns",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("the levels of the hierarchy are lost"),
    reach: Reach::NONE,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| {
        Box::pin(async { Ok(vec![reading.gateway.live_hierarchy_levels(reading.instance).await?]) })
    }),
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
