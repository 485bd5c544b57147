//! What people in calls and bots say to each other: a sentence at a time, until the bot knows what is wanted.
//!
//! The simulation of a call only learns what comes of it. The conversation itself is kept beside its log, with the session of
//! the bot; a function that a bot asks runs between two transactions, as functions of flows do, and the same sentence is heard
//! again with its answer.

use std::sync::Arc;

use callform_call::surroundings::LambdaAnswer;
use callform_call::{Center, Contact, Turn as Where};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::epoch_milliseconds;
use crate::handler::Environment;
use crate::lex;
use crate::lex::dialog::{Heard, Said, Surroundings};
use crate::lex::session::{Action, Session};

use super::call::{Act, Answer, Call};
use super::play::{Asked, Played, moment};
use super::voice::{WORDS_A_MINUTE, milliseconds, words_of_ssml};
use super::words::{Speaker, Turn};

/// How a question that a bot asks a function begins; the contact follows.
const QUESTION: &str = "bot of contact ";
/// How long a bot thinks, in milliseconds.
const THINKS: u64 = 300;

/// What a contact and bots talk about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Talk {
    /// Alias and language of the bot.
    bot: (String, String),
    session: Session,
    /// Whether the bot has begun to listen in the block that the contact is in.
    is_open: bool,
    /// What functions answered to the sentence that is heard.
    answers: Vec<Answer>,
    /// What comes of it, when the bot has said all.
    outcome: Option<Act>,
    /// What was said, in milliseconds since 1970.
    said: Vec<Turn>,
}

impl Talk {
    /// When the last word is said.
    pub(super) fn heard(&self) -> u64 {
        self.said.last().map_or(0, |turn| turn.end)
    }

    /// What comes of it, where the bot knows.
    pub(super) fn outcome(&self) -> Option<&Act> {
        self.outcome.as_ref()
    }

    /// What was said.
    pub(super) fn said(&self) -> &[Turn] {
        &self.said
    }

    /// A function has answered.
    pub(super) fn answered(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// The flow goes on.
    pub(super) fn close(&mut self) {
        self.outcome = None;
        self.is_open = false;
    }

    /// Somebody says something, and has done so at a moment.
    fn say(&mut self, speaker: Speaker, text: &str, (start, end): (u64, u64)) {
        self.said.push(Turn { speaker, text: text.to_owned(), start, end });
    }

    /// What the bot answers.
    fn take(&mut self, said: Said, from: u64) {
        let mut start = from + THINKS;
        for message in &said.messages {
            let content = message.content.as_deref().unwrap_or_default();
            let text = if message.content_type == "SSML" { words_of_ssml(content) } else { content.to_owned() };
            let end = start + milliseconds(&text, WORDS_A_MINUTE);
            self.say(Speaker::Agent, &text, (start, end));
            start = end + THINKS;
        }
        self.session = said.session;
        let intent = self.session.intent.as_ref().filter(|_| self.session.action == Action::Close);
        self.outcome = intent.map(|intent| {
            let slots = intent.slots.iter().filter_map(|(name, slot)| Some((name.clone(), slot.as_ref()?.text())));
            let attributes = self.session.attributes.clone().into_iter().collect();
            Act::Understood(intent.name.clone(), slots.collect(), attributes)
        });
    }
}

/// The contact whose bot asked a question, by its place in the call; `None` where a flow asked it.
pub(super) fn party_of(question: &str) -> Option<usize> {
    question.strip_prefix(QUESTION)?.parse().ok()
}

/// A contact that listens to a bot has said something: what the bot makes of it is noted, or which function it asks first.
pub(super) fn hear(
    environment: &Environment,
    call: &mut Call,
    (party, text): (usize, &str),
    played: &Played,
    center: &Center,
) -> Option<Asked> {
    let id = call.id_of(party);
    let contact = played.contacts.get(party)?;
    let block = Block::of(contact, center)?;
    let now = epoch_milliseconds(environment.now);
    let mut talk = call.talks.get(&party).cloned().unwrap_or_default();
    if talk.bot != block.bot {
        talk.session = Session::default();
        talk.bot.clone_from(&block.bot);
    }
    if !talk.is_open {
        talk.is_open = true;
        talk.session.attributes.extend(block.attributes);
    }
    let heard = Heard::Speech(text.to_owned());
    let today = TimeZone::UTC.to_datetime(moment(now)).date();
    let around = Surroundings { session_id: &id, request_attributes: &Map::new(), today };
    let answers: Vec<LambdaAnswer> = talk.answers.iter().map(answer).collect();
    let turn = lex::runtime::find(environment, &talk.bot.0, &talk.bot.1)
        .map(|bot| lex::dialog::hear(&bot, &talk.session, &heard, &around, &answers));
    let takes = milliseconds(text, WORDS_A_MINUTE);
    let spoken = (now.saturating_sub(takes), now);
    match turn {
        Ok(lex::dialog::Turn::Ask(lex::Call { function, event })) => {
            return Some(Asked { question: format!("{QUESTION}{party}"), function, event });
        }
        Ok(lex::dialog::Turn::Said(said)) => {
            talk.say(Speaker::Customer, text, spoken);
            talk.take(*said, now);
        }
        Ok(lex::dialog::Turn::Failed(failure)) => {
            tracing::info!(%failure, "connect: a bot cannot answer");
            talk.say(Speaker::Customer, text, spoken);
            talk.outcome = Some(Act::BotFails);
        }
        Err(error) => {
            tracing::info!(%error, "connect: a bot cannot be asked");
            talk.say(Speaker::Customer, text, spoken);
            talk.outcome = Some(Act::BotFails);
        }
    }
    talk.answers.clear();
    call.talks.insert(party, talk);
    None
}

fn answer(of: &Answer) -> LambdaAnswer {
    match of {
        Answer::Function(value) => LambdaAnswer::Value(value.clone()),
        Answer::Failed(reason) => LambdaAnswer::Fails(reason.clone()),
        Answer::TimedOut => LambdaAnswer::TimesOut,
        Answer::Number(_) => LambdaAnswer::Fails("a number is no answer".to_owned()),
    }
}

/// What the block says in which a bot of Lex V2 listens.
struct Block {
    /// Alias and language.
    bot: (String, String),
    attributes: Vec<(String, String)>,
}

impl Block {
    /// `None` where no such bot listens.
    fn of(contact: &Contact, center: &Center) -> Option<Self> {
        let Where::Intent(at) = contact.turn else { return None };
        let parameters = &center.flow(at.flow).flow.actions.get(at.block)?.parameters;
        let filled = |name: &str| parameters.get(name).map(|value| contact.filled(value, center));
        let arn = filled("LexV2Bot")?;
        let (_, alias) = arn.get("AliasArn")?.as_str()?.split_once(":bot-alias/")?;
        let attributes = filled("LexSessionAttributes").unwrap_or_default();
        let attributes = attributes.as_object().into_iter().flatten();
        let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let language: Option<&Arc<str>> = contact.fields.get("LanguageCode");
        let locale = language.map_or("en-US", |code| code).replace('-', "_");
        Some(Self { bot: (alias.to_owned(), locale), attributes: attributes.filter_map(text).collect() })
    }
}
