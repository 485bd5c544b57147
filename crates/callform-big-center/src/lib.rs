//! Blueprints of fictional contact centers of any size, for tests and benchmarks.
//!
//! The same size always gives the same bytes. Both kinds of dependency circles are in every center: queues show quick
//! connects that lead to queues and to agents, and flows transfer to one another.

mod flows;
mod people;
mod routing;

use std::fmt::{self, Write};

/// How much of everything a center has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Users.
    pub users: usize,
    /// Queues, each with a quick connect of its own; 1 at least.
    pub queues: usize,
    /// Routing profiles; 1 at least.
    pub routing_profiles: usize,
    /// Inbound flows; 1 at least.
    pub flows: usize,
    /// Hours of operation; 1 at least.
    pub hours: usize,
    /// Security profiles, besides the built-in ones; 1 at least.
    pub security_profiles: usize,
    /// Phone numbers.
    pub phone_numbers: usize,
    /// Quick connects to numbers outside.
    pub contacts: usize,
    /// Quick connects to agents.
    pub reachable_agents: usize,
    /// Departments of the hierarchy, each with teams below; 1 at least.
    pub departments: usize,
    /// Teams of each department; 1 at least.
    pub teams: usize,
}

impl Size {
    /// The largest center Callform is designed for, with 10,000 users.
    pub const LARGEST: Size = Size {
        users: 10_000,
        queues: 500,
        routing_profiles: 200,
        flows: 100,
        hours: 20,
        security_profiles: 10,
        phone_numbers: 50,
        contacts: 100,
        reachable_agents: 400,
        departments: 20,
        teams: 25,
    };

    /// A center with so many users, and of everything else as much as [`Size::LARGEST`] has for so many.
    pub fn of_users(users: usize) -> Self {
        let share = |most: usize| (most * users).div_ceil(Self::LARGEST.users).max(1);
        Size {
            users,
            queues: share(Self::LARGEST.queues),
            routing_profiles: share(Self::LARGEST.routing_profiles),
            flows: share(Self::LARGEST.flows),
            hours: share(Self::LARGEST.hours),
            security_profiles: share(Self::LARGEST.security_profiles),
            phone_numbers: share(Self::LARGEST.phone_numbers),
            contacts: share(Self::LARGEST.contacts),
            reachable_agents: share(Self::LARGEST.reachable_agents),
            departments: share(Self::LARGEST.departments),
            teams: Self::LARGEST.teams,
        }
    }
}

/// The blueprint of a center of that size, named `big`.
pub fn blueprint(size: &Size) -> String {
    let mut text = String::with_capacity(size.users * 500 + size.queues * 700 + 10_000);
    // Writing to a string cannot fail.
    let _infallible = write(&mut text, size);
    text
}

fn write(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str(HEAD);
    people::hierarchy(out, size)?;
    people::security_profiles(out, size)?;
    routing::hours(out, size)?;
    routing::phone_numbers(out, size)?;
    routing::queues(out, size)?;
    routing::quick_connects(out, size)?;
    routing::routing_profiles(out, size)?;
    flows::flows(out, size)?;
    people::users(out, size)
}

const HEAD: &str = "\
# A fictional center, made by `cargo xtask big-blueprint`.
center: big
region: us-west-2
tags: { project: big }
instance: { alias: big-center, identity: saml, inbound: true, outbound: true, flow_logs: true }
agent_statuses: [Lunch, Break, Meeting, Training]
";

/// The username of an agent.
fn username(number: usize) -> String {
    format!("{}.{}.{number:05}", people::first_name(number).to_lowercase(), people::last_name(number).to_lowercase())
}

/// A word for what a number of a thing is about: the same thing has the same topic everywhere.
fn topic(number: usize) -> &'static str {
    const TOPICS: [&str; 16] = [
        "Orders",
        "Returns",
        "Billing",
        "Shipping",
        "Warranty",
        "Repairs",
        "Accounts",
        "Bookings",
        "Claims",
        "Loans",
        "Tickets",
        "Travel",
        "Energy",
        "Water",
        "Broadband",
        "Mobile",
    ];
    TOPICS[number % TOPICS.len()]
}

/// Writes a line of the form `  key: text` for each pair.
fn lines(out: &mut String, members: &[(&str, &dyn fmt::Display)]) -> fmt::Result {
    members.iter().try_for_each(|(key, text)| writeln!(out, "    {key}: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_center_is_as_large_as_the_design_says() {
        let text = blueprint(&Size::LARGEST);
        assert_eq!(text, blueprint(&Size::LARGEST));
        assert!((5_000_000..6_000_000).contains(&text.len()), "{} bytes", text.len());
        assert_eq!(text.matches("    profile: ").count(), 10_000);
    }

    #[test]
    fn a_small_center_has_something_of_everything() {
        let size = Size::of_users(10);
        assert_eq!((size.queues, size.routing_profiles, size.flows, size.contacts), (1, 1, 1, 1));
        assert_eq!(Size::of_users(10_000), Size::LARGEST);
    }
}
