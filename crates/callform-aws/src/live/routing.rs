//! Queues, quick connects, routing profiles, phone numbers.

use std::collections::BTreeSet;

use aws_sdk_connect::types::{MediaConcurrency, Queue, QuickConnect, RoutingProfile};
use serde_json::{Map, Value, json};

use super::properties::{arn, set, set_list, set_text, tags};
use super::{LiveObject, Wanted};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// The queues that are asked for. One call a queue for its quick connects.
    pub async fn live_queues(
        &self,
        instance: &ConnectInstance,
        wanted: Wanted<'_>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let criteria = aws_sdk_connect::types::QueueSearchCriteria::builder()
            .queue_type_condition(aws_sdk_connect::types::SearchableQueueType::Standard)
            .build();
        let mut pages = self
            .connect
            .search_queues()
            .instance_id(&instance.id)
            .search_criteria(criteria)
            .max_results(500)
            .into_paginator()
            .send();
        let mut queues = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchQueues", &error))?;
            for queue in page.queues.unwrap_or_default() {
                if !is_wanted(queue.queue_arn.as_deref(), wanted) {
                    continue;
                }
                let Some(id) = queue.queue_id.clone() else { continue };
                let quick_connects = self.quick_connects_of(instance, &id).await?;
                queues.push(queue_object(instance, queue, quick_connects));
            }
        }
        Ok(queues)
    }

    async fn quick_connects_of(&self, instance: &ConnectInstance, queue: &str) -> Result<Vec<String>, GatewayError> {
        let mut pages =
            self.connect.list_queue_quick_connects().instance_id(&instance.id).queue_id(queue).into_paginator().send();
        let mut arns = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListQueueQuickConnects", &error))?;
            arns.extend(page.quick_connect_summary_list.unwrap_or_default().into_iter().filter_map(|item| item.arn));
        }
        arns.sort();
        Ok(arns)
    }

    /// All quick connects.
    pub async fn live_quick_connects(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_quick_connects().instance_id(&instance.id).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchQuickConnects", &error))?;
            objects.extend(
                page.quick_connects.unwrap_or_default().into_iter().map(|item| quick_connect_object(instance, item)),
            );
        }
        Ok(objects)
    }

    /// The routing profiles that are asked for. One call a profile for its queues, a second one where it has queues for
    /// manual assignment, and with `in_detail` another one for what the search leaves out: `AgentAvailabilityTimer` and
    /// `CrossChannelBehavior`.
    pub async fn live_routing_profiles(
        &self,
        instance: &ConnectInstance,
        wanted: Wanted<'_>,
        in_detail: bool,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages =
            self.connect.search_routing_profiles().instance_id(&instance.id).max_results(500).into_paginator().send();
        let mut profiles = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchRoutingProfiles", &error))?;
            for profile in page.routing_profiles.unwrap_or_default() {
                if !is_wanted(profile.routing_profile_arn.as_deref(), wanted) {
                    continue;
                }
                let Some(id) = profile.routing_profile_id.clone() else { continue };
                let queues = self.queues_of(instance, &id).await?;
                let manual = match profile.number_of_associated_manual_assignment_queues {
                    Some(1..) => self.manual_queues_of(instance, &id).await?,
                    _ => Vec::new(),
                };
                let described = if in_detail { self.routing_profile(instance, &id).await? } else { None };
                let mut object = routing_profile_object(instance, described.unwrap_or(profile), queues);
                set_list(&mut object.properties, "ManualAssignmentQueueConfigs", manual);
                profiles.push(object);
            }
        }
        Ok(profiles)
    }

    async fn routing_profile(
        &self,
        instance: &ConnectInstance,
        id: &str,
    ) -> Result<Option<RoutingProfile>, GatewayError> {
        let answer = self
            .connect
            .describe_routing_profile()
            .instance_id(&instance.id)
            .routing_profile_id(id)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Connect DescribeRoutingProfile", &error))?;
        Ok(answer.routing_profile)
    }

    async fn queues_of(&self, instance: &ConnectInstance, profile: &str) -> Result<Vec<Value>, GatewayError> {
        let mut pages = self
            .connect
            .list_routing_profile_queues()
            .instance_id(&instance.id)
            .routing_profile_id(profile)
            .into_paginator()
            .send();
        let mut queues = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListRoutingProfileQueues", &error))?;
            queues.extend(page.routing_profile_queue_config_summary_list.unwrap_or_default().into_iter().map(|item| {
                json!({
                    "Delay": item.delay,
                    "Priority": item.priority,
                    "QueueReference": { "Channel": item.channel.as_str(), "QueueArn": item.queue_arn },
                })
            }));
        }
        Ok(queues)
    }

    async fn manual_queues_of(&self, instance: &ConnectInstance, profile: &str) -> Result<Vec<Value>, GatewayError> {
        let mut pages = self
            .connect
            .list_routing_profile_manual_assignment_queues()
            .instance_id(&instance.id)
            .routing_profile_id(profile)
            .into_paginator()
            .send();
        let mut queues = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(|error| GatewayError::from_sdk("Connect ListRoutingProfileManualAssignmentQueues", &error))?;
            let items = page.routing_profile_manual_assignment_queue_config_summary_list.unwrap_or_default();
            queues.extend(items.into_iter().map(
                |item| json!({ "QueueReference": { "Channel": item.channel.as_str(), "QueueArn": item.queue_arn } }),
            ));
        }
        Ok(queues)
    }

    /// The claimed phone numbers with these ARNs, wherever they are routed to. One call a number: the list has no tags.
    pub async fn live_phone_numbers(&self, wanted: &BTreeSet<&str>) -> Result<Vec<LiveObject>, GatewayError> {
        let mut numbers = Vec::new();
        for arn in wanted {
            let answer = self.connect.describe_phone_number().phone_number_id(*arn).send().await;
            let found = match answer {
                Ok(answer) => answer.claimed_phone_number_summary,
                Err(error) => {
                    let error = GatewayError::from_sdk("Connect DescribePhoneNumber", &error);
                    if !error.is_not_found() {
                        return Err(error);
                    }
                    None
                }
            };
            let Some(number) = found else { continue };
            let mut properties = Map::new();
            set(&mut properties, "TargetArn", number.target_arn);
            set_text(&mut properties, "Description", number.phone_number_description);
            set(&mut properties, "CountryCode", number.phone_number_country_code.map(|code| code.as_str().to_owned()));
            set(&mut properties, "Type", number.phone_number_type.map(|kind| kind.as_str().to_owned()));
            set(&mut properties, "Address", number.phone_number);
            set_text(&mut properties, "SourcePhoneNumberArn", number.source_phone_number_arn);
            set_list(&mut properties, "Tags", tags(number.tags));
            numbers.push(LiveObject { physical_id: (*arn).to_owned(), properties });
        }
        Ok(numbers)
    }
}

fn is_wanted(arn: Option<&str>, wanted: Wanted<'_>) -> bool {
    arn.is_some_and(wanted)
}

fn queue_object(instance: &ConnectInstance, queue: Queue, quick_connects: Vec<String>) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", queue.name);
    set_text(&mut properties, "Description", queue.description);
    set(
        &mut properties,
        "HoursOfOperationArn",
        queue.hours_of_operation_id.map(|id| arn(&instance.arn, "operating-hours", &id)),
    );
    set(&mut properties, "MaxContacts", queue.max_contacts);
    set(&mut properties, "Status", queue.status.map(|status| status.as_str().to_owned()));
    if let Some(caller) = queue.outbound_caller_config {
        let mut config = Map::new();
        set_text(&mut config, "OutboundCallerIdName", caller.outbound_caller_id_name);
        set(
            &mut config,
            "OutboundCallerIdNumberArn",
            caller.outbound_caller_id_number_id.map(|id| phone_number_arn(instance, &id)),
        );
        set(&mut config, "OutboundFlowArn", caller.outbound_flow_id.map(|id| arn(&instance.arn, "contact-flow", &id)));
        if !config.is_empty() {
            properties.insert("OutboundCallerConfig".to_owned(), Value::Object(config));
        }
    }
    if let Some(address) = queue.outbound_email_config.and_then(|config| config.outbound_email_address_id) {
        properties.insert("OutboundEmailConfig".to_owned(), json!({ "OutboundEmailAddressId": address }));
    }
    set_list(&mut properties, "QuickConnectArns", quick_connects.into_iter().map(Value::from).collect());
    set_list(&mut properties, "Tags", tags(queue.tags));
    LiveObject { physical_id: queue.queue_arn.unwrap_or_default(), properties }
}

/// Phone numbers belong to the account, not to the instance.
fn phone_number_arn(instance: &ConnectInstance, id: &str) -> String {
    let account = instance.arn.split(":instance/").next().unwrap_or_default();
    if id.starts_with("arn:") { id.to_owned() } else { format!("{account}:phone-number/{id}") }
}

fn quick_connect_object(instance: &ConnectInstance, quick_connect: QuickConnect) -> LiveObject {
    let mut properties = Map::new();
    let flow = |id: &str| arn(&instance.arn, "contact-flow", id);
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", quick_connect.name);
    set_text(&mut properties, "Description", quick_connect.description);
    if let Some(given) = quick_connect.quick_connect_config {
        let mut config = Map::new();
        set(&mut config, "QuickConnectType", Some(given.quick_connect_type.as_str()));
        set(&mut config, "PhoneConfig", given.phone_config.map(|phone| json!({ "PhoneNumber": phone.phone_number })));
        set(
            &mut config,
            "QueueConfig",
            given.queue_config.map(|queue| {
                json!({
                    "QueueArn": arn(&instance.arn, "queue", &queue.queue_id),
                    "ContactFlowArn": flow(&queue.contact_flow_id),
                })
            }),
        );
        set(
            &mut config,
            "UserConfig",
            given.user_config.map(|user| {
                json!({
                    "UserArn": arn(&instance.arn, "agent", &user.user_id),
                    "ContactFlowArn": flow(&user.contact_flow_id),
                })
            }),
        );
        set(
            &mut config,
            "FlowConfig",
            given.flow_config.map(|given| json!({ "ContactFlowArn": flow(&given.contact_flow_id) })),
        );
        properties.insert("QuickConnectConfig".to_owned(), Value::Object(config));
    }
    set_list(&mut properties, "Tags", tags(quick_connect.tags));
    LiveObject { physical_id: quick_connect.quick_connect_arn.unwrap_or_default(), properties }
}

fn routing_profile_object(instance: &ConnectInstance, profile: RoutingProfile, queues: Vec<Value>) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", profile.name);
    set_text(&mut properties, "Description", profile.description);
    set(
        &mut properties,
        "DefaultOutboundQueueArn",
        profile.default_outbound_queue_id.map(|id| arn(&instance.arn, "queue", &id)),
    );
    let concurrencies = profile.media_concurrencies.unwrap_or_default().into_iter().map(concurrency);
    set_list(&mut properties, "MediaConcurrencies", concurrencies.collect());
    set_list(&mut properties, "QueueConfigs", queues);
    set(
        &mut properties,
        "AgentAvailabilityTimer",
        profile.agent_availability_timer.map(|timer| timer.as_str().to_owned()),
    );
    set_list(&mut properties, "Tags", tags(profile.tags));
    LiveObject { physical_id: profile.routing_profile_arn.unwrap_or_default(), properties }
}

fn concurrency(media: MediaConcurrency) -> Value {
    let mut object = Map::new();
    set(&mut object, "Channel", Some(media.channel.as_str()));
    set(&mut object, "Concurrency", Some(media.concurrency));
    set(
        &mut object,
        "CrossChannelBehavior",
        media.cross_channel_behavior.map(|given| json!({ "BehaviorType": given.behavior_type.as_str() })),
    );
    Value::Object(object)
}
