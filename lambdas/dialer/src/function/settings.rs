//! What the functions are told.

use callform_lambda::{Environment, Error};

use crate::policy::Policy;

/// What the dialer is told.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The table.
    pub(super) table: String,
    /// The instance's ARN.
    pub(super) instance: String,
    /// The queue: its id.
    pub(super) queue: String,
    /// The flow that who answers comes to: its id.
    pub(super) flow: String,
    /// The flow of the tasks that tell of escalations: its id.
    pub(super) escalation_flow: Option<String>,
    /// Where lists are and results go.
    pub(super) bucket: Option<String>,
    /// What is allowed.
    pub(super) policy: Policy,
}

impl Settings {
    pub(super) fn read(environment: &Environment) -> Result<Self, Error> {
        let required = |name| environment.required(name).map(str::to_owned);
        let optional = |name| environment.optional(name).filter(|value| !value.is_empty()).map(str::to_owned);
        Ok(Self {
            table: required("TABLE")?,
            instance: required("INSTANCE")?,
            queue: required("QUEUE")?,
            flow: required("FLOW")?,
            escalation_flow: optional("ESCALATION_FLOW"),
            bucket: optional("BUCKET"),
            policy: policy(environment)?,
        })
    }

    /// The instance's id: the end of its ARN.
    pub(super) fn instance_id(&self) -> &str {
        self.instance.rsplit('/').next().unwrap_or_default()
    }

    /// The queue's ARN.
    pub(super) fn queue_arn(&self) -> String {
        format!("{}/queue/{}", self.instance, self.queue)
    }
}

pub(super) fn policy(environment: &Environment) -> Result<Policy, Error> {
    Ok(Policy::from_variables(|name| environment.optional(name))?)
}
