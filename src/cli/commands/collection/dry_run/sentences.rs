//! What is said to a bot so that it does what its first intent is for.

use crate::model::Value;

/// Sentences in their order: an utterance of the first intent, then what its slots ask for, then yes.
pub(super) fn of(bot: &Value) -> Vec<String> {
    let Some(locale) = list(bot, "BotLocales").next() else { return Vec::new() };
    let intents = || list(locale, "Intents").filter(|intent| text(intent, "ParentIntentSignature").is_none());
    let Some((intent, utterance)) = intents().find_map(|intent| Some((intent, utterance(intent)?))) else {
        return Vec::new();
    };
    let mut sentences = vec![utterance.to_owned()];
    for slot in list(intent, "Slots") {
        let asked = member(slot, "ValueElicitationSetting");
        if asked.and_then(|asked| text(asked, "SlotConstraint")) == Some("Required") {
            sentences.push(answer(locale, text(slot, "SlotTypeName").unwrap_or_default()).to_owned());
        }
    }
    if member(intent, "IntentConfirmationSetting").is_some() {
        sentences.push("yes".to_owned());
    }
    sentences
}

/// An utterance that has no slot in it.
fn utterance(intent: &Value) -> Option<&str> {
    list(intent, "SampleUtterances").filter_map(|sample| text(sample, "Utterance")).find(|text| !text.contains('{'))
}

/// Something of a slot type.
fn answer<'a>(locale: &'a Value, slot_type: &str) -> &'a str {
    let own = list(locale, "SlotTypes").find(|of| text(of, "Name") == Some(slot_type));
    let value = own.and_then(|of| list(of, "SlotTypeValues").next());
    if let Some(value) = value.and_then(|value| text(member(value, "SampleValue")?, "Value")) {
        return value;
    }
    match slot_type {
        "AMAZON.Number" => "two",
        "AMAZON.Date" => "tomorrow",
        "AMAZON.Time" => "ten am",
        "AMAZON.FirstName" => "Ana",
        "AMAZON.LastName" => "Silva",
        "AMAZON.City" => "Lisbon",
        "AMAZON.Confirmation" => "yes",
        _ => "something",
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(name),
        _ => None,
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    let items = match member(value, name) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    match member(value, name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
