//! Routing profiles.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::{Channel, RoutingProfile, Short};

/// Contacts at once on every channel but voice (`CreateRoutingProfile`).
const MOST_CONTACTS: u32 = 10;
/// Queue and channel combinations that a routing profile may have by default; the quota can be raised.
const MOST_ENTRIES: usize = 50;
const LOWEST_PRIORITY: u32 = 99;
const LONGEST_DELAY_SECONDS: u32 = 9999;

pub(super) const CONCURRENCY: Rule = Rule {
    codes: &["concurrency-out-of-range", "no-channels"],
    about: "An agent is to serve more contacts at once than Connect allows: one call, ten of everything else.",
    why: "CreateRoutingProfile refuses it; the resource schema allows 10 for every channel, voice included.",
    check: concurrency,
};

pub(super) const ENTRIES: Rule = Rule {
    codes: &["too-many-queue-entries", "priority-out-of-range", "delay-out-of-range"],
    about: "A routing profile has too many queues, or a priority or delay outside the limits.",
    why: "A routing profile takes 50 combinations of queue and channel unless its quota was raised, priorities from 1 to 99 \
          and delays up to 9999 seconds.",
    check: entries,
};

fn concurrency(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for (key, profile) in &context.loaded.blueprint.routing_profiles {
        if profile.channels.is_empty() {
            diagnostics.push(
                Diagnostic::error("no-channels", "a routing profile needs a channel")
                    .at(key.span, "")
                    .help("Add `channels: { voice: 1 }`."),
            );
        }
        for (channel, setting) in &profile.channels {
            let concurrency = match &setting.value {
                Short::Short(concurrency) => *concurrency,
                Short::Full(settings) => settings.concurrency,
            };
            let most = if *channel == Channel::Voice { 1 } else { MOST_CONTACTS };
            if concurrency == 0 || concurrency > most {
                let limit = if most == 1 { "exactly 1".to_owned() } else { format!("1 to {most}") };
                diagnostics.push(
                    Diagnostic::error("concurrency-out-of-range", "an agent cannot serve this many contacts at once")
                        .at(setting.span, format!("{limit} for this channel")),
                );
            }
        }
    }
}

fn entries(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for (key, profile) in &context.loaded.blueprint.routing_profiles {
        let count = combinations(profile);
        if count > MOST_ENTRIES {
            diagnostics.push(
                Diagnostic::warning(
                    "too-many-queue-entries",
                    "a routing profile has more queues than the default quota allows",
                )
                .at(key.span, format!("{count} combinations of queue and channel, {MOST_ENTRIES} by default"))
                .note("The quota is `Queues per routing profile per instance`; `plan` compares with the account's own.")
                .help("Ask AWS for more, split the profile, or leave channels out with `channels:` of a queue."),
            );
        }
        for entry in &profile.queues {
            if let Some(priority) = &entry.priority
                && !(1..=LOWEST_PRIORITY).contains(&priority.value)
            {
                diagnostics.push(
                    Diagnostic::error("priority-out-of-range", "a priority lies between 1 and 99")
                        .at(priority.span, ""),
                );
            }
            if let Some(delay) = &entry.delay
                && delay.seconds > LONGEST_DELAY_SECONDS
            {
                diagnostics.push(
                    Diagnostic::error("delay-out-of-range", "a delay is at most 9999 seconds").at(delay.span, ""),
                );
            }
        }
    }
}

fn combinations(profile: &RoutingProfile) -> usize {
    let all = profile.channels.len();
    profile.queues.iter().map(|entry| if entry.channels.is_empty() { all } else { entry.channels.len() }).sum()
}
