//! The time, which comes in here and nowhere else.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::environment;

/// A day that has begun everywhere on earth: what ended before it is over, whatever zone it is in.
pub(super) fn begun_everywhere() -> NaiveDate {
    // The westernmost zone is twelve hours behind UTC.
    (now() - TimeDelta::hours(12)).date_naive()
}

/// Now; what `CALLFORM_NOW` says, where that is a time such as `2026-11-23T17:00:00Z`. Tests need plans that do not
/// change with the hour.
pub(super) fn now() -> DateTime<Utc> {
    let given = environment::value("CALLFORM_NOW").and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| DateTime::from(SystemTime::now()))
}
