//! One turn of a conversation: from what is heard to what is said.

mod going_on;
mod hearing;

use std::collections::BTreeMap;

use callform_call::surroundings::LambdaAnswer;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bot::{self, Bot};
use super::hook::{self, Reply, Source, Wanted};
use super::prompt::{Groups, Message, say};
use super::session::{Intent, Session, Slot, State};

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
