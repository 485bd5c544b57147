//! `say`, `menu`, `collect`, `play`.

use serde_json::{Map, Value, json};

use super::{After, Reader, Word, branching, grouped, on_error};
use crate::decompile::object;
use crate::validate::is_menu_key;

impl<'a> Reader<'a, '_> {
    pub(super) fn say(&self) -> Option<Word<'a>> {
        let (name, speech) = self.speech()?;
        self.only(&[name])?;
        let step = object([("say", speech)]);
        if self.action.transitions.errors().is_empty() { self.unguarded(step) } else { self.plain(step) }
    }

    pub(super) fn menu(&self) -> Option<Word<'a>> {
        let (name, speech) = self.speech()?;
        self.only(&[name, "StoreInput", "InputTimeLimitSeconds"])?;
        self.text("StoreInput").filter(|stores| stores.eq_ignore_ascii_case("false"))?;
        let timeout = self.seconds("InputTimeLimitSeconds", 5)?;
        let [late, invalid, error] =
            self.errors(["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"])?;
        let keys = self.equals()?;
        keys.iter().all(|(operand, _)| is_menu_key(operand)).then_some(())?;
        let has_keys = !keys.is_empty();
        let mut branches = grouped("keys", ", ", keys)?;
        if late == invalid {
            branches.push(on_error("give_up", late));
        } else {
            branches.push(on_error("no_input", late));
            branches.push(on_error("invalid", invalid));
        }
        branches.push(on_error("error", error));
        branches.extend(self.next_unless(invalid)?);
        let keys = if has_keys { json!({}) } else { Value::Null };
        Some(branching(object([("menu", speech), ("timeout", timeout), ("keys", keys)]), branches))
    }

    pub(super) fn collect(&self) -> Option<Word<'a>> {
        let (name, speech) = self.speech()?;
        let known = ["StoreInput", "InputTimeLimitSeconds", "InputValidation", "InputEncryption", "DTMFConfiguration"];
        self.only(&[&[name], &known[..]].concat())?;
        self.text("StoreInput").filter(|stores| stores.eq_ignore_ascii_case("true"))?;
        let mut step = object([("collect", speech)]);
        let validation = self.action.parameters.get("InputValidation")?.as_object().filter(|it| it.len() == 1)?;
        let is_number = validation.contains_key("PhoneNumberValidation");
        if is_number {
            let number = validation.get("PhoneNumberValidation")?.as_object()?;
            let format = match (number.get("NumberFormat")?.as_str()?, number.get("CountryCode")) {
                ("E164", None) => "e164",
                ("Local", Some(country)) => country.as_str()?,
                _ => return None,
            };
            step.insert("phone_number".to_owned(), json!(format));
        } else {
            let length = validation.get("CustomValidation")?.get("MaximumLength")?;
            let length = length.as_str().map(str::to_owned).or_else(|| Some(length.as_u64()?.to_string()))?;
            let digits = length.parse::<u32>().ok()?;
            if digits != 20 {
                step.insert("digits".to_owned(), json!(digits));
            }
        }
        if let Some(timeout) = Some(self.seconds("InputTimeLimitSeconds", 5)?).filter(|timeout| !timeout.is_null()) {
            step.insert("timeout".to_owned(), timeout);
        }
        if let Some(encryption) = self.action.parameters.get("InputEncryption") {
            let (key_id, key) = (encryption.get("EncryptionKeyId")?.as_str()?, encryption.get("Key")?.as_str()?);
            step.insert("encrypt".to_owned(), json!({ "key_id": key_id, "key": key }));
        }
        step.extend(self.dtmf()?);
        let branches = if is_number {
            let [error, invalid] = self.errors(["NoMatchingError", "InvalidPhoneNumber"])?;
            vec![on_error("invalid", invalid), on_error("error", error)]
        } else {
            let [error] = self.errors(["NoMatchingError"])?;
            vec![on_error("error", error)]
        };
        self.going_on(step, branches)
    }

    fn dtmf(&self) -> Option<Map<String, Value>> {
        let mut words = Map::new();
        let Some(dtmf) = self.action.parameters.get("DTMFConfiguration") else { return Some(words) };
        let dtmf = dtmf.as_object()?;
        let known = ["InputTerminationSequence", "DisableCancelKey", "InterdigitTimeLimitSeconds"];
        dtmf.keys().all(|key| known.contains(&key.as_str())).then_some(())?;
        if let Some(seconds) = dtmf.get("InterdigitTimeLimitSeconds") {
            let seconds = seconds.as_str().and_then(|text| text.parse::<u64>().ok()).or_else(|| seconds.as_u64())?;
            words.insert("between_digits".to_owned(), super::duration(seconds));
        }
        let keys = dtmf.get("InputTerminationSequence");
        if let Some(keys) = keys {
            words.insert("end_with".to_owned(), json!(keys.as_str()?));
        }
        if let Some(disabled) = dtmf.get("DisableCancelKey") {
            let disabled = disabled.as_str().map_or_else(|| disabled.to_string(), str::to_owned);
            let clears = disabled.eq_ignore_ascii_case("false");
            let usual = keys.and_then(Value::as_str).is_some_and(|keys| !keys.contains('*'));
            if keys.is_none() || clears != usual {
                words.insert("clear_with_star".to_owned(), json!(clears));
            }
        }
        Some(words)
    }

    pub(super) fn play(&self) -> Option<Word<'a>> {
        self.only(&["Messages", "InterruptFrequencySeconds", "ContinueMessagingDuringInterrupt"])?;
        let messages = self.action.parameters.get("Messages")?.as_array()?;
        let messages: Option<Vec<Value>> = messages
            .iter()
            .map(|message| {
                let members = message.as_object().filter(|members| members.len() == 1)?;
                Some(self.speech_of(members)?.1)
            })
            .collect();
        let mut step = object([("play", Value::Array(messages?))]);
        let mut branches = Vec::new();
        match (self.equals()?.as_slice(), self.has("InterruptFrequencySeconds")) {
            ([], false) => {}
            ([("MessagesInterrupted", target)], true) => {
                step.insert("interrupt_every".to_owned(), self.seconds("InterruptFrequencySeconds", u64::MAX)?);
                branches.push(super::Branch {
                    path: vec![super::key("steps")],
                    repeats: true,
                    ..super::usual_branch(target)
                });
            }
            _ => return None,
        }
        match self.text("ContinueMessagingDuringInterrupt") {
            Some("true") => drop(step.insert("keep_playing".to_owned(), json!(true))),
            Some("false") => drop(step.insert("keep_playing".to_owned(), json!(false))),
            Some(_) => return None,
            None => {}
        }
        let is_unguarded = self.action.transitions.errors().is_empty();
        if is_unguarded {
            self.action.transitions.next_action.is_none().then_some(())?;
        } else {
            let [error] = self.errors(["NoMatchingError"])?;
            self.mirrors(error)?;
            // Without an `on_error` of the flow, the key itself is what makes the branch.
            branches.push(super::Branch { omitted: super::Omitted::Never, ..on_error("error", error) });
        }
        Some(Word { step, branches, after: After::Nothing, is_unguarded })
    }

    pub(super) fn speech(&self) -> Option<(&'static str, Value)> {
        self.speech_of(&self.action.parameters)
    }

    /// The one way something is said among these parameters.
    fn speech_of(&self, parameters: &Map<String, Value>) -> Option<(&'static str, Value)> {
        let names = ["Text", "SSML", "PromptId", "Media"];
        let [name] =
            names.into_iter().filter(|name| parameters.contains_key(*name)).collect::<Vec<_>>().try_into().ok()?;
        let value = parameters.get(name)?;
        let speech = match name {
            "Text" => json!(value.as_str().filter(|text| !text.is_empty())?),
            "SSML" => json!({ "ssml": value.as_str()? }),
            "PromptId" => json!({ "prompt": self.object_name(value.as_str()?, "prompt")? }),
            _ => {
                let media = value.as_object().filter(|media| media.len() == 3)?;
                let is_usual = media.get("SourceType")? == "S3" && media.get("MediaType")? == "Audio";
                is_usual.then_some(())?;
                json!({ "audio": media.get("Uri")?.as_str()? })
            }
        };
        Some((name, speech))
    }
}
