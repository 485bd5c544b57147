//! The runtime of Lex V2: what clients say to a bot, and the sessions that it keeps.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use callform_call::surroundings::LambdaAnswer;
use flate2::Compression;
use flate2::read::GzEncoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::io::Read;

use super::bot::{Alias, Bot, BotError};
use super::dialog::{Call, Failure, Heard, Said, Surroundings, Turn, hear, overridden, put};
use super::hook::Reply;
use super::prompt::Message;
use super::session::Session;
use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::object;
use crate::kinds;
use crate::operation::{Member, Operation, Service, Shape, optional, required};
use crate::protocol::Wire;
use crate::protocol::answer::{self, Answer};

/// Sessions by bot, alias and language, and by their own identifier.
const SESSIONS: &str = "lex/session";
/// The alias that every bot has, and what it leads to.
const TEST_ALIAS: (&str, &str, &str) = ("TSTALIASID", "TestBotAlias", "DRAFT");
/// What text is sent as.
const TEXT: &str = "text/plain; charset=utf-8";
const INVALID: &str = "ValidationException";

/// What an operation does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Get,
    Delete,
    Recognize,
    Put,
}

/// The operations.
pub(crate) static RUNTIME: Service<Does> = Service {
    name: "Lex V2",
    tables: &[OPERATIONS],
    others: &[
        ("RecognizeUtterance", "POST", "/bots/{botId}/botAliases/{alias}/botLocales/{locale}/sessions/{id}/utterance"),
        (
            "StartConversation",
            "POST",
            "/bots/{botId}/botAliases/{alias}/botLocales/{locale}/sessions/{id}/conversation",
        ),
    ],
};

const OPERATIONS: &[Operation<Does>] = &[
    operation("GetSession", "GET", SESSION_PATH, &[], Does::Get),
    operation("DeleteSession", "DELETE", SESSION_PATH, &[], Does::Delete),
    operation("PutSession", "POST", SESSION_PATH, &[required("sessionState", STATE), MESSAGES, ATTRIBUTES], Does::Put),
    operation(
        "RecognizeText",
        "POST",
        "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}/text",
        &[required("text", Shape::Text(1, 1024)), optional("sessionState", STATE), ATTRIBUTES],
        Does::Recognize,
    ),
];

const SESSION_PATH: &str = "/bots/{botId}/botAliases/{botAliasId}/botLocales/{localeId}/sessions/{sessionId}";
const ATTRIBUTES: Member = optional("requestAttributes", Shape::TextMap(0, usize::MAX));
const STATE: Shape = Shape::Object(&[
    optional("sessionAttributes", Shape::TextMap(0, usize::MAX)),
    optional("activeContexts", Shape::List(0, 20, &Shape::Object(&[required("name", Shape::Text(1, 100))]))),
    optional("dialogAction", Shape::Object(&[required("type", Shape::OneOf(ACTIONS))])),
    optional("intent", Shape::Object(&[required("name", Shape::Text(1, 100))])),
]);
const ACTIONS: &[&str] = &["Close", "ConfirmIntent", "Delegate", "ElicitIntent", "ElicitSlot", "None"];
const MESSAGES: Member = optional("messages", Shape::List(0, 10, &MESSAGE));
const MESSAGE: Shape = Shape::Object(&[
    required("contentType", Shape::OneOf(&["CustomPayload", "ImageResponseCard", "PlainText", "SSML"])),
    optional("content", Shape::Text(1, 1024)),
]);

const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    members: &'static [Member],
    handler: Does,
) -> Operation<Does> {
    Operation { name, method, path, status: 200, members, handler }
}

/// True for the paths of the runtime; the others of Lex build bots.
pub(crate) fn is_runtime(path: &str) -> bool {
    path.split('/').nth(3) == Some("botAliases")
}

/// True for requests that may need a function, which must not run in a transaction.
pub(crate) fn may_ask(method: &str, path: &str) -> bool {
    is_runtime(path)
        && RUNTIME.route(method, path).is_some_and(|(found, _)| matches!(found.handler, Does::Recognize | Does::Put))
}

/// A session as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    session: Session,
    messages: Vec<Message>,
    interpretations: Value,
    /// When it is forgotten, milliseconds since 1970.
    until: u64,
}

/// What became of a request.
pub(crate) enum Handled {
    /// It is answered.
    Answered(Answer),
    /// A function has to be asked first; then the same request goes on, with its answer.
    Ask(Call),
}

/// A request to the runtime.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// The header `ResponseContentType`.
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// Answers a request, for which functions have answered so far as in `answers`.
pub(crate) fn handle(environment: &Environment, asked: &Asked, answers: &[LambdaAnswer]) -> Result<Handled, AwsError> {
    let (operation, labels) = RUNTIME.need_route(asked.method, asked.path)?;
    let mut input: Map<String, Value> = if asked.body.is_empty() {
        Map::new()
    } else {
        serde_json::from_slice(asked.body)
            .map_err(|_| AwsError::new(400, "SerializationException", "The body is no JSON object."))?
    };
    input.extend(labels);
    operation.check(INVALID, &input)?;
    let place = Place::read(&input)?;
    let bot = find(environment, &format!("{}/{}", place.bot, place.alias), place.locale)?;
    match operation.handler {
        Does::Get => place.get(environment),
        Does::Delete => place.delete(environment),
        Does::Recognize => place.recognize(environment, &bot, &input, answers),
        Does::Put => {
            if let Some(other) = asked.content_type.filter(|given| !given.is_empty() && *given != TEXT) {
                return Err(AwsError::unsupported("Lex V2", &format!("PutSession with the content type {other}")));
            }
            place.put(environment, &bot, &input, answers)
        }
    }
}

/// The bot behind an alias, named as in ARNs: `<bot>/<alias>`, in a language. What is not there is a
/// `ResourceNotFoundException`, what the sandbox does not speak a `NotImplementedException`.
pub(crate) fn find(environment: &Environment, alias: &str, locale: &str) -> Result<Bot, AwsError> {
    let (bot_id, alias_id) = alias.split_once('/').unwrap_or_default();
    let absent = |what: &str| AwsError::new(404, "ResourceNotFoundException", format!("{what} does not exist."));
    let bot = kinds::bot(environment, bot_id)?.ok_or_else(|| absent(&format!("The bot {bot_id}")))?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut named =
        Alias { bot_id: bot_id.to_owned(), bot_name: text(&bot, "Name"), id: alias_id.to_owned(), ..Alias::default() };
    let settings = if alias_id == TEST_ALIAS.0 {
        (named.name, named.version) = (TEST_ALIAS.1.to_owned(), TEST_ALIAS.2.to_owned());
        bot.pointer("/TestBotAliasSettings/BotAliasLocaleSettings").cloned()
    } else {
        let found = kinds::bot_alias(environment, bot_id, alias_id)?;
        let found = found.ok_or_else(|| absent(&format!("The alias {alias_id} of the bot {bot_id}")))?;
        (named.name, named.version) = (text(&found, "BotAliasName"), text(&found, "BotVersion"));
        found.get("BotAliasLocaleSettings").cloned()
    };
    if named.version.is_empty() {
        return Err(absent(&format!("A version for the alias {alias_id}")));
    }
    let settings = settings.as_ref().and_then(Value::as_array).into_iter().flatten();
    let settings =
        settings.filter(|setting| setting["LocaleId"] == locale).map(|it| &it["BotAliasLocaleSetting"]).next();
    if settings.is_some_and(|settings| settings["Enabled"] == false) {
        return Err(absent(&format!("The locale {locale} of the alias {alias_id}")));
    }
    Bot::read(&bot, named, locale, settings.unwrap_or(&Value::Null)).map_err(|error| match &error {
        BotError::Absent(_) => AwsError::new(404, "ResourceNotFoundException", error.to_string()),
        BotError::Unsupported(_) => AwsError::new(501, "NotImplementedException", error.to_string()),
    })
}

/// Whose session it is.
struct Place<'a> {
    bot: &'a str,
    alias: &'a str,
    locale: &'a str,
    session: &'a str,
}

impl<'a> Place<'a> {
    fn read(input: &'a Map<String, Value>) -> Result<Self, AwsError> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        let place = Self {
            bot: text("botId"),
            alias: text("botAliasId"),
            locale: text("localeId"),
            session: text("sessionId"),
        };
        let wrong = |name: &str, rule: &str| Err(crate::operation::constraint(INVALID, name, rule));
        if place.bot.len() != 10 || !place.bot.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return wrong("botId", "Member must satisfy regular expression pattern: ^[0-9a-zA-Z]{10}$");
        }
        let right = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
        if !(2..=100).contains(&place.session.len()) || !place.session.bytes().all(right) {
            return wrong("sessionId", "Member must satisfy regular expression pattern: [0-9a-zA-Z._:-]{2,100}");
        }
        Ok(place)
    }

    fn scope(&self) -> String {
        format!("{}/{}/{}", self.bot, self.alias, self.locale)
    }

    /// The session, unless it is forgotten.
    fn load(&self, environment: &Environment) -> Result<Option<Kept>, AwsError> {
        let kept = environment.tx.get::<Kept>(SESSIONS, &self.scope(), self.session)?;
        Ok(kept.filter(|kept| kept.until > epoch_milliseconds(environment.now)))
    }

    fn need(&self, environment: &Environment) -> Result<Kept, AwsError> {
        let absent =
            || AwsError::new(404, "ResourceNotFoundException", format!("There is no session {}.", self.session));
        self.load(environment)?.ok_or_else(absent)
    }

    fn get(&self, environment: &Environment) -> Result<Handled, AwsError> {
        let kept = self.need(environment)?;
        Ok(answered(&json!({
            "sessionId": self.session,
            "messages": messages(&kept.messages),
            "interpretations": kept.interpretations,
            "sessionState": kept.session.to_json(),
        })))
    }

    fn delete(&self, environment: &Environment) -> Result<Handled, AwsError> {
        self.need(environment)?;
        environment.tx.delete(SESSIONS, &self.scope(), self.session)?;
        let (bot, alias, locale, session) = (self.bot, self.alias, self.locale, self.session);
        Ok(answered(&json!({ "botId": bot, "botAliasId": alias, "localeId": locale, "sessionId": session })))
    }

    fn recognize(
        &self,
        environment: &Environment,
        bot: &Bot,
        input: &Map<String, Value>,
        answers: &[LambdaAnswer],
    ) -> Result<Handled, AwsError> {
        let mut session = self.load(environment)?.map(|kept| kept.session).unwrap_or_default();
        if input.get("sessionState").is_some_and(Value::is_object) {
            let reply = Reply::read(&Value::Object(input.clone())).map_err(invalid)?;
            session = overridden(bot, &session, reply).map_err(|failure| invalid(failure.0))?;
        }
        let text = input.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let attributes = request_attributes(input);
        let turn = hear(bot, &session, &Heard::Text(text), &self.around(environment, &attributes), answers);
        self.told(environment, bot, turn, failed_by_function, |said| {
            Ok(answered(&json!({
                "messages": messages(&said.messages),
                "sessionState": said.session.to_json(),
                "interpretations": said.interpretations,
                "requestAttributes": said.request_attributes,
                "sessionId": self.session,
            })))
        })
    }

    fn put(
        &self,
        environment: &Environment,
        bot: &Bot,
        input: &Map<String, Value>,
        answers: &[LambdaAnswer],
    ) -> Result<Handled, AwsError> {
        let reply = Reply::read(&Value::Object(input.clone())).map_err(invalid)?;
        let session = self.load(environment)?.map(|kept| kept.session).unwrap_or_default();
        let attributes = request_attributes(input);
        let turn = put(bot, &session, reply, &self.around(environment, &attributes), answers);
        // What is wrong before a function has answered is the client's.
        let failed = if answers.is_empty() { |failure: Failure| invalid(failure.0) } else { failed_by_function };
        self.told(environment, bot, turn, failed, |said| {
            let answer = Answer::new(200, TEXT, Vec::new())
                .header("x-amz-lex-session-id", self.session)
                .header("x-amz-lex-messages", packed(&messages(&said.messages))?)
                .header("x-amz-lex-session-state", packed(&said.session.to_json())?)
                .header("x-amz-lex-request-attributes", packed(&said.request_attributes.clone().into())?);
            Ok(Handled::Answered(answer))
        })
    }

    fn around<'s>(&'s self, environment: &Environment, request_attributes: &'s Map<String, Value>) -> Surroundings<'s> {
        let now = Timestamp::try_from(environment.now).unwrap_or_default();
        let today = TimeZone::UTC.to_datetime(now).date();
        Surroundings { session_id: self.session, request_attributes, today }
    }

    /// Keeps what came of a turn, and answers.
    fn told(
        &self,
        environment: &Environment,
        bot: &Bot,
        turn: Turn,
        failed: impl FnOnce(Failure) -> AwsError,
        answer: impl FnOnce(&Said) -> Result<Handled, AwsError>,
    ) -> Result<Handled, AwsError> {
        let said = match turn {
            Turn::Ask(call) => return Ok(Handled::Ask(call)),
            Turn::Failed(failure) => return Err(failed(failure)),
            Turn::Said(said) => *said,
        };
        let answered = answer(&said)?;
        let until = epoch_milliseconds(environment.now + Duration::from_secs(bot.seconds));
        let Said { session, messages, interpretations, .. } = said;
        let kept = Kept { session, messages, interpretations, until };
        environment.tx.put(SESSIONS, &self.scope(), self.session, None, &kept)?;
        Ok(answered)
    }
}

fn request_attributes(input: &Map<String, Value>) -> Map<String, Value> {
    object(input.get("requestAttributes").cloned().unwrap_or_default())
}

fn messages(messages: &[Message]) -> Value {
    messages.iter().map(Message::to_json).collect()
}

fn answered(body: &Value) -> Handled {
    Handled::Answered(answer::json(Wire::RestJson, 200, body))
}

fn invalid(why: String) -> AwsError {
    AwsError::new(400, INVALID, why)
}

fn failed_by_function(failure: Failure) -> AwsError {
    AwsError::new(424, "DependencyFailedException", failure.0)
}

/// As headers have it: compressed, and in Base64.
fn packed(value: &Value) -> Result<String, AwsError> {
    let mut packed = Vec::new();
    GzEncoder::new(value.to_string().as_bytes(), Compression::default())
        .read_to_end(&mut packed)
        .map_err(|error| AwsError::new(500, "InternalServerException", error.to_string()))?;
    Ok(BASE64.encode(packed))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::services::carrying::time_of;
    use crate::store::Store;

    /// A store with the bot `BOTBOTBOTB`, which hangs on `ask` to learn a number, and two aliases.
    fn store() -> Store {
        let store = Store::in_memory().unwrap();
        let prompt = json!({
            "MessageGroupsList": [{ "Message": { "PlainTextMessage": { "Value": "Which?" } } }], "MaxRetries": 1,
        });
        let slot = json!({
            "Name": "number", "SlotTypeName": "AMAZON.Number",
            "ValueElicitationSetting": { "SlotConstraint": "Required", "PromptSpecification": prompt },
        });
        let intents = json!([
            { "Name": "ask", "SampleUtterances": [{ "Utterance": "ask" }], "Slots": [slot] },
            { "Name": "FallbackIntent", "ParentIntentSignature": "AMAZON.FallbackIntent" },
        ]);
        let bot = json!({
            "Name": "bot", "IdleSessionTTLInSeconds": 300,
            "BotLocales": [{ "LocaleId": "en_US", "Intents": intents }, { "LocaleId": "de_DE", "Intents": intents }],
        });
        let off = json!([{ "LocaleId": "de_DE", "BotAliasLocaleSetting": { "Enabled": false } }]);
        let alias = |name: &str, version: Value| json!({ "BotId": "BOTBOTBOTB", "BotAliasName": name, "BotVersion": version, "BotAliasLocaleSettings": off });
        let put = |type_name: &str, id: &str, properties: Value, attributes: Value| {
            let kept = json!({ "properties": properties, "attributes": attributes });
            store.transaction(|tx| tx.put("resource/document", type_name, id, None, &kept)).unwrap();
        };
        put("AWS::Lex::Bot", "BOTBOTBOTB", bot, json!({ "/Id": "BOTBOTBOTB" }));
        put("AWS::Lex::BotAlias", "L", alias("live", "1".into()), json!({ "/BotAliasId": "LIVELIVELI" }));
        put("AWS::Lex::BotAlias", "N", alias("new", Value::Null), json!({ "/BotAliasId": "NEWNEWNEWN" }));
        store
    }

    /// Answers a request so many seconds after the beginning: the intent, and what is asked for.
    fn ask(store: &Store, seconds: u64, (place, method): (&str, &str), body: &Value) -> Result<Value, AwsError> {
        let now = time_of(1_800_000_000_000 + seconds * 1000);
        let path = format!("/bots/{place}");
        let asked = Asked {
            method,
            path: &path,
            content_type: None,
            body: if body.is_null() { b"" } else { &body.to_string().into_bytes() },
        };
        let handled = store.transaction(|tx| {
            let environment =
                Environment { tx, account: "123456789012", region: "us-west-2", now, folder: Path::new("none") };
            handle(&environment, &asked, &[])
        })?;
        let Handled::Answered(answer) = handled else { panic!("a function is asked") };
        let crate::protocol::answer::Content::Bytes(bytes) = answer.body else { panic!("no text") };
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    const LIVE: &str = "BOTBOTBOTB/botAliases/LIVELIVELI/botLocales/en_US/sessions/s-1";

    #[test]
    fn sessions_are_forgotten_after_the_time_of_the_bot() {
        let store = store();
        let text = format!("{LIVE}/text");
        let say = |seconds: u64, said: &str| {
            let answer = ask(&store, seconds, (&text, "POST"), &json!({ "text": said })).unwrap();
            answer["sessionState"]["intent"]["name"].as_str().unwrap().to_owned()
        };
        let get = |seconds: u64| ask(&store, seconds, (LIVE, "GET"), &Value::Null);
        assert_eq!(get(0).unwrap_err().code, "ResourceNotFoundException");
        assert_eq!(say(0, "ask"), "ask");
        assert_eq!(get(299).unwrap()["sessionState"]["dialogAction"]["slotToElicit"], "number");
        assert_eq!(get(300).unwrap_err().code, "ResourceNotFoundException");
        assert_eq!(say(299, "5"), "ask");
        assert_eq!(say(300, "ask"), "ask");
        assert_eq!(say(600, "5"), "FallbackIntent", "nobody remembers what was asked");
    }

    #[test]
    fn only_what_is_there_answers() {
        let store = store();
        let code = |place: &str, body: &Value| ask(&store, 0, (place, "POST"), body).unwrap_err().code;
        let hello = json!({ "text": "hello" });
        let place = |bot: &str, alias: &str, locale: &str, session: &str| {
            format!("{bot}/botAliases/{alias}/botLocales/{locale}/sessions/{session}/text")
        };
        for (place, expected) in [
            (place("AAAAAAAAAA", "LIVELIVELI", "en_US", "s-1"), "ResourceNotFoundException"),
            (place("BOTBOTBOTB", "AAAAAAAAAA", "en_US", "s-1"), "ResourceNotFoundException"),
            (place("BOTBOTBOTB", "NEWNEWNEWN", "en_US", "s-1"), "ResourceNotFoundException"),
            (place("BOTBOTBOTB", "LIVELIVELI", "de_DE", "s-1"), "ResourceNotFoundException"),
            (place("BOTBOTBOTB", "LIVELIVELI", "fr_FR", "s-1"), "ResourceNotFoundException"),
            (place("SHORT", "LIVELIVELI", "en_US", "s-1"), "ValidationException"),
            (place("BOTBOTBOTB", "LIVELIVELI", "en_US", "s"), "ValidationException"),
            (place("BOTBOTBOTB", "LIVELIVELI", "en_US", "s%20s"), "ValidationException"),
            (
                place("BOTBOTBOTB", "LIVELIVELI", "en_US", "s-1").replace("/text", "/utterance"),
                "NotImplementedException",
            ),
        ] {
            assert_eq!(code(&place, &hello), expected, "{place}");
        }
        let text = format!("{LIVE}/text");
        assert_eq!(code(&text, &json!({ "text": "" })), "ValidationException");
        assert_eq!(code(&text, &json!({ "text": "x".repeat(1025) })), "ValidationException");
        let gone = json!({ "text": "x", "sessionState": { "intent": { "name": "gone" } } });
        assert_eq!(code(&text, &gone), "ValidationException");
        assert_eq!(code(LIVE, &json!({})), "ValidationException");
        let test_alias = place("BOTBOTBOTB", "TSTALIASID", "en_US", "s-1");
        assert!(ask(&store, 0, (&test_alias, "POST"), &hello).is_ok());
    }

    #[test]
    fn the_client_may_say_what_is_talked_about() {
        let store = store();
        let text = format!("{LIVE}/text");
        let state = json!({
            "intent": { "name": "ask" },
            "dialogAction": { "type": "ElicitSlot", "slotToElicit": "number" },
            "sessionAttributes": { "a": "b" },
        });
        let body = json!({ "text": "twelve", "sessionState": state });
        let answer = ask(&store, 0, (&text, "POST"), &body).unwrap();
        assert_eq!(answer["sessionState"]["intent"]["slots"]["number"]["value"]["interpretedValue"], "12");
        assert_eq!(answer["sessionState"]["sessionAttributes"], json!({ "a": "b" }));
        assert_eq!(answer["sessionId"], "s-1");
        let deleted = ask(&store, 0, (LIVE, "DELETE"), &Value::Null).unwrap();
        assert_eq!(deleted["botAliasId"], "LIVELIVELI");
        assert!(ask(&store, 0, (LIVE, "DELETE"), &Value::Null).is_err());
    }
}
