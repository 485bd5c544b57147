//! The only crate that names the AWS SDK: narrow calls with types of their own.
//!
//! A [`Gateway`] talks to AWS, or to the sandbox, or to anything else that speaks AWS's protocols; which one is a matter
//! of the endpoint URL and the credentials in [`Target`] alone.

mod artifact_bucket;
mod athena;
mod cloudformation;
mod connect;
mod gateway;
mod iam;
mod items;
mod kept;
mod kinesis;
mod lambda;
mod live;
mod names;
mod objects;
mod partition;
mod quotas;
mod secrets;
mod test_cases;

pub use artifact_bucket::BucketState;
pub use athena::QueryState;
pub use callform_signed::{CallError as GatewayError, ErrorKind};
pub use cloudformation::{
    ChangeSet, ChangeSetKind, ChangeSetRequest, ResourceChange, ResourceDrift, Stack, StackEvent, TemplateSource,
    ValidationError,
};
pub use connect::{ClaimedNumber, ConnectInstance, NamedObject, ObjectType};
pub use gateway::{Credentials, Gateway, Target};
pub use iam::Decision;
pub use items::Item;
pub use kept::{DeletedStack, StackResource};
pub use kinesis::StreamRecord;
pub use lambda::FunctionAnswer;
pub use live::{Beside, LiveObject, Repair, Wanted};
pub use names::{NameHolder, NamedResource};
pub use objects::{ObjectContent, ObjectSettings, ObjectVersion, VersionMark};
pub use quotas::Quota;
pub use test_cases::{ExecutionState, TestCaseDraft, TestCaseEntry};
