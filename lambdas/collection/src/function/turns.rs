//! What callers say to bots, turn by turn: the code hook of Lex V2.

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde_json::{Value, json};

use super::settings::Settings;
use crate::aws::{DynamoDb, S3, Services};
use crate::events::{Hooked, TURN_ATTRIBUTE, hook};
use crate::outside::{Nothing, Rim as _};
use crate::work::Work;

/// The function that bots call.
#[derive(Debug)]
pub struct Turns {
    aws: Aws,
    settings: Settings,
}

impl Turns {
    /// Reads `TABLE`, and the variables of the policy.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::default())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, settings: Settings::read(environment)? })
    }

    /// Writes a turn down, and lets the bot go on by itself. A turn that cannot be written does not end the talk: the caller
    /// would hear of a fault that is none of theirs.
    pub async fn handle(&self, event: Value, _: Invocation) -> Result<Value, Error> {
        let calls = self.aws.calls().await;
        let (store, rim) = (DynamoDb::new(calls, &self.settings.table), Services(calls));
        let policy = &self.settings.policy;
        let work = Work { store: &store, directory: &Nothing, objects: &S3(calls), rim: &rim, policy };
        let heard = |at| hook(&event, at).ok_or("the event is none of a bot");
        // The services' clock is known from their first answer on.
        let _known = work.conversation(&heard(rim.now())?.turn.contact).await;
        let hooked = heard(rim.now())?;
        if let Err(error) = work.turn_heard(&hooked).await {
            tracing::error!(%error, "a turn was not written down");
        }
        Ok(answer(&event, &hooked))
    }
}

/// Lex goes on by itself (`Delegate`), and is done after fulfillment (`Close`); the number of the turn goes along.
fn answer(event: &Value, hooked: &Hooked) -> Value {
    let state = &event["sessionState"];
    let mut attributes = state["sessionAttributes"].as_object().cloned().unwrap_or_default();
    attributes.insert(TURN_ATTRIBUTE.to_owned(), hooked.turn.nth.to_string().into());
    let mut intent = state["intent"].clone();
    let fulfilled = event["invocationSource"] == "FulfillmentCodeHook";
    if fulfilled {
        intent["state"] = "Fulfilled".into();
    }
    let action = if fulfilled { "Close" } else { "Delegate" };
    json!({ "sessionState": {
        "sessionAttributes": attributes,
        "dialogAction": { "type": action },
        "intent": intent,
    } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bot_goes_on_and_turns_are_counted() {
        let event = |source: &str| {
            json!({
                "sessionId": "s", "invocationSource": source, "inputTranscript": "a room",
                "sessionState": { "sessionAttributes": { "conversation": "c", "callform_turn": "1" },
                                  "intent": { "name": "Book", "state": "InProgress" } },
            })
        };
        let told = |source: &str| {
            let event = event(source);
            answer(&event, &hook(&event, callform_table::Moment::default()).unwrap())
        };
        let going = told("DialogCodeHook");
        assert_eq!(going["sessionState"]["dialogAction"]["type"], "Delegate");
        assert_eq!(going["sessionState"]["sessionAttributes"], json!({ "conversation": "c", "callform_turn": "2" }));
        let done = told("FulfillmentCodeHook");
        assert_eq!(done["sessionState"]["intent"]["state"], "Fulfilled");
        assert_eq!(done["sessionState"]["dialogAction"]["type"], "Close");
    }
}
