//! What queries of a state see, in either language.

use serde_json::{Map, Value, json};

use super::{Shared, Stay, Thread};
use crate::definition::{Given, Language, Selection, State};
use crate::failure::{Failure, PARAMETER_PATH};
use crate::intrinsics::Expression;
use crate::jsonata::{self, Bindings};
use crate::moment;
use crate::path::Roots;
use crate::template;

/// What a state's queries see, and what they use up.
pub(super) struct Scope<'a> {
    pub(super) language: Language,
    pub(super) shared: &'a mut Shared,
    variables: &'a Map<String, Value>,
    context: Value,
    /// The state's raw input.
    input: &'a Value,
    /// `$states.result` and `$states.errorOutput`.
    outcome: Option<(&'static str, Value)>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        state: &State,
        stay: &'a Stay,
        variables: &'a Map<String, Value>,
        item: Option<&Value>,
        shared: &'a mut Shared,
    ) -> Self {
        let context = context(stay, item, shared);
        Self { language: state.language, shared, variables, context, input: &stay.input, outcome: None }
    }

    /// Of a thread's own state.
    pub(super) fn of(state: &State, stay: &'a Stay, thread: &'a Thread, shared: &'a mut Shared) -> Self {
        Self::new(state, stay, &thread.variables, thread.item.as_ref(), shared)
    }

    pub(super) fn with_token(mut self, token: Option<&str>) -> Self {
        if let Some(token) = token {
            self.context["Task"] = json!({ "Token": token });
        }
        self
    }

    pub(super) fn with_item(mut self, item: &Value) -> Self {
        self.context["Map"] = json!({ "Item": item });
        self
    }

    pub(super) fn with_result(mut self, result: &Value) -> Self {
        self.outcome = Some(("result", result.clone()));
        self
    }

    pub(super) fn with_error(mut self, error: &Value) -> Self {
        self.outcome = Some(("errorOutput", error.clone()));
        self
    }

    fn roots<'r>(&'r self, data: &'r Value) -> Roots<'r> {
        Roots { data, context: &self.context, variables: self.variables }
    }

    /// What a path selects; an empty object for nothing.
    pub(super) fn select(&self, selection: &Selection, data: &Value) -> Result<Value, Failure> {
        match selection {
            Selection::All => Ok(data.clone()),
            Selection::Nothing => Ok(json!({})),
            Selection::At(path) => path
                .get(&self.roots(data))
                .ok_or_else(|| Failure::runtime(format!("Invalid path: it leads nowhere in the input '{data}'"))),
        }
    }

    /// Fills a template in; `data` is `$` of JSONPath.
    pub(super) fn fill(&mut self, template: &Value, data: &Value) -> Result<Value, Failure> {
        let mut chance = self.shared.chance.clone();
        let filled = match self.language {
            Language::JsonPath => template::fill(template, &self.roots(data), &mut chance),
            Language::Jsonata => {
                let states = self.states();
                jsonata::fill(template, self.bindings(&states), &mut chance)
            }
        };
        self.shared.chance = chance;
        filled
    }

    /// The value of a field.
    pub(super) fn given(&mut self, given: &Given, data: &Value) -> Result<Value, Failure> {
        match given {
            Given::Fixed(value) => Ok(value.clone()),
            Given::Path(text) => self.path(text, data),
            Given::Expression(source) => self.expression(source),
        }
    }

    /// What a path, or a call of an intrinsic function, leads to.
    pub(super) fn path(&mut self, text: &str, data: &Value) -> Result<Value, Failure> {
        let mut chance = self.shared.chance.clone();
        let expression = Expression::read(text).map_err(Failure::runtime)?;
        let value = expression.value(&self.roots(data), &mut chance);
        self.shared.chance = chance;
        value.map_err(|failure| match failure.error.as_str() {
            PARAMETER_PATH => {
                Failure::runtime(format!("Invalid path '{text}': it leads nowhere in the input '{data}'"))
            }
            _ => failure,
        })
    }

    pub(super) fn expression(&mut self, source: &str) -> Result<Value, Failure> {
        let mut chance = self.shared.chance.clone();
        let states = self.states();
        let value = jsonata::evaluate(source, self.bindings(&states), &mut chance);
        self.shared.chance = chance;
        value
    }

    /// Whether a test of a `Choice` holds.
    pub(super) fn holds(&mut self, test: &crate::choice::Test, data: &Value) -> Result<bool, Failure> {
        let mut chance = self.shared.chance.clone();
        let states = self.states();
        let bindings = self.bindings(&states);
        let held =
            test.holds(&self.roots(data), &mut |source| match jsonata::evaluate(source, bindings, &mut chance)? {
                Value::Bool(flag) => Ok(flag),
                other => {
                    let cause = format!("The condition '{}' is no boolean but {other}", source.trim());
                    Err(Failure::new(crate::failure::QUERY, cause))
                }
            });
        self.shared.chance = chance;
        held
    }

    /// A number of a field, zero or more.
    pub(super) fn number(&mut self, field: &str, given: &Given, data: &Value) -> Result<f64, Failure> {
        let value = self.given(given, data)?;
        value.as_f64().filter(|number| *number >= 0.0).ok_or_else(|| {
            Failure::runtime(format!("The value of `{field}` is no number of zero or more, but {value}"))
        })
    }

    /// A whole number of a field, zero or more: a fraction or a text is an error.
    pub(super) fn whole(&mut self, field: &str, given: &Given, data: &Value) -> Result<u64, Failure> {
        let number = self.number(field, given, data)?;
        if number.fract() != 0.0 || number > 1e15 {
            return Err(Failure::runtime(format!("The value of `{field}` is no whole number, but {number}")));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, and within the range")]
        Ok(number as u64)
    }

    fn states(&self) -> Value {
        match self.language {
            Language::JsonPath => Value::Null,
            Language::Jsonata => {
                let mut states = json!({ "input": self.input, "context": self.context });
                if let Some((name, value)) = &self.outcome {
                    states[*name] = value.clone();
                }
                states
            }
        }
    }

    fn bindings<'b>(&'b self, states: &'b Value) -> Bindings<'b> {
        Bindings { states, variables: self.variables, now: self.shared.clock }
    }
}

fn context(stay: &Stay, item: Option<&Value>, shared: &Shared) -> Value {
    let identity = &shared.identity;
    let mut context = json!({
        "Execution": {
            "Id": identity.arn,
            "Input": shared.input,
            "Name": identity.name,
            "RoleArn": identity.role_arn,
            "StartTime": moment::write(shared.started),
            "RedriveCount": 0,
        },
        "StateMachine": { "Id": identity.machine_arn, "Name": identity.machine_name },
        "State": {
            "Name": stay.state,
            "EnteredTime": moment::write(stay.entered),
            "RetryCount": stay.retries.iter().sum::<u32>(),
        },
    });
    if let Some(item) = item {
        context["Map"] = json!({ "Item": item });
    }
    context
}
