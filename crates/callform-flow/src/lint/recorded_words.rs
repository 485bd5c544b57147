//! Words for who is recorded that Connect does not know.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};
use serde_json::Value;

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "recording-not-known",
    what: "Finds words in the settings of recording that Connect does not know, such as `agent` for `Agent` and `True` for \
           `Enabled`.",
    why: "Connect publishes them, and nothing is recorded.",
    example: "- raw:
    type: UpdateContactRecordingBehavior
    parameters: { RecordingBehavior: { RecordedParticipants: [agent, customer] } }",
    instead: "- record: both",
    check,
};

const WORDS: &[(&str, &[&str])] = &[
    ("RecordedParticipants", &["Agent", "Customer"]),
    ("ScreenRecordedParticipants", &["Agent"]),
    ("IVRRecordingBehavior", &["Enabled", "Disabled"]),
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("UpdateContactRecordingBehavior") {
        let Some(behavior) = action.parameters.get("RecordingBehavior") else { continue };
        for (name, known) in WORDS {
            let Some(word) = words(behavior.get(name)).find(|word| !known.contains(word)) else { continue };
            let help = match did_you_mean(word, known.iter().copied()) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => format!("There are {}.", known.join(", ")),
            };
            let title = format!("`{word}` is no word that Connect knows in `{name}`");
            diagnostics.push(look.at(Diagnostic::warning(RULE.code, title).help(help), action));
        }
    }
}

fn words(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (list, one) = match value {
        Some(Value::Array(items)) => (items.as_slice(), None),
        other => (&[][..], other),
    };
    list.iter().chain(one).filter_map(Value::as_str).filter(|word| !word.contains("$."))
}
