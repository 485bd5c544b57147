//! `AWS::Connect::RoutingProfile`, with its queues.

use serde_json::{Value, json};

use super::properties::{arn_in, differs, instance_arn, list, present, refuse_change, tag_list, tags};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct RoutingProfile;

/// Queues that one call of the service takes.
const QUEUES_PER_CALL: usize = 10;
/// The two lists of queues, with the members of the operation that takes queues out.
const LISTS: [(&str, &str); 2] =
    [("QueueConfigs", "QueueReferences"), ("ManualAssignmentQueueConfigs", "ManualAssignmentQueueReferences")];

impl ResourceHandler for RoutingProfile {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let arn = service.call_for(
            "CreateRoutingProfile",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "DefaultOutboundQueueId": properties.get("DefaultOutboundQueueArn"),
                "MediaConcurrencies": properties.get("MediaConcurrencies"),
                "AgentAvailabilityTimer": properties.get("AgentAvailabilityTimer"),
                "Tags": tags(properties),
            }),
            "RoutingProfileArn",
        )?;
        for (member, _) in LISTS {
            let configs: Vec<Value> = list(properties, member).iter().map(for_service).collect();
            send(service, "AssociateRoutingProfileQueues", &arn, member, &configs)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "RoutingProfileId": physical_id});
        let Some(profile) = service.describe("DescribeRoutingProfile", input, "RoutingProfile")? else {
            return Ok(None);
        };
        let [queues, manual] = live_queues(service, physical_id)?;
        Ok(Some(present(json!({
            "RoutingProfileArn": physical_id,
            "InstanceArn": instance,
            "Name": profile.get("Name"),
            "Description": profile.get("Description"),
            "DefaultOutboundQueueArn": arn_in(instance, "queue", profile.get("DefaultOutboundQueueId")),
            "MediaConcurrencies": profile.get("MediaConcurrencies"),
            "AgentAvailabilityTimer": profile.get("AgentAvailabilityTimer"),
            "QueueConfigs": queues,
            "ManualAssignmentQueueConfigs": manual,
            "Tags": tag_list(profile.get("Tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        for (properties, operation, members) in UPDATES {
            if differs(old, new, properties) {
                let mut input = json!({"InstanceId": new.get("InstanceArn"), "RoutingProfileId": physical_id});
                for (member, property) in *members {
                    input[*member] = json!(new.get(*property));
                }
                service.call(operation, input)?;
            }
        }
        update_queues(service, physical_id, old, new)?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "RoutingProfileId": physical_id});
        Service::new(context).call("DeleteRoutingProfile", input).map(drop)
    }
}

/// Properties, the operation that changes them, and its members.
type Update = (&'static [&'static str], &'static str, &'static [(&'static str, &'static str)]);

const UPDATES: &[Update] = &[
    (&["Name", "Description"], "UpdateRoutingProfileName", &[("Name", "Name"), ("Description", "Description")]),
    (
        &["DefaultOutboundQueueArn"],
        "UpdateRoutingProfileDefaultOutboundQueue",
        &[("DefaultOutboundQueueId", "DefaultOutboundQueueArn")],
    ),
    (&["MediaConcurrencies"], "UpdateRoutingProfileConcurrency", &[("MediaConcurrencies", "MediaConcurrencies")]),
    (
        &["AgentAvailabilityTimer"],
        "UpdateRoutingProfileAgentAvailabilityTimer",
        &[("AgentAvailabilityTimer", "AgentAvailabilityTimer")],
    ),
];

/// Takes out the queues that are gone, changes those with another priority or delay, and adds the new ones.
fn update_queues(service: Service, arn: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    let live = live_queues(service, arn)?;
    for ((member, references), live) in LISTS.into_iter().zip(live) {
        let (old, new) = (list(old, member), list(new, member));
        let has = |configs: &[Value], config: &Value| configs.iter().any(|one| same_queue(one, config));
        let gone = old.iter().filter(|config| !has(new, config) && has(&live, config));
        let gone: Vec<Value> = gone.filter_map(|config| for_service(config).get("QueueReference").cloned()).collect();
        send(service, "DisassociateRoutingProfileQueues", arn, references, &gone)?;
        let added: Vec<Value> = new.iter().filter(|config| !has(old, config)).map(for_service).collect();
        send(service, "AssociateRoutingProfileQueues", arn, member, &added)?;
        let changed = new.iter().filter(|config| has(old, config) && !old.contains(config));
        let changed: Vec<Value> = changed.map(for_service).collect();
        // Queues of the second list have nothing that could change.
        if member == "QueueConfigs" {
            send(service, "UpdateRoutingProfileQueues", arn, member, &changed)?;
        }
    }
    Ok(())
}

fn send(service: Service, operation: &str, arn: &str, member: &str, entries: &[Value]) -> HandlerResult<()> {
    for batch in entries.chunks(QUEUES_PER_CALL) {
        let input = json!({"InstanceId": instance_arn(arn)?, "RoutingProfileId": arn, member: batch});
        service.call(operation, input)?;
    }
    Ok(())
}

fn same_queue(left: &Value, right: &Value) -> bool {
    left.get("QueueReference") == right.get("QueueReference")
}

fn for_service(config: &Value) -> Value {
    let reference = |member: &str| config.get("QueueReference").and_then(|reference| reference.get(member));
    json!({
        "QueueReference": {"QueueId": reference("QueueArn"), "Channel": reference("Channel")},
        "Priority": config.get("Priority"),
        "Delay": config.get("Delay"),
    })
}

/// The profile's queues as the two properties have them, in the service's order.
fn live_queues(service: Service, arn: &str) -> HandlerResult<[Vec<Value>; 2]> {
    let input = json!({"InstanceId": instance_arn(arn)?, "RoutingProfileId": arn});
    let queues = service.list("ListRoutingProfileQueues", input.clone(), "RoutingProfileQueueConfigSummaryList")?;
    let manual = service.list(
        "ListRoutingProfileManualAssignmentQueues",
        input,
        "RoutingProfileManualAssignmentQueueConfigSummaryList",
    )?;
    let property = |entry: &Value| {
        let mut config =
            json!({"QueueReference": {"QueueArn": entry.get("QueueArn"), "Channel": entry.get("Channel")}});
        for member in ["Priority", "Delay"] {
            if let Some(value) = entry.get(member) {
                config[member] = value.clone();
            }
        }
        config
    };
    Ok([queues.iter().map(property).collect(), manual.iter().map(property).collect()])
}
