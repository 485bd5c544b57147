//! Opening times in words.

use serde_json::Value as Json;

const DAYS: [(&str, &str); 7] = [
    ("MONDAY", "Mon"),
    ("TUESDAY", "Tue"),
    ("WEDNESDAY", "Wed"),
    ("THURSDAY", "Thu"),
    ("FRIDAY", "Fri"),
    ("SATURDAY", "Sat"),
    ("SUNDAY", "Sun"),
];
/// Exceptions that are told; a blueprint may have many years of them.
const EXCEPTIONS: usize = 4;

/// An ordinary week: `Mon–Fri 9:00–18:00, Sat 9:00–15:00 (America/Los_Angeles)`.
pub(super) fn week(properties: &Json) -> String {
    let zone = properties.get("TimeZone").and_then(Json::as_str).unwrap_or_default();
    let open = days(properties.get("Config"));
    let open = if open.is_empty() { "never open".to_owned() } else { open };
    let parents = properties.get("ParentHoursOfOperations").and_then(Json::as_array).map_or(0, Vec::len);
    let inherited = if parents > 0 { "; exceptions of other hours hold too" } else { "" };
    format!("{open} ({zone}){inherited}")
}

/// The days on which something else holds: `except Christmas 2026-12-25: closed`.
pub(super) fn exceptions(properties: &Json) -> Option<String> {
    let all = properties.get("HoursOfOperationOverrides").and_then(Json::as_array)?;
    let mut told: Vec<String> = all.iter().take(EXCEPTIONS).map(exception).collect();
    if let Some(more) = all.len().checked_sub(EXCEPTIONS).filter(|more| *more > 0) {
        told.push(format!("and {more} more"));
    }
    (!told.is_empty()).then(|| format!("except {}", told.join("; ")))
}

fn exception(entry: &Json) -> String {
    let text = |name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default();
    let (name, from, till) = (text("OverrideName"), text("EffectiveFrom"), text("EffectiveTill"));
    if entry.get("RecurrenceConfig").is_some() {
        return format!("{name}, recurring");
    }
    let date = if from == till { from.to_owned() } else { format!("{from} to {till}") };
    let open = days(entry.get("OverrideConfig"));
    if text("OverrideType") == "CLOSED" || open.is_empty() {
        return format!("{name} {date}: closed");
    }
    format!("{name} {date}: {open}")
}

/// Days in a row that are alike are told together.
fn days(config: Option<&Json>) -> String {
    let slots = || config.and_then(Json::as_array).into_iter().flatten();
    let of_day = |day: &str| {
        let mut ranges: Vec<(u64, u64)> =
            slots().filter(|slot| slot.get("Day").and_then(Json::as_str) == Some(day)).map(range).collect();
        ranges.sort_unstable();
        ranges.into_iter().map(range_in_words).collect::<Vec<_>>().join(" and ")
    };
    let mut groups: Vec<(usize, usize, String)> = Vec::new();
    for (index, (day, _)) in DAYS.iter().enumerate() {
        let open = of_day(day);
        match groups.last_mut() {
            Some((_, last, same)) if *last + 1 == index && *same == open => *last = index,
            _ if open.is_empty() => {}
            _ => groups.push((index, index, open)),
        }
    }
    let group = |(first, last, open): &(usize, usize, String)| {
        let word = |day: usize| DAYS.get(day).map_or("", |(_, word)| word);
        match last - first {
            0 => format!("{} {open}", word(*first)),
            6 => format!("every day {open}"),
            _ => format!("{}–{} {open}", word(*first), word(*last)),
        }
    };
    groups.iter().map(group).collect::<Vec<_>>().join(", ")
}

/// Minutes since midnight; the end of the day is 0 in the service.
fn range(slot: &Json) -> (u64, u64) {
    let minutes = |name: &str| {
        let part = |part: &str| slot.get(name).and_then(|time| time.get(part)?.as_u64()).unwrap_or_default();
        part("Hours") * 60 + part("Minutes")
    };
    let end = minutes("EndTime");
    (minutes("StartTime"), if end == 0 { 24 * 60 } else { end })
}

fn range_in_words((start, end): (u64, u64)) -> String {
    let time = |minutes: u64| format!("{}:{:02}", minutes / 60, minutes % 60);
    if (start, end) == (0, 24 * 60) { "all day".to_owned() } else { format!("{}–{}", time(start), time(end)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_that_are_alike_are_told_together() {
        let slot = |day: &str, from: u64, till: u64| json!({ "Day": day, "StartTime": { "Hours": from, "Minutes": 0 }, "EndTime": { "Hours": till, "Minutes": 30 } });
        let night = json!({ "Day": "SUNDAY", "StartTime": { "Hours": 0, "Minutes": 0 }, "EndTime": { "Hours": 0, "Minutes": 0 } });
        let hours = json!({
            "TimeZone": "Europe/Berlin",
            "Config": [slot("TUESDAY", 13, 17), slot("MONDAY", 8, 11), slot("MONDAY", 13, 17), slot("TUESDAY", 8, 11),
                slot("THURSDAY", 8, 11), night],
            "HoursOfOperationOverrides": [
                { "OverrideName": "Christmas", "OverrideType": "CLOSED", "EffectiveFrom": "2026-12-25",
                    "EffectiveTill": "2026-12-25", "OverrideConfig": [slot("FRIDAY", 0, 0)] },
                { "OverrideName": "Fair", "OverrideType": "STANDARD", "EffectiveFrom": "2027-03-01",
                    "EffectiveTill": "2027-03-03", "OverrideConfig": [slot("MONDAY", 8, 19)] },
            ],
        });
        assert_eq!(week(&hours), "Mon–Tue 8:00–11:30 and 13:00–17:30, Thu 8:00–11:30, Sun all day (Europe/Berlin)");
        let told = "except Christmas 2026-12-25: closed; Fair 2027-03-01 to 2027-03-03: Mon 8:00–19:30";
        assert_eq!(exceptions(&hours).as_deref(), Some(told));
        let always = |day: &(&str, &str)| slot(day.0, 8, 17);
        let every: Vec<Json> = DAYS.iter().map(always).collect();
        assert_eq!(week(&json!({ "TimeZone": "UTC", "Config": every })), "every day 8:00–17:30 (UTC)");
        assert_eq!(week(&json!({ "TimeZone": "UTC" })), "never open (UTC)");
    }
}
