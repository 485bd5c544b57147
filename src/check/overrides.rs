//! Overrides of hours that no day will need again.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics};
use chrono::{DateTime, Utc};
use jiff::Timestamp;

use crate::blueprint::Loaded;
use crate::time_zone::time_zone;

/// Reports overrides whose last day has passed, by the clock of their place. Not among the rules, because it needs the
/// time.
pub fn past_overrides(loaded: &Loaded, now: DateTime<Utc>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    // Hours that share overrides, by an anchor, have the same ones.
    let mut told = BTreeSet::new();
    for hours in loaded.blueprint.hours.values() {
        let Some(zone) = time_zone(&hours.time_zone) else { continue };
        let Ok(now) = Timestamp::from_second(now.timestamp()) else { continue };
        let today = now.to_zoned_datetime(zone).date().to_string();
        for (key, entry) in &hours.overrides {
            let Some(last) = entry.till.as_ref().or(entry.on.as_ref()) else { continue };
            // Dates in their long form are in the order of their letters; others are reported as no dates.
            if last.len() == today.len() && last.value < today && told.insert(key.span) {
                diagnostics.push(
                    Diagnostic::warning("override-in-the-past", "an override is over")
                        .at(last.span, format!("today is {today}"))
                        .also(key.span, "this override")
                        .note("It is left out where it is not deployed, and stays where it is.")
                        .help("Correct the year, or remove the override."),
                );
            }
        }
    }
    diagnostics
}
