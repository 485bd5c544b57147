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

use callform_table::TRIES;
pub use callform_table::WorkError;

use crate::ids::AttemptId;
use crate::item::{Item, Key};
use crate::moment::Moment;
use crate::phone::Phone;
use crate::policy::Policy;
use crate::store::{Change, Store};

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
        decide: impl FnMut(&[Option<Item>]) -> Option<(Vec<Change>, T)>,
    ) -> Result<Option<T>, WorkError> {
        callform_table::decide(self.store, TRIES, keys, decide).await
    }
}
