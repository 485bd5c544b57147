//! Moving the clock, from one time at which something is due to the next.
//!
//! Whoever wants the clock moved notes until when. The worker, of whatever process, goes there: the clock stands still at
//! the next time at which something is due, all that is due is done, and so on, until nothing is left before the end;
//! then the clock runs again. So what is due every minute is done every minute, and sees its own time. What was noted is
//! in the store: where the process dies on the way, the next one goes on.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use uuid::Uuid;

use super::Work;
use crate::clock::{self, epoch_milliseconds};
use crate::error::AwsError;
use crate::services::carrying::time_of;
use crate::store::Tx;

/// Ends of the ways to go, by `<milliseconds since 1970>-<who asked>`.
const KIND: &str = "clock/advance";

/// Notes that the clock is to move on, from where earlier ones will have moved it to. The answer names the note.
pub(crate) fn ask(tx: &Tx, now: SystemTime, by: Duration) -> Result<String, AwsError> {
    let earlier = tx.list::<Value>(KIND, "")?.last().and_then(|(key, _)| end_of(key));
    let end = earlier.map_or(now, |earlier| earlier.max(now)) + by;
    let key = format!("{:020}-{}", epoch_milliseconds(end), Uuid::new_v4());
    tx.put(KIND, "", &key, None, &json!({}))?;
    Ok(key)
}

/// True where the clock has moved as far as a note said.
pub(crate) fn is_done(tx: &Tx, key: &str) -> Result<bool, AwsError> {
    Ok(tx.get::<Value>(KIND, "", key)?.is_none())
}

fn end_of(key: &str) -> Option<SystemTime> {
    key.split('-').next()?.parse().ok().map(time_of)
}

impl Work<'_> {
    /// Moves the clock, where somebody asked for it and nothing is due any more at the time it shows. True where it
    /// moved, and there may be something to do.
    pub(crate) fn move_clock(&self) -> Result<bool, AwsError> {
        let asked = self.store.transaction(|tx| tx.first::<Value>(KIND, ""))?;
        let Some((key, end)) = asked.and_then(|(key, _)| end_of(&key).map(|end| (key, end))) else { return Ok(false) };
        let now = (self.now)();
        if !clock::is_standing(self.folder) {
            self.stand(now)?;
            return Ok(true);
        }
        match self.next_due()? {
            // A request of this moment: it is done before the clock moves.
            Some(due) if due <= now => Ok(false),
            Some(due) if due <= end => self.stand(due).map(|()| true),
            _ => {
                clock::run_from(self.folder, end.max(now)).map_err(|error| self.failed(&error))?;
                self.store.transaction(|tx| tx.delete(KIND, "", &key))
            }
        }
    }

    fn stand(&self, time: SystemTime) -> Result<(), AwsError> {
        clock::stand(self.folder, time).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> AwsError {
        crate::error::own_file(&self.folder.join(clock::FILE), error)
    }
}
