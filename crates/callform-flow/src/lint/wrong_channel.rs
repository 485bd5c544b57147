//! Voice blocks on the way of a chat.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "wrong-channel",
    what: "Finds blocks for calls on a way that only chats, tasks or emails take, by the flow's own check of `$.Channel`.",
    why: "The block takes its error branch at once.",
    example: "- if: $.Channel\n  equals: CHAT\n  then:\n    - collect: Please enter your account number.\n      no_input: { say: Nothing }\n- say: Hello",
    instead: "- if: $.Channel\n  equals: VOICE\n  then:\n    - collect: Please enter your account number.\n      no_input: { say: Nothing }\n- say: Hello",
    check,
};

/// Blocks that chats and tasks only fail at.
const VOICE_ONLY: &[&str] = &[
    "GetParticipantInput",
    "MessageParticipantIteratively",
    "UpdateContactCallbackNumber",
    "TransferParticipantToThirdParty",
    "UpdateContactMediaStreamingBehavior",
    "UpdatePreviousContactParticipantState",
    "CompleteOutboundCall",
    "StartVoiceIdStream",
    "CheckVoiceId",
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.actions() {
        let is_voice_only = VOICE_ONLY.contains(&action.action_type.as_str());
        if is_voice_only && look.facts_at(index).is_some_and(|facts| facts.excludes("VOICE")) {
            let diagnostic = Diagnostic::warning(RULE.code, "a block for calls where no call comes")
                .note("By the flow's own check of `$.Channel`, no call comes here.")
                .help("Use a block that chats and tasks can do, or turn the check around.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
