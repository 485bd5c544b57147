//! Hours, phone numbers, queues, quick connects, routing profiles.

use std::fmt::{self, Write};

use crate::people::fictional_number;
use crate::{Size, lines, topic, username};

/// Quick connects each queue shows: to the queues after it, …
const NEXT_QUEUES: usize = 8;
/// … to agents, …
const AGENTS: usize = 3;
/// … and to contacts outside.
const CONTACTS: usize = 3;
/// Queues of a routing profile.
const QUEUES_OF_PROFILE: usize = 8;

/// Writes the hours of operation.
pub(crate) fn hours(out: &mut String, size: &Size) -> fmt::Result {
    const ZONES: [&str; 4] = ["America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"];
    out.push_str("\nhours:\n");
    for number in 0..size.hours {
        writeln!(out, "  shift_{number:02}:")?;
        lines(
            out,
            &[
                ("name", &format_args!("Shift {number:02}")),
                ("description", &format_args!("When the teams of shift {number} are there")),
                ("time_zone", &ZONES[number % ZONES.len()]),
                ("open", &format_args!("{{ mon-fri: 0{}:00-18:00, sat: 10:00-15:00 }}", 6 + number % 4)),
                ("overrides", &"{ christmas: { on: 2026-12-25 }, new_year: { on: 2027-01-01, open: 12:00-15:00 } }"),
            ],
        )?;
    }
    Ok(())
}

/// Writes the phone numbers.
pub(crate) fn phone_numbers(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nphone_numbers:\n");
    for number in 0..size.phone_numbers {
        writeln!(out, "  line_{number:03}: {{ country: US, type: DID, flow: {} }}", flow(number % size.flows))?;
    }
    Ok(())
}

/// Writes the queues.
pub(crate) fn queues(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nqueues:\n");
    for number in 0..size.queues {
        let mut shown: Vec<String> =
            (1..=NEXT_QUEUES.min(size.queues - 1)).map(|step| queue((number + step) % size.queues)).collect();
        shown.extend((0..AGENTS.min(size.reachable_agents)).map(|step| agent((number + step) % size.reachable_agents)));
        shown.extend((0..CONTACTS.min(size.contacts)).map(|step| contact((number + step) % size.contacts)));
        writeln!(out, "  {}:", queue(number))?;
        lines(
            out,
            &[
                ("name", &format_args!("{} {number:03}", topic(number))),
                ("description", &format_args!("Questions about {}, part {number}", topic(number).to_lowercase())),
                ("hours", &format_args!("shift_{:02}", number % size.hours)),
                ("max_contacts", &(100 + number % 50)),
            ],
        )?;
        if size.phone_numbers > 0 {
            let line = number % size.phone_numbers;
            writeln!(out, "    caller_id: {{ name: Big {}, number: line_{line:03} }}", topic(number))?;
        }
        writeln!(out, "    quick_connects:")?;
        shown.iter().try_for_each(|name| writeln!(out, "      - {name}"))?;
    }
    Ok(())
}

/// Writes the quick connects: one to each queue, some to agents, some to numbers outside.
pub(crate) fn quick_connects(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nquick_connects:\n");
    for number in 0..size.queues {
        writeln!(out, "  {0}: {{ description: Transfer to {1} {number}, queue: {0} }}", queue(number), topic(number))?;
    }
    for number in 0..size.reachable_agents {
        let user = username(number * size.users / size.reachable_agents);
        writeln!(out, "  {}: {{ description: An expert for {}, agent: {user} }}", agent(number), topic(number))?;
    }
    for number in 0..size.contacts {
        let phone = fictional_number(number);
        writeln!(out, "  {}: {{ description: A partner, phone: \"{phone}\" }}", contact(number))?;
    }
    Ok(())
}

/// Writes the routing profiles.
pub(crate) fn routing_profiles(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nrouting_profiles:\n");
    for number in 0..size.routing_profiles {
        let first = number * size.queues / size.routing_profiles;
        writeln!(out, "  agents_{number:03}:")?;
        lines(
            out,
            &[
                ("description", &format_args!("Agents for {} and what comes after", topic(first).to_lowercase())),
                ("channels", &"{ voice: 1, chat: 2 }"),
                ("outbound", &queue(first)),
            ],
        )?;
        out.push_str("    queues:\n");
        for step in 0..QUEUES_OF_PROFILE.min(size.queues) {
            let name = queue((first + step) % size.queues);
            writeln!(
                out,
                "      - {{ queue: {name}, priority: {}, delay: {}s, channels: [voice] }}",
                step + 1,
                step * 5
            )?;
        }
    }
    Ok(())
}

/// The key of a flow.
pub(crate) fn flow(number: usize) -> String {
    format!("menu_{number:03}")
}

/// The key of a queue, and of the quick connect to it.
pub(crate) fn queue(number: usize) -> String {
    format!("queue_{number:03}")
}

fn agent(number: usize) -> String {
    format!("expert_{number:03}")
}

fn contact(number: usize) -> String {
    format!("partner_{number:03}")
}
