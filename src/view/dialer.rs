//! How a dialer's campaign stands, and what became of its calls, for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dialer::item::State;
use dialer::report::{ResultRow, Status};

/// Calls of the results that are shown one by one, the last ones.
const SHOWN: usize = 20;

/// How a campaign stands, in lines.
pub(crate) fn dialer_status(name: &str, status: &Status, width: usize) -> String {
    let mut text = String::new();
    let since = match (&status.started, &status.ended) {
        (_, Some(ended)) => format!(" since {ended}"),
        (Some(started), None) if status.state == State::Running => format!(" since {started}"),
        (Some(started), None) => format!(", started {started}"),
        (None, None) => String::new(),
    };
    line(&mut text, format_args!("{name}: {}{since}", status.state.word()));
    let counts = &status.counts;
    let settled = counts.done + counts.failed + counts.blocked;
    line(&mut text, format_args!("  {} {settled} of {} settled", bar(settled, status.total, width), status.total));
    let parts = [
        (counts.done, "done"),
        (counts.failed, "failed"),
        (counts.live, "being called"),
        (counts.pending, "to be called"),
        (counts.waiting, "without a time zone"),
        (counts.blocked, "not to be called"),
    ];
    line(&mut text, format_args!("  people    {}", joined(parts)));
    let online = status.agents_online.map(|online| format!(" of {online} signed in")).unwrap_or_default();
    line(&mut text, format_args!("  agents    {} free{online}, {} on calls", status.free_agents, status.with_agent));
    let today = &status.today;
    let abandoned = status.abandoned_percent.map(|percent| format!(", {percent:.1} % abandoned")).unwrap_or_default();
    line(
        &mut text,
        format_args!(
            "  calls     {} in all, {} today, {} answered{abandoned}",
            status.calls, today.calls, today.answered
        ),
    );
    if !status.outcomes.is_empty() {
        let outcomes = status.outcomes.iter().map(|(outcome, count)| (*count, outcome.word()));
        line(&mut text, format_args!("  outcomes  {}", joined(outcomes)));
    }
    match &status.waits_for {
        Some(why) => line(&mut text, format_args!("  waits:    {why}")),
        None => line(&mut text, format_args!("  next      {} calls may be placed", status.room)),
    }
    text
}

/// What became of calls: how many ended how, and the last ones.
pub(crate) fn dialer_results(rows: &[ResultRow]) -> String {
    let mut text = String::new();
    if rows.is_empty() {
        return "no calls\n".to_owned();
    }
    for (outcome, count) in dialer_outcomes(rows) {
        line(&mut text, format_args!("{count:>7}  {outcome}"));
    }
    line(&mut text, format_args!("{:>7}  calls in all", rows.len()));
    let last = &rows[rows.len().saturating_sub(SHOWN)..];
    line(&mut text, format_args!(""));
    let wide = last.iter().map(|row| row.person.as_str().chars().count()).max().unwrap_or(0).min(24);
    for row in last {
        let said = row.disposition.as_deref().or(row.mood.as_deref()).unwrap_or_default();
        let person: String = row.person.as_str().chars().take(24).collect();
        line(&mut text, format_args!("{}  {person:wide$}  {:<18}  {said}", row.claimed, row.outcome));
    }
    text
}

/// How many calls ended how.
pub(crate) fn dialer_outcomes(rows: &[ResultRow]) -> BTreeMap<&str, u64> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.outcome.as_str()).or_default() += 1;
        counts
    })
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    let start = text.len();
    // Writing into a text does not fail.
    let _ok = writeln!(text, "{line}");
    let trimmed = text[start..].trim_end().len();
    text.truncate(start + trimmed);
    text.push('\n');
}

fn joined<'a>(parts: impl IntoIterator<Item = (u64, &'a str)>) -> String {
    let some: Vec<_> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if some.is_empty() { "none".to_owned() } else { some.join(" · ") }
}

/// How much of a whole is done, as wide as a third of the terminal.
fn bar(part: u64, whole: u64, width: usize) -> String {
    let cells = (width / 3).clamp(10, 40);
    let filled = usize::try_from(part * cells as u64 / whole.max(1)).unwrap_or(cells).min(cells);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(cells - filled))
}

#[cfg(test)]
mod tests {
    use dialer::item::{Agents, Campaign, Counts, State};
    use dialer::moment::Moment;
    use dialer::outcome::Outcome;
    use dialer::policy::Policy;

    use super::*;

    #[test]
    fn a_campaign_is_told_in_a_few_lines() {
        let now: Moment = "2026-11-30T18:00:00Z".parse().unwrap();
        let campaign = Campaign {
            state: State::Running,
            counts: Counts { pending: 52, live: 8, done: 30, failed: 5, waiting: 3, blocked: 2 },
            with_agent: 7,
            agents: Agents { available: 0, online: Some(12), at: Some(now), ..Agents::default() },
            calls: 60,
            outcomes: [(Outcome::AnsweredByAgent, 30), (Outcome::NoAnswer, 20)].into(),
            started: Some("2026-11-30T17:00:00Z".parse().unwrap()),
            ..Campaign::default()
        };
        let text = dialer_status("dialer", &Status::of(&Policy::default(), &campaign, now), 60);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "dialer: running since 2026-11-30T17:00:00Z");
        assert_eq!(lines[1], "  [#######.............] 37 of 100 settled");
        assert!(lines[2].contains("52 to be called") && lines[2].contains("3 without a time zone"), "{text}");
        assert_eq!(lines[3], "  agents    0 free of 12 signed in, 7 on calls");
        assert!(lines[5].contains("30 answered_by_agent · 20 no_answer"), "{text}");
        assert_eq!(lines[6], "  waits:    0 agents are free, and there must be 1");
    }
}
