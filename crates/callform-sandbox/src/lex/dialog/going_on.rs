//! How a conversation goes on: as the bot is defined, or as its functions say.

use callform_call::surroundings::LambdaAnswer;
use serde_json::Value;

use super::super::bot;
use super::super::hook::{self, Reply, Source};
use super::super::prompt::{Groups, Message};
use super::super::session::{Action, Confirmation, State};
use super::{Call, Dialog, Done, Failure, From, Stop, failed, take};

/// What comes next, as the bot is defined.
enum Next {
    Slot(String),
    Confirm,
    Decline,
    Fulfill,
}

impl<'a> Dialog<'a> {
    /// What comes next, unless a function says otherwise. `again` is a slot whose value was not understood.
    pub(super) fn dialog(&mut self, intent: &'a bot::Intent, again: Option<&str>) -> Done {
        if !intent.has_dialog_hook {
            return self.proceed(intent, again);
        }
        let proposed = match self.next(intent, again) {
            Next::Slot(slot) => Some(slot),
            Next::Confirm | Next::Decline | Next::Fulfill => None,
        };
        match self.invoke(Source::Dialog, proposed.as_deref())? {
            LambdaAnswer::Value(answer) => self.obey(reply(&answer)?, From::Hook(Source::Dialog)),
            LambdaAnswer::Fails(why) => Err(failed(format!("The function of the bot fails: {why}")).into()),
            LambdaAnswer::TimesOut => Err(failed("The function of the bot takes too long.").into()),
        }
    }

    fn next(&self, intent: &bot::Intent, again: Option<&str>) -> Next {
        let own = self.session.intent.as_ref();
        let is_known = |slot: &bot::Slot| own.is_some_and(|own| own.slots.get(&slot.name).is_some_and(Option::is_some));
        let confirmation = own.map(|own| own.confirmation).unwrap_or_default();
        if let Some(slot) = again {
            return Next::Slot(slot.to_owned());
        }
        if confirmation == Confirmation::Denied {
            return Next::Decline;
        }
        if let Some(slot) = intent.slots.iter().find(|slot| slot.is_required && !is_known(slot)) {
            return Next::Slot(slot.name.clone());
        }
        if intent.confirmation.is_some() && confirmation == Confirmation::None {
            return Next::Confirm;
        }
        Next::Fulfill
    }

    fn proceed(&mut self, intent: &'a bot::Intent, again: Option<&str>) -> Done {
        match self.next(intent, again) {
            Next::Slot(slot) => self.ask_for(intent, &slot, Vec::new())?,
            Next::Confirm => self.ask_whether(intent, Vec::new())?,
            Next::Decline => {
                if let Some(confirmation) = &intent.confirmation {
                    self.say(&confirmation.declination);
                }
                self.become_state(State::Failed);
                self.session.action = Action::Close;
            }
            Next::Fulfill => return self.fulfill(intent),
        }
        Ok(())
    }

    fn ask_for(&mut self, intent: &bot::Intent, slot: &str, messages: Vec<Message>) -> Result<(), Failure> {
        let unknown = || failed(format!("The intent {} has no slot {slot}.", intent.name));
        let slot = intent.slot(slot).ok_or_else(unknown)?;
        self.session.action = Action::ElicitSlot(slot.name.clone());
        self.say_either(messages, &slot.prompt.groups);
        Ok(())
    }

    fn ask_whether(&mut self, intent: &bot::Intent, messages: Vec<Message>) -> Result<(), Failure> {
        let own = intent.confirmation.as_ref().map(|confirmation| &confirmation.prompt.groups);
        if own.is_none() && messages.is_empty() {
            return Err(failed(format!("The intent {} has nothing that asks whether it is right.", intent.name)));
        }
        self.session.action = Action::ConfirmIntent;
        self.say_either(messages, own.unwrap_or(&Groups::new()));
        Ok(())
    }

    /// Everything is known: it is done, by the function where there is one.
    fn fulfill(&mut self, intent: &'a bot::Intent) -> Done {
        self.become_state(State::ReadyForFulfillment);
        let Some(fulfillment) = &intent.fulfillment else {
            self.say(&intent.closing);
            self.close(intent);
            return Ok(());
        };
        let (why, groups) = match self.invoke(Source::Fulfillment, None)? {
            LambdaAnswer::Value(answer) => return self.obey(reply(&answer)?, From::Hook(Source::Fulfillment)),
            LambdaAnswer::Fails(why) => (format!("The function of the bot fails: {why}"), &fulfillment.failure),
            LambdaAnswer::TimesOut => ("The function of the bot takes too long.".to_owned(), &fulfillment.timeout),
        };
        if groups.is_empty() {
            return Err(failed(why).into());
        }
        self.become_state(State::Failed);
        self.say(groups);
        self.close(intent);
        Ok(())
    }

    fn invoke(&mut self, source: Source, proposed: Option<&str>) -> Result<LambdaAnswer, Stop> {
        // The service's error where an alias has no function is not documented: it is told as one that fails (?).
        let missing = || failed(format!("The alias {} has no function for {}.", self.bot.alias.name, self.bot.locale));
        let function = self.bot.function.clone().ok_or_else(missing)?;
        if let Some(answer) = self.answers.next() {
            return Ok(answer.clone());
        }
        let event = hook::event(self.bot, &self.session, (self.heard, self.around), (source, proposed));
        Err(Stop::Ask(Call { function, event }))
    }

    /// Goes on as a function, or the client, says.
    pub(super) fn obey(&mut self, reply: Reply, from: From) -> Done {
        if let Some(attributes) = reply.request_attributes {
            self.request_attributes = attributes;
        }
        take(self.bot, &mut self.session, reply.attributes, reply.contexts, reply.intent)?;
        let action = match (reply.action, from) {
            (Some(action), _) => action,
            (None, From::Client) => Action::None,
            (None, From::Hook(_)) => return Err(failed("The function's answer has no dialogAction.").into()),
        };
        let messages = reply.messages;
        if matches!(action, Action::None | Action::ElicitIntent) {
            if action == Action::ElicitIntent && messages.is_empty() && from != From::Client {
                return Err(failed("ElicitIntent needs messages.").into());
            }
            self.said.extend(messages);
            self.session.action = action;
            return Ok(());
        }
        let intent = self.intent().ok_or_else(|| failed("sessionState has no intent."))?;
        match action {
            Action::ElicitSlot(slot) => self.ask_for(intent, &slot, messages)?,
            Action::ConfirmIntent => self.ask_whether(intent, messages)?,
            // What is said with it is left out: what comes next is said by the bot (?).
            Action::Delegate => return self.decide(intent, from),
            Action::Close | Action::None | Action::ElicitIntent => {
                if messages.is_empty() {
                    self.say_end(intent, from);
                } else {
                    self.said.extend(messages);
                }
                self.close(intent);
            }
        }
        Ok(())
    }

    /// The bot's own decision, after a function or client left it to it.
    fn decide(&mut self, intent: &'a bot::Intent, from: From) -> Done {
        let state = self.session.intent.as_ref().map(|own| own.state).unwrap_or_default();
        match (from, state) {
            (From::Hook(Source::Fulfillment), State::InProgress | State::ReadyForFulfillment) => {
                self.become_state(State::Fulfilled);
            }
            (From::Hook(_), State::Fulfilled | State::Failed) => {}
            (From::Hook(_), _) => {
                let again = self.again(intent);
                return self.proceed(intent, again.as_deref());
            }
            (From::Client, _) => return self.dialog(intent, None),
        }
        self.say_end(intent, from);
        self.close(intent);
        Ok(())
    }

    /// The slot that is asked for again, where the function did not fill it.
    fn again(&self, intent: &bot::Intent) -> Option<String> {
        let Action::ElicitSlot(slot) = &self.session.action else { return None };
        let is_open = self.session.slot_text(slot).is_none() && intent.slot(slot).is_some();
        (self.session.retries > 0 && is_open).then(|| slot.clone())
    }

    /// What is said at the end, where nobody says otherwise.
    fn say_end(&mut self, intent: &bot::Intent, from: From) {
        let state = self.session.intent.as_ref().map(|own| own.state).unwrap_or_default();
        let fulfillment = intent.fulfillment.as_ref().filter(|_| from == From::Hook(Source::Fulfillment));
        match (state, fulfillment) {
            (State::Failed, Some(fulfillment)) => self.say(&fulfillment.failure),
            (State::Failed, None) => {}
            (_, fulfillment) => {
                if let Some(fulfillment) = fulfillment {
                    self.say(&fulfillment.success);
                }
                self.say(&intent.closing);
            }
        }
    }

    fn close(&mut self, intent: &bot::Intent) {
        self.session.action = Action::Close;
        let state = self.session.intent.as_ref().map(|own| own.state);
        if matches!(state, Some(State::Fulfilled | State::ReadyForFulfillment)) {
            self.session.contexts.retain(|context| intent.outputs.iter().all(|own| own["name"] != context["name"]));
            self.session.contexts.extend(intent.outputs.iter().cloned());
        }
    }
}

fn reply(answer: &Value) -> Result<Reply, Failure> {
    Reply::read(answer).map_err(|why| failed(format!("The function's answer is none that Lex takes: {why}.")))
}
