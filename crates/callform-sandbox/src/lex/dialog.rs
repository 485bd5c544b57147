//! One turn of a conversation: from what is heard to what is said.

use std::collections::BTreeMap;

use callform_call::surroundings::LambdaAnswer;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bot::{self, Bot};
use super::hook::{self, Reply, Source, Wanted};
use super::prompt::{Groups, Message, say};
use super::session::{Action, Confirmation, Intent, Scalar, Session, Slot, State};
use super::utterance::{Fit, Utterance, Word, words};
use super::value;

/// What a bot hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Heard {
    /// Somebody wrote it.
    Text(String),
    /// Somebody said it.
    Speech(String),
    /// Somebody pressed these keys: `#` ends the input, `*` takes back what was before it.
    Keys(String),
    /// Nothing came in time.
    Nothing,
}

impl Heard {
    /// What it says.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Speech(text) => text,
            Self::Keys(keys) => {
                let until_end = keys.split('#').next().unwrap_or_default();
                until_end.rsplit('*').next().unwrap_or_default()
            }
            Self::Nothing => "",
        }
    }

    /// `inputMode` of functions.
    pub(super) fn mode(&self) -> &'static str {
        match self {
            Self::Text(_) => "Text",
            Self::Speech(_) | Self::Nothing => "Speech",
            Self::Keys(_) => "DTMF",
        }
    }
}

/// What a turn happens in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// Identifier of the session; that of the contact, in flows.
    pub(crate) session_id: &'a str,
    /// What the client sent with the input.
    pub(crate) request_attributes: &'a Map<String, Value>,
    /// The day, for dates such as `tomorrow`.
    pub(crate) today: Date,
}

/// What comes of a turn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Turn {
    /// A function has to be asked first: the same turn with its answer goes on.
    Ask(Call),
    /// The bot answers.
    Said(Box<Said>),
    /// It cannot: its function fails, or answers what Lex does not take.
    Failed(Failure),
}

/// A function that is to be asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// Its ARN.
    pub(crate) function: String,
    /// The event.
    pub(crate) event: Value,
}

/// The answer of a bot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    /// What is remembered for the next turn. Its `action` says whether the conversation is over, its `intent` what it was
    /// about.
    pub(crate) session: Session,
    /// What is said, in order.
    pub(crate) messages: Vec<Message>,
    /// What the input was taken for, as `RecognizeText` has it.
    pub(crate) interpretations: Value,
    /// What is sent back beside.
    pub(crate) request_attributes: Map<String, Value>,
}

/// Why a bot cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failure(pub(crate) String);

/// What a bot does with an input. `answers` are those of its functions in this turn, as far as they are known.
pub(crate) fn hear(
    bot: &Bot,
    session: &Session,
    heard: &Heard,
    around: &Surroundings,
    answers: &[LambdaAnswer],
) -> Turn {
    let mut dialog = Dialog::new(bot, session, heard, around, answers);
    dialog.session.age();
    let done = dialog.turn();
    dialog.end(done)
}

/// What a bot does where its client says how the conversation stands.
pub(crate) fn put(bot: &Bot, session: &Session, reply: Reply, around: &Surroundings, answers: &[LambdaAnswer]) -> Turn {
    let heard = Heard::Text(String::new());
    let mut dialog = Dialog::new(bot, session, &heard, around, answers);
    let done = dialog.obey(reply, From::Client);
    dialog.end(done)
}

/// A session as the client of `RecognizeText` wants it to be before the input is looked at.
pub(crate) fn overridden(bot: &Bot, session: &Session, reply: Reply) -> Result<Session, Failure> {
    let mut session = session.clone();
    take(bot, &mut session, reply.attributes, reply.contexts, reply.intent)?;
    if let Some(action) = reply.action {
        session.action = action;
    }
    Ok(session)
}

struct Dialog<'a> {
    bot: &'a Bot,
    heard: &'a Heard,
    around: &'a Surroundings<'a>,
    answers: std::slice::Iter<'a, LambdaAnswer>,
    session: Session,
    /// How often what is waited for was asked again before this turn.
    retried: u32,
    said: Vec<Message>,
    request_attributes: Map<String, Value>,
}

/// Why a turn does not go on.
enum Stop {
    Ask(Call),
    Failed(Failure),
}

impl std::convert::From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

type Done = Result<(), Stop>;

/// Who says how the conversation goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Client,
    Hook(Source),
}

/// What comes next, as the bot is defined.
enum Next {
    Slot(String),
    Confirm,
    Decline,
    Fulfill,
}

fn failed(why: impl Into<String>) -> Failure {
    Failure(why.into())
}

impl<'a> Dialog<'a> {
    fn new(
        bot: &'a Bot,
        session: &Session,
        heard: &'a Heard,
        around: &'a Surroundings<'a>,
        answers: &'a [LambdaAnswer],
    ) -> Self {
        let mut session = session.clone();
        let retried = std::mem::take(&mut session.retries);
        let request_attributes = around.request_attributes.clone();
        Self { bot, heard, around, answers: answers.iter(), session, retried, said: Vec::new(), request_attributes }
    }

    fn end(self, done: Done) -> Turn {
        match done {
            Ok(()) => Turn::Said(Box::new(Said {
                interpretations: hook::interpretations(self.bot, &self.session, |score| json!({ "score": score })),
                session: self.session,
                messages: self.said,
                request_attributes: self.request_attributes,
            })),
            Err(Stop::Ask(call)) => Turn::Ask(call),
            Err(Stop::Failed(failure)) => Turn::Failed(failure),
        }
    }

    /// The intent that is talked about, as it is defined.
    fn intent(&self) -> Option<&'a bot::Intent> {
        self.bot.intent(&self.session.intent.as_ref()?.name)
    }

    fn turn(&mut self) -> Done {
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

    /// What comes next, unless a function says otherwise. `again` is a slot whose value was not understood.
    fn dialog(&mut self, intent: &'a bot::Intent, again: Option<&str>) -> Done {
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
    fn obey(&mut self, reply: Reply, from: From) -> Done {
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

    fn become_state(&mut self, state: State) {
        if let Some(intent) = &mut self.session.intent {
            intent.state = state;
        }
    }

    fn say(&mut self, groups: &Groups) {
        let said = say(groups, self.session.retries, &self.session);
        self.said.extend(said);
    }

    fn say_either(&mut self, messages: Vec<Message>, groups: &Groups) {
        if messages.is_empty() {
            self.say(groups);
        } else {
            self.said.extend(messages);
        }
    }
}

fn values(fit: Fit<(Slot, bool)>) -> BTreeMap<String, Slot> {
    fit.slots.into_iter().map(|(name, (value, _))| (name, value)).collect()
}

fn reply(answer: &Value) -> Result<Reply, Failure> {
    Reply::read(answer).map_err(|why| failed(format!("The function's answer is none that Lex takes: {why}.")))
}

/// Takes over what a session is to be. Attributes that are not given stay (?).
fn take(
    bot: &Bot,
    session: &mut Session,
    attributes: Option<BTreeMap<String, String>>,
    contexts: Option<Vec<Value>>,
    wanted: Option<Wanted>,
) -> Result<(), Failure> {
    session.attributes = attributes.unwrap_or_else(|| std::mem::take(&mut session.attributes));
    session.contexts = contexts.unwrap_or_else(|| std::mem::take(&mut session.contexts));
    let Some(wanted) = wanted else { return Ok(()) };
    let defined = bot.intent(&wanted.name).ok_or_else(|| failed(format!("The bot has no intent {}.", wanted.name)))?;
    let before = session.intent.take().filter(|own| own.name == wanted.name);
    let mut slots: BTreeMap<String, Option<Slot>> =
        defined.slots.iter().map(|slot| (slot.name.clone(), None)).collect();
    let given = wanted.slots.or_else(|| before.as_ref().map(|before| before.slots.clone())).unwrap_or_default();
    if let Some(unknown) = given.keys().find(|name| !slots.contains_key(*name)) {
        return Err(failed(format!("The intent {} has no slot {unknown}.", wanted.name)));
    }
    slots.extend(given);
    session.intent = Some(Intent {
        name: wanted.name,
        slots,
        state: wanted.state.or(before.as_ref().map(|before| before.state)).unwrap_or_default(),
        confirmation: wanted.confirmation.or(before.map(|before| before.confirmation)).unwrap_or_default(),
    });
    Ok(())
}
