//! Events on buses: which rules they match, and what their targets get.

use std::time::SystemTime;

use serde_json::Value;

use super::transformer::{self, payload};
use super::{Content, Parcel};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{Carrier, Step};
use crate::services::events::{self, Rule, Told};
use crate::store::Tx;

/// Events that nobody has looked at, as work that nobody asks for.
pub(crate) struct Buses;

impl Carrier for Buses {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(events::waiting(tx)?.into_iter().map(|region| (region, String::new())).collect())
    }

    fn step(&self, environment: &Environment, _: &str) -> Result<Step, AwsError> {
        let Some(Told { bus, event }) = events::take(environment)? else { return Ok(Step::Idle) };
        for rule in events::rules_of_bus(environment, &bus)? {
            if rule.pattern.as_ref().is_some_and(|pattern| pattern.matches(&event)) {
                send(environment, &rule, &event)?;
            }
        }
        Ok(Step::Worked)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        // There is one only while there are events.
        Ok(Some(environment.now))
    }
}

/// Gives the targets of a rule what is for them of an event.
pub(super) fn send(environment: &Environment, rule: &Rule, event: &Value) -> Result<(), AwsError> {
    let time = events::text_time(environment.now);
    let about = transformer::Rule { arn: &rule.arn, name: &rule.name, ingestion_time: &time };
    for target in &rule.targets {
        let content = Content::Event { event: event.clone(), payload: payload(target, event, &about) };
        let sender = vec![("RULE_ARN".to_owned(), rule.arn.clone())];
        Parcel::new(environment, target.clone(), content, sender).deliver(environment)?;
    }
    Ok(())
}
