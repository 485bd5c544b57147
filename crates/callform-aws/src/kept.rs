//! What stacks kept when they were deleted, and what belongs to a stack.

use aws_sdk_cloudformation::types::StackStatus;

use serde_json::{Map, Value, json};

use crate::{Gateway, GatewayError};
use callform_signed::Service;

/// A stack that was deleted; CloudFormation tells of it for 90 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedStack {
    /// Its name.
    pub name: String,
    /// Its id, an ARN: all it can be asked for by.
    pub id: String,
}

/// A resource of a stack, deleted ones included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackResource {
    /// Name inside the template.
    pub logical_id: String,
    /// What CloudFormation knows it by; empty where it was never made.
    pub physical_id: String,
    /// Resource type.
    pub resource_type: String,
    /// Such as `CREATE_COMPLETE`; `DELETE_SKIPPED` for what a deletion policy kept.
    pub status: String,
}

impl StackResource {
    /// False for what was deleted, or kept and belongs to the stack no longer.
    pub fn is_in_stack(&self) -> bool {
        !self.physical_id.is_empty() && self.status != "DELETE_COMPLETE" && !self.was_kept()
    }

    /// True for what a deletion policy kept.
    pub fn was_kept(&self) -> bool {
        self.status == "DELETE_SKIPPED"
    }
}

impl Gateway {
    /// The stacks that were deleted, the last one first.
    pub async fn deleted_stacks(&self) -> Result<Vec<DeletedStack>, GatewayError> {
        let call = self.cloudformation.list_stacks().stack_status_filter(StackStatus::DeleteComplete);
        let mut pages = call.into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("CloudFormation ListStacks", &error))?;
            for stack in page.stack_summaries.unwrap_or_default() {
                let (Some(name), Some(id)) = (stack.stack_name, stack.stack_id) else { continue };
                let deleted = stack.deletion_time.map(|time| (time.secs(), time.subsec_nanos()));
                stacks.push((deleted, DeletedStack { name, id }));
            }
        }
        stacks.sort_by_key(|(deleted, _)| std::cmp::Reverse(*deleted));
        Ok(stacks.into_iter().map(|(_, stack)| stack).collect())
    }

    /// The properties a resource has now, as CloudFormation's handler of its type reads them; `None` where it is not there.
    /// By what CloudFormation knows it by, its primary identifier. That a type has no handler is an error like any other.
    pub async fn resource(
        &self,
        resource_type: &str,
        identifier: &str,
    ) -> Result<Option<Map<String, Value>>, GatewayError> {
        const OPERATION: &str = "CloudControl GetResource";
        let input = json!({ "TypeName": resource_type, "Identifier": identifier });
        let answer = match self.signed.json(Service::CloudControl, OPERATION, &input).await {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        let text = answer.pointer("/ResourceDescription/Properties").and_then(Value::as_str);
        let properties = text.and_then(|text| serde_json::from_str(text).ok());
        properties.map(Some).ok_or_else(|| GatewayError::incomplete(OPERATION, "properties"))
    }

    /// The resources of a stack, by its name or id; those of a deleted one by its id.
    pub async fn stack_resources(&self, stack: &str) -> Result<Vec<StackResource>, GatewayError> {
        let mut pages = self.cloudformation.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("CloudFormation ListStackResources", &error))?;
            for resource in page.stack_resource_summaries.unwrap_or_default() {
                resources.push(StackResource {
                    logical_id: resource.logical_resource_id.unwrap_or_default(),
                    physical_id: resource.physical_resource_id.unwrap_or_default(),
                    resource_type: resource.resource_type.unwrap_or_default(),
                    status: resource.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                });
            }
        }
        Ok(resources)
    }

    /// The name of the stack a resource belongs to, by its physical id; `None` where it belongs to none.
    pub async fn stack_of(&self, physical_id: &str) -> Result<Option<String>, GatewayError> {
        let answer = self.cloudformation.describe_stack_resources().physical_resource_id(physical_id).send().await;
        match answer {
            Ok(answer) => {
                let mut resources = answer.stack_resources.unwrap_or_default().into_iter().filter(|resource| {
                    let status = resource.resource_status.as_ref().map_or("", |status| status.as_str());
                    resource.physical_resource_id.as_deref() == Some(physical_id)
                        && !matches!(status, "DELETE_COMPLETE" | "DELETE_SKIPPED")
                });
                Ok(resources.find_map(|resource| resource.stack_name))
            }
            Err(error) => {
                let error = GatewayError::from_sdk("CloudFormation DescribeStackResources", &error);
                if error.is_not_found() { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Whether a bucket has a policy.
    pub(crate) async fn has_bucket_policy(&self, bucket: &str) -> Result<bool, GatewayError> {
        match self.s3.get_bucket_policy().bucket(bucket).send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                let error = GatewayError::from_sdk("S3 GetBucketPolicy", &error);
                let none = error.is_not_found() || error.code.as_deref() == Some("NoSuchBucketPolicy");
                if none { Ok(false) } else { Err(error) }
            }
        }
    }
}
