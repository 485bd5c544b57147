//! Times that come: rules and schedules that are due are carried out, and wait for their next time.

use std::time::SystemTime;

use serde_json::json;

use super::{bus, schedule};
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{Carrier, Step, time_of};
use crate::services::events::{self, Rule};
use crate::services::timing::timetable::{self, Entry, Owner};
use crate::services::timing::{Timing, milliseconds, timestamp};
use crate::store::Tx;

/// The timetable, as work that nobody asks for.
pub(crate) struct Clockwork;

impl Carrier for Clockwork {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(timetable::first(tx)?.map(|_| (String::new(), String::new())).into_iter().collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        let now = epoch_milliseconds(environment.now);
        let Some(entry) = timetable::first(environment.tx)?.filter(|entry| entry.due <= now) else {
            return Ok(Step::Idle);
        };
        match &entry.owner {
            Owner::Schedule(key) => schedule::run(environment, key, entry.scheduled)?,
            Owner::Rule(scope, name) => run_rule(environment, scope, name, entry.scheduled)?,
        }
        Ok(Step::Worked)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        Ok(timetable::first(environment.tx)?.map(|entry| time_of(entry.due)))
    }

    /// What was due while nobody served the sandbox happens once, for the last of its times.
    fn catch_up(&self, environment: &Environment) -> Result<(), AwsError> {
        let now = epoch_milliseconds(environment.now);
        for Entry { owner, scheduled, due } in timetable::all(environment.tx)? {
            if due >= now {
                break;
            }
            let timing = match &owner {
                Owner::Schedule(key) => schedule::timing(environment, key)?,
                Owner::Rule(scope, name) => events::timing_of_rule(&within(environment, scope), scope, name)?,
            };
            let missed = timing.and_then(|timing| last(&timing, scheduled, now));
            if let Some(missed) = missed {
                tracing::info!(?owner, "a time was missed while nobody served the sandbox; it counts once");
                timetable::set(environment.tx, &owner, Some((missed, missed)))?;
            }
        }
        Ok(())
    }
}

fn last(timing: &Timing, after: u64, until: u64) -> Option<u64> {
    timing.last(timestamp(after)?, timestamp(until)?).map(milliseconds)
}

/// The environment of a rule's region.
fn within<'a>(environment: &Environment<'a>, scope: &'a str) -> Environment<'a> {
    Environment { region: scope.split('/').next().unwrap_or_default(), ..*environment }
}

fn run_rule(environment: &Environment, scope: &str, name: &str, scheduled: u64) -> Result<(), AwsError> {
    let environment = &within(environment, scope);
    let owner = Owner::Rule(scope.to_owned(), name.to_owned());
    let next = events::timing_of_rule(environment, scope, name)?
        .and_then(|timing| timing.next(timestamp(scheduled)?))
        .map(milliseconds);
    timetable::set(environment.tx, &owner, next.map(|next| (next, next)))?;
    let Some(rule) = Rule::find(environment, scope, name)? else { return Ok(()) };
    let told = ("aws.events", "Scheduled Event");
    let event = events::envelope(environment, told, time_of(scheduled), &[rule.arn.clone()], &json!({}));
    bus::send(environment, &rule, &event)
}
