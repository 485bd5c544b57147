//! A routing profile.

use callform_aws::ObjectType;

use super::descriptor::{
    ArnForm, Audience, Builtins, Bulk, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside,
    Reach, Service, UniqueName,
};
use super::keys;

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "routing_profile",
    plural: "routing profiles",
    resource_type: "AWS::Connect::RoutingProfile",
    prefix: "RoutingProfile",
    is_single: false,
    lowering: Some(Lowering {
        section: "routing_profiles",
        names: |blueprint| keys(&blueprint.routing_profiles),
        lower: |resolver| resolver.routing_profiles(),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("routing-profile"),
        attribute: Some("RoutingProfileArn"),
        parameter: "RoutingProfileIds",
    },
    name: UniqueName::in_instance("/Name"),
    lookup: None,
    builtins: Some(Builtins { known: &["Basic Routing Profile"], objects: ObjectType::RoutingProfile }),
    lifetime: Lifetime::PLAIN,
    reach: Reach { hears: Audience::Agents, tells: Audience::AgentsAtTheEnd, listed: None },
    outside: Outside::NOTHING,
    live: Live::Bulk(Bulk {
        read: |reading| {
            Box::pin(async {
                let managed = |id: &str| reading.is_managed(id);
                reading.gateway.live_routing_profiles(reading.instance, &managed, reading.in_detail).await
            })
        },
        left_out: &["AgentAvailabilityTimer", "MediaConcurrencies/*/CrossChannelBehavior"],
        left_out_words: Some(
            "agent availability and interruption of routing profiles for which the blueprint says nothing",
        ),
        never_read: &[],
    }),
    drift: Drift {
        filled_in: &[
            ("AgentAvailabilityTimer", FilledIn::Text("TIME_SINCE_LAST_ACTIVITY")),
            (
                "MediaConcurrencies/*/CrossChannelBehavior",
                FilledIn::Member("BehaviorType", "ROUTE_CURRENT_CHANNEL_ONLY"),
            ),
            ("QueueConfigs/*/Delay", FilledIn::Zero),
        ],
        written_together: &["Name", "Description"],
        not_removable: &["AgentAvailabilityTimer"],
        ..Drift::PLAIN
    },
    service: Service {
        batch: Some(("QueueConfigs", 10)),
        ..Service::limited("L-D3E7BE26", "Routing profiles per instance", 100)
    },
    own_rules: &["/MediaConcurrencies", "/QueueConfigs"],
};
