//! Time zones.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Context, Rule};
use crate::time_zone;

/// What people write for the zone of a place.
const ABBREVIATIONS: [(&str, &str); 22] = [
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("MDT", "America/Denver"),
    ("MT", "America/Denver"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("CT", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("ET", "America/New_York"),
    ("AKST", "America/Anchorage"),
    ("AKDT", "America/Anchorage"),
    ("BST", "Europe/London"),
    ("CEST", "Europe/Berlin"),
    ("EEST", "Europe/Athens"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("SGT", "Asia/Singapore"),
    ("AEST", "Australia/Sydney"),
    ("AEDT", "Australia/Sydney"),
    ("NZST", "Pacific/Auckland"),
    ("NZDT", "Pacific/Auckland"),
];

pub(super) const UNKNOWN: Rule = Rule {
    codes: &["unknown-time-zone"],
    about: "Hours of operation or a schedule have a time zone that the IANA database does not know.",
    why: "Connect refuses the hours, and EventBridge Scheduler the schedule; the resource schemas take any text.",
    check: unknown,
};

fn unknown(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    let of_schedules = blueprint.schedules.values().filter_map(|schedule| schedule.time_zone.as_ref());
    for zone in blueprint.hours.values().map(|hours| &hours.time_zone).chain(of_schedules) {
        if time_zone::time_zone(zone).is_some() {
            continue;
        }
        let diagnostic = Diagnostic::error("unknown-time-zone", "there is no such time zone").at(zone.span, "");
        // People write `Los_Angeles`, and `America/Los Angeles`.
        let written = zone.replace(' ', "_");
        let is_city = |name: &&str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&written));
        // Names of one word, such as `EST`, are offsets, which nobody means who writes another abbreviation.
        let likely = || time_zone::names().filter(|name| name.contains('/') || *name == "UTC");
        let place = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(&written)).map(|(_, zone)| *zone);
        let meant = place.or_else(|| likely().find(is_city)).or_else(|| did_you_mean(&written, likely()));
        diagnostics.push(match meant {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Use a name of the IANA database, such as `America/Los_Angeles` or `UTC`."),
        });
    }
}
