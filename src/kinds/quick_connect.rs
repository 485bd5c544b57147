//! A quick connect.

use super::descriptor::{
    ArnForm, Audience, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "quick_connect",
    plural: "quick connects",
    resource_type: "AWS::Connect::QuickConnect",
    prefix: "QuickConnect",
    is_single: false,
    lowering: Some(Lowering {
        section: "quick_connects",
        names: |blueprint| keys(&blueprint.quick_connects),
        lower: |resolver| resolver.quick_connects(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("transfer-destination"),
        attribute: Some("QuickConnectArn"),
        parameter: "QuickConnectIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach { hears: Audience::Nobody, tells: Audience::Agents, listed: None },
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_quick_connects(reading.instance))),
    drift: Drift { written_together: &["Name", "Description"], ..Drift::PLAIN },
    service: Service::limited("L-68BBE2E8", "Quick connects per instance", 100),
    own_rules: &["/QuickConnectConfig/PhoneConfig"],
};
