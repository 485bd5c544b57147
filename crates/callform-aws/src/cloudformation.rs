//! CloudFormation: stacks, change sets, events.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::types::{
    Capability, ChangeSetStatus, ChangeSetType, DeploymentMode, EvaluationType, EventFilter, EventType,
    ExecutionStatus, HookFailureMode, Parameter, ResourceAttribute, ResourceChangeDetail, ResourceToImport,
    StackDriftDetectionStatus, Tag,
};

use crate::{Gateway, GatewayError};

/// A stack as `DescribeStacks` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// Its id, an ARN that is never used again.
    pub id: String,
    /// Its status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// The reason of the status, where there is one.
    pub reason: Option<String>,
    /// Parameter values.
    pub parameters: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Termination protection.
    pub termination_protection: bool,
}

/// Where a template is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateSource {
    /// In the request; at most 51,200 bytes.
    Body(String),
    /// In S3; at most 1 MB.
    Url(String),
    /// The one the stack has.
    Deployed,
}

/// What a change set is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// A stack that does not exist.
    Create,
    /// A stack that exists.
    Update,
    /// A stack that exists, brought back from what was changed by hand (`REVERT_DRIFT`).
    RevertDrift,
    /// Resources that exist outside any stack; by logical ID: type and identifier members.
    Import(BTreeMap<String, (String, BTreeMap<String, String>)>),
}

/// A change set to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetRequest {
    /// The stack's name.
    pub stack: String,
    /// The change set's name; also its client token, so that a repeated request makes one change set.
    pub name: String,
    /// What it is for.
    pub kind: ChangeSetKind,
    /// The template.
    pub template: TemplateSource,
    /// Parameter values; `None` keeps the value the stack has.
    pub parameters: BTreeMap<String, Option<String>>,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
}

/// A change set as `DescribeChangeSet` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its id (an ARN).
    pub id: String,
    /// `CREATE_COMPLETE`, `FAILED`, ….
    pub status: String,
    /// True where it can be executed.
    pub executable: bool,
    /// The reason of the status.
    pub reason: Option<String>,
    /// What it would do.
    pub changes: Vec<ResourceChange>,
}

/// One resource of a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceChange {
    /// Logical ID.
    pub logical_id: String,
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic`, `SyncWithActual`.
    pub action: String,
    /// `True`, `False`, `Conditional`; only for `Modify`.
    pub replacement: Option<String>,
    /// What of the resource changes: `Properties`, `Metadata`, `Tags`, ….
    pub scope: Vec<String>,
    /// False where its properties change only if something they refer to gives another value afterwards.
    pub certain: bool,
    /// Resource type.
    pub resource_type: String,
}

/// Something that early validation holds against a change set (`DescribeEvents`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationError {
    /// Logical ID.
    pub logical_id: String,
    /// Where in the template, such as `/Resources/Queue/Properties/Name`; empty where it does not say.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// One line of a stack's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackEvent {
    /// Unique id.
    pub id: String,
    /// Logical ID; the stack's name for events of the stack itself.
    pub logical_id: String,
    /// Physical id, where it is known.
    pub physical_id: Option<String>,
    /// Resource type; `AWS::CloudFormation::Stack` for events of the stack itself.
    pub resource_type: String,
    /// Such as `CREATE_IN_PROGRESS`.
    pub status: String,
    /// The reason, where there is one.
    pub reason: Option<String>,
}

/// What CloudFormation finds when it compares a resource with the template (`DetectStackDrift`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDrift {
    /// `IN_SYNC`, `MODIFIED`, `DELETED`, `NOT_CHECKED`, ….
    pub status: String,
    /// The properties of the template, as JSON text.
    pub expected: Option<String>,
    /// The live values of the same properties, as JSON text.
    pub actual: Option<String>,
}

impl ChangeSet {
    /// True where it failed because there is nothing to change.
    pub fn is_empty_change(&self) -> bool {
        self.status == "FAILED"
            && self.reason.as_deref().is_some_and(|reason| {
                reason.contains("didn't contain changes") || reason.contains("No updates are to be performed")
            })
    }

    /// True where early validation has refused it: its reason does not say what is wrong, its events do.
    pub fn is_refused_early(&self) -> bool {
        self.status == "FAILED"
            && self.reason.as_deref().is_some_and(|reason| reason.contains("AWS::EarlyValidation::"))
    }

    /// True where its status is final.
    pub fn is_settled(&self) -> bool {
        self.status == "CREATE_COMPLETE" || self.status == "FAILED"
    }
}

fn stack_of(stack: aws_sdk_cloudformation::types::Stack) -> Stack {
    Stack {
        name: stack.stack_name.unwrap_or_default(),
        id: stack.stack_id.unwrap_or_default(),
        status: stack.stack_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: stack.stack_status_reason,
        parameters: stack
            .parameters
            .unwrap_or_default()
            .into_iter()
            .filter_map(|parameter| Some((parameter.parameter_key?, parameter.parameter_value.unwrap_or_default())))
            .collect(),
        tags: stack
            .tags
            .unwrap_or_default()
            .into_iter()
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect(),
        termination_protection: stack.enable_termination_protection.unwrap_or(false),
    }
}

impl Gateway {
    /// One stack by name or id; `None` where there is none (a deleted stack is found by id only).
    pub async fn stack(&self, name_or_id: &str) -> Result<Option<Stack>, GatewayError> {
        let answer = self.cloudformation.describe_stacks().stack_name(name_or_id).send().await;
        match answer {
            Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next().map(stack_of)),
            Err(error) => {
                let error = GatewayError::from_sdk("CloudFormation DescribeStacks", &error);
                if error.is_not_found() { Ok(None) } else { Err(error) }
            }
        }
    }

    /// All stacks that are not deleted, those of others too; one call for many stacks.
    pub async fn stacks(&self) -> Result<Vec<Stack>, GatewayError> {
        let mut pages = self.cloudformation.describe_stacks().into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("CloudFormation DescribeStacks", &error))?;
            stacks.extend(page.stacks.unwrap_or_default().into_iter().map(stack_of));
        }
        Ok(stacks)
    }

    /// The template a stack has, as it was sent.
    pub async fn template(&self, stack: &str) -> Result<String, GatewayError> {
        const OPERATION: &str = "CloudFormation GetTemplate";
        let answer = self
            .cloudformation
            .get_template()
            .stack_name(stack)
            .template_stage(aws_sdk_cloudformation::types::TemplateStage::Original)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        answer.template_body.ok_or_else(|| GatewayError::incomplete(OPERATION, "template"))
    }

    /// Physical ids of a stack's existing resources, by logical ID.
    pub async fn physical_ids(&self, stack: &str) -> Result<BTreeMap<String, String>, GatewayError> {
        let resources = self.stack_resources(stack).await?.into_iter();
        let existing = resources.filter(crate::StackResource::is_in_stack);
        Ok(existing.map(|resource| (resource.logical_id, resource.physical_id)).collect())
    }

    /// Compares resources of a stack with its template, by logical ID: one comparison for all of them, and a call for
    /// each 100 results. Only properties that the template names are compared; types that CloudFormation cannot compare
    /// are missing in the answer.
    pub async fn stack_drift(
        &self,
        stack: &str,
        logical_ids: &[String],
    ) -> Result<BTreeMap<String, ResourceDrift>, GatewayError> {
        /// The most logical IDs that one comparison takes; without any it is about the whole stack.
        const MOST: usize = 200;
        let few = (logical_ids.len() <= MOST).then(|| logical_ids.to_vec());
        let answer = self
            .cloudformation
            .detect_stack_drift()
            .stack_name(stack)
            .set_logical_resource_ids(few)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation DetectStackDrift", &error))?;
        self.detected(&answer.stack_drift_detection_id.unwrap_or_default()).await?;
        let mut pages = self
            .cloudformation
            .describe_stack_resource_drifts()
            .stack_name(stack)
            .max_results(100)
            .into_paginator()
            .send();
        let mut drifts = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| GatewayError::from_sdk("CloudFormation DescribeStackResourceDrifts", &error))?;
            for drift in page.stack_resource_drifts.unwrap_or_default() {
                let status = drift.stack_resource_drift_status.map(|status| status.as_str().to_owned());
                let found = ResourceDrift {
                    status: status.unwrap_or_default(),
                    expected: drift.expected_properties,
                    actual: drift.actual_properties,
                };
                drifts.extend(drift.logical_resource_id.map(|logical_id| (logical_id, found)));
            }
        }
        Ok(drifts)
    }

    /// Waits until a comparison is done.
    async fn detected(&self, id: &str) -> Result<(), GatewayError> {
        const OPERATION: &str = "CloudFormation DescribeStackDriftDetectionStatus";
        let mut pause = Duration::from_millis(50);
        loop {
            let answer = self
                .cloudformation
                .describe_stack_drift_detection_status()
                .stack_drift_detection_id(id)
                .send()
                .await
                .map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
            // One that failed has results for what could be compared.
            match answer.detection_status {
                Some(StackDriftDetectionStatus::DetectionInProgress) => {}
                _ => return Ok(()),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Makes a change set and returns its id.
    pub async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<String, GatewayError> {
        const OPERATION: &str = "CloudFormation CreateChangeSet";
        let call = self
            .cloudformation
            .create_change_set()
            .stack_name(&request.stack)
            .change_set_name(&request.name)
            .client_token(&request.name)
            .capabilities(Capability::CapabilityNamedIam)
            .set_parameters(Some(parameters_of(&request.parameters)))
            .set_tags(Some(tags_of(&request.tags)));
        let call = match &request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
            TemplateSource::Deployed => call.use_previous_template(true),
        };
        let call = match &request.kind {
            // What an earlier destroy retained under a name of its own is taken over instead of being in the way.
            ChangeSetKind::Create => call.change_set_type(ChangeSetType::Create).import_existing_resources(true),
            ChangeSetKind::Update => call.change_set_type(ChangeSetType::Update),
            ChangeSetKind::RevertDrift => {
                call.change_set_type(ChangeSetType::Update).deployment_mode(DeploymentMode::RevertDrift)
            }
            ChangeSetKind::Import(resources) => {
                call.change_set_type(ChangeSetType::Import).set_resources_to_import(Some(imports_of(resources)))
            }
        };
        let answer = call.send().await.map_err(|error| GatewayError::from_sdk(OPERATION, &error))?;
        answer.id.ok_or_else(|| GatewayError::incomplete(OPERATION, "id"))
    }

    /// A change set with all its changes.
    pub async fn change_set(&self, id: &str) -> Result<ChangeSet, GatewayError> {
        let mut changes = Vec::new();
        let mut next_token = None;
        loop {
            let page = self
                .cloudformation
                .describe_change_set()
                .change_set_name(id)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| GatewayError::from_sdk("CloudFormation DescribeChangeSet", &error))?;
            changes.extend(
                page.changes.unwrap_or_default().into_iter().filter_map(|change| change_of(change.resource_change?)),
            );
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(ChangeSet {
                    id: id.to_owned(),
                    status: page.status.as_ref().map_or("", ChangeSetStatus::as_str).to_owned(),
                    executable: page.execution_status == Some(ExecutionStatus::Available),
                    reason: page.status_reason,
                    changes,
                });
            }
        }
    }

    /// What early validation holds against a change set. Its id has to be the whole ARN: by its name the service does
    /// not find the events of one that failed.
    pub async fn validation_errors(&self, change_set: &str) -> Result<Vec<ValidationError>, GatewayError> {
        let filters = EventFilter::builder().failed_events(true).build();
        let mut pages =
            self.cloudformation.describe_events().change_set_name(change_set).filters(filters).into_paginator().send();
        let mut errors = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("CloudFormation DescribeEvents", &error))?;
            let events = page.operation_events.unwrap_or_default().into_iter();
            let failures = events.filter(|event| {
                event.event_type == Some(EventType::ValidationError)
                    && event.validation_failure_mode != Some(HookFailureMode::Warn)
            });
            errors.extend(failures.map(|event| ValidationError {
                logical_id: event.logical_resource_id.unwrap_or_default(),
                path: event.validation_path.unwrap_or_default(),
                reason: event.validation_status_reason.unwrap_or_default(),
            }));
        }
        Ok(errors)
    }

    /// Starts a change set; the token makes a repeated call harmless.
    pub async fn execute_change_set(&self, id: &str, token: &str) -> Result<(), GatewayError> {
        self.cloudformation
            .execute_change_set()
            .change_set_name(id)
            .client_request_token(token)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation ExecuteChangeSet", &error))?;
        Ok(())
    }

    /// Removes a change set that was not executed.
    pub async fn delete_change_set(&self, id: &str) -> Result<(), GatewayError> {
        self.cloudformation
            .delete_change_set()
            .change_set_name(id)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation DeleteChangeSet", &error))?;
        Ok(())
    }

    /// Events of a stack newer than the one with the id `after`, oldest first.
    pub async fn events_since(&self, stack: &str, after: Option<&str>) -> Result<Vec<StackEvent>, GatewayError> {
        let mut pages = self.cloudformation.describe_stack_events().stack_name(stack).into_paginator().send();
        let mut events = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("CloudFormation DescribeStackEvents", &error))?;
            for event in page.stack_events.unwrap_or_default() {
                if event.event_id.as_deref() == after && after.is_some() {
                    break 'pages;
                }
                events.push(event_of(event));
            }
        }
        events.reverse();
        Ok(events)
    }

    /// The id of a stack's newest event; `None` where the stack is not there or has none.
    pub async fn newest_event(&self, stack: &str) -> Result<Option<String>, GatewayError> {
        match self.cloudformation.describe_stack_events().stack_name(stack).send().await {
            Ok(page) => Ok(page.stack_events.unwrap_or_default().into_iter().next().and_then(|event| event.event_id)),
            Err(error) => {
                let error = GatewayError::from_sdk("CloudFormation DescribeStackEvents", &error);
                if error.is_not_found() { Ok(None) } else { Err(error) }
            }
        }
    }

    /// Starts the deletion of a stack.
    pub async fn delete_stack(&self, name: &str, token: &str) -> Result<(), GatewayError> {
        self.cloudformation
            .delete_stack()
            .stack_name(name)
            .client_request_token(token)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation DeleteStack", &error))?;
        Ok(())
    }

    /// Goes on with a rollback that failed.
    pub async fn continue_update_rollback(&self, stack: &str, token: &str) -> Result<(), GatewayError> {
        self.cloudformation
            .continue_update_rollback()
            .stack_name(stack)
            .client_request_token(token)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation ContinueUpdateRollback", &error))?;
        Ok(())
    }

    /// Protects a stack from deletion, or lifts the protection.
    pub async fn set_termination_protection(&self, stack: &str, on: bool) -> Result<(), GatewayError> {
        self.cloudformation
            .update_termination_protection()
            .stack_name(stack)
            .enable_termination_protection(on)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("CloudFormation UpdateTerminationProtection", &error))?;
        Ok(())
    }
}

fn change_of(change: aws_sdk_cloudformation::types::ResourceChange) -> Option<ResourceChange> {
    let scope: Vec<String> = change.scope.unwrap_or_default().iter().map(|scope| scope.as_str().to_owned()).collect();
    let details = change.details.unwrap_or_default();
    let is_certain = |detail: &ResourceChangeDetail| {
        let attribute = detail.target.as_ref().and_then(|target| target.attribute.as_ref());
        let of_properties = attribute.is_none_or(|attribute| *attribute == ResourceAttribute::Properties);
        of_properties && detail.evaluation != Some(EvaluationType::Dynamic)
    };
    let has_properties = scope.iter().any(|scope| scope == "Properties");
    Some(ResourceChange {
        certain: details.is_empty() || !has_properties || details.iter().any(is_certain),
        scope,
        logical_id: change.logical_resource_id?,
        action: change.action?.as_str().to_owned(),
        replacement: change.replacement.map(|replacement| replacement.as_str().to_owned()),
        resource_type: change.resource_type.unwrap_or_default(),
    })
}

fn event_of(event: aws_sdk_cloudformation::types::StackEvent) -> StackEvent {
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        physical_id: event.physical_resource_id.filter(|id| !id.is_empty()),
        resource_type: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason,
    }
}

fn parameters_of(parameters: &BTreeMap<String, Option<String>>) -> Vec<Parameter> {
    parameters
        .iter()
        .map(|(key, value)| {
            let parameter = Parameter::builder().parameter_key(key);
            match value {
                Some(value) => parameter.parameter_value(value).build(),
                None => parameter.use_previous_value(true).build(),
            }
        })
        .collect()
}

fn tags_of(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn imports_of(resources: &BTreeMap<String, (String, BTreeMap<String, String>)>) -> Vec<ResourceToImport> {
    resources
        .iter()
        .map(|(logical_id, (resource_type, identifier))| {
            ResourceToImport::builder()
                .logical_resource_id(logical_id)
                .resource_type(resource_type)
                .set_resource_identifier(Some(identifier.clone().into_iter().collect()))
                .build()
        })
        .collect()
}
