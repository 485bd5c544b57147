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
    /// CloudFormation would take away or make more than the plan says. Nothing of the stack was changed.
    #[error(
        "CloudFormation would delete, replace or make {} in the stack `{stack}`, which the plan does not say",
        resources.join(", ")
    )]
    Unplanned {
        /// The stack.
        stack: String,
        /// The resources, in the words of the blueprint.
        resources: Vec<String>,
    },
    /// Another apply, destroy or reconcile works on the same center.
    #[error("someone else is changing {what} at the same time: {reason}")]
    SomeoneElse {
        /// What they change: a stack, or the artifact bucket.
        what: String,
        /// What tells.
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

impl ApplyError {
    /// The same, told as what it is where only somebody else's work on the stack leads to it.
    pub(super) fn of_someone_else(self, stack: &str) -> Self {
        let (what, reason) = match &self {
            Self::Call(call) if is_of_someone_else(call) => (format!("the stack `{stack}`"), call.message.clone()),
            // It was made, or there already, a moment ago.
            Self::Call(call) if call.operation.starts_with("S3 ") && call.is_not_found() => {
                ("the artifact bucket".to_owned(), call.message.clone())
            }
            // Nothing but a deletion ends like that, and none was asked for.
            Self::Stack { status, .. } if status == "DELETE_COMPLETE" => {
                (format!("the stack `{stack}`"), "it was deleted meanwhile".to_owned())
            }
            _ => return self,
        };
        Self::SomeoneElse { what, reason }
    }

    /// Somebody else's work on a stack.
    pub(super) fn someone_else(stack: &str, reason: impl Into<String>) -> Self {
        Self::SomeoneElse { what: format!("the stack `{stack}`"), reason: reason.into() }
    }
}

/// True for what CloudFormation answers where another operation on the stack came before, or is under way. For most of
/// it there is no code of its own, only a text.
fn is_of_someone_else(call: &GatewayError) -> bool {
    const CODES: [&str; 5] = [
        "AlreadyExistsException",
        "ChangeSetNotFound",
        "InvalidChangeSetStatus",
        "OperationInProgressException",
        "TokenAlreadyExistsException",
    ];
    const TEXTS: [&str; 4] = [
        "can not be updated",
        "cannot be created again with the changeSet",
        "cannot be deleted while in status",
        "does not exist",
    ];
    call.operation.starts_with("CloudFormation ")
        && (call.code.as_deref().is_some_and(|code| CODES.contains(&code))
            || TEXTS.iter().any(|text| call.message.contains(text)))
}

/// What a resource handler says, without the frame CloudFormation puts around it: `Resource handler returned message:
/// "…  (Service: Connect, Status Code: 400, Request ID: …)" (RequestToken: …, HandlerErrorCode: …)`.
pub fn plain_reason(reason: &str) -> &str {
    let Some(framed) = reason.strip_prefix("Resource handler returned message: \"") else { return reason };
    let Some((message, _)) = framed.rsplit_once("\" (RequestToken: ") else { return reason };
    message.split_once(" (Service: ").map_or(message, |(message, _)| message)
}

/// True for the failure of a resource that was only stopped because another one failed.
pub fn is_cancelled(reason: &str) -> bool {
    reason.contains("cancelled")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_lose_their_frame() {
        let framed = "Resource handler returned message: \"No \"such\" bucket. (Service: Connect, Status Code: 400, \
                      Request ID: 1)\" (RequestToken: 2, HandlerErrorCode: InvalidRequest)";
        assert_eq!(plain_reason(framed), "No \"such\" bucket.");
        let short = "Resource handler returned message: \"Username cannot be updated.\" (RequestToken: 2, \
                     HandlerErrorCode: InvalidRequest)";
        assert_eq!(plain_reason(short), "Username cannot be updated.");
        assert_eq!(plain_reason("quota reached"), "quota reached");
    }
}
