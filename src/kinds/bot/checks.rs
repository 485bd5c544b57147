//! What Lex would refuse, or nobody could mean.

use std::collections::BTreeMap;

use callform_flow::lint::voices;
use callform_source::{Diagnostic, Severity, Span, Spanned, did_you_mean};

use super::content::{self, is_required};
use super::{Bot, BotIntent, BotLocale, BotSlotType};
use crate::blueprint::Facts;
use crate::model::Resolver;

/// Languages of Lex V2. Source: its developer guide, "Languages and locales supported by Amazon Lex V2"; those after Farsi
/// are of an older state of that page (?), and there may be newer ones.
const LOCALES: &str = "af_ZA ar_AE ar_SA bg_BG ca_ES cs_CZ cy_GB da_DK de_AT de_CH de_DE en_AB en_AU en_GB en_IE en_IN \
                       en_NZ en_US en_WL en_ZA es_419 es_ES es_MX es_US et_ET fa_IR fi_FI fr_BE fr_CA fr_FR he_IL hi_IN \
                       hr_HR hu_HU id_ID it_IT ja_JP ko_KR lv_LV ms_MY nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU \
                       sk_SK sr_RS sv_SE tl_PH tr_TR uk_UA vi_VN zh_CN zh_HK zh_TW zu_ZA";

/// The longest name. Source: the schema of `AWS::Lex::Bot`, as is the pattern below.
const LONGEST_NAME: usize = 100;

/// What types that come with Lex begin with.
const OF_LEX: &str = "AMAZON.";

/// Letters and digits, with single `_` and `-` between and behind them.
fn is_name(name: &str) -> bool {
    let mut was_separator = true;
    let fits = name.bytes().all(|byte| {
        let is_separator = matches!(byte, b'_' | b'-');
        let fits = byte.is_ascii_alphanumeric() || (is_separator && !was_separator);
        was_separator = is_separator;
        fits
    });
    fits && !name.is_empty() && name.len() <= LONGEST_NAME
}

/// The slots that an utterance names; `{address.city}` is a part of one.
fn slots_in(utterance: &str) -> impl Iterator<Item = &str> {
    let inside = utterance.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    inside.map(|(name, _)| name.split('.').next().unwrap_or_default().trim())
}

/// What an utterance is to Lex: letters and their order, whatever the case, and what kind of thing is where a slot is.
fn meaning(utterance: &str, intent: &BotIntent) -> String {
    let mut text = utterance.to_lowercase();
    for (name, slot) in &intent.slots {
        text = text.replace(&format!("{{{}}}", name.to_lowercase()), &format!("{{{}}}", slot.kind.value));
    }
    text.split(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '?' | '!'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Resolver<'_> {
    pub(super) fn check_bot(&mut self, key: &Spanned<String>, bot: &Bot) {
        match &bot.name {
            Some(name) => self.check_bot_name(name, name.span),
            None => self.check_bot_name(key, key.span),
        }
        if self.blueprint().lex_bots.keys().any(|other| other.value == key.value) {
            self.diagnostics.push(
                Diagnostic::error("bot-source", format!("there are two bots `{key}`"))
                    .at(key.span, "")
                    .help("Flows name bots of `bots:` and of `lex_bots:` alike. Give one of them another key."),
            );
        }
        match &bot.zip {
            Some(zip) => self.check_exported(bot, zip),
            None if bot.locales.is_empty() => self.diagnostics.push(
                Diagnostic::error("bot-source", "nothing says what this bot understands")
                    .at(key.span, "")
                    .help("Add `locales: { en_US: { intents: … } }`, or `zip:` with a bot that Lex exported."),
            ),
            None => {
                for (id, locale) in &bot.locales {
                    self.check_locale(id, locale);
                }
            }
        }
    }

    fn check_bot_name(&mut self, name: &str, span: Span) {
        if !is_name(name) {
            self.diagnostics.push(
                Diagnostic::error("bot-name", format!("Lex does not take the name `{name}`"))
                    .at(span, "")
                    .note("Names have up to 100 letters and digits, with single `_` and `-` between them."),
            );
        }
    }

    /// The languages in an exported bot: `Orders/BotLocales/en_US/BotLocale.json`.
    pub(super) fn exported_locales(&self, zip: &Spanned<String>) -> Vec<String> {
        let Some(Facts::Zip(Ok(names))) = self.loaded.file(zip).map(|file| &file.facts) else { return Vec::new() };
        let locale = |name: &String| Some(name.split_once("BotLocales/")?.1.split_once('/')?.0.to_owned());
        let mut found: Vec<String> = names.iter().filter_map(locale).collect();
        found.dedup();
        found
    }

    fn check_exported(&mut self, bot: &Bot, zip: &Spanned<String>) {
        let facts = self.loaded.file(zip).map(|file| file.facts.clone());
        let locales = self.exported_locales(zip);
        let problem = match facts {
            Some(Facts::Zip(Err(error))) => Some(error),
            Some(Facts::Zip(Ok(_))) if locales.is_empty() => Some("it has no `BotLocales/`".to_owned()),
            _ => None,
        };
        if let Some(problem) = problem {
            self.diagnostics.push(
                Diagnostic::error("bot-zip", "this is no bot that Lex exported")
                    .at(zip.span, problem)
                    .help("Export the bot or a version of it in the Lex console, in the format of Lex."),
            );
            return;
        }
        for (id, locale) in &bot.locales {
            if !locale.intents.is_empty() || !locale.slot_types.is_empty() || locale.voice.is_some() {
                self.diagnostics.push(
                    Diagnostic::error("bot-source", "what a bot understands comes from exactly one place")
                        .at(id.span, "the file has it")
                        .help("Beside `zip:`, a language has nothing but its `function`."),
                );
            } else if !locales.is_empty() && !locales.contains(&id.value) {
                self.diagnostics.push(
                    Diagnostic::error("bot-source", format!("the file has no language `{id}`"))
                        .at(id.span, "")
                        .note(format!("It has {}.", locales.join(", "))),
                );
            }
        }
    }

    fn check_locale(&mut self, id: &Spanned<String>, locale: &BotLocale) {
        if !LOCALES.split_whitespace().any(|known| known == id.value) {
            self.note_unknown(
                "unknown-locale",
                id,
                "Lex is not known to have this language",
                LOCALES.split_whitespace(),
            );
        }
        if let Some(voice) = locale.voice.as_ref().filter(|voice| !voices().any(|known| known == voice.value)) {
            self.note_unknown("unknown-bot-voice", voice, "Amazon Polly is not known to have this voice", voices());
        }
        for (name, slot_type) in &locale.slot_types {
            self.check_bot_name(name, name.span);
            self.check_slot_type(name, slot_type);
        }
        for (name, intent) in &locale.intents {
            self.check_bot_name(name, name.span);
            self.check_intent(locale, name, intent);
        }
        if locale.intents.values().all(|intent| intent.utterances.is_empty()) {
            self.diagnostics.push(
                Diagnostic::error("no-utterances", format!("nothing can be said to this bot in `{id}`"))
                    .at(id.span, "")
                    .help("Lex builds no language without an intent that has `utterances:`."),
            );
        }
        self.check_same_words(locale);
        self.check_functions(locale);
    }

    fn note_unknown<'n>(
        &mut self,
        code: &'static str,
        name: &Spanned<String>,
        title: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        let mut note = Diagnostic::warning(code, title).at(name.span, "passed on as it is");
        if let Some(similar) = did_you_mean(name, known) {
            note = note.help(format!("Did you mean `{similar}`?"));
        }
        self.diagnostics.push(Diagnostic { severity: Severity::Note, ..note });
    }

    fn check_slot_type(&mut self, name: &Spanned<String>, slot_type: &BotSlotType) {
        if slot_type.values.is_empty() == slot_type.pattern.is_none() {
            self.diagnostics.push(
                Diagnostic::error("slot-type-source", "a type of slots has values or a pattern").at(name.span, ""),
            );
        }
    }

    fn check_intent(&mut self, locale: &BotLocale, name: &Spanned<String>, intent: &BotIntent) {
        if intent.utterances.is_empty() && content::parent(name, intent).is_none() {
            self.diagnostics.push(
                Diagnostic::warning("no-utterances", format!("nothing that is said reaches `{name}`"))
                    .at(name.span, "")
                    .help("Add `utterances:`, unless a function leads there."),
            );
        }
        let of_slots = intent.slots.values().flat_map(|slot| &slot.utterances);
        for utterance in intent.utterances.iter().chain(of_slots) {
            for slot in slots_in(utterance) {
                self.check_slot_is_there(slot, utterance.span, intent);
            }
        }
        for (name, slot) in &intent.slots {
            self.check_bot_name(name, name.span);
            let types = || locale.slot_types.keys().map(|known| known.value.as_str());
            if !slot.kind.starts_with(OF_LEX) && !types().any(|known| known == slot.kind.value) {
                let title = format!("there is no type of slots `{}`", slot.kind);
                let help = did_you_mean(&slot.kind, types()).map_or_else(
                    || "Define it under `slot_types:`, or name one of Lex, such as `AMAZON.Number`.".to_owned(),
                    |similar| format!("Did you mean `{similar}`?"),
                );
                self.diagnostics.push(Diagnostic::error("unknown-slot-type", title).at(slot.kind.span, "").help(help));
            }
            if is_required(slot) && slot.prompt.is_none() {
                self.diagnostics.push(
                    Diagnostic::error("slot-without-prompt", format!("nothing says how `{name}` is asked for"))
                        .at(slot.required.as_ref().map_or(name.span, |required| required.span), "")
                        .help("Add `prompt:`."),
                );
            }
        }
    }

    fn check_slot_is_there(&mut self, slot: &str, span: Span, intent: &BotIntent) {
        let slots = || intent.slots.keys().map(|known| known.value.as_str());
        if slots().any(|known| known == slot) {
            return;
        }
        let help = did_you_mean(slot, slots())
            .map_or_else(|| "Define it under `slots:`.".to_owned(), |similar| format!("Did you mean `{similar}`?"));
        self.diagnostics.push(
            Diagnostic::error("unknown-slot", format!("the intent has no slot `{slot}`")).at(span, "").help(help),
        );
    }

    /// Words that reach two intents. Whether Lex refuses that, or takes one of them, is not said anywhere (?).
    fn check_same_words(&mut self, locale: &BotLocale) {
        let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
        for (name, intent) in &locale.intents {
            for utterance in &intent.utterances {
                let first = *seen.entry(meaning(utterance, intent)).or_insert((name, utterance.span));
                if first.0 != name.value {
                    let title = format!("the same words reach `{}` and `{name}`", first.0);
                    self.diagnostics.push(
                        Diagnostic::warning("duplicate-utterance", title)
                            .at(utterance.span, "")
                            .also(first.1, "here, too")
                            .help("Remove one of them; which intent is meant could not be told."),
                    );
                }
            }
        }
    }

    /// Lex calls one function in a language. Source: Lex V2 developer guide, "Attaching a Lambda function to a bot alias".
    fn check_functions(&mut self, locale: &BotLocale) {
        let mut functions = content::functions(locale);
        let Some(first) = functions.next() else { return };
        for other in functions {
            if other.value != first.value {
                self.diagnostics.push(
                    Diagnostic::error("bot-functions", "Lex calls one function in a language")
                        .at(other.span, "")
                        .also(first.span, "this one is called")
                        .help("Name the same function everywhere; it is told the intent."),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_schema() {
        let schema = callform_schemas::get("AWS::Lex::Bot").unwrap();
        let long = "a".repeat(LONGEST_NAME);
        for name in ["a", "a_b-c", "Orders2", "a_", "", "_a", "a__b", "a-_b", "a b", "ä", &long, &format!("{long}b")] {
            assert_eq!(is_name(name), schema.accepts_at("/Name", &name.into()), "{name}");
        }
    }

    #[test]
    fn slots_are_found_in_what_is_said() {
        assert_eq!(slots_in("from { a } to {b.city} {").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(slots_in("nothing").count(), 0);
    }
}
