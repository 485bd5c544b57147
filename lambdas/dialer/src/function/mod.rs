//! The functions: the dialer itself, and what flows tell it.

mod answers;
mod dialer;
mod event;
mod load;
mod report;
mod settings;

pub use answers::{Answers, Reply};
pub use dialer::Dialer;
pub use event::{Action, Event, UnknownEvent};

use callform_signed::SignedCalls;

use crate::connect;
use crate::ids::AttemptId;
use crate::moment::Moment;
use crate::work::Rim;

/// Time by the services' clock, and new identifiers.
#[derive(Clone, Copy, Debug)]
pub struct Services<'a>(pub &'a SignedCalls);

impl Rim for Services<'_> {
    fn now(&self) -> Moment {
        connect::now(self.0)
    }

    fn attempt(&self) -> AttemptId {
        AttemptId::from(uuid::Uuid::new_v4().to_string())
    }
}
