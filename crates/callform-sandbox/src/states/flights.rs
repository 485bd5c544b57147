//! Functions that run for executions at the moment, in this process.
//!
//! They take real time, while the sandbox's clock may have been moved by hours: until they answer, nothing that comes
//! after them may happen. So time passes for executions as it does for the slowest of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use callform_states::Moment;

/// Since when each runs: by the sandbox's time, and by the machine's.
type Flights = BTreeMap<String, (Moment, Instant)>;

static FLIGHTS: Mutex<BTreeMap<PathBuf, Flights>> = Mutex::new(BTreeMap::new());

fn flights() -> MutexGuard<'static, BTreeMap<PathBuf, Flights>> {
    FLIGHTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that one begins. False where it runs already.
pub(crate) fn begin(folder: &Path, key: &str, since: Moment) -> bool {
    flights().entry(folder.to_owned()).or_default().insert(key.to_owned(), (since, Instant::now())).is_none()
}

/// True where it runs.
pub(crate) fn has(folder: &Path, key: &str) -> bool {
    flights().get(folder).is_some_and(|flights| flights.contains_key(key))
}

/// How many run.
pub(crate) fn count(folder: &Path) -> usize {
    flights().get(folder).map_or(0, BTreeMap::len)
}

/// Notes that one is over.
pub(crate) fn end(folder: &Path, key: &str) {
    let mut all = flights();
    if let Some(flights) = all.get_mut(folder) {
        flights.remove(key);
        if flights.is_empty() {
            all.remove(folder);
        }
    }
}

/// The time for executions: not later than `now`, nor than where any of the functions is.
pub(crate) fn now(folder: &Path, now: Moment) -> Moment {
    let all = flights();
    let times = all
        .get(folder)
        .into_iter()
        .flat_map(BTreeMap::values)
        .map(|(since, began)| since.saturating_add(elapsed(*began)));
    times.min().map_or(now, |time| time.min(now))
}

/// Milliseconds since then.
pub(crate) fn elapsed(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}
