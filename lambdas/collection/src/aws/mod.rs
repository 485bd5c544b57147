//! Table, users, objects and jobs on AWS.

mod connect;
mod s3;
mod transcribe;

use std::time::SystemTime;

use callform_signed::{CallError, SignedCalls};
use callform_table::Moment;

pub use connect::Connect;
pub use s3::{FetchError, S3, fetch};
pub use transcribe::Transcribe;

use crate::item::Collecting;
use crate::outside::Rim;

/// A table.
pub type DynamoDb<'a> = callform_table::DynamoDb<'a, Collecting>;

/// Time by the clock of the services, which all workers share, and chance of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct Services<'a>(pub &'a SignedCalls);

impl Rim for Services<'_> {
    fn now(&self) -> Moment {
        let since = self.0.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Moment::from_milliseconds(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn random(&self) -> u64 {
        // Some bits of a random UUID say that it is one: those are left out.
        let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
        (high & 0xffff_ffff_0000_0000) | (low & 0xffff_ffff)
    }
}

/// Says in the log that a service did not answer, without what it was asked.
fn note(error: &CallError) {
    tracing::warn!(
        code = error.code.as_deref().unwrap_or("no answer"),
        operation = error.operation,
        "a service did not do what it was asked"
    );
}
