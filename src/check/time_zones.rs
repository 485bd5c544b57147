//! Time zones.

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Context, Rule};

pub(super) const UNKNOWN: Rule = Rule {
    codes: &["unknown-time-zone"],
    about: "Hours of operation have a time zone that the IANA database does not know.",
    why: "Connect refuses the hours; the resource schema takes any text.",
    check: unknown,
};

fn unknown(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for hours in context.loaded.blueprint.hours.values() {
        let zone = &hours.time_zone;
        if zone.parse::<chrono_tz::Tz>().is_ok() {
            continue;
        }
        let diagnostic = Diagnostic::error("unknown-time-zone", "there is no such time zone").at(zone.span, "");
        // People write `Los_Angeles`, and `America/Los Angeles`.
        let written = zone.replace(' ', "_");
        let city = chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .find(|name| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&written)));
        let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        diagnostics.push(match city.or_else(|| did_you_mean(&written, names)) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Use a name of the IANA database, such as `America/Los_Angeles` or `UTC`."),
        });
    }
}
