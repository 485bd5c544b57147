//! A bot in one language, as a template defines it.

use jiff::civil::Date;
use regex::RegexBuilder;
use serde_json::{Value, json};

use super::prompt::{Groups, Prompt, groups, number, prompt};
use super::session::{Scalar, Slot as SlotValue};
use super::utterance::Utterance;
use super::value::{Kind, Taken, Values};

/// The signature of the intent for what is not understood.
const FALLBACK: &str = "AMAZON.FallbackIntent";
/// How long a bot waits where its template does not say, in seconds. Templates have to say it.
const DEFAULT_SECONDS: u64 = 300;

/// Why a bot cannot be spoken to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BotError {
    /// The bot, alias or language is not there.
    #[error("{0}")]
    Absent(String),
    /// Its definition has something that the sandbox does not do.
    #[error("The sandbox does not speak {0}.")]
    Unsupported(String),
}

/// A bot behind an alias, in one language.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    /// The alias, as functions learn it.
    pub(crate) alias: Alias,
    /// Such as `en_US`.
    pub(crate) locale: String,
    /// ARN of the function for its hooks.
    pub(crate) function: Option<String>,
    /// After how many seconds without an input it forgets a session.
    pub(crate) seconds: u64,
    pub(super) intents: Vec<Intent>,
}

/// Which bot, by which alias.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alias {
    /// Identifier of the bot.
    pub(crate) bot_id: String,
    /// Name of the bot.
    pub(crate) bot_name: String,
    /// Identifier of the alias.
    pub(crate) id: String,
    /// Name of the alias.
    pub(crate) name: String,
    /// The version it leads to: a number, or `DRAFT`.
    pub(crate) version: String,
}

/// Something that people want.
#[derive(Clone, Debug)]
pub(super) struct Intent {
    pub(super) name: String,
    pub(super) is_fallback: bool,
    pub(super) utterances: Vec<Utterance>,
    /// In the order in which they are asked for.
    pub(super) slots: Vec<Slot>,
    pub(super) initial: Groups,
    pub(super) has_dialog_hook: bool,
    pub(super) fulfillment: Option<Fulfillment>,
    pub(super) confirmation: Option<Confirmation>,
    pub(super) closing: Groups,
    /// Contexts that have to be active.
    pub(super) inputs: Vec<String>,
    /// Contexts that are active afterwards, as sessions have them.
    pub(super) outputs: Vec<Value>,
}

/// What is said after a function did what is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Fulfillment {
    pub(super) success: Groups,
    pub(super) failure: Groups,
    pub(super) timeout: Groups,
}

/// Whether an intent is right.
#[derive(Clone, Debug)]
pub(super) struct Confirmation {
    pub(super) prompt: Prompt,
    pub(super) declination: Groups,
}

/// Something that has to be known for an intent.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    pub(super) has_many: bool,
    pub(super) prompt: Prompt,
    pub(super) defaults: Vec<String>,
    pub(super) utterances: Vec<Utterance>,
}

/// Words of the intents that Lex has itself.
const BUILT_IN: &[(&str, &[&str])] = &[
    (FALLBACK, &[]),
    ("AMAZON.CancelIntent", &["cancel", "never mind", "forget it"]),
    ("AMAZON.HelpIntent", &["help", "help me", "can you help me"]),
    ("AMAZON.PauseIntent", &["pause", "pause that"]),
    ("AMAZON.RepeatIntent", &["repeat", "say that again", "repeat that"]),
    ("AMAZON.ResumeIntent", &["resume", "continue", "keep going"]),
    ("AMAZON.StartOverIntent", &["start over", "restart", "start again"]),
    ("AMAZON.StopIntent", &["stop", "off", "shut up"]),
];

impl Bot {
    /// Reads one language of a bot's properties, in which the settings of the alias for that language are `settings`.
    pub(crate) fn read(properties: &Value, alias: Alias, locale: &str, settings: &Value) -> Result<Self, BotError> {
        if properties.get("BotFileS3Location").is_some() {
            return Err(BotError::Unsupported(format!(
                "the bot {}, which is in a file that Lex exported",
                alias.bot_name
            )));
        }
        let found = list(properties.get("BotLocales")).find(|own| text(own, "LocaleId") == Some(locale));
        let Some(definition) = found else {
            return Err(BotError::Absent(format!("The bot {} has no locale {locale}.", alias.bot_name)));
        };
        let types: Vec<&Value> = list(definition.get("SlotTypes")).collect();
        let intents: Vec<Intent> =
            list(definition.get("Intents")).map(|intent| Intent::read(intent, &types)).collect::<Result<_, _>>()?;
        if !intents.iter().any(|intent| intent.is_fallback) {
            return Err(BotError::Unsupported(format!("the bot {}, which has no intent {FALLBACK}", alias.bot_name)));
        }
        let seconds = properties.get("IdleSessionTTLInSeconds").and_then(number).map_or(DEFAULT_SECONDS, u64::from);
        let hook = settings.pointer("/CodeHookSpecification/LambdaCodeHook/LambdaArn").and_then(Value::as_str);
        Ok(Self { alias, locale: locale.to_owned(), function: hook.map(str::to_owned), seconds, intents })
    }

    pub(super) fn intent(&self, name: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.name == name)
    }
}

impl Intent {
    fn read(definition: &Value, types: &[&Value]) -> Result<Self, BotError> {
        let name = text(definition, "Name").unwrap_or_default().to_owned();
        refuse_conversation_flow(definition, &name)?;
        let parent = text(definition, "ParentIntentSignature");
        let built_in = match parent {
            None => &[] as &[&str],
            Some(parent) => {
                let known = BUILT_IN.iter().find(|(own, _)| *own == parent);
                known
                    .map(|(_, words)| *words)
                    .ok_or_else(|| BotError::Unsupported(format!("the intent {name}, which is an {parent}")))?
            }
        };
        let own = list(definition.get("SampleUtterances")).filter_map(|utterance| text(utterance, "Utterance"));
        let fulfillment = definition.get("FulfillmentCodeHook").filter(|hook| flag(hook, "Enabled", false));
        let confirmation = active(definition, "IntentConfirmationSetting");
        Ok(Self {
            is_fallback: parent == Some(FALLBACK),
            utterances: built_in.iter().copied().chain(own).map(Utterance::read).collect(),
            slots: slots(definition, types)?,
            initial: all(definition.get("InitialResponseSetting"), "InitialResponse"),
            has_dialog_hook: definition.get("DialogCodeHook").is_some_and(|hook| flag(hook, "Enabled", false)),
            fulfillment: fulfillment.filter(|hook| flag(hook, "IsActive", true)).map(|hook| {
                let status = hook.get("PostFulfillmentStatusSpecification");
                Fulfillment {
                    success: all(status, "SuccessResponse"),
                    failure: all(status, "FailureResponse"),
                    timeout: all(status, "TimeoutResponse"),
                }
            }),
            confirmation: confirmation.map(|setting| Confirmation {
                prompt: setting.get("PromptSpecification").map(prompt).unwrap_or_default(),
                declination: all(Some(setting), "DeclinationResponse"),
            }),
            closing: all(active(definition, "IntentClosingSetting"), "ClosingResponse"),
            inputs: list(definition.get("InputContexts"))
                .filter_map(|context| text(context, "Name").map(str::to_owned))
                .collect(),
            outputs: list(definition.get("OutputContexts")).map(context).collect(),
            name,
        })
    }

    pub(super) fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.name == name)
    }
}

fn context(definition: &Value) -> Value {
    json!({
        "name": definition["Name"],
        "timeToLive": {
            "timeToLiveInSeconds": definition.get("TimeToLiveInSeconds").and_then(number),
            "turnsToLive": definition.get("TurnsToLive").and_then(number),
        },
        "contextAttributes": {},
    })
}

/// Refuses an intent that goes other ways than the usual one.
fn refuse_conversation_flow(definition: &Value, intent: &str) -> Result<(), BotError> {
    match definition {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            let is_branch = name.ends_with("Conditional") && flag(value, "IsActive", false);
            if is_branch || name.ends_with("NextStep") || name == "CodeHook" {
                return Err(BotError::Unsupported(format!("the intent {intent}, which has a {name}")));
            }
            refuse_conversation_flow(value, intent)
        }),
        Value::Array(entries) => entries.iter().try_for_each(|entry| refuse_conversation_flow(entry, intent)),
        _ => Ok(()),
    }
}

/// The slots of an intent, by their priorities.
fn slots(definition: &Value, types: &[&Value]) -> Result<Vec<Slot>, BotError> {
    let priorities: Vec<(&str, u32)> = list(definition.get("SlotPriorities"))
        .filter_map(|entry| Some((text(entry, "SlotName")?, entry.get("Priority").and_then(number)?)))
        .collect();
    let priority = |slot: &Slot| priorities.iter().find(|(name, _)| *name == slot.name).map_or(u32::MAX, |(_, it)| *it);
    let mut slots: Vec<Slot> =
        list(definition.get("Slots")).map(|slot| Slot::read(slot, types)).collect::<Result<_, _>>()?;
    slots.sort_by_key(priority);
    Ok(slots)
}

impl Slot {
    fn read(definition: &Value, types: &[&Value]) -> Result<Self, BotError> {
        let name = text(definition, "Name").unwrap_or_default().to_owned();
        let elicitation = definition.get("ValueElicitationSetting").unwrap_or(&Value::Null);
        let defaults = elicitation.get("DefaultValueSpecification").and_then(|it| it.get("DefaultValueList"));
        Ok(Self {
            kind: kind(text(definition, "SlotTypeName").unwrap_or_default(), types, &name)?,
            is_required: text(elicitation, "SlotConstraint") == Some("Required"),
            has_many: definition.get("MultipleValuesSetting").is_some_and(|it| flag(it, "AllowMultipleValues", false)),
            prompt: elicitation.get("PromptSpecification").map(prompt).unwrap_or_default(),
            defaults: list(defaults).filter_map(|it| text(it, "DefaultValue").map(str::to_owned)).collect(),
            utterances: list(elicitation.get("SampleUtterances"))
                .filter_map(|utterance| text(utterance, "Utterance").map(Utterance::read))
                .collect(),
            name,
        })
    }

    /// What a text is taken for, on a day, and whether the type is sure of it.
    pub(super) fn take(&self, text: &str, today: Date) -> Option<(SlotValue, bool)> {
        if !self.has_many {
            return self.kind.take(text, today).map(|taken| (SlotValue::Scalar(taken.value), taken.is_sure));
        }
        let texts = text.split(',').flat_map(|part| part.split(" and ")).filter(|part| !part.trim().is_empty());
        let all: Vec<Taken> = texts.map(|part| self.kind.take(part, today)).collect::<Option<_>>()?;
        let is_sure = all.iter().all(|taken| taken.is_sure);
        let values: Vec<Scalar> = all.into_iter().map(|taken| taken.value).collect();
        (!values.is_empty()).then_some((SlotValue::List(values), is_sure))
    }
}

fn kind(name: &str, types: &[&Value], slot: &str) -> Result<Kind, BotError> {
    if let Some(kind) = Kind::built_in(name) {
        return Ok(kind);
    }
    let unsupported = |what: &str| BotError::Unsupported(format!("the slot {slot}, whose type is {what}"));
    let definition = types.iter().find(|own| text(own, "Name") == Some(name)).ok_or_else(|| unsupported(name))?;
    let selection = definition.get("ValueSelectionSetting").unwrap_or(&Value::Null);
    let strategy = text(selection, "ResolutionStrategy").unwrap_or("ORIGINAL_VALUE");
    match text(definition, "ParentSlotTypeSignature") {
        Some("AMAZON.AlphaNumeric") => {
            let pattern = selection.pointer("/RegexFilter/Pattern").and_then(Value::as_str).unwrap_or(".+");
            let whole = RegexBuilder::new(&format!("^(?:{pattern})$")).case_insensitive(true).build();
            return whole
                .map(|pattern| Kind::AlphaNumeric(Some(pattern)))
                .map_err(|_| unsupported(&format!("{name}, with the pattern {pattern}")));
        }
        Some(parent) => {
            return Kind::built_in(parent)
                .filter(|_| definition.get("SlotTypeValues").is_none())
                .ok_or_else(|| unsupported(&format!("{name}, which is an {parent}")));
        }
        None => {}
    }
    if definition.get("ExternalSourceSetting").is_some() || definition.get("CompositeSlotTypeSetting").is_some() {
        return Err(unsupported(&format!("{name}, a grammar or one of several slots")));
    }
    let is_strict = match strategy {
        "ORIGINAL_VALUE" => false,
        "TOP_RESOLUTION" => true,
        other => return Err(unsupported(&format!("{name}, with the strategy {other}"))),
    };
    let value = |value: &Value| text(value, "Value").map(str::to_owned);
    let values = list(definition.get("SlotTypeValues")).filter_map(|entry| {
        let others = list(entry.get("Synonyms")).filter_map(value).collect();
        Some((value(entry.get("SampleValue")?)?, others))
    });
    Ok(Kind::Values(Values { values: values.collect(), is_strict }))
}

/// A setting that is there and not turned off.
fn active<'v>(definition: &'v Value, name: &str) -> Option<&'v Value> {
    definition.get(name).filter(|setting| flag(setting, "IsActive", true))
}

/// The messages of a response.
fn all(setting: Option<&Value>, name: &str) -> Groups {
    setting.and_then(|setting| setting.get(name)).map(groups).unwrap_or_default()
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

/// True or false, which templates may have as a text.
fn flag(value: &Value, name: &str, otherwise: bool) -> bool {
    let found = value.get(name);
    found.map_or(otherwise, |found| found.as_bool().unwrap_or_else(|| found.as_str() == Some("true")))
}
