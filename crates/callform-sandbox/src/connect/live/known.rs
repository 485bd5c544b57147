//! Whether the sandbox has what people name.

use std::collections::BTreeSet;

use crate::error::AwsError;
use crate::store::Tx;

use super::super::document::{Document, text};
use super::super::resource::{AGENT_STATUS, INSTANCE, USER};
use super::callers::Lines;
use super::people::{ALL, People};

/// How many names a message has at most.
const MOST_NAMES: usize = 8;

/// What the instances of a sandbox have together.
#[derive(Default)]
struct Known {
    users: BTreeSet<String>,
    statuses: BTreeSet<String>,
    numbers: BTreeSet<String>,
    flows: BTreeSet<String>,
}

/// What people name that the sandbox does not have, each with its place. One without an instance is not held against
/// anything: what is to be in it is not known.
pub(crate) fn unknown(tx: &Tx, people: &People) -> Result<Vec<String>, AwsError> {
    let instances = tx.list::<Document>(INSTANCE.document, "")?;
    if instances.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = Known::default();
    for (instance, _) in instances {
        known.add(tx, &instance)?;
    }
    Ok(known.problems(people))
}

impl Known {
    fn add(&mut self, tx: &Tx, instance: &str) -> Result<(), AwsError> {
        let names = |kind: &str, member: &str| -> Result<Vec<String>, AwsError> {
            let all = tx.list::<Document>(kind, instance)?;
            Ok(all.into_iter().map(|(_, body)| text(&body, member).to_owned()).collect())
        };
        self.users.extend(names(USER.document, "Username")?);
        self.statuses.extend(names(AGENT_STATUS.document, "Name")?);
        let lines = Lines::read(tx, instance)?;
        self.numbers.extend(lines.numbers.into_iter().filter(|(_, flow)| flow.is_some()).map(|(number, _)| number));
        self.flows.extend(lines.flows.into_keys());
        Ok(())
    }

    fn problems(&self, people: &People) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |place: String, what: &str, name: &str, known: &BTreeSet<String>| {
            if !known.contains(name) {
                problems.push(format!("{place}: {what} `{name}` in the sandbox; {}", listed(known)));
            }
        };
        for (name, agent) in &people.agents {
            if name != ALL {
                check(format!("agents.{name}"), "there is no user", name, &self.users);
            }
            check(format!("agents.{name}.status"), "there is no agent status", &agent.status, &self.statuses);
        }
        for (name, caller) in &people.callers {
            if let Some(to) = &caller.to {
                check(format!("callers.{name}.to"), "no flow answers the number", to, &self.numbers);
            }
            if let Some(flow) = &caller.flow {
                check(format!("callers.{name}.flow"), "there is no published flow", flow, &self.flows);
            }
        }
        problems
    }
}

/// The names there are, some of many: first what does not come with every instance.
fn listed(known: &BTreeSet<String>) -> String {
    let (theirs, own): (Vec<_>, Vec<_>) = known.iter().partition(|name| name.starts_with("Default "));
    let some: Vec<String> = own.into_iter().chain(theirs).take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > MOST_NAMES { ", and more" } else { "" };
    match some.as_slice() {
        [] => "there are none".to_owned(),
        some => format!("there are {}{more}", some.join(", ")),
    }
}
