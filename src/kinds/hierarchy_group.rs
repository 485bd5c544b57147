//! A node of the agent hierarchy; its name is the path, `KWGlobal/Consulting`.

use super::descriptor::{ArnForm, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "group",
    plural: "hierarchy groups",
    resource_type: "AWS::Connect::UserHierarchyGroup",
    prefix: "Group",
    is_single: false,
    lowering: Some(Lowering {
        section: "hierarchy: groups",
        names: crate::model::group_paths,
        lower: |resolver| resolver.hierarchy(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("agent-group"),
        attribute: Some("UserHierarchyGroupArn"),
        parameter: "UserHierarchyGroupIds",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("reports lose the history of the group"),
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_hierarchy_groups(reading.instance))),
    drift: Drift::PLAIN,
    service: Service::limited("L-D68AAAE4", "User hierarchy groups per instance", 500),
    own_rules: &["/Name"],
};
