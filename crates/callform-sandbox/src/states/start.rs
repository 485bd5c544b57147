//! How executions begin.

use callform_states::execution::{Ending, is_deeper};
use callform_states::{Chance, DEEPEST_PAYLOAD, Execution, Failure, Identity, LARGEST_PAYLOAD, Machine, Status, Type};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{self, Record, moment, record};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::kinds;

/// What is to begin.
pub(crate) struct Start<'a> {
    pub(crate) machine_arn: &'a str,
    /// JSON; an empty object where it is not given.
    pub(crate) input: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) trace: Option<&'a str>,
    pub(crate) parent: Option<Parent>,
}

/// The request of an execution that waits for the end of another one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parent {
    pub(crate) arn: String,
    pub(crate) request: u64,
    /// True where input and output are given to it as JSON, not as text.
    pub(crate) is_second: bool,
}

impl Parent {
    /// Tells it how the other one ended.
    pub(super) fn child_ended(
        &self,
        environment: &Environment,
        child: &Record,
        ending: &Ending,
    ) -> Result<(), AwsError> {
        let described = self.described(child);
        let result = match ending.status {
            Status::Succeeded => Ok(described),
            _ => Err(Failure::new("States.TaskFailed", described.to_string())),
        };
        // Who stopped waiting is not told.
        let told = rows::change(environment, &self.arn, None, |parent| {
            Ok(parent.settle(self.request, result, ending.at).is_ok())
        })?;
        tracing::debug!(parent = self.arn, child = child.arn, ?told, "an execution was told of another's end");
        Ok(())
    }

    /// The description of an execution in the names that tasks have: `ExecutionArn`.
    fn described(&self, child: &Record) -> Value {
        let mut described = json!({});
        for (name, value) in child.described().as_object().into_iter().flatten() {
            let value = match (name.as_str(), value) {
                ("redriveCount", _) => continue,
                ("input" | "output", Value::String(text)) if self.is_second => {
                    serde_json::from_str(text).unwrap_or_default()
                }
                ("startDate" | "stopDate", date) => json!(date.as_f64().map(|seconds| seconds * 1000.0)),
                ("inputDetails" | "outputDetails", _) => json!({ "Included": true }),
                _ => value.clone(),
            };
            let mut name = name.clone();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            described[name] = value;
        }
        described
    }
}

/// Starts an execution for whoever is no client: rules, schedules. Answers its ARN. Without a name it gets one; an input
/// is JSON.
pub(crate) fn start_execution(
    environment: &Environment,
    machine_arn: &str,
    input: &str,
    name: Option<&str>,
) -> Result<String, AwsError> {
    let started = start(environment, &Start { machine_arn, input: Some(input), name, trace: None, parent: None })?;
    Ok(started.arn)
}

/// Starts an execution. A standard one of the same name and input, while it runs, is that one.
pub(crate) fn start(environment: &Environment, start: &Start) -> Result<Record, AwsError> {
    let found = kinds::state_machine(environment, start.machine_arn)?;
    let input = checked_input(start.input.unwrap_or("{}"))?;
    let name = start.name.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    check_name(&name)?;
    let arn = if found.is_express {
        let arn = found.arn.replacen(":stateMachine:", ":express:", 1);
        format!("{arn}:{name}:{}", Uuid::new_v4())
    } else {
        format!("{}:{name}", found.arn.replacen(":stateMachine:", ":execution:", 1))
    };
    if let Some(old) = record(environment, &arn)? {
        let is_same = serde_json::from_str::<Value>(&old.input).is_ok_and(|old| old == input);
        if old.status() == Status::Running && is_same {
            return Ok(old);
        }
        return Err(AwsError::new(400, "ExecutionAlreadyExists", format!("Execution Already Exists: '{arn}'")));
    }
    let kind = if found.is_express { Type::Express } else { Type::Standard };
    let machine = Machine::read(&found.definition, kind).map_err(|problems| {
        let why = problems.first().map(ToString::to_string).unwrap_or_default();
        AwsError::new(400, "InvalidDefinition", format!("Invalid State Machine Definition: '{why}'"))
    })?;
    let now = moment(environment.now);
    let identity = Identity {
        arn: arn.clone(),
        name: name.clone(),
        machine_arn: found.arn.clone(),
        machine_name: found.name.clone(),
        role_arn: found.role_arn.clone(),
        region: environment.region.to_owned(),
        is_express: found.is_express,
    };
    let chance = Chance::new(Uuid::new_v4().as_u64_pair().0);
    let execution = Execution::start(&machine, identity, input, now, chance);
    let record = Record {
        arn,
        name,
        machine_arn: found.arn,
        machine_name: found.name,
        role_arn: found.role_arn,
        is_express: found.is_express,
        definition: found.definition,
        revision: found.revision,
        input: start.input.unwrap_or("{}").to_owned(),
        trace: start.trace.map(str::to_owned),
        started: now,
        ending: None,
        parent: start.parent.clone(),
        map_runs: Vec::new(),
    };
    rows::begin(environment, record, &machine, execution)
}

fn checked_input(text: &str) -> Result<Value, AwsError> {
    let wrong = |why: &str| {
        Err(AwsError::new(400, "InvalidExecutionInput", format!("Invalid State Machine Execution Input: '{why}'")))
    };
    if text.len() > LARGEST_PAYLOAD {
        return wrong("it is larger than 262144 bytes");
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if is_deeper(&value, DEEPEST_PAYLOAD) => wrong("it is nested too deeply"),
        Ok(value) => Ok(value),
        Err(error) => wrong(&error.to_string()),
    }
}

/// Source: API reference of `StartExecution`: 1 to 80 characters, without blanks and these.
fn check_name(name: &str) -> Result<(), AwsError> {
    const NEVER: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";
    let is_name = (1..=80).contains(&name.chars().count())
        && !name.chars().any(|it| it.is_whitespace() || it.is_control() || NEVER.contains(it));
    if is_name {
        return Ok(());
    }
    Err(AwsError::new(400, "InvalidName", format!("Invalid Name: '{name}'")))
}
