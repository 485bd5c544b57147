//! Amazon EventBridge: event buses, events on them, rules, and the targets of rules.
//!
//! An event that is put on a bus is written down; the worker then looks which rules it matches, and delivers it
//! ([`crate::delivery`]). So whoever tells an event does not wait for those who hear it.

mod buses;
pub(crate) mod pattern;
mod rules;
mod told;

use serde_json::{Map, Value};

use super::table::{Operation, Service, operation, service};
use crate::error::AwsError;
use crate::handler::Environment;

pub(crate) use buses::bus_exists;
pub(crate) use rules::{Rule, rules_of_bus, timing_of_rule};
pub(crate) use told::{Told, emit, envelope, put_on, take, text_time, waiting};

/// The service.
pub(crate) static SERVICE: Service = service("EventBridge", "ValidationException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("PutRule", rules::put),
    operation("ListRules", rules::list),
    operation("DescribeRule", rules::on_rule),
    operation("DeleteRule", rules::on_rule),
    operation("EnableRule", rules::on_rule),
    operation("DisableRule", rules::on_rule),
    operation("PutTargets", rules::targets),
    operation("RemoveTargets", rules::targets),
    operation("ListTargetsByRule", rules::targets),
    operation("ListRuleNamesByTarget", rules::names_by_target),
    operation("TagResource", rules::tag),
    operation("UntagResource", rules::tag),
    operation("ListTagsForResource", rules::tag),
    operation("CreateEventBus", buses::create),
    operation("DescribeEventBus", buses::describe),
    operation("ListEventBuses", buses::list),
    operation("DeleteEventBus", buses::delete),
    operation("PutEvents", told::put_events),
    operation("TestEventPattern", pattern::test_event_pattern),
];

/// Name of the bus that is always there.
pub(crate) const DEFAULT_BUS: &str = "default";

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

/// The name of a bus that is given by name or ARN; the default one where none is given.
fn bus_name(given: Option<&str>) -> &str {
    given.map_or(DEFAULT_BUS, |given| given.rsplit('/').next().unwrap_or(given))
}

/// The scope of the rules of a bus: its region, and its name where it is not the default one.
fn scope(region: &str, bus: &str) -> String {
    if bus == DEFAULT_BUS { region.to_owned() } else { format!("{region}/{bus}") }
}

#[cfg(test)]
mod tests;
