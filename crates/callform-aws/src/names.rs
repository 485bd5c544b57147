//! Which names are taken, and what objects of others there are.

use aws_sdk_connect::types::{QueueType, ViewType};
use serde_json::{Value, json};

use crate::connect::list_named;
use crate::{BucketState, Gateway, GatewayError, NamedObject};
use callform_signed::Service;
use callform_signed::partition;

/// Entries a page of Connect's lists; their default is 100.
const PAGE: i32 = 1_000;

/// What a name may belong to, outside Connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NamedResource {
    /// A bucket; its name is taken for everybody.
    Bucket,
    /// The policy of a bucket, by the bucket's name.
    BucketPolicy,
    /// A Lambda function.
    Function,
    /// A KMS key, by its id.
    Key,
    /// A managed policy of IAM.
    Policy,
    /// A role of IAM.
    Role,
    /// A Kinesis stream.
    Stream,
    /// A DynamoDB table.
    Table,
}

/// Who has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameHolder {
    /// It is free.
    Nobody,
    /// Something in this account, or that the caller may use.
    Account,
    /// Something the caller may not use.
    Other,
}

/// Whether a call that asks for one thing finds it.
macro_rules! exists {
    ($operation:literal, $call:expr) => {
        match $call.send().await {
            Ok(_) => Ok(NameHolder::Account),
            Err(error) => {
                let error = GatewayError::from_sdk($operation, &error);
                if error.is_not_found() { Ok(NameHolder::Nobody) } else { Err(error) }
            }
        }
    };
}

impl Gateway {
    /// Who has a name.
    pub async fn holder(&self, resource: NamedResource, name: &str, account: &str) -> Result<NameHolder, GatewayError> {
        match resource {
            NamedResource::Bucket => Ok(match self.bucket_state(name).await? {
                BucketState::Absent => NameHolder::Nobody,
                BucketState::Present => NameHolder::Account,
                BucketState::Forbidden => NameHolder::Other,
            }),
            NamedResource::BucketPolicy => Ok(match self.bucket_state(name).await? {
                BucketState::Present if self.has_bucket_policy(name).await? => NameHolder::Account,
                BucketState::Absent | BucketState::Present => NameHolder::Nobody,
                BucketState::Forbidden => NameHolder::Other,
            }),
            NamedResource::Function => {
                exists!("Lambda GetFunction", self.lambda.get_function().function_name(name))
            }
            NamedResource::Key => self.holder_of_key(name).await,
            NamedResource::Policy => {
                let arn = format!("arn:{}:iam::{account}:policy/{name}", partition(self.region()).id);
                exists!("IAM GetPolicy", self.iam.get_policy().policy_arn(arn))
            }
            NamedResource::Role => exists!("IAM GetRole", self.iam.get_role().role_name(name)),
            NamedResource::Stream => {
                let input = json!({ "StreamName": name });
                self.finds(Service::Kinesis, "Kinesis DescribeStreamSummary", &input).await
            }
            NamedResource::Table => {
                let input = json!({ "TableName": name });
                self.finds(Service::DynamoDb, "DynamoDB DescribeTable", &input).await
            }
        }
    }

    /// Whether there is a key. One whose deletion is scheduled is gone for all who would use it.
    async fn holder_of_key(&self, id: &str) -> Result<NameHolder, GatewayError> {
        match self.signed.json(Service::Kms, "KMS DescribeKey", &json!({ "KeyId": id })).await {
            Ok(answer) => {
                let state = answer.pointer("/KeyMetadata/KeyState").and_then(Value::as_str);
                let is_going = state.is_some_and(|state| state.starts_with("Pending") && state.ends_with("Deletion"));
                Ok(if is_going { NameHolder::Nobody } else { NameHolder::Account })
            }
            Err(error) if error.is_not_found() => Ok(NameHolder::Nobody),
            Err(error) => Err(error),
        }
    }

    /// Whether a call that asks for one thing finds it.
    async fn finds(
        &self,
        service: Service,
        operation: &'static str,
        input: &Value,
    ) -> Result<NameHolder, GatewayError> {
        match self.signed.json(service, operation, input).await {
            Ok(_) => Ok(NameHolder::Account),
            Err(error) if error.is_not_found() => Ok(NameHolder::Nobody),
            Err(error) => Err(error),
        }
    }

    /// Whether an object is there.
    pub async fn has_object(&self, bucket: &str, key: &str) -> Result<bool, GatewayError> {
        match self.s3.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 404) => Ok(false),
            Err(error) => Err(GatewayError::from_sdk("S3 HeadObject", &error)),
        }
    }

    /// The account's instances in the region, with their aliases.
    pub async fn instances(&self) -> Result<Vec<NamedObject>, GatewayError> {
        let mut pages = self.connect.list_instances().into_paginator().send();
        let mut instances = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListInstances", &error))?;
            let found = page.instance_summary_list.unwrap_or_default().into_iter();
            instances.extend(found.filter_map(|found| {
                Some(NamedObject { id: found.id?, name: found.instance_alias.unwrap_or_default() })
            }));
        }
        Ok(instances)
    }

    /// All objects of a CloudFormation type in an instance, in pages of 1,000; `None` for types that have no list.
    pub async fn objects_of(
        &self,
        instance: &str,
        resource_type: &str,
    ) -> Result<Option<Vec<NamedObject>>, GatewayError> {
        let connect = &self.connect;
        let objects: Result<Vec<NamedObject>, GatewayError> = match resource_type.trim_start_matches("AWS::Connect::") {
            "AgentStatus" => {
                let call = connect.list_agent_statuses().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListAgentStatuses", call, agent_status_summary_list)
            }
            "ContactFlow" => {
                let call = connect.list_contact_flows().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListContactFlows", call, contact_flow_summary_list)
            }
            "ContactFlowModule" => {
                let call = connect.list_contact_flow_modules().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListContactFlowModules", call, contact_flow_modules_summary_list)
            }
            "HoursOfOperation" => {
                let call = connect.list_hours_of_operations().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListHoursOfOperations", call, hours_of_operation_summary_list)
            }
            "Prompt" => {
                let call = connect.list_prompts().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListPrompts", call, prompt_summary_list)
            }
            "Queue" => {
                let call = connect.list_queues().instance_id(instance).queue_types(QueueType::Standard);
                list_named!("Connect ListQueues", call.max_results(PAGE), queue_summary_list)
            }
            "QuickConnect" => {
                let call = connect.list_quick_connects().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListQuickConnects", call, quick_connect_summary_list)
            }
            "RoutingProfile" => {
                let call = connect.list_routing_profiles().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListRoutingProfiles", call, routing_profile_summary_list)
            }
            "SecurityProfile" => {
                let call = connect.list_security_profiles().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListSecurityProfiles", call, security_profile_summary_list)
            }
            "TaskTemplate" => {
                let call = connect.list_task_templates().instance_id(instance).max_results(100);
                list_named!("Connect ListTaskTemplates", call, task_templates)
            }
            "View" => {
                let call = connect.list_views().instance_id(instance).r#type(ViewType::CustomerManaged);
                list_named!("Connect ListViews", call.max_results(100), views_summary_list)
            }
            "UserHierarchyGroup" => {
                let call = connect.list_user_hierarchy_groups().instance_id(instance).max_results(PAGE);
                list_named!("Connect ListUserHierarchyGroups", call, user_hierarchy_group_summary_list)
            }
            _ => return self.people_and_numbers(instance, resource_type).await,
        };
        objects.map(Some)
    }

    /// The lists whose entries have no id and name.
    async fn people_and_numbers(
        &self,
        instance: &str,
        resource_type: &str,
    ) -> Result<Option<Vec<NamedObject>>, GatewayError> {
        let mut objects = Vec::new();
        match resource_type {
            "AWS::Connect::User" => {
                let mut pages =
                    self.connect.list_users().instance_id(instance).max_results(PAGE).into_paginator().send();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(|error| GatewayError::from_sdk("Connect ListUsers", &error))?;
                    let found = page.user_summary_list.unwrap_or_default().into_iter();
                    objects.extend(found.filter_map(|user| Some(NamedObject { id: user.id?, name: user.username? })));
                }
            }
            "AWS::Connect::PredefinedAttribute" => {
                let call = self.connect.list_predefined_attributes().instance_id(instance).max_results(100);
                let mut pages = call.into_paginator().send();
                while let Some(page) = pages.next().await {
                    let page =
                        page.map_err(|error| GatewayError::from_sdk("Connect ListPredefinedAttributes", &error))?;
                    let names = page.predefined_attribute_summary_list.unwrap_or_default().into_iter();
                    objects.extend(names.filter_map(|found| Some(by_name(instance, found.name?))));
                }
            }
            "AWS::Connect::ApprovedOrigin" => {
                let origins = self.approved_origins(instance).await?.into_iter();
                objects.extend(origins.map(|origin| by_name(instance, origin)));
            }
            "AWS::Connect::PhoneNumber" => {
                let call = self.connect.list_phone_numbers_v2().instance_id(instance).max_results(PAGE);
                let mut pages = call.into_paginator().send();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(|error| GatewayError::from_sdk("Connect ListPhoneNumbersV2", &error))?;
                    let found = page.list_phone_numbers_summary_list.unwrap_or_default().into_iter();
                    objects.extend(found.filter_map(|found| {
                        Some(NamedObject { id: found.phone_number_id?, name: found.phone_number? })
                    }));
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(objects))
    }
}

/// An object that has no id but the instance's with its name behind it.
fn by_name(instance: &str, name: String) -> NamedObject {
    NamedObject { id: format!("{instance}|{name}"), name }
}
