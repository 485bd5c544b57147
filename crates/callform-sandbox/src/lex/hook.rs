//! What functions of a bot get, and what they answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::bot::Bot;
use super::dialog::{Heard, Surroundings};
use super::prompt::Message;
use super::session::{Action, Confirmation, Intent, Session, Slot, State, slots_of};

/// Why a function is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// To look at what was said, and to decide what comes next.
    Dialog,
    /// To do what is wanted.
    Fulfillment,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Dialog => "DialogCodeHook",
            Self::Fulfillment => "FulfillmentCodeHook",
        }
    }
}

/// The event of a function, in the form of Lex V2.
pub(super) fn event(
    bot: &Bot,
    session: &Session,
    (heard, around): (&Heard, &Surroundings),
    (source, proposed): (Source, Option<&str>),
) -> Value {
    let said = heard.text();
    let mut event = json!({
        "messageVersion": "1.0",
        "invocationSource": source.name(),
        "inputMode": heard.mode(),
        "responseContentType": "text/plain; charset=utf-8",
        "sessionId": around.session_id,
        "inputTranscript": said,
        "bot": {
            "id": bot.alias.bot_id,
            "name": bot.alias.bot_name,
            "aliasId": bot.alias.id,
            "aliasName": bot.alias.name,
            "localeId": bot.locale,
            "version": bot.alias.version,
        },
        "interpretations": interpretations(bot, session, Value::from),
        "requestAttributes": around.request_attributes,
        "sessionState": session.to_json(),
        "transcriptions": [{
            "transcription": said,
            "transcriptionConfidence": 1.0,
            "resolvedContext": { "intent": session.intent.as_ref().map(|intent| intent.name.as_str()) },
            "resolvedSlots": {},
        }],
    });
    if let Some(slot) = proposed {
        let attempt = if session.retries == 0 { "Initial".to_owned() } else { format!("Retry{}", session.retries) };
        event["proposedNextState"] = json!({
            "dialogAction": { "type": "ElicitSlot", "slotToElicit": slot },
            "intent": session.intent.as_ref().map(Intent::to_json),
            "prompt": { "attempt": attempt },
        });
    }
    event
}

/// What the input was taken for: the intent, and that it might not be understood. `score` writes how sure that is.
pub(super) fn interpretations(bot: &Bot, session: &Session, score: impl Fn(f64) -> Value) -> Value {
    let Some(intent) = &session.intent else { return json!([]) };
    let fallback = bot.intents.iter().find(|own| own.is_fallback);
    let is_fallback = fallback.is_some_and(|own| own.name == intent.name);
    let mut own = json!({ "intent": intent.to_json(), "interpretationSource": "Lex" });
    if is_fallback {
        return json!([own]);
    }
    own["nluConfidence"] = score(1.0);
    let fallback = fallback.map(|own| {
        let intent = Intent {
            name: own.name.clone(),
            slots: BTreeMap::new(),
            state: State::InProgress,
            confirmation: Confirmation::None,
        };
        json!({ "intent": intent.to_json(), "interpretationSource": "Lex" })
    });
    [own].into_iter().chain(fallback).collect()
}

/// What a function, or the client, wants the state of the conversation to be.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reply {
    pub(super) action: Option<Action>,
    pub(super) intent: Option<Wanted>,
    pub(super) attributes: Option<BTreeMap<String, String>>,
    pub(super) contexts: Option<Vec<Value>>,
    pub(super) messages: Vec<Message>,
    pub(super) request_attributes: Option<Map<String, Value>>,
}

/// What an intent is to be; what is not said stays.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) slots: Option<BTreeMap<String, Option<Slot>>>,
    pub(super) state: Option<State>,
    pub(super) confirmation: Option<Confirmation>,
}

impl Reply {
    /// Reads `sessionState`, `messages` and `requestAttributes`; `Err` says what is wrong.
    pub(crate) fn read(reply: &Value) -> Result<Self, String> {
        let state = reply.get("sessionState").filter(|state| state.is_object()).ok_or("sessionState is missing")?;
        let given = |name: &str| state.get(name).filter(|value| !value.is_null());
        let messages = reply.get("messages").filter(|messages| !messages.is_null());
        let messages = messages.map(|messages| messages.as_array().ok_or("messages is no list")).transpose()?;
        Ok(Self {
            action: given("dialogAction").map(Action::from_json).transpose()?,
            intent: given("intent").map(wanted).transpose()?,
            attributes: given("sessionAttributes").map(attributes).transpose()?,
            contexts: given("activeContexts").and_then(Value::as_array).cloned(),
            messages: messages.into_iter().flatten().map(Message::from_json).collect::<Result<_, _>>()?,
            request_attributes: reply.get("requestAttributes").and_then(Value::as_object).cloned(),
        })
    }
}

fn attributes(given: &Value) -> Result<BTreeMap<String, String>, String> {
    let members = given.as_object().ok_or("sessionAttributes is no object")?;
    let text = |(name, value): (&String, &Value)| {
        let text = value.as_str().ok_or_else(|| format!("the session attribute {name} is no text"))?;
        Ok((name.clone(), text.to_owned()))
    };
    members.iter().map(text).collect()
}

fn wanted(intent: &Value) -> Result<Wanted, String> {
    let text = |name: &str| intent.get(name).and_then(Value::as_str);
    let state = |name: &str| State::of(name).ok_or_else(|| format!("the intent has the state {name}"));
    let confirmation =
        |name: &str| Confirmation::of(name).ok_or_else(|| format!("the intent has the confirmationState {name}"));
    Ok(Wanted {
        name: text("name").ok_or("the intent has no name")?.to_owned(),
        slots: intent.get("slots").filter(|slots| slots.is_object()).map(slots_of),
        state: text("state").map(state).transpose()?,
        confirmation: text("confirmationState").map(confirmation).transpose()?,
    })
}
