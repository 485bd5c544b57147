//! Engines and styles of voices that there are not.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Look, Rule, text};

pub(super) const RULE: Rule = Rule {
    code: "unknown-voice",
    what: "Finds engines and styles of a voice that Connect does not know, and names of voices that look mistyped.",
    why: "Connect publishes any word, and texts are not spoken when the flow runs.",
    example: "- raw: { type: UpdateContactTextToSpeechVoice, parameters: { TextToSpeechVoice: Joanna, TextToSpeechEngine: neural } }",
    instead: "- voice: Joanna\n  engine: neural",
    check,
};

const KNOWN: &[(&str, &[&str])] = &[
    ("TextToSpeechEngine", &["Standard", "Neural", "Generative"]),
    ("TextToSpeechStyle", &["None", "Conversational", "Newscaster"]),
];

/// Voices of Amazon Polly, by which a mistyped one is told. There may be newer ones.
const VOICES: &str = include_str!("voices.txt");

/// The day the list of voices is of.
pub const VOICES_AS_OF: &str = "2026-11-24";

/// The voices that are known.
pub fn voices() -> impl Iterator<Item = &'static str> {
    VOICES.lines()
}

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("UpdateContactTextToSpeechVoice") {
        if let Some((voice, meant)) = text(action, "TextToSpeechVoice").and_then(mistyped) {
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{voice}` is no voice that is known"))
                .help(format!("Did you mean `{meant}`?"));
            diagnostics.push(look.at(diagnostic, action));
        }
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

/// A voice that is not known though one much like it is.
fn mistyped(voice: &str) -> Option<(&str, &'static str)> {
    if voice.contains("$.") || voices().any(|known| known == voice) {
        return None;
    }
    Some((voice, did_you_mean(voice, voices())?))
}
