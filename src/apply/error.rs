//! Why an apply failed.

use callform_aws::GatewayError;

use crate::model::Address;

/// An apply that did not reach its end. What was done stays; the next apply goes on from there.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    /// An AWS call failed.
    #[error(transparent)]
    Call(#[from] GatewayError),
    /// CloudFormation refused a change set.
    #[error("CloudFormation refused the changes to the stack `{stack}`: {reason}")]
    ChangeSet {
        /// The stack.
        stack: String,
        /// CloudFormation's reason.
        reason: String,
    },
    /// A stack operation failed; CloudFormation rolled it back as far as it could.
    #[error("the stack `{stack}` ended in {status}")]
    Stack {
        /// The stack.
        stack: String,
        /// Its final status.
        status: String,
        /// CloudFormation's reason for the status.
        reason: Option<String>,
        /// The resources that failed, first first; those that were only cancelled are left out.
        failures: Vec<ResourceFailure>,
    },
    /// A file that the plan uploads cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Asset {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// A file that the plan uploads is not the one that was planned with.
    #[error("`{path}` changed after the plan was made; plan again")]
    AssetChanged {
        /// The file.
        path: String,
    },
    /// Something that an earlier step should have made is not there.
    #[error("{what} has no identifier: the step before did not make it")]
    Missing {
        /// What was looked for.
        what: String,
    },
    /// A bug in Callform.
    #[error("a stack operation stopped unexpectedly: {reason}")]
    Crashed {
        /// What is known about it.
        reason: String,
    },
}

/// A resource that made a stack operation fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceFailure {
    /// Its name in the blueprint, where it has one.
    pub address: Option<Address>,
    /// Its name in the template.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Such as `CREATE_FAILED`.
    pub status: String,
    /// CloudFormation's reason.
    pub reason: String,
}
