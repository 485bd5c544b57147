//! Hierarchy, security profiles, users.

use std::fmt::{self, Write};

use crate::{Size, lines, topic, username};

/// Writes the agent hierarchy: company, departments, teams.
pub(crate) fn hierarchy(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nhierarchy:\n  levels: [Company, Department, Team]\n  groups:\n    Big:\n");
    for department in 0..size.departments {
        writeln!(out, "      {}:", department_name(department))?;
        for team in 0..size.teams {
            writeln!(out, "        Team {team}: {{}}")?;
        }
    }
    Ok(())
}

/// Writes the security profiles.
pub(crate) fn security_profiles(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nsecurity_profiles:\n");
    for number in 0..size.security_profiles {
        writeln!(out, "  agents_{number:02}:")?;
        lines(
            out,
            &[
                ("name", &format_args!("Agents {number:02}")),
                ("description", &format_args!("What agents of division {number} may do")),
                ("permissions", &"[BasicAgentAccess, OutboundCallAccess]"),
            ],
        )?;
    }
    Ok(())
}

/// Writes the users.
pub(crate) fn users(out: &mut String, size: &Size) -> fmt::Result {
    out.push_str("\nusers:\n");
    for number in 0..size.users {
        let department = department_name(number % size.departments);
        let team = number / size.departments % size.teams;
        writeln!(out, "  {}:", username(number))?;
        lines(
            out,
            &[
                ("first_name", &first_name(number)),
                ("last_name", &format_args!("{} {number:05}", last_name(number))),
                ("secondary_email", &format_args!("{}@agents.example.com", username(number))),
                ("mobile", &format_args!("\"{}\"", fictional_number(number))),
                ("profile", &format_args!("agents_{:03}", number % size.routing_profiles)),
                ("security", &format_args!("[builtin/Agent, agents_{:02}]", number % size.security_profiles)),
                ("group", &format_args!("Big/{department}/Team {team}")),
            ],
        )?;
        out.push_str("    phone:\n");
        if number % 4 == 0 {
            writeln!(out, "      type: desk\n      number: \"{}\"", fictional_number(number + 37))?;
        } else {
            writeln!(out, "      type: soft\n      auto_accept: {}", number % 4 == 1)?;
        }
        writeln!(out, "      after_contact_work: {}s", 10 + number % 6 * 10)?;
        out.push_str("    tags:\n");
        writeln!(out, "      cost_center: \"{:04}\"", 1000 + number % 90)?;
        writeln!(out, "      location: Building {}, floor {}, desk {number:05}", number % 12, number % 7)?;
        writeln!(out, "      started: Class of {}-{:02}", 2010 + number % 15, 1 + number % 12)?;
        writeln!(out, "      department: {department}\n      shift: {}", ["early", "late", "night"][number % 3])?;
    }
    Ok(())
}

/// One of the hundred numbers of the fictional range.
pub(crate) fn fictional_number(number: usize) -> String {
    format!("+1555010{:04}", 100 + number % 100)
}

pub(crate) fn first_name(number: usize) -> &'static str {
    const NAMES: [&str; 20] = [
        "Ada", "Ben", "Cleo", "Dana", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Max", "Nia", "Ole",
        "Pia", "Quin", "Rui", "Sol", "Tam",
    ];
    NAMES[number % NAMES.len()]
}

pub(crate) fn last_name(number: usize) -> &'static str {
    const NAMES: [&str; 23] = [
        "Archer", "Baker", "Carver", "Dyer", "Eaton", "Fisher", "Glover", "Hunter", "Ives", "Joiner", "Keeler",
        "Lister", "Mason", "Naylor", "Osler", "Potter", "Quarrier", "Ryder", "Slater", "Turner", "Usher", "Vintner",
        "Weaver",
    ];
    NAMES[number % NAMES.len()]
}

fn department_name(number: usize) -> String {
    format!("{} {number:02}", topic(number))
}
