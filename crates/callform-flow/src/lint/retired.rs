//! Services that are no more.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};
use crate::Action;

pub(super) const RULE: Rule = Rule {
    code: "retired-service",
    what: "Finds bots of Lex V1, which ended in September 2025, and Voice ID, which ended in May 2026.",
    why: "The action fails for every contact.",
    example: "- raw:
    type: ConnectParticipantWithLexBot
    parameters: { Text: How can I help?, LexBot: { Name: orders, Region: us-west-2, Alias: live } }",
    instead: "- lex: arn:aws:lex:us-west-2:123456789012:bot-alias/BOT/ALIAS\n  ask: How can I help?",
    check,
};

const VOICE_ID: &[&str] = &[
    "IsVoiceIdStreamingEnabled",
    "IsVoiceAuthenticationEnabled",
    "IsFraudDetectionEnabled",
    "VoiceAuthenticationThreshold",
    "VoiceAuthenticationResponseTime",
    "FraudDetectionThreshold",
    "WatchlistId",
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.actions() {
        if let Some((title, help)) = retired(action) {
            diagnostics.push(look.at(Diagnostic::warning(RULE.code, title).help(help), action));
        }
    }
}

fn retired(action: &Action) -> Option<(&'static str, &'static str)> {
    let has = |name: &str| action.parameters.contains_key(name);
    let voice_id = ("Voice ID ended in May 2026", "Authenticate callers in another way, such as by PIN.");
    match action.action_type.as_str() {
        "StartVoiceIdStream" | "CheckVoiceId" => Some(voice_id),
        "UpdateContactData" if VOICE_ID.iter().any(|name| has(name)) => Some(voice_id),
        "ConnectParticipantWithLexBot" if has("LexBot") => {
            Some(("Lex V1 ended in September 2025", "Move the bot to Lex V2 and name its alias."))
        }
        _ => None,
    }
}
