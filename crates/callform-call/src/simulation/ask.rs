//! Blocks that wait for the customer, and what becomes of the answer.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Go, Simulation, numbers};
use crate::contact::{Channel, Turn};
use crate::event::{BlockId, ContactId, Role, What};
use crate::program::{Bot, Entry, Op, Phone, Service};

/// What stands for an input that never came.
const TIMEOUT: &str = "Timeout";

/// Most digits where the flow does not say.
const MOST_DIGITS: usize = 20;

impl Simulation<'_> {
    pub(super) fn menu(&mut self, id: ContactId, at: BlockId, role: Role, entry: &Entry) -> Go {
        let spoken = entry.prompt.as_ref().map_or(0, |prompt| self.say(id, at, role, prompt));
        if let Some(key) = self.next_early_key(id) {
            return self.key(id, key);
        }
        self.wait(id, Turn::Key(at), Some(spoken + entry.seconds))
    }

    pub(super) fn digits(&mut self, id: ContactId, at: BlockId, role: Role, entry: &Entry) -> Go {
        let spoken = entry.prompt.as_ref().map_or(0, |prompt| self.say(id, at, role, prompt));
        self.wait(id, Turn::Digits(at), Some(spoken + entry.seconds));
        let early = std::mem::take(&mut self.contacts[id.0].early_keys);
        if early.is_empty() { Go::Wait } else { self.enter_digits(id, entry, &early) }
    }

    pub(super) fn bot(&mut self, id: ContactId, at: BlockId, role: Role, bot: &Bot) -> Go {
        if let Some(prompt) = &bot.prompt {
            self.say(id, at, role, prompt);
        }
        // On the phone the bot itself asks again.
        let seconds = bot.seconds.filter(|_| self.contact(id).channel != Channel::Voice);
        self.wait(id, Turn::Intent(at), seconds)
    }

    pub(super) fn view(&mut self, id: ContactId, at: BlockId, view: &Service) -> Go {
        let limit = view.parameters.get("InvocationTimeLimitSeconds").and_then(Value::as_str);
        let seconds = limit.and_then(|limit| limit.parse().ok()).unwrap_or(300);
        self.wait(id, Turn::View(at), Some(seconds))
    }

    fn next_early_key(&mut self, id: ContactId) -> Option<char> {
        let keys = &mut self.contacts[id.0].early_keys;
        (!keys.is_empty()).then(|| keys.remove(0))
    }

    /// A key of a menu.
    pub(super) fn key(&mut self, id: ContactId, key: char) -> Go {
        let key: Arc<str> = key.to_string().into();
        self.tell(id, What::Pressed(Arc::clone(&key)));
        Go::Result(key)
    }

    /// Digits for a block that stores them. The rest of the keys waits for the next block that asks.
    ///
    /// What is entered ends with the terminating keys, with the last digit there is room for, or after a pause; nobody
    /// presses a part, waits, and goes on.
    pub(super) fn enter_digits(&mut self, id: ContactId, entry: &Entry, keys: &str) -> Go {
        let most = entry.most.as_ref().and_then(|most| self.text(id, most).parse().ok()).unwrap_or(MOST_DIGITS);
        let mut digits = String::new();
        let mut rest = keys;
        let mut has_paused = true;
        while let Some(key) = rest.chars().next() {
            if !entry.terminator.is_empty() && rest.starts_with(&*entry.terminator) {
                rest = &rest[entry.terminator.len()..];
                has_paused = false;
                break;
            }
            rest = &rest[key.len_utf8()..];
            if key == '*' && entry.has_cancel_key {
                digits.clear();
                continue;
            }
            digits.push(key);
            if digits.len() == most {
                has_paused = false;
                break;
            }
        }
        let pressed = &keys[..keys.len() - rest.len()];
        self.tell(id, What::Pressed(pressed.into()));
        rest.clone_into(&mut self.contacts[id.0].early_keys);
        if has_paused {
            self.now = self.later(entry.between);
        }
        self.store(id, entry, &digits)
    }

    fn store(&mut self, id: ContactId, entry: &Entry, digits: &str) -> Go {
        let value = match &entry.phone {
            _ if digits.is_empty() => {
                self.contacts[id.0].stored = Some(TIMEOUT.into());
                return Go::Next;
            }
            None => Some(digits.to_owned()),
            Some(Phone::E164) => Some(format!("+{}", digits.trim_start_matches('+'))).filter(|it| numbers::is_e164(it)),
            Some(Phone::Local(country)) => numbers::from_national(country, digits),
        };
        let Some(value) = value else { return Go::Error("InvalidPhoneNumber") };
        // What a real call stores is ciphertext, which says nothing.
        let stored = if entry.is_encrypted { "(encrypted)".into() } else { value.into() };
        self.contacts[id.0].stored = Some(stored);
        Go::Next
    }

    /// The customer said something that the bot took for an intent.
    pub(super) fn intent(
        &mut self,
        id: ContactId,
        name: &str,
        slots: &[(Arc<str>, Arc<str>)],
        attributes: &[(Arc<str>, Arc<str>)],
    ) -> Go {
        let map = |pairs: &[(Arc<str>, Arc<str>)]| -> Map<String, Value> {
            pairs.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect()
        };
        self.tell(id, What::Intent(name.into()));
        let mut session = match &self.contacts[id.0].turn {
            Turn::Intent(at) => match &self.block(*at).op {
                Op::Bot(bot) => bot.attributes.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let mut all: Map<String, Value> =
            session.drain(..).map(|(key, text)| (key.to_string(), Value::from(&*self.text(id, &text)))).collect();
        all.extend(map(attributes));
        let lex = json!({
            "IntentName": name,
            "Slots": map(slots),
            "SessionAttributes": all,
            "DialogState": "Fulfilled",
        });
        self.contacts[id.0].set_space("Lex", lex);
        Go::Result(name.into())
    }

    /// The customer pressed a button of a view.
    pub(super) fn action(&mut self, id: ContactId, action: &str, values: &Value) -> Go {
        self.contacts[id.0].set_space("Views", json!({ "Action": action, "ViewResultData": values }));
        Go::Result(action.into())
    }

    /// Nothing came in time.
    pub(super) fn silence(&mut self, id: ContactId, at: BlockId, seconds: u64) -> Go {
        self.tell(id, What::Silent(seconds));
        match &self.block(at).op {
            Op::Store(entry) => {
                self.contacts[id.0].stored = Some(TIMEOUT.into());
                if entry.phone.is_some() && !self.assumptions.silence_is_a_valid_number {
                    return Go::Error("InvalidPhoneNumber");
                }
                Go::Next
            }
            Op::View(_) => Go::Error("TimeLimitExceeded"),
            _ => Go::Error("InputTimeLimitExceeded"),
        }
    }
}
