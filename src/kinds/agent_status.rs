//! An agent status.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Builtins, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "agent_status",
    plural: "agent statuses",
    resource_type: "AWS::Connect::AgentStatus",
    prefix: "AgentStatus",
    is_single: false,
    lowering: Some(Lowering {
        section: "agent_statuses",
        names: |blueprint| keys(&blueprint.agent_statuses.0),
        lower: |resolver| resolver.agent_statuses(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("agent-state"),
        attribute: Some("AgentStatusArn"),
        parameter: "AgentStatusIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: Some(Builtins { known: &["Available", "Offline"], objects: ObjectType::AgentStatus }),
    lifetime: Lifetime { is_retained: true, is_deletable: false, ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_agent_statuses(reading.instance))),
    drift: Drift {
        filled_in: &[("Type", FilledIn::Text("CUSTOM")), ("DisplayOrder", FilledIn::Anything)],
        written_together: &["Name", "Description", "State", "DisplayOrder"],
        ..Drift::PLAIN
    },
    service: Service::PLAIN,
    own_rules: &[],
};
