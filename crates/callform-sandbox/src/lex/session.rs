//! What a bot remembers of a conversation, and the JSON that clients and functions see of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What is remembered from one turn to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Session attributes.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The intent that is talked about.
    pub(crate) intent: Option<Intent>,
    /// What the bot did last, and waits for.
    pub(crate) action: Action,
    /// Active contexts, as the API has them.
    pub(crate) contexts: Vec<Value>,
    /// How often in succession what is asked was asked again.
    pub(super) retries: u32,
}

/// An intent, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// Its name.
    pub(crate) name: String,
    /// All its slots; `None` for those that are not known.
    pub(crate) slots: BTreeMap<String, Option<Slot>>,
    /// `InProgress`, `ReadyForFulfillment`, `Fulfilled`, `Failed` and the like.
    pub(crate) state: State,
    /// Whether it was confirmed.
    pub(crate) confirmation: Confirmation,
}

/// How far an intent is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    #[default]
    InProgress,
    ReadyForFulfillment,
    Fulfilled,
    Failed,
    Waiting,
    FulfillmentInProgress,
}

/// Whether an intent was confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Confirmation {
    #[default]
    None,
    Confirmed,
    Denied,
}

/// What a bot did last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    /// Nothing yet.
    #[default]
    None,
    /// The conversation about the intent is over.
    Close,
    /// It asked whether the intent is right.
    ConfirmIntent,
    /// It is the bot's to decide what comes next.
    Delegate,
    /// It asked what the person wants.
    ElicitIntent,
    /// It asked for a slot.
    ElicitSlot(String),
}

/// The value of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Slot {
    /// One value.
    Scalar(Scalar),
    /// Several.
    List(Vec<Scalar>),
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scalar {
    /// What was said.
    pub(crate) original: String,
    /// What it means.
    pub(crate) interpreted: String,
    /// What it may mean by the slot's type; empty where the type does not have it.
    pub(crate) resolved: Vec<String>,
}

impl Scalar {
    fn to_json(&self) -> Value {
        json!({
            "originalValue": self.original,
            "interpretedValue": self.interpreted,
            "resolvedValues": self.resolved,
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let interpreted = text("interpretedValue")?;
        let resolved = value.get("resolvedValues").and_then(Value::as_array);
        let resolved = resolved.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned));
        Some(Self {
            original: text("originalValue").unwrap_or_else(|| interpreted.clone()),
            resolved: resolved.collect(),
            interpreted,
        })
    }
}

impl Slot {
    /// What it means, in one text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Scalar(value) => value.interpreted.clone(),
            Self::List(values) => values.iter().map(|value| value.interpreted.as_str()).collect::<Vec<_>>().join(", "),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Scalar(value) => json!({ "shape": "Scalar", "value": value.to_json() }),
            Self::List(values) => {
                let all = values.iter().map(|value| json!({ "shape": "Scalar", "value": value.to_json() }));
                let whole = Scalar { original: self.text(), interpreted: self.text(), resolved: Vec::new() };
                json!({ "shape": "List", "value": whole.to_json(), "values": all.collect::<Vec<_>>() })
            }
        }
    }

    fn from_json(value: &Value) -> Option<Self> {
        if value.get("shape").and_then(Value::as_str) == Some("List") {
            let values = value.get("values").and_then(Value::as_array)?;
            return Some(Self::List(values.iter().filter_map(|it| Scalar::from_json(it.get("value")?)).collect()));
        }
        Scalar::from_json(value.get("value")?).map(Self::Scalar)
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::ReadyForFulfillment => "ReadyForFulfillment",
            Self::Fulfilled => "Fulfilled",
            Self::Failed => "Failed",
            Self::Waiting => "Waiting",
            Self::FulfillmentInProgress => "FulfillmentInProgress",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        let all = [
            Self::InProgress,
            Self::ReadyForFulfillment,
            Self::Fulfilled,
            Self::Failed,
            Self::Waiting,
            Self::FulfillmentInProgress,
        ];
        all.into_iter().find(|state| state.name() == name)
    }
}

impl Confirmation {
    fn name(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Confirmed => "Confirmed",
            Self::Denied => "Denied",
        }
    }

    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::None, Self::Confirmed, Self::Denied].into_iter().find(|confirmation| confirmation.name() == name)
    }
}

impl Intent {
    /// As the API and functions write it.
    pub(crate) fn to_json(&self) -> Value {
        let slot =
            |(name, slot): (&String, &Option<Slot>)| (name.clone(), slot.as_ref().map_or(Value::Null, Slot::to_json));
        json!({
            "name": self.name,
            "slots": self.slots.iter().map(slot).collect::<Map<_, _>>(),
            "state": self.state.name(),
            "confirmationState": self.confirmation.name(),
        })
    }
}

/// The slots of an intent in JSON; those that are null, or no slots, are not known.
pub(super) fn slots_of(value: &Value) -> BTreeMap<String, Option<Slot>> {
    let slots = value.as_object().into_iter().flatten();
    slots.map(|(name, slot)| (name.clone(), Slot::from_json(slot))).collect()
}

impl Action {
    /// As the API writes it; nothing where the bot did nothing yet.
    pub(crate) fn to_json(&self) -> Option<Value> {
        Some(match self {
            Self::None => return None,
            Self::Close => json!({ "type": "Close" }),
            Self::ConfirmIntent => json!({ "type": "ConfirmIntent" }),
            Self::Delegate => json!({ "type": "Delegate" }),
            Self::ElicitIntent => json!({ "type": "ElicitIntent" }),
            Self::ElicitSlot(slot) => json!({ "type": "ElicitSlot", "slotToElicit": slot }),
        })
    }

    /// Reads one; `Err` says what is wrong.
    pub(super) fn from_json(action: &Value) -> Result<Self, String> {
        let text = |name: &str| action.get(name).and_then(Value::as_str);
        Ok(match text("type").ok_or("dialogAction has no type")? {
            "None" => Self::None,
            "Close" => Self::Close,
            "ConfirmIntent" => Self::ConfirmIntent,
            "Delegate" => Self::Delegate,
            "ElicitIntent" => Self::ElicitIntent,
            "ElicitSlot" => Self::ElicitSlot(text("slotToElicit").ok_or("ElicitSlot has no slotToElicit")?.to_owned()),
            other => return Err(format!("dialogAction has the type {other}")),
        })
    }
}

impl Session {
    /// `sessionState`, as the API and functions write it.
    pub(crate) fn to_json(&self) -> Value {
        let mut state = json!({ "activeContexts": self.contexts, "sessionAttributes": self.attributes });
        if let Some(action) = self.action.to_json() {
            state["dialogAction"] = action;
        }
        if let Some(intent) = &self.intent {
            state["intent"] = intent.to_json();
        }
        state
    }

    /// What a slot means.
    pub(super) fn slot_text(&self, name: &str) -> Option<String> {
        self.intent.as_ref()?.slots.get(name)?.as_ref().map(Slot::text)
    }

    /// Lets the contexts grow older by one turn.
    pub(super) fn age(&mut self) {
        self.contexts.retain_mut(|context| {
            let turns = context.pointer("/timeToLive/turnsToLive").and_then(Value::as_i64).unwrap_or(1);
            if let Some(left) = context.pointer_mut("/timeToLive/turnsToLive") {
                *left = (turns - 1).into();
            }
            turns > 1
        });
    }

    /// True where a context is active.
    pub(super) fn has_context(&self, name: &str) -> bool {
        self.contexts.iter().any(|context| context["name"] == name)
    }
}
