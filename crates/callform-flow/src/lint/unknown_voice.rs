//! Engines and styles of voices that there are not.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, text};

pub(super) const RULE: Rule = Rule {
    code: "unknown-voice",
    what: "Finds engines and styles of a voice that Connect does not know.",
    why: "Connect publishes any word, and texts are not spoken when the flow runs.",
    example: "- raw: { type: UpdateContactTextToSpeechVoice, parameters: { TextToSpeechVoice: Joanna, TextToSpeechEngine: neural } }",
    instead: "- voice: Joanna\n  engine: neural",
    check,
};

const KNOWN: &[(&str, &[&str])] = &[
    ("TextToSpeechEngine", &["Standard", "Neural", "Generative"]),
    ("TextToSpeechStyle", &["None", "Conversational", "Newscaster"]),
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("UpdateContactTextToSpeechVoice") {
        for (parameter, known) in KNOWN {
            let Some(word) = text(action, parameter).filter(|word| !word.contains("$.")) else { continue };
            if !known.contains(&word) {
                let diagnostic = Diagnostic::warning(RULE.code, format!("`{word}` is no word that Connect knows here"))
                    .help(format!("Write one of {}, upper and lower case told apart.", known.join(", ")));
                diagnostics.push(look.at(diagnostic, action));
            }
        }
    }
}
