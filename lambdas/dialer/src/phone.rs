//! What places calls and knows what became of them.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crate::evidence::Evidence;
use crate::ids::{AttemptId, ContactId, Number};
use crate::item::Attempt;
use crate::moment::Moment;

/// The contact attribute that holds the attempt's identifier; flows hand it back.
pub const ATTEMPT_ATTRIBUTE: &str = "dialer_attempt";

/// The contact attribute that holds the person's identifier.
pub const PERSON_ATTRIBUTE: &str = "dialer_person";

/// A call to be placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placing {
    /// The attempt; the call's client token and name.
    pub attempt: AttemptId,
    /// The number.
    pub number: Number,
    /// The contact's attributes, with [`ATTEMPT_ATTRIBUTE`] and [`PERSON_ATTRIBUTE`]; at most 32 KB in Connect.
    pub attributes: BTreeMap<String, String>,
    /// How long it rings: 15 to 60 s.
    pub ring: Duration,
    /// Whether Connect listens for machines.
    pub detect_machines: bool,
    /// After this moment the call must not be placed any more: somebody else may take it for dead.
    pub not_after: Moment,
}

/// Why a call was not placed, or why that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Too many requests, or too many calls at once: no call was placed, and the same again may succeed.
    #[error("Connect asked to slow down")]
    Throttled,
    /// Surely no call was placed, and the same again may succeed: no connection, a fault of the service that says so.
    #[error("Connect could not be reached")]
    Unavailable,
    /// The destination is not allowed by the instance's settings (`DestinationNotAllowedException`): the same again fails.
    #[error("calls to this number are not allowed")]
    NotAllowed,
    /// The number, or an attribute, is not accepted (`InvalidParameterException`): the same again fails.
    #[error("Connect does not accept this number")]
    Invalid,
    /// No call at all is permitted (`OutboundContactNotPermittedException`, `AccessDeniedException`,
    /// `ResourceNotFoundException`): nobody can be called before a person has looked at it.
    #[error("outbound calls are not permitted")]
    NotPermitted,
    /// No answer came in time: the call may have been placed.
    #[error("Connect did not say whether it placed the call")]
    Unknown,
}

/// What Connect says of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The call is going on.
    Live {
        /// The contact.
        contact: ContactId,
        /// What is known by now.
        evidence: Evidence,
    },
    /// The call is over.
    Ended {
        /// The contact.
        contact: ContactId,
        /// What is known; [`Evidence::ended`] is set.
        evidence: Evidence,
    },
    /// There never was a call. Only to be said when Connect would surely know by now.
    NeverStarted,
    /// Connect cannot say.
    Unknown,
}

/// The phone did not answer a question; ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Connect did not answer")]
pub struct Silent;

/// How agents are doing now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Staffing {
    /// How many could take a call at once (`AGENTS_AVAILABLE`). Nobody signed in is 0, not an error.
    pub available: u32,
    /// How many are signed in, where that was asked for.
    pub online: Option<u32>,
    /// Whether the queue takes calls now: it is enabled and within its hours.
    pub open: bool,
}

/// Places calls. One call to the service for each method.
pub trait Phone {
    /// Places a call.
    fn place(&self, placing: &Placing) -> impl Future<Output = Result<ContactId, PlaceError>>;

    /// What became of an attempt: by its contact where that is known, else by its name.
    fn look_up(&self, attempt: &Attempt) -> impl Future<Output = Result<Looked, Silent>>;

    /// How the agents are doing.
    fn agents(&self) -> impl Future<Output = Result<Staffing, Silent>>;
}

impl<P: Phone> Phone for &P {
    async fn place(&self, placing: &Placing) -> Result<ContactId, PlaceError> {
        (**self).place(placing).await
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<Looked, Silent> {
        (**self).look_up(attempt).await
    }

    async fn agents(&self) -> Result<Staffing, Silent> {
        (**self).agents().await
    }
}

/// A phone for those who place no calls: flows that report, commands on the table.
#[derive(Clone, Copy, Debug)]
pub struct NoPhone;

impl Phone for NoPhone {
    async fn place(&self, _: &Placing) -> Result<ContactId, PlaceError> {
        Err(PlaceError::NotPermitted)
    }

    async fn look_up(&self, _: &Attempt) -> Result<Looked, Silent> {
        Err(Silent)
    }

    async fn agents(&self) -> Result<Staffing, Silent> {
        Err(Silent)
    }
}
