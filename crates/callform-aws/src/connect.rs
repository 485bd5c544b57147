//! Connect: finding the instance, the objects every instance has, and what answers a phone number.

use std::collections::BTreeMap;

use aws_sdk_connect::types::{InstanceStatus, ListFlowAssociationResourceType};

use crate::{Gateway, GatewayError};

/// A Connect instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectInstance {
    /// Its id, a UUID.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its alias, where it has one.
    pub alias: Option<String>,
    /// True once it can be used.
    pub active: bool,
}

/// A phone number that is claimed for an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedNumber {
    /// Its ARN, which is its physical id in CloudFormation.
    pub arn: String,
    /// The number itself, in E.164 form.
    pub number: String,
    /// Country, as two letters.
    pub country: String,
    /// The API's word for its kind, such as `TOLL_FREE`.
    pub kind: String,
}

/// An object of an instance as the `List*` operations name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedObject {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Types of objects that every instance has some of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectType {
    /// Agent statuses.
    AgentStatus,
    /// Flows.
    Flow,
    /// Hours of operation.
    Hours,
    /// Prompts.
    Prompt,
    /// Queues of type STANDARD.
    Queue,
    /// Routing profiles.
    RoutingProfile,
    /// Security profiles.
    SecurityProfile,
}

/// Collects id and name of every summary of a paginated `List*` operation.
macro_rules! list_named {
    ($operation:literal, $call:expr, $items:ident) => {{
        let mut pages = $call.into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk($operation, &error))?;
            objects.extend(
                Vec::from(page.$items())
                    .into_iter()
                    .filter_map(|summary| Some(NamedObject { id: summary.id?, name: summary.name? })),
            );
        }
        Ok(objects)
    }};
}

pub(crate) use list_named;

impl Gateway {
    /// The instance with an alias, id or ARN; `None` where there is none.
    pub async fn find_instance(&self, wanted: &str) -> Result<Option<ConnectInstance>, GatewayError> {
        let mut pages = self.connect.list_instances().into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListInstances", &error))?;
            for summary in page.instance_summary_list.unwrap_or_default() {
                let failed = summary.instance_status == Some(InstanceStatus::CreationFailed);
                let (Some(id), Some(arn), false) = (summary.id, summary.arn, failed) else { continue };
                if id == wanted || arn == wanted || summary.instance_alias.as_deref() == Some(wanted) {
                    let active = summary.instance_status == Some(InstanceStatus::Active);
                    return Ok(Some(ConnectInstance { id, arn, alias: summary.instance_alias, active }));
                }
            }
        }
        Ok(None)
    }

    /// All objects of a type, with id and name.
    pub async fn list_objects(
        &self,
        instance: &str,
        object_type: ObjectType,
    ) -> Result<Vec<NamedObject>, GatewayError> {
        let connect = &self.connect;
        match object_type {
            ObjectType::AgentStatus => list_named!(
                "Connect ListAgentStatuses",
                connect.list_agent_statuses().instance_id(instance),
                agent_status_summary_list
            ),
            ObjectType::Flow => list_named!(
                "Connect ListContactFlows",
                connect.list_contact_flows().instance_id(instance),
                contact_flow_summary_list
            ),
            ObjectType::Hours => list_named!(
                "Connect ListHoursOfOperations",
                connect.list_hours_of_operations().instance_id(instance),
                hours_of_operation_summary_list
            ),
            ObjectType::Prompt => {
                list_named!("Connect ListPrompts", connect.list_prompts().instance_id(instance), prompt_summary_list)
            }
            ObjectType::Queue => list_named!(
                "Connect ListQueues",
                connect.list_queues().instance_id(instance).queue_types(aws_sdk_connect::types::QueueType::Standard),
                queue_summary_list
            ),
            ObjectType::RoutingProfile => list_named!(
                "Connect ListRoutingProfiles",
                connect.list_routing_profiles().instance_id(instance),
                routing_profile_summary_list
            ),
            ObjectType::SecurityProfile => list_named!(
                "Connect ListSecurityProfiles",
                connect.list_security_profiles().instance_id(instance),
                security_profile_summary_list
            ),
        }
    }

    /// Which flow answers each phone number of an instance: phone number id -> flow id (both bare).
    pub async fn phone_number_flows(&self, instance: &str) -> Result<BTreeMap<String, String>, GatewayError> {
        let mut pages = self
            .connect
            .list_flow_associations()
            .instance_id(instance)
            .resource_type(ListFlowAssociationResourceType::VoicePhoneNumber)
            .into_paginator()
            .send();
        let mut flows = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListFlowAssociations", &error))?;
            for association in page.flow_association_summary_list.unwrap_or_default() {
                if let (Some(number), Some(flow)) = (association.resource_id, association.flow_id) {
                    flows.insert(last_segment(&number), last_segment(&flow));
                }
            }
        }
        Ok(flows)
    }

    /// Where people sign in to an instance; `None` where it has no address of its own.
    pub async fn access_url(&self, instance: &str) -> Result<Option<String>, GatewayError> {
        let call = self.connect.describe_instance().instance_id(instance);
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk("Connect DescribeInstance", &error))?;
        Ok(answer.instance.and_then(|instance| instance.instance_access_url))
    }

    /// How users sign in to an instance: `CONNECT_MANAGED`, `SAML` or `EXISTING_DIRECTORY`.
    pub async fn identity_management(&self, instance: &str) -> Result<Option<String>, GatewayError> {
        let call = self.connect.describe_instance().instance_id(instance);
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk("Connect DescribeInstance", &error))?;
        let kind = answer.instance.and_then(|instance| instance.identity_management_type);
        Ok(kind.map(|kind| kind.as_str().to_owned()))
    }

    /// All phone numbers that are claimed for an instance, which is named by its ARN.
    pub async fn claimed_numbers(&self, instance_arn: &str) -> Result<Vec<ClaimedNumber>, GatewayError> {
        let mut pages = self.connect.list_phone_numbers_v2().target_arn(instance_arn).into_paginator().send();
        let mut numbers = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListPhoneNumbersV2", &error))?;
            for found in page.list_phone_numbers_summary_list.unwrap_or_default() {
                if let (Some(arn), Some(number)) = (found.phone_number_arn, found.phone_number) {
                    numbers.push(ClaimedNumber {
                        arn,
                        number,
                        country: found.phone_number_country_code.map_or_else(String::new, |it| it.as_str().to_owned()),
                        kind: found.phone_number_type.map_or_else(String::new, |it| it.as_str().to_owned()),
                    });
                }
            }
        }
        Ok(numbers)
    }

    /// Numbers of a country and type that can be claimed for an instance, which is named by its ARN: so many at most, as
    /// the service has them. `prefix` is a plus and up to eleven digits. Ten come with each call.
    pub async fn free_numbers(
        &self,
        instance_arn: &str,
        country: &str,
        kind: &str,
        prefix: Option<&str>,
        most: usize,
    ) -> Result<Vec<String>, GatewayError> {
        const PAGE: i32 = 10;
        let call = self.connect.search_available_phone_numbers().target_arn(instance_arn).max_results(PAGE);
        let call = call.phone_number_country_code(country.into()).phone_number_type(kind.into());
        let mut pages = call.set_phone_number_prefix(prefix.map(str::to_owned)).into_paginator().send();
        let mut numbers = Vec::new();
        while numbers.len() < most
            && let Some(page) = pages.next().await
        {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchAvailablePhoneNumbers", &error))?;
            let found = page.available_numbers_list.unwrap_or_default().into_iter();
            numbers.extend(found.filter_map(|number| number.phone_number));
        }
        numbers.truncate(most);
        Ok(numbers)
    }

    /// Lets a flow answer a phone number, in place of any other. Ids are bare or ARNs.
    pub async fn associate_phone_number_flow(
        &self,
        instance: &str,
        phone_number: &str,
        flow: &str,
    ) -> Result<(), GatewayError> {
        self.connect
            .associate_phone_number_contact_flow()
            .instance_id(instance)
            .phone_number_id(last_segment(phone_number))
            .contact_flow_id(last_segment(flow))
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Connect AssociatePhoneNumberContactFlow", &error))?;
        Ok(())
    }

    /// Takes the flow from a phone number; a number or link that is gone is no error.
    pub async fn disassociate_phone_number_flow(&self, instance: &str, phone_number: &str) -> Result<(), GatewayError> {
        let answer = self
            .connect
            .disassociate_phone_number_contact_flow()
            .instance_id(instance)
            .phone_number_id(last_segment(phone_number))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = GatewayError::from_sdk("Connect DisassociatePhoneNumberContactFlow", &error);
                if error.is_not_found() { Ok(()) } else { Err(error) }
            }
        }
    }
}

/// The bare id at the end of an ARN; a bare id stays as it is.
fn last_segment(id_or_arn: &str) -> String {
    id_or_arn.rsplit('/').next().unwrap_or(id_or_arn).to_owned()
}
