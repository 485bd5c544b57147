//! Trying again, more and more slowly.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::claim::{Claim, ClaimStore, StoreError, Written};
use crate::current::{CurrentRow, CurrentStore, InvalidRow};

/// So often in all.
pub const ATTEMPTS: u32 = 6;

const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// A store that is asked again after transient failures: up to [`ATTEMPTS`] times, with pauses of at most 50 ms, 100 ms,
/// 200 ms and so on.
///
/// Asking again is safe: whoever wrote is the owner of what it wrote.
#[derive(Clone, Copy, Debug)]
pub struct Patient<S>(pub S);

impl<S: ClaimStore> ClaimStore for Patient<S> {
    async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
        insist(&claim.owner, || self.0.claim_newest(claim)).await
    }

    async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
        insist(&claim.owner, || self.0.claim_late(claim)).await
    }
}

impl<S: CurrentStore> CurrentStore for Patient<S> {
    async fn put_if_newer(&self, row: &CurrentRow) -> Result<bool, StoreError> {
        insist(row.key.as_str(), || self.0.put_if_newer(row)).await
    }

    async fn put_invalid(&self, row: &InvalidRow) -> Result<(), StoreError> {
        insist(&row.event_id, || self.0.put_invalid(row)).await
    }
}

async fn insist<T>(who: &str, call: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut attempt = 1;
    loop {
        match call().await {
            Err(StoreError::Transient) if attempt < ATTEMPTS => {
                tokio::time::sleep(pause(who, attempt)).await;
                attempt += 1;
            }
            answer => return answer,
        }
    }
}

/// Between half and all of 50 ms times two to the power of the attempts before. Whom it is for decides where in between,
/// so that those that were throttled together do not come back together.
fn pause(who: &str, attempt: u32) -> Duration {
    let longest = FIRST_PAUSE * 2u32.pow(attempt - 1);
    let mut hasher = DefaultHasher::new();
    (who, attempt).hash(&mut hasher);
    let per_mille = u32::try_from(hasher.finish() % 500).unwrap_or(0);
    longest / 2 + longest * per_mille / 1000
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn calls(failure: StoreError, failures: u32) -> (u32, Result<(), StoreError>) {
        let calls = Cell::new(0);
        let answer = insist("me", async || {
            calls.set(calls.get() + 1);
            if calls.get() <= failures { Err(failure) } else { Ok(()) }
        })
        .await;
        (calls.get(), answer)
    }

    #[tokio::test(start_paused = true)]
    async fn transient_failures_are_tried_again_and_others_are_not() {
        assert_eq!(calls(StoreError::Transient, 0).await, (1, Ok(())));
        assert_eq!(calls(StoreError::Transient, 5).await, (6, Ok(())));
        assert_eq!(calls(StoreError::Transient, 6).await, (6, Err(StoreError::Transient)));
        assert_eq!(calls(StoreError::Permanent, 1).await, (1, Err(StoreError::Permanent)));
    }

    #[test]
    fn pauses_double_and_differ() {
        for (attempt, longest) in [(1, 50), (2, 100), (5, 800)] {
            let pauses: Vec<_> = ["a", "b", "c", "d"].iter().map(|who| pause(who, attempt)).collect();
            assert!(pauses.iter().all(|pause| (longest / 2..longest).contains(&pause.as_millis())), "{pauses:?}");
            assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]));
        }
    }
}
