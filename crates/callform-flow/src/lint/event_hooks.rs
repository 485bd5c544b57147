//! Flows for moments that Connect does not know.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};
use serde_json::Value;

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "event-hooks",
    what: "Finds flows that are set for a moment Connect does not know, and actions that set none or several at once.",
    why: "Connect publishes them, and runs its default flow instead of yours.",
    example: "- raw: { type: UpdateContactEventHooks, parameters: { EventHooks: { CustomerQueueFlow: { ref: flow/callback_in_queue } } } }",
    instead: "- queue_flow: callback_in_queue",
    check,
};

const HOOKS: &[&str] = &[
    "AgentHold",
    "AgentWhisper",
    "CustomerHold",
    "CustomerQueue",
    "CustomerRemaining",
    "CustomerWhisper",
    "DefaultAgentUI",
    "DisconnectAgentUI",
    "PauseContact",
    "ResumeContact",
];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("UpdateContactEventHooks") {
        let Some(hooks) = action.parameters.get("EventHooks").and_then(Value::as_object) else { continue };
        let unknown = hooks.keys().find(|hook| !HOOKS.contains(&hook.as_str()));
        let diagnostic = if let Some(hook) = unknown {
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{hook}` is no moment that Connect knows"));
            match did_you_mean(hook, HOOKS.iter().copied())
                .or_else(|| HOOKS.iter().copied().find(|known| hook.starts_with(known)))
            {
                Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                None => diagnostic.help(format!("There are {}.", HOOKS.join(", "))),
            }
        } else if hooks.len() != 1 {
            Diagnostic::warning(RULE.code, format!("{} flows set by one action", hooks.len()))
                .help("Set each flow with an action of its own; Connect's documentation allows one.")
        } else {
            continue;
        };
        diagnostics.push(look.at(diagnostic, action));
    }
}
