//! When something happens next: an index by time, in the scope of an instance.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::AwsError;
use crate::handler::Environment;

/// Timers, by time and what they are for.
const TIMER: &str = "connect/live-timer";
/// The time of what a timer is for.
const TIME: &str = "connect/live-time";

/// What a timer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A call goes on, by its number.
    Call(u64),
    /// An agent takes a contact, misses it, or is done with one; by user id.
    Agent(String),
    /// A shift of an agent begins or ends; by user id.
    Shift(String),
    /// A recording is put into its bucket, by its number.
    Recording(u64),
    /// Somebody calls in, by the name of the entry.
    Caller(String),
    /// Contacts may have waited long enough for a routing profile's delay.
    Route,
    /// Agents give a sign of life.
    Heartbeat,
    /// Something is told later than it happened; by its number.
    Tell(u64),
}

impl What {
    fn key(&self) -> String {
        match self {
            Self::Call(number) => format!("call/{number}"),
            Self::Agent(user) => format!("agent/{user}"),
            Self::Shift(user) => format!("shift/{user}"),
            Self::Recording(number) => format!("recording/{number}"),
            Self::Caller(name) => format!("caller/{name}"),
            Self::Route => "route/".to_owned(),
            Self::Heartbeat => "heartbeat/".to_owned(),
            Self::Tell(number) => format!("tell/{number}"),
        }
    }

    fn read(key: &str) -> Option<Self> {
        let (kind, of) = key.split_once('/')?;
        Some(match kind {
            "call" => Self::Call(of.parse().ok()?),
            "agent" => Self::Agent(of.to_owned()),
            "shift" => Self::Shift(of.to_owned()),
            "recording" => Self::Recording(of.parse().ok()?),
            "caller" => Self::Caller(of.to_owned()),
            "route" => Self::Route,
            "heartbeat" => Self::Heartbeat,
            "tell" => Self::Tell(of.parse().ok()?),
            _ => return None,
        })
    }
}

/// Milliseconds since 1970 as a time.
pub(super) fn time(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds)
}

/// Sets or takes away the timer of something.
pub(super) fn set(environment: &Environment, instance: &str, what: &What, due: Option<u64>) -> Result<(), AwsError> {
    let (tx, key) = (environment.tx, what.key());
    let before: Option<u64> = tx.get(TIME, instance, &key)?;
    if before == due {
        return Ok(());
    }
    if let Some(before) = before {
        tx.delete(TIMER, instance, &format!("{before:015}/{key}"))?;
    }
    match due {
        None => tx.delete(TIME, instance, &key).map(drop),
        Some(due) => {
            tx.put(TIME, instance, &key, None, &due)?;
            tx.put(TIMER, instance, &format!("{due:015}/{key}"), None, &())
        }
    }
}

/// When a timer is due.
pub(super) fn due_of(environment: &Environment, instance: &str, what: &What) -> Result<Option<u64>, AwsError> {
    environment.tx.get(TIME, instance, &what.key())
}

/// The timer that is due first, and when.
pub(super) fn first(environment: &Environment, instance: &str) -> Result<Option<(u64, What)>, AwsError> {
    let first: Option<(String, ())> = environment.tx.first(TIMER, instance)?;
    Ok(first.and_then(|(key, ())| {
        let (due, what) = key.split_once('/')?;
        Some((due.parse().ok()?, What::read(what)?))
    }))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{ID, Instance};
    use super::*;

    #[test]
    fn the_earliest_timer_comes_first_and_something_has_one_timer() {
        let instance = Instance::new();
        instance.with(|environment| {
            for (what, due) in [(What::Call(7), 2000), (What::Route, 10_000), (What::Agent("a".to_owned()), 999)] {
                set(environment, ID, &what, Some(due))?;
            }
            assert_eq!(first(environment, ID)?, Some((999, What::Agent("a".to_owned()))));
            set(environment, ID, &What::Agent("a".to_owned()), Some(3000))?;
            assert_eq!(first(environment, ID)?, Some((2000, What::Call(7))));
            set(environment, ID, &What::Call(7), None)?;
            assert_eq!(first(environment, ID)?, Some((3000, What::Agent("a".to_owned()))));
            assert_eq!(due_of(environment, ID, &What::Call(7))?, None);
            assert_eq!(first(environment, "another")?, None);
            Ok(())
        });
    }
}
