//! Phone numbers in every place that takes one.

use callform_source::{Diagnostic, Diagnostics, Spanned};

use super::{Context, Rule};
use crate::blueprint::PhoneKind;
use crate::model::dialed;

/// Digits after the plus, at most (ITU-T E.164).
const LONGEST: usize = 15;

pub(super) const NUMBERS: Rule = Rule {
    codes: &["phone-number-not-e164"],
    about: "A phone number is not written in E.164 form.",
    why: "Connect takes numbers as plus, country code and the rest, digits only.",
    check: numbers,
};

pub(super) const DESK_PHONES: Rule = Rule {
    codes: &["desk-phone-without-number", "desk-phone-number-unused"],
    about: "A desk phone has no number, or a soft phone has one.",
    why: "Connect refuses users whose desk phone has no number; neither the resource schema nor the linters know.",
    check: desk_phones,
};

fn numbers(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    for quick_connect in blueprint.quick_connects.values() {
        check(quick_connect.phone.as_ref(), diagnostics);
    }
    for user in blueprint.users.values() {
        check(user.mobile.as_ref(), diagnostics);
        check(user.phone.as_ref().and_then(|phone| phone.number.as_ref()), diagnostics);
        user.channels.values().for_each(|channel| check(channel.desk_phone.as_ref(), diagnostics));
    }
    for number in blueprint.phone_numbers.values() {
        check(number.existing.as_ref(), diagnostics);
        if let Some(prefix) = &number.prefix
            && !is_plus_and_digits(&dialed(prefix))
        {
            let help = "A prefix starts with the country code: `+1206`. Letters may follow: `+1-555-FLOWERS`.";
            diagnostics.push(wrong(prefix).help(help));
        }
    }
}

fn check(number: Option<&Spanned<String>>, diagnostics: &mut Diagnostics) {
    if let Some(number) = number
        && !(is_plus_and_digits(number) && number.len() > 2)
    {
        diagnostics.push(wrong(number).help("Write plus, country code and number without spaces: `+15550100100`."));
    }
}

fn wrong(number: &Spanned<String>) -> Diagnostic {
    Diagnostic::error("phone-number-not-e164", "this phone number is not in E.164 form").at(number.span, "")
}

fn is_plus_and_digits(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (1..=LONGEST).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn desk_phones(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for phone in context.loaded.blueprint.users.values().filter_map(|user| user.phone.as_ref()) {
        match (&phone.kind, &phone.number) {
            (Some(kind), None) if kind.value == PhoneKind::Desk => diagnostics.push(
                Diagnostic::error("desk-phone-without-number", "a desk phone needs its number")
                    .at(kind.span, "")
                    .help("Add `number: \"+15550100100\"`, or make it a soft phone."),
            ),
            (Some(kind), Some(number)) if kind.value == PhoneKind::Soft => diagnostics.push(
                Diagnostic::error("desk-phone-number-unused", "a soft phone has no number")
                    .at(number.span, "")
                    .also(kind.span, "a soft phone")
                    .help("Remove the number, or make it a desk phone."),
            ),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_plus_and_digits;

    #[test]
    fn e164() {
        for good in ["+15550100100", "+442079460000", "+1"] {
            assert!(is_plus_and_digits(good), "{good}");
        }
        for wrong in ["15550100100", "+0155", "+1 555 0100100", "+1-555", "", "+", "+1234567890123456", "+1a"] {
            assert!(!is_plus_and_digits(wrong), "{wrong}");
        }
    }
}
