//! What a look ahead found, in words.

use crate::plan::{Estimate, Finding, NumberCost, Plan, Preflight, Severity};
use crate::render::words;

/// How many addresses a line names.
const NAMED: usize = 5;

/// A finding in a line: `queue sales: the name is taken`, and what to do.
pub(super) fn finding(finding: &Finding) -> String {
    let mut named: Vec<String> = finding.addresses.iter().take(NAMED).map(words).collect();
    let more = finding.addresses.len().saturating_sub(NAMED);
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let subject = if named.is_empty() { String::new() } else { format!("{}: ", named.join(", ")) };
    let help = finding.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{subject}{}{help}", finding.message)
}

/// How bad it is, in a word.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// What applying takes and what numbers cost, in a line; none where nothing is applied.
pub(super) fn estimate(plan: &Plan) -> Option<String> {
    let preflight = plan.preflight.as_ref()?;
    let taken = effort(&preflight.estimate);
    Some(match preflight.cost.as_ref().map(cost) {
        Some(cost) => format!("Estimate on AWS: {taken}; {cost}."),
        None => format!("Estimate on AWS: {taken}."),
    })
}

/// What the findings come to: `1 error and 2 warnings`; none where there are neither.
pub(super) fn counts(preflight: &Preflight) -> Option<String> {
    let count = |severity| preflight.findings.iter().filter(|finding| finding.severity == severity).count();
    let told: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning")]
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count as u64, word))
        .collect();
    (!told.is_empty()).then(|| told.join(" and "))
}

fn effort(estimate: &Estimate) -> String {
    let calls = plural(estimate.calls.values().sum(), "API call");
    format!("about {calls} and {}", plural(estimate.seconds.div_ceil(60).max(1), "minute"))
}

fn cost(cost: &NumberCost) -> String {
    let mut told = Vec::new();
    if cost.cents_after > 0 || cost.unknown == 0 {
        let before = match cost.cents_before {
            0 => String::new(),
            same if same == cost.cents_after => String::new(),
            other => format!(" ({} before)", dollars(other)),
        };
        told.push(format!("about {} a month{before}", dollars(cost.cents_after)));
    }
    if told.is_empty() {
        return format!("{} of unknown price", plural(cost.unknown as u64, "phone number"));
    }
    if cost.unknown > 0 {
        told.push(format!("{} of unknown price", cost.unknown));
    }
    format!("phone numbers {}", told.join(", and "))
}

fn dollars(cents: u64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plan_takes_is_one_line() {
        let calls = [("connect".to_owned(), 100), ("s3".to_owned(), 21)].into();
        let estimate = Estimate { calls, seconds: 61 };
        assert_eq!(effort(&estimate), "about 121 API calls and 2 minutes");
        assert_eq!(
            effort(&Estimate { calls: [("s3".to_owned(), 1)].into(), seconds: 4 }),
            "about 1 API call and 1 minute"
        );
        let dear = NumberCost { cents_before: 90, cents_after: 390, unknown: 1 };
        assert_eq!(cost(&dear), "phone numbers about $3.90 a month ($0.90 before), and 1 of unknown price");
        assert_eq!(
            cost(&NumberCost { cents_before: 0, cents_after: 90, unknown: 0 }),
            "phone numbers about $0.90 a month"
        );
        assert_eq!(
            cost(&NumberCost { cents_before: 0, cents_after: 0, unknown: 2 }),
            "2 phone numbers of unknown price"
        );
    }
}
