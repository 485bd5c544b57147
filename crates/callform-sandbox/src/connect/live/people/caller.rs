//! Who calls in.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Choice, Keys, Outcome, Person, Span, is_e164};

/// Most calls of one entry.
const MOST_CALLS: u32 = 100_000;

/// Somebody who calls the center, once or often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Caller {
    /// The number that is shown, in E.164: of several calls each has the next number. Of a list each call has the next entry,
    /// round and round.
    pub from: Numbers,
    /// The number that is called, in E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The flow that answers, by its name, where no number is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Seconds until the first call, from the moment in which the sandbox has these people, and what they call.
    pub at: Span,
    /// How many calls there are, up to 100,000.
    pub count: u32,
    /// Seconds from one call to the next.
    pub every: Span,
    /// Keys for each question of a flow, one question after the other or by weight; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Choice<Keys>>,
    /// What is said: to bots, one sentence each time they listen, and what is left of it to the agent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Seconds from the end of a question to the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// Seconds in a queue, or in front of a bot, before giving up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<Span>,
    /// Seconds until the caller ends the conversation with an agent, where the agent does not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub talk: Option<Span>,
    /// When the caller hangs up whatever happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hangs_up: Option<HangsUp>,
    /// A WAV file that is the recording of the conversation with the agent, whatever is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
}

impl Default for Caller {
    fn default() -> Self {
        Self {
            from: Numbers::Each(Vec::new()),
            to: None,
            flow: None,
            at: Span::Exactly(0),
            count: 1,
            every: Span::Exactly(0),
            keys: None,
            says: Vec::new(),
            after: None,
            patience: None,
            talk: None,
            hangs_up: None,
            recording: None,
        }
    }
}

/// When a caller hangs up whatever happens: at the first of these.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HangsUp {
    /// Seconds from the beginning of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Span>,
    /// The block of a flow, by its identifier, at which the caller leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// The numbers of callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// This one, and those that follow it.
    From(String),
    /// Each of these, round and round.
    Each(Vec<String>),
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::From(first) => first.serialize(serializer),
            Self::Each(list) => list.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = |value: &Value| value.as_str().filter(|number| is_e164(number)).map(str::to_owned);
        let numbers = match &value {
            Value::Array(list) => list.iter().map(number).collect::<Option<Vec<_>>>().map(Self::Each),
            one => number(one).map(Self::From),
        };
        numbers.filter(|numbers| *numbers != Self::Each(Vec::new())).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{value} is no number such as \"+15550100101\" (in quotes), and no list of some"
            ))
        })
    }
}

impl Numbers {
    /// The number of a call, counted from 0; `None` where there are no more.
    pub(in super::super) fn of(&self, nth: u64) -> Option<String> {
        match self {
            Self::From(first) => {
                let digits: u64 = first.strip_prefix('+')?.parse().ok()?;
                let number = format!("+{}", digits.checked_add(nth)?);
                (number.len() == first.len()).then_some(number)
            }
            Self::Each(list) => {
                let at = nth.checked_rem(list.len() as u64)?;
                list.get(usize::try_from(at).ok()?).cloned()
            }
        }
    }
}

impl Caller {
    /// What an entry says that cannot be.
    pub(super) fn problems(&self, name: &str, problems: &mut Vec<String>) {
        let mut wrong = |key: &str, what: &str| problems.push(format!("callers.{name}{key}: {what}"));
        if self.from == Numbers::Each(Vec::new()) {
            wrong(".from", "says no number; write who calls, such as \"+15550100150\"");
        }
        match (&self.to, &self.flow) {
            (None, None) => wrong("", "says neither `to` (the number that is called) nor `flow`"),
            (Some(_), Some(_)) => wrong("", "has `to` and `flow`; the number says which flow answers"),
            (Some(to), None) if !is_e164(to) => wrong(".to", &format!("`{to}` is no number such as +15550100100")),
            _ => {}
        }
        if self.count == 0 || self.count > MOST_CALLS {
            wrong(".count", &format!("{} is no number of calls from 1 to {MOST_CALLS}", self.count));
        } else if self.from.of(u64::from(self.count) - 1).is_none() {
            wrong(".from", &format!("there are no {} numbers from this one on", self.count));
        }
        if self.hangs_up == Some(HangsUp::default()) {
            wrong(".hangs_up", "says neither `after` (seconds) nor `at` (a block of a flow)");
        }
        if self.says.iter().any(|sentence| sentence.trim().is_empty()) {
            wrong(".says", "an empty sentence says nothing; leave it out");
        }
    }

    /// The caller as somebody on the line.
    pub(in super::super) fn person(&self) -> Person {
        Person {
            outcomes: Choice::InOrder(vec![Outcome::Answered]),
            presses: self.keys.clone().unwrap_or(Choice::InOrder(Vec::new())),
            after: self.after.unwrap_or(super::AFTER),
            patience: self.patience.unwrap_or(super::PATIENCE),
            talk: self.talk,
            says: self.says.clone(),
            ..Person::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(entry: Value) -> Vec<String> {
        let caller: Caller = serde_json::from_value(entry).unwrap();
        let mut problems = Vec::new();
        caller.problems("x", &mut problems);
        problems
    }

    #[test]
    fn numbers_go_on_or_go_round() {
        let numbers = |value: Value| serde_json::from_value::<Numbers>(value);
        let on = numbers(json!("+15550100198")).unwrap();
        assert_eq!([on.of(0).unwrap(), on.of(2).unwrap()], ["+15550100198", "+15550100200"]);
        let round = numbers(json!(["+15550100101", "+15550100102"])).unwrap();
        assert_eq!([round.of(1).unwrap(), round.of(2).unwrap()], ["+15550100102", "+15550100101"]);
        assert_eq!(numbers(json!("+99")).unwrap().of(1), None);
        for wrong in [json!(15_550_100_101_u64), json!("5550100"), json!([])] {
            assert!(numbers(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_is_said_with_its_place() {
        let base = || json!({ "from": "+15550100150", "to": "+15550100100" });
        assert!(problems(base()).is_empty());
        for (change, place) in [
            (json!({ "to": null }), "callers.x: "),
            (json!({ "flow": "Menu" }), "callers.x: "),
            (json!({ "to": "5550100" }), "callers.x.to: "),
            (json!({ "count": 0 }), "callers.x.count: "),
            (json!({ "from": "+99", "count": 2 }), "callers.x.from: "),
            (json!({ "hangs_up": {} }), "callers.x.hangs_up: "),
            (json!({ "says": [" "] }), "callers.x.says: "),
        ] {
            let mut entry = base();
            entry.as_object_mut().unwrap().extend(crate::input::object(change));
            let found = problems(entry);
            assert!(found.len() == 1 && found[0].starts_with(place), "{place}: {found:?}");
        }
    }
}
