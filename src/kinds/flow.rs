//! A flow.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    Touched, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "flow",
    plural: "flows",
    resource_type: "AWS::Connect::ContactFlow",
    prefix: "Flow",
    is_single: false,
    lowering: Some(Lowering {
        section: "flows",
        names: |blueprint| keys(&blueprint.flows),
        lower: |resolver| resolver.flows(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("contact-flow"),
        attribute: Some("ContactFlowArn"),
        parameter: "ContactFlowIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: Some(Builtins {
        known: &[
            "Default agent hold",
            "Default agent transfer",
            "Default agent whisper",
            "Default customer hold",
            "Default customer queue",
            "Default customer whisper",
            "Default outbound",
            "Default queue transfer",
            "Sample inbound flow (first contact experience)",
            "Sample AB test",
            "Sample disconnect flow",
            "Sample queue configurations flow",
            "Sample queue customer",
            "Sample recording behavior",
            "Sample note for screenpop",
            "Sample Lambda integration",
            "Sample secure input with no agent",
            "Sample secure input with agent",
            "Sample interruptible queue flow with callback",
        ],
        objects: ObjectType::Flow,
    }),
    lifetime: Lifetime::PLAIN,
    reach: Reach::listed(Touched::Flows),
    outside: Outside { is_of_region: true, may_be_of_others: false },
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_flows(reading.instance))),
    drift: Drift {
        filled_in: &[("State", FilledIn::Text("ACTIVE"))],
        written_together: &["Name", "Description", "State"],
        ..Drift::PLAIN
    },
    service: Service::limited("L-22922690", "Contact flows per instance", 100),
    own_rules: &[],
};
