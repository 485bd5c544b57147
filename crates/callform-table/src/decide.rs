//! Deciding on what was read.

use crate::store::{Change, CommitError, ReadError, Store};
use crate::{Item, Records};

/// How often a step is decided again when others change what it read. Each time at least one of the others went on.
pub const TRIES: u32 = 64;

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

/// Decides on what is read, and commits, until nobody interferes, at most so many times. `decide` gives nothing where there
/// is nothing to do.
pub async fn decide<R: Records, T>(
    store: &impl Store<R>,
    tries: u32,
    keys: &[R::Key],
    mut decide: impl FnMut(&[Option<Item<R>>]) -> Option<(Vec<Change<R>>, T)>,
) -> Result<Option<T>, WorkError> {
    for _ in 0..tries {
        let items = store.get_all(keys).await?;
        let Some((changes, answer)) = decide(&items) else { return Ok(None) };
        if changes.is_empty() {
            return Ok(Some(answer));
        }
        match store.commit(changes).await {
            Ok(()) => return Ok(Some(answer)),
            Err(CommitError::Conflict) => {}
            Err(CommitError::Unavailable) => return Err(WorkError::Write),
        }
    }
    Err(WorkError::Contended)
}
