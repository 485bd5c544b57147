use callform_call::surroundings::LambdaAnswer;
use serde_json::{Map, Value, json};

use super::bot::{Alias, Bot};
use super::dialog::{Heard, Surroundings, Turn, hear, put};
use super::hook::Reply;
use super::session::{Action, Session};

fn text(text: &str) -> Value {
    json!({ "MessageGroupsList": [{ "Message": { "PlainTextMessage": { "Value": text } } }] })
}

fn prompt(first: &str, again: &str, retries: u32) -> Value {
    json!({
        "MessageGroupsList": [{
            "Message": { "PlainTextMessage": { "Value": first } },
            "Variations": [{ "PlainTextMessage": { "Value": again } }],
        }],
        "MaxRetries": retries,
    })
}

/// A bot for orders of drinks; `hooks` are the hooks of its intent `order`.
fn definition(hooks: &Value) -> Value {
    let utterances = |all: &[&str]| -> Value { all.iter().map(|it| json!({ "Utterance": it })).collect() };
    let slot = |name: &str, kind: &str, constraint: &str, prompt: &Value| {
        json!({
            "Name": name, "SlotTypeName": kind,
            "ValueElicitationSetting": { "SlotConstraint": constraint, "PromptSpecification": prompt },
        })
    };
    let mut order = json!({
        "Name": "order",
        "SampleUtterances": utterances(&["I want {drink}", "order {count} {drink}", "order something"]),
        "Slots": [
            slot("count", "AMAZON.Number", "Required", &prompt("How many?", "How many, in a number?", 1)),
            slot("drink", "Drink", "Required", &prompt("Which drink?", "Tea or coffee?", 2)),
            slot("note", "AMAZON.FirstName", "Optional", &prompt("For whom?", "Who?", 0)),
        ],
        "SlotPriorities": [{ "SlotName": "drink", "Priority": 1 }, { "SlotName": "count", "Priority": "2" }],
        "IntentConfirmationSetting": {
            "PromptSpecification": prompt("{count} {drink} for [who]?", "Yes or no?", 1),
            "DeclinationResponse": text("Then not."),
        },
        "IntentClosingSetting": { "ClosingResponse": text("{drink} is coming, {nobody}.") },
    });
    for (name, hook) in hooks.as_object().unwrap() {
        order[name] = hook.clone();
    }
    json!({
        "Name": "drinks",
        "IdleSessionTTLInSeconds": 120,
        "BotLocales": [{
            "LocaleId": "en_US",
            "SlotTypes": [{
                "Name": "Drink",
                "SlotTypeValues": [
                    { "SampleValue": { "Value": "tea" }, "Synonyms": [{ "Value": "cuppa" }] },
                    { "SampleValue": { "Value": "coffee" } },
                ],
                "ValueSelectionSetting": { "ResolutionStrategy": "TOP_RESOLUTION" },
            }],
            "Intents": [
                order,
                { "Name": "hours", "SampleUtterances": utterances(&["when are you open"]),
                  "IntentClosingSetting": { "ClosingResponse": text("Always.") } },
                { "Name": "StopIntent", "ParentIntentSignature": "AMAZON.StopIntent" },
                { "Name": "FallbackIntent", "ParentIntentSignature": "AMAZON.FallbackIntent",
                  "IntentClosingSetting": { "ClosingResponse": text("Pardon?") } },
            ],
        }],
    })
}

fn bot(hooks: &Value) -> Bot {
    let alias = Alias { bot_id: "BOTBOTBOTB".to_owned(), bot_name: "drinks".to_owned(), ..Alias::default() };
    let settings = json!({ "CodeHookSpecification": { "LambdaCodeHook": { "LambdaArn": "arn:f" } } });
    Bot::read(&definition(hooks), alias, "en_US", &settings).unwrap()
}

fn around(nothing: &Map<String, Value>) -> Surroundings<'_> {
    Surroundings { session_id: "s-1", request_attributes: nothing, today: jiff::civil::date(2026, 11, 30) }
}

struct Talk {
    bot: Bot,
    session: Session,
}

impl Talk {
    fn with(hooks: &Value) -> Self {
        Self { bot: bot(hooks), session: Session::default() }
    }

    fn hear(&self, heard: &Heard, answers: &[LambdaAnswer]) -> Turn {
        hear(&self.bot, &self.session, heard, &around(&Map::new()), answers)
    }

    /// What the bot says to a text.
    #[track_caller]
    fn say(&mut self, text: &str) -> Vec<String> {
        self.answered(&Heard::Text(text.to_owned()), &[])
    }

    #[track_caller]
    fn answered(&mut self, heard: &Heard, answers: &[LambdaAnswer]) -> Vec<String> {
        match self.hear(heard, answers) {
            Turn::Said(said) => {
                self.session = said.session;
                said.messages.into_iter().filter_map(|message| message.content).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    /// The event of the function that is asked.
    #[track_caller]
    fn event(&self, text: &str, answers: &[LambdaAnswer]) -> Value {
        match self.hear(&Heard::Text(text.to_owned()), answers) {
            Turn::Ask(call) => {
                assert_eq!(call.function, "arn:f");
                call.event
            }
            other => panic!("{other:?}"),
        }
    }

    /// The name of the intent and its state.
    fn intent(&self) -> (String, Value, Value) {
        let intent = self.session.intent.as_ref().unwrap().to_json();
        (intent["name"].as_str().unwrap().to_owned(), intent["state"].clone(), intent["confirmationState"].clone())
    }
}

#[test]
fn slots_are_asked_for_by_priority_then_confirmed_and_closed() {
    let mut talk = Talk::with(&json!({}));
    talk.session.attributes.insert("who".to_owned(), "Ann".to_owned());
    assert_eq!(talk.say("Order something!"), ["Which drink?"]);
    assert_eq!(talk.say("A cuppa"), ["Tea or coffee?"], "the article is no part of the value");
    assert_eq!(talk.say("cuppa"), ["How many?"]);
    assert_eq!(talk.say("two"), ["2 tea for Ann?"]);
    assert_eq!(talk.say("yes"), ["tea is coming, {nobody}."]);
    assert_eq!(talk.session.action, Action::Close);
    assert_eq!(talk.intent(), ("order".to_owned(), "ReadyForFulfillment".into(), "Confirmed".into()));
    assert_eq!(talk.session.intent.as_ref().unwrap().to_json()["slots"]["note"], Value::Null);
}

#[test]
fn an_utterance_fills_slots_and_no_is_declined() {
    let mut talk = Talk::with(&json!({}));
    assert_eq!(talk.say("order three coffee"), ["3 coffee for [who]?"]);
    assert_eq!(talk.say("hm"), ["Yes or no?"]);
    assert_eq!(talk.say("no thanks"), ["Then not."]);
    assert_eq!(talk.intent(), ("order".to_owned(), "Failed".into(), "Denied".into()));
}

#[test]
fn what_is_not_understood_falls_back_after_the_retries() {
    let mut talk = Talk::with(&json!({}));
    assert_eq!(talk.say("where is the moon"), ["Pardon?"]);
    assert_eq!(talk.intent().0, "FallbackIntent");
    assert_eq!(talk.say("I want tea"), ["How many?"]);
    assert_eq!(talk.say("some"), ["How many, in a number?"]);
    assert_eq!(talk.answered(&Heard::Nothing, &[]), ["Pardon?"]);
    assert_eq!(talk.intent().0, "FallbackIntent");
}

#[test]
fn keys_are_values_and_another_intent_may_come_between() {
    let mut talk = Talk::with(&json!({}));
    assert_eq!(talk.say("i want coffee"), ["How many?"]);
    assert_eq!(talk.answered(&Heard::Keys("9*12#4".to_owned()), &[]), ["12 coffee for [who]?"]);
    assert_eq!(talk.say("when are you open?"), ["Always."]);
    assert_eq!(talk.intent().0, "hours");
    assert_eq!(talk.say("stop"), Vec::<String>::new());
    assert_eq!(talk.intent().0, "StopIntent");
}

#[test]
fn functions_learn_what_was_said_and_what_would_come() {
    let hooks = json!({ "DialogCodeHook": { "Enabled": true } });
    let mut talk = Talk::with(&hooks);
    let event = talk.event("I want tea", &[]);
    let slots = json!({
        "count": null,
        "drink": {
            "shape": "Scalar",
            "value": { "originalValue": "tea", "interpretedValue": "tea", "resolvedValues": ["tea"] },
        },
        "note": null,
    });
    let intent = json!({ "name": "order", "slots": slots, "state": "InProgress", "confirmationState": "None" });
    assert_eq!(event["sessionState"]["intent"], intent);
    assert_eq!(event["proposedNextState"]["dialogAction"], json!({ "type": "ElicitSlot", "slotToElicit": "count" }));
    assert_eq!(event["proposedNextState"]["prompt"]["attempt"], "Initial");
    assert_eq!(event["interpretations"][0]["nluConfidence"], 1.0);
    assert_eq!(event["interpretations"][1]["intent"]["name"], "FallbackIntent");
    let told: Vec<_> = ["messageVersion", "invocationSource", "inputMode", "sessionId", "inputTranscript"]
        .map(|name| event[name].as_str().unwrap().to_owned())
        .into();
    assert_eq!(told, ["1.0", "DialogCodeHook", "Text", "s-1", "I want tea"]);

    let delegate = json!({ "sessionState": { "dialogAction": { "type": "Delegate" }, "intent": intent,
        "sessionAttributes": { "who": "Bo" } } });
    let delegate = [LambdaAnswer::Value(delegate)];
    assert_eq!(talk.answered(&Heard::Text("I want tea".to_owned()), &delegate), ["How many?"]);
    assert_eq!(talk.session.attributes["who"], "Bo");
    assert_eq!(talk.event("some", &[])["proposedNextState"]["prompt"]["attempt"], "Retry1");
    assert_eq!(talk.answered(&Heard::Text("some".to_owned()), &delegate), ["How many, in a number?"]);
}

#[test]
fn a_function_may_ask_end_or_take_another_way() {
    let mut talk = Talk::with(&json!({ "DialogCodeHook": { "Enabled": true } }));
    let heard = Heard::Text("order something".to_owned());
    let mut answer = |action: Value, messages: Value| {
        let reply = json!({ "sessionState": { "dialogAction": action, "intent": { "name": "order" } },
            "messages": messages });
        talk.answered(&heard, &[LambdaAnswer::Value(reply)])
    };
    let say = json!([{ "contentType": "PlainText", "content": "Well?" }]);
    assert_eq!(answer(json!({ "type": "ElicitSlot", "slotToElicit": "note" }), Value::Null), ["For whom?"]);
    assert_eq!(answer(json!({ "type": "ElicitSlot", "slotToElicit": "note" }), say.clone()), ["Well?"]);
    assert_eq!(answer(json!({ "type": "ConfirmIntent" }), say.clone()), ["Well?"]);
    assert_eq!(answer(json!({ "type": "ElicitIntent" }), say.clone()), ["Well?"]);
    assert_eq!(answer(json!({ "type": "Close" }), say), ["Well?"]);
    assert_eq!(talk.session.action, Action::Close);
}

#[test]
fn what_a_function_may_not_answer_fails() {
    let talk = Talk::with(&json!({ "DialogCodeHook": { "Enabled": true } }));
    for (reply, why) in [
        (json!({}), "sessionState is missing"),
        (json!({ "sessionState": {} }), "no dialogAction"),
        (json!({ "sessionState": { "dialogAction": { "type": "Dance" } } }), "the type Dance"),
        (json!({ "sessionState": { "dialogAction": { "type": "ElicitSlot" } } }), "no slotToElicit"),
        (
            json!({ "sessionState": { "dialogAction": { "type": "ElicitSlot", "slotToElicit": "size" } } }),
            "no slot size",
        ),
        (json!({ "sessionState": { "dialogAction": { "type": "ElicitIntent" } } }), "needs messages"),
        (json!({ "sessionState": { "dialogAction": { "type": "Close" }, "intent": { "name": "x" } } }), "no intent x"),
        (
            json!({ "sessionState": { "dialogAction": { "type": "Close" }, "intent": { "name": "order", "state": "y" } } }),
            "the state y",
        ),
        (
            json!({ "sessionState": { "dialogAction": { "type": "Close" } }, "messages": [{ "contentType": "SSML" }] }),
            "empty",
        ),
    ] {
        match talk.hear(&Heard::Text("order something".to_owned()), &[LambdaAnswer::Value(reply.clone())]) {
            Turn::Failed(failure) => assert!(failure.0.contains(why), "{failure}"),
            other => panic!("{reply}: {other:?}"),
        }
    }
    let fails = [LambdaAnswer::Fails("no".to_owned())];
    assert!(matches!(talk.hear(&Heard::Text("order something".to_owned()), &fails), Turn::Failed(_)));
}

#[test]
fn what_is_wanted_is_done_by_the_function() {
    let status = json!({ "SuccessResponse": text("Done."), "FailureResponse": text("It failed.") });
    let hook = json!({ "Enabled": true, "PostFulfillmentStatusSpecification": status });
    let no_question = json!({ "IsActive": false });
    let mut talk = Talk::with(&json!({ "FulfillmentCodeHook": hook, "IntentConfirmationSetting": no_question }));
    let said = "order 2 tea";
    let event = talk.event(said, &[]);
    assert_eq!(event["invocationSource"], "FulfillmentCodeHook");
    assert_eq!(event["sessionState"]["intent"]["state"], "ReadyForFulfillment");
    assert_eq!(event.get("proposedNextState"), None);
    let heard = Heard::Text(said.to_owned());
    let mut answer = |state: &str| {
        let reply = json!({ "sessionState": { "dialogAction": { "type": "Close" },
            "intent": { "name": "order", "state": state } } });
        talk.answered(&heard, &[LambdaAnswer::Value(reply)])
    };
    assert_eq!(answer("Fulfilled"), ["Done.", "tea is coming, {nobody}."], "slots that are not given back stay");
    assert_eq!(answer("Failed"), ["It failed."]);
    assert_eq!(talk.answered(&heard, &[LambdaAnswer::Fails("no".to_owned())]), ["It failed."]);
    assert_eq!(talk.intent().1, "Failed");
    assert!(matches!(talk.hear(&heard, &[LambdaAnswer::TimesOut]), Turn::Failed(_)));
}

#[test]
fn clients_say_where_a_conversation_stands() {
    let bot = bot(&json!({}));
    let nothing = Map::new();
    let state = json!({ "sessionState": { "dialogAction": { "type": "Delegate" }, "intent": { "name": "order" },
        "sessionAttributes": { "who": "Cy" } } });
    let turn = put(&bot, &Session::default(), Reply::read(&state).unwrap(), &around(&nothing), &[]);
    let Turn::Said(said) = turn else { panic!("{turn:?}") };
    assert_eq!(said.messages[0].content.as_deref(), Some("Which drink?"));
    assert_eq!(said.session.action, Action::ElicitSlot("drink".to_owned()));
    let json = said.session.to_json();
    assert_eq!(json["dialogAction"], json!({ "type": "ElicitSlot", "slotToElicit": "drink" }));
    assert_eq!(json["sessionAttributes"], json!({ "who": "Cy" }));
    let kept: Session = serde_json::from_value(serde_json::to_value(&said.session).unwrap()).unwrap();
    assert_eq!(kept, said.session);
}

#[test]
fn what_the_sandbox_does_not_speak_is_named() {
    let read = |properties: &Value, locale: &str| {
        Bot::read(properties, Alias::default(), locale, &Value::Null).unwrap_err().to_string()
    };
    let plain = definition(&json!({}));
    assert!(read(&plain, "de_DE").contains("no locale de_DE"));
    assert!(read(&json!({ "BotFileS3Location": {} }), "en_US").contains("exported"));
    let step = json!({ "InitialResponseSetting": { "NextStep": {} } });
    assert!(read(&definition(&step), "en_US").contains("the intent order, which has a NextStep"));
    let mut other = plain.clone();
    other["BotLocales"][0]["Intents"][0]["Slots"][0]["SlotTypeName"] = "AMAZON.Weather".into();
    assert!(read(&other, "en_US").contains("the slot count, whose type is AMAZON.Weather"));
    other = plain;
    other["BotLocales"][0]["Intents"][2]["ParentIntentSignature"] = "AMAZON.QnAIntent".into();
    assert!(read(&other, "en_US").contains("AMAZON.QnAIntent"));
}
