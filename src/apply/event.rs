//! What apply tells while it works. Views consume these; apply prints nothing.

use crate::model::Address;
use crate::plan::OperationKind;

/// A fact about the progress of an apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The artifact bucket is being made, or made safe again.
    Bucket {
        /// Its name.
        name: String,
    },
    /// A file lies in the artifact bucket.
    Uploaded {
        /// Its key.
        key: String,
        /// False where it was there already.
        new: bool,
    },
    /// A stack operation starts.
    StackStarted {
        /// The stack.
        stack: String,
        /// What is done.
        kind: OperationKind,
        /// How many resources will change, as far as the plan knows.
        resources: usize,
    },
    /// CloudFormation reports on a resource.
    Resource {
        /// The stack.
        stack: String,
        /// Its name in the blueprint, where it has one.
        address: Option<Address>,
        /// Its name in the template.
        logical_id: String,
        /// Such as `CREATE_COMPLETE`.
        status: String,
        /// The reason, where CloudFormation gives one.
        reason: Option<String>,
    },
    /// A stack operation ended.
    StackFinished {
        /// The stack.
        stack: String,
        /// Its final status.
        status: String,
    },
    /// CloudFormation found nothing to change in a stack.
    StackUnchanged {
        /// The stack.
        stack: String,
    },
    /// A phone number got a flow, or lost it.
    Associated {
        /// The phone number.
        phone_number: Address,
        /// What answers it now.
        flow: Option<String>,
    },
    /// Something that was put beside a resource by hand is gone, or settings of the instance are as they are to be.
    Repaired {
        /// The resource.
        address: Address,
    },
}
