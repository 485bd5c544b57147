//! A published version of a flow module: its content and settings, frozen.

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service, VersionOf,
};
use crate::model::Kind;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow_module_version",
    plural: "versions of flow modules",
    resource_type: "AWS::Connect::ContactFlowModuleVersion",
    prefix: "PublishedModule",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "PublishedModuleArns" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime {
        // arn:<partition>:connect:<region>:<account>:instance/<id>/<segment>/<id>:<number>
        version_of: Some(VersionOf { kind: Kind::FlowModule, number_at: 6, outside: &OUTSIDE }),
        ..Lifetime::PLAIN
    },
    reach: Reach::NONE,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flow_module_versions(reading.instance, reading.managed))),
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

/// What a version does not hold: it is the content that is frozen.
const OUTSIDE: [&str; 5] = ["InstanceArn", "Name", "Description", "State", "Tags"];
