//! Resources that the engine carries out itself, mostly because they take time: nested stacks, custom resources and wait
//! conditions. Each is asked again and again until it says how it ended.

pub(crate) mod custom;
pub(crate) mod nested;
pub(crate) mod wait;

use serde_json::Value;
use uuid::Uuid;

use super::Step;
use super::handling::Outcome;
use crate::cloudformation::events::STACK_TYPE;
use crate::cloudformation::live::Live;
use crate::cloudformation::state::StackResource;
use crate::error::AwsError;
use crate::handler::Properties;
use crate::store::Tx;

/// A kind of such a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Native {
    NestedStack,
    CustomResource,
    WaitCondition,
    WaitConditionHandle,
    /// `AWS::CDK::Metadata`: says which constructs a template was made of, and does nothing.
    Metadata,
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order<'a> {
    Create { properties: &'a Value },
    Update { physical_id: &'a str, old: &'a Value, properties: &'a Value },
    Delete { physical_id: &'a str, properties: &'a Value },
}

/// A resource and what is to be done to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) type_name: &'a str,
    pub(crate) order: Order<'a>,
}

impl Job<'_> {
    /// What tells jobs of one stack apart that are under way at the same time.
    pub(crate) fn key(&self) -> String {
        let (verb, physical_id) = match self.order {
            Order::Create { .. } => ("create", ""),
            Order::Update { physical_id, .. } => ("update", physical_id),
            Order::Delete { physical_id, .. } => ("delete", physical_id),
        };
        format!("{}/{verb}/{physical_id}", self.logical_id)
    }
}

impl Native {
    pub(crate) fn of(type_name: &str) -> Option<Self> {
        match type_name {
            STACK_TYPE => Some(Self::NestedStack),
            "AWS::CloudFormation::CustomResource" => Some(Self::CustomResource),
            "AWS::CloudFormation::WaitCondition" => Some(Self::WaitCondition),
            "AWS::CloudFormation::WaitConditionHandle" => Some(Self::WaitConditionHandle),
            "AWS::CDK::Metadata" => Some(Self::Metadata),
            _ => type_name.starts_with("Custom::").then_some(Self::CustomResource),
        }
    }

    /// Begins a job, or looks how far it is. What is under way writes nothing.
    pub(crate) fn perform(self, step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
        match self {
            Self::NestedStack => nested::perform(step, job),
            Self::CustomResource => custom::perform(step, job),
            Self::WaitCondition => wait::perform(step, job),
            Self::WaitConditionHandle => wait::perform_handle(step, job),
            Self::Metadata => Ok(Outcome::Done(match job.order {
                Order::Create { .. } => Uuid::new_v4().to_string(),
                Order::Update { physical_id, .. } | Order::Delete { physical_id, .. } => physical_id.to_owned(),
            })),
        }
    }

    /// The attributes of a resource; `None` where it is gone.
    pub(crate) fn read(self, live: &Live, resource: &StackResource) -> Result<Option<Properties>, AwsError> {
        match self {
            Self::NestedStack => nested::read(live.environment.tx, resource),
            Self::CustomResource => custom::read(live, resource).map(Some),
            Self::WaitCondition => wait::read(live, resource).map(Some),
            Self::WaitConditionHandle | Self::Metadata => Ok(Some(Properties::new())),
        }
    }
}

/// Gives up all jobs of a stack that are under way.
pub(crate) fn forget_all(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    custom::forget_all(tx, stack_id)?;
    nested::forget_all(tx, stack_id)?;
    wait::forget_all(tx, stack_id)
}

/// A job's member as text.
fn text<'a>(properties: &'a Value, name: &str) -> Option<&'a str> {
    properties.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A number that may be written as text.
fn number(properties: &Value, name: &str) -> Option<u64> {
    let value = properties.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}
