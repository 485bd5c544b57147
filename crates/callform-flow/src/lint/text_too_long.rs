//! Texts longer than Connect reads out.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule};

/// Most characters that are spoken; tags of SSML do not count.
const SPOKEN: usize = 3_000;
/// Most characters altogether.
const TOTAL: usize = 6_000;

pub(super) const RULE: Rule = Rule {
    code: "text-too-long",
    what: "Finds texts of more than 3,000 spoken characters (a warning) or 6,000 characters altogether (an error).",
    why: "Amazon Connect does not read them out; the contact takes the error branch.",
    example: "- say: (four pages of text)",
    instead: "- say: (two pages of text)\n- say: (the other two)",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.all_actions() {
        let of_messages = action.parameters.get("Messages").and_then(Value::as_array).into_iter().flatten();
        let texts = ["Text", "SSML"].into_iter().filter_map(|name| action.parameters.get(name)?.as_str());
        let of_messages =
            of_messages.flat_map(|message| ["Text", "SSML"].into_iter().filter_map(|name| message.get(name)?.as_str()));
        for text in texts.chain(of_messages) {
            let length = text.chars().count();
            let diagnostic = if length > TOTAL {
                Diagnostic::error(RULE.code, "a text that is too long to be read out")
                    .note(format!("It has {length} characters; Connect takes {TOTAL}."))
            } else if spoken(text) > SPOKEN {
                Diagnostic::warning(RULE.code, "a text that may be too long to be read out")
                    .note(format!("It has {} spoken characters; Connect takes {SPOKEN}.", spoken(text)))
            } else {
                continue;
            };
            diagnostics.push(look.at(diagnostic.help("Split it into several `say` steps."), action));
        }
    }
}

fn spoken(text: &str) -> usize {
    let mut inside_tag = false;
    text.chars()
        .filter(|character| {
            match character {
                '<' => inside_tag = true,
                '>' if inside_tag => {
                    inside_tag = false;
                    return false;
                }
                _ => {}
            }
            !inside_tag
        })
        .count()
}
