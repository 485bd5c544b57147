//! What the functions are told.

use callform_lambda::{Environment, Error};

use crate::policy::Policy;

/// What every function is told.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The table.
    pub(super) table: String,
    /// The instance's ARN; empty where a function does not need it.
    pub(super) instance: String,
    /// What is allowed.
    pub(super) policy: Policy,
}

impl Settings {
    pub(super) fn read(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            table: environment.required("TABLE")?.to_owned(),
            instance: environment.optional("INSTANCE").unwrap_or_default().to_owned(),
            policy: Policy::from_variables(|name| environment.optional(name))?,
        })
    }

    /// The instance's id: the end of its ARN.
    pub(super) fn instance_id(&self) -> &str {
        self.instance.rsplit('/').next().unwrap_or_default()
    }
}
