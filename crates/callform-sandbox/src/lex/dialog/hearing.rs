//! What an input is taken for.

use std::collections::BTreeMap;

use super::super::bot;
use super::super::session::{Action, Confirmation, Intent, Scalar, Slot, State};
use super::super::utterance::{Fit, Utterance, Word, words};
use super::super::value;
use super::{Dialog, Done, Stop, failed};

impl<'a> Dialog<'a> {
    /// Takes the input for what was asked, or for an intent.
    pub(super) fn turn(&mut self) -> Done {
        match (self.session.action.clone(), self.intent()) {
            (Action::ElicitSlot(slot), Some(intent)) => match intent.slot(&slot) {
                Some(slot) => self.answer_for(intent, slot),
                None => self.begin_anew(),
            },
            (Action::ConfirmIntent, Some(intent)) => self.answer_whether(intent),
            _ => self.begin_anew(),
        }
    }

    fn begin_anew(&mut self) -> Done {
        match self.best(0) {
            Some((intent, values)) => self.begin(intent, values),
            None => self.fall_back(),
        }
    }

    /// The intent that the input says best, by an utterance with at least so many of its words.
    fn best(&self, least: usize) -> Option<(&'a bot::Intent, BTreeMap<String, Slot>)> {
        let words = words(self.heard.text());
        let mut best: Option<(&bot::Intent, Fit<(Slot, bool)>)> = None;
        let sure = |fit: &Fit<(Slot, bool)>| fit.slots.values().filter(|(_, is_sure)| *is_sure).count();
        let is_possible = |intent: &&bot::Intent| intent.inputs.iter().all(|name| self.session.has_context(name));
        for intent in self.bot.intents.iter().filter(is_possible) {
            for utterance in &intent.utterances {
                let Some(fit) = self.fit(intent, utterance, &words).filter(|fit| fit.literal >= least) else {
                    continue;
                };
                let is_better =
                    best.as_ref().is_none_or(|(_, other)| (fit.literal, sure(&fit)) > (other.literal, sure(other)));
                if is_better {
                    best = Some((intent, fit));
                }
            }
        }
        best.map(|(intent, fit)| (intent, values(fit)))
    }

    fn fit(&self, intent: &bot::Intent, utterance: &Utterance, words: &[Word]) -> Option<Fit<(Slot, bool)>> {
        // A place for a slot that the intent does not have is one that nothing fills.
        utterance.fit(words, &|name: &str, text: &str| intent.slot(name)?.take(text, self.around.today))
    }

    fn begin(&mut self, intent: &'a bot::Intent, values: BTreeMap<String, Slot>) -> Done {
        let slots = intent.slots.iter().map(|slot| (slot.name.clone(), None)).collect();
        self.session.intent = Some(Intent {
            name: intent.name.clone(),
            slots,
            state: State::InProgress,
            confirmation: Confirmation::None,
        });
        self.fill(values);
        self.fill_defaults(intent);
        self.say(&intent.initial);
        self.dialog(intent, None)
    }

    fn fall_back(&mut self) -> Done {
        let fallback = self.bot.intents.iter().find(|intent| intent.is_fallback);
        let fallback = fallback.ok_or_else(|| failed("The bot has no intent for what it does not understand."))?;
        self.begin(fallback, BTreeMap::new())
    }

    fn fill(&mut self, values: BTreeMap<String, Slot>) {
        if let Some(intent) = &mut self.session.intent {
            intent.slots.extend(values.into_iter().map(|(name, value)| (name, Some(value))));
        }
    }

    /// Slots that nobody has said get their default: a text, or `[a session attribute]` that is there.
    fn fill_defaults(&mut self, intent: &bot::Intent) {
        let attribute = |default: &str| {
            let name = default.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            match name {
                Some(name) => self.session.attributes.get(name).cloned(),
                None if default.starts_with('#') => None,
                None => Some(default.to_owned()),
            }
        };
        let is_open = |slot: &&bot::Slot| {
            self.session.intent.as_ref().is_some_and(|own| own.slots.get(&slot.name).is_none_or(Option::is_none))
        };
        let defaults: BTreeMap<String, Slot> = intent
            .slots
            .iter()
            .filter(is_open)
            .filter_map(|slot| {
                let text = slot.defaults.iter().find_map(|default| attribute(default))?;
                let value = Scalar { original: text.clone(), interpreted: text.clone(), resolved: vec![text] };
                Some((slot.name.clone(), Slot::Scalar(value)))
            })
            .collect();
        self.fill(defaults);
    }

    /// The input is to be the value of a slot.
    fn answer_for(&mut self, intent: &'a bot::Intent, slot: &'a bot::Slot) -> Done {
        let taken = slot.take(self.heard.text(), self.around.today);
        if let Some((value, true)) = taken {
            self.fill(BTreeMap::from([(slot.name.clone(), value)]));
            return self.dialog(intent, None);
        }
        let all = words(self.heard.text());
        if let Some(fit) = slot.utterances.iter().find_map(|utterance| self.fit(intent, utterance, &all)) {
            self.fill(values(fit));
            return self.dialog(intent, None);
        }
        if self.say_another(intent)? {
            return Ok(());
        }
        match taken {
            Some((value, _)) => {
                self.fill(BTreeMap::from([(slot.name.clone(), value)]));
                self.dialog(intent, None)
            }
            None if self.retried < slot.prompt.retries => {
                self.session.retries = self.retried + 1;
                self.dialog(intent, Some(&slot.name))
            }
            None => self.fall_back(),
        }
    }

    /// The input is to say whether the intent is right.
    fn answer_whether(&mut self, intent: &'a bot::Intent) -> Done {
        let confirmation = match value::confirmation(self.heard.text()) {
            Some("Yes") => Some(Confirmation::Confirmed),
            Some("No") => Some(Confirmation::Denied),
            _ => None,
        };
        if let (Some(confirmation), Some(own)) = (confirmation, &mut self.session.intent) {
            own.confirmation = confirmation;
            return self.dialog(intent, None);
        }
        if self.say_another(intent)? {
            return Ok(());
        }
        let retries = intent.confirmation.as_ref().map_or(0, |own| own.prompt.retries);
        if self.retried < retries {
            self.session.retries = self.retried + 1;
            return self.dialog(intent, None);
        }
        self.fall_back()
    }

    /// Whether the input, which was to be an answer, says an intent: another one, or the same one once more.
    fn say_another(&mut self, current: &'a bot::Intent) -> Result<bool, Stop> {
        let Some((intent, values)) = self.best(1) else { return Ok(false) };
        if intent.name == current.name {
            self.fill(values);
            self.dialog(intent, None)?;
        } else {
            self.begin(intent, values)?;
        }
        Ok(true)
    }
}

fn values(fit: Fit<(Slot, bool)>) -> BTreeMap<String, Slot> {
    fit.slots.into_iter().map(|(name, (value, _))| (name, value)).collect()
}
