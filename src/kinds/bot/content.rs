//! What a bot understands and says, as CloudFormation has it.

use serde_json::Number;

use super::{BotConfirmation, BotIntent, BotLocale, BotSlot, BotSlotType, VoiceEngine};
use crate::blueprint::{Name, Texts};
use crate::model::Value;
use crate::model::members::Members;

/// How sure Lex has to be, where nothing is said. The console's default.
const DEFAULT_THRESHOLD: f64 = 0.4;
/// How often something is asked again, where nothing is said.
const DEFAULT_RETRIES: u32 = 2;
/// The name and the signature of the intent for what is not understood.
const FALLBACK: &str = "FallbackIntent";
const FALLBACK_SIGNATURE: &str = "AMAZON.FallbackIntent";

/// The function that Lex calls in a language.
pub(super) fn function(locale: &BotLocale) -> Option<&Name> {
    functions(locale).next()
}

/// All functions that a language names.
pub(super) fn functions(locale: &BotLocale) -> impl Iterator<Item = &Name> {
    let of_intents = locale.intents.values().flat_map(|intent| intent.fulfill.iter().chain(&intent.dialog));
    locale.function.iter().chain(of_intents)
}

/// The intent of Lex that an intent is made of.
pub(super) fn parent<'a>(name: &str, intent: &'a BotIntent) -> Option<&'a str> {
    let given = intent.parent.as_ref().map(|parent| parent.value.as_str());
    given.or_else(|| (name == FALLBACK).then_some(FALLBACK_SIGNATURE))
}

/// One of `BotLocales`.
pub(super) fn locale(id: &str, locale: &BotLocale) -> Value {
    let mut intents: Vec<Value> = locale.intents.iter().map(|(name, it)| intent(name, it)).collect();
    if !locale.intents.iter().any(|(name, it)| parent(name, it) == Some(FALLBACK_SIGNATURE)) {
        let fallback = Members::new().with("Name", FALLBACK).with("ParentIntentSignature", FALLBACK_SIGNATURE);
        intents.push(fallback.into());
    }
    let voice = locale
        .voice
        .as_ref()
        .map(|voice| Members::new().with("VoiceId", voice).with_some("Engine", locale.engine.map(VoiceEngine::name)));
    let threshold = locale.threshold.as_ref().map_or(DEFAULT_THRESHOLD, |threshold| threshold.value);
    Members::new()
        .with("LocaleId", id)
        .with_some("Description", locale.description.as_ref())
        .with_some("NluConfidenceThreshold", Number::from_f64(threshold).map(Value::Number))
        .with_some("VoiceSettings", voice)
        .with_list("SlotTypes", locale.slot_types.iter().map(|(name, it)| slot_type(name, it)).collect())
        .with_list("Intents", intents)
        .into()
}

impl VoiceEngine {
    fn name(self) -> &'static str {
        match self {
            VoiceEngine::Standard => "standard",
            VoiceEngine::Neural => "neural",
            VoiceEngine::LongForm => "long-form",
            VoiceEngine::Generative => "generative",
        }
    }
}

fn intent(name: &str, intent: &BotIntent) -> Value {
    let on = |is_on: bool| is_on.then(|| Members::new().with("Enabled", true));
    let priorities = intent
        .slots
        .keys()
        .zip(1_u32..)
        .map(|(slot, priority)| Members::new().with("SlotName", slot).with("Priority", priority).into())
        .collect();
    let closing = intent
        .closing
        .as_ref()
        .map(|texts| Members::new().with("IsActive", true).with("ClosingResponse", response(texts)));
    Members::new()
        .with("Name", name)
        .with_some("Description", intent.description.as_ref())
        .with_some("ParentIntentSignature", parent(name, intent))
        .with_list("SampleUtterances", utterances(&intent.utterances))
        .with_list("Slots", intent.slots.iter().map(|(name, it)| slot(name, it)).collect())
        .with_list("SlotPriorities", priorities)
        .with_some("IntentConfirmationSetting", intent.confirm.as_ref().map(confirmation))
        .with_some("DialogCodeHook", on(intent.dialog.is_some()))
        .with_some("FulfillmentCodeHook", on(intent.fulfill.is_some()))
        .with_some("IntentClosingSetting", closing)
        .into()
}

/// True for a slot that is asked for until it is known.
pub(super) fn is_required(slot: &BotSlot) -> bool {
    slot.required.as_ref().map_or(slot.prompt.is_some(), |required| required.value)
}

fn slot(name: &str, slot: &BotSlot) -> Value {
    let default = slot.default.as_ref().map(|value| {
        let value = Members::new().with("DefaultValue", value).into();
        Members::new().with("DefaultValueList", Value::List(vec![value]))
    });
    let elicitation = Members::new()
        .with("SlotConstraint", if is_required(slot) { "Required" } else { "Optional" })
        .with_some("PromptSpecification", slot.prompt.as_ref().map(|texts| prompt(texts, slot.retries)))
        .with_some("DefaultValueSpecification", default)
        .with_list("SampleUtterances", utterances(&slot.utterances));
    let hidden = slot.hidden.then(|| Members::new().with("ObfuscationSettingType", "DefaultObfuscation"));
    let many = slot.many.then(|| Members::new().with("AllowMultipleValues", true));
    Members::new()
        .with("Name", name)
        .with_some("Description", slot.description.as_ref())
        .with("SlotTypeName", &slot.kind)
        .with("ValueElicitationSetting", elicitation)
        .with_some("MultipleValuesSetting", many)
        .with_some("ObfuscationSetting", hidden)
        .into()
}

fn slot_type(name: &str, slot_type: &BotSlotType) -> Value {
    let sample = |text: &str| Value::from(Members::new().with("Value", text));
    let values = slot_type
        .values
        .iter()
        .map(|(value, others)| {
            let others = others.iter().flat_map(|others| &others.0).map(|other| sample(other)).collect();
            Members::new().with("SampleValue", sample(value)).with_list("Synonyms", others).into()
        })
        .collect();
    let pattern = slot_type.pattern.as_ref();
    let filter = pattern.map(|pattern| Members::new().with("Pattern", pattern));
    let selection = Members::new()
        .with("ResolutionStrategy", if slot_type.strict { "TOP_RESOLUTION" } else { "ORIGINAL_VALUE" })
        .with_some("RegexFilter", filter);
    Members::new()
        .with("Name", name)
        .with_some("Description", slot_type.description.as_ref())
        // Patterns are of this type alone (Lex V2 developer guide, "Using a custom slot type with regular expressions").
        .with_some("ParentSlotTypeSignature", pattern.map(|_| "AMAZON.AlphaNumeric"))
        .with_list("SlotTypeValues", values)
        .with("ValueSelectionSetting", selection)
        .into()
}

fn confirmation(confirmation: &BotConfirmation) -> Members {
    Members::new()
        .with("IsActive", true)
        .with("PromptSpecification", prompt(&confirmation.prompt, confirmation.retries))
        .with_some("DeclinationResponse", confirmation.declined.as_ref().map(response))
}

fn utterances(texts: &[callform_source::Spanned<String>]) -> Vec<Value> {
    texts.iter().map(|text| Members::new().with("Utterance", text).into()).collect()
}

fn prompt(texts: &Texts, retries: Option<u32>) -> Members {
    response(texts).with("MaxRetries", retries.unwrap_or(DEFAULT_RETRIES))
}

/// One message, and other ways to say it.
fn response(texts: &Texts) -> Members {
    let mut messages = texts.0.iter().map(|text| message(text));
    let group = Members::new().with_some("Message", messages.next()).with_list("Variations", messages.collect());
    Members::new().with("MessageGroupsList", vec![group.into()])
}

fn message(text: &str) -> Value {
    let form = if text.trim_start().starts_with("<speak>") { "SSMLMessage" } else { "PlainTextMessage" };
    Members::new().with(form, Members::new().with("Value", text)).into()
}
