//! Functions and other services.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Go, Simulation};
use crate::event::{BlockId, ContactId, What};
use crate::program::{Block, Lambda};
use crate::surroundings::{LambdaAnswer, LambdaCall, ServiceCall};

/// Most bytes that a function may answer.
const LARGEST_ANSWER: usize = 32 * 1024;

impl Simulation<'_> {
    pub(super) fn lambda(&mut self, id: ContactId, at: BlockId, lambda: &Lambda) -> Go {
        let Some(function) = self.contact(id).present(&lambda.function, self.center) else {
            return Go::Error("NoMatchingError");
        };
        let filled = |(key, value): &(Arc<str>, Value)| (key.to_string(), self.contact(id).filled(value, self.center));
        let parameters: Map<String, Value> = lambda.parameters.iter().map(filled).collect();
        let call = LambdaCall {
            at,
            function: &function,
            parameters: &parameters,
            seconds: lambda.seconds,
            contact: &self.contacts[id.0],
            center: self.center,
        };
        let answer = match self.surroundings.lambda(&call) {
            LambdaAnswer::Value(value) => self.as_answer(value, lambda.takes_json),
            LambdaAnswer::Fails(reason) => Err(reason),
            LambdaAnswer::TimesOut => Err(format!("no answer within {} s", lambda.seconds)),
        };
        self.tell(id, What::Lambda { by: at, function, parameters, answer: answer.clone() });
        if lambda.is_asynchronous {
            let invocation = json!({ "InvocationId": format!("{}-{}", at.flow.0, at.block) });
            self.contacts[id.0].set_space("LambdaInvocation", invocation);
            return Go::Next;
        }
        match answer {
            Ok(value) => {
                self.contacts[id.0].set_space("External", value);
                Go::Next
            }
            Err(_) => Go::Error("NoMatchingError"),
        }
    }

    /// An answer that Connect takes: not too large, and flat where it has to be.
    fn as_answer(&self, value: Value, takes_json: bool) -> Result<Value, String> {
        let size = value.to_string().len();
        if size > LARGEST_ANSWER {
            return Err(format!("the answer has {size} bytes; Connect takes {LARGEST_ANSWER}"));
        }
        if takes_json {
            return Ok(value);
        }
        let Value::Object(members) = value else { return Err("the answer is no object".to_owned()) };
        let may_be = |value: &Value| match value {
            Value::String(_) => true,
            Value::Number(_) | Value::Bool(_) => self.assumptions.flat_answers_may_have_numbers,
            // A value that is not there is none.
            Value::Null => true,
            Value::Array(_) | Value::Object(_) => false,
        };
        match members.iter().find(|(_, value)| !may_be(value)) {
            Some((key, _)) => Err(format!("the block wants a flat answer of texts, and `{key}` is no text")),
            None => Ok(Value::Object(members)),
        }
    }

    pub(super) fn service(
        &mut self,
        id: ContactId,
        at: BlockId,
        block: &Block,
        service: &crate::program::Service,
    ) -> Go {
        let parameters = self.contact(id).filled(&service.parameters, self.center);
        let results = block.results();
        let call = ServiceCall { at, action_type: &block.action_type, parameters: &parameters, results: &results };
        let answer = self.surroundings.service(&call);
        self.tell(id, What::Service { by: at, error: answer.error.clone() });
        if let Some(error) = answer.error {
            return match block.error(&error) {
                Some(way) => Go::Way(way),
                None => Go::Error("NoMatchingError"),
            };
        }
        if !answer.values.is_null() {
            self.contacts[id.0].set_space(&service.namespace, answer.values);
        }
        match answer.result.or_else(|| results.first().cloned()) {
            Some(result) if !results.is_empty() => Go::Result(result),
            _ => Go::Next,
        }
    }
}
