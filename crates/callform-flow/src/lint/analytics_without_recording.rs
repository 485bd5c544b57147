//! Analysis of calls that are not recorded.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule};

pub(super) const RULE: Rule = Rule {
    code: "analytics-without-recording",
    what: "Finds Contact Lens turned on for calls of which not both sides are recorded.",
    why: "Only calls with both sides recorded are analyzed, so there is no analysis at all.",
    example: "- raw:
    type: UpdateContactRecordingBehavior
    parameters:
      RecordingBehavior: { RecordedParticipants: [Agent] }
      AnalyticsBehavior: { Enabled: \"True\", AnalyticsLanguage: en-US }",
    instead: "- raw:
    type: UpdateContactRecordingBehavior
    parameters:
      RecordingBehavior: { RecordedParticipants: [Agent, Customer] }
      AnalyticsBehavior: { Enabled: \"True\", AnalyticsLanguage: en-US }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (index, action) in look.of_type("UpdateContactRecordingBehavior") {
        // Chats have transcripts, recorded or not.
        if look.facts_at(index).is_some_and(|facts| facts.excludes("VOICE")) {
            continue;
        }
        let Some(analytics) = action.parameters.get("AnalyticsBehavior").filter(|analytics| covers_calls(analytics))
        else {
            continue;
        };
        let recorded = action.parameters.get("RecordingBehavior").and_then(|it| it.get("RecordedParticipants"));
        let records =
            |who: &str| recorded.and_then(Value::as_array).is_some_and(|list| list.iter().any(|it| it == who));
        let is_on = analytics.get("Enabled").and_then(Value::as_str).is_some_and(|on| on.eq_ignore_ascii_case("true"));
        if is_on && !(records("Agent") && records("Customer")) {
            let diagnostic =
                Diagnostic::warning(RULE.code, "calls are to be analyzed that are not recorded on both sides")
                    .help("Record both the agent and the customer, or turn the analysis off.");
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// False where the analysis is of chats alone.
fn covers_calls(analytics: &Value) -> bool {
    let Some(channels) = analytics.get("ChannelConfiguration") else { return true };
    channels.pointer("/Voice/AnalyticsModes").and_then(Value::as_array).is_some_and(|modes| !modes.is_empty())
}
