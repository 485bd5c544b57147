//! Services whose handlers get nothing but the input: most of them.

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::Input;
use crate::operation::{self, Member};

/// What a handler looks like.
pub(crate) type Handler = fn(&Environment, &Input) -> Result<Value, AwsError>;

/// One operation.
pub(crate) type Operation = operation::Operation<Handler>;

/// A service: its operations, and the code of its refusals of members.
pub(crate) struct Service {
    /// The operations.
    pub(crate) table: operation::Service<Handler>,
    pub(crate) error: &'static str,
}

/// A service of a name in messages, a code of refusals, and tables of operations.
pub(crate) const fn service(
    name: &'static str,
    error: &'static str,
    tables: &'static [&'static [Operation]],
) -> Service {
    Service { table: operation::Service { name, tables, others: &[] }, error }
}

/// An operation that requests name.
pub(crate) const fn operation(name: &'static str, handler: Handler) -> Operation {
    routed(name, "", "", 200, &[], handler)
}

/// An operation with a method and path, the status of its success, and the members that are checked or travel in the
/// query.
pub(crate) const fn routed(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    status: u16,
    members: &'static [Member],
    handler: Handler,
) -> Operation {
    operation::Operation { name, method, path, status, members, handler }
}

impl Service {
    /// Carries out an operation by name; members of path and query are in the input.
    pub(crate) fn call(
        &self,
        environment: &Environment,
        operation: &str,
        input: &Map<String, Value>,
    ) -> Result<Value, AwsError> {
        let operation = self.table.find(operation)?;
        operation.check(self.error, input)?;
        (operation.handler)(environment, &Input::of(operation.name, input, self.error))
    }
}
