//! Calls of AWS services without a crate for each of them.
//!
//! The SDK has a crate for every service, with megabytes of code for operations that nobody calls. These calls are JSON (or
//! the bytes of an object) that goes through the same machinery as those of the SDK's clients: credentials, signatures,
//! time-outs, retries. Callers say which operation and what it takes; answers are JSON, failures [`CallError`]s.

mod calls;
mod clock;
mod error;
mod items;
mod objects;
mod partition;
mod service;

pub use calls::{Answer, Retries, SignedCalls};
pub use error::{CallError, ErrorKind};
pub use items::{from_item, to_item, to_value};
pub use objects::{ObjectVersion, ObjectVersions, segment};
pub use partition::{Partition, partition};
pub use service::Service;
