//! Carries decisions out through a store and a phone.
//!
//! Every procedure may be called by any number of workers at once, may die at any of its awaits, and may be called again:
//! each step reads, decides, and commits on what it read. Nothing returned or logged from here holds a phone number, but
//! for reports that are asked for.

mod apply;
mod campaign;
mod events;
mod load;
mod reports;
mod round;
mod sweep;

pub use apply::Deed;
pub use campaign::{Finish, Started};
pub use events::{Answer, Taken};
pub use load::{Chunk, LoadError};
pub use round::Round;
pub use sweep::Swept;

use crate::ids::AttemptId;
use crate::item::{Item, Key};
use crate::moment::Moment;
use crate::phone::Phone;
use crate::policy::Policy;
use crate::store::{Change, CommitError, ReadError, Store};

/// What is neither table nor phone: time and chance.
pub trait Rim {
    /// The time now.
    fn now(&self) -> Moment;

    /// An identifier that nobody ever had: at most 64 letters, digits and `-`.
    fn attempt(&self) -> AttemptId;
}

impl<R: Rim> Rim for &R {
    fn now(&self) -> Moment {
        (**self).now()
    }

    fn attempt(&self) -> AttemptId {
        (**self).attempt()
    }
}

/// How often a step is decided again when others change what it read. Each time at least one of the others went on.
const TRIES: u32 = 64;

/// Why a procedure ended before its end. What it did until then holds, and calling it again goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// The table could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The table could not be written, or did not say whether it was.
    #[error("the table did not answer")]
    Write,
    /// Others kept changing the same items.
    #[error("too many others changed the same items at once")]
    Contended,
}

/// The procedures of a dialer.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a, S, P, R> {
    /// The table.
    pub store: &'a S,
    /// Connect.
    pub phone: &'a P,
    /// Time and chance.
    pub rim: &'a R,
    /// What is allowed, and how fast.
    pub policy: &'a Policy,
}

impl<S: Store, P: Phone, R: Rim> Work<'_, S, P, R> {
    /// Decides on what is read, and commits, until nobody interferes. `decide` gives nothing where there is nothing to do.
    async fn decide<T>(
        &self,
        keys: &[Key],
        mut decide: impl FnMut(&[Option<Item>]) -> Option<(Vec<Change>, T)>,
    ) -> Result<Option<T>, WorkError> {
        for _ in 0..TRIES {
            let items = self.store.get_all(keys).await?;
            let Some((changes, answer)) = decide(&items) else { return Ok(None) };
            if changes.is_empty() {
                return Ok(Some(answer));
            }
            match self.store.commit(changes).await {
                Ok(()) => return Ok(Some(answer)),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Unavailable) => return Err(WorkError::Write),
            }
        }
        Err(WorkError::Contended)
    }
}
