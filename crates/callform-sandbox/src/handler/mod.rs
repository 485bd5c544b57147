//! What the CloudFormation engine asks of a resource type: create, read, update, delete.

pub(crate) mod properties;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::store::Tx;

/// Resolved properties (no intrinsic functions left) or attributes, by CloudFormation name.
pub type Properties = Map<String, Value>;

/// Where an operation of any service works: the account, the clock, and the transaction of the request or step.
#[derive(Clone, Copy)]
pub struct Environment<'a> {
    /// The transaction of the request; an error rolls back what was written.
    pub tx: &'a Tx<'a>,
    /// AWS account, twelve digits.
    pub account: &'a str,
    /// AWS region.
    pub region: &'a str,
    /// The sandbox's clock.
    pub now: std::time::SystemTime,
    /// The folder of the sandbox, for services that keep files (S3, Lambda code).
    pub folder: &'a std::path::Path,
}

/// Where a resource handler works.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Account, region, clock and transaction.
    pub environment: Environment<'a>,
    /// A key that is the same when the same step is tried again: the client token of creations.
    pub token: &'a str,
    /// Name of the stack, for generated physical names (`<stack>-<logical id>-<random>`).
    pub stack_name: &'a str,
    /// Logical ID of the resource, for generated physical names.
    pub logical_id: &'a str,
}

/// CloudFormation's `HandlerErrorCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerErrorCode {
    /// The properties are wrong.
    InvalidRequest,
    /// It is there already.
    AlreadyExists,
    /// It is not there.
    NotFound,
    /// A quota is reached.
    ServiceLimitExceeded,
    /// The service asks to slow down; the engine tries again.
    Throttling,
    /// Not allowed.
    AccessDenied,
    /// The property cannot be changed in place.
    NotUpdatable,
    /// The service failed; the engine tries again.
    ServiceInternalError,
    /// Everything else.
    GeneralServiceException,
}

/// Why a handler failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerError {
    /// The kind of failure.
    pub code: HandlerErrorCode,
    /// The handler's message, as it appears in the stack event.
    pub message: String,
}

/// The result of a handler.
pub type HandlerResult<T> = Result<T, HandlerError>;

/// The four operations of one resource type. Physical ids are what `Ref` returns.
pub trait ResourceHandler: Send + Sync {
    /// Makes the resource and returns its physical id.
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String>;

    /// The live properties in the schema's names, read-only attributes included (`GetAtt` reads them here); `None`
    /// where the resource is gone. Write-only properties are absent.
    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>>;

    /// Changes the resource in place.
    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()>;

    /// Deletes the resource; `NotFound` where it is gone.
    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()>;

    /// All resources with their identifiers; `None` where the service alone lists them.
    fn list(&self, _environment: &Environment) -> Result<Option<Vec<(String, Properties)>>, AwsError> {
        Ok(None)
    }

    /// What people should know of resources of the type, for their events; `None` where they are as in AWS.
    fn remark(&self) -> Option<&'static str> {
        None
    }
}

/// Handlers by resource type, such as `AWS::S3::Bucket`.
pub type HandlerRegistry = BTreeMap<&'static str, Box<dyn ResourceHandler>>;
