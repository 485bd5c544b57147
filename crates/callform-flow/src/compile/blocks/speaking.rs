//! `say`, `menu`, `collect`, `play`.

use callform_source::{Diagnostic, Span};
use serde_json::{Value, json};

use super::words_of;
use crate::compile::builder::{Builder, Draft, Target};
use crate::steps::{CollectStep, Encryption, MenuStep, PlayStep, SayStep};
use crate::validate::is_menu_key;

pub(super) fn say(builder: &mut Builder<'_>, step: &SayStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Say {}", words_of(&step.say)));
    let draft = builder.with_speech(Draft::new("MessageParticipant", title), &step.say);
    if builder.is_unguarded(step.unguarded.as_ref(), step.error.as_ref()) {
        if let (Some(unguarded), true) = (&step.unguarded, step.error.is_some()) {
            builder.diagnostics.push(
                Diagnostic::error("conflicting-keys", "`unguarded` and `error` in one step")
                    .at(unguarded.span, "says that there is no error branch")
                    .help("Take one of the two out."),
            );
        }
        return builder.add(draft.next(next.clone()));
    }
    super::plain(builder, draft, step.error.as_ref(), next)
}

pub(super) fn menu(builder: &mut Builder<'_>, step: &MenuStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Menu {}", words_of(&step.menu)));
    let timeout = builder.seconds(step.timeout.as_ref(), 5, 1..=600);
    let draft = builder
        .with_speech(Draft::new("GetParticipantInput", title.clone()), &step.menu)
        .parameter("StoreInput", "False")
        .parameter("InputTimeLimitSeconds", timeout);
    let waits_only = step.no_input.is_some() || step.invalid.is_some() || step.next.is_some() || step.error.is_some();
    if step.keys.is_empty() && !waits_only {
        builder.diagnostics.push(
            Diagnostic::warning("menu-key", "a menu without keys")
                .at(step.menu.span, "nothing to choose")
                .help("Write under `keys:` what each key does; to say something only, use `say:`."),
        );
    }
    let menu = builder.reserve();
    let mut draft = draft;
    for (keys, branch) in &step.keys {
        let target = builder.branch(Some(branch), next.clone(), next);
        for key in keys.split(',').map(str::trim) {
            check_key(builder, key, keys.span);
            draft = draft.condition("Equals", key, target.clone());
        }
    }
    let failed = retry(builder, step, &title, menu.into(), next);
    let after = if step.attempts.is_some() { failed.clone() } else { next.clone() };
    let no_input = builder.branch(step.no_input.as_ref(), failed.clone(), &after);
    let invalid = builder.branch(step.invalid.as_ref(), failed, &after);
    let error = builder.error_branch(step.error.as_ref(), next);
    let after = builder.branch(step.next.as_ref(), invalid.clone(), next);
    let draft = draft
        .next(after)
        .error("InputTimeLimitExceeded", no_input)
        .error("NoMatchingCondition", invalid)
        .error("NoMatchingError", error);
    builder.fill(menu, draft)
}

fn check_key(builder: &mut Builder<'_>, key: &str, span: Span) {
    if !is_menu_key(key) {
        builder.diagnostics.push(
            Diagnostic::error("menu-key", format!("`{key}` is no key of a telephone"))
                .at(span, "cannot be pressed")
                .help("Use `0` to `9`, `\"*\"` or `\"#\"`."),
        );
    }
}

/// Where a wrong or missing key goes: back to the menu while there are attempts left, then to `give_up`.
fn retry(builder: &mut Builder<'_>, step: &MenuStep, title: &str, menu: Target, next: &Target) -> Target {
    let attempts = builder.count(step.attempts.as_ref(), 1, 1..=101).parse::<u32>().unwrap_or(1);
    if attempts <= 1 {
        return builder.error_branch(step.give_up.as_ref(), next);
    }
    let again = builder.reserve();
    let give_up = builder.error_branch(step.give_up.as_ref(), next);
    let draft = Draft::new("Loop", format!("Again {title}"))
        .parameter("LoopCount", (attempts - 1).to_string())
        .next(give_up.clone())
        .condition("Equals", "ContinueLooping", menu)
        .condition("Equals", "DoneLooping", give_up);
    builder.fill(again, draft)
}

pub(super) fn collect(builder: &mut Builder<'_>, step: &CollectStep, next: &Target) -> Target {
    let title = builder.title(|| format!("Collect {}", words_of(&step.collect)));
    let timeout = builder.seconds(step.timeout.as_ref(), 5, 1..=600);
    let mut draft = builder
        .with_speech(Draft::new("GetParticipantInput", title.clone()), &step.collect)
        .parameter("StoreInput", "True")
        .parameter("InputTimeLimitSeconds", timeout)
        .parameter("InputValidation", validation(builder, step));
    if let Some(encryption) = &step.encrypt {
        let Encryption { key_id, key } = &encryption.value;
        let key_id = builder.text(key_id, key_id.span);
        let key = builder.text(key, key.span);
        draft = draft.parameter("InputEncryption", json!({ "EncryptionKeyId": key_id, "Key": key }));
    }
    if let Some(dtmf) = dtmf(builder, step) {
        draft = draft.parameter("DTMFConfiguration", dtmf);
    }
    let collect = builder.reserve();
    let stored = store(builder, step, &title, next);
    let entered = match &step.no_input {
        Some(branch) => {
            let check = builder.reserve();
            let nothing = builder.branch(Some(branch), next.clone(), next);
            let check_draft = Draft::new("Compare", format!("Entered {title}"))
                .parameter("ComparisonValue", "$.StoredCustomerInput")
                .next(stored.clone())
                .error("NoMatchingCondition", stored)
                .condition("Equals", "Timeout", nothing);
            builder.fill(check, check_draft)
        }
        None => stored,
    };
    let error = builder.error_branch(step.error.as_ref(), next);
    draft = draft.next(entered).error("NoMatchingError", error);
    if step.phone_number.is_some() {
        let invalid = builder.error_branch(step.invalid.as_ref(), next);
        draft = draft.error("InvalidPhoneNumber", invalid);
    } else if step.invalid.is_some() {
        builder.diagnostics.push(
            Diagnostic::error("unused-branch", "`invalid` without `phone_number`")
                .at(step.collect.span, "takes any digits")
                .help("Add `phone_number:`, or take `invalid:` out; nothing else is checked."),
        );
    }
    builder.fill(collect, draft)
}

/// Keeps the input in an attribute where the step says so.
fn store(builder: &mut Builder<'_>, step: &CollectStep, title: &str, next: &Target) -> Target {
    let Some(attribute) = &step.store_as else { return next.clone() };
    let draft = Draft::new("UpdateContactAttributes", format!("Store {title}"))
        .parameter("Attributes", json!({ builder.static_text(attribute): "$.StoredCustomerInput" }))
        .parameter("TargetContact", "Current");
    super::plain(builder, draft, step.error.as_ref(), next)
}

fn validation(builder: &mut Builder<'_>, step: &CollectStep) -> Value {
    let Some(format) = &step.phone_number else {
        let digits = builder.count(step.digits.as_ref(), 20, 1..=20);
        return json!({ "CustomValidation": { "MaximumLength": digits } });
    };
    if let Some(digits) = &step.digits {
        builder.diagnostics.push(
            Diagnostic::error("conflicting-keys", "`digits` and `phone_number` in one step")
                .at(digits.span, "a phone number has its own length")
                .also(format.span, "says that it is a phone number")
                .help("Take one of the two out."),
        );
    }
    if format.eq_ignore_ascii_case("e164") {
        return json!({ "PhoneNumberValidation": { "NumberFormat": "E164" } });
    }
    let is_country = format.len() == 2 && format.chars().all(|character| character.is_ascii_alphabetic());
    if !is_country {
        builder.diagnostics.push(
            Diagnostic::error("phone-number-format", format!("`{format}` is no form of phone numbers"))
                .at(format.span, "not a country")
                .help("Write `e164`, or the two letters of a country such as `US`."),
        );
    }
    json!({ "PhoneNumberValidation": { "NumberFormat": "Local", "CountryCode": format.to_uppercase() } })
}

fn dtmf(builder: &mut Builder<'_>, step: &CollectStep) -> Option<Value> {
    let mut dtmf = serde_json::Map::new();
    if let Some(keys) = &step.end_with {
        let valid = (1..=5).contains(&keys.len()) && keys.bytes().all(|key| matches!(key, b'0'..=b'9' | b'*' | b'#'));
        if !valid {
            builder.diagnostics.push(
                Diagnostic::error("menu-key", format!("`{}` cannot end an input", keys.value))
                    .at(keys.span, "not one to five keys")
                    .help("Use one to five of `0` to `9`, `*` and `#`."),
            );
        }
        dtmf.insert("InputTerminationSequence".to_owned(), json!(keys.value));
        if step.clear_with_star.is_none() {
            // Connect takes `*` as the end only where it no longer clears the input.
            let disabled = if keys.contains('*') { "True" } else { "False" };
            dtmf.insert("DisableCancelKey".to_owned(), json!(disabled));
        }
    }
    if let Some(clears) = &step.clear_with_star {
        dtmf.insert("DisableCancelKey".to_owned(), json!(if clears.value { "False" } else { "True" }));
    }
    if step.between_digits.is_some() {
        let seconds = builder.seconds(step.between_digits.as_ref(), 5, 1..=20);
        dtmf.insert("InterdigitTimeLimitSeconds".to_owned(), json!(seconds));
    }
    (!dtmf.is_empty()).then_some(Value::Object(dtmf))
}

pub(super) fn play(builder: &mut Builder<'_>, step: &PlayStep, next: &Target) -> Target {
    let title = builder.title(|| {
        let first = step.play.first().map(|speech| words_of(speech)).unwrap_or_default();
        format!("Play {first}")
    });
    let mut messages = Vec::new();
    for speech in &step.play.value {
        let (name, value) = builder.speech(speech);
        messages.push(json!({ name: value }));
    }
    let mut draft = Draft::new("MessageParticipantIteratively", title).parameter("Messages", messages);
    let play = builder.reserve();
    match (&step.interrupt_every, &step.steps) {
        (Some(every), Some(steps)) => {
            let seconds = builder.seconds(Some(every), 20, 1..=86_400);
            let interrupted = builder.branch(Some(steps), play.into(), &play.into());
            draft = draft.parameter("InterruptFrequencySeconds", seconds).condition(
                "Equals",
                "MessagesInterrupted",
                interrupted,
            );
        }
        (None, None) => {}
        (Some(every), None) => half(builder, "`interrupt_every` without `steps`", every.span, "Add `steps:`."),
        (None, Some(_)) => {
            half(builder, "`steps` without `interrupt_every`", step.play.span, "Add `interrupt_every:`.");
        }
    }
    if let Some(keep_playing) = &step.keep_playing {
        let word = if keep_playing.value { "true" } else { "false" };
        draft = draft.parameter("ContinueMessagingDuringInterrupt", word);
    }
    let is_guarded = !builder.is_unguarded(step.unguarded.as_ref(), step.error.as_ref());
    if step.error.is_some() || (builder.has_on_error && is_guarded) {
        let error = builder.error_branch(step.error.as_ref(), next);
        draft = draft.next(error.clone()).error("NoMatchingError", error);
    }
    builder.fill(play, draft)
}

fn half(builder: &mut Builder<'_>, title: &str, span: callform_source::Span, help: &str) {
    builder.diagnostics.push(Diagnostic::error("conflicting-keys", title).at(span, "needs the other").help(help));
}
