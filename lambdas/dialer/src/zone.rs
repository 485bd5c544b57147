//! Which time zones a phone number may be in.
//!
//! A number does not tell where its owner is. What is known is where numbers that begin so were given out, by exchange where
//! the data list exchanges, else by area, else by country. All zones that are possible are returned, and a call is allowed only
//! when it is allowed in each of them. Mobile numbers tell no more than their country, but where mobile numbers belong to
//! areas; toll-free numbers and the like tell nothing. Numbers that were taken along to another area tell the wrong area.

use std::sync::LazyLock;

use phonenumber::PhoneNumber;
use phonenumber::metadata::DATABASE;

use crate::ids::Number;

/// Made by `data/make_zones.py`; the file says from what, and under which license.
const ZONES: &str = include_str!("../data/zones.tsv");

/// What is wrong in it, with a source each.
const CORRECTIONS: &str = include_str!("../data/zones.corrections.tsv");

/// By what numbers begin with, sorted: the zones, with commas between.
static PREFIXES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut prefixes: Vec<(&str, &str)> = rows(CORRECTIONS).chain(rows(ZONES)).collect();
    // Sorting keeps the order of equals, so that a correction comes before what it corrects.
    prefixes.sort_by_key(|(prefix, _)| *prefix);
    prefixes.dedup_by_key(|(prefix, _)| *prefix);
    prefixes
});

fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?))
    })
}

/// Countries whose mobile numbers belong to areas, by their code: Mexico, Argentina, Brazil.
const MOBILE_WITH_AREA: [u16; 3] = [52, 54, 55];

/// The zones a number may be in; none where nobody knows.
pub fn of(number: &Number) -> Vec<String> {
    let Ok(parsed) = phonenumber::parse(None, number.as_str()) else { return Vec::new() };
    let code = parsed.code().value();
    let zones = match reach(&parsed) {
        Reach::Area => longest(number.digits()),
        Reach::Country => longest(&code.to_string()),
        Reach::Nothing => None,
    };
    let zones = zones.unwrap_or_default();
    zones.split(',').filter(|zone| !zone.is_empty() && *zone != "Etc/Unknown").map(str::to_owned).collect()
}

/// How much a number tells.
enum Reach {
    Area,
    Country,
    Nothing,
}

fn reach(number: &PhoneNumber) -> Reach {
    use phonenumber::Type;
    match number.number_type(&DATABASE) {
        Type::FixedLine | Type::FixedLineOrMobile => Reach::Area,
        Type::Mobile if MOBILE_WITH_AREA.contains(&number.code().value()) => Reach::Area,
        // Of what this does not know, the country is all there is: it does not know the landlines of Italy.
        Type::Mobile | Type::Unknown => Reach::Country,
        _ => Reach::Nothing,
    }
}

/// The entry that says most of what begins so.
fn longest(digits: &str) -> Option<&'static str> {
    (1..=digits.len()).rev().find_map(|length| {
        let prefix = digits.get(..length)?;
        let found = PREFIXES.binary_search_by_key(&prefix, |(prefix, _)| prefix).ok()?;
        Some(PREFIXES[found].1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(number: &str) -> String {
        of(&Number::from_e164(number).unwrap()).join(",")
    }

    #[test]
    fn every_zone_in_the_tables_is_known() {
        for (prefix, zones) in PREFIXES.iter() {
            assert!(prefix.bytes().all(|byte| byte.is_ascii_digit()), "{prefix}");
            for zone in zones.split(',').filter(|zone| *zone != "Etc/Unknown") {
                assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
            }
        }
    }

    #[test]
    fn every_correction_has_a_source_and_corrects_something() {
        for line in CORRECTIONS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [prefix, zones, source] = columns[..] else { panic!("{line}") };
            assert!(source.len() > 10, "{line}");
            assert_ne!(rows(ZONES).find(|(of, _)| *of == prefix).map(|(_, zones)| zones), Some(zones), "{line}");
        }
    }

    #[test]
    fn a_number_tells_all_zones_it_may_be_in() {
        for (number, zones) in [
            ("+12125550123", "America/New_York"),
            ("+442079460123", "Europe/London"),
            ("+493012345678", "Europe/Berlin"),
            // Split area codes: an exchange that is not listed may be in either.
            ("+14235550123", "America/Chicago,America/New_York"),
            ("+18505550123", "America/Chicago,America/New_York"),
            ("+16055550123", "America/Chicago,America/Denver"),
            ("+12195550123", "America/Chicago,America/Indiana/Indianapolis"),
            ("+526141234567", "America/Chihuahua"),
            // Toll-free numbers tell nothing.
            ("+18005550123", ""),
            // Mobile numbers tell their country.
            (
                "+61491570123",
                "Australia/Adelaide,Australia/Brisbane,Australia/Eucla,Australia/Lord_Howe,Australia/Perth,Australia/Sydney,Indian/Christmas,Indian/Cocos",
            ),
            ("+491512345678", "Europe/Berlin"),
        ] {
            assert_eq!(of_text(number), zones, "{number}");
        }
        // An exchange that is listed is believed: Chattanooga.
        assert_eq!(of_text("+14232670123"), "America/New_York");
    }
}
