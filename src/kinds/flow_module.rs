//! A flow module.

use super::descriptor::{
    ArnForm, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, Touched,
    UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow_module",
    plural: "flow modules",
    resource_type: "AWS::Connect::ContactFlowModule",
    prefix: "Module",
    is_single: false,
    lowering: Some(Lowering {
        section: "flow_modules",
        names: |blueprint| keys(&blueprint.flow_modules),
        lower: |resolver| resolver.flow_modules(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("flow-module"),
        attribute: Some("ContactFlowModuleArn"),
        parameter: "ContactFlowModuleIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::listed(Touched::Flows),
    outside: Outside { is_of_region: true, may_be_of_others: false },
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flow_modules(reading.instance))),
    drift: Drift {
        filled_in: &[("State", FilledIn::Text("ACTIVE")), ("ExternalInvocationConfiguration/Enabled", FilledIn::False)],
        written_together: &["Name", "Description", "State"],
        ..Drift::PLAIN
    },
    service: Service::limited("", "Modules per instance", 200),
    own_rules: &[],
};
