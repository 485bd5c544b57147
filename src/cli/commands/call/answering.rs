//! Functions whose answers come from the command line, or from whoever sits at the terminal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use callform_call::surroundings::{LambdaAnswer, LambdaCall, Surroundings};
use callform_call::{Center, Event};
use serde_json::Value;

use super::telling::Teller;
use super::words::Lines;

/// What functions answer, by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Given(BTreeMap<String, LambdaAnswer>);

impl Given {
    /// Reads `FUNCTION=JSON`.
    pub(super) fn read(given: &[String], center: &Center) -> Result<Self, String> {
        let mut answers = BTreeMap::new();
        for text in given {
            let (name, answer) =
                text.split_once('=').ok_or_else(|| format!("`--answer {text}`: write FUNCTION=JSON"))?;
            if !center.functions().iter().any(|function| *function.name == *name) {
                let known: Vec<&str> = center.functions().iter().map(|function| &*function.name).collect();
                return Err(format!("there is no function `{name}`; there are: {}", known.join(", ")));
            }
            let answer = answer_of(answer).map_err(|error| format!("the answer of `{name}` is no JSON: {error}"))?;
            answers.insert(name.to_owned(), answer);
        }
        Ok(Self(answers))
    }
}

fn answer_of(text: &str) -> Result<LambdaAnswer, serde_json::Error> {
    match text.trim() {
        "fails" => Ok(LambdaAnswer::Fails("as it was told to".to_owned())),
        "" => Ok(LambdaAnswer::Value(Value::Object(serde_json::Map::new()))),
        json => serde_json::from_str(json).map(LambdaAnswer::Value),
    }
}

/// Surroundings of a call at a terminal.
pub(super) struct Answering<'a> {
    teller: Teller<'a>,
    given: Given,
    lines: Rc<RefCell<Lines>>,
}

impl<'a> Answering<'a> {
    pub(super) fn new(teller: Teller<'a>, given: Given, lines: Rc<RefCell<Lines>>) -> Self {
        Self { teller, given, lines }
    }
}

impl Surroundings for Answering<'_> {
    fn told(&mut self, event: &Event) {
        self.teller.tell(event);
    }

    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let name = call.center().function_name(call.function);
        if let Some(answer) = self.given.0.get(&*name) {
            return answer.clone();
        }
        let mut lines = self.lines.borrow_mut();
        if !lines.can_ask() {
            return LambdaAnswer::Fails(format!("nobody says what it answers; `--answer {name}=JSON` does"));
        }
        let parameters = Value::Object(call.parameters.clone());
        self.teller.ui.say(&format!("function {name} is called with {parameters}"));
        loop {
            let Some(line) = lines.next(&self.teller.ui, "[its answer, as JSON, or `fails`] ") else {
                return LambdaAnswer::TimesOut;
            };
            match answer_of(&line) {
                Ok(answer) => return answer,
                Err(error) => self.teller.ui.say(&format!("that is no JSON: {error}")),
            }
        }
    }
}
