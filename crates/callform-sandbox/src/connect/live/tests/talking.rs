//! People who talk to bots.

use serde_json::{Map, Value, json};

use super::super::words::Speaker;
use super::recorded::{location, store};
use super::{FUNCTION, World, action, after, any_error, content};
use crate::input::object;
use crate::kinds::document::Kept;
use crate::kinds::handler;
use crate::services::carrying::{Answer, InvocationError};

const BOT: &str = "BOTBOTBOTB";

/// Puts a bot for drinks into the sandbox, whose function does what is wanted, and may be asked at every turn.
fn bot(world: &World, asks_at_every_turn: bool) {
    let text = |text: &str| json!({ "MessageGroupsList": [{ "Message": { "PlainTextMessage": { "Value": text } } }] });
    let slot = |name: &str, kind: &str, prompt: &str| {
        let mut prompt = text(prompt);
        prompt["MaxRetries"] = json!(1);
        json!({
            "Name": name, "SlotTypeName": kind,
            "ValueElicitationSetting": { "SlotConstraint": "Required", "PromptSpecification": prompt },
        })
    };
    let order = json!({
        "Name": "order",
        "SampleUtterances": [{ "Utterance": "I want {drink}" }],
        "Slots": [slot("drink", "Drink", "Which drink?"), slot("count", "AMAZON.Number", "How many?")],
        "SlotPriorities": [{ "SlotName": "drink", "Priority": 1 }, { "SlotName": "count", "Priority": 2 }],
        "FulfillmentCodeHook": { "Enabled": true },
        "DialogCodeHook": { "Enabled": asks_at_every_turn },
    });
    let hook = json!({ "LambdaCodeHook": { "LambdaArn": FUNCTION, "CodeHookInterfaceVersion": "1.0" } });
    let properties = json!({
        "Name": "drinks",
        "IdleSessionTTLInSeconds": 300,
        "TestBotAliasSettings": {
            "BotAliasLocaleSettings": [{
                "LocaleId": "en_US", "BotAliasLocaleSetting": { "Enabled": true, "CodeHookSpecification": hook },
            }],
        },
        "BotLocales": [{
            "LocaleId": "en_US",
            "SlotTypes": [{
                "Name": "Drink",
                "SlotTypeValues": [{ "SampleValue": { "Value": "tea" } }],
                "ValueSelectionSetting": { "ResolutionStrategy": "TOP_RESOLUTION" },
            }],
            "Intents": [order, { "Name": "FallbackIntent", "ParentIntentSignature": "AMAZON.FallbackIntent" }],
        }],
    });
    let kept =
        Kept { properties: object(properties), attributes: Map::new(), further: Map::new(), created: 0, changed: 0 };
    world.instance.with(|environment| handler("AWS::Lex::Bot", |_| true).keep(environment, BOT, &kept));
}

/// A flow whose bot takes orders: what it has found out is in the attributes of the contact.
fn orders() -> String {
    let record = json!({ "RecordingBehavior": { "RecordedParticipants": [], "IVRRecordingBehavior": "Enabled" } });
    let bot = json!({
        "Text": "What can I do for you?",
        "LexV2Bot": { "AliasArn": format!("arn:aws:lex:us-west-2:123456789012:bot-alias/{BOT}/TSTALIASID") },
        "LexSessionAttributes": { "number": "$.CustomerEndpoint.Address" },
    });
    let keep = |name: &str, attributes: &Value| {
        action(
            name,
            "UpdateContactAttributes",
            &json!({ "Attributes": attributes, "TargetContact": "Current" }),
            &json!({ "NextAction": "end", "Errors": any_error("end") }),
        )
    };
    content(&[
        action("record", "UpdateContactRecordingBehavior", &record, &json!({ "NextAction": "bot" })),
        action(
            "bot",
            "ConnectParticipantWithLexBot",
            &bot,
            &json!({
                "NextAction": "other",
                "Errors": [
                    { "ErrorType": "NoMatchingCondition", "NextAction": "other" },
                    { "ErrorType": "NoMatchingError", "NextAction": "failed" },
                ],
                "Conditions": [{ "NextAction": "order", "Condition": { "Operator": "Equals", "Operands": ["order"] } }],
            }),
        ),
        keep(
            "order",
            &json!({
                "drink": "$.Lex.Slots.drink", "count": "$.Lex.Slots.count", "intent": "$.Lex.IntentName",
                "number": "$.Lex.SessionAttributes.number", "order": "$.Lex.SessionAttributes.order",
            }),
        ),
        keep("other", &json!({ "intent": "other" })),
        keep("failed", &json!({ "intent": "failed" })),
        action("end", "DisconnectParticipant", &json!({}), &json!({})),
    ])
}

fn world(caller: Value) -> World {
    let mut entry = json!({ "from": "+15550100150", "flow": "orders", "after": 2, "patience": 30 });
    entry.as_object_mut().unwrap().extend(object(caller));
    let world = World::new(&json!({ "callers": { "one": entry } }));
    bot(&world, false);
    world.stream("contacts", "CONTACT_TRACE_RECORDS");
    store(&world, "calls", &Value::Null);
    let input = json!({ "Name": "orders", "Type": "CONTACT_FLOW", "Content": orders() });
    world.instance.made("CreateContactFlow", input, "ContactFlowId");
    world
}

/// The record of the only call, and how long the call took.
fn ended(world: &World, function: super::Function<'_>) -> (Value, f64) {
    world.pass_with(0, function);
    world.pass_with(200, function);
    let records = world.records("contacts");
    assert_eq!(records.len(), 1);
    let seen = world.described(records[0]["ContactId"].as_str().unwrap());
    (records[0].clone(), after(&seen, "/DisconnectTimestamp"))
}

#[expect(clippy::unnecessary_wraps, reason = "the function of a world may fail")]
fn brews(event: &Value) -> Answer {
    let mut intent = event["sessionState"]["intent"].clone();
    intent["state"] = json!("Fulfilled");
    let mut attributes = event["sessionState"]["sessionAttributes"].clone();
    attributes["order"] = json!("7");
    let state = json!({ "dialogAction": { "type": "Close" }, "intent": intent, "sessionAttributes": attributes });
    let messages = json!([{ "contentType": "PlainText", "content": "Two teas are coming." }]);
    Ok(json!({ "sessionState": state, "messages": messages }).to_string().into_bytes())
}

#[test]
fn a_bot_asks_until_it_knows_and_the_flow_learns_what() {
    let world = world(json!({ "says": ["I want tea", "two", "never said"] }));
    let (record, took) = ended(&world, &brews);
    let expected = json!({ "drink": "tea", "count": "2", "intent": "order", "number": "+15550100150", "order": "7" });
    assert_eq!(record["Attributes"], expected);
    assert_eq!((json!(took), &record["DisconnectReason"]), (json!(11.6), &json!("CONTACT_FLOW_DISCONNECT")));
    {
        let events = world.invoked.borrow();
        assert_eq!(events.len(), 1, "the function runs once");
        assert_eq!([&events[0]["invocationSource"], &events[0]["inputMode"]], ["FulfillmentCodeHook", "Speech"]);
        assert_eq!(events[0]["sessionId"], record["ContactId"]);
    }
    // Six words, then two seconds to think and three words; the bot thinks for 300 milliseconds.
    let words = world.words(&location(&record["Recordings"][0]));
    let said: Vec<_> = words.iter().map(|turn| (turn.speaker, turn.text.as_str(), turn.start, turn.end)).collect();
    let expected = [
        (Speaker::Agent, "What can I do for you?", 0, 2400),
        (Speaker::Customer, "I want tea", 5000, 6200),
        (Speaker::Agent, "How many?", 6500, 7300),
        (Speaker::Customer, "two", 9300, 9700),
        (Speaker::Agent, "Two teas are coming.", 10_000, 11_600),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_function_is_asked_once_at_every_turn_and_again_in_the_end() {
    let world = world(json!({ "says": ["I want tea", "two"] }));
    bot(&world, true);
    let goes_on: super::Function<'_> = &|event| {
        if event["invocationSource"] == "FulfillmentCodeHook" {
            return brews(event);
        }
        let state = json!({ "dialogAction": { "type": "Delegate" }, "intent": event["sessionState"]["intent"] });
        Ok(json!({ "sessionState": state }).to_string().into_bytes())
    };
    let (record, took) = ended(&world, goes_on);
    assert_eq!((json!(took), &record["Attributes"]["count"]), (json!(11.6), &json!("2")));
    let asked: Vec<_> = world
        .invoked
        .borrow()
        .iter()
        .map(|event| format!("{} {}", event["invocationSource"].as_str().unwrap(), event["inputTranscript"]))
        .collect();
    let expected = ["DialogCodeHook \"I want tea\"", "DialogCodeHook \"two\"", "FulfillmentCodeHook \"two\""];
    assert_eq!(asked, expected);
}

#[test]
fn a_bot_that_cannot_answer_takes_the_error_branch() {
    let fails: super::Function<'_> = &|_| Err(InvocationError::Failed("oops".to_owned()));
    let one = world(json!({ "says": ["I want tea", "two"] }));
    assert_eq!(ended(&one, fails).0["Attributes"], json!({ "intent": "failed" }));
    let other = world(json!({ "says": ["I want tea"] }));
    other.instance.with(|environment| handler("AWS::Lex::Bot", |_| true).remove(environment, BOT));
    assert_eq!(ended(&other, &brews).0["Attributes"], json!({ "intent": "failed" }));
}

#[test]
fn who_has_nothing_more_to_say_waits_and_hangs_up() {
    let one = world(json!({}));
    let (record, took) = ended(&one, &brews);
    assert_eq!((json!(took), &record["DisconnectReason"]), (json!(33.0), &json!("CUSTOMER_DISCONNECT")));
    let one = world(json!({ "says": ["I want tea"] }));
    let (record, took) = ended(&one, &brews);
    // The bot has asked after 7.3 seconds.
    assert_eq!((json!(took), &record["DisconnectReason"]), (json!(37.3), &json!("CUSTOMER_DISCONNECT")));
    assert!(one.invoked.borrow().is_empty());
}
