//! Ages of queues in seconds.

use callform_source::{Diagnostic, Diagnostics};

use super::{Look, Rule, text};

pub(super) const RULE: Rule = Rule {
    code: "queue-age-in-seconds",
    what: "Finds checks of the oldest contact in a queue with less than a second.",
    why: "In spite of its name, `OldestContactInQueueAgeSeconds` counts milliseconds: `300` is less than a third of a second, \
          so the branch is taken nearly always. Five minutes are `300000`.",
    example: "- queue: consulting
- raw: { type: CheckMetricData, parameters: { MetricType: OldestContactInQueueAgeSeconds } }
  conditions: [{ operator: NumberGreaterThan, operand: \"300\", then: { say: The wait is long. } }]
- hang_up",
    instead: "- queue: consulting
- raw: { type: CheckMetricData, parameters: { MetricType: OldestContactInQueueAgeSeconds } }
  conditions: [{ operator: NumberGreaterThan, operand: \"300000\", then: { say: The wait is long. } }]
- hang_up",
    check,
};

/// A second.
const LEAST: u64 = 1_000;

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (_, action) in look.of_type("CheckMetricData") {
        if text(action, "MetricType") != Some("OldestContactInQueueAgeSeconds") {
            continue;
        }
        let numbers = action.transitions.conditions().iter().filter_map(|branch| branch.operand()?.parse::<u64>().ok());
        if let Some(number) = numbers.into_iter().find(|number| (1..LEAST).contains(number)) {
            let diagnostic =
                Diagnostic::warning(RULE.code, format!("{number} milliseconds, which may be meant as seconds"))
                    .help(format!("Write `{}` for {number} seconds.", number * 1_000));
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}
