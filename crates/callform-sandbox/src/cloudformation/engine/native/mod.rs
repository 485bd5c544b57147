//! Resources that the engine carries out itself, mostly because they take time: nested stacks, custom resources and wait
//! conditions. Each is asked again and again until it says how it ended.

mod custom;
pub(crate) mod job;
mod nested;
mod wait;

use uuid::Uuid;

use super::step::{Outcome, Step};
use crate::cloudformation::state::native::Native;
use crate::error::AwsError;
use crate::faults;
use job::{Job, Order};

impl Native {
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
}

impl Step<'_> {
    /// Begins a job of the engine's own, or looks how far it is. What it wrote before it failed is undone.
    pub(crate) fn take(&self, native: Native, job: Job) -> Result<Outcome<String>, AwsError> {
        let verb = match job.order {
            Order::Create { .. } => "create",
            Order::Update { .. } => "update",
            Order::Delete { .. } => "delete",
        };
        if let Some(reason) = faults::resource_failure(&self.environment, job.logical_id, verb)? {
            return Ok(Outcome::Failed(reason));
        }
        native.perform(self, job)
    }
}
